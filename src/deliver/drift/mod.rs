//! Where the world is not what the ledger last found a unit healthy with: its artifacts of then, held against Terraform's
//! state and the cluster of now. Names what differs and never what stands there; changes nothing.

mod report;

pub use report::{Compared, Standing, drift_json, drift_schema, told};

use super::attributes::Attribute;
use super::direct::{objects, owner};
use super::kubernetes::{Cluster, Drift};
use super::plan::Plannable;
use super::plan_json::{Plan, PlanError, ResourceChange, Step};
use super::terraform::{Goal, Terraform};
use crate::ledger::UnitName;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub engine: Engine,
    /// Terraform's address, or the object.
    pub resource: String,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    Terraform,
    Kubernetes,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Missing,
    /// It is in Terraform's state, and the unit does not have it.
    Unknown,
    /// Who changed it, where that is known.
    Changed {
        attribute: Attribute,
        manager: Option<String>,
    },
    /// Nobody can tell.
    Unclear {
        why: String,
    },
}

/// What the world says of a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub differences: BTreeSet<Difference>,
    /// Resources that changed where nothing is declared: applying would leave them so.
    pub undeclared: BTreeSet<String>,
}

/// Asks Terraform and, where there is one, the cluster.
///
/// # Errors
/// When one of them cannot be asked.
pub fn compare(terraform: &Terraform, cluster: Option<&Cluster>, unit: &UnitName, was: &Plannable) -> Result<Found> {
    let folder = tempfile::Builder::new().prefix("pavior-drift-").tempdir().context("making a folder for the plan")?;
    let planned = terraform.plan(folder.path(), &was.state, &was.unit.artifacts, Goal::Compare)?;
    let mut found = planned.map_or_else(|| Ok(Found::default()), |planned| of_plan(&planned.plan))?;
    if let Some(cluster) = cluster {
        let drift = cluster.drift(&owner(unit, Some(was), None, 0)?, &objects(Some(was))?)?;
        found.differences.extend(drift.into_iter().map(of_object));
    }
    Ok(found)
}

fn of_plan(plan: &Plan) -> Result<Found, PlanError> {
    let mut all: BTreeMap<&str, BTreeSet<What>> = BTreeMap::new();
    let mut undeclared = BTreeSet::new();
    for change in plan.resource_changes.iter().filter(|change| change.mode == "managed") {
        let mut whats = BTreeSet::new();
        match change.step()? {
            Step::Nothing => continue,
            Step::Create => drop(whats.insert(What::Missing)),
            Step::Delete | Step::Forget => drop(whats.insert(What::Unknown)),
            Step::Update | Step::Replace => whats.extend(changed(change)),
            Step::Import => drop(whats.insert(What::Unclear { why: "Terraform would take it over".to_owned() })),
        }
        all.insert(&change.address, whats);
    }
    for change in plan.resource_drift.iter().filter(|change| change.mode == "managed") {
        match (change.step()?, all.get_mut(change.address.as_str())) {
            (Step::Nothing, _) => {}
            (_, Some(whats)) if whats.contains(&What::Missing) => {}
            (_, Some(whats)) => whats.extend(changed(change)),
            (_, None) => drop(undeclared.insert(change.address.clone())),
        }
    }
    let differences = all.into_iter().flat_map(|(address, whats)| {
        // A resource that would be made anew because it is tainted has no attribute that differs.
        let tainted = || What::Unclear { why: "Terraform would make it anew".to_owned() };
        let whats = if whats.is_empty() { BTreeSet::from([tainted()]) } else { whats };
        whats.into_iter().map(|what| Difference { engine: Engine::Terraform, resource: address.to_owned(), what })
    });
    Ok(Found { differences: differences.collect(), undeclared })
}

fn changed(change: &ResourceChange) -> impl Iterator<Item = What> {
    let attributes = change.change.differing.iter().cloned();
    attributes.map(|attribute| What::Changed { attribute, manager: None })
}

fn of_object(drift: Drift) -> Difference {
    let (object, what) = match drift {
        Drift::Missing(object) => (object, What::Missing),
        Drift::Field { object, field, manager } => {
            let is_sensitive = object.kind == "Secret";
            (object, What::Changed { attribute: Attribute { path: field, is_sensitive }, manager })
        }
        Drift::Unclear { object, why } => (object, What::Unclear { why }),
    };
    Difference { engine: Engine::Kubernetes, resource: object.to_string(), what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn change(address: &str, actions: &[&str], before: Value, after: Value) -> Value {
        let change =
            json!({ "actions": actions, "before": before, "after": after, "before_sensitive": { "key": true } });
        json!({ "address": address, "mode": "managed", "change": change })
    }

    #[test]
    fn what_terraform_would_undo_is_drift_and_no_value_is_kept() {
        let (a, b) = (json!({ "size": 1, "key": "hunter2" }), json!({ "size": 2, "key": "hunter3" }));
        let text = json!({
            "format_version": "1.2",
            "resource_changes": [
                change("module.a.x.y", &["update"], b.clone(), a.clone()),
                change("module.b.x.y", &["create"], Value::Null, a.clone()),
                change("module.c.x.y", &["delete"], a.clone(), Value::Null),
                change("module.d.x.y", &["no-op"], a.clone(), a.clone()),
                change("module.f.x.y", &["delete", "create"], a.clone(), a.clone()),
            ],
            "resource_drift": [
                change("module.a.x.y", &["update"], a.clone(), b.clone()),
                change("module.b.x.y", &["delete"], a.clone(), Value::Null),
                change("module.e.x.y", &["update"], a, b),
            ],
        });
        let plan = Plan::read(text.to_string().as_bytes()).unwrap();
        assert!(!format!("{plan:?}").contains("hunter"), "{plan:?}");
        let found = of_plan(&plan).unwrap();
        let told: Vec<String> = found.differences.iter().map(report::line).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        terraform module.a.x.y: key (sensitive) was changed
        terraform module.a.x.y: size was changed
        terraform module.b.x.y is not there
        terraform module.c.x.y is there, and the unit has no such thing
        terraform module.f.x.y cannot be compared: Terraform would make it anew
        ");
        assert_eq!(found.undeclared, BTreeSet::from(["module.e.x.y".to_owned()]));
    }
}
