//! A unit and its Kubernetes objects in, what watches them out: alerts, objectives, a monitor, a dashboard.
//!
//! They lie in a folder of their own, because a cluster without the Prometheus Operator refuses two of their kinds: it
//! still takes the manifests. Alerts follow from the objects themselves, so none is about something that is not there.

mod containers;
mod dashboard;
mod jobs;
mod monitor;
mod objectives;
mod panel;
mod promql;
mod replicas;
mod requests;
mod rule;
mod running;
mod storage;
mod subject;
mod traffic;

#[cfg(test)]
mod tests;

use super::kubernetes::{labels, object};
use super::yaml::Tree;
use crate::model::kinds::observability::AlertPolicy;
use crate::provision::ProvisionedUnit;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use objectives::Objective;
use requests::Requests;
use rule::{Group, PrometheusRule};
use subject::Subject;

/// Where the objects are in a unit's folder.
pub const FOLDER: &str = "observability";

/// The objects that watch a unit with these objects; none for one that brings nothing into the cluster.
pub fn objects(unit: &ProvisionedUnit<'_>, running: &[Tree]) -> Vec<Tree> {
    let subject = Subject { unit };
    let requests = Requests::of(&subject);
    let alerts = subject.policy() != AlertPolicy::None;
    let objectives = requests.as_ref().filter(|_| alerts).map_or_else(Vec::new, |requests| {
        let slo = subject.plan().and_then(|plan| plan.slo.as_ref());
        slo.map_or_else(Vec::new, |slo| objectives::objectives(slo, requests))
    });
    let mut objects = Vec::new();
    if alerts {
        objects.extend(rules(&subject, running, requests.as_ref(), &objectives).as_ref().map(object::tree));
    }
    objects.extend(monitor::pod_monitor(&subject, metadata(&subject)).as_ref().map(object::tree));
    objects.extend(dashboard::config_map(&subject, running, requests.as_ref(), &objectives).as_ref().map(object::tree));
    objects
}

/// None without a rule.
fn rules(
    subject: &Subject<'_>,
    running: &[Tree],
    requests: Option<&Requests<'_>>,
    objectives: &[Objective],
) -> Option<PrometheusRule> {
    let group = |name: &str, rules| Group::of(format!("{}.{name}", subject.object_name()), rules);
    let mut groups: Vec<Group> = [
        group("traffic", traffic::alerts(subject, requests, objectives)),
        group("replicas", replicas::alerts(subject, running)),
        group("containers", containers::alerts(subject, running)),
        group("jobs", jobs::alerts(subject, running)),
        group("storage", storage::alerts(subject, running)),
    ]
    .into_iter()
    .flatten()
    .collect();
    groups.extend(objectives::groups(subject, objectives));
    (!groups.is_empty()).then(|| PrometheusRule::new(metadata(subject), groups))
}

/// With the labels by which the environment's Prometheus chooses.
fn metadata(subject: &Subject<'_>) -> ObjectMeta {
    let mut all = labels::foreign(&subject.settings().labels);
    all.extend(labels::of_unit(subject.unit));
    object::metadata(&subject.object_name(), subject.namespace(), &all)
}
