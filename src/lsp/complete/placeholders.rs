//! What may stand inside `${...}`, step by step.

use super::{Choice, Spot, names};
use crate::link::{EnvironmentField, MetadataField, ROOTS};
use crate::lsp::mention::name_of;
use crate::lsp::role::matches;
use crate::model::kinds::Kind;
use crate::model::kinds::workload::ServicePorts;
use crate::read::{Declared, NodeValue};
use lsp_types::CompletionItemKind;
use std::ops::Range;

/// A placeholder that is being written.
pub struct Open<'t> {
    /// The steps before the one at the cursor.
    before: Vec<&'t str>,
    /// The bytes of the step at the cursor.
    pub step: Range<usize>,
    /// What has to follow the last step: a brace, or nothing where there is one.
    close: &'static str,
    /// What has to follow a step that is not the last: a dot, or nothing where there is one.
    dot: &'static str,
}

/// The placeholder around the cursor, in a text that starts at `start`.
pub fn open_at(text: &str, start: usize, cursor: usize) -> Option<Open<'_>> {
    let before = &text[start.min(cursor)..cursor];
    let open = before.rfind("${")?;
    let is_literal = before[..open].ends_with('$');
    let inner = &before[open + 2..];
    let is_step = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if is_literal || !inner.chars().all(|c| is_step(c) || c == '.') {
        return None;
    }
    let mut steps: Vec<&str> = inner.split('.').collect();
    let written = steps.pop().unwrap_or_default();
    let rest = &text[cursor..];
    let tail = rest.find(|c: char| !is_step(c)).unwrap_or(rest.len());
    let next = rest[tail..].chars().next();
    Some(Open {
        before: steps,
        step: cursor - written.len()..cursor + tail,
        close: if next == Some('}') { "" } else { "}" },
        dot: if next == Some('.') { "" } else { "." },
    })
}

pub fn choices(spot: &Spot<'_>, kind: Kind, open: &Open<'_>) -> Vec<Choice> {
    let is_volume = matches(&spot.cursor.route, "spec.containers.*.volumes.*.source");
    let going_on = |choice: Choice| {
        let insert = format!("{}{}", choice.label, open.dot);
        choice.insert(insert)
    };
    let last = |choice: Choice| {
        let insert = format!("{}{}", choice.label, open.close);
        choice.insert(insert)
    };
    let each = |choices: Vec<Choice>, insert: &dyn Fn(Choice) -> Choice| choices.into_iter().map(insert).collect();
    match open.before.as_slice() {
        [] => each(roots(), &going_on),
        ["metadata"] => each(fields(MetadataField::KNOWN), &last),
        ["environment"] => each(fields(EnvironmentField::KNOWN), &last),
        ["resources"] if is_volume => each(resources(spot), &last),
        ["resources"] => each(resources(spot), &going_on),
        ["resources", name] => each(outputs(spot, kind, name), &last),
        ["services"] => each(services(spot), &going_on),
        ["services", name] => of_service(spot, name)
            .into_iter()
            .map(|choice| if choice.label == "ports" { going_on(choice) } else { last(choice) })
            .collect(),
        ["services", name, "ports"] => each(ports(spot, name), &last),
        ["secrets"] => each(requests(spot), &going_on),
        ["secrets", name] => each(keys(spot, name), &last),
        _ => Vec::new(),
    }
}

fn roots() -> Vec<Choice> {
    let meaning = |root: &str| match root {
        "metadata" => "A field of this declaration's own metadata",
        "environment" => "A fact of the environment",
        "resources" => "An output of a resource of this service",
        "services" => "Where another service is reached",
        "secrets" => "A key of a secret that this service has requested",
        _ => "",
    };
    ROOTS.iter().map(|root| Choice::new(root, CompletionItemKind::MODULE).detail(meaning(root))).collect()
}

fn fields(known: &[&str]) -> Vec<Choice> {
    known.iter().map(|name| Choice::new(name, CompletionItemKind::PROPERTY)).collect()
}

fn resources(spot: &Spot<'_>) -> Vec<Choice> {
    let Some(NodeValue::Mapping(entries)) = spot.node(&["spec", "resources"]).map(|node| &node.value) else {
        return Vec::new();
    };
    let choice = |entry: &crate::read::Entry| {
        let of_type = entry.value.child("type").and_then(names::text).unwrap_or_default();
        Choice::new(&entry.key, CompletionItemKind::VARIABLE).detail(of_type)
    };
    entries.iter().map(choice).collect()
}

/// What the resource's type gives; for `*`, one output for each of the resource's `keys`.
fn outputs(spot: &Spot<'_>, kind: Kind, name: &str) -> Vec<Choice> {
    let route = ["spec", "resources", name].map(str::to_owned);
    let Some(declared) = names::type_at(spot, kind, &route) else { return Vec::new() };
    let keys = || match spot.node(&["spec", "resources", name, "params", "keys"]).map(|node| &node.value) {
        Some(NodeValue::Sequence(items)) => items.iter().filter_map(names::text).collect(),
        _ => Vec::new(),
    };
    let mut choices = Vec::new();
    for (output, declared) in &declared.spec.outputs {
        let labels = if output == "*" { keys() } else { vec![output.as_str()] };
        choices.extend(labels.into_iter().map(|label| {
            Choice::new(label, CompletionItemKind::PROPERTY)
                .detail(if declared.secret { "secret" } else { "" })
                .documentation(declared.description.clone())
        }));
    }
    choices
}

fn declared_ports<'a>(spot: &Spot<'a>, name: &str) -> Option<&'a ServicePorts> {
    let mut services = spot.scene.analysis.documents.declarations.services.iter();
    services.find(|service| service.metadata.name.as_str() == name)?.spec.service.as_ref()
}

/// Services that can be called.
fn services(spot: &Spot<'_>) -> Vec<Choice> {
    let own = spot.tree.and_then(name_of);
    let callable = spot.scene.analysis.documents.declarations.services.iter().filter(|service| {
        service.spec.service.as_ref().is_some_and(|ports| !ports.ports.is_empty())
            && Some(service.metadata.name.as_str()) != own
    });
    let choice = |service: &Declared<crate::model::kinds::Service>| {
        let owner = service.metadata.owner.as_ref().map(|owner| format!("of {owner}"));
        Choice::new(&service.metadata.name, CompletionItemKind::INTERFACE)
            .detail(owner.unwrap_or_default())
            .documentation(service.metadata.description.clone())
    };
    callable.map(choice).collect()
}

fn of_service(spot: &Spot<'_>, name: &str) -> Vec<Choice> {
    let host = Choice::new("host", CompletionItemKind::PROPERTY).detail("its name in the cluster");
    let ports = declared_ports(spot, name).map_or(0, |ports| ports.ports.len());
    let port = match ports {
        0 => None,
        1 => Some(Choice::new("port", CompletionItemKind::PROPERTY).detail("its only port")),
        _ => Some(Choice::new("ports", CompletionItemKind::MODULE).detail("one of its ports, by name")),
    };
    std::iter::once(host).chain(port).collect()
}

fn ports(spot: &Spot<'_>, name: &str) -> Vec<Choice> {
    let ports = declared_ports(spot, name).into_iter().flat_map(|ports| &ports.ports);
    ports.map(|(name, port)| Choice::new(name, CompletionItemKind::PROPERTY).detail(port.port.to_string())).collect()
}

/// The secrets that this service has requested.
fn requests(spot: &Spot<'_>) -> Vec<Choice> {
    let own = spot.tree.and_then(name_of);
    let requests = spot.scene.analysis.documents.declarations.secret_requests.iter();
    let mine = requests.filter(|request| Some(request.spec.service.as_str()) == own);
    mine.map(|request| {
        Choice::new(&request.metadata.name, CompletionItemKind::VARIABLE).documentation(request.spec.reason.clone())
    })
    .collect()
}

fn keys(spot: &Spot<'_>, name: &str) -> Vec<Choice> {
    let requests = &spot.scene.analysis.documents.declarations.secret_requests;
    let request = requests.iter().find(|request| request.metadata.name.as_str() == name);
    let keys = request.into_iter().flat_map(|request| &request.spec.keys);
    keys.map(|(key, declared)| {
        Choice::new(key, CompletionItemKind::PROPERTY).detail("secret").documentation(declared.description.clone())
    })
    .collect()
}
