//! A text that GitHub takes: cut where it is too long, with every fence and fold closed.

use std::borrow::Cow;

/// The most that GitHub takes in one comment. It counts characters; bytes are never fewer.
pub const COMMENT_BYTES: usize = 65_536;
/// Of a check run: its summary, its text, and the message of an annotation.
pub const OUTPUT_BYTES: usize = 65_535;
/// Of the title of a pull request: 256 characters.
pub const TITLE_BYTES: usize = 256;
/// Of a deployment and of its status: 140 characters.
pub const DESCRIPTION_BYTES: usize = 140;

const CUT: &str = "\n*Cut here: GitHub takes no more.*\n";

/// The last guard, behind the stages that write texts which fit.
pub fn within(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most { Cow::Borrowed(text) } else { Cow::Owned(fitted(text, CUT, "", most)) }
}

/// The longest prefix of so many bytes that ends between characters.
pub fn prefix(text: &str, bytes: usize) -> &str {
    &text[..floor(text, bytes)]
}

/// `report` and `tail`, within so many bytes. Where the report is too long it is cut at the end of a line (inside a fence
/// anywhere between two characters) and `note` says so; the tail is always whole, unless it alone is too long.
pub fn fitted(report: &str, note: &str, tail: &str, most: usize) -> String {
    if report.len() + tail.len() <= most {
        return format!("{report}{tail}");
    }
    let room = most.saturating_sub(note.len() + tail.len());
    let mut open = Open::default();
    let (mut kept, mut closing) = (0, String::new());
    let mut at = 0;
    for line in report.split_inclusive('\n') {
        let inside_fence = open.fence.is_some();
        open.read(line.trim_end_matches('\n'));
        at += line.len();
        let end = open.closing();
        if at + end.len() <= room {
            (kept, closing) = (at, end);
            continue;
        }
        // A part of one long line: only where it is nothing but text.
        if inside_fence && open.fence.is_some() {
            let most_of_it = floor(report, room.saturating_sub(closing.len() + 1));
            // A beginning of nothing but ticks would close the fence.
            let is_text = !report[kept..most_of_it.max(kept)].trim_start_matches(['`', '~', ' ']).is_empty();
            if is_text {
                kept = most_of_it;
                closing.insert(0, '\n');
            }
        }
        break;
    }
    let mut text = format!("{}{closing}{note}{tail}", &report[..kept]);
    text.truncate(floor(&text, most));
    text
}

/// The end of the last character that ends by there.
fn floor(text: &str, mut end: usize) -> usize {
    end = end.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// What a cut would leave open.
#[derive(Default)]
struct Open {
    fence: Option<Fence>,
    folds: usize,
}

#[derive(Clone, Copy)]
struct Fence {
    sign: char,
    length: usize,
}

impl Open {
    fn read(&mut self, line: &str) {
        let found = fence(line);
        match (self.fence, found) {
            // Only a bare one ends a block.
            (Some(open), Some((end, ""))) if end.sign == open.sign && end.length >= open.length => self.fence = None,
            (Some(_), _) => {}
            // With a tick behind it, it is code within a line.
            (None, Some((begin, rest))) if begin.sign == '~' || !rest.contains('`') => self.fence = Some(begin),
            (None, _) => {
                self.folds += line.matches("<details").count();
                self.folds = self.folds.saturating_sub(line.matches("</details>").count());
            }
        }
    }

    fn closing(&self) -> String {
        let fence = self.fence.map(|Fence { sign, length }| sign.to_string().repeat(length) + "\n").unwrap_or_default();
        let folds = "\n</details>\n".repeat(self.folds);
        fence + &folds
    }
}

/// The fence that a line is, and what stands behind it.
fn fence(line: &str) -> Option<(Fence, &str)> {
    let inner = line.trim_start_matches(' ');
    let sign = inner.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
    let rest = inner.trim_start_matches(sign);
    let length = inner.len() - rest.len();
    (line.len() - inner.len() < 4 && length > 2).then(|| (Fence { sign, length }, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTE: &str = "\ncut\n";
    const TAIL: &str = "\nthe end\n";

    fn is_closed(text: &str) -> bool {
        let mut open = Open::default();
        text.lines().for_each(|line| open.read(line));
        open.fence.is_none() && open.folds == 0
    }

    fn fold(lines: usize, character: &str) -> String {
        let text = format!("{}\n", character.repeat(20)).repeat(lines);
        format!("### x\n\n<details><summary>y</summary>\n\n````text\n```\n{text}````\n\n</details>\n")
    }

    #[test]
    fn a41_what_fits_to_the_byte_is_left_whole() {
        let report = fold(10, "x");
        let exact = report.len() + TAIL.len();
        assert_eq!(fitted(&report, NOTE, TAIL, exact), format!("{report}{TAIL}"));
        let cut = fitted(&report, NOTE, TAIL, exact - 1);
        assert!(cut.ends_with(&format!("{NOTE}{TAIL}")) && is_closed(&cut) && cut.len() < exact, "{cut}");
    }

    #[test]
    fn a41_a_long_report_is_cut_in_bytes_whatever_its_characters_take() {
        for character in ["x", "é", "中", "🦀"] {
            let text = fitted(&fold(10_000, character), NOTE, TAIL, COMMENT_BYTES);
            assert!(text.len() <= COMMENT_BYTES && text.len() > COMMENT_BYTES - 200, "{}", text.len());
            assert!(is_closed(&text) && text.ends_with(&format!("{NOTE}{TAIL}")));
        }
    }

    #[test]
    fn a41_every_kind_of_fence_and_fold_is_closed() {
        for fence in ["`````", "~~~", "  ```"] {
            let text = format!("<details><summary>x</summary>\n\n{fence}diff\n{}", "+ line\n".repeat(10_000));
            let cut = within(&text, 1_000);
            assert!(cut.len() <= 1_000 && cut.ends_with(&format!("{}\n\n</details>\n{CUT}", fence.trim())), "{cut}");
        }
        assert_eq!(within("```\nx", 6), "```\nx");
        assert_eq!(prefix("🦀🦀", 5), "🦀");
    }

    #[test]
    fn a41_one_endless_line_is_cut_inside_its_fence() {
        let report = format!("### x\n\n```text\n{}\n```\n", "🦀".repeat(100_000));
        let text = fitted(&report, NOTE, TAIL, COMMENT_BYTES);
        assert!(text.len() > COMMENT_BYTES - 100 && text.len() <= COMMENT_BYTES && is_closed(&text), "{}", text.len());
    }

    proptest! {
        #[test]
        fn a41_nothing_is_ever_too_long_or_left_open(
            parts in proptest::collection::vec("(### 🦀\n|<details><summary>x</summary>\n\n|```text\n[a-z🦀\n]{0,30}\n```\n|</details>\n|é{1,40}\n){0,6}", 0..6),
            most in 60..400_usize,
        ) {
            let report = parts.concat();
            let text = fitted(&report, NOTE, TAIL, most);
            prop_assert!(text.len() <= most);
            prop_assert!(text.ends_with(TAIL));
            if is_closed(&report) && report.len() + TAIL.len() > most {
                prop_assert!(is_closed(&text), "{}", text);
            }
        }
    }
}
