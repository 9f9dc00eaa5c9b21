//! For programs: a frozen, versioned shape, described by `schemas/diff.schema.json`.
//!
//! These types are the promise. They are not the types of the pipeline, so that those may change.

use crate::provision::{UnitId, UnitKind};
use crate::report::inert::inert_json;
use crate::review::diff::{self, Effect, Secrecy};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// The diff as JSON, one object, ending in a line feed.
pub fn diff_json(diff: &diff::Diff) -> String {
    let text = serde_json::to_string_pretty(&Document::of(diff)).expect("strings and numbers always become JSON");
    inert_json(text + "\n")
}

/// The JSON Schema of what [`diff_json`] gives.
pub fn diff_schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/diff.schema.json");
    schema
}

/// What `pavior diff --format json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior diff")]
pub struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    tool: Tool,
    summary: Summary,
    /// What a reader has to know beside the changes.
    notes: Vec<String>,
    /// Units whose digest changed, by environment, kind and name.
    units: Vec<Unit>,
}

/// Who made the diff.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// How many units each thing happens to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Summary {
    /// Whether any digest changed.
    deployed_effect: bool,
    created: usize,
    updated: usize,
    moved: usize,
    deleted: usize,
    unchanged: usize,
    created_environments: Vec<String>,
    deleted_environments: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    Create,
    Update,
    Replace,
    Delete,
    Move,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Environment,
    Service,
    SharedResource,
}

/// A service, a shared resource or the environment itself, in one environment.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unit {
    /// Its folder: `production/cart`.
    unit: String,
    environment: String,
    kind: Kind,
    name: String,
    action: Action,
    /// Its folder at base, when it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<String>,
    /// Its digest at base; absent for a unit that is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_before: Option<String>,
    /// Its digest at head; absent for a unit that is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest_after: Option<String>,
    changes: Vec<Change>,
}

/// An object, a block of Terraform, the files of a module, or another file.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    action: Action,
    address: Address,
    /// Its address at base, when it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<Address>,
    /// Fields that differ; of what is created, only those of module calls.
    fields: Vec<Field>,
    /// How many fields more differ only by the new name.
    follow_the_name: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Address {
    /// A Kubernetes object.
    Object {
        /// The API group, empty for the core; without the version, which may rise while the object stays.
        group: String,
        kind: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        name: String,
    },
    /// A top-level block: `module carts`.
    Terraform {
        block: String,
    },
    /// The files of a module that the unit calls, by its folder.
    ModuleFiles {
        module: String,
    },
    File {
        path: String,
    },
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Field {
    /// `spec.template.spec.containers[main].image`
    path: String,
    /// Absent for a field that is new. Of a secret, never its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// Absent for a field that goes. Of a secret, never its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
    effect: FieldEffect,
    secrecy: FieldSecrecy,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum FieldEffect {
    InPlace,
    /// The object is deleted and made anew.
    Replaces,
    /// Terraform looks for its state elsewhere.
    LeavesState,
    /// Nobody can change it so.
    Refused,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum FieldSecrecy {
    Plain,
    /// Says where a secret is.
    Reference,
    /// The values would be secrets and are left out.
    Hidden,
}

impl Document {
    pub fn of(diff: &diff::Diff) -> Document {
        let environments = |action: diff::Action| {
            let names = diff.environments.iter().filter(|(_, done)| **done == action).map(|(name, _)| name.to_string());
            names.collect()
        };
        Document {
            version: VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            summary: Summary {
                deployed_effect: !diff.units.is_empty(),
                created: diff.count(diff::Action::Create),
                updated: diff.count(diff::Action::Update),
                moved: diff.count(diff::Action::Move),
                deleted: diff.count(diff::Action::Delete),
                unchanged: diff.unchanged,
                created_environments: environments(diff::Action::Create),
                deleted_environments: environments(diff::Action::Delete),
            },
            notes: diff.notes.clone(),
            units: diff.units.iter().map(Unit::of).collect(),
        }
    }
}

impl Unit {
    fn of(change: &diff::UnitChange) -> Unit {
        let UnitId { environment, kind, name } = &change.unit;
        Unit {
            unit: change.unit.folder(),
            environment: environment.to_string(),
            kind: match kind {
                UnitKind::Environment => Kind::Environment,
                UnitKind::Service => Kind::Service,
                UnitKind::SharedResource => Kind::SharedResource,
            },
            name: name.to_string(),
            action: Action::of(change.action),
            moved_from: change.from.as_ref().map(UnitId::folder),
            digest_before: change.base.map(|digest| digest.to_string()),
            digest_after: change.head.map(|digest| digest.to_string()),
            changes: change.changes.iter().map(Change::of).collect(),
        }
    }
}

impl Action {
    fn of(action: diff::Action) -> Action {
        match action {
            diff::Action::Create => Action::Create,
            diff::Action::Update => Action::Update,
            diff::Action::Replace => Action::Replace,
            diff::Action::Delete => Action::Delete,
            diff::Action::Move => Action::Move,
        }
    }
}

impl Change {
    fn of(change: &diff::Change) -> Change {
        Change {
            action: Action::of(change.action),
            address: Address::of(&change.address),
            moved_from: change.from.as_ref().map(Address::of),
            fields: change.fields.iter().map(Field::of).collect(),
            follow_the_name: change.follow_the_name,
        }
    }
}

impl Address {
    fn of(address: &diff::Address) -> Address {
        match address.clone() {
            diff::Address::Object { group, kind, namespace, name } => Address::Object { group, kind, namespace, name },
            diff::Address::Terraform(block) => Address::Terraform { block },
            diff::Address::ModuleFiles(module) => Address::ModuleFiles { module },
            diff::Address::File(path) => Address::File { path },
        }
    }
}

impl Field {
    fn of(field: &diff::FieldChange) -> Field {
        Field {
            path: field.path.to_string(),
            before: field.before.clone(),
            after: field.after.clone(),
            effect: match field.effect {
                Effect::InPlace => FieldEffect::InPlace,
                Effect::Replaces => FieldEffect::Replaces,
                Effect::LeavesState => FieldEffect::LeavesState,
                Effect::Refused => FieldEffect::Refused,
            },
            secrecy: match field.secrecy {
                Secrecy::Plain => FieldSecrecy::Plain,
                Secrecy::Reference => FieldSecrecy::Reference,
                Secrecy::Hidden => FieldSecrecy::Hidden,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_json_diff_keeps_its_shape() {
        insta::assert_snapshot!(diff_json(&samples::diff()));
    }

    #[test]
    fn every_diff_is_valid_against_its_schema() {
        let validator = jsonschema::validator_for(&diff_schema()).unwrap();
        for diff in [samples::diff(), diff::Diff::default()] {
            let value: Value = serde_json::from_str(&diff_json(&diff)).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }

    #[test]
    fn hostile_text_is_equal_when_parsed_and_inert_before() {
        let text = diff_json(&samples::diff());
        assert!(!text.contains('\u{202e}') && !text.contains("##["), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["units"][3]["changes"][1]["fields"][0]["after"]["a"], samples::HOSTILE);
    }
}
