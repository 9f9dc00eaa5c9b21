//! Everything in the catalog by kind and name: what lists, searches and pages are made from.

use super::VERSION;
use super::entry::{Entry, EntryKind, Written};
use crate::link::Catalog;
use crate::model::kinds::Metadata;
use crate::model::kinds::service::{Tier, Workload};
use crate::model::nearest;
use crate::read::{Declared, Documents, Place};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// All entries, sorted by kind, then name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    pub entries: Vec<Entry>,
}

/// What a list is narrowed to; what is absent matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub kind: Option<EntryKind>,
    pub owner: Option<String>,
    pub tier: Option<Tier>,
    pub environment: Option<String>,
    pub tag: Option<String>,
}

/// The answer of `pavior catalog list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    pub version: u32,
    pub entries: Vec<Entry>,
}

/// The name of a resource that one service has for itself.
pub fn resource_of(service: &str, local: &str) -> String {
    format!("{service}.{local}")
}

impl Register {
    pub fn of(documents: &Documents, catalog: &Catalog<'_>) -> Register {
        let mut entries = Vec::new();
        services(documents, catalog, &mut entries);
        resources(documents, catalog, &mut entries);
        for (name, team) in &catalog.teams {
            let mut entry = entry(documents, EntryKind::Team, team);
            entry.owner = Some(name.to_string());
            entries.push(entry);
        }
        for environment in catalog.environments.values() {
            let mut entry = entry(documents, EntryKind::Environment, environment);
            entry.flavour = Some(environment.spec.provider.as_str().to_owned());
            entries.push(entry);
        }
        for request in catalog.secret_requests.values() {
            let mut entry = entry(documents, EntryKind::SecretRequest, request);
            entry.environments = request.spec.environments.iter().map(ToString::to_string).collect();
            entries.push(entry);
        }
        entries.extend(catalog.resource_types.values().map(|kind| entry(documents, EntryKind::ResourceType, kind)));
        entries.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Register { entries }
    }

    pub fn get(&self, kind: EntryKind, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.kind == kind && entry.name == name)
    }

    /// `cart`, `service/cart`, or the local name of a resource when one service alone has it. Several kinds may share
    /// a name; nothing found gives the nearest name there is.
    pub fn find(&self, wanted: &str) -> Result<Vec<&Entry>, Option<&str>> {
        let (kind, name) = match wanted.split_once('/').and_then(|(kind, name)| Some((EntryKind::parse(kind)?, name))) {
            Some((kind, name)) => (Some(kind), name),
            None => (None, wanted),
        };
        let of_kind = |entry: &&Entry| kind.is_none_or(|kind| entry.kind == kind);
        let exact: Vec<&Entry> = self.entries.iter().filter(of_kind).filter(|entry| entry.name == name).collect();
        if !exact.is_empty() {
            return Ok(exact);
        }
        let local = |entry: &&Entry| {
            entry.kind == EntryKind::Resource && entry.name.split_once('.').is_some_and(|(_, local)| local == name)
        };
        let locals: Vec<&Entry> = self.entries.iter().filter(of_kind).filter(local).collect();
        match locals.len() {
            1 => Ok(locals),
            _ => Err(nearest(name, self.entries.iter().filter(of_kind).map(|entry| entry.name.as_str()))),
        }
    }

    /// Resource types are the platform's, and have a command of their own: they are listed when asked for.
    pub fn list(&self, filter: &Filter) -> List {
        let wanted = |entry: &&Entry| {
            filter.kind.map_or(entry.kind != EntryKind::ResourceType, |kind| entry.kind == kind)
                && filter.owner.as_ref().is_none_or(|owner| entry.owner.as_ref() == Some(owner))
                && filter.tier.is_none_or(|tier| entry.tier == Some(tier))
                && filter.environment.as_ref().is_none_or(|name| entry.environments.contains(name))
                && filter.tag.as_ref().is_none_or(|tag| entry.tags.contains(tag))
        };
        List { version: VERSION, entries: self.entries.iter().filter(wanted).cloned().collect() }
    }
}

fn services(documents: &Documents, catalog: &Catalog<'_>, entries: &mut Vec<Entry>) {
    let runs_in = environments_of(catalog, true);
    // System -> the owners and environments of its services, and where it is first named.
    let mut systems: BTreeMap<&str, (Vec<&str>, BTreeSet<String>, Written)> = BTreeMap::new();
    for (name, service) in &catalog.services {
        let spec = &service.spec;
        let mut entry = entry(documents, EntryKind::Service, service);
        entry.flavour = Some(workload_word(spec.workload).to_owned());
        entry.tier = Some(spec.tier);
        entry.lifecycle = Some(spec.lifecycle);
        entry.system = spec.system.as_ref().map(ToString::to_string);
        entry.environments = runs_in.get(name.as_str()).cloned().unwrap_or_default();
        for (position, api) in spec.apis.provides.iter().enumerate() {
            let place = service.place(&["spec", "apis", "provides", &position.to_string()]);
            entries.push(Entry {
                kind: EntryKind::Api,
                name: api.name.to_string(),
                flavour: Some(api_word(api.format).to_owned()),
                description: format!("Provided by {name}"),
                tags: Vec::new(),
                declared: written(documents, &place),
                ..entry.clone()
            });
        }
        if let Some(system) = &spec.system {
            let place = service.place(&["spec", "system"]);
            let (owners, environments, _) =
                systems.entry(system).or_insert_with(|| (Vec::new(), BTreeSet::new(), written(documents, &place)));
            owners.extend(service.metadata.owner.as_deref());
            environments.extend(entry.environments.iter().cloned());
        }
        entries.push(entry);
    }
    for (name, (owners, environments, declared)) in systems {
        entries.push(Entry {
            description: String::new(),
            owner: most_frequent(&owners),
            environments: environments.into_iter().collect(),
            ..bare(EntryKind::System, name, declared)
        });
    }
}

/// Own resources of services, and shared ones, whether a declaration of their own or their consumers name them.
fn resources(documents: &Documents, catalog: &Catalog<'_>, entries: &mut Vec<Entry>) {
    let runs_in = environments_of(catalog, true);
    for (name, service) in &catalog.services {
        for (local, request) in service.spec.resources.iter().filter(|(_, request)| request.id.is_none()) {
            let place = service.place(&["spec", "resources", local]).key();
            entries.push(Entry {
                flavour: Some(request.kind.to_string()),
                description: format!("The {} of {name} alone", request.kind),
                owner: service.metadata.owner.as_ref().map(ToString::to_string),
                tier: Some(service.spec.tier),
                system: service.spec.system.as_ref().map(ToString::to_string),
                environments: runs_in.get(name.as_str()).cloned().unwrap_or_default(),
                ..bare(EntryKind::Resource, &resource_of(name, local), written(documents, &place))
            });
        }
    }
    let shared_in = environments_of(catalog, false);
    let mut seen = BTreeSet::new();
    for unit in catalog.units.iter().filter(|unit| unit.service.is_none()) {
        let Some(resource) = unit.resources.first() else { continue };
        if !seen.insert(&unit.name) {
            continue;
        }
        let mut shared = match catalog.resources.get(&unit.name) {
            Some(declared) => entry(documents, EntryKind::Resource, declared),
            None => bare(EntryKind::Resource, &unit.name, written(documents, &resource.place.clone().key())),
        };
        shared.flavour = Some(resource.kind.metadata.name.to_string());
        shared.owner = Some(unit.owner.to_string());
        shared.tier = Some(unit.tier);
        shared.environments = shared_in.get(unit.name.as_str()).cloned().unwrap_or_default();
        entries.push(shared);
    }
}

/// The environments in which each service (or else each shared resource) is, sorted.
fn environments_of<'c>(catalog: &'c Catalog<'_>, services: bool) -> BTreeMap<&'c str, Vec<String>> {
    let mut environments: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for unit in catalog.units.iter().filter(|unit| unit.service.is_some() == services) {
        environments.entry(&unit.name).or_default().push(unit.environment.metadata.name.to_string());
    }
    environments
}

/// What metadata says.
fn entry<S>(documents: &Documents, kind: EntryKind, declared: &Declared<S>) -> Entry {
    let Metadata { name, description, owner, tags, .. } = &declared.metadata;
    Entry {
        description: description.clone(),
        owner: owner.as_ref().map(ToString::to_string),
        tags: tags.iter().map(ToString::to_string).collect(),
        ..bare(kind, name, written(documents, &declared.name_place()))
    }
}

fn bare(kind: EntryKind, name: &str, declared: Written) -> Entry {
    Entry {
        kind,
        name: name.to_owned(),
        flavour: None,
        description: String::new(),
        owner: None,
        tier: None,
        lifecycle: None,
        system: None,
        tags: Vec::new(),
        environments: Vec::new(),
        declared,
    }
}

fn written(documents: &Documents, place: &Place) -> Written {
    let at = documents.locate(place);
    Written { path: at.path.as_str().to_owned(), line: at.start.line }
}

/// The first by name of those that occur most often.
fn most_frequent(names: &[&str]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let most = counts.values().max().copied()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name.to_owned())
}

pub fn workload_word(workload: Workload) -> &'static str {
    match workload {
        Workload::Service => "service",
        Workload::Worker => "worker",
        Workload::Cron => "cron",
        Workload::Job => "job",
        Workload::Static => "static",
    }
}

pub fn api_word(format: crate::model::kinds::service::ApiFormat) -> &'static str {
    use crate::model::kinds::service::ApiFormat;
    match format {
        ApiFormat::Openapi => "openapi",
        ApiFormat::Grpc => "grpc",
        ApiFormat::Graphql => "graphql",
        ApiFormat::Asyncapi => "asyncapi",
    }
}
