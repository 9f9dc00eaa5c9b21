//! A Score file gets the `Service` that names it. The Score file stays as it is.

use super::foreign::{Unreadable, documents};
use super::{Imported, Target, metadata, text};
use crate::model::kinds::Kind;
use serde_json::{Map, Value, json};

/// The service of a Score file, which is called `file` and lies in the folder of the target.
pub fn score(content: &str, file: &str, target: &Target<'_>) -> Result<Imported, Unreadable> {
    let mut imported = Imported::default();
    let documents = documents(content)?;
    let Some(document) = documents.first() else {
        imported.note(format!("{file} is empty"));
        return Ok(imported);
    };
    let Some(name) = document.get("metadata").and_then(|metadata| text(metadata, "name")) else {
        imported.note(format!("{file} has no `metadata.name`, after which its service would be called"));
        return Ok(imported);
    };
    let mut spec = Map::from_iter([("tier".to_owned(), json!("supporting"))]);
    let is_called =
        document.pointer("/service/ports").and_then(Value::as_object).is_some_and(|ports| !ports.is_empty());
    if !is_called {
        spec.insert("workload".to_owned(), json!("worker"));
        imported.note(format!("{name}: has no ports, so it is a worker, which nobody calls"));
    }
    spec.insert("score".to_owned(), json!(format!("./{file}")));
    imported.declare(target, Kind::Service, metadata(name, None, target.owner), spec);
    imported.note(format!("{name}: is of tier `supporting`; say so if more hurts when it is down"));
    Ok(imported)
}

/// The files that a Score file takes its own from, as it names them.
pub fn sources(content: &str) -> Vec<String> {
    let documents = documents(content).unwrap_or_default();
    let values = |value: &Value| -> Vec<Value> {
        match value {
            Value::Object(fields) => fields.values().cloned().collect(),
            Value::Array(items) => items.clone(),
            _ => Vec::new(),
        }
    };
    let containers = documents.iter().filter_map(|document| document.get("containers")).flat_map(values);
    let files: Vec<Value> = containers.filter_map(|one| one.get("files").cloned()).collect();
    let sources = files.iter().flat_map(values).filter_map(|file| text(&file, "source").map(str::to_owned));
    sources.collect()
}
