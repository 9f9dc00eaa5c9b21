//! A workload whose replicas each keep data of their own.

use super::files::Files;
use super::labels;
use super::names;
use super::object;
use super::pod;
use super::replicas;
use super::service;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use k8s_openapi::api::apps::v1::{
    StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetUpdateStrategy,
};
use serde_json::{Value, json};

const REVISIONS_KEPT: i32 = 5;
/// Its pods carry `<name>-<ten digits>` as a label, which has room for 63 characters.
const MAX_NAME: usize = 52;

pub fn name(unit: &ServiceUnit<'_>) -> String {
    names::fit(unit.name(), MAX_NAME)
}

pub fn stateful_set(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Tree {
    let keep = Some("Retain".to_owned());
    let mut tree = object::tree(&StatefulSet {
        metadata: unit.metadata(&name(unit)),
        spec: Some(StatefulSetSpec {
            replicas: replicas::fixed(unit.plan.replicas),
            revision_history_limit: Some(REVISIONS_KEPT),
            selector: object::selector(labels::component_selector(unit.name(), labels::WORKLOAD)),
            service_name: Some(service::headless_name(unit)),
            update_strategy: Some(StatefulSetUpdateStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: None,
            }),
            persistent_volume_claim_retention_policy: Some(StatefulSetPersistentVolumeClaimRetentionPolicy {
                when_deleted: keep.clone(),
                when_scaled: keep,
            }),
            template: pod::long_running(unit, files),
            ..StatefulSetSpec::default()
        }),
        status: None,
    });
    if let Some(Value::Object(spec)) = tree.get_mut("spec") {
        spec.insert("volumeClaimTemplates".to_owned(), claim_templates(unit));
    }
    tree
}

/// The claims as their provisioner wrote them. Their labels are the stable ones: Kubernetes refuses to change them.
fn claim_templates(unit: &ServiceUnit<'_>) -> Value {
    let template = |(local, claim)| {
        json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": { "name": local, "labels": labels::unit_selector(unit.name()) },
            "spec": claim,
        })
    };
    unit.claims().iter().map(|resource| template((resource.local.as_str(), &resource.claim))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::provision::VolumePlan;

    fn made(service: &str) -> Tree {
        let mut unit = sample::unit_with(service, |plan| {
            let volume = VolumePlan { resource: sample::name("data"), path: None, read_only: false };
            plan.containers[0].volumes.insert("/data".to_owned(), volume);
        });
        unit.resources.push(sample::volume("data"));
        let unit = sample::service(&unit);
        assert!(unit.is_stateful());
        stateful_set(&unit, &Files::of(&unit))
    }

    #[test]
    fn each_replica_claims_a_volume_that_stays() {
        let tree = made("cart");
        let spec = &tree["spec"];
        assert_eq!(
            spec["volumeClaimTemplates"],
            json!([{
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": { "name": "data", "labels": { "app.kubernetes.io/name": "cart", "pavior.dev/unit": "cart" } },
                "spec": { "accessModes": ["ReadWriteOnce"], "storageClassName": "gp3",
                    "resources": { "requests": { "storage": "10Gi" } } },
            }])
        );
        assert_eq!(
            spec["persistentVolumeClaimRetentionPolicy"],
            json!({ "whenDeleted": "Retain", "whenScaled": "Retain" })
        );
        assert_eq!(spec["serviceName"], json!("cart-headless"));
        assert_eq!(spec["updateStrategy"], json!({ "type": "RollingUpdate" }));
    }

    #[test]
    fn a_long_name_leaves_room_for_the_revision_label() {
        let tree = made(&"c".repeat(60));
        assert_eq!(tree["metadata"]["name"].as_str().map(str::len), Some(MAX_NAME));
    }
}
