//! For programs: a frozen, versioned shape, described by `schemas/explain.schema.json`.

use super::file::Who;
use crate::explain::{Answer, Explained};
use crate::model::Location;
use crate::report::inert::inert_json;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// What `pavior explain --format json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior explanation")]
struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    fields: Vec<Field>,
}

/// A field and what set it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Field {
    /// The unit's folder: `production/cart`.
    unit: String,
    /// The artifact, below that folder.
    artifact: String,
    /// `spec.template.spec.containers[main].image`; empty for a whole file.
    field: String,
    /// Any JSON value. A whole file is its text.
    value: Value,
    by: Who,
    /// Absent for a default.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Place>,
    /// Why, where the value does not say it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    because: &'static str,
    /// What else the value is made of.
    inputs: Vec<Place>,
    /// Where a value would take the place of the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<Setting>,
}

/// A value that somebody wrote.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Place {
    path: String,
    /// Absent where the whole file is meant, as is the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    /// The route to the value in its document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    route: String,
}

/// A place for a value that is not there yet.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Setting {
    path: String,
    route: String,
}

/// The answers as JSON, one object, ending in a line feed.
pub fn explain_json(answers: &[Answer<'_>]) -> String {
    let fields = answers.iter().flat_map(|answer| answer.fields.iter().map(|field| Field::of(answer, field)));
    let document = Document { version: VERSION, fields: fields.collect() };
    inert_json(serde_json::to_string_pretty(&document).expect("strings and numbers always become JSON") + "\n")
}

/// The JSON Schema of what [`explain_json`] gives.
pub fn explain_schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/explain.schema.json");
    schema
}

impl Field {
    fn of(answer: &Answer<'_>, field: &Explained<'_>) -> Field {
        let origin = field.origin;
        Field {
            unit: answer.unit.folder(),
            artifact: answer.artifact.to_string(),
            field: field.path.clone(),
            value: field.value.clone(),
            by: Who::of(origin.by),
            at: origin.at.as_ref().map(|at| Place::of(at, &origin.route)),
            because: origin.because,
            inputs: origin.inputs.iter().map(|input| Place::of(&input.at, &input.route)).collect(),
            setting: origin
                .setting
                .as_ref()
                .map(|setting| Setting { path: setting.path.to_string(), route: setting.route.clone() }),
        }
    }
}

impl Place {
    fn of(at: &Location, route: &str) -> Place {
        let start = at.span.map(|_| at.start);
        Place {
            path: at.path.to_string(),
            line: start.map(|start| start.line),
            column: start.map(|start| start.column),
            route: route.to_owned(),
        }
    }
}
