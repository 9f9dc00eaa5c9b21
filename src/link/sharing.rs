//! Shared resources: equal id is one resource for all who ask.

use super::index::{Found, Index};
use super::rules::sharing;
use crate::model::kinds::service::{ResourceSettings, Tier};
use crate::model::kinds::workload::ResourceRequest;
use crate::model::kinds::{Resource, ResourceType, Service};
use crate::model::{Findings, Location, Name, SmallMap};
use crate::read::{Declared, Place};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One shared resource with all who use it.
#[derive(Debug)]
pub struct Shared<'d> {
    pub kind: &'d Declared<ResourceType>,
    pub owner: Name,
    /// The highest of its consumers.
    pub tier: Tier,
    pub class: Name,
    pub params: &'d Map<String, Value>,
    pub usage: &'d SmallMap<String, u64>,
    pub settings: Option<&'d SmallMap<Name, ResourceSettings>>,
    /// Where it is declared, or first asked for.
    pub place: Place,
    /// Whether a `Resource` declares it, so that it outlives its consumers.
    pub declared: bool,
    pub consumers: Vec<&'d Declared<Service>>,
}

/// One service asks for it.
struct Request<'d> {
    service: &'d Declared<Service>,
    local: &'d Name,
    request: &'d ResourceRequest,
}

impl<'d> Request<'d> {
    fn place(&self) -> Place {
        self.service.place(&["spec", "resources", self.local])
    }

    fn key(&self, index: &Index<'_>) -> Location {
        index.documents.locate(&self.place().key())
    }
}

/// Groups all requests that carry an id; contradictions are findings and leave the resource out.
pub fn share<'d>(index: &Index<'d>, findings: &mut Findings) -> BTreeMap<&'d Name, Shared<'d>> {
    let mut requests: BTreeMap<&'d Name, Vec<Request<'d>>> = BTreeMap::new();
    for service in index.services.values().copied() {
        for (local, request) in &service.spec.resources {
            if let Some(id) = &request.id {
                requests.entry(id).or_default().push(Request { service, local, request });
            }
        }
    }
    for id in index.resources.keys() {
        requests.entry(id).or_default();
    }
    let mut shared = BTreeMap::new();
    for (id, requests) in requests {
        let errors = findings.errors();
        check_settings(index, id, &requests, findings);
        let resource = match index.resource(id) {
            Found::Declared(resource) => declared(index, resource, &requests, findings),
            Found::Broken => None,
            Found::Missing(_) => undeclared(index, id, &requests, findings),
        };
        if let Some(resource) = resource.filter(|_| findings.errors() == errors) {
            shared.insert(id, resource);
        }
    }
    shared
}

/// What a consumer sets for an environment would reach only this consumer's side, or change it for all.
fn check_settings(index: &Index<'_>, id: &Name, requests: &[Request<'_>], findings: &mut Findings) {
    for Request { service, local, .. } in requests {
        for (environment, settings) in &service.spec.environments {
            if settings.resources.contains_key(*local) {
                let place = service.place(&["spec", "environments", environment, "resources", local]);
                findings.push(sharing::settings_of_consumer(id, environment, index.documents.locate(&place.key())));
            }
        }
    }
}

/// A `Resource` says what it is; those who ask may repeat it, not change it.
fn declared<'d>(
    index: &Index<'d>,
    resource: &'d Declared<Resource>,
    requests: &[Request<'d>],
    findings: &mut Findings,
) -> Option<Shared<'d>> {
    let id = &resource.metadata.name;
    let Found::Declared(kind) = index.resource_type(&resource.spec.kind) else { return None };
    let class = resource.spec.class.as_ref().unwrap_or(&kind.spec.default_class);
    for asked in requests {
        let Request { service, request, .. } = asked;
        let differs = if request.kind != resource.spec.kind {
            Some("type")
        } else if request.class.as_ref().is_some_and(|asked| asked != class) {
            Some("class")
        } else if request.params.iter().any(|(name, value)| resource.spec.params.get(name) != Some(value)) {
            Some("set of params")
        } else if request.usage.iter().any(|(word, count)| resource.spec.usage.get(word) != Some(count)) {
            Some("usage")
        } else {
            None
        };
        if let Some(what) = differs {
            let first = index.documents.locate(&resource.name_place());
            findings.push(sharing::conflicting_share(id, what, asked.key(index), first));
        }
        let allowed = &resource.spec.consumers;
        if !allowed.is_empty() && !allowed.contains(&service.metadata.name) {
            let listed = index.documents.locate(&resource.place(&["spec", "consumers"]).key());
            findings.push(sharing::not_a_consumer(&service.metadata.name, id, asked.key(index), listed));
        }
    }
    Some(Shared {
        kind,
        owner: resource.metadata.owner.clone()?,
        tier: highest_tier(requests),
        class: class.clone(),
        params: &resource.spec.params,
        usage: &resource.spec.usage,
        settings: Some(&resource.spec.environments),
        place: resource.place(&["spec"]),
        declared: true,
        consumers: requests.iter().map(|request| request.service).collect(),
    })
}

/// Without a `Resource`, those who ask have to agree and be of one team.
fn undeclared<'d>(
    index: &Index<'d>,
    id: &Name,
    requests: &[Request<'d>],
    findings: &mut Findings,
) -> Option<Shared<'d>> {
    let (first, others) = requests.split_first()?;
    let Found::Declared(kind) = index.resource_type(&first.request.kind) else { return None };
    let class_of = |asked: &Request<'d>| asked.request.class.as_ref().unwrap_or(&kind.spec.default_class);
    for other in others {
        let differs = if other.request.kind != first.request.kind {
            Some("type")
        } else if class_of(other) != class_of(first) {
            Some("class")
        } else if other.request.params != first.request.params {
            Some("set of params")
        } else if other.request.usage != first.request.usage {
            Some("usage")
        } else {
            None
        };
        if let Some(what) = differs {
            findings.push(sharing::conflicting_share(id, what, other.key(index), first.key(index)));
        }
    }
    let owner = first.service.metadata.owner.as_ref()?;
    let owner_of = |asked: &Request<'d>| asked.service.metadata.owner.as_ref();
    if let Some(stranger) = others.iter().find(|asked| owner_of(asked).is_some_and(|other| other != owner)) {
        let teams: BTreeSet<&str> = requests.iter().filter_map(owner_of).map(Name::as_str).collect();
        let teams: Vec<&str> = teams.into_iter().collect();
        findings.push(sharing::shared_without_owner(id, &teams, first.key(index), stranger.key(index)));
    }
    Some(Shared {
        kind,
        owner: owner.clone(),
        tier: highest_tier(requests),
        class: class_of(first).clone(),
        params: &first.request.params,
        usage: &first.request.usage,
        settings: None,
        place: first.place(),
        declared: false,
        consumers: requests.iter().map(|request| request.service).collect(),
    })
}

fn highest_tier(requests: &[Request<'_>]) -> Tier {
    requests.iter().map(|request| request.service.spec.tier).max().unwrap_or_default()
}
