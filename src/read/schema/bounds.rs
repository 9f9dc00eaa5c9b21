//! Bounds for what has none of its own: no declaration is unbounded in any direction.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Longest text where a field sets no limit of its own.
const TEXT: usize = 4_096;
/// Longest key of a map.
const KEY: usize = 253;
/// Most entries of a list.
const ITEMS: usize = 200;
/// Most entries of a map.
const ENTRIES: usize = 200;

/// Bounds one level of a schema; the caller recurses.
pub fn bound(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if accepts(object, "string") && !["enum", "const", "then"].iter().any(|key| object.contains_key(*key)) {
        object.entry("maxLength").or_insert(json!(TEXT));
    }
    if accepts(object, "array") {
        object.entry("maxItems").or_insert(json!(ITEMS));
    }
    let is_map = matches!(object.get("additionalProperties"), Some(value) if value != &json!(false));
    if accepts(object, "object") && is_map {
        object.entry("maxProperties").or_insert(json!(ENTRIES));
        object.entry("propertyNames").or_insert_with(|| json!({ "maxLength": KEY }));
    }
}

fn accepts(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(types)) => types.iter().any(|one| one == name),
        _ => false,
    }
}
