//! APIs: provided by one service, consumed by those who call it.

use super::index::Index;
use super::resolve::Links;
use super::rules::{dependencies, names};
use crate::model::kinds::{Kind, Service};
use crate::model::{Findings, Name};
use crate::read::{Declared, Node, NodeValue, Place};
use std::collections::{BTreeMap, BTreeSet};

/// Who provides which API.
#[derive(Debug)]
pub struct Providers<'d> {
    by_api: BTreeMap<&'d Name, (&'d Declared<Service>, Place)>,
    /// APIs of services that have mistakes of their own.
    broken: BTreeSet<&'d str>,
}

impl<'d> Providers<'d> {
    /// All APIs; a second provider of one is a finding.
    pub fn of(index: &Index<'d>, findings: &mut Findings) -> Providers<'d> {
        let mut by_api: BTreeMap<&'d Name, (&'d Declared<Service>, Place)> = BTreeMap::new();
        for service in index.services.values() {
            for (position, api) in service.spec.apis.provides.iter().enumerate() {
                let place = service.place(&["spec", "apis", "provides", &position.to_string(), "name"]);
                if let Some((_, first)) = by_api.get(&api.name) {
                    let (at, first) = (index.documents.locate(&place), index.documents.locate(first));
                    findings.push(names::duplicate_api(&api.name, at, first));
                } else {
                    by_api.insert(&api.name, (service, place));
                }
            }
        }
        Providers { by_api, broken: apis_of_broken(index) }
    }
}

fn apis_of_broken<'d>(index: &Index<'d>) -> BTreeSet<&'d str> {
    let broken = index.documents.declarations.broken.iter().filter(|broken| broken.kind == Kind::Service);
    let roots = broken.map(|broken| index.documents.document(broken.document).root());
    let provides =
        roots.filter_map(|root| ["spec", "apis", "provides"].iter().try_fold(root, |node, key| node.child(key)));
    let apis = provides.flat_map(|list| match &list.value {
        NodeValue::Sequence(apis) => apis.as_slice(),
        _ => &[],
    });
    apis.filter_map(|api| text(api.child("name")?)).collect()
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}

/// What a service consumes, against what it calls.
pub fn check(index: &Index<'_>, providers: &Providers<'_>, links: &Links<'_, '_>, findings: &mut Findings) {
    let service = links.service();
    let consumed = &service.spec.apis.consumes;
    for (position, api) in consumed.iter().enumerate() {
        let known = providers.by_api.contains_key(api) || providers.broken.contains(api.as_str());
        if !known && !index.may_be_declared(Kind::Service, api) {
            let at = index.documents.locate(&service.place(&["spec", "apis", "consumes", &position.to_string()]));
            findings.push(names::unknown_api(api, at, providers.by_api.keys().map(|known| known.as_str())));
        }
    }
    if consumed.is_empty() {
        return;
    }
    for (callee, call) in links.callees() {
        let apis: Vec<&Name> = call.callee.spec.apis.provides.iter().map(|api| &api.name).collect();
        if !apis.is_empty() && !apis.iter().any(|api| consumed.contains(api)) {
            let names: Vec<&str> = apis.iter().map(|api| api.as_str()).collect();
            let at = index.documents.locate(&service.place(&["spec", "apis", "consumes"]).key());
            findings.push(dependencies::undeclared_api(&service.metadata.name, callee, &names, at));
        }
    }
}

/// APIs that are consumed and not called. Only for a service without mistakes, all of whose calls are known.
pub fn check_unused(index: &Index<'_>, providers: &Providers<'_>, links: &Links<'_, '_>, findings: &mut Findings) {
    let service = links.service();
    let callees = links.callees();
    for (position, api) in service.spec.apis.consumes.iter().enumerate() {
        let Some((provider, _)) = providers.by_api.get(api) else { continue };
        let provider = &provider.metadata.name;
        if !callees.contains_key(provider) {
            let at = index.documents.locate(&service.place(&["spec", "apis", "consumes", &position.to_string()]));
            findings.push(dependencies::unused_api(&service.metadata.name, api, provider, at));
        }
    }
}
