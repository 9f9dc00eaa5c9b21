//! Bombs, and characters that cannot be seen.

use super::{
    MAX_DEPTH, MAX_DOCUMENTS, MAX_KEY_BYTES, MAX_KEYS, MAX_MISTAKES, MAX_NODES, MAX_SCALAR_BYTES, nodes, parse_text,
    refused, value,
};
use crate::model::Position;
use serde_json::json;

#[test]
fn entity_bombs_are_refused_at_once() {
    let mut laughs = "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n".to_owned();
    for (name, of) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        laughs.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(",")));
    }
    let quadratic = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(80_000), "*a,".repeat(26_000));
    let anchors: String = (0..60_000).map(|n| format!("- &a{n} 1\n")).collect();
    for text in [laughs, quadratic, anchors] {
        let (documents, findings) = parse_text(&text);
        assert!(findings.iter().all(|f| matches!(f.rule.id, "yaml/anchor" | "yaml/too-many-mistakes")), "{findings:?}");
        assert!(findings.len() >= 81 && findings.len() <= MAX_MISTAKES + 1, "{}", findings.len());
        assert!(documents.iter().flat_map(|document| nodes(document.root())).count() < MAX_NODES);
    }
}

#[test]
fn nesting_is_bounded_before_it_can_hurt() {
    let at = |text: String| {
        let (rule, line, column) = refused(&text);
        assert_eq!(rule, "yaml/too-deep", "{}", &text[..20]);
        (line, column)
    };
    assert_eq!(at("[".repeat(100_000)), (1, 65));
    at("{a: ".repeat(100_000));
    assert_eq!(at("- ".repeat(100_000)), (1, 129));
    at("? ".repeat(100_000));
    at("[{a: ".repeat(100_000));
    at(format!("a: {}", "[".repeat(100)));
    at((0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth.min(300)))).collect());
    // Blocks and brackets together are bounded like each alone.
    at(format!("{}{}{}", "- ".repeat(40), "[".repeat(40), "]".repeat(40)));

    let deepest = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(parse_text(&deepest).1, []);
    assert_eq!(parse_text(&format!("{}x", "- ".repeat(MAX_DEPTH))).1, []);
    assert_eq!(at(format!("[{deepest}]")), (1, 65));
}

#[test]
fn sizes_are_bounded() {
    let keys = |count: usize| (0..count).map(|n| format!("k{n}: 1\n")).collect::<String>();
    assert_eq!(parse_text(&keys(MAX_KEYS)).1, []);
    assert_eq!(refused(&keys(MAX_KEYS + 1)), ("yaml/too-big", MAX_KEYS as u32 + 1, 1));

    // One mapping, and the values.
    let values = |count: usize| format!("[{}]", "1,".repeat(count));
    assert_eq!(parse_text(&"---\na: 1\n".repeat(MAX_DOCUMENTS)).1, []);
    let line = 2 * MAX_DOCUMENTS as u32 + 1;
    assert_eq!(refused(&"---\na: 1\n".repeat(5_000)), ("yaml/too-big", line, 1));
    assert_eq!(parse_text(&values(MAX_NODES - 1)).1, []);
    assert_eq!(refused(&values(MAX_NODES)), ("yaml/too-big", 1, 2 * MAX_NODES as u32));

    assert_eq!(parse_text(&format!("a: {}", "x".repeat(MAX_SCALAR_BYTES))).1, []);
    for scalar in ["x".repeat(MAX_SCALAR_BYTES + 1), format!("\"{}\"", "é".repeat(MAX_SCALAR_BYTES / 2 + 1))] {
        assert_eq!(refused(&format!("a: {scalar}")), ("yaml/too-big", 1, 4));
    }
    assert_eq!(parse_text(&format!("{}: 1", "k".repeat(MAX_KEY_BYTES - 1))).1, []);
    assert_eq!(refused(&format!("{}: 1", "é".repeat(MAX_KEY_BYTES / 2 + 1))), ("yaml/too-big", 1, 1));
    assert_eq!(refused(&format!("? {}\n: 1", "k".repeat(MAX_KEY_BYTES + 1))), ("yaml/too-big", 1, 3));
    assert_eq!(refused(&format!("{}: 1", "k".repeat(1_000_000))).0, "yaml/too-big");
    assert_eq!(refused(&format!("{}: 1", "k".repeat(2_000))).0, "yaml/syntax");
}

#[test]
fn escapes_make_no_hidden_characters() {
    for escape in
        ["\\0", "\\u0000", "\\x1b", "\\u202e", "\\u200b", "\\ufeff", "\\U000E0041", "\\r", "\\N", "\\L", "\\u2066"]
    {
        for text in [format!("é: \"a{escape}b\"\n"), format!("\"a{escape}b\": 1\n")] {
            let (documents, findings) = parse_text(&text);
            assert_eq!(findings.len(), 1, "{text}");
            assert_eq!(findings[0].rule.id, "yaml/hidden-character");
            assert!(findings[0].message.contains("U+"));
            let json = documents[0].root().to_json().to_string();
            assert!(json.contains("a\u{fffd}b"), "{json}");
        }
    }
    assert_eq!(value("a: \"x\\n\\ty\\u00e9\\U0001F600\\ud83d\\ude00\\/\""), json!({"a": "x\n\tyé😀😀/"}));
    let said = format!("{:?}", parse_text("\"\\u202e\": \"\\0\"\n\"a\\u202e\": 1\n\"a\\u202e\": 2\n").1);
    assert!(!said.contains('\u{202e}') && !said.contains('\0'), "{said}");
}

#[test]
fn a_file_full_of_mistakes_is_reported_up_to_a_limit() {
    let (_, findings) = parse_text(&"- no\n".repeat(50_000));
    assert_eq!(findings.len(), MAX_MISTAKES + 1);
    assert_eq!(findings[MAX_MISTAKES].rule.id, "yaml/too-many-mistakes");
    assert_eq!(findings[MAX_MISTAKES - 1].at.start, Position { line: 100, column: 3 });
}
