//! Hostile and unlucky YAML, and the laws of spans and values.

use super::*;
use crate::model::{Finding, Position, Severity};
use crate::read::{Node, NodeValue};
use proptest::prelude::*;
use serde_json::json;

fn parse_text(text: &str) -> (Vec<Document>, Vec<Finding>) {
    let mut findings = Findings::default();
    let documents = parse(&Snapshot::of([("catalog/a.yaml", text)]), &mut findings);
    (documents, findings.iter().cloned().collect())
}

/// The one finding of a text: its rule, line and column.
fn refused(text: &str) -> (&'static str, u32, u32) {
    let (_, findings) = parse_text(text);
    assert_eq!(findings.len(), 1, "{:?}: {findings:#?}", text.get(..200).unwrap_or(text));
    let Position { line, column } = findings[0].at.start;
    (findings[0].rule.id, line, column)
}

fn value(text: &str) -> serde_json::Value {
    let (documents, findings) = parse_text(text);
    assert_eq!(findings, [], "{text:?}");
    assert_eq!(documents.len(), 1, "{text:?}");
    documents[0].root.to_json()
}

/// Every node below, with itself.
fn nodes(node: &Node) -> Vec<&Node> {
    let mut all = vec![node];
    match &node.value {
        NodeValue::Sequence(items) => all.extend(items.iter().flat_map(nodes)),
        NodeValue::Mapping(entries) => all.extend(entries.iter().flat_map(|entry| nodes(&entry.value))),
        _ => {}
    }
    all
}

#[test]
fn a_declaration_keeps_its_values_and_places() {
    let text = "# é\nkind: Service\nspec:\n  ports: [{port: 7070}, 80]\n  note: \"é\\n\"\n  long: |\n    ä b\n    c\n\n  none:\n";
    let (documents, findings) = parse_text(text);
    assert_eq!(findings, []);
    let root = &documents[0].root;
    assert_eq!(
        root.to_json(),
        json!({"kind": "Service", "spec": {"ports": [{"port": 7070}, 80], "note": "é\n", "long": "ä b\nc\n", "none": null}})
    );
    let written = |node: &Node| text[node.span.range()].to_owned();
    let spec = root.entry("spec").unwrap();
    assert_eq!(&text[spec.key_span.range()], "spec");
    assert_eq!(written(spec.value.child("ports").unwrap()), "[{port: 7070}, 80]");
    assert_eq!(written(spec.value.child("ports").unwrap().child("0").unwrap()), "{port: 7070}");
    assert_eq!(written(spec.value.child("note").unwrap()), "\"é\\n\"");
    assert_eq!(written(spec.value.child("long").unwrap()), "ä b\n    c");
    assert_eq!(written(spec.value.child("none").unwrap()), "");
    assert!(written(&spec.value).starts_with("ports:") && written(&spec.value).ends_with("none"));
}

#[test]
fn documents_of_one_file_keep_their_own_places() {
    let text = "a: é\n---\n# x\nb: 2\n...\n---\n- c\n";
    let (documents, findings) = parse_text(text);
    assert_eq!(findings, []);
    let values: Vec<_> = documents.iter().map(|document| document.root.to_json()).collect();
    assert_eq!(values, [json!({"a": "é"}), json!({"b": 2}), json!(["c"])]);
    let two = documents[1].root.child("b").unwrap().span;
    assert_eq!(Position::of(text, two.range().start), Position { line: 4, column: 4 });
}

#[test]
fn only_yaml_outside_of_templates_is_parsed() {
    let files = [
        ("catalog/a.yaml", "a: 1"),
        ("catalog/b.yml", "b: 1"),
        ("golden-paths/resources/redis/aws/main.tf", "%{"),
        ("golden-paths/services/web/golden-path.yaml", "c: 1"),
        ("golden-paths/services/web/template/x.yaml", "{{"),
        ("policies/a.rego", "package a"),
    ];
    let mut findings = Findings::default();
    let documents = parse(&Snapshot::of(files), &mut findings);
    assert!(findings.is_empty());
    let paths: Vec<_> = documents.iter().map(|document| document.path.as_str()).collect();
    assert_eq!(paths, ["catalog/a.yaml", "catalog/b.yml", "golden-paths/services/web/golden-path.yaml"]);
}

#[test]
fn a_mistake_of_one_file_hides_nothing_of_another() {
    let mut findings = Findings::default();
    let files = [
        ("catalog/a.yaml", "a: 1\n---\nb: [\n---\nc: 1\n"),
        ("catalog/b.yaml", "d: no\n"),
        ("catalog/c.yaml", "e: 1\n"),
    ];
    let documents = parse(&Snapshot::of(files), &mut findings);
    let values: Vec<_> = documents.iter().map(|document| document.root.to_json()).collect();
    assert_eq!(values, [json!({"a": 1}), json!({"d": "no"}), json!({"e": 1})]);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(rules, ["yaml/syntax", "yaml/ambiguous-scalar"]);
}

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
        assert!(documents.iter().flat_map(|document| nodes(&document.root)).count() < MAX_NODES);
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
fn a_duplicate_key_is_refused_with_both_places() {
    let (documents, findings) = parse_text("spec:\n  privileged: false\n  image: é\n  \"privileged\": true\n");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule.id, "yaml/duplicate-key");
    assert_eq!(findings[0].message, "key `privileged` stands twice in one mapping, first on line 2");
    assert_eq!((findings[0].at.start.line, findings[0].at.start.column), (4, 3));
    assert_eq!((findings[0].related[0].at.start.line, findings[0].related[0].at.start.column), (2, 3));
    assert_eq!(documents[0].root.to_json(), json!({"spec": {"privileged": false, "image": "é"}}));

    let many: String = (0..40).map(|n| format!("k{n}: 1\n")).collect();
    for again in ["k0", "k16", "k17", "k39"] {
        assert_eq!(refused(&format!("{many}{again}: 2\n")), ("yaml/duplicate-key", 41, 1), "{again}");
    }
    assert_eq!(parse_text("- {a: 1}\n- {a: 1}\n").1, []);
}

#[test]
fn keys_are_text() {
    assert_eq!(refused("{[1]: x}"), ("yaml/key-not-text", 1, 2));
    assert_eq!(refused("? {a: b}\n: {c: [d]}\ne: 1\n"), ("yaml/key-not-text", 1, 3));
    assert_eq!(refused("a: {{name}}\n").0, "yaml/key-not-text");
    for key in ["8080", "1.10", "true", "null", "~"] {
        let (documents, findings) = parse_text(&format!("é: {{{key}: x}}\n"));
        assert_eq!((findings[0].rule.id, findings[0].at.start.column), ("yaml/key-not-text", 5), "{key}");
        assert_eq!(findings[0].fix.as_ref().unwrap().replacement, format!("\"{key}\""));
        assert_eq!(documents[0].root.child("é").unwrap().child(key).unwrap().to_json(), json!("x"));
    }
    assert_eq!(refused(": x\n").0, "yaml/key-not-text");
    assert_eq!(refused("on: push\n"), ("yaml/ambiguous-scalar", 1, 1));
    assert_eq!(
        value("{__proto__: 1, constructor: 2, '8080': 3, 'no': 4}"),
        json!({"__proto__": 1, "constructor": 2, "8080": 3, "no": 4})
    );
}

#[test]
fn what_readers_disagree_on_is_refused_with_a_fix_that_quotes_it() {
    for scalar in
        "no Yes ON off y N 010 0o10 0x1f 1_000 12:30 .inf -.NaN 1e3 99999999999999999999 0.12345678901234567".split(' ')
    {
        let text = format!("é:\n- a: {scalar} # why\n");
        let (documents, findings) = parse_text(&text);
        assert_eq!(findings.len(), 1, "{scalar}");
        assert_eq!(
            (findings[0].rule.id, findings[0].at.start.line, findings[0].at.start.column),
            ("yaml/ambiguous-scalar", 2, 6)
        );
        assert_eq!(documents[0].root.to_json(), json!({"é": [{"a": scalar}]}));
        let fix = findings[0].fix.as_ref().unwrap();
        let mut mended = text.clone();
        mended.replace_range(fix.span.range(), &fix.replacement);
        assert_eq!(value(&mended), json!({"é": [{"a": scalar}]}));
    }
    assert_eq!(
        value("[1, -2, 1.5, true, null, ~, 1.0, v1.0, none]"),
        json!([1, -2, 1.5, true, null, null, 1.0, "v1.0", "none"])
    );
    assert_eq!(value("['1', \"true\", 'null', '']"), json!(["1", "true", "null", ""]));
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
        ("a:\n\tb: 1\n", 2, 2, "tab"),
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
    let (_, findings) = parse_text("a: 1\nb: [1, 2\nc: 3\n");
    assert_eq!(findings[0].related[0].at.start, Position { line: 2, column: 4 });
}

#[test]
fn nothing_declared_is_a_warning_and_never_a_document() {
    for text in ["", "\n\n", "# only a comment\n", "null\n", "~", "---\n", "--- # x\n...\n"] {
        let (documents, findings) = parse_text(text);
        assert!(documents.is_empty());
        assert_eq!(findings.len(), 1, "{text:?}");
        assert_eq!(
            (findings[0].rule.id, findings[0].severity()),
            ("yaml/empty-document", Severity::Warning),
            "{text:?}"
        );
    }
    let (documents, findings) = parse_text("a: 1\n---\n---\nb: 1\n");
    assert_eq!(documents.len(), 2);
    assert_eq!((findings.len(), findings[0].at.start.line), (1, 2));
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
            let json = documents[0].root.to_json().to_string();
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

/// JSON that declarations can hold, and its writing as YAML in block and flow style.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        (-9_999_i32..9_999).prop_map(|value| json!(f64::from(value) / 8.0)),
        text().prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::vec((text(), inner), 0..6)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~éß日😀\n\t]{0,20}", "[a-z]{1,8}", "(no|yes|12:30|0x1f|1e3|null|true|010|~|<<)"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_tree_written_as_yaml_is_read_as_the_same_tree(value in tree()) {
        let mut options = serde_saphyr::SerializerOptions::default();
        options.quote_all = true;
        for text in [value.to_string(), serde_saphyr::to_string_with_options(&value, options).unwrap()] {
            let (documents, findings) = parse_text(&text);
            if value.is_null() {
                prop_assert_eq!(findings[0].rule.id, "yaml/empty-document");
                continue;
            }
            prop_assert_eq!(&findings, &[], "{}", text);
            prop_assert_eq!(&documents[0].root.to_json(), &value, "{}", text);
            spans_lie_inside(&documents[0].root, &text)?;
        }
    }

    #[test]
    fn any_text_is_read_without_panic_and_spans_lie_inside(text in prop_oneof![
        any::<String>(),
        "([ \n\t]{0,3}([-?:,\\[\\]{}#&*!|>'\"%@`~a1.é]|<<|---|\\.\\.\\.|: |- |\\\\u202e|no|0x1)){0,40}",
        "((  ){0,3}(- |[ab]:|[ab]: )?([|>'\"\\[{]|é|1|~)?[\\]}'\"]?\n){0,20}",
    ]) {
        let (documents, findings) = parse_text(&text);
        for document in &documents {
            spans_lie_inside(&document.root, &text)?;
        }
        for finding in &findings {
            for location in std::iter::once(&finding.at).chain(finding.related.iter().map(|label| &label.at)) {
                if let Some(span) = location.span {
                    prop_assert!(text.get(span.range()).is_some(), "{span:?}");
                    prop_assert_eq!(location.start, Position::of(&text, span.range().start));
                }
            }
        }
    }
}

/// On boundaries of characters, and each within its parent's.
fn spans_lie_inside(node: &Node, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(text.get(node.span.range()).is_some(), "{:?}", node.span);
    let inside = |span: crate::model::Span| node.span.start <= span.start && span.end <= node.span.end;
    match &node.value {
        NodeValue::Sequence(items) => {
            for item in items {
                prop_assert!(inside(item.span));
                spans_lie_inside(item, text)?;
            }
        }
        NodeValue::Mapping(entries) => {
            for entry in entries {
                prop_assert!(inside(entry.key_span) && inside(entry.value.span));
                prop_assert!(text.get(entry.key_span.range()).is_some());
                spans_lie_inside(&entry.value, text)?;
            }
        }
        _ => {}
    }
    Ok(())
}
