//! One object as it is meant, as it is, and its pods in; how it stands out.
//!
//! The rules are those of Flux's and cli-utils' kstatus and of Argo CD's gitops-engine, where those agree: what the
//! controller has not seen yet is not ready, whatever else its status says.

use super::pods;
use super::workloads;
use serde_json::Value;

/// How one object, or the answer to a probe, stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Ready,
    /// It may become so.
    NotYet(String),
    /// Its containers end again and again: not yet while it starts, sick once it was ready.
    Crashing(String),
    /// It will not become so by itself.
    Failed(String),
}

/// How an object stands.
pub fn standing(meant: &Value, live: Option<&Value>, pods: &[Value]) -> Standing {
    let Some(live) = live else { return not_yet("it is not there") };
    if live["metadata"]["deletionTimestamp"].is_string() {
        return not_yet("it is being deleted");
    }
    if let Some(why) = not_observed(live) {
        return not_yet(why);
    }
    let by_itself = match meant["kind"].as_str().unwrap_or_default() {
        "Deployment" => workloads::deployment(meant, live),
        "StatefulSet" => workloads::stateful_set(meant, live),
        "DaemonSet" => workloads::daemon_set(live),
        "Job" => workloads::job(live),
        // A schedule is well when it is there; its runs have alerts.
        "CronJob" => Standing::Ready,
        "PersistentVolumeClaim" => claim(live),
        "ExternalSecret" => external_secret(live),
        "CustomResourceDefinition" => definition(live),
        "Namespace" => namespace(live),
        _ => by_conditions(live),
    };
    match (by_itself, pods::trouble(pods)) {
        (Standing::NotYet(_), Some(of_a_pod)) => of_a_pod,
        (Standing::Ready, Some(Standing::Crashing(why))) => Standing::Crashing(why),
        (by_itself, _) => by_itself,
    }
}

pub(super) fn not_yet(why: impl Into<String>) -> Standing {
    Standing::NotYet(why.into())
}

/// A status of an older generation says nothing of this one.
fn not_observed(live: &Value) -> Option<&'static str> {
    const OBSERVES: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];
    let generation = live["metadata"]["generation"].as_u64()?;
    match live["status"]["observedGeneration"].as_u64() {
        Some(observed) if observed < generation => Some("its controller has not seen the last change yet"),
        None if live["kind"].as_str().is_some_and(|kind| OBSERVES.contains(&kind)) => {
            Some("its controller has not seen it yet")
        }
        _ => None,
    }
}

/// Status and reason of a condition.
pub(super) fn condition<'l>(live: &'l Value, kind: &str) -> Option<(&'l str, &'l str)> {
    let conditions = live["status"]["conditions"].as_array()?;
    let found = conditions.iter().find(|condition| condition["type"].as_str() == Some(kind))?;
    Some((found["status"].as_str()?, found["reason"].as_str().unwrap_or_default()))
}

fn claim(live: &Value) -> Standing {
    match live["status"]["phase"].as_str() {
        Some("Bound") => Standing::Ready,
        Some("Lost") => Standing::Failed("its volume is lost".to_owned()),
        _ => not_yet("no volume is bound to it"),
    }
}

/// Its message may name what the store said of a secret: the reason is enough.
fn external_secret(live: &Value) -> Standing {
    let refreshed_once = live["spec"]["refreshPolicy"].as_str() == Some("CreatedOnce");
    let synced = live["status"]["syncedResourceVersion"].as_str().and_then(|version| version.split_once('-'));
    let generation = live["metadata"]["generation"].to_string();
    match condition(live, "Ready") {
        Some(("True", _)) if !refreshed_once && synced.is_some_and(|(observed, _)| observed != generation) => {
            not_yet("the secret is that of an older version")
        }
        Some(("True", _)) => Standing::Ready,
        Some((_, reason)) => not_yet(format!("the secret is not there: {reason}")),
        None => not_yet("nobody has looked for the secret yet"),
    }
}

fn definition(live: &Value) -> Standing {
    match (condition(live, "Established"), condition(live, "NamesAccepted")) {
        (_, Some(("False", reason))) => Standing::Failed(format!("its names are taken: {reason}")),
        (Some(("True", _)), _) => Standing::Ready,
        _ => not_yet("its kind is not served yet"),
    }
}

fn namespace(live: &Value) -> Standing {
    match live["status"]["phase"].as_str() {
        Some("Terminating") => not_yet("it is being deleted"),
        _ => Standing::Ready,
    }
}

/// What most controllers agree on. Without conditions, an object is well because it is there.
fn by_conditions(live: &Value) -> Standing {
    if let Some(("True", reason)) = condition(live, "Stalled") {
        return Standing::Failed(format!("it is stalled: {reason}"));
    }
    if let Some(("True", reason)) = condition(live, "Reconciling") {
        return not_yet(format!("it is being reconciled: {reason}"));
    }
    match condition(live, "Ready") {
        Some(("True", _)) | None => Standing::Ready,
        Some((_, reason)) => not_yet(format!("it is not ready: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(live: Value) -> Standing {
        standing(&live, Some(&live), &[])
    }

    fn with(kind: &str, status: Value) -> Value {
        json!({ "kind": kind, "metadata": { "generation": 2 }, "status": status })
    }

    #[test]
    fn a74_a_status_of_an_older_generation_is_not_believed() {
        let ready = json!({ "observedGeneration": 1, "conditions": [{ "type": "Ready", "status": "True" }] });
        assert_eq!(of(with("Certificate", ready)), not_yet("its controller has not seen the last change yet"));
        assert_eq!(of(with("Deployment", json!({}))), not_yet("its controller has not seen it yet"));
        assert_eq!(of(with("Service", json!({}))), Standing::Ready);
    }

    #[test]
    fn what_is_not_there_or_goes_is_not_ready() {
        assert_eq!(standing(&json!({ "kind": "Service" }), None, &[]), not_yet("it is not there"));
        let going = json!({ "kind": "Service", "metadata": { "deletionTimestamp": "2026-11-22T00:00:00Z" } });
        assert_eq!(of(going), not_yet("it is being deleted"));
    }

    #[test]
    fn claims_definitions_and_others_say_by_phase_or_condition() {
        for (kind, status, expected) in [
            ("PersistentVolumeClaim", json!({ "phase": "Bound" }), Standing::Ready),
            ("PersistentVolumeClaim", json!({ "phase": "Pending" }), not_yet("no volume is bound to it")),
            ("PersistentVolumeClaim", json!({ "phase": "Lost" }), Standing::Failed("its volume is lost".to_owned())),
            ("CustomResourceDefinition", json!({}), not_yet("its kind is not served yet")),
            (
                "Certificate",
                json!({ "conditions": [{ "type": "Ready", "status": "False", "reason": "Issuing" }] }),
                not_yet("it is not ready: Issuing"),
            ),
            (
                "Kustomization",
                json!({ "conditions": [{ "type": "Stalled", "status": "True", "reason": "BuildFailed" }] }),
                Standing::Failed("it is stalled: BuildFailed".to_owned()),
            ),
            ("CronJob", json!({}), Standing::Ready),
        ] {
            assert_eq!(of(with(kind, status)), expected, "{kind}");
        }
    }

    #[test]
    fn an_external_secret_is_ready_when_its_secret_is_of_this_version() {
        let secret = |synced: &str, policy: &str, ready: &str| {
            let condition = json!({ "type": "Ready", "status": ready, "reason": "SecretSynced" });
            let mut live =
                with("ExternalSecret", json!({ "conditions": [condition], "syncedResourceVersion": synced }));
            live["spec"]["refreshPolicy"] = json!(policy);
            of(live)
        };
        assert_eq!(secret("2-abc", "Periodic", "True"), Standing::Ready);
        assert_eq!(secret("1-abc", "Periodic", "True"), not_yet("the secret is that of an older version"));
        assert_eq!(secret("1-abc", "CreatedOnce", "True"), Standing::Ready);
        assert_eq!(secret("2-abc", "Periodic", "False"), not_yet("the secret is not there: SecretSynced"));
    }
}
