//! A workload without storage of its own: replicas that are replaced one by one, none missing meanwhile.

use super::files::Files;
use super::labels;
use super::object;
use super::pod;
use super::replicas;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

const REVISIONS_KEPT: i32 = 5;

pub fn deployment(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Tree {
    object::tree(&Deployment {
        metadata: unit.metadata(unit.name()),
        spec: Some(DeploymentSpec {
            replicas: replicas::fixed(unit.plan.replicas),
            revision_history_limit: Some(REVISIONS_KEPT),
            selector: object::selector(labels::component_selector(unit.name(), labels::WORKLOAD)),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            template: pod::long_running(unit, files),
            ..DeploymentSpec::default()
        }),
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::provision::Replicas;
    use serde_json::json;

    fn made(min: i32, max: i32) -> Tree {
        let replicas = Replicas { min, max, cpu: Some(70), memory: None };
        let unit = sample::unit_with("cart", |plan| plan.replicas = replicas);
        let unit = sample::service(&unit);
        deployment(&unit, &Files::of(&unit))
    }

    #[test]
    fn a_fixed_number_of_replicas_is_written_an_autoscaled_one_is_not() {
        assert_eq!(made(2, 2)["spec"]["replicas"], json!(2));
        assert_eq!(made(1, 3)["spec"].get("replicas"), None);
    }

    #[test]
    fn replicas_are_replaced_without_a_gap() {
        assert_eq!(
            made(2, 2)["spec"]["strategy"],
            json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } })
        );
    }

    #[test]
    fn the_selector_selects_the_pods_of_the_template() {
        let spec = &made(1, 1)["spec"];
        let labels = spec["template"]["metadata"]["labels"].as_object().unwrap();
        let selector = spec["selector"]["matchLabels"].as_object().unwrap();
        assert_eq!(selector.len(), 3);
        assert!(selector.iter().all(|(key, value)| labels.get(key) == Some(value)));
    }
}
