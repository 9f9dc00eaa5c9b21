//! Two trees in, the fields in which they differ out.
//!
//! Items of a list are found by what names them in Kubernetes, not by their position: a container that is added in
//! front changes no other.

use super::change::{Effect, FieldChange, Secrecy};
use crate::model::{FieldPath, NAMING, Step, item_names};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// In the order of the tree at head; what is gone comes behind what stays.
pub fn differences(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare(&FieldPath::default(), before, after, &mut found);
    found
}

/// Each top-level field of what is created.
pub fn all_of(tree: &Value) -> Vec<FieldChange> {
    differences(&Value::Object(Map::new()), tree)
}

fn compare(path: &FieldPath, before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => objects(path, before, after, found),
        (Value::Array(before), Value::Array(after)) => lists(path, before, after, found),
        _ => found.push(field(path.clone(), Some(before), Some(after))),
    }
}

fn field(path: FieldPath, before: Option<&Value>, after: Option<&Value>) -> FieldChange {
    FieldChange {
        path,
        before: before.cloned(),
        after: after.cloned(),
        effect: Effect::default(),
        secrecy: Secrecy::default(),
    }
}

fn objects(path: &FieldPath, before: &Map<String, Value>, after: &Map<String, Value>, found: &mut Vec<FieldChange>) {
    let below = |key: &String| path.then(Step::Key(key.clone()));
    for (key, value) in after {
        match before.get(key) {
            Some(old) => compare(&below(key), old, value, found),
            None => found.push(field(below(key), None, Some(value))),
        }
    }
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        found.push(field(below(key), Some(value), None));
    }
}

fn lists(path: &FieldPath, before: &[Value], after: &[Value], found: &mut Vec<FieldChange>) {
    let told = found.len();
    match NAMING.iter().find_map(|key| Some((named(before, key)?, named(after, key)?))) {
        Some((old, new)) => named_items(path, &old, &new, found),
        None => nameless_items(path, before, after, found),
    }
    if found.len() == told {
        // The same items in another order.
        let (before, after) = (Value::from(before.to_vec()), Value::from(after.to_vec()));
        found.push(field(path.clone(), Some(&before), Some(&after)));
    }
}

type Named<'v> = Vec<(String, &'v Value)>;

/// Every item by its name; None when one has none or two share one.
fn named<'v>(items: &'v [Value], key: &str) -> Option<Named<'v>> {
    Some(item_names(items, key)?.into_iter().zip(items).collect())
}

fn named_items(path: &FieldPath, before: &Named<'_>, after: &Named<'_>, found: &mut Vec<FieldChange>) {
    let old: BTreeMap<&str, &Value> = before.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let new: BTreeSet<&str> = after.iter().map(|(name, _)| name.as_str()).collect();
    let item = |name: &str| path.then(Step::Named(name.to_owned()));
    for (name, value) in after {
        match old.get(name.as_str()) {
            Some(old) => compare(&item(name), old, value, found),
            None => found.push(field(item(name), None, Some(value))),
        }
    }
    for (name, value) in before.iter().filter(|(name, _)| !new.contains(name.as_str())) {
        found.push(field(item(name), Some(value), None));
    }
}

/// Equal items cancel out. Where as many stay on both sides, at the same places, each has changed; else some came and
/// some went.
fn nameless_items(path: &FieldPath, before: &[Value], after: &[Value], found: &mut Vec<FieldChange>) {
    let gone = without(before, after);
    let come = without(after, before);
    let places = |items: &[(usize, &Value)]| items.iter().map(|(place, _)| *place).collect::<Vec<_>>();
    if places(&gone) == places(&come) || (gone.len(), come.len()) == (1, 1) {
        for ((_, old), (place, new)) in gone.iter().zip(&come) {
            compare(&path.then(Step::Index(*place)), old, new, found);
        }
        return;
    }
    let item = path.then(Step::Item);
    found.extend(gone.iter().map(|(_, old)| field(item.clone(), Some(old), None)));
    found.extend(come.iter().map(|(_, new)| field(item.clone(), None, Some(new))));
}

/// Items with their places, but for one of each equal item in `others`.
fn without<'v>(items: &'v [Value], others: &[Value]) -> Vec<(usize, &'v Value)> {
    let mut others: Vec<&Value> = others.iter().collect();
    let stays = |(_, item): &(usize, &Value)| match others.iter().position(|other| other == item) {
        Some(place) => {
            others.swap_remove(place);
            false
        }
        None => true,
    };
    items.iter().enumerate().filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// `path: before -> after`
    fn shown(before: Value, after: Value) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
        let line = |one: &FieldChange| format!("{}: {} -> {}", one.path, text(&one.before), text(&one.after));
        differences(&before, &after).iter().map(line).collect()
    }

    #[test]
    fn a_field_is_named_by_its_path() {
        let before = json!({"spec": {"replicas": 1, "paused": true, "same": [1]}});
        let after = json!({"spec": {"replicas": 2, "same": [1], "new": {"a": 1}}});
        assert_eq!(
            shown(before, after),
            ["spec.replicas: 1 -> 2", "spec.new: - -> {\"a\":1}", "spec.paused: true -> -"]
        );
    }

    #[test]
    fn items_with_names_are_found_wherever_they_stand() {
        let before = json!({"containers": [{"name": "main", "image": "a:1"}, {"name": "log", "image": "b"}]});
        let after = json!({"containers": [{"name": "new", "image": "c"}, {"name": "main", "image": "a:2"}]});
        assert_eq!(
            shown(before, after),
            [
                "containers[new]: - -> {\"name\":\"new\",\"image\":\"c\"}",
                "containers[main].image: \"a:1\" -> \"a:2\"",
                "containers[log]: {\"name\":\"log\",\"image\":\"b\"} -> -"
            ]
        );
    }

    #[test]
    fn mounts_are_named_by_where_they_are_mounted() {
        let mount = |path: &str, read_only: bool| json!({"name": "files", "mountPath": path, "readOnly": read_only});
        let before = json!([mount("/a", true), mount("/b", true)]);
        let after = json!([mount("/a", true), mount("/b", false)]);
        assert_eq!(shown(before, after), ["[/b].readOnly: true -> false"]);
    }

    #[test]
    fn items_without_names_come_and_go() {
        assert_eq!(
            shown(json!(["a", "b"]), json!(["b", "c", "d"])),
            ["[]: \"a\" -> -", "[]: - -> \"c\"", "[]: - -> \"d\""]
        );
        assert_eq!(shown(json!([{"port": 1}, {"port": 2}]), json!([{"port": 1}, {"port": 3}])), ["[1].port: 2 -> 3"]);
        assert_eq!(shown(json!(["x", "a"]), json!(["b", "x"])), ["[0]: \"a\" -> \"b\""]);
    }

    #[test]
    fn another_order_is_a_change() {
        assert_eq!(shown(json!(["a", "b"]), json!(["b", "a"])), [": [\"a\",\"b\"] -> [\"b\",\"a\"]"]);
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(json!(1)), Just(json!("a")), Just(json!(null)), Just(json!(true))];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("name|id|x", inner, 0..3)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn trees_differ_exactly_when_a_field_does(before in tree(), after in tree()) {
            prop_assert_eq!(differences(&before, &after).is_empty(), before == after);
            prop_assert!(differences(&before, &before).is_empty());
        }

        #[test]
        fn the_way_back_has_as_many_changes(before in tree(), after in tree()) {
            prop_assert_eq!(differences(&before, &after).len(), differences(&after, &before).len());
        }
    }
}
