//! A preview is scaled to nothing, and back. Who sets the numbers meanwhile is another manager of ours, which holds nothing
//! any more once it is awake: the next apply may declare another number.

use super::error::ApplyError;
use super::kubectl::Cluster;
use super::object::Id;
use super::trouble::Trouble;
use crate::preview::{Patch, sleep, wake};
use serde_json::{Value, json};

const MANAGER: &str = "pavior-sleep";
const RUNS: &str = "deployments.apps,statefulsets.apps,cronjobs.batch";
/// So often somebody else may change an object between our look and our patch.
const TRIES: usize = 5;

impl Cluster {
    /// Everything that runs in the namespace is scaled to nothing. Says how many objects were.
    ///
    /// # Errors
    /// When one cannot be patched.
    pub fn fall_asleep(&self, namespace: &str) -> Result<usize, ApplyError> {
        self.patched(namespace, sleep)
    }

    /// Everything that sleeps in the namespace is what it was before. Says how many objects are.
    ///
    /// # Errors
    /// When one cannot be patched.
    pub fn wake_up(&self, namespace: &str) -> Result<usize, ApplyError> {
        let woken = self.patched(namespace, wake)?;
        self.let_go(namespace)?;
        Ok(woken)
    }

    fn runs(&self, namespace: &str) -> Result<Vec<Value>, ApplyError> {
        Ok(self.objects(&["get", RUNS, "-n", namespace, "--show-managed-fields", "-o", "json"], None)?)
    }

    fn patched(&self, namespace: &str, patch: fn(&Value) -> Option<Patch>) -> Result<usize, ApplyError> {
        let mut count = 0;
        for _ in 0..TRIES {
            let runs = self.runs(namespace)?;
            let due: Vec<(&Value, Patch)> = runs.iter().filter_map(|live| Some((live, patch(live)?))).collect();
            if due.is_empty() {
                return Ok(count);
            }
            for (live, mut patch) in due {
                // What was seen is what is patched: a count that an autoscaler changed meanwhile is looked at again.
                patch.body["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
                count += usize::from(self.change(live, "merge", &patch.body)?);
            }
        }
        Err(ApplyError::Raced { unit: namespace.to_owned() })
    }

    /// Numbers that were set for the night belong to nobody by day.
    fn let_go(&self, namespace: &str) -> Result<(), ApplyError> {
        for _ in 0..TRIES {
            let runs = self.runs(namespace)?;
            let due: Vec<(&Value, Value)> = runs.iter().filter_map(|live| Some((live, without_us(live)?))).collect();
            if due.is_empty() {
                return Ok(());
            }
            for (live, patch) in due {
                self.change(live, "json", &patch)?;
            }
        }
        Err(ApplyError::Raced { unit: namespace.to_owned() })
    }

    /// False where somebody else was first, or it is gone.
    fn change(&self, live: &Value, kind: &str, patch: &Value) -> Result<bool, ApplyError> {
        let Some((id, api_version)) = Id::of(live) else { return Ok(false) };
        let (kind, body, manager) = (format!("--type={kind}"), patch.to_string(), format!("--field-manager={MANAGER}"));
        let arguments = ["patch", "-f", "-", &kind, &manager, "-o", "name", "-p", &body];
        match self.run(&arguments, Some(&id.reference(&api_version))) {
            Ok(_) => Ok(true),
            Err(Trouble::Stale | Trouble::NotFound(_)) => Ok(false),
            Err(trouble) => Err(trouble.into()),
        }
    }
}

/// A JSON patch (RFC 6902) that takes our manager out of an object that is awake, if the object is still the one that was seen.
fn without_us(live: &Value) -> Option<Value> {
    if wake(live).is_some() {
        return None;
    }
    let metadata = &live["metadata"];
    let managers = metadata["managedFields"].as_array()?;
    let ours = managers.iter().position(|manager| manager["manager"].as_str() == Some(MANAGER))?;
    Some(json!([
        { "op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"] },
        { "op": "remove", "path": format!("/metadata/managedFields/{ours}") },
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_set_the_number_for_the_night_lets_go_of_it_by_day_and_not_before() {
        let live = |annotations: Value, managers: Value| {
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": { "replicas": 2 }, "metadata": {
                "name": "cart", "namespace": "pr-7", "resourceVersion": "9", "annotations": annotations,
                "managedFields": managers } })
        };
        let managers = json!([{ "manager": "pavior" }, { "manager": "pavior-sleep" }, { "manager": "kubectl" }]);
        assert_eq!(without_us(&live(json!({ "pavior.dev/awake": "2" }), managers.clone())), None);
        assert_eq!(without_us(&live(json!({}), json!([{ "manager": "pavior" }]))), None);
        let patch = without_us(&live(json!({}), managers)).unwrap();
        assert_eq!(patch[0]["value"], json!("9"));
        assert_eq!(patch[1], json!({ "op": "remove", "path": "/metadata/managedFields/1" }));
    }
}
