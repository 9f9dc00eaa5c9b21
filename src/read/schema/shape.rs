//! Turns what schemars writes into what people and editors read best: absent means absent (no `null`), choices are
//! one `enum` with a text for each, maps name their keys by `propertyNames`, and no `anyOf` where types tell apart.

use crate::model::{MAX_NAME, NAME_PATTERN, Name};
use schemars::Schema;
use serde_json::{Map, Value, json};

/// Simplifies one level of a schema; the caller recurses.
pub fn simplify(schema: &mut Schema) {
    if schema.as_bool() == Some(true) {
        *schema = Schema::default();
    }
    let Some(object) = schema.as_object_mut() else { return };
    strip_null(object);
    choices_as_enum(object);
    alternatives_by_type(object);
    keys_by_property_names(object);
    free_value_is_no_null(object);
    drop_noise(object);
    describe(object);
    in_order(object);
}

/// An optional field is left out, never null.
fn strip_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type") != Some(&json!("null")));
        if let [Value::Object(only)] = branches.as_slice() {
            let only = only.clone();
            schema.shift_remove("anyOf");
            merge(schema, only);
        }
    }
}

/// `oneOf` of constants with descriptions becomes `enum` with `enumDescriptions`, which editors show beside each.
fn choices_as_enum(schema: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = schema.get("oneOf") else { return };
    let mut values = Vec::new();
    let mut descriptions = Vec::new();
    for branch in branches {
        match (branch.get("const"), branch.get("enum")) {
            (Some(value), None) => {
                values.push(value.clone());
                descriptions.push(branch.get("description").cloned().unwrap_or(json!("")));
            }
            (None, Some(Value::Array(several))) => {
                descriptions.extend(several.iter().map(|_| json!("")));
                values.extend(several.iter().cloned());
            }
            _ => return,
        }
    }
    schema.shift_remove("oneOf");
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), Value::Array(values));
    schema.insert("enumDescriptions".to_owned(), Value::Array(descriptions));
}

/// Branches of different types become one schema: keywords of objects do not concern texts, so no branch is lost.
/// Only `enum` speaks of all types; it goes behind an `if`.
fn alternatives_by_type(schema: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = schema.get("anyOf") else { return };
    let mut branches: Vec<Map<String, Value>> = match branches.iter().map(|b| b.as_object().cloned()).collect() {
        Some(branches) => branches,
        None => return,
    };
    branches.iter_mut().for_each(choices_as_enum);
    let types: Vec<Value> = branches.iter().filter_map(|branch| branch.get("type").cloned()).collect();
    let distinct = types.iter().enumerate().all(|(at, name)| name.is_string() && !types[..at].contains(name));
    if !distinct || types.len() != branches.len() {
        return;
    }
    schema.shift_remove("anyOf");
    for mut branch in branches {
        if branch.contains_key("enum") {
            let name = branch.shift_remove("type").unwrap_or_default();
            branch.shift_remove("description");
            schema.insert("if".to_owned(), json!({ "type": name }));
            schema.insert("then".to_owned(), Value::Object(branch));
        } else {
            branch.shift_remove("type");
            branch.shift_remove("description");
            merge(schema, branch);
        }
    }
    schema.insert("type".to_owned(), Value::Array(types));
}

/// Adds what is not there yet: a field's own description is better than its type's.
fn merge(schema: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        schema.entry(key).or_insert(value);
    }
}

/// A map whose keys follow a pattern says so by `propertyNames`, so that a wrong key is told as a wrong key.
fn keys_by_property_names(schema: &mut Map<String, Value>) {
    let Some(Value::Object(patterns)) = schema.get("patternProperties") else { return };
    let Some((pattern, value)) = patterns.iter().next().filter(|_| patterns.len() == 1) else { return };
    let (pattern, value) = (pattern.clone(), value.clone());
    schema.shift_remove("patternProperties");
    schema.insert("additionalProperties".to_owned(), value);
    schema.entry("propertyNames").or_insert_with(|| names(&pattern));
}

/// Keys that are [`Name`]s have its format and limit too.
fn names(pattern: &str) -> Value {
    match pattern == NAME_PATTERN {
        true => json!({ "format": Name::FORMAT, "pattern": pattern, "maxLength": MAX_NAME }),
        false => json!({ "pattern": pattern }),
    }
}

/// What may be anything may still not be nothing.
fn free_value_is_no_null(schema: &mut Map<String, Value>) {
    let says_what = ["type", "enum", "const", "if", "allOf", "anyOf", "oneOf", "pattern"];
    if !says_what.iter().any(|keyword| schema.contains_key(*keyword)) {
        schema.insert("type".to_owned(), json!(["string", "number", "boolean", "array", "object"]));
    }
}

/// Formats that only name a Rust type, and defaults that only say "nothing".
fn drop_noise(schema: &mut Map<String, Value>) {
    let machine = ["int32", "int64", "uint", "uint32", "uint64", "double"];
    if matches!(schema.get("format"), Some(Value::String(format)) if machine.contains(&format.as_str())) {
        schema.shift_remove("format");
    }
    let empty = match schema.get("default") {
        Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        _ => false,
    };
    if empty {
        schema.shift_remove("default");
    }
}

/// Line breaks of the source are no line breaks of the text; editors that render Markdown get it as Markdown.
fn describe(schema: &mut Map<String, Value>) {
    let Some(Value::String(text)) = schema.get("description") else { return };
    let text = sentence(&text.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n"));
    if text.contains('`') {
        schema.insert("markdownDescription".to_owned(), json!(text));
    }
    schema.insert("description".to_owned(), json!(text));
}

/// A capital at the start, a period at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    let period = if text.ends_with(['.', '?', '`']) { "" } else { "." };
    first.into_iter().chain(letters).chain(period.chars()).collect()
}

/// Keywords in the order in which people read them.
fn in_order(schema: &mut Map<String, Value>) {
    const FIRST: [&str; 10] = [
        "$schema",
        "title",
        "description",
        "markdownDescription",
        "type",
        "const",
        "enum",
        "enumDescriptions",
        "default",
        "required",
    ];
    let rank = |keyword: &str| FIRST.iter().position(|first| *first == keyword).unwrap_or(FIRST.len());
    let mut keywords: Vec<(String, Value)> = std::mem::take(schema).into_iter().collect();
    keywords.sort_by_key(|(keyword, _)| rank(keyword));
    schema.extend(keywords);
}
