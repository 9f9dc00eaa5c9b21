//! Quoted text: any string becomes one HCL literal that evaluates to that string.

use std::fmt::Write;

/// `text` between quotes. Readable letters of any script stay as they are.
pub(super) fn quoted(text: &str) -> String {
    escaped(text, is_invisible)
}

/// `text` between quotes, in ASCII alone, so that its width on a screen is its length in bytes: `terraform fmt` aligns
/// keys by width.
pub(super) fn quoted_ascii(text: &str) -> String {
    escaped(text, |c| !c.is_ascii() || is_invisible(c))
}

fn escaped(text: &str, must_escape: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // `${` and `%{` begin a template unless the first character is doubled.
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c if must_escape(c) => push_code_point(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn push_code_point(out: &mut String, c: char) {
    let code = u32::from(c);
    let written = if code <= 0xFFFF { write!(out, "\\u{code:04x}") } else { write!(out, "\\U{code:08x}") };
    written.expect("a string takes any text");
}

/// Characters that a reviewer cannot see or that reorder what he sees: controls, formats, odd spaces, fillers, marks
/// that need a letter before them, private and unassigned planes. The list is ours, not the standard library's, so that
/// a newer toolchain writes the same bytes.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x1F | 0x7F..=0xA0 | 0xAD
        | 0x0300..=0x036F | 0x0483..=0x0489 | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2
        | 0x115F..=0x1160 | 0x1680 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF
        | 0x2000..=0x200F | 0x2028..=0x202F | 0x205F..=0x206F | 0x20D0..=0x20FF | 0x2800
        | 0x3000 | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF
        | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFF
        | 0x110BD | 0x110CD | 0x13430..=0x1345F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
        | 0x1FFFE..=0x1FFFF | 0x2FFFE..=0x2FFFF | 0x3FFFE..=0x10FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_introducers_are_doubled_wherever_they_stand() {
        assert_eq!(quoted("${file(\"/etc/passwd\")}"), r#""$${file(\"/etc/passwd\")}""#);
        assert_eq!(quoted("%{for x in y}"), r#""%%{for x in y}""#);
        assert_eq!(quoted("$${a}"), r#""$$${a}""#);
        assert_eq!(quoted("a$ {b} 5% c$"), r#""a$ {b} 5% c$""#);
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        assert_eq!(quoted("a\nb\tc\r\0\u{7f}"), r#""a\nb\tc\r\u0000\u007f""#);
        assert_eq!(quoted("a\u{202e}b\u{e0041}\u{feff}"), r#""a\u202eb\U000e0041\ufeff""#);
    }

    #[test]
    fn letters_of_any_script_stay_readable_in_values_and_are_ascii_in_keys() {
        assert_eq!(quoted("Zürich 東京"), "\"Zürich 東京\"");
        assert_eq!(quoted_ascii("Zürich"), r#""Z\u00fcrich""#);
    }
}
