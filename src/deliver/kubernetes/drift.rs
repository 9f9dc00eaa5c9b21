//! Where the cluster is not as a unit's objects say: fields by their paths, never what stands in them.

use super::error::{ApplyError, Refused, Why};
use super::inventory::Owner;
use super::kubectl::Cluster;
use super::object::{Id, Object, Objects};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// It is not there.
    Missing(Id),
    /// The field is not as it was applied. Who holds it now, where the API server says so.
    Field { object: Id, field: String, manager: Option<String> },
    /// Nobody can tell: the API server would not take the object.
    Unclear { object: Id, why: String },
}

impl Cluster {
    /// Asks the API server what applying would change. Changes nothing.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
    pub fn drift(&self, owner: &Owner, objects: &Objects) -> Result<Vec<Drift>, ApplyError> {
        let looked = self.look(objects.iter().map(|object| (&object.id, object.api_version.as_str())))?;
        let (there, missing): (Vec<&Object>, Vec<&Object>) =
            objects.iter().partition(|object| looked.live.contains_key(&object.id));
        let mut drift: Vec<Drift> = missing.into_iter().map(|object| Drift::Missing(object.id.clone())).collect();
        let known = |tree: Value| Some((Id::of(&tree)?.0, tree));
        let (refused, meant): (Vec<Refused>, BTreeMap<Id, Value>) = match self.rehearse(owner, &there) {
            Ok(meant) => (Vec::new(), meant.into_iter().filter_map(known).collect()),
            Err(ApplyError::Refused(refused)) => {
                let is_refused = |object: &&&Object| !refused.iter().any(|one| one.object == object.id);
                let rest: Vec<&Object> = there.iter().filter(is_refused).copied().collect();
                let meant = self.rehearse(owner, &rest)?;
                (refused, meant.into_iter().filter_map(known).collect())
            }
            Err(error) => return Err(error),
        };
        for one in refused {
            let told = one.to_string();
            let Refused { object, why } = one;
            match why {
                Why::Conflicts(conflicts) => drift.extend(conflicts.into_iter().map(|conflict| Drift::Field {
                    object: object.clone(),
                    field: conflict.field,
                    manager: Some(conflict.manager),
                })),
                Why::UnknownKind(_) | Why::Going | Why::Said(_) => drift.push(Drift::Unclear { object, why: told }),
            }
        }
        for (object, meant) in &meant {
            let Some(live) = looked.live.get(object) else { continue };
            drift.extend(differences(live, meant).into_iter().map(|field| Drift::Field {
                object: object.clone(),
                field,
                manager: None,
            }));
        }
        drift.sort();
        Ok(drift)
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Drift::Missing(object) => write!(f, "{object} is not there"),
            Drift::Field { object, field, manager: None } => write!(f, "{object}: {field} is not as it was applied"),
            Drift::Field { object, field, manager: Some(manager) } => {
                write!(f, "{object}: {field} was changed by {manager}")
            }
            Drift::Unclear { object, why } => write!(f, "{object} cannot be compared ({why})"),
        }
    }
}

/// The paths at which two trees of one object differ, but for what the API server keeps there.
fn differences(live: &Value, meant: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    compare(String::new(), live, meant, &mut paths);
    paths
}

fn compare(path: String, one: &Value, other: &Value, paths: &mut Vec<String>) {
    const KEPT_THERE: [&str; 6] = [
        ".status",
        ".metadata.managedFields",
        ".metadata.resourceVersion",
        ".metadata.generation",
        ".metadata.uid",
        ".metadata.creationTimestamp",
    ];
    if one == other || KEPT_THERE.contains(&path.as_str()) {
        return;
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for (key, value) in one {
                compare(format!("{path}.{key}"), value, other.get(key).unwrap_or(&Value::Null), paths);
            }
            for (key, value) in other.iter().filter(|(key, _)| !one.contains_key(*key)) {
                compare(format!("{path}.{key}"), &Value::Null, value, paths);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                compare(format!("{path}[{number}]"), one, other, paths);
            }
        }
        _ => paths.push(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_differ_are_named_and_their_values_are_not() {
        let live = json!({ "metadata": { "resourceVersion": "1" }, "data": { "password": "hunter2", "same": 1 },
            "spec": { "ports": [{ "port": 1 }, { "port": 2 }], "gone": true }, "status": { "x": 1 } });
        let meant = json!({ "metadata": { "resourceVersion": "2" }, "data": { "password": "hunter3", "same": 1 },
            "spec": { "ports": [{ "port": 1 }, { "port": 3 }], "new": { "a": 1 } } });
        assert_eq!(differences(&live, &meant), [".data.password", ".spec.ports[1].port", ".spec.gone", ".spec.new"]);
        assert_eq!(differences(&live, &live), [""; 0]);
    }
}
