//! Every placeholder of a service refers to something that exists.

use super::index::{Found, Index};
use super::placeholder::Reference;
use super::rules;
use super::usage::{Usage, Use};
use crate::model::kinds::{Kind, Service};
use crate::model::{Findings, Name};
use crate::read::Declared;
use std::collections::BTreeSet;

/// What the placeholders of a service lead to.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Local names of resources that are used.
    pub resources: BTreeSet<Name>,
    /// Request and key.
    pub secrets: BTreeSet<(Name, String)>,
    /// Called services.
    pub calls: BTreeSet<Name>,
    /// Something that is named has mistakes of its own, so this cannot be compiled either.
    pub broken: bool,
}

/// Resolves all uses; what leads nowhere is a finding.
pub fn resolve(index: &Index<'_>, usage: &Usage<'_>, findings: &mut Findings) -> Resolved {
    let mut resolved = Resolved::default();
    for one in &usage.uses {
        match one.reference() {
            Reference::Metadata(_) | Reference::Environment(_) => {}
            Reference::Resource(name) => {
                resource(index, usage, one, name, None, &mut resolved, findings);
            }
            Reference::ResourceOutput { resource: name, output } => {
                resource(index, usage, one, name, Some(output), &mut resolved, findings);
            }
            Reference::ServiceHost(name) => {
                service(index, usage, one, name, &mut resolved, findings);
            }
            Reference::ServicePort { service: name, port } => {
                if let Some(callee) = service(index, usage, one, name, &mut resolved, findings) {
                    check_port(index, one, callee, port, findings);
                }
            }
            Reference::SecretKey { request, key } => {
                secret(index, usage, one, request, key, &mut resolved, findings);
            }
        }
    }
    for volume in usage.containers.values().flat_map(|container| container.volumes.values()) {
        resolved.resources.insert(volume.clone());
    }
    resolved
}

fn resource(
    index: &Index<'_>,
    usage: &Usage<'_>,
    one: &Use<'_>,
    name: &str,
    output: Option<&str>,
    resolved: &mut Resolved,
    findings: &mut Findings,
) {
    let service = usage.service;
    let at = index.documents.locate(&one.place);
    let Some((local, request)) = service.spec.resources.get_key_value(name) else {
        let known = service.spec.resources.keys().map(Name::as_str);
        let declared = service.spec.resources.keys().next().map(|first| {
            let route: &[&str] =
                if service.spec.resources.len() == 1 { &["spec", "resources", first] } else { &["spec", "resources"] };
            index.documents.locate(&service.place(route).key())
        });
        findings.push(rules::unknown_resource(&one.written, name, &service.metadata.name, at, known, declared));
        return;
    };
    resolved.resources.insert(local.clone());
    let Found::Declared(kind) = index.resource_type(&request.kind) else { return };
    let known = || kind.spec.outputs.keys().map(String::as_str);
    let in_volume = one.place.route.last().is_some_and(|step| step == "source");
    match output {
        None if in_volume => {
            if kind.spec.provisioners.iter().all(|provisioner| provisioner.claim.is_none()) {
                findings.push(rules::not_a_volume(&one.written, at));
            }
        }
        None => findings.push(rules::resource_without_output(&one.written, &request.kind, at, known())),
        Some(output) => {
            let generated = kind.spec.outputs.contains_key("*")
                && request
                    .params
                    .get("keys")
                    .and_then(|keys| keys.as_array())
                    .is_some_and(|keys| keys.iter().any(|key| key.as_str() == Some(output)));
            if !generated && !kind.spec.outputs.contains_key(output) {
                findings.push(rules::unknown_output(&one.written, output, &request.kind, at, known()));
            }
        }
    }
}

fn service<'d>(
    index: &Index<'d>,
    usage: &Usage<'_>,
    one: &Use<'_>,
    name: &str,
    resolved: &mut Resolved,
    findings: &mut Findings,
) -> Option<&'d Declared<Service>> {
    match index.service(name) {
        Found::Declared(callee) => {
            if callee.metadata.name != usage.service.metadata.name {
                resolved.calls.insert(callee.metadata.name.clone());
            }
            Some(callee)
        }
        Found::Broken => {
            resolved.broken = true;
            None
        }
        Found::Missing(suggestion) => {
            let subject = format!("`{}`", one.written);
            findings.push(rules::unknown_service(&subject, name, index.documents.locate(&one.place), suggestion));
            None
        }
    }
}

fn check_port(
    index: &Index<'_>,
    one: &Use<'_>,
    callee: &Declared<Service>,
    port: Option<&str>,
    findings: &mut Findings,
) {
    let ports: Vec<&str> = callee.spec.service.iter().flat_map(|s| s.ports.keys()).map(Name::as_str).collect();
    let good = match port {
        None => ports.len() == 1,
        Some(port) => ports.contains(&port),
    };
    if !good {
        let at = index.documents.locate(&one.place);
        findings.push(rules::unknown_port(&one.written, &callee.metadata.name, port, at, ports));
    }
}

fn secret(
    index: &Index<'_>,
    usage: &Usage<'_>,
    one: &Use<'_>,
    request: &str,
    key: &str,
    resolved: &mut Resolved,
    findings: &mut Findings,
) {
    let service = &usage.service.metadata.name;
    let at = index.documents.locate(&one.place);
    match index.secret_request(request) {
        Found::Broken => resolved.broken = true,
        Found::Declared(declared) if declared.spec.service == *service => {
            if declared.spec.keys.contains_key(key) {
                resolved.secrets.insert((declared.metadata.name.clone(), key.to_owned()));
            } else {
                let known = declared.spec.keys.keys().map(String::as_str);
                let keys = index.documents.locate(&declared.place(&["spec", "keys"]).key());
                findings.push(rules::unknown_secret_key(&one.written, key, request, at, known, keys));
            }
        }
        Found::Declared(_) | Found::Missing(_) => {
            let known = index.secrets_of(service).iter().map(|declared| declared.metadata.name.as_str());
            findings.push(rules::unknown_secret_request(&one.written, request, service, at, known));
        }
    }
}

/// Types and classes of what a service asks for; the kind is kept out of the message of a broken one.
pub fn check_requests(index: &Index<'_>, service: &Declared<Service>, findings: &mut Findings) -> bool {
    let mut whole = true;
    for (local, request) in &service.spec.resources {
        match index.resource_type(&request.kind) {
            Found::Declared(_) => {}
            Found::Broken => whole = false,
            Found::Missing(suggestion) => {
                let at = index.documents.locate(&service.place(&["spec", "resources", local, "type"]));
                let subject = format!("resource `{local}` of {}", service.metadata.name);
                findings.push(rules::unknown_resource_type(&subject, &request.kind, at, suggestion));
            }
        }
    }
    whole
}

/// The same for declared shared resources.
pub fn check_shared(index: &Index<'_>, findings: &mut Findings) {
    for resource in index.resources.values() {
        if let Found::Missing(suggestion) = index.resource_type(&resource.spec.kind) {
            let at = index.documents.locate(&resource.place(&["spec", "type"]));
            let subject = format!("{} `{}`", Kind::Resource.slug(), resource.metadata.name);
            findings.push(rules::unknown_resource_type(&subject, &resource.spec.kind, at, suggestion));
        }
    }
}
