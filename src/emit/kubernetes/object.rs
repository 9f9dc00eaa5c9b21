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
    match ordered(serde_json::to_value(object).expect("Kubernetes types have text keys and finite numbers")) {
        Value::Object(tree) => tree,
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

fn ordered(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(ordered).collect()),
        Value::Object(mut fields) => {
            let mut tree = Tree::new();
            for key in LEADING {
                if let Some(value) = fields.shift_remove(key) {
                    tree.insert(key.to_owned(), ordered(value));
                }
            }
            tree.extend(fields.into_iter().map(|(key, value)| (key, ordered(value))));
            Value::Object(tree)
        }
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::Namespace;

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
