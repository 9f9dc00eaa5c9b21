//! What parsing gives for kind, unlucky and hostile text.

mod hostile;
mod laws;
mod syntax;
mod values;

use super::*;
use crate::model::{Finding, Position};
use crate::read::{Node, NodeValue};

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
    documents[0].root().to_json()
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
