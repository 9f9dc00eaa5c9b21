//! Drift as people and programs read it. `schemas/drift.schema.json` describes the latter: a frozen, versioned shape, whose
//! types are the promise.

use super::{Difference, Engine, Found, What};
use crate::ledger::{Deployed, UnitName, short};
use crate::report::{counted, visible_line};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// A unit, held against the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub unit: UnitName,
    /// What it was last healthy with, and is compared with.
    pub healthy: Deployed,
    pub standing: Standing,
    /// What is merged is another one, and not applied yet; the digest, and None where the unit is to go. That is no drift.
    pub pending: Option<Option<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Compared(Found),
    /// A run is at work, or was stopped: what is there is not known to be what was healthy.
    Unsettled(String),
    /// It could not be compared.
    Failed(String),
}

impl Compared {
    pub fn has_drifted(&self) -> bool {
        matches!(&self.standing, Standing::Compared(found) if !found.differences.is_empty())
    }
}

/// For a terminal.
pub fn told(all: &[Compared]) -> String {
    let mut lines = Vec::new();
    for one in all {
        let (unit, digest) = (&one.unit, short(one.healthy.digest.as_deref().unwrap_or("nothing")));
        match &one.standing {
            Standing::Compared(found) if found.differences.is_empty() => {
                lines.push(format!("{unit}: as {digest} says"))
            }
            Standing::Compared(found) => {
                lines.push(format!("{unit}: DRIFT from {digest} of commit {}", short(&one.healthy.commit)));
                lines.extend(found.differences.iter().map(|one| format!("  {}", visible_line(&line(one)))));
            }
            Standing::Unsettled(why) => lines.push(format!("{unit}: not compared: {}", visible_line(why))),
            Standing::Failed(why) => lines.push(format!("{unit}: could not be compared: {}", visible_line(why))),
        }
        if let Standing::Compared(found) = &one.standing {
            let undeclared = found.undeclared.iter();
            lines.extend(
                undeclared
                    .map(|address| format!("  note: {} changed, where nothing is declared", visible_line(address))),
            );
        }
        match &one.pending {
            None => {}
            Some(Some(digest)) => lines.push(format!("  note: {} is merged, and not applied", short(digest))),
            Some(None) => lines.push("  note: that it goes is merged, and not applied".to_owned()),
        }
    }
    let drifted = all.iter().filter(|one| one.has_drifted()).count();
    let compared = all.iter().filter(|one| matches!(one.standing, Standing::Compared(_))).count();
    lines.push(format!("{compared} of {} compared, {drifted} drifted", counted(all.len(), "unit")));
    lines.into_iter().map(|line| line + "\n").collect()
}

pub(super) fn line(one: &Difference) -> String {
    let engine = match one.engine {
        Engine::Terraform => "terraform ",
        Engine::Kubernetes => "",
    };
    let resource = format!("{engine}{}", one.resource);
    match &one.what {
        What::Missing => format!("{resource} is not there"),
        What::Unknown => format!("{resource} is there, and the unit has no such thing"),
        What::Changed { attribute, manager } => {
            let sensitive = if attribute.is_sensitive { " (sensitive)" } else { "" };
            let by = manager.as_ref().map(|manager| format!(" by {manager}")).unwrap_or_default();
            format!("{resource}: {}{sensitive} was changed{by}", attribute.path)
        }
        What::Unclear { why } => format!("{resource} cannot be compared: {why}"),
    }
}

/// For programs: one object, ending in a line feed.
pub fn drift_json(all: &[Compared]) -> String {
    let units: Vec<Unit> = all.iter().map(Unit::of).collect();
    let document = Document { version: VERSION, drifted: all.iter().filter(|one| one.has_drifted()).count(), units };
    serde_json::to_string_pretty(&document).expect("strings and numbers always become JSON") + "\n"
}

/// The JSON Schema of what [`drift_json`] gives.
pub fn drift_schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/drift.schema.json");
    schema
}

/// What `pavior drift --format json` prints. It names what differs, and holds no value of anything.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior drift")]
struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    /// How many units are not as they were found healthy.
    drifted: usize,
    /// By environment and name.
    units: Vec<Unit>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unit {
    environment: String,
    unit: String,
    /// What it was last healthy with, and is compared with.
    digest: Option<String>,
    /// The commit that this was compiled from.
    commit: String,
    /// The record of the ledger that says so.
    record: u64,
    status: Status,
    /// Why it was not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    drift: Vec<Row>,
    /// Resources that changed where nothing is declared; no drift.
    undeclared: Vec<String>,
    /// Something else is merged, and not applied yet; no drift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<Pending>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Status {
    /// As it was found healthy.
    Clean,
    Drifted,
    /// A run is at work on it, or was stopped: not compared.
    Unsettled,
    /// It could not be compared.
    Failed,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pending {
    /// Null where the unit is to go.
    digest: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    engine: RowEngine,
    /// Terraform's address, or the object.
    resource: String,
    is: Is,
    /// The path of what changed; never what stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
    /// Whether the attribute is one that the provider calls sensitive.
    sensitive: bool,
    /// Who changed it, where the cluster says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<String>,
    /// Why nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RowEngine {
    Terraform,
    Kubernetes,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Is {
    Missing,
    /// It is there, and the unit has no such thing.
    Unknown,
    Changed,
    Unclear,
}

impl Unit {
    fn of(one: &Compared) -> Unit {
        let (status, why) = match &one.standing {
            Standing::Compared(_) if one.has_drifted() => (Status::Drifted, None),
            Standing::Compared(_) => (Status::Clean, None),
            Standing::Unsettled(why) => (Status::Unsettled, Some(why.clone())),
            Standing::Failed(why) => (Status::Failed, Some(why.clone())),
        };
        let none = Found::default();
        let found = if let Standing::Compared(found) = &one.standing { found } else { &none };
        Unit {
            environment: one.unit.environment.to_string(),
            unit: one.unit.unit.clone(),
            digest: one.healthy.digest.clone(),
            commit: one.healthy.commit.clone(),
            record: one.healthy.record,
            status,
            why,
            drift: found.differences.iter().map(Row::of).collect(),
            undeclared: found.undeclared.iter().cloned().collect(),
            pending: one.pending.clone().map(|digest| Pending { digest }),
        }
    }
}

impl Row {
    fn of(one: &Difference) -> Row {
        let engine = match one.engine {
            Engine::Terraform => RowEngine::Terraform,
            Engine::Kubernetes => RowEngine::Kubernetes,
        };
        let row = |is| Row {
            engine,
            resource: one.resource.clone(),
            is,
            attribute: None,
            sensitive: false,
            manager: None,
            why: None,
        };
        match one.what.clone() {
            What::Missing => row(Is::Missing),
            What::Unknown => row(Is::Unknown),
            What::Unclear { why } => Row { why: Some(why), ..row(Is::Unclear) },
            What::Changed { attribute, manager } => {
                let sensitive = attribute.is_sensitive;
                Row { attribute: Some(attribute.path), sensitive, manager, ..row(Is::Changed) }
            }
        }
    }
}
