//! Values that may be written: choices of the schema, names of the catalog, values of params.

use super::{Choice, Spot, names, role_at, schema};
use crate::lsp::role::{Role, Side};
use crate::model::kinds::resource_type::{Param, ParamType};
use crate::model::kinds::{API_VERSION, Kind};
use crate::read::{NodeValue, schema::walk};
use lsp_types::CompletionItemKind;
use serde_json::Value;

pub fn choices(spot: &Spot<'_>) -> Vec<Choice> {
    let route = &spot.cursor.route;
    match (spot.kind, route.as_slice()) {
        (_, [field]) if field == "kind" => kinds(),
        (_, [field]) if field == "apiVersion" => vec![Choice::new(API_VERSION, CompletionItemKind::CONSTANT)],
        (None, _) => Vec::new(),
        (Some(kind), _) => of_kind(spot, kind),
    }
}

fn kinds() -> Vec<Choice> {
    let choice = |kind: Kind| {
        Choice::new(kind.as_str(), CompletionItemKind::CLASS).documentation(schema::description(schema::of(kind)))
    };
    Kind::ALL.into_iter().map(choice).collect()
}

fn of_kind(spot: &Spot<'_>, kind: Kind) -> Vec<Choice> {
    let route = &spot.cursor.route;
    if let Some(role) = role_at(kind, Side::Value, route) {
        let mut named = names::of_role(spot, kind, role);
        let others = others_in_list(spot);
        named.retain(|choice| !others.contains(&choice.label));
        return named;
    }
    if let Some(param) = param(spot, kind) {
        return of_param(param);
    }
    let schema = schema::at(kind, route);
    let default = schema.get("default").map(schema::plain);
    let enumerated = schema::choices(schema).into_iter().map(|(value, meaning)| {
        let detail = if default.as_ref() == Some(&value) { "default" } else { "" };
        Choice::new(&value, CompletionItemKind::ENUM_MEMBER)
            .detail(detail)
            .documentation(meaning)
            .insert(quoted(&value, walk::types(schema) == ["string"]))
    });
    enumerated.collect()
}

/// What a list at the cursor holds already.
fn others_in_list(spot: &Spot<'_>) -> Vec<String> {
    let Some((last, list)) = spot.cursor.route.split_last() else { return Vec::new() };
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    let Some(NodeValue::Sequence(items)) = spot.node(&list).map(|node| &node.value) else { return Vec::new() };
    let others = items.iter().enumerate().filter(|(index, _)| index.to_string() != *last);
    others.map(|(_, item)| schema::plain(&item.to_json())).collect()
}

/// The param of the resource type at hand whose value is being written.
fn param<'a>(spot: &Spot<'a>, kind: Kind) -> Option<&'a Param> {
    let route = &spot.cursor.route;
    let depth = (1..=route.len()).find(|depth| role_at(kind, Side::Key, &route[..*depth]) == Some(Role::Param))?;
    let of_type = names::type_at(spot, kind, route)?;
    of_type.spec.params.properties.get(&route[depth - 1])
}

fn of_param(param: &Param) -> Vec<Choice> {
    let listed = param.items.as_ref().map_or(&param.values, |items| &items.values);
    let mut values: Vec<Value> = listed.clone();
    if values.is_empty() && param.kind == ParamType::Boolean {
        values.extend([Value::Bool(true), Value::Bool(false)]);
    }
    if values.is_empty() {
        values.extend(param.default.clone());
    }
    let choice = |value: &Value| {
        let text = schema::plain(value);
        let detail = if param.default.as_ref() == Some(value) { "default" } else { "" };
        Choice::new(&text, CompletionItemKind::VALUE)
            .detail(detail)
            .documentation(param.description.clone())
            .insert(quoted(&text, value.is_string()))
    };
    values.iter().filter(|value| !value.is_array() && !value.is_object()).map(choice).collect()
}

/// A text that YAML would read as something else gets quotes.
fn quoted(text: &str, is_text: bool) -> String {
    let first = text.chars().next().unwrap_or(' ');
    let is_bare =
        first.is_ascii_alphabetic() && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off");
    match is_text && !is_bare && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '_')) {
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}
