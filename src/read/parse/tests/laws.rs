//! Laws: what is written is read, nothing panics, and every span lies inside.

use super::parse_text;
use crate::model::Position;
use crate::read::{Node, NodeValue};
use proptest::prelude::*;
use serde_json::json;

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
            prop_assert_eq!(&documents[0].root().to_json(), &value, "{}", text);
            spans_lie_inside(documents[0].root(), &text)?;
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
            spans_lie_inside(document.root(), &text)?;
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
