//! Where Prometheus reads a service's own metrics. Pods are asked, not a Service: so workers are, too, and the port need
//! not be open to callers.

use super::subject::Subject;
use crate::emit::kubernetes::{labels, metrics_port, object};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodMonitor {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    spec: Spec,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    selector: LabelSelector,
    /// The label whose value becomes `job`: requests are counted by it.
    job_label: &'static str,
    pod_metrics_endpoints: Vec<Endpoint>,
}

#[derive(Debug, Serialize)]
struct Endpoint {
    port: String,
    path: String,
}

/// None without metrics.
pub fn pod_monitor(subject: &Subject<'_>, metadata: ObjectMeta) -> Option<PodMonitor> {
    let plan = subject.plan()?;
    let metrics = plan.metrics.as_ref()?;
    Some(PodMonitor {
        api_version: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata,
        spec: Spec {
            selector: object::selector(labels::component_selector(subject.name(), labels::WORKLOAD)),
            job_label: labels::NAME,
            pod_metrics_endpoints: vec![Endpoint {
                port: metrics_port::name(plan)?.to_owned(),
                path: metrics.path.clone(),
            }],
        },
    })
}
