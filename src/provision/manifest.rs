//! Checks the objects that provisioners emit: whole, named, in the environment's namespace, and owning nothing else.

use super::rules;
use crate::model::{Finding, Location};
use serde_json::{Map, Value};

/// Kinds of the whole cluster that a resource may bring along.
const CLUSTER_KINDS: [&str; 1] = ["StorageClass"];
/// What metadata may hold. Everything else is the cluster's own, or would tie objects to others.
const METADATA: [&str; 4] = ["name", "namespace", "labels", "annotations"];

/// One thing wrong with an object, and the route to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub route: Vec<&'static str>,
    pub message: String,
    pub help: String,
}

fn flaw(route: &[&'static str], message: impl Into<String>, help: impl Into<String>) -> Flaw {
    Flaw { route: route.to_vec(), message: message.into(), help: help.into() }
}

/// What is wrong with an evaluated object that is for this namespace.
pub fn flaws(object: &Map<String, Value>, namespace: &str) -> Vec<Flaw> {
    let mut found = Vec::new();
    let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    for key in ["apiVersion", "kind"] {
        if text(key).is_none() {
            found.push(flaw(&[], format!("the object has no `{key}`"), format!("add `{key}`")));
        }
    }
    let kind = text("kind").unwrap_or("object");
    if kind.ends_with("List") || object.contains_key("items") {
        found.push(flaw(&["kind"], "a list of objects is no manifest", "write one manifest for each object"));
    }
    let empty = Map::new();
    let metadata = object.get("metadata").and_then(Value::as_object).unwrap_or(&empty);
    match metadata.get("name").and_then(Value::as_str) {
        Some(name) if is_dns_name(name) => {}
        Some(name) => found.push(flaw(
            &["metadata", "name"],
            format!("`{name}` is no name of a Kubernetes object"),
            "names are lower-case letters, digits, hyphens and dots, 253 at most; `${resource.name}` is one",
        )),
        None => found.push(flaw(&["metadata"], format!("the {kind} has no name"), "add `name: ${resource.name}`")),
    }
    let own = "add `namespace: ${environment.namespace}`";
    match metadata.get("namespace").and_then(Value::as_str) {
        Some(found) if found == namespace && !CLUSTER_KINDS.contains(&kind) => {}
        Some(_) if CLUSTER_KINDS.contains(&kind) => {
            found.push(flaw(&["metadata", "namespace"], format!("a {kind} belongs to no namespace"), "take it out"));
        }
        Some(other) => found.push(flaw(
            &["metadata", "namespace"],
            format!("the {kind} would go to the namespace `{other}`, not to the environment's"),
            own,
        )),
        None if CLUSTER_KINDS.contains(&kind) => {}
        None => found.push(flaw(
            &["metadata"],
            format!("the {kind} names no namespace"),
            format!("{own}; objects of the whole cluster are not for provisioners"),
        )),
    }
    for key in metadata.keys().filter(|key| !METADATA.contains(&key.as_str())) {
        found.push(flaw(
            &["metadata"],
            format!("the {kind} sets `metadata.{key}`"),
            "keep to name, namespace, labels and annotations",
        ));
    }
    for part in ["labels", "annotations"] {
        let Some(map) = metadata.get(part).and_then(Value::as_object) else { continue };
        for key in
            map.keys().filter(|key| key.starts_with("applyset.kubernetes.io/") || key.starts_with("applyset.k8s.io/"))
        {
            found.push(flaw(&["metadata", part], format!("`{key}` is reserved for kubectl"), "take it out"));
        }
        if map.values().any(|value| !value.is_string()) {
            found.push(flaw(
                &["metadata", part],
                format!("{part} of the {kind} are not all texts"),
                "quote their values",
            ));
        }
    }
    found
}

pub fn flawed(at: Location, flaw: &Flaw, from: Location, subject: &str) -> Finding {
    Finding::new(&rules::MANIFEST, at, flaw.message.clone())
        .related(from, format!("evaluated for {subject}"))
        .help(flaw.help.clone())
}

/// A DNS-1123 subdomain.
fn is_dns_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(object: Value) -> Vec<String> {
        flaws(object.as_object().unwrap(), "shop").into_iter().map(|flaw| flaw.message).collect()
    }

    #[test]
    fn whole_objects_of_the_namespace_pass() {
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a.b", "namespace": "shop"}});
        assert_eq!(said(service), [""; 0]);
        let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "a"}});
        assert_eq!(said(class), [""; 0]);
    }

    #[test]
    fn what_reaches_beyond_the_unit_is_refused() {
        let object = |metadata: Value| json!({"apiVersion": "v1", "kind": "Role", "metadata": metadata});
        for (metadata, part) in [
            (json!({"name": "a"}), "names no namespace"),
            (json!({"name": "a", "namespace": "kube-system"}), "namespace `kube-system`"),
            (json!({"name": "A", "namespace": "shop"}), "no name of a Kubernetes object"),
            (json!({"namespace": "shop"}), "has no name"),
            (json!({"name": "a", "namespace": "shop", "ownerReferences": []}), "metadata.ownerReferences"),
            (json!({"name": "a", "namespace": "shop", "finalizers": []}), "metadata.finalizers"),
            (json!({"name": "a", "namespace": "shop", "generateName": "b"}), "metadata.generateName"),
            (json!({"name": "a", "namespace": "shop", "labels": {"applyset.kubernetes.io/id": "x"}}), "reserved"),
            (json!({"name": "a", "namespace": "shop", "labels": {"x": 1}}), "not all texts"),
        ] {
            let found = said(object(metadata.clone()));
            assert_eq!(found.len(), 1, "{metadata}: {found:?}");
            assert!(found[0].contains(part), "{metadata}: {found:?}");
        }
        assert_eq!(said(json!({})).len(), 4);
        let binding = json!({"apiVersion": "rbac/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "a"}});
        assert_eq!(said(binding), ["the ClusterRoleBinding names no namespace"]);
    }
}
