//! Placeholders in the texts of params become the plain values they name.

use crate::link::{Template, TemplatePart};
use serde_json::{Map, Value};
use std::ops::Range;

/// A placeholder that has no plain value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpanded {
    pub route: Vec<String>,
    /// Bytes of the text.
    pub range: Range<usize>,
    pub path: Vec<String>,
    pub why: String,
}

/// Replaces placeholders by what `value_of` gives for their paths; where it gives none, says so.
pub fn expand(
    given: &Map<String, Value>,
    value_of: &mut dyn FnMut(&[String]) -> Result<String, String>,
) -> Result<Map<String, Value>, Vec<Unexpanded>> {
    let mut wrong = Vec::new();
    let mut route = Vec::new();
    let expanded = expand_map(given, value_of, &mut route, &mut wrong);
    if wrong.is_empty() { Ok(expanded) } else { Err(wrong) }
}

type ValueOf<'f> = &'f mut dyn FnMut(&[String]) -> Result<String, String>;

fn expand_map(
    map: &Map<String, Value>,
    value_of: ValueOf<'_>,
    route: &mut Vec<String>,
    wrong: &mut Vec<Unexpanded>,
) -> Map<String, Value> {
    let mut expanded = Map::new();
    for (key, value) in map {
        route.push(key.clone());
        expanded.insert(key.clone(), expand_value(value, value_of, route, wrong));
        route.pop();
    }
    expanded
}

fn expand_value(value: &Value, value_of: ValueOf<'_>, route: &mut Vec<String>, wrong: &mut Vec<Unexpanded>) -> Value {
    match value {
        Value::String(text) if text.contains("${") => Value::String(expand_text(text, value_of, route, wrong)),
        Value::Array(items) => {
            let mut expanded = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                route.push(index.to_string());
                expanded.push(expand_value(item, value_of, route, wrong));
                route.pop();
            }
            Value::Array(expanded)
        }
        Value::Object(map) => Value::Object(expand_map(map, value_of, route, wrong)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// A text that is no template was told by `link`; it stays as it is.
fn expand_text(text: &str, value_of: ValueOf<'_>, route: &[String], wrong: &mut Vec<Unexpanded>) -> String {
    let Ok(template) = Template::parse(text) else { return text.to_owned() };
    let mut expanded = String::new();
    for part in template.parts {
        match part {
            TemplatePart::Literal(literal) => expanded.push_str(&literal),
            TemplatePart::Placeholder { path, range } => match value_of(&path) {
                Ok(value) => expanded.push_str(&value),
                Err(why) => wrong.push(Unexpanded { route: route.to_vec(), range, path, why }),
            },
        }
    }
    expanded
}

/// The resources that placeholders in these params name.
pub fn resources_named(given: &Map<String, Value>) -> Vec<String> {
    let mut named = Vec::new();
    // What cannot be expanded matters later; here only the names do.
    let _ = expand(given, &mut |path| {
        if let [root, resource, _] = path
            && root == "resources"
        {
            named.push(resource.clone());
        }
        Ok(String::new())
    });
    named
}
