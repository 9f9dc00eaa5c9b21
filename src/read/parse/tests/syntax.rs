//! What is no YAML, or more of YAML than every reader understands.

use super::{parse_text, refused, value};
use crate::model::Position;
use serde_json::json;

#[test]
fn anchors_aliases_and_merge_keys_are_refused() {
    let rules = |text: &str| -> Vec<(&str, u32, u32)> {
        let (_, findings) = parse_text(text);
        findings.iter().map(|f| (f.rule.id, f.at.start.line, f.at.start.column)).collect()
    };
    assert_eq!(rules("é: &x 1\nb: *x\n"), [("yaml/anchor", 1, 4), ("yaml/anchor", 2, 4)]);
    assert_eq!(rules("a: &a [*a]\n"), [("yaml/anchor", 1, 4), ("yaml/anchor", 1, 8)]);
    assert_eq!(rules("a: *nowhere\n"), [("yaml/anchor", 1, 4)]);
    assert_eq!(rules("*nowhere : b\n"), [("yaml/anchor", 1, 1)]);
    assert_eq!(
        rules("- &b {c: 1}\n- <<: *b\n  <<: *b\n"),
        [("yaml/anchor", 1, 3), ("yaml/anchor", 2, 3), ("yaml/anchor", 3, 3)]
    );
    assert_eq!(value("'<<': a"), json!({"<<": "a"}));
}

#[test]
fn tags_and_directives_are_refused() {
    for (text, rule, line, column) in [
        ("é: !!python/object/apply:os.system [x]\n", "yaml/tag", 1, 4),
        ("a: !include x.yaml\n", "yaml/tag", 1, 4),
        ("a: !!binary aGk=\n", "yaml/tag", 1, 4),
        ("a: !!str 1\n", "yaml/tag", 1, 4),
        ("a: ! x\n", "yaml/tag", 1, 4),
        ("!<tag:x> a: 1\n", "yaml/tag", 1, 1),
        ("a: !!null\nb: 1\n", "yaml/tag", 1, 4),
        ("é: !x\n  b: 1\n", "yaml/tag", 1, 4),
        ("a: !!seq [1]\n", "yaml/tag", 1, 4),
        ("!e!x a\n", "yaml/tag", 1, 1),
        ("%YAML 9.9\n---\na: 1\n", "yaml/directive", 1, 1),
        ("%YAML 1.2\n---\na: 1\n", "yaml/directive", 1, 1),
        ("%TAG ! tag:x:\n---\na: 1\n", "yaml/directive", 1, 1),
        ("a: 1\n...\n%FOO\n---\nb: 1\n", "yaml/directive", 3, 1),
    ] {
        assert_eq!(refused(text), (rule, line, column), "{text:?}");
    }
}

#[test]
fn broken_syntax_is_refused_where_it_breaks() {
    for (text, line, column, says) in [
        ("a:\n\tb: 1\n", 2, 1, "tab"),
        ("a:\n  - b\n\t- c\n", 3, 1, "tab"),
        ("a: [1, 2\n", 1, 4, "bracket"),
        ("a: {b: [\n", 1, 8, "bracket"),
        ("a: [1, 2\nb: 3\n", 2, 2, "comma"),
        ("a: [1}\n", 1, 4, "`[` is closed by `}`"),
        ("a: }\n", 1, 4, "never opened"),
        ("a: \"x\n", 2, 1, "quote"),
        ("a: 'x' y\n", 1, 8, "closing quote"),
        ("é: \"\\q\"\n", 1, 4, "escape"),
        ("a: b: c\n", 1, 5, "`:`"),
        ("a: 1\n b: 2\n", 2, 3, "`:`"),
        ("a: @x\n", 1, 4, "`@`"),
        ("a: `x`\n", 1, 4, "backtick"),
        ("a: 1\nb\nc: 1\n", 2, 1, "`:`"),
        ("a: \"\\ud800\"\n", 1, 4, "surrogate"),
        ("a: \"\\udc00\"\n", 1, 4, "surrogate"),
        ("a: | x\n", 1, 4, "`|`"),
    ] {
        let (_, findings) = parse_text(text);
        assert_eq!(findings.len(), 1, "{text:?}: {findings:?}");
        let Position { line: l, column: c } = findings[0].at.start;
        assert_eq!((findings[0].rule.id, l, c), ("yaml/syntax", line, column), "{text:?}: {}", findings[0].message);
        assert!(findings[0].message.contains(says), "{text:?}: {}", findings[0].message);
        assert!(!findings[0].help.is_empty());
    }
    for (text, column) in [("a: 1\nb: [1, 2\nc: 3\n", 4), ("\nb: [‸:", 4)] {
        let (_, findings) = parse_text(text);
        let bracket = findings[0].related.first().map_or(&findings[0].at, |label| &label.at);
        assert_eq!(bracket.start, Position { line: 2, column }, "{text:?}");
        assert_eq!(&text[bracket.span.unwrap().range()], "[", "{text:?}");
    }
}
