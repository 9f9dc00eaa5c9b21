//! Which part of a schema speaks about a value: by the value's route from the root.

use serde_json::Value;

static NOTHING: Value = Value::Null;

/// The schema of the value at a route; null where the schema does not say.
pub fn at<'s>(schema: &'s Value, route: &[String]) -> &'s Value {
    route.iter().fold(schema, |schema, step| child(schema, step))
}

fn child<'s>(schema: &'s Value, step: &str) -> &'s Value {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(step)) {
        return property;
    }
    let rest = if step.bytes().all(|b| b.is_ascii_digit()) {
        ["items", "additionalProperties"]
    } else {
        ["additionalProperties", "items"]
    };
    rest.into_iter().find_map(|keyword| schema.get(keyword)).unwrap_or(&NOTHING)
}

/// The names of the types that a schema lets in.
pub fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(only) => vec![only],
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The fields that an object may have.
pub fn fields(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// Whether an object cannot do without a field.
pub fn requires(schema: &Value, field: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|name| name == field))
}

/// Routes of all objects that have a field of this name; `<name>` and `<n>` stand for keys and indexes.
pub fn routes_to(schema: &Value, field: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    search(schema, field, &mut Vec::new(), &mut found);
    found
}

fn search(schema: &Value, field: &str, route: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if schema["properties"].get(field).is_some() {
        found.push(route.clone());
    }
    let named = schema["properties"].as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let rest = [("<name>", &schema["additionalProperties"]), ("<n>", &schema["items"])];
    for (step, below) in named.chain(rest).filter(|(_, below)| below.is_object()) {
        route.push(step.to_owned());
        search(below, field, route, found);
        route.pop();
    }
}
