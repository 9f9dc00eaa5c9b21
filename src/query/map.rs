//! The graph that is drawn: services and shared resources, and who needs whom.

use super::VERSION;
use super::entry::EntryKind;
use super::register::Register;
use crate::link::Catalog;
use crate::model::kinds::service::Tier;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The answer of `pavior catalog graph`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Map {
    pub version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Services, then shared resources, each by name.
    pub nodes: Vec<Node>,
    /// By the names of both ends.
    pub edges: Vec<Edge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// `service` or `resource`.
    pub kind: EntryKind,
    pub name: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub flavour: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub tier: Tier,
    /// What a service has for itself alone, by local name and type.
    pub resources: BTreeMap<String, String>,
}

/// `from` needs `to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    pub from: String,
    pub to: String,
    /// What `to` is; `from` is a service.
    pub to_kind: EntryKind,
}

/// Of all environments together, or of one: then what it calls there is what counts.
pub fn map(register: &Register, catalog: &Catalog<'_>, environment: Option<&str>) -> Map {
    let here = |environments: &[String]| {
        environment.is_none_or(|wanted| environments.iter().any(|environment| environment == wanted))
    };
    let mut nodes: Vec<Node> = Vec::new();
    let mut own: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for entry in &register.entries {
        match (entry.kind, entry.name.split_once('.')) {
            (EntryKind::Resource, Some((service, local))) => {
                let flavour = entry.flavour.clone().unwrap_or_default();
                own.entry(service).or_default().insert(local.to_owned(), flavour);
            }
            (EntryKind::Service | EntryKind::Resource, _) if here(&entry.environments) => nodes.push(Node {
                kind: entry.kind,
                name: entry.name.clone(),
                flavour: entry.flavour.clone(),
                owner: entry.owner.clone(),
                tier: entry.tier.unwrap_or_default(),
                resources: BTreeMap::new(),
            }),
            _ => {}
        }
    }
    let services = nodes.iter_mut().filter(|node| node.kind == EntryKind::Service);
    services.for_each(|node| node.resources = own.remove(node.name.as_str()).unwrap_or_default());
    let edges = edges(catalog, environment, &nodes);
    Map { version: VERSION, environment: environment.map(str::to_owned), nodes, edges }
}

fn edges(catalog: &Catalog<'_>, environment: Option<&str>, nodes: &[Node]) -> Vec<Edge> {
    let drawn: BTreeSet<(EntryKind, &str)> = nodes.iter().map(|node| (node.kind, node.name.as_str())).collect();
    let mut edges = BTreeSet::new();
    let mut add = |from: &str, to: &str, to_kind| {
        if drawn.contains(&(EntryKind::Service, from)) && drawn.contains(&(to_kind, to)) {
            edges.insert(Edge { from: from.to_owned(), to: to.to_owned(), to_kind });
        }
    };
    match environment {
        None => {
            for (caller, callees) in &catalog.graph.calls {
                callees.iter().for_each(|callee| add(caller, callee, EntryKind::Service));
            }
        }
        Some(environment) => {
            let units = catalog.units.iter().filter(|unit| *unit.environment.metadata.name == *environment);
            for unit in units {
                let callees = unit.service.iter().flat_map(|service| service.calls.iter().map(|callee| callee.name));
                callees.for_each(|callee| add(&unit.name, callee, EntryKind::Service));
            }
        }
    }
    for (resource, users) in &catalog.graph.used_by {
        users.iter().for_each(|user| add(user, resource, EntryKind::Resource));
    }
    edges.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::with_sample;
    use super::*;

    fn shown(map: &Map) -> Vec<String> {
        map.edges.iter().map(|edge| format!("{} -> {}", edge.from, edge.to)).collect()
    }

    #[test]
    fn services_and_shared_resources_are_nodes_and_own_ones_are_inside() {
        with_sample(|_, catalog, register| {
            let map = map(register, catalog, None);
            let names: Vec<&str> = map.nodes.iter().map(|node| node.name.as_str()).collect();
            assert_eq!(names, ["checkout", "ledger", "report", "shop", "orders"]);
            assert_eq!(map.nodes[3].resources, BTreeMap::from([("sessions".to_owned(), "redis".to_owned())]));
            assert_eq!(
                shown(&map),
                [
                    "checkout -> ledger",
                    "checkout -> orders",
                    "report -> ledger",
                    "report -> orders",
                    "shop -> checkout"
                ]
            );
        });
    }

    #[test]
    fn an_environment_shows_what_runs_there() {
        with_sample(|_, catalog, register| {
            let map = map(register, catalog, Some("laptop"));
            assert!(map.nodes.iter().all(|node| node.name != "report"));
            assert_eq!(shown(&map), ["checkout -> ledger", "checkout -> orders", "shop -> checkout"]);
        });
    }
}
