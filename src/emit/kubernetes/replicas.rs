//! How many replicas, and who says so: the workload itself, or an autoscaler.

use super::labels;
use super::object;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use crate::provision::Replicas;
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget, ResourceMetricSource,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The number to write into the workload; none where an autoscaler decides, so that no apply undoes its choice.
pub fn fixed(replicas: Replicas) -> Option<i32> {
    (replicas.min >= replicas.max).then_some(replicas.min)
}

/// Scales between `min` and `max`: up at once, every half minute to the double or by four, whichever is more; down only
/// after five calm minutes, by half at most each minute.
pub fn autoscaler(unit: &ServiceUnit<'_>, workload_kind: &str, workload_name: &str) -> Option<Tree> {
    let replicas = unit.plan.replicas;
    if fixed(replicas).is_some() {
        return None;
    }
    let metrics: Vec<_> = [("cpu", replicas.cpu), ("memory", replicas.memory)]
        .into_iter()
        .filter_map(|(resource, share)| share.map(|share| utilization(resource, share)))
        .collect();
    Some(object::tree(&HorizontalPodAutoscaler {
        metadata: unit.metadata(unit.name()),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: workload_kind.to_owned(),
                name: workload_name.to_owned(),
            },
            // Kubernetes itself scales to one at least; to zero only with a feature that is off by default.
            min_replicas: Some(replicas.min.max(1)),
            max_replicas: replicas.max,
            metrics: (!metrics.is_empty()).then_some(metrics),
            behavior: Some(HorizontalPodAutoscalerBehavior {
                scale_up: Some(HPAScalingRules {
                    stabilization_window_seconds: Some(0),
                    select_policy: Some("Max".to_owned()),
                    policies: Some(vec![step("Percent", 100, 30), step("Pods", 4, 30)]),
                    ..HPAScalingRules::default()
                }),
                scale_down: Some(HPAScalingRules {
                    stabilization_window_seconds: Some(300),
                    select_policy: Some("Max".to_owned()),
                    policies: Some(vec![step("Percent", 50, 60)]),
                    ..HPAScalingRules::default()
                }),
            }),
        }),
        status: None,
    }))
}

/// Keeps replicas running while nodes are drained. With a single replica it would only block the drain.
pub fn disruption_budget(unit: &ServiceUnit<'_>) -> Option<Tree> {
    if unit.plan.replicas.min < 2 {
        return None;
    }
    let at_once = unit.plan.disruption.as_ref().map_or(1, |disruption| disruption.max_unavailable);
    Some(object::tree(&PodDisruptionBudget {
        metadata: unit.metadata(unit.name()),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(at_once)),
            selector: Some(object::selector(labels::component_selector(unit.name(), labels::WORKLOAD))),
            // A pod that is not ready serves nobody: it must not hold up a drain.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    }))
}

fn utilization(resource: &str, share: i32) -> MetricSpec {
    MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: resource.to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(share),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    }
}

fn step(kind: &str, value: i32, period_seconds: i32) -> HPAScalingPolicy {
    HPAScalingPolicy { type_: kind.to_owned(), value, period_seconds }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::provision::ProvisionedUnit;
    use serde_json::json;

    fn unit(min: i32, max: i32) -> ProvisionedUnit<'static> {
        let replicas = Replicas { min, max, cpu: Some(70), memory: Some(80) };
        sample::unit_with("cart", |plan| plan.replicas = replicas)
    }

    #[test]
    fn an_autoscaler_goes_with_a_range() {
        let unit = unit(2, 6);
        let tree = autoscaler(&sample::service(&unit), "Deployment", "cart").unwrap();
        let spec = &tree["spec"];
        assert_eq!(spec["scaleTargetRef"], json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "cart" }));
        assert_eq!((&spec["minReplicas"], &spec["maxReplicas"]), (&json!(2), &json!(6)));
        let shares: Vec<_> = spec["metrics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|metric| (&metric["resource"]["name"], &metric["resource"]["target"]["averageUtilization"]))
            .collect();
        assert_eq!(shares, [(&json!("cpu"), &json!(70)), (&json!("memory"), &json!(80))]);
    }

    #[test]
    fn a_fixed_number_needs_no_autoscaler() {
        let unit = unit(2, 2);
        assert_eq!(autoscaler(&sample::service(&unit), "Deployment", "cart"), None);
    }

    #[test]
    fn two_replicas_get_a_disruption_budget_and_one_does_not() {
        let two = unit(2, 2);
        let budget = disruption_budget(&sample::service(&two)).unwrap();
        assert_eq!(budget["spec"]["maxUnavailable"], json!(1));
        assert_eq!(disruption_budget(&sample::service(&unit(1, 4))), None);
        let mut three = unit(3, 3);
        if let Some(plan) = &mut three.workload {
            plan.disruption = Some(sample::declared(json!({ "maxUnavailable": 2 })));
        }
        assert_eq!(disruption_budget(&sample::service(&three)).unwrap()["spec"]["maxUnavailable"], json!(2));
    }
}
