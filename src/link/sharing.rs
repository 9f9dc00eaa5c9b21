//! Shared resources: equal type, class and id is one resource for all who ask.

use super::index::{Found, Index};
use super::rules;
use crate::model::kinds::service::{ResourceSettings, Tier};
use crate::model::kinds::workload::ResourceRequest;
use crate::model::kinds::{ResourceType, Service};
use crate::model::{Findings, Name};
use crate::read::{Declared, Place};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One shared resource with all who use it.
#[derive(Debug)]
pub struct Shared<'d> {
    pub kind: &'d Declared<ResourceType>,
    pub owner: Name,
    /// The highest of its consumers.
    pub tier: Tier,
    pub class: Name,
    pub params: &'d Map<String, Value>,
    pub settings: Option<&'d IndexMap<Name, ResourceSettings>>,
    /// Where it is declared, or first asked for.
    pub place: Place,
    /// Whether a `Resource` declares it, so that it outlives its consumers.
    pub declared: bool,
    pub consumers: Vec<&'d Declared<Service>>,
}

struct Request<'d> {
    service: &'d Declared<Service>,
    request: &'d ResourceRequest,
    place: Place,
}

/// Groups all requests that carry an id; contradictions are findings and leave the resource out.
pub fn share<'d>(index: &Index<'d>, findings: &mut Findings) -> BTreeMap<&'d Name, Shared<'d>> {
    let mut requests: BTreeMap<&'d Name, Vec<Request<'d>>> = BTreeMap::new();
    for service in index.services.values() {
        for (local, request) in &service.spec.resources {
            if let Some(id) = &request.id {
                let place = service.place(&["spec", "resources", local]);
                requests.entry(id).or_default().push(Request { service, request, place });
            }
        }
    }
    for id in index.resources.keys() {
        requests.entry(id).or_default();
    }
    requests.into_iter().filter_map(|(id, requests)| Some((id, one(index, id, &requests, findings)?))).collect()
}

fn one<'d>(index: &Index<'d>, id: &'d Name, requests: &[Request<'d>], findings: &mut Findings) -> Option<Shared<'d>> {
    let consumers: Vec<_> = requests.iter().map(|request| request.service).collect();
    let tier = consumers.iter().map(|service| service.spec.tier).max().unwrap_or_default();
    let declared = match index.resource(id) {
        Found::Declared(declared) => declared,
        Found::Broken => return None,
        Found::Missing(_) => return undeclared(index, id, requests, consumers, tier, findings),
    };
    let Found::Declared(kind) = index.resource_type(&declared.spec.kind) else { return None };
    let class = declared.spec.class.as_ref().unwrap_or(&kind.spec.default_class);
    let mut whole = true;
    for Request { service, request, place } in requests {
        let conflict = if request.kind != declared.spec.kind {
            Some("type")
        } else if request.class.as_ref().is_some_and(|asked| asked != class) {
            Some("class")
        } else if request.params.iter().any(|(name, value)| declared.spec.params.get(name) != Some(value)) {
            Some("set of params")
        } else {
            None
        };
        if let Some(what) = conflict {
            whole = false;
            let at = index.documents.locate(&place.clone().key());
            findings.push(rules::conflicting_share(id, what, at, index.documents.locate(&declared.name_place())));
        }
        let allowed = &declared.spec.consumers;
        if !allowed.is_empty() && !allowed.contains(&service.metadata.name) {
            whole = false;
            let at = index.documents.locate(&place.clone().key());
            let listed = index.documents.locate(&declared.place(&["spec", "consumers"]).key());
            findings.push(rules::not_a_consumer(&service.metadata.name, id, at, listed));
        }
    }
    let owner = declared.metadata.owner.clone()?;
    whole.then(|| Shared {
        kind,
        owner,
        tier,
        class: class.clone(),
        params: &declared.spec.params,
        settings: Some(&declared.spec.environments),
        place: declared.place(&["spec"]),
        declared: true,
        consumers,
    })
}

/// Without a `Resource`, those who ask have to agree and be of one team.
fn undeclared<'d>(
    index: &Index<'d>,
    id: &'d Name,
    requests: &[Request<'d>],
    consumers: Vec<&'d Declared<Service>>,
    tier: Tier,
    findings: &mut Findings,
) -> Option<Shared<'d>> {
    let first = requests.first()?;
    let Found::Declared(kind) = index.resource_type(&first.request.kind) else { return None };
    let class_of = |request: &'d ResourceRequest| request.class.as_ref().unwrap_or(&kind.spec.default_class);
    let mut whole = true;
    for other in &requests[1..] {
        let conflict = if other.request.kind != first.request.kind {
            Some("type")
        } else if class_of(other.request) != class_of(first.request) {
            Some("class")
        } else if other.request.params != first.request.params {
            Some("set of params")
        } else {
            None
        };
        if let Some(what) = conflict {
            whole = false;
            let at = index.documents.locate(&other.place.clone().key());
            findings.push(rules::conflicting_share(id, what, at, index.documents.locate(&first.place.clone().key())));
        }
    }
    let owner = first.service.metadata.owner.clone()?;
    if let Some(stranger) = requests.iter().find(|request| request.service.metadata.owner.as_ref() != Some(&owner)) {
        let mut teams: Vec<&str> =
            requests.iter().filter_map(|request| request.service.metadata.owner.as_deref()).collect();
        teams.sort_unstable();
        teams.dedup();
        let at = index.documents.locate(&first.place.clone().key());
        let other = index.documents.locate(&stranger.place.clone().key());
        findings.push(rules::shared_without_owner(id, &teams, at, other));
        whole = false;
    }
    whole.then(|| Shared {
        kind,
        owner,
        tier,
        class: class_of(first.request).clone(),
        params: &first.request.params,
        settings: None,
        place: first.place.clone(),
        declared: false,
        consumers,
    })
}
