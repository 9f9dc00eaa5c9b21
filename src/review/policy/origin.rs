//! A violation about a compiled object in, the line of a declaration that caused it out.

use super::Violation;
use crate::model::{Location, RepoPath};
use crate::provenance::{By, Origin, Provenance};
use serde_json::Value;

/// None where no declaration says it: then the declaration as a whole is to blame.
pub fn of(provenance: &Provenance, violation: &Violation) -> Option<Location> {
    let (artifact, field) = artifact(provenance, violation.object.as_deref()?, violation.field.as_deref())?;
    declared(provenance.origin(artifact, &field)?)
}

/// The file that an object is in, and the field as it is called there.
fn artifact<'p>(provenance: &'p Provenance, object: &str, field: Option<&str>) -> Option<(&'p RepoPath, String)> {
    let field = field.unwrap_or_default();
    if let Some(module) = object.strip_prefix("terraform/") {
        let (path, _) = provenance.artifacts.iter().find(|(path, _)| path.as_str() == "terraform/main.tf")?;
        let tail = if field.is_empty() { String::new() } else { format!(".{field}") };
        return Some((path, format!("module.{module}{tail}")));
    }
    let (kind, name) = object.strip_prefix("manifests/")?.split_once('/')?;
    let is_it = |tree: &Value| {
        let text = |pointer: &str| tree.pointer(pointer).and_then(Value::as_str);
        text("/kind").is_some_and(|found| found.eq_ignore_ascii_case(kind)) && text("/metadata/name") == Some(name)
    };
    let (path, _) = provenance.artifacts.iter().find(|(_, traces)| is_it(&traces.tree))?;
    Some((path, field.to_owned()))
}

/// A line that a user may change: of the value itself, or of what it is made of.
fn declared(origin: &Origin) -> Option<Location> {
    let is_declared = |by: By| matches!(by, By::Declaration | By::Environment | By::Platform);
    if is_declared(origin.by) {
        return origin.at.clone();
    }
    origin.inputs.iter().find(|input| is_declared(input.by)).map(|input| input.at.clone())
}
