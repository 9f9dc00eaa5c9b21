//! Given params against the schema of their type: every mistake, each with the param that it is about.

use crate::model::kinds::resource_type::{Param, ParamFormat, ParamItems, ParamSchema, ParamType};
use crate::model::{Quantity, Rule, listed, nearest};
use crate::provision::regular;
use crate::provision::rules;
use serde_json::{Map, Value};

/// One thing wrong with one param.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub rule: &'static Rule,
    /// Empty where a param is missing.
    pub route: Vec<String>,
    /// Whether the name is wrong, not the value.
    pub on_key: bool,
    pub message: String,
    pub help: String,
    /// What to write in place of it, when that is certain enough to offer.
    pub replacement: Option<String>,
}

/// Checks what a user gave to a resource of this type.
pub fn mistakes(type_name: &str, schema: &ParamSchema, given: &Map<String, Value>) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (name, value) in given {
        match schema.properties.get(name) {
            None => found.push(unknown_param(type_name, schema, name)),
            Some(param) => found.extend(check_value(name, param, value)),
        }
    }
    let missing = schema.required.iter().filter(|name| {
        let default = schema.properties.get(*name).and_then(|param| param.default.as_ref());
        !given.contains_key(*name) && default.is_none()
    });
    found.extend(missing.map(|name| missing_param(type_name, schema, name)));
    found
}

/// Checks one value.
pub fn check_value(name: &str, param: &Param, value: &Value) -> Vec<Mistake> {
    let route = || vec![name.to_owned()];
    if let Some(mistake) = wrong_type(name, route(), param.kind, value) {
        return vec![mistake];
    }
    let mut found = Vec::new();
    let mut refuse = |why: Option<(String, String)>| {
        if let Some((message, help)) = why {
            found.push(wrong_value(route(), format!("param `{name}` {message}"), help));
        }
    };
    refuse(outside_enum(&param.values, value));
    match value {
        Value::Number(number) => refuse(outside_range(param, number.as_i64())),
        Value::String(text) => {
            refuse(wrong_length(text, param.min_length, param.max_length));
            refuse(unlike_pattern(text, param.pattern.as_deref()));
            refuse(wrong_format(text, param.format));
        }
        Value::Array(items) => {
            refuse(wrong_count(items, param));
            let item = param.items.as_ref().map(|schema| (schema, items));
            found.extend(item.into_iter().flat_map(|(schema, items)| wrong_items(name, schema, items)));
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => {}
    }
    found
}

fn wrong_items(name: &str, schema: &ParamItems, items: &[Value]) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let route = vec![name.to_owned(), index.to_string()];
        if let Some(mistake) = wrong_type(name, route.clone(), schema.kind, item) {
            found.push(mistake);
            continue;
        }
        let text = item.as_str();
        let whys = [
            outside_enum(&schema.values, item),
            text.and_then(|text| wrong_length(text, schema.min_length, schema.max_length)),
            text.and_then(|text| unlike_pattern(text, schema.pattern.as_deref())),
        ];
        for (message, help) in whys.into_iter().flatten() {
            found.push(wrong_value(route.clone(), format!("entry {} of param `{name}` {message}", index + 1), help));
        }
    }
    found
}

fn unknown_param(type_name: &str, schema: &ParamSchema, name: &str) -> Mistake {
    let known = || schema.properties.keys().map(String::as_str);
    let near = nearest(name, known());
    Mistake {
        rule: &rules::UNKNOWN_PARAM,
        route: vec![name.to_owned()],
        on_key: true,
        message: format!("resource type {type_name} has no param `{name}`"),
        help: match near {
            Some(near) => format!("did you mean `{near}`? its params are {}", listed(known(), 20)),
            None if schema.properties.is_empty() => "take it out: the type has no params".to_owned(),
            None => format!("its params are {}", listed(known(), 20)),
        },
        replacement: near.map(str::to_owned),
    }
}

fn missing_param(type_name: &str, schema: &ParamSchema, name: &str) -> Mistake {
    let what = schema.properties.get(name).map(|param| param.description.as_str()).unwrap_or_default();
    Mistake {
        rule: &rules::MISSING_PARAM,
        route: Vec::new(),
        on_key: true,
        message: format!("a resource of type {type_name} needs the param `{name}`"),
        help: format!("add `{name}` to its `params`: {what}"),
        replacement: None,
    }
}

fn wrong_type(name: &str, route: Vec<String>, wanted: ParamType, value: &Value) -> Option<Mistake> {
    let fits = match wanted {
        ParamType::String => value.is_string(),
        ParamType::Integer => value.is_i64() || value.is_u64(),
        ParamType::Boolean => value.is_boolean(),
        ParamType::Array => value.is_array(),
    };
    if fits {
        return None;
    }
    // Quotes that are missing or too many are by far the most frequent reason.
    let replacement = match (wanted, value) {
        (ParamType::String, Value::Number(_) | Value::Bool(_)) => Some(format!("\"{value}\"")),
        (ParamType::Integer, Value::String(text)) if text.parse::<i64>().is_ok() => Some(text.clone()),
        (ParamType::Boolean, Value::String(text)) if matches!(text.as_str(), "true" | "false") => Some(text.clone()),
        _ => None,
    };
    let help = match &replacement {
        Some(better) => format!("write {better}"),
        None => format!("write {}", of_type(wanted)),
    };
    let message = format!("param `{name}` is {} and has to be {}", what_it_is(value), of_type(wanted));
    Some(Mistake { rule: &rules::PARAM_TYPE, route, on_key: false, message, help, replacement })
}

fn of_type(kind: ParamType) -> &'static str {
    match kind {
        ParamType::String => "a text",
        ParamType::Integer => "a whole number",
        ParamType::Boolean => "`true` or `false`",
        ParamType::Array => "a list",
    }
}

fn what_it_is(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

fn wrong_value(route: Vec<String>, message: String, help: String) -> Mistake {
    Mistake { rule: &rules::PARAM_VALUE, route, on_key: false, message, help, replacement: None }
}

/// What is wrong, and what to do.
type Why = Option<(String, String)>;

fn outside_enum(values: &[Value], value: &Value) -> Why {
    if values.is_empty() || values.contains(value) {
        return None;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let known: Vec<String> = values.iter().map(text).collect();
    let written = text(value);
    // An amount is no slip of the keyboard: `12Gi` is near to `2Gi` in letters alone.
    let is_amount = Quantity::parse(&written).is_some();
    let near = nearest(&written, known.iter().map(String::as_str)).filter(|_| !is_amount);
    let near = near.map(|near| format!("did you mean `{near}`? "));
    let offered = listed(known.iter().map(String::as_str), 20);
    Some((format!("cannot be `{written}`"), format!("{}choose one of {offered}", near.unwrap_or_default())))
}

fn outside_range(param: &Param, number: Option<i64>) -> Why {
    let range = match (param.minimum, param.maximum) {
        (Some(minimum), Some(maximum)) => format!("from {minimum} to {maximum}"),
        (Some(minimum), None) => format!("from {minimum}"),
        (None, Some(maximum)) => format!("up to {maximum}"),
        (None, None) => "of 64 bits".to_owned(),
    };
    let help = format!("write a whole number {range}");
    let Some(number) = number else { return Some(("is too large".to_owned(), help)) };
    if param.minimum.is_some_and(|minimum| number < minimum) {
        Some((format!("is {number}, which is too small"), help))
    } else if param.maximum.is_some_and(|maximum| number > maximum) {
        Some((format!("is {number}, which is too large"), help))
    } else {
        None
    }
}

fn wrong_length(text: &str, min: Option<u64>, max: Option<u64>) -> Why {
    let length = text.chars().count() as u64;
    if min.is_some_and(|min| length < min) {
        let min = min.unwrap_or_default();
        Some((format!("has {length} characters"), format!("write at least {min}")))
    } else if max.is_some_and(|max| length > max) {
        let max = max.unwrap_or_default();
        Some((format!("has {length} characters"), format!("write {max} at most")))
    } else {
        None
    }
}

/// A pattern that is none is a mistake of the type, told there.
fn unlike_pattern(text: &str, pattern: Option<&str>) -> Why {
    let pattern = pattern?;
    let regex = regular::compile(pattern).ok()?;
    let why =
        || ("does not have the form that is asked for".to_owned(), format!("write a text that matches `{pattern}`"));
    (!regex.is_match(text)).then(why)
}

fn wrong_format(text: &str, format: Option<ParamFormat>) -> Why {
    match format? {
        ParamFormat::Quantity if Quantity::parse(text).is_none() => Some((
            format!("is {text:?}, which is no quantity"),
            "write an amount such as `500Mi`, `10Gi` or `250m`".to_owned(),
        )),
        ParamFormat::Hostname if !is_host_name(text) => Some((
            format!("is {text:?}, which is no host name"),
            "write lower-case labels of letters, digits and hyphens, with dots between them".to_owned(),
        )),
        ParamFormat::Quantity | ParamFormat::Hostname => None,
    }
}

fn wrong_count(items: &[Value], param: &Param) -> Why {
    let count = items.len() as u64;
    if let Some(min) = param.min_items.filter(|min| count < *min) {
        return Some((format!("has {count} entries"), format!("give at least {min}")));
    }
    if let Some(max) = param.max_items.filter(|max| count > *max) {
        return Some((format!("has {count} entries"), format!("give {max} at most")));
    }
    let twice = items.iter().enumerate().find(|(index, item)| items[..*index].contains(item));
    match twice {
        Some((_, item)) if param.unique_items => Some((format!("has {item} twice"), "take one of them out".to_owned())),
        _ => None,
    }
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(label)
}
