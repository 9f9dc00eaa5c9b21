//! Sleep and wake, as patches of objects: what runs is scaled to nothing, and how much there was is kept beside it.

use serde_json::{Value, json};

/// How many replicas there were, or whether a schedule was suspended.
const AWAKE: &str = "pavior.dev/awake";

/// A JSON merge patch (RFC 7386) of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    pub api_version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub body: Value,
}

/// None for what does not run, and for what sleeps: its former count must not be overwritten by none. An autoscaler leaves
/// alone what is scaled to nothing.
pub fn sleep(object: &Value) -> Option<Patch> {
    if awake(object).is_some() {
        return None;
    }
    let spec = object.get("spec")?;
    let (was, asleep) = match object.get("kind")?.as_str()? {
        "Deployment" | "StatefulSet" => {
            let replicas = spec.get("replicas").and_then(Value::as_u64).unwrap_or(1);
            (replicas.to_string(), json!({ "replicas": 0 }))
        }
        "CronJob" => {
            let is_suspended = spec.get("suspend").and_then(Value::as_bool).unwrap_or(false);
            (is_suspended.to_string(), json!({ "suspend": true }))
        }
        _ => return None,
    };
    patch(object, json!({ "metadata": { "annotations": { AWAKE: was } }, "spec": asleep }))
}

/// None for what does not sleep.
pub fn wake(object: &Value) -> Option<Patch> {
    let was = awake(object)?;
    let spec = match object.get("kind")?.as_str()? {
        "Deployment" | "StatefulSet" => json!({ "replicas": was.parse::<u32>().ok()? }),
        "CronJob" => json!({ "suspend": was.parse::<bool>().ok()? }),
        _ => return None,
    };
    patch(object, json!({ "metadata": { "annotations": { AWAKE: null } }, "spec": spec }))
}

fn awake(object: &Value) -> Option<&str> {
    object.get("metadata")?.get("annotations")?.get(AWAKE)?.as_str()
}

fn patch(object: &Value, body: Value) -> Option<Patch> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let metadata = object.get("metadata")?;
    Some(Patch {
        api_version: text(object.get("apiVersion"))?,
        kind: text(object.get("kind"))?,
        namespace: text(metadata.get("namespace"))?,
        name: text(metadata.get("name"))?,
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(kind: &str, spec: Value) -> Value {
        let version = if kind == "CronJob" { "batch/v1" } else { "apps/v1" };
        json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "cart", "namespace": "pr-7" }, "spec": spec })
    }

    /// As an API server applies it.
    fn merged(target: &mut Value, patch: &Value) {
        let Value::Object(fields) = patch else { return *target = patch.clone() };
        if !target.is_object() {
            *target = json!({});
        }
        let Value::Object(target) = target else { return };
        for (key, value) in fields {
            if value.is_null() {
                target.remove(key);
            } else {
                merged(target.entry(key).or_insert(Value::Null), value);
            }
        }
    }

    #[test]
    fn what_does_not_run_is_left_alone() {
        for kind in ["Service", "ConfigMap", "Job", "PersistentVolumeClaim"] {
            assert_eq!(sleep(&object(kind, json!({ "replicas": 3 }))), None, "{kind}");
        }
        assert_eq!(wake(&object("Deployment", json!({ "replicas": 0 }))), None);
    }

    #[test]
    fn the_former_count_is_kept_beside_it() {
        let patch = sleep(&object("Deployment", json!({ "replicas": 3 }))).unwrap();
        assert_eq!(
            patch.body,
            json!({ "metadata": { "annotations": { "pavior.dev/awake": "3" } }, "spec": { "replicas": 0 } })
        );
        assert_eq!(
            (patch.kind.as_str(), patch.namespace.as_str(), patch.name.as_str()),
            ("Deployment", "pr-7", "cart")
        );
    }

    proptest! {
        #[test]
        fn who_wakes_is_as_before_however_often_it_was_put_to_sleep(replicas in 0..50_u32, suspended: bool, again: bool) {
            for (kind, spec) in [
                ("Deployment", json!({ "replicas": replicas, "paused": false })),
                ("StatefulSet", json!({ "replicas": replicas })),
                ("CronJob", json!({ "suspend": suspended, "schedule": "* * * * *" })),
            ] {
                let before = object(kind, spec);
                let mut now = before.clone();
                let asleep = sleep(&now).unwrap();
                merged(&mut now, &asleep.body);
                prop_assert!(now["spec"]["replicas"] == json!(0) || now["spec"]["suspend"] == json!(true));
                if again {
                    prop_assert_eq!(sleep(&now), None);
                }
                let awake = wake(&now).unwrap();
                merged(&mut now, &awake.body);
                prop_assert_eq!(wake(&now), None);
                now["metadata"].as_object_mut().unwrap().remove("annotations");
                prop_assert_eq!(&now, &before);
            }
        }
    }
}
