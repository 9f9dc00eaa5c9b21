//! The schemas of the kinds, made once, and what they say about a field in words.

use crate::model::kinds::Kind;
use crate::read::schema::{schema, walk};
use serde_json::Value;
use std::sync::OnceLock;

static SCHEMAS: [OnceLock<Value>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];

/// The schema of a kind.
pub fn of(kind: Kind) -> &'static Value {
    SCHEMAS[kind as usize].get_or_init(|| schema(kind))
}

/// What the schema of a kind says about the value at a route; null where it says nothing.
pub fn at(kind: Kind, route: &[String]) -> &'static Value {
    walk::at(of(kind), route)
}

pub fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The values to choose from, each with what it means.
pub fn choices(schema: &Value) -> Vec<(String, String)> {
    if walk::types(schema) == ["boolean"] {
        return ["true", "false"].map(|value| (value.to_owned(), String::new())).to_vec();
    }
    let meaning = |index: usize| schema["enumDescriptions"][index].as_str().unwrap_or_default().to_owned();
    let listed = schema["enum"].as_array().into_iter().flatten();
    let constant = schema.get("const").into_iter();
    listed.chain(constant).enumerate().map(|(index, value)| (plain(value), meaning(index))).collect()
}

/// Whether something can be written below it by key.
pub fn is_mapping(schema: &Value) -> bool {
    walk::types(schema).contains(&"object")
}

/// A value as it is written in YAML.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `string, default supporting`.
pub fn facts(schema: &Value) -> String {
    let mut facts = vec![walk::types(schema).join(" or ")];
    if let Some(default) = schema.get("default") {
        facts.push(format!("default `{}`", plain(default)));
    }
    for (keyword, words) in [("minimum", "at least"), ("maximum", "at most")] {
        facts.extend(schema.get(keyword).map(|bound| format!("{words} {bound}")));
    }
    facts.retain(|fact| !fact.is_empty());
    facts.join(", ")
}
