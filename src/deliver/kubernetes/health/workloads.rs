//! What runs pods: how each kind says that what was declared is what runs.

use super::standing::{Standing, condition, not_yet};
use serde_json::Value;

pub fn deployment(meant: &Value, live: &Value) -> Standing {
    let status = Counts { status: &live["status"] };
    let wanted = live["spec"]["replicas"].as_u64().unwrap_or(1);
    if let Some(("False", "ProgressDeadlineExceeded")) = condition(live, "Progressing") {
        return Standing::Failed("its new pods did not become ready within progressDeadlineSeconds".to_owned());
    }
    if live["spec"]["paused"].as_bool() == Some(true) {
        return not_yet("its rollout is paused");
    }
    if let Some(asleep) = asleep(meant, wanted, &status) {
        return asleep;
    }
    if status.of("replicas") > status.of("updatedReplicas") {
        return not_yet(format!("{} old pods are left", status.of("replicas") - status.of("updatedReplicas")));
    }
    let is_available = matches!(condition(live, "Available"), Some(("True", _)));
    if meant["spec"]["replicas"].is_null() {
        // An autoscaler adds and removes pods at any time: the rollout counts, not the number.
        let is_rolled_out = matches!(condition(live, "Progressing"), Some((_, "NewReplicaSetAvailable")));
        return match is_rolled_out && is_available && status.of("updatedReplicas") > 0 {
            true => Standing::Ready,
            false => status.short_of("availableReplicas", wanted),
        };
    }
    match status.of("updatedReplicas") >= wanted && status.of("availableReplicas") >= wanted && is_available {
        true => Standing::Ready,
        false => status.short_of("availableReplicas", wanted),
    }
}

pub fn stateful_set(meant: &Value, live: &Value) -> Standing {
    let status = Counts { status: &live["status"] };
    let wanted = live["spec"]["replicas"].as_u64().unwrap_or(1);
    if let Some(asleep) = asleep(meant, wanted, &status) {
        return asleep;
    }
    if status.of("readyReplicas") < wanted {
        return status.short_of("readyReplicas", wanted);
    }
    let strategy = &live["spec"]["updateStrategy"];
    let partition = strategy["rollingUpdate"]["partition"].as_u64().unwrap_or(0);
    let revisions = &live["status"];
    let is_rolled_out = revisions["currentRevision"] == revisions["updateRevision"]
        || strategy["type"].as_str() == Some("OnDelete")
        || (partition > 0 && status.of("updatedReplicas") + partition >= wanted);
    match is_rolled_out {
        true => Standing::Ready,
        false => not_yet(format!("{} of {wanted} pods are updated", status.of("updatedReplicas"))),
    }
}

pub fn daemon_set(live: &Value) -> Standing {
    let status = Counts { status: &live["status"] };
    let wanted = status.of("desiredNumberScheduled");
    if status.of("updatedNumberScheduled") < wanted {
        return not_yet(format!("{} of {wanted} pods are updated", status.of("updatedNumberScheduled")));
    }
    match status.of("numberAvailable") >= wanted {
        true => Standing::Ready,
        false => status.short_of("numberAvailable", wanted),
    }
}

pub fn job(live: &Value) -> Standing {
    for sign in ["Failed", "FailureTarget"] {
        if let Some(("True", reason)) = condition(live, sign) {
            return Standing::Failed(format!("it failed: {reason}"));
        }
    }
    if let Some(("True", _)) = condition(live, "Complete") {
        return Standing::Ready;
    }
    if live["spec"]["suspend"].as_bool() == Some(true) {
        return not_yet("it is suspended");
    }
    not_yet(format!("it has not ended, {} of its pods failed", Counts { status: &live["status"] }.of("failed")))
}

/// No pods are well only where none were declared.
fn asleep(meant: &Value, wanted: u64, status: &Counts<'_>) -> Option<Standing> {
    match (meant["spec"]["replicas"].as_u64(), wanted, status.of("replicas")) {
        (Some(0), 0, 0) => Some(Standing::Ready),
        (Some(0), 0, left) => Some(not_yet(format!("{left} pods are left"))),
        (_, 0, _) => Some(not_yet("somebody scaled it to zero")),
        _ => None,
    }
}

/// Numbers of a status; what is not there is zero.
struct Counts<'s> {
    status: &'s Value,
}

impl Counts<'_> {
    fn of(&self, name: &str) -> u64 {
        self.status[name].as_u64().unwrap_or(0)
    }

    fn short_of(&self, name: &str, wanted: u64) -> Standing {
        let word = if name == "readyReplicas" { "ready" } else { "available" };
        not_yet(format!("{} of {wanted} pods are {word}", self.of(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn live(kind: &str, replicas: u64, status: Value) -> Value {
        json!({ "kind": kind, "spec": { "replicas": replicas }, "status": status })
    }

    fn rolled_out(replicas: u64, updated: u64, available: u64) -> Value {
        json!({ "replicas": replicas, "updatedReplicas": updated, "availableReplicas": available, "conditions": [
            { "type": "Available", "status": "True", "reason": "MinimumReplicasAvailable" },
            { "type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable" },
        ] })
    }

    #[test]
    fn a_deployment_is_ready_when_all_its_pods_are_new_and_available() {
        let of = |status| {
            let live = live("Deployment", 2, status);
            deployment(&live, &live)
        };
        assert_eq!(of(rolled_out(2, 2, 2)), Standing::Ready);
        assert_eq!(of(rolled_out(3, 2, 2)), not_yet("1 old pods are left"));
        assert_eq!(of(rolled_out(2, 2, 1)), not_yet("1 of 2 pods are available"));
        assert_eq!(of(json!({})), not_yet("0 of 2 pods are available"));
    }

    #[test]
    fn an_autoscaled_deployment_is_ready_while_its_autoscaler_adds_pods() {
        let meant = json!({ "kind": "Deployment", "spec": {} });
        assert_eq!(deployment(&meant, &live("Deployment", 5, rolled_out(3, 3, 2))), Standing::Ready);
        let mut rolling = rolled_out(3, 3, 3);
        rolling["conditions"][1]["reason"] = json!("ReplicaSetUpdated");
        assert_eq!(deployment(&meant, &live("Deployment", 5, rolling)), not_yet("3 of 5 pods are available"));
    }

    #[test]
    fn a74_zero_replicas_are_well_only_where_they_are_declared() {
        let of = |meant: Value| deployment(&json!({ "spec": meant }), &live("Deployment", 0, rolled_out(0, 0, 0)));
        assert_eq!(of(json!({ "replicas": 0 })), Standing::Ready);
        assert_eq!(of(json!({ "replicas": 2 })), not_yet("somebody scaled it to zero"));
        assert_eq!(of(json!({})), not_yet("somebody scaled it to zero"));
    }

    #[test]
    fn a74_a_rollout_that_took_too_long_has_failed() {
        let mut status = rolled_out(3, 1, 2);
        status["conditions"][1] =
            json!({ "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded" });
        let live = live("Deployment", 2, status);
        assert!(matches!(deployment(&live, &live), Standing::Failed(_)));
    }

    #[test]
    fn a_stateful_set_is_ready_when_all_pods_are_of_the_new_revision() {
        let of = |ready: u64, current: &str, strategy: Value| {
            let mut live = live(
                "StatefulSet",
                2,
                json!({ "replicas": 2, "readyReplicas": ready, "updatedReplicas": 1, "currentRevision": current,
                    "updateRevision": "b" }),
            );
            live["spec"]["updateStrategy"] = strategy;
            stateful_set(&live, &live)
        };
        assert_eq!(of(2, "b", json!({})), Standing::Ready);
        assert_eq!(of(1, "b", json!({})), not_yet("1 of 2 pods are ready"));
        assert_eq!(of(2, "a", json!({})), not_yet("1 of 2 pods are updated"));
        assert_eq!(of(2, "a", json!({ "type": "OnDelete" })), Standing::Ready);
        assert_eq!(of(2, "a", json!({ "rollingUpdate": { "partition": 1 } })), Standing::Ready);
    }

    #[test]
    fn a_daemon_set_is_ready_on_every_node() {
        let of = |updated: u64, available: u64| {
            daemon_set(&json!({ "status": { "desiredNumberScheduled": 2, "updatedNumberScheduled": updated,
                "numberAvailable": available } }))
        };
        assert_eq!(of(2, 2), Standing::Ready);
        assert_eq!(of(1, 2), not_yet("1 of 2 pods are updated"));
        assert_eq!(of(2, 1), not_yet("1 of 2 pods are available"));
    }

    #[test]
    fn a74_a_job_that_failed_has_failed() {
        let of = |sign: &str, reason: &str| {
            job(&json!({ "status": { "failed": 1,
                "conditions": [{ "type": sign, "status": "True", "reason": reason }] } }))
        };
        assert_eq!(
            of("Failed", "BackoffLimitExceeded"),
            Standing::Failed("it failed: BackoffLimitExceeded".to_owned())
        );
        assert_eq!(of("Complete", ""), Standing::Ready);
        assert_eq!(of("Other", ""), not_yet("it has not ended, 1 of its pods failed"));
    }
}
