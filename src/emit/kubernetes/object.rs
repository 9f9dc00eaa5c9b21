//! Typed Kubernetes objects become trees, with the keys that readers look for first.

use super::labels::Labels;
use crate::emit::yaml::Tree;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;
use serde_json::Value;

/// Keys that stand before the others, wherever they are.
const LEADING: [&str; 6] = ["apiVersion", "kind", "metadata", "name", "namespace", "image"];

/// The tree of an object.
pub fn tree<T: Serialize>(object: &T) -> Tree {
    match serde_json::to_value(object).expect("Kubernetes types have text keys and finite numbers") {
        Value::Object(mut tree) => {
            order(&mut tree);
            tree
        }
        _ => Tree::new(),
    }
}

/// The metadata of an object.
pub fn metadata(name: &str, namespace: &str, labels: &Labels) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(namespace.to_owned()),
        labels: Some(labels.clone()),
        ..ObjectMeta::default()
    }
}

/// A selector of exactly these labels.
pub fn selector(labels: Labels) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), match_expressions: None }
}

/// Moves the leading keys to the front, here and below. Most maps have none, or have them there already: those stay as
/// they are, because to build a map anew takes as long as to serialise the object.
fn order(fields: &mut Tree) {
    let mut leading: Vec<(usize, usize)> = fields.keys().enumerate().filter_map(rank).collect();
    if !leading.is_sorted() || leading.iter().enumerate().any(|(to, (_, from))| to != *from) {
        leading.sort_unstable();
        for (to, (rank, _)) in leading.into_iter().enumerate() {
            if let Some((key, value)) = fields.shift_remove_entry(LEADING[rank]) {
                fields.shift_insert(to, key, value);
            }
        }
    }
    fields.values_mut().for_each(order_below);
}

/// The place of a leading key among those, and where it stands.
fn rank((from, key): (usize, &String)) -> Option<(usize, usize)> {
    LEADING.iter().position(|leading| leading == key).map(|rank| (rank, from))
}

fn order_below(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(order_below),
        Value::Object(fields) => order(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::Namespace;
    use proptest::prelude::*;
    use serde_json::json;

    fn keys(tree: &Tree) -> Vec<&str> {
        tree.keys().map(String::as_str).collect()
    }

    proptest! {
        /// Leading keys first, in their order; the others behind them, in theirs; with each its value.
        #[test]
        fn keys_are_moved_and_nothing_else(
            written in prop::sample::subsequence(vec!["a", "image", "b", "kind", "name", "c", "apiVersion", "metadata"], 0..8)
                .prop_shuffle()
        ) {
            let value = json!(written.iter().map(|key| ((*key).to_owned(), json!({ "z": 1, "name": *key }))).collect::<Tree>());
            let tree = tree(&value);
            let mut expected: Vec<&str> = LEADING.into_iter().filter(|key| written.contains(key)).collect();
            expected.extend(written.iter().copied().filter(|key| !LEADING.contains(key)));
            prop_assert_eq!(keys(&tree), expected);
            for (key, below) in &tree {
                prop_assert_eq!(below, &json!({ "name": key, "z": 1 }));
                prop_assert_eq!(keys(below.as_object().unwrap()), ["name", "z"]);
            }
        }
    }

    #[test]
    fn the_keys_that_identify_come_first() {
        let object = Namespace {
            metadata: metadata("n", "s", &Labels::from([("a".to_owned(), "b".to_owned())])),
            ..Namespace::default()
        };
        let tree = tree(&object);
        assert_eq!(tree.keys().collect::<Vec<_>>(), ["apiVersion", "kind", "metadata"]);
        let Some(Value::Object(metadata)) = tree.get("metadata") else { panic!("no metadata") };
        assert_eq!(metadata.keys().collect::<Vec<_>>(), ["name", "namespace", "labels"]);
    }
}
