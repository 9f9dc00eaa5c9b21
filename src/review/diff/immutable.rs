//! Which fields of Kubernetes objects cannot be changed in place, and which settings of Terraform cannot.

use super::address::Address;
use super::change::{Effect, FieldChange};
use crate::model::Quantity;
use serde_json::Value;

/// What may change in a StatefulSet's `spec`.
const STATEFUL_SET: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
    "revisionHistoryLimit",
];

/// What a change of this field means to the object.
pub fn effect(address: &Address, before: &Value, field: &FieldChange) -> Effect {
    match address {
        Address::Terraform(block) if block == "backend" => Effect::LeavesState,
        // Another module has other resources at other addresses.
        Address::Terraform(_) if field.path.starts_with(&["source"]) => Effect::Replaces,
        Address::Object { group, kind, .. } if is_claim(group, kind) && shrinks(field) => Effect::Refused,
        Address::Object { group, kind, .. } if is_immutable(group, kind, before, field) => Effect::Replaces,
        Address::Terraform(_) | Address::ModuleFiles(_) | Address::Object { .. } | Address::File(_) => Effect::InPlace,
    }
}

fn is_immutable(group: &str, kind: &str, before: &Value, field: &FieldChange) -> bool {
    let keys = field.path.keys();
    let in_spec = |names: &[&str]| keys.first() == Some(&"spec") && keys.get(1).is_some_and(|key| names.contains(key));
    match (group, kind) {
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet") => in_spec(&["selector"]),
        ("apps", "StatefulSet") => keys.first() == Some(&"spec") && !in_spec(&STATEFUL_SET),
        ("batch", "Job") => in_spec(&["selector", "template", "completionMode", "completions", "podFailurePolicy"]),
        _ if is_claim(group, kind) => {
            keys.first() == Some(&"spec") && !in_spec(&["resources", "volumeAttributesClassName"])
        }
        ("", "Service") => in_spec(&["clusterIP", "clusterIPs"]),
        ("", "Secret") if keys == ["type"] => true,
        ("", "ConfigMap" | "Secret") => {
            before.get("immutable") == Some(&Value::Bool(true)) && keys.first() != Some(&"metadata")
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => keys.first() == Some(&"roleRef"),
        ("storage.k8s.io", "StorageClass") => ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"]
            .iter()
            .any(|key| keys.first() == Some(key)),
        _ => false,
    }
}

fn is_claim(group: &str, kind: &str) -> bool {
    group.is_empty() && kind == "PersistentVolumeClaim"
}

/// A claim grows in place and never shrinks.
fn shrinks(field: &FieldChange) -> bool {
    if !field.path.starts_with(&["spec", "resources"]) {
        return false;
    }
    let quantity = |value: &Option<Value>| Quantity::parse(value.as_ref()?.as_str()?);
    match (quantity(&field.before), quantity(&field.after)) {
        (Some(before), Some(after)) => after < before,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::differences;
    use super::*;
    use serde_json::json;

    fn effects(group: &str, kind: &str, before: Value, after: Value) -> Vec<Effect> {
        let address = Address::Object {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: "cart".to_owned(),
        };
        differences(&before, &after).iter().map(|field| effect(&address, &before, field)).collect()
    }

    #[test]
    fn a_selector_makes_a_deployment_anew_and_its_template_does_not() {
        let spec = |label: &str, image: &str| json!({"spec": {"selector": {"a": label}, "template": {"image": image}}});
        assert_eq!(effects("apps", "Deployment", spec("x", "1"), spec("y", "1")), [Effect::Replaces]);
        assert_eq!(effects("apps", "Deployment", spec("x", "1"), spec("x", "2")), [Effect::InPlace]);
        assert_eq!(effects("example.com", "Deployment", spec("x", "1"), spec("y", "1")), [Effect::InPlace]);
    }

    #[test]
    fn a_stateful_set_changes_in_few_fields_only() {
        let spec = |name: &str, replicas: i32| json!({"spec": {"serviceName": name, "replicas": replicas}});
        assert_eq!(effects("apps", "StatefulSet", spec("a", 1), spec("a", 2)), [Effect::InPlace]);
        assert_eq!(effects("apps", "StatefulSet", spec("a", 1), spec("b", 1)), [Effect::Replaces]);
    }

    #[test]
    fn a_claim_grows_in_place_and_cannot_shrink() {
        let claim = |storage: &str| json!({"spec": {"resources": {"requests": {"storage": storage}}}});
        assert_eq!(effects("", "PersistentVolumeClaim", claim("1Gi"), claim("10Gi")), [Effect::InPlace]);
        assert_eq!(effects("", "PersistentVolumeClaim", claim("10Gi"), claim("1Gi")), [Effect::Refused]);
        let class = |name: &str| json!({"spec": {"storageClassName": name}});
        assert_eq!(effects("", "PersistentVolumeClaim", class("a"), class("b")), [Effect::Replaces]);
    }

    #[test]
    fn another_place_of_state_is_told_apart() {
        let fields = differences(&json!({"key": "a"}), &json!({"key": "b"}));
        let address = Address::Terraform("backend".to_owned());
        assert_eq!(effect(&address, &json!({}), &fields[0]), Effect::LeavesState);
    }
}
