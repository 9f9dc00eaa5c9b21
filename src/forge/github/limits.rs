//! What GitHub takes at most, in bytes, and the cut that makes a Markdown text fit: the last guard, behind the stages
//! that write texts which fit. What is open at the cut is closed, and the text says that it was cut.

use std::borrow::Cow;

/// GitHub counts characters in comments; bytes are never fewer.
pub const COMMENT_BYTES: usize = 65_536;
/// Of a check run: its summary, its text, and the message of an annotation.
pub const OUTPUT_BYTES: usize = 65_535;

const CUT: &str = "\n\n*Cut here: GitHub takes no more.*\n";

/// The text, or as much of it as fits with what closes it.
pub fn within(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let mut room = limit.saturating_sub(CUT.len());
    loop {
        let kept = upto_line_end(text, room);
        let closing = closing(kept);
        let length = kept.len() + closing.len() + CUT.len();
        if length <= limit {
            return Cow::Owned([kept, &closing, CUT].concat());
        }
        if room == 0 {
            // Not even the notice fits.
            return Cow::Borrowed(prefix(text, limit));
        }
        room = room.saturating_sub(length - limit);
    }
}

/// The longest prefix of so many bytes that ends between characters.
pub(super) fn prefix(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Up to the end of a line, unless that would lose much.
fn upto_line_end(text: &str, bytes: usize) -> &str {
    let kept = prefix(text, bytes);
    match kept.rfind('\n') {
        Some(end) if end * 2 > kept.len() => &kept[..end],
        _ => kept,
    }
}

/// What ends the code block and the folds that are open at the end of a text.
fn closing(text: &str) -> String {
    let (mut fence, mut folds) = (None, 0_usize);
    for line in text.lines() {
        match (fence_of(line), &fence) {
            (Some(opened), None) => fence = Some(opened),
            (Some(found), Some(opened)) => {
                let ends = found.sign == opened.sign && found.length >= opened.length && found.is_bare;
                if ends {
                    fence = None;
                }
            }
            (None, Some(_)) => {}
            (None, None) => {
                folds += line.matches("<details").count();
                folds = folds.saturating_sub(line.matches("</details>").count());
            }
        }
    }
    let fence = fence.map(|fence| format!("\n{}", fence.sign.to_string().repeat(fence.length))).unwrap_or_default();
    fence + &"\n\n</details>".repeat(folds)
}

struct Fence {
    sign: char,
    length: usize,
    /// Nothing follows it: only such a one ends a block.
    is_bare: bool,
}

fn fence_of(line: &str) -> Option<Fence> {
    let inner = line.trim_start_matches(' ');
    let sign = inner.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
    let rest = inner.trim_start_matches(sign);
    let length = inner.len() - rest.len();
    (line.len() - inner.len() < 4 && length >= 3).then(|| Fence { sign, length, is_bare: rest.trim().is_empty() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a41_what_fits_is_left_alone() {
        let text = "x".repeat(COMMENT_BYTES);
        assert_eq!(within(&text, COMMENT_BYTES), text);
    }

    #[test]
    fn a41_bytes_are_counted_and_no_character_is_halved() {
        for sign in ["x", "é", "猫", "🦀"] {
            let text = sign.repeat(COMMENT_BYTES / sign.len() + 1);
            let cut = within(&text, COMMENT_BYTES);
            assert!(cut.len() <= COMMENT_BYTES && cut.len() > COMMENT_BYTES - 8, "{sign}: {}", cut.len());
            assert!(cut.ends_with(CUT) && cut.starts_with(sign));
        }
    }

    #[test]
    fn a41_a_cut_in_a_block_in_a_fold_closes_both() {
        let text = format!("<details><summary>x</summary>\n\n`````diff\n{}", "```\n+ line\n".repeat(10_000));
        let cut = within(&text, 1_000);
        assert!(cut.len() <= 1_000);
        assert!(cut.ends_with(&format!("\n`````\n\n</details>{CUT}")), "{cut}");
    }

    #[test]
    fn a41_a_fence_longer_than_the_room_is_survived() {
        let text = format!("{}\nx\n", "`".repeat(900)).repeat(3);
        assert!(within(&text, 1_000).len() <= 1_000);
        assert_eq!(within("🦀🦀", 5), "🦀");
    }

    proptest! {
        #[test]
        fn a41_every_text_fits(text in "([`~]{0,9}[a-z🦀\n ]{0,9}(<details>|</details>)?){0,80}", limit in 0_usize..400) {
            prop_assert!(within(&text, limit).len() <= limit);
        }
    }
}
