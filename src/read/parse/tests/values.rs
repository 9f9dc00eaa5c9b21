//! Values, keys and their places.

use super::{Findings, Snapshot, parse, parse_text, refused, value};
use crate::model::{Position, Severity};
use crate::read::Node;
use serde_json::json;

#[test]
fn a_declaration_keeps_its_values_and_places() {
    let text = "# é\nkind: Service\nspec:\n  ports: [{port: 7070}, 80]\n  note: \"é\\n\"\n  long: |\n    ä b\n    c\n\n  none:\n";
    let (documents, findings) = parse_text(text);
    assert_eq!(findings, []);
    let root = documents[0].root();
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
    let values: Vec<_> = documents.iter().map(|document| document.root().to_json()).collect();
    assert_eq!(values, [json!({"a": "é"}), json!({"b": 2}), json!(["c"])]);
    let two = documents[1].root().child("b").unwrap().span;
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
    let values: Vec<_> = documents.iter().map(|document| document.root().to_json()).collect();
    assert_eq!(values, [json!({"a": 1}), json!({"d": "no"}), json!({"e": 1})]);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(rules, ["yaml/syntax", "yaml/ambiguous-scalar"]);
}

#[test]
fn a_duplicate_key_is_refused_with_both_places() {
    let (documents, findings) = parse_text("spec:\n  privileged: false\n  image: é\n  \"privileged\": true\n");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule.id, "yaml/duplicate-key");
    assert_eq!(findings[0].message, "key `privileged` stands twice in one mapping, first on line 2");
    assert_eq!((findings[0].at.start.line, findings[0].at.start.column), (4, 3));
    assert_eq!((findings[0].related[0].at.start.line, findings[0].related[0].at.start.column), (2, 3));
    assert_eq!(documents[0].root().to_json(), json!({"spec": {"privileged": false, "image": "é"}}));

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
        assert_eq!(documents[0].root().child("é").unwrap().child(key).unwrap().to_json(), json!("x"));
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
        assert_eq!(documents[0].root().to_json(), json!({"é": [{"a": scalar}]}));
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
