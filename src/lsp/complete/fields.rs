//! Keys that may be written: fields by the schema, and names where the keys are names.

use super::{Choice, Spot, names, role_at, schema};
use crate::lsp::role::{Role, Side};
use crate::model::kinds::Kind;
use crate::read::schema::walk;
use lsp_types::CompletionItemKind;
use serde_json::Value;

/// Whether a bare word at a route is a key.
pub fn takes_keys(kind: Kind, route: &[String]) -> bool {
    schema::is_mapping(schema::at(kind, route)) && !is_param_value(kind, route)
}

/// A param's value may be anything by the schema of the service; its type knows better.
fn is_param_value(kind: Kind, route: &[String]) -> bool {
    role_at(kind, Side::Key, route) == Some(Role::Param)
}

/// Required fields first, then in the order of the schema; those that are there already are left out.
pub fn choices(spot: &Spot<'_>) -> Vec<Choice> {
    let route = &spot.cursor.route;
    // Before there is a kind, what all kinds have in common.
    let kind = spot.kind.unwrap_or(Kind::Service);
    if spot.kind.is_none() && route.first().is_some_and(|step| step == "spec") {
        return Vec::new();
    }
    let mut choices: Vec<Choice> = named(spot, kind);
    let schema = schema::at(kind, route);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let required = walk::requires(schema, name);
        let detail = if required { format!("{}, required", schema::facts(field)) } else { schema::facts(field) };
        let choice = Choice::new(name, CompletionItemKind::FIELD)
            .detail(detail)
            .documentation(schema::description(field))
            .insert(written(spot, name, field));
        choices.push(choice.rank(if required { 0 } else { 1 }));
    }
    let siblings = &spot.cursor.siblings;
    let here = &spot.scene.text[spot.cursor.written.clone()];
    choices.retain(|choice| choice.label == here || !siblings.contains(&choice.label));
    choices.sort_by_key(|choice| choice.rank);
    choices
}

/// Environments, containers, resources or params, where those are keys.
fn named(spot: &Spot<'_>, kind: Kind) -> Vec<Choice> {
    let mut route = spot.cursor.route.clone();
    route.push(String::new());
    let Some(role) = role_at(kind, Side::Key, &route) else { return Vec::new() };
    let below = schema::at(kind, &route);
    let choices = names::of_role(spot, kind, role);
    choices.into_iter().map(|choice| Choice { insert: written(spot, &choice.label, below), ..choice }).collect()
}

/// The key with what has to follow it: a space, a line, or brackets.
fn written(spot: &Spot<'_>, name: &str, field: &Value) -> String {
    let after = &spot.scene.text[spot.cursor.written.end..];
    if after.trim_start_matches(' ').starts_with(':') {
        return name.to_owned();
    }
    let types = walk::types(field);
    let only = |wanted: &str| types == [wanted];
    let margin = " ".repeat(spot.cursor.column + 2);
    match spot.cursor.in_flow {
        false if only("object") => format!("{name}:\n{margin}"),
        false if only("array") => format!("{name}:\n{margin}- "),
        true if only("object") => format!("{name}: {{}}"),
        true if only("array") => format!("{name}: []"),
        _ => format!("{name}: "),
    }
}
