//! A number of replicas that is declared no longer stays what it is, until an autoscaler says otherwise. Without this,
//! server-side apply would take back what we alone had set, and ten pods would be one until the autoscaler is awake.
//!
//! The Kubernetes documentation calls it "transferring ownership": another manager of ours holds the number as it is.

use super::error::{ApplyError, Refused};
use super::kubectl::{Cluster, Looked};
use super::object::{Object, Objects, list};
use super::trouble::Trouble;
use serde_json::{Value, json};

const HOLD: [&str; 7] = ["apply", "--server-side", "--field-manager=pavior-replicas", "-o", "name", "-f", "-"];
const WITH_MANAGERS: [&str; 7] = ["get", "-f", "-", "--ignore-not-found", "--show-managed-fields", "-o", "json"];

impl Cluster {
    /// To be called before the objects are applied.
    pub(super) fn keep_replicas(&self, objects: &Objects, looked: &Looked) -> Result<(), ApplyError> {
        let scaled = |object: &&Object| is_scaled_by_others(object) && looked.live.contains_key(&object.id);
        let scaled: Vec<&Object> = objects.iter().filter(scaled).collect();
        if scaled.is_empty() {
            return Ok(());
        }
        let asked = scaled.iter().map(|object| object.id.reference(&object.api_version)).collect();
        let live = self.objects(&WITH_MANAGERS, Some(&list(asked)))?;
        for held in live.iter().filter_map(held_by_us) {
            match self.run(&HOLD, Some(&held)) {
                Ok(_) => {}
                Err(Trouble::Unreachable(said)) => return Err(ApplyError::Unreachable(said)),
                // Whoever changed it meanwhile holds it now.
                Err(Trouble::Conflicts(_)) => {}
                Err(trouble) => {
                    let refused = scaled.iter().find(|object| held["metadata"]["name"] == *object.id.name);
                    return Err(ApplyError::Refused(
                        refused.map(|object| Refused::of(&object.id, trouble)).into_iter().collect(),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn is_scaled_by_others(object: &Object) -> bool {
    ["Deployment", "StatefulSet"].contains(&object.id.kind.as_str()) && object.tree["spec"]["replicas"].is_null()
}

/// The object with nothing but its number of replicas, where it is we who set that.
fn held_by_us(live: &Value) -> Option<Value> {
    let managers = live["metadata"]["managedFields"].as_array()?;
    let sets = |manager: &&Value| {
        manager["manager"].as_str() == Some("pavior") && !manager["fieldsV1"]["f:spec"]["f:replicas"].is_null()
    };
    managers.iter().find(|manager| sets(manager))?;
    let mut held = json!({
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "metadata": { "name": live["metadata"]["name"], "namespace": live["metadata"]["namespace"] },
    });
    held["spec"]["replicas"] = live["spec"]["replicas"].clone();
    Some(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_that_we_set_is_held() {
        let live = |manager: &str, fields: Value| {
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "cart", "namespace": "shop",
                "managedFields": [{ "manager": manager, "fieldsV1": { "f:spec": fields } }] }, "spec": { "replicas": 3 } })
        };
        let held = held_by_us(&live("pavior", json!({ "f:replicas": {} }))).unwrap();
        assert_eq!((&held["spec"], &held["metadata"]["name"]), (&json!({ "replicas": 3 }), &json!("cart")));
        assert_eq!(held_by_us(&live("pavior", json!({ "f:template": {} }))), None);
        assert_eq!(held_by_us(&live("kube-controller-manager", json!({ "f:replicas": {} }))), None);
    }
}
