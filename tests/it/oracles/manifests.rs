//! The YAML writer: three readers (ours, the one that reads back, and libyaml, which kubectl's is a port of) see the
//! tree that was meant, in one document.

use super::{Reached, words};
use arbitrary::Unstructured;
use pavior::emit::read_back::read_yaml;
use pavior::emit::yaml::{Tree, document};
use pavior::model::Findings;
use pavior::read::{MAX_KEY_BYTES, MAX_SCALAR_BYTES, Snapshot, parse};
use pavior::report::visible;
use serde_json::Value;

pub fn holds(data: &[u8]) -> Reached {
    let Ok(tree) = words::entries(&mut Unstructured::new(data), 5) else { return Reached::Refused };
    let written = document(&tree);
    let meant = Value::Object(tree);
    assert_eq!(read_yaml(&written).as_ref(), Ok(&meant), "{written}");
    let read: Value = serde_yaml_ng::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    assert_eq!(read, meant, "{written}");
    let Value::Object(tree) = meant else { return Reached::Refused };
    if tree.is_empty() {
        return Reached::Refused;
    }
    our_reader_agrees(&tree, &written);
    Reached::Through
}

/// Ours takes what is written, but for what declarations may not hold.
fn our_reader_agrees(tree: &Tree, written: &str) {
    let snapshot = Snapshot::of([("catalog/a.yaml", written)]);
    let mut findings = Findings::default();
    let documents = parse(&snapshot, &mut findings);
    let refused = findings.iter().next().map(|finding| finding.rule.id);
    let meant = Value::Object(tree.clone());
    match documents.as_slice() {
        [document] if refused.is_none() => assert_eq!(document.root().to_json(), meant, "{written}"),
        _ => assert!(is_more_than_a_declaration(&meant), "{refused:?}: {written}"),
    }
}

fn is_more_than_a_declaration(value: &Value) -> bool {
    let hidden = |text: &str| visible(text) != text || text.chars().any(|c| c.is_control() || !is_character(c));
    match value {
        Value::String(text) => hidden(text) || text.len() > MAX_SCALAR_BYTES,
        Value::Number(number) => number.as_i64().is_none(),
        Value::Array(items) => items.iter().any(is_more_than_a_declaration),
        Value::Object(entries) => entries
            .iter()
            .any(|(key, value)| hidden(key) || key.len() > MAX_KEY_BYTES || is_more_than_a_declaration(value)),
        Value::Null | Value::Bool(_) => false,
    }
}

/// Whether Unicode has such a character.
fn is_character(c: char) -> bool {
    !matches!(c, '\u{fdd0}'..='\u{fdef}') && u32::from(c) & 0xfffe != 0xfffe
}
