//! A workload that keeps data which one pod alone may write to: a StatefulSet never runs two of the same name.

use super::files::Files;
use super::labels;
use super::names;
use super::object;
use super::pod;
use super::replicas;
use super::service;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy};

const REVISIONS_KEPT: i32 = 5;
/// Its pods carry `<name>-<ten digits>` as a label, which has room for 63 characters.
const MAX_NAME: usize = 52;

pub fn name(unit: &ServiceUnit<'_>) -> String {
    names::fit(unit.name(), MAX_NAME)
}

pub fn stateful_set(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Tree {
    object::tree(&StatefulSet {
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
            template: pod::long_running(unit, files),
            ..StatefulSetSpec::default()
        }),
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::provision::VolumePlan;
    use serde_json::json;

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
    fn the_volume_is_a_claim_that_stands_by_itself() {
        let tree = made("cart");
        let spec = &tree["spec"];
        assert_eq!(spec["volumeClaimTemplates"], json!(null));
        let volumes = spec["template"]["spec"]["volumes"].as_array().unwrap();
        let claimed = json!({ "name": "data", "persistentVolumeClaim": { "claimName": "cart-data" } });
        assert!(volumes.contains(&claimed), "{volumes:?}");
        assert_eq!(spec["serviceName"], json!("cart-headless"));
        assert_eq!(spec["updateStrategy"], json!({ "type": "RollingUpdate" }));
    }

    #[test]
    fn a_long_name_leaves_room_for_the_revision_label() {
        let tree = made(&"c".repeat(60));
        assert_eq!(tree["metadata"]["name"].as_str().map(str::len), Some(MAX_NAME));
    }
}
