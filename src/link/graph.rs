//! Who depends on whom, both ways, and what is wrong with that.

use super::index::Index;
use super::placeholder::{Reference, TemplatePart};
use super::resolve::Resolved;
use super::rules;
use super::usage::Usage;
use crate::model::kinds::Service;
use crate::model::kinds::service::{Api, Lifecycle};
use crate::model::{Findings, Name};
use crate::read::{Declared, Place};
use std::collections::{BTreeMap, BTreeSet};

/// Who calls whom, both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// Service -> services it depends on.
    pub calls: BTreeMap<Name, BTreeSet<Name>>,
    /// Service -> services that depend on it.
    pub called_by: BTreeMap<Name, BTreeSet<Name>>,
    /// Shared resource -> services that use it.
    pub used_by: BTreeMap<Name, BTreeSet<Name>>,
}

impl Graph {
    /// From what placeholders show and what `dependsOn` adds.
    pub fn of<'a>(services: impl IntoIterator<Item = (&'a Declared<Service>, &'a Resolved)>) -> Graph {
        let mut graph = Graph::default();
        for (service, resolved) in services {
            let caller = &service.metadata.name;
            let declared = service.spec.depends_on.iter().filter(|callee| *callee != caller);
            let callees: BTreeSet<Name> = resolved.calls.iter().chain(declared).cloned().collect();
            for callee in &callees {
                graph.called_by.entry(callee.clone()).or_default().insert(caller.clone());
            }
            for id in service.spec.resources.values().filter_map(|request| request.id.as_ref()) {
                graph.used_by.entry(id.clone()).or_default().insert(caller.clone());
            }
            graph.calls.insert(caller.clone(), callees);
        }
        graph
    }
}

/// Circles, each told once at its alphabetically first member.
pub fn check_cycles(index: &Index<'_>, graph: &Graph, findings: &mut Findings) {
    for cycle in cycles(&graph.calls) {
        let names: Vec<&str> = cycle.iter().map(|name| name.as_str()).collect();
        if let Some(first) = cycle.first().and_then(|name| index.services.get(*name)) {
            findings.push(rules::dependency_cycle(&names, index.documents.locate(&first.name_place())));
        }
    }
}

/// One shortest circle through the first member of every strongly connected component that has any.
fn cycles(edges: &BTreeMap<Name, BTreeSet<Name>>) -> Vec<Vec<&Name>> {
    let mut found = Vec::new();
    let mut told: BTreeSet<&Name> = BTreeSet::new();
    for start in knotted(edges) {
        if told.contains(start) {
            continue;
        }
        if let Some(cycle) = shortest_cycle(edges, start) {
            told.extend(cycle.iter().copied());
            found.push(cycle);
        }
    }
    found
}

/// What is left when those are taken away, again and again, who call nobody that is left: all circles, and who leads
/// to them. Nothing in a repository without circles, so that the search costs nothing there.
fn knotted(edges: &BTreeMap<Name, BTreeSet<Name>>) -> BTreeSet<&Name> {
    let mut callers: BTreeMap<&Name, Vec<&Name>> = BTreeMap::new();
    let mut open: BTreeMap<&Name, usize> = BTreeMap::new();
    for (caller, callees) in edges {
        let known = callees.iter().filter(|callee| edges.contains_key(*callee));
        open.insert(caller, known.clone().count());
        known.for_each(|callee| callers.entry(callee).or_default().push(caller));
    }
    let mut ends: Vec<&Name> = open.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(end) = ends.pop() {
        open.remove(end);
        for caller in callers.get(end).into_iter().flatten() {
            if let Some(count) = open.get_mut(caller) {
                *count -= 1;
                if *count == 0 {
                    ends.push(caller);
                }
            }
        }
    }
    open.into_keys().collect()
}

/// Breadth first from `start` back to it.
fn shortest_cycle<'g>(edges: &'g BTreeMap<Name, BTreeSet<Name>>, start: &'g Name) -> Option<Vec<&'g Name>> {
    let mut came_from: BTreeMap<&Name, &Name> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in edges.get(at).into_iter().flatten() {
            if next == start {
                let mut cycle = vec![at];
                while let Some(before) = came_from.get(cycle[cycle.len() - 1]) {
                    cycle.push(before);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    None
}

/// Dependencies that are declared but not used, used but not declared, or not wise.
pub fn check_dependencies(index: &Index<'_>, usage: &Usage<'_>, resolved: &Resolved, findings: &mut Findings) {
    let service = usage.service;
    let name = &service.metadata.name;
    for (position, callee) in service.spec.depends_on.iter().enumerate() {
        if resolved.calls.contains(callee) {
            let at = service.place(&["spec", "dependsOn", &position.to_string()]);
            findings.push(rules::redundant_dependency(name, callee, index.documents.locate(&at)));
        }
    }
    for (local, request) in &service.spec.resources {
        let needed = index.resource_types.get(&request.kind).is_some_and(|kind| !kind.spec.standalone);
        if needed && !resolved.resources.contains(local) {
            let at = service.place(&["spec", "resources", local]).key();
            findings.push(rules::unused_resource(name, local, index.documents.locate(&at)));
        }
    }
    for request in index.secrets_of(name) {
        for key in request.spec.keys.keys() {
            if !resolved.secrets.contains(&(request.metadata.name.clone(), key.clone())) {
                let at = request.place(&["spec", "keys", key]).key();
                findings.push(rules::unused_secret(&request.metadata.name, key, name, index.documents.locate(&at)));
            }
        }
    }
    for callee in resolved.calls.iter().chain(&service.spec.depends_on) {
        let Some(declared) = index.services.get(callee) else { continue };
        if declared.spec.lifecycle == Lifecycle::Deprecated && service.spec.lifecycle != Lifecycle::Deprecated {
            let at = first_mention(usage, callee).unwrap_or_else(|| service.name_place());
            let deprecated = index.documents.locate(&declared.place(&["spec", "lifecycle"]));
            findings.push(rules::deprecated_dependency(name, callee, index.documents.locate(&at), deprecated));
        }
    }
    literal_addresses(index, usage, findings);
}

fn first_mention(usage: &Usage<'_>, callee: &Name) -> Option<Place> {
    usage.uses.iter().find_map(|one| match one.reference() {
        Reference::ServiceHost(name) | Reference::ServicePort { service: name, .. } if name == callee.as_str() => {
            Some(one.place.clone())
        }
        _ => None,
    })
}

/// `cartservice:7070` in a variable is a dependency that the graph cannot see.
fn literal_addresses(index: &Index<'_>, usage: &Usage<'_>, findings: &mut Findings) {
    let service = usage.service;
    let base = usage.containers.iter().flat_map(|(container, texts)| {
        let route = move |variable: &str| service.place(&["spec", "containers", container, "variables", variable]);
        texts.variables.iter().map(move |(variable, template)| (route(variable), template))
    });
    let overrides = usage.overrides.iter().flat_map(|(environment, containers)| {
        containers.iter().flat_map(move |(container, variables)| {
            let route = ["spec", "environments", environment, "containers", container, "variables"];
            variables.iter().map(move |(variable, template)| (service.place(&route).child(*variable), template))
        })
    });
    for (place, template) in base.chain(overrides) {
        let [TemplatePart::Literal(text)] = template.parts.as_slice() else { continue };
        let Some(address) = literal_address(text) else { continue };
        let Some(callee) = index.services.get(address.host) else { continue };
        if callee.metadata.name == service.metadata.name {
            continue;
        }
        let ports = callee.spec.service.as_ref().map(|s| &s.ports);
        let Some((port, _)) = ports.and_then(|ports| ports.iter().find(|(_, port)| port.port == address.port)) else {
            continue;
        };
        let field = match ports.map_or(0, |ports| ports.len()) {
            1 => "port".to_owned(),
            _ => format!("ports.{port}"),
        };
        let at = index.documents.locate(&place.within(address.range.start, address.range.end));
        let written = &text[address.range.clone()];
        let span = at.span.filter(|span| span.range().len() == written.len());
        let (caller, callee) = (&service.metadata.name, &callee.metadata.name);
        findings.push(rules::undeclared_dependency(caller, callee, &field, written, at, span));
    }
}

struct Address<'t> {
    host: &'t str,
    port: i32,
    range: std::ops::Range<usize>,
}

/// `host:port` with an optional scheme before and path behind; the host may carry cluster suffixes.
fn literal_address(text: &str) -> Option<Address<'_>> {
    let start = text.find("://").map_or(0, |scheme| scheme + 3);
    let rest = &text[start..];
    let length = rest.find(['/', '?', ',', ';']).unwrap_or(rest.len());
    let (host, port) = rest[..length].split_once(':')?;
    let port = port.parse().ok()?;
    Some(Address { host: host.split('.').next()?, port, range: start..start + length })
}

/// APIs that are provided and consumed.
pub fn check_apis(index: &Index<'_>, graph: &Graph, findings: &mut Findings) {
    let mut providers: BTreeMap<&Name, (&Declared<Service>, Place)> = BTreeMap::new();
    for service in index.services.values() {
        for (position, api) in service.spec.apis.provides.iter().enumerate() {
            let place = service.place(&["spec", "apis", "provides", &position.to_string(), "name"]);
            match providers.get(&api.name) {
                Some((_, first)) => findings.push(rules::duplicate_api(
                    &api.name,
                    index.documents.locate(&place),
                    index.documents.locate(first),
                )),
                None => {
                    providers.insert(&api.name, (service, place));
                }
            }
        }
    }
    let no_calls = BTreeSet::new();
    for service in index.services.values() {
        let name = &service.metadata.name;
        let calls = graph.calls.get(name).unwrap_or(&no_calls);
        for (position, api) in service.spec.apis.consumes.iter().enumerate() {
            let at = index.documents.locate(&service.place(&["spec", "apis", "consumes", &position.to_string()]));
            match providers.get(api) {
                None => findings.push(rules::unknown_api(api, at, providers.keys().map(|known| known.as_str()))),
                Some((provider, _)) if !calls.contains(&provider.metadata.name) => {
                    findings.push(rules::unused_api(name, api, &provider.metadata.name, at));
                }
                Some(_) => {}
            }
        }
        if service.spec.apis.consumes.is_empty() {
            continue;
        }
        for provider in calls.iter().filter_map(|callee| index.services.get(callee)) {
            let apis: Vec<&Api> = provider.spec.apis.provides.iter().collect();
            if !apis.is_empty() && apis.iter().all(|api| !service.spec.apis.consumes.contains(&api.name)) {
                let names: Vec<&str> = apis.iter().map(|api| api.name.as_str()).collect();
                let at = index.documents.locate(&service.place(&["spec", "apis", "consumes"]).key());
                findings.push(rules::undeclared_api(name, &provider.metadata.name, &names, at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: &[(&str, &[&str])]) -> BTreeMap<Name, BTreeSet<Name>> {
        let name = |text: &str| Name::parse(text).expect("a valid name");
        pairs.iter().map(|(from, to)| (name(from), to.iter().map(|to| name(to)).collect())).collect()
    }

    #[test]
    fn a_circle_is_told_once_and_in_order() {
        let edges = edges(&[("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &[])]);
        let found = cycles(&edges);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].iter().map(|n| n.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn who_only_leads_to_a_circle_is_in_none() {
        let edges = edges(&[("a", &["b", "x"]), ("b", &["b", "c"]), ("c", &["missing"])]);
        assert_eq!(cycles(&edges).iter().map(|cycle| cycle[0].as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn two_circles_are_told_apart() {
        let edges = edges(&[("a", &["b"]), ("b", &["a"]), ("x", &["y"]), ("y", &["x"]), ("z", &["a", "x"])]);
        assert_eq!(cycles(&edges).len(), 2);
    }

    #[test]
    fn literal_addresses_are_recognised_with_scheme_and_path() {
        let host_port = |text| literal_address(text).map(|a| (a.host, a.port, &text[a.range]));
        assert_eq!(host_port("cart:7070"), Some(("cart", 7070, "cart:7070")));
        assert_eq!(host_port("http://cart.prod.svc:80/x"), Some(("cart", 80, "cart.prod.svc:80")));
        assert_eq!(host_port("12:30 o'clock"), None);
        assert_eq!(host_port("cart"), None);
    }
}
