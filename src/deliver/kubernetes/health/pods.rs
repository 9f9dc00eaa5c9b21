//! What the pods of a workload say of why it is not ready, and how often their containers began anew.

use super::standing::{Standing, not_yet};
use serde_json::Value;
use std::collections::BTreeMap;

/// How the pods of a workload are chosen. None for what has none.
pub fn selector(live: &Value) -> Option<String> {
    const RUNS: [&str; 4] = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
    if !RUNS.contains(&live["kind"].as_str()?) {
        return None;
    }
    let labels = live["spec"]["selector"]["matchLabels"].as_object()?;
    let pairs: Option<Vec<String>> =
        labels.iter().map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
    pairs.filter(|pairs| !pairs.is_empty()).map(|pairs| pairs.join(","))
}

/// The worst that is known of them.
pub fn trouble(pods: &[Value]) -> Option<Standing> {
    let mut troubles: Vec<Standing> = alive(pods).filter_map(of_pod).collect();
    troubles.sort_by_key(|trouble| !matches!(trouble, Standing::Crashing(_)));
    troubles.into_iter().next()
}

/// By pod, how often any of its containers began anew.
pub fn restarts(pods: &[Value]) -> BTreeMap<String, u64> {
    let restarts = |pod: &Value| containers(pod).filter_map(|status| status["restartCount"].as_u64()).sum();
    let pair = |pod: &Value| Some((pod["metadata"]["uid"].as_str()?.to_owned(), restarts(pod)));
    alive(pods).filter_map(pair).collect()
}

fn alive(pods: &[Value]) -> impl Iterator<Item = &Value> {
    pods.iter().filter(|pod| !pod["metadata"]["deletionTimestamp"].is_string())
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    let of = |key: &str| pod["status"][key].as_array().map_or(&[][..], Vec::as_slice);
    of("initContainerStatuses").iter().chain(of("containerStatuses"))
}

fn of_pod(pod: &Value) -> Option<Standing> {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    containers(pod).find_map(|status| of_container(name, status)).or_else(|| unscheduled(name, pod))
}

fn of_container(pod: &str, status: &Value) -> Option<Standing> {
    let container = status["name"].as_str().unwrap_or_default();
    match status["state"]["waiting"]["reason"].as_str()? {
        "CrashLoopBackOff" => {
            let restarts = status["restartCount"].as_u64().unwrap_or(0);
            let code = status["lastState"]["terminated"]["exitCode"].as_i64();
            let code = code.map_or(String::new(), |code| format!(", last with exit code {code}"));
            Some(Standing::Crashing(format!("container {container} of {pod} ended {restarts} times{code}")))
        }
        "ContainerCreating" | "PodInitializing" => None,
        reason => Some(not_yet(format!("container {container} of {pod} does not start: {reason}"))),
    }
}

fn unscheduled(pod: &str, tree: &Value) -> Option<Standing> {
    let conditions = tree["status"]["conditions"].as_array()?;
    let is_it = |condition: &&Value| {
        condition["type"].as_str() == Some("PodScheduled") && condition["status"].as_str() == Some("False")
    };
    conditions.iter().any(|condition| is_it(&condition)).then(|| not_yet(format!("no node takes {pod}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(uid: &str, state: Value, restarts: u64) -> Value {
        json!({ "metadata": { "name": "cart-1", "uid": uid }, "status": { "containerStatuses": [
            { "name": "main", "restartCount": restarts, "state": state,
              "lastState": { "terminated": { "exitCode": 137 } } }] } })
    }

    #[test]
    fn a74_a_crash_loop_is_told_with_its_container_before_anything_else() {
        let waiting = |reason: &str| json!({ "waiting": { "reason": reason } });
        let pods = [pod("a", waiting("ImagePullBackOff"), 0), pod("b", waiting("CrashLoopBackOff"), 4)];
        let crashing = "container main of cart-1 ended 4 times, last with exit code 137".to_owned();
        assert_eq!(trouble(&pods), Some(Standing::Crashing(crashing)));
        assert_eq!(trouble(&pods[..1]), Some(not_yet("container main of cart-1 does not start: ImagePullBackOff")));
        assert_eq!(trouble(&[pod("a", waiting("ContainerCreating"), 0)]), None);
    }

    #[test]
    fn pods_that_go_are_not_looked_at() {
        let mut going = pod("a", json!({ "waiting": { "reason": "CrashLoopBackOff" } }), 4);
        going["metadata"]["deletionTimestamp"] = json!("2026-11-22T00:00:00Z");
        assert_eq!(trouble(std::slice::from_ref(&going)), None);
        assert_eq!(restarts(&[going, pod("b", json!({}), 3)]), BTreeMap::from([("b".to_owned(), 3)]));
    }

    #[test]
    fn a_pod_that_no_node_takes_says_so() {
        let pod = json!({ "metadata": { "name": "cart-1" },
            "status": { "conditions": [{ "type": "PodScheduled", "status": "False" }] } });
        assert_eq!(trouble(&[pod]), Some(not_yet("no node takes cart-1")));
    }

    #[test]
    fn only_what_runs_pods_selects_them() {
        let live =
            |kind: &str| json!({ "kind": kind, "spec": { "selector": { "matchLabels": { "a": "b", "c": "d" } } } });
        assert_eq!(selector(&live("Deployment")).as_deref(), Some("a=b,c=d"));
        assert_eq!(selector(&live("PodDisruptionBudget")), None);
        assert_eq!(selector(&json!({ "kind": "Deployment" })), None);
    }
}
