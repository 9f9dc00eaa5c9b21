//! What an environment itself needs: a namespace that admits confined pods only, closed to the network, and limited.

use super::labels;
use super::network_policy;
use super::object;
use crate::emit::yaml::Tree;
use crate::provision::EnvironmentFacts;
use k8s_openapi::api::core::v1::{
    LimitRange, LimitRangeItem, LimitRangeSpec, Namespace, ResourceQuota, ResourceQuotaSpec,
};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use std::collections::BTreeMap;

/// The version of the Pod Security Standards, named so that an upgrade of the cluster changes nothing by itself.
const POD_SECURITY_VERSION: &str = "v1.33";

pub fn objects(facts: &EnvironmentFacts<'_>) -> Vec<Tree> {
    let mut objects = vec![namespace(facts), default_deny(facts), limit_range(facts)];
    objects.extend(resource_quota(facts));
    objects
}

fn namespace(facts: &EnvironmentFacts<'_>) -> Tree {
    let preview = facts.spec.preview.iter().flat_map(|preview| &preview.labels);
    let mut labels = labels::foreign(preview);
    labels.extend(labels::of_environment(facts));
    labels.extend(labels::of_preview(facts));
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), "restricted".to_owned());
        labels.insert(format!("pod-security.kubernetes.io/{mode}-version"), POD_SECURITY_VERSION.to_owned());
    }
    object::tree(&Namespace {
        metadata: ObjectMeta {
            namespace: None,
            annotations: annotations(facts),
            ..object::metadata(&facts.namespace, "", &labels)
        },
        ..Namespace::default()
    })
}

/// Of a pull request's own environment: who wrote the change, as a login that no label could hold, and when it ends.
fn annotations(facts: &EnvironmentFacts<'_>) -> Option<BTreeMap<String, String>> {
    let instance = facts.spec.preview.as_ref()?.instance.as_ref()?;
    let expires = instance.expires.map(|expires| ("pavior.dev/expires-at".to_owned(), expires.to_string()));
    let author = ("pavior.dev/author".to_owned(), instance.author.clone());
    Some(expires.into_iter().chain([author]).collect())
}

fn metadata(facts: &EnvironmentFacts<'_>, name: &str) -> ObjectMeta {
    object::metadata(name, &facts.namespace, &labels::of_environment(facts))
}

/// Every pod may look names up and nothing else, until a unit's own policy says more.
fn default_deny(facts: &EnvironmentFacts<'_>) -> Tree {
    object::tree(&NetworkPolicy {
        metadata: metadata(facts, "default-deny"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: Some(Vec::new()),
            egress: Some(vec![network_policy::dns()]),
        }),
    })
}

/// The environment's capacity as a quota on what pods request.
fn resource_quota(facts: &EnvironmentFacts<'_>) -> Option<Tree> {
    let capacity = facts.spec.capacity.as_ref()?;
    let mut hard = quantities([
        ("pods", &capacity.pods.to_string()),
        ("requests.cpu", capacity.cpu.as_str()),
        ("requests.memory", capacity.memory.as_str()),
    ]);
    if let Some(storage) = &capacity.storage {
        hard.extend(quantities([("requests.storage", storage.as_str())]));
    }
    Some(object::tree(&ResourceQuota {
        metadata: metadata(facts, "capacity"),
        spec: Some(ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() }),
        status: None,
    }))
}

/// What a container gets that asks for nothing: the defaults of declarations, for pods that others bring.
fn limit_range(facts: &EnvironmentFacts<'_>) -> Tree {
    object::tree(&LimitRange {
        metadata: metadata(facts, "container-defaults"),
        spec: Some(LimitRangeSpec {
            limits: vec![LimitRangeItem {
                type_: "Container".to_owned(),
                default_request: Some(quantities([("cpu", "100m"), ("memory", "128Mi")])),
                default: Some(quantities([("cpu", "200m"), ("memory", "128Mi")])),
                ..LimitRangeItem::default()
            }],
        }),
    })
}

fn quantities<const N: usize>(amounts: [(&str, &str); N]) -> BTreeMap<String, Quantity> {
    amounts.into_iter().map(|(what, amount)| (what.to_owned(), Quantity(amount.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::json;

    #[test]
    fn the_namespace_admits_confined_pods_only() {
        let tree = namespace(&sample::environment());
        assert_eq!(tree["metadata"]["name"], json!("shop"));
        assert_eq!(tree["metadata"].get("namespace"), None);
        let labels = &tree["metadata"]["labels"];
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], json!("restricted"));
        assert_eq!(labels["pod-security.kubernetes.io/enforce-version"], json!("v1.33"));
        assert_eq!(labels["pavior.dev/environment"], json!("staging"));
    }

    #[test]
    fn a_preview_cannot_loosen_pod_security_by_its_labels() {
        let facts = sample::environment_of(json!({
            "type": "preview", "class": "development", "provider": "kubernetes", "domain": "a.example",
            "preview": { "shares": "staging", "labels": {
                "pod-security.kubernetes.io/enforce": "privileged", "pavior.dev/environment": "production", "team": "a b",
            }},
        }));
        let labels = &namespace(&facts)["metadata"]["labels"];
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], json!("restricted"));
        assert_eq!(labels["pavior.dev/environment"], json!("staging"));
        assert!(labels["team"].as_str().is_some_and(|team| team.starts_with("a-b-")));
    }

    #[test]
    fn capacity_is_the_quota() {
        let tree = resource_quota(&sample::environment()).unwrap();
        assert_eq!(
            tree["spec"]["hard"],
            json!({ "pods": "200", "requests.cpu": "32", "requests.memory": "64Gi", "requests.storage": "500Gi" })
        );
        let unlimited =
            sample::environment_of(json!({ "class": "development", "provider": "kubernetes", "domain": "a.example" }));
        assert_eq!(resource_quota(&unlimited), None);
    }

    #[test]
    fn all_traffic_is_denied_but_names() {
        let spec = &default_deny(&sample::environment())["spec"];
        assert_eq!((&spec["podSelector"], &spec["ingress"]), (&json!({}), &json!([])));
        assert_eq!(spec["egress"].as_array().map(Vec::len), Some(1));
    }
}
