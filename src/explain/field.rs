//! The field that a person names: by its path, or by so much of its end that no other is meant.

use super::{Answer, Artifact, Explained, Unclear};
use crate::model::{FieldPath, NAMING, Step, item_names, nearest};
use crate::provenance::Provenance;
use serde_json::Value;
use std::collections::BTreeSet;

/// Every path of a tree with its value, branches before what is below them.
fn paths(tree: &Value) -> Vec<(FieldPath, &Value)> {
    fn walk<'v>(path: &FieldPath, value: &'v Value, found: &mut Vec<(FieldPath, &'v Value)>) {
        if !path.0.is_empty() {
            found.push((path.clone(), value));
        }
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(key, field)| walk(&path.then(Step::Key(key.clone())), field, found));
            }
            Value::Array(items) => {
                let names = NAMING.iter().find_map(|key| item_names(items, key));
                for (index, item) in items.iter().enumerate() {
                    let step = names.as_ref().map_or(Step::Index(index), |names| Step::Named(names[index].clone()));
                    walk(&path.then(step), item, found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    walk(&FieldPath::default(), tree, &mut found);
    found
}

/// The steps of a path, however it is written: `containers[main].image`, `containers.main.image`.
fn steps(path: &str) -> Vec<&str> {
    path.split(['.', '[', ']', '"']).filter(|step| !step.is_empty()).collect()
}

/// What was asked about in these artifacts: all fields, or one, which may stand in each environment.
pub fn answer<'p>(artifacts: &[Artifact<'p>], field: Option<&str>) -> Result<Vec<Answer<'p>>, Unclear> {
    let Some(field) = field else {
        return Ok(artifacts.iter().map(|artifact| answered(*artifact, "")).collect());
    };
    let asked = steps(field);
    let all: Vec<(Artifact<'p>, String)> = artifacts
        .iter()
        .flat_map(|artifact| {
            let tree = &artifact.provenance.artifacts[artifact.path].tree;
            paths(tree).into_iter().map(move |(path, _)| (*artifact, path.to_string()))
        })
        .collect();
    let exact: Vec<_> = all.iter().filter(|(_, path)| steps(path) == asked).collect();
    let found = match exact.is_empty() {
        true => all.iter().filter(|(_, path)| !asked.is_empty() && steps(path).ends_with(&asked)).collect(),
        false => exact,
    };
    // One field in several environments is one answer.
    let different: BTreeSet<String> = found.iter().map(|(artifact, path)| told(artifacts, artifact, path)).collect();
    match different.len() {
        0 => Err(unknown(field, &asked, &all)),
        1 => Ok(found.into_iter().map(|(artifact, path)| answered(*artifact, path)).collect()),
        _ => Err(Unclear::Several { asked: field.to_owned(), fields: different.into_iter().collect() }),
    }
}

/// A path, with its file where several are meant.
fn told(artifacts: &[Artifact<'_>], artifact: &Artifact<'_>, path: &str) -> String {
    match artifacts {
        [_] => path.to_owned(),
        _ => format!("{} {path}", artifact.path),
    }
}

fn unknown(field: &str, asked: &[&str], all: &[(Artifact<'_>, String)]) -> Unclear {
    let ends: BTreeSet<String> = all
        .iter()
        .map(|(_, path)| {
            let steps = steps(path);
            steps[steps.len().saturating_sub(asked.len())..].join(".")
        })
        .collect();
    let near = nearest(&asked.join("."), ends.iter().map(String::as_str)).map(str::to_owned);
    let top: BTreeSet<String> =
        all.iter().filter_map(|(_, path)| steps(path).first().map(|s| (*s).to_owned())).collect();
    Unclear::Field { asked: field.to_owned(), near, known: top.into_iter().collect() }
}

/// The fields at and below a path; the path itself where one line set all that it holds.
fn answered<'p>(artifact: Artifact<'p>, path: &str) -> Answer<'p> {
    let Artifact { provenance, path: file } = artifact;
    let tree = &provenance.artifacts[file].tree;
    let values: Vec<(String, &Value)> =
        paths(tree).into_iter().map(|(path, value)| (path.to_string(), value)).collect();
    let value = |path: &str| values.iter().find(|(known, _)| known == path).map_or(tree, |(_, value)| value);
    let fields = match provenance.origin(file, path).filter(|_| !path.is_empty()) {
        Some(origin) => vec![Explained { path: path.to_owned(), value: value(path), origin }],
        None => below(provenance, &artifact, path, value),
    };
    Answer { unit: &provenance.unit, artifact: file, fields }
}

fn below<'p>(
    provenance: &'p Provenance,
    artifact: &Artifact<'p>,
    path: &str,
    value: impl Fn(&str) -> &'p Value,
) -> Vec<Explained<'p>> {
    let fields = provenance.fields(artifact.path).map(|(field, origin)| (field.to_string(), origin));
    let fields = fields.filter(|(field, _)| crate::provenance::is_below(field, path));
    fields.map(|(path, origin)| Explained { value: value(&path), path, origin }).collect()
}
