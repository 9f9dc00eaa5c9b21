//! The older form of `files` and `volumes`, lists of entries with a `target`, becomes the map by target.

use super::rules;
use crate::model::{Finding, Location};
use crate::read::{Entry, Node, NodeValue};

/// The root of a Score file in the one form that is checked and translated. Mistakes of the older form are reported.
pub fn normal(mut root: Node, locate: impl Fn(&Node) -> Location, report: &mut impl FnMut(Finding)) -> Node {
    let containers = mapping(&mut root).iter_mut().find(|entry| entry.key == "containers");
    for container in containers.map(|entry| mapping(&mut entry.value)).unwrap_or_default() {
        for entry in mapping(&mut container.value) {
            if let (field @ ("files" | "volumes"), NodeValue::Sequence(items)) = (&*entry.key, &entry.value.value) {
                entry.value.value = NodeValue::Mapping(by_target(field, items, &locate, report));
            }
        }
    }
    root
}

fn mapping(node: &mut Node) -> &mut [Entry] {
    match &mut node.value {
        NodeValue::Mapping(entries) => entries,
        _ => &mut [],
    }
}

fn by_target(
    field: &str,
    items: &[Node],
    locate: &impl Fn(&Node) -> Location,
    report: &mut impl FnMut(Finding),
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for item in items {
        let target = item.child("target").map(|target| (target, &target.value));
        let Some((target, NodeValue::Text(path))) = target else {
            report(rules::no_target(field, locate(item)));
            continue;
        };
        if let Some(first) = entries.iter().find(|entry| entry.key == *path) {
            let at = Node { span: first.key_span, value: NodeValue::Null };
            report(rules::same_target(path, locate(target), locate(&at)));
            continue;
        }
        let mut value = item.clone();
        if let NodeValue::Mapping(fields) = &mut value.value {
            fields.retain(|field| field.key != "target");
        }
        entries.push(Entry { key: path.clone(), key_span: target.span, value });
    }
    entries
}
