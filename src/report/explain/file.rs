//! `provenance.json`: a frozen, versioned shape, described by `schemas/provenance.schema.json`; one origin a line.

use super::told;
use crate::model::{FieldPath, RepoPath};
use crate::provenance::{By, Origin, Provenance};
use crate::report::inert::inert_json;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// What set each field of each artifact of a unit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior provenance of a unit")]
struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    /// The unit's folder: `production/cart`.
    unit: String,
    /// By path below the unit's folder. A field has the origin whose list has its path or the longest beginning of it,
    /// each as it is or with `[*]` in place of every item.
    artifacts: BTreeMap<String, Vec<Line>>,
}

/// What set some fields.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    by: Who,
    /// `<path>:<line>:<column>`, or the path of a file that is copied as it is; absent for a default.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The route to the value in its document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    route: String,
    /// Why, where the value does not say it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    because: &'static str,
    /// What else the value is made of, as `<path>:<line>:<column>`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<String>,
    /// Where a value would take the place of the default: `<path>#<route>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    /// Paths of fields, `spec.template.spec.containers[main].image`; `[*]` stands for every item of a list, and the empty
    /// path for the whole file.
    fields: Vec<String>,
}

/// Whose file a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// A service, a shared resource or a secret request, or the Score file of a service.
    Declaration,
    /// The declaration of an environment.
    Environment,
    /// `pavior.yaml`.
    Platform,
    /// A resource type: its provisioners, classes, params and tables.
    Provisioner,
    /// A file of a golden path, copied as it is.
    GoldenPath,
    /// Nobody: what Pavior does unless it is told otherwise.
    Default,
}

impl Who {
    pub fn of(by: By) -> Who {
        match by {
            By::Declaration => Who::Declaration,
            By::Environment => Who::Environment,
            By::Platform => Who::Platform,
            By::Provisioner => Who::Provisioner,
            By::GoldenPath => Who::GoldenPath,
            By::Default => Who::Default,
        }
    }
}

/// The text of a unit's `provenance.json`.
pub fn provenance_json(provenance: &Provenance) -> String {
    let unit = Value::from(provenance.unit.folder());
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"unit\": {unit},\n  \"artifacts\": {{");
    for (index, path) in provenance.artifacts.keys().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        text.push_str(&format!("{comma}\n    {}: [", Value::from(path.as_str())));
        for (index, line) in lines(provenance, path).iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let line = serde_json::to_string(line).expect("strings always become JSON");
            text.push_str(&format!("{comma}\n      {line}"));
        }
        text.push_str("\n    ]");
    }
    inert_json(text + "\n  }\n}\n")
}

/// Each origin of an artifact once, in the order of its first field.
fn lines(provenance: &Provenance, artifact: &RepoPath) -> Vec<Line> {
    let fields: Vec<(&FieldPath, String, &Origin)> =
        provenance.fields(artifact).map(|(field, origin)| (field, field.of_every_item(), origin)).collect();
    let mut of_every_item: BTreeMap<&str, Option<&Origin>> = BTreeMap::new();
    for (_, every, origin) in &fields {
        let one = of_every_item.entry(every).or_insert(Some(origin));
        *one = one.filter(|known| std::ptr::eq(*known, *origin));
    }
    let mut lines: Vec<Line> = Vec::new();
    // An origin is known by its address; the order of the lines is that of the fields.
    let mut places: BTreeMap<*const Origin, usize> = BTreeMap::new();
    let mut said: BTreeSet<(usize, &str)> = BTreeSet::new();
    for (field, every, origin) in &fields {
        let place = *places.entry(std::ptr::from_ref(*origin)).or_insert_with(|| {
            lines.push(line(origin));
            lines.len() - 1
        });
        match of_every_item.get(every.as_str()) {
            // What all items have from one line is said once.
            Some(Some(_)) if said.insert((place, every)) => lines[place].fields.push(every.clone()),
            Some(Some(_)) => {}
            Some(None) | None => lines[place].fields.push(field.to_string()),
        }
    }
    lines
}

fn line(origin: &Origin) -> Line {
    Line {
        by: Who::of(origin.by),
        at: origin.at.as_ref().map(told),
        route: origin.route.clone(),
        because: origin.because,
        inputs: origin.inputs.iter().map(|input| told(&input.at)).collect(),
        setting: origin.setting.as_ref().map(|setting| format!("{}#{}", setting.path, setting.route)),
        fields: Vec::new(),
    }
}

/// The JSON Schema of what [`provenance_json`] gives.
pub fn provenance_schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/provenance.schema.json");
    schema
}
