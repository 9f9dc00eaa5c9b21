//! Ways in which a secret is written otherwise than it reads: base64, percent signs, escapes, lines that belong
//! together. A text comes in, the texts that parts of it decode to go out.

use super::view::View;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a pattern of ours compiles")
}

static PERCENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)[!-~]*%[0-9A-Fa-f]{2}[!-~]*"));
static ESCAPED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u)[!-~]*\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|/)[!-~]*"));

/// The end of a line, and lines behind it that hold nothing but one word, be they list items, comments or quoted.
static LINES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u)[A-Za-z0-9_+/=.%~-]{2,}["'\\,+ \t]*\n(?:[ \t]*(?:(?:-|#+|//|\||>|\*)[ \t]+)*["']?[A-Za-z0-9_+/=.%~-]{4,}["'\\,+ \t]*(?:\n|\z))+"#,
    )
});
static WORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?m-u)^[ \t]*(?:(?:-|#+|//|\||>|\*)[ \t]+)*["']?([A-Za-z0-9_+/=.%~-]+)"#));

/// How many bytes of a run have to be text before the rest is decoded.
const TASTE: usize = 12;

/// The texts that parts of this one decode to by one step.
pub(super) fn decoded(view: &View<'_>) -> Vec<View<'static>> {
    let mut views: Vec<View<'static>> = Vec::new();
    let text = &*view.text;
    views.extend(base64_runs(text).filter_map(|run| base64(view, run)));
    if text.contains('%') {
        views.extend(PERCENT.find_iter(text).filter_map(|word| percent(view, word.range())));
    }
    if text.contains('\\') {
        views.extend(ESCAPED.find_iter(text).filter_map(|word| unescaped(view, word.range())));
    }
    if view.is_written() {
        views.extend(LINES.find_iter(text).filter_map(|lines| joined(view, lines.range())));
    }
    views
}

/// The fewest digits that are decoded.
const SHORTEST_RUN: usize = 20;

/// Runs of digits of base64, with the `=` behind them.
fn base64_runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < bytes.len() {
            let start = next + bytes[next..].iter().position(|byte| value(*byte).is_some())?;
            let digits = bytes[start..].iter().take_while(|byte| value(**byte).is_some()).count();
            let padding = bytes[start + digits..].iter().take(2).take_while(|byte| **byte == b'=').count();
            next = start + digits + padding;
            if digits >= SHORTEST_RUN {
                return Some(start..next);
            }
        }
        None
    })
}

/// Standard and URL-safe alphabets; the end may be cut off.
fn base64(view: &View<'_>, run: Range<usize>) -> Option<View<'static>> {
    let digits = view.text[run.clone()].trim_end_matches('=').as_bytes();
    if !tastes_of_text(digits) {
        return None;
    }
    let mut decoder = view.decoder();
    for (index, group) in digits.chunks(4).enumerate() {
        let start = run.start + index * 4;
        let bits =
            group.iter().try_fold(0_u32, |bits, digit| Some(bits << 6 | value(*digit)?))? << (6 * (4 - group.len()));
        let bytes = bits.to_be_bytes();
        (1..group.len()).for_each(|byte| decoder.push(bytes[byte], start + byte - 1..start + byte + 1));
    }
    decoder.finish()
}

/// Most long runs are names and digests: their first bytes say so.
fn tastes_of_text(digits: &[u8]) -> bool {
    let is_text = |byte: u32| matches!(byte & 0xff, 0x20..=0x7e | 0x0a | 0x0d | 0x09);
    digits.chunks_exact(4).take(TASTE / 3).all(|group| {
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | value(*digit).unwrap_or(0));
        is_text(bits >> 16) && is_text(bits >> 8) && is_text(bits)
    })
}

fn value(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

fn percent(view: &View<'_>, word: Range<usize>) -> Option<View<'static>> {
    let text = &view.text[word.clone()];
    substituted(view, word, |at| match text.as_bytes()[at..] {
        [b'%', high, low, ..] => Some((hexadecimal(&[high, low])?, 3)),
        _ => None,
    })
}

/// Escapes of YAML's double quotes and of JSON.
fn unescaped(view: &View<'_>, word: Range<usize>) -> Option<View<'static>> {
    let text = &view.text[word.clone()];
    substituted(view, word, |at| {
        let rest = &text.as_bytes()[at..];
        let digits = |count: usize| rest.get(2..2 + count).and_then(hexadecimal).map(|byte| (byte, 2 + count));
        match rest {
            [b'\\', b'x', ..] => digits(2),
            [b'\\', b'u', ..] => digits(4),
            [b'\\', b'U', ..] => digits(8),
            [b'\\', b'/', ..] => Some((b'/', 2)),
            _ => None,
        }
    })
}

/// A character by its digits; what is beyond ASCII is in no secret.
fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(text, 16).ok().map(|code| u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b' '))
}

/// A word with some of its parts replaced: `at` gives the byte that stands for a part, and the part's length.
fn substituted(
    view: &View<'_>,
    word: Range<usize>,
    at: impl Fn(usize) -> Option<(u8, usize)>,
) -> Option<View<'static>> {
    let bytes = view.text[word.clone()].as_bytes();
    let mut decoder = view.decoder();
    let mut next = 0;
    while next < bytes.len() {
        let (byte, length) = at(next).unwrap_or((bytes[next], 1));
        decoder.push(byte, word.start + next..word.start + next + length);
        next += length;
    }
    decoder.finish()
}

/// What stands in several lines as one word.
fn joined(view: &View<'_>, lines: Range<usize>) -> Option<View<'static>> {
    let text = &view.text[lines.clone()];
    let mut decoder = view.decoder();
    for word in WORD.captures_iter(text).filter_map(|captures| captures.get(1)) {
        for (index, byte) in word.as_str().bytes().enumerate() {
            let at = lines.start + word.start() + index;
            decoder.push(byte, at..at + 1);
        }
    }
    (decoder.len() >= 20).then(|| decoder.finish()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        decoded(&View::written(text)).into_iter().map(|view| view.text.into_owned()).collect()
    }

    #[test]
    fn base64_is_read_in_both_alphabets_and_without_its_end() {
        assert_eq!(texts("x: aGVsbG8gd29ybGQgb2YgPz8/IHBlb3BsZQ=="), ["hello world of ??? people"]);
        assert_eq!(texts("x: aGVsbG8gd29ybGQgb2YgPz8_IHBlb3BsZQ"), ["hello world of ??? people"]);
        assert_eq!(texts("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"), [""; 0]);
    }

    #[test]
    fn percent_signs_and_escapes_are_read() {
        assert_eq!(texts("a%20b%3Dc d"), ["a b=c"]);
        assert_eq!(texts(r#"\x61\u0062\U00000063\/d e"#), ["abc/d"]);
        assert_eq!(texts("100% %zz \\n"), [""; 0]);
    }

    #[test]
    fn lines_that_hold_one_word_belong_to_what_stands_before() {
        let joined = ["token-of-twenty-characters"];
        assert_eq!(texts("a: token-of-\n   twenty-\n   characters\nb: c\n"), joined);
        assert_eq!(texts("a: \"token-of-\\\n   twenty-\\\n   characters\"\n"), joined);
        assert_eq!(texts("- 'token-of-'\n- 'twenty-'\n- 'characters'"), joined);
        assert_eq!(texts("# token-of-\n# twenty-\n# characters\n"), joined);
        assert_eq!(texts("a: b\nc: d\n"), [""; 0]);
    }

    #[test]
    fn a_decoded_text_knows_where_it_is_written() {
        let view = View::written("x: aGVsbG8gd29ybGQgb2YgPz8/IHBlb3BsZQ==");
        let inner = decoded(&view).remove(0);
        assert_eq!(inner.pieces(0..3), vec![3..7]);
        assert_eq!(&view.text[inner.pieces(6..11)[0].clone()], "d29ybGQ");
    }
}
