//! The YAML reader: any text is read or refused, every place lies in it, and what is read is written and read again.

use super::Reached;
use super::judge::assert_placed;
use pavior::emit::{read_back, yaml};
use pavior::model::{Findings, RepoPath, Span};
use pavior::read::{Document, Node, NodeValue, Snapshot, lay_over, parse};
use serde_json::Value;
use std::sync::Arc;

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let path = RepoPath::literal("catalog/a.yaml");
    // As an editor hands it over: some of it is refused at the door.
    let (mut admitted, mut refused) = (Snapshot::default(), Findings::default());
    lay_over(&mut admitted, &path, text, &mut refused);
    assert_ne!(admitted.files.is_empty(), refused.is_empty());
    // The parser itself takes any text.
    let snapshot = Snapshot { files: [(path, Arc::from(text))].into(), ..Snapshot::default() };
    let mut findings = Findings::default();
    let documents = parse(&snapshot, &mut findings);
    documents.iter().for_each(|document| spans_lie_inside(document.root(), text));
    let findings = findings.into_vec();
    assert_placed(&findings, &snapshot.files);
    if !findings.is_empty() || documents.is_empty() {
        return Reached::Told;
    }
    documents.iter().for_each(is_written_and_read_again);
    Reached::Through
}

fn is_written_and_read_again(document: &Document) {
    let Value::Object(tree) = document.root().to_json() else { return };
    let written = yaml::document(&tree);
    assert_eq!(read_back::read_yaml(&written), Ok(Value::Object(tree.clone())), "{written}");
    let snapshot = Snapshot::of([("catalog/a.yaml", written.as_str())]);
    let mut findings = Findings::default();
    let again = parse(&snapshot, &mut findings);
    assert!(findings.is_empty(), "{findings:?}\n{written}");
    assert_eq!(again[0].root().to_json(), Value::Object(tree), "{written}");
}

/// On boundaries of characters, and each within its parent's.
fn spans_lie_inside(node: &Node, text: &str) {
    assert!(text.get(node.span.range()).is_some(), "{:?}", node.span);
    let inside = |span: Span| node.span.start <= span.start && span.end <= node.span.end;
    match &node.value {
        NodeValue::Sequence(items) => {
            for item in items {
                assert!(inside(item.span), "{:?} outside {:?}", item.span, node.span);
                spans_lie_inside(item, text);
            }
        }
        NodeValue::Mapping(entries) => {
            for entry in entries {
                assert!(inside(entry.key_span) && inside(entry.value.span), "{:?}", node.span);
                assert!(text.get(entry.key_span.range()).is_some());
                spans_lie_inside(&entry.value, text);
            }
        }
        _ => {}
    }
}
