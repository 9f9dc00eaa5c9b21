//! Which bytes are text.

use super::{admit, first_hidden, folder, ids, load};
use crate::model::Position;

#[test]
fn encodings_other_than_utf8_are_refused_where_they_show() {
    let at = |line, column| Position { line, column };
    for (bytes, place) in [
        (b"a: 1\nb: Caf\xe9\n".as_slice(), at(2, 7)),
        (b"\xff\xfea\0:\0", at(1, 1)),
        (b"\xfe\xff\0a", at(1, 1)),
        (b"a: \xc0\xaf", at(1, 4)),
        (b"a: \xed\xa0\x80", at(1, 4)),
        (b"a: \xe2\x82", at(1, 4)),
        ("é: \u{e9}".as_bytes().split_last().unwrap().1, at(1, 4)),
    ] {
        let (text, refused) = admit(bytes);
        assert_eq!(text, None);
        assert_eq!(refused, [("load/not-utf8".to_owned(), place)], "{bytes:?}");
    }
    let folder = folder(&[("catalog/a.yaml", b"ab\xe9")]);
    let (_, findings) = load(folder.path());
    assert_eq!(findings.iter().next().unwrap().message, "catalog/a.yaml is not UTF-8: byte 2 is 0xe9");
}

#[test]
fn hidden_characters_and_foreign_line_ends_are_refused_and_never_shown() {
    for (text, rule, place) in [
        ("a: 1\0\nb: 2", "load/nul", (1, 5)),
        ("a: 1\rb: 2", "load/line-break", (1, 5)),
        ("a: 1\r\r\nb: 2", "load/line-break", (1, 5)),
        ("# x\u{85}b: 2", "load/line-break", (1, 4)),
        ("# x\u{2028}b: 2", "load/line-break", (1, 4)),
        ("# x\u{2029}b: 2", "load/line-break", (1, 4)),
        ("a: é\u{202e}", "load/hidden-character", (1, 5)),
        ("# \u{2066}", "load/hidden-character", (1, 3)),
        ("a:\n  pay\u{200b}ments", "load/hidden-character", (2, 6)),
        ("a: \u{200d}", "load/hidden-character", (1, 4)),
        ("a: \u{2060}", "load/hidden-character", (1, 4)),
        ("a: \u{feff}", "load/hidden-character", (1, 4)),
        ("\u{feff}\u{feff}a: 1", "load/hidden-character", (1, 1)),
        ("a: \u{e0041}", "load/hidden-character", (1, 4)),
        ("a: \u{1b}[2J", "load/hidden-character", (1, 4)),
        ("a: \u{9b}", "load/hidden-character", (1, 4)),
    ] {
        let folder = folder(&[("catalog/a.yaml", text.as_bytes())]);
        let (snapshot, findings) = load(folder.path());
        assert!(snapshot.files.is_empty(), "{text:?}");
        assert_eq!(ids(&findings), [rule], "{text:?}");
        let finding = findings.iter().next().unwrap();
        assert_eq!((finding.at.start.line, finding.at.start.column), place, "{text:?}");
        let said = format!("{}{}{}", finding.message, finding.label, finding.help.join(""));
        assert_eq!(first_hidden(&said), None, "{said:?}");
    }
    let (_, refused) = admit("\u{200b}".repeat(50_000).as_bytes());
    assert_eq!(refused.len(), 11);
}

#[test]
fn a_byte_order_mark_is_dropped_and_crlf_is_lf() {
    assert_eq!(admit("\u{feff}a: 1\n".as_bytes()).0.as_deref(), Some("a: 1\n"));
    assert_eq!(admit(b"a: 1\r\nb: 2\r\n"), admit(b"a: 1\nb: 2\n"));
    assert_eq!(admit(b"a: 1\r\nb: 2\n").0.as_deref(), Some("a: 1\nb: 2\n"));
}
