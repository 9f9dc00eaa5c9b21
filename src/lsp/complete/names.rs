//! Names of the catalog that may be referred to.

use super::{Choice, Spot, schema};
use crate::lsp::mention::{kind_of, name_of};
use crate::lsp::role::{Role, type_route};
use crate::model::kinds::{Kind, ResourceType};
use crate::read::{Declared, Document, Node, NodeValue};
use lsp_types::CompletionItemKind;
use serde_json::Value;

/// Everything that can play a role at the cursor.
pub fn of_role(spot: &Spot<'_>, kind: Kind, role: Role) -> Vec<Choice> {
    match role {
        Role::Declaration(Kind::ResourceType) => resource_types(spot),
        Role::Declaration(wanted) => declarations(spot, wanted),
        Role::Container => own(spot, "containers"),
        Role::Resource => own(spot, "resources"),
        Role::Class => classes(spot, kind),
        Role::Param => params(spot, kind),
        Role::Api => apis(spot),
        Role::Output => outputs(spot, kind),
        // Nothing refers to these but placeholders.
        Role::Port | Role::SecretKey => Vec::new(),
    }
}

/// The resource type that what is written at a route is about.
pub fn type_at<'a>(spot: &Spot<'a>, kind: Kind, route: &[String]) -> Option<&'a Declared<ResourceType>> {
    let route = type_route(kind, route)?;
    let steps: Vec<&str> = route.iter().map(String::as_str).collect();
    let name = text(spot.node(&steps)?)?;
    resource_type(spot, name)
}

pub fn resource_type<'a>(spot: &Spot<'a>, name: &str) -> Option<&'a Declared<ResourceType>> {
    let mut types = spot.scene.analysis.documents.declarations.resource_types.iter();
    types.find(|declared| declared.metadata.name.as_str() == name)
}

/// Names of a kind, with mistakes or without; never the declaration's own.
fn declarations(spot: &Spot<'_>, wanted: Kind) -> Vec<Choice> {
    let own = spot.tree.filter(|tree| kind_of(tree) == Some(wanted)).and_then(name_of);
    let of_kind = spot.scene.analysis.documents.documents.iter().filter(|document| kind_of(document) == Some(wanted));
    let named = of_kind.filter_map(|document| Some((name_of(document)?, document)));
    named
        .filter(|(name, _)| Some(*name) != own)
        .map(|(name, document)| {
            Choice::new(name, CompletionItemKind::REFERENCE)
                .detail(wanted.as_str())
                .documentation(description(document))
        })
        .collect()
}

pub fn description(document: &Document) -> &str {
    let metadata = document.root().child("metadata");
    metadata.and_then(|metadata| metadata.child("description")).and_then(text).unwrap_or_default()
}

fn resource_types(spot: &Spot<'_>) -> Vec<Choice> {
    let types = spot.scene.analysis.documents.declarations.resource_types.iter();
    let on_request = types.filter(|declared| !declared.spec.implicit);
    on_request
        .map(|declared| {
            let classes: Vec<&str> = declared.spec.classes.keys().map(|class| class.as_str()).collect();
            Choice::new(&declared.metadata.name, CompletionItemKind::CLASS)
                .detail(format!("classes {}", classes.join(", ")))
                .documentation(declared.metadata.description.clone())
        })
        .collect()
}

/// Names under a field of the service's own `spec`.
fn own(spot: &Spot<'_>, field: &str) -> Vec<Choice> {
    let Some(NodeValue::Mapping(entries)) = spot.node(&["spec", field]).map(|node| &node.value) else {
        return Vec::new();
    };
    entries.iter().map(|entry| Choice::new(&entry.key, CompletionItemKind::VARIABLE)).collect()
}

fn classes(spot: &Spot<'_>, kind: Kind) -> Vec<Choice> {
    let Some(declared) = type_at(spot, kind, &spot.cursor.route) else { return Vec::new() };
    let presets = |preset: &serde_json::Map<String, Value>| {
        let each: Vec<String> =
            preset.iter().map(|(param, value)| format!("{param}: {}", schema::plain(value))).collect();
        each.join(", ")
    };
    let classes = declared.spec.classes.iter();
    classes
        .map(|(name, preset)| {
            let is_default = *name == declared.spec.default_class;
            Choice::new(name, CompletionItemKind::ENUM_MEMBER)
                .detail(if is_default { "default" } else { "" })
                .documentation(presets(preset))
        })
        .collect()
}

fn params(spot: &Spot<'_>, kind: Kind) -> Vec<Choice> {
    let Some(declared) = type_at(spot, kind, &spot.cursor.route) else { return Vec::new() };
    let schema = &declared.spec.params;
    schema
        .properties
        .iter()
        .map(|(name, param)| {
            let required = schema.required.contains(name);
            let default = param.default.as_ref().map(|default| format!("default `{}`", schema::plain(default)));
            let detail = if required { Some("required".to_owned()) } else { default };
            Choice::new(name, CompletionItemKind::FIELD)
                .detail(detail.unwrap_or_default())
                .documentation(param.description.clone())
                .rank(if required { 0 } else { 1 })
        })
        .collect()
}

fn outputs(spot: &Spot<'_>, kind: Kind) -> Vec<Choice> {
    let Some(declared) = type_at(spot, kind, &spot.cursor.route) else { return Vec::new() };
    let outputs = declared.spec.outputs.iter();
    outputs
        .map(|(name, output)| Choice::new(name, CompletionItemKind::FIELD).documentation(output.description.clone()))
        .collect()
}

fn apis(spot: &Spot<'_>) -> Vec<Choice> {
    let services = spot.scene.analysis.documents.declarations.services.iter();
    let provided = services.flat_map(|service| service.spec.apis.provides.iter().map(move |api| (service, api)));
    provided
        .map(|(service, api)| {
            Choice::new(&api.name, CompletionItemKind::INTERFACE).detail(format!("of {}", service.metadata.name))
        })
        .collect()
}

pub fn text(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}
