//! What a service needs exists: the types of its resources, and all that its placeholders and `dependsOn` name.

use super::index::{Found, Index};
use super::placeholder::Reference;
use super::rules::{dependencies, names, placeholders};
use super::usage::{Text, Usage, Use};
use crate::model::kinds::workload::ResourceRequest;
use crate::model::kinds::{ResourceType, SecretRequest, Service};
use crate::model::{Findings, Location, Name};
use crate::read::{Declared, Place};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a service's declaration leads to.
#[derive(Debug)]
pub struct Links<'u, 'd> {
    pub usage: &'u Usage<'d>,
    pub calls: Vec<Call<'d>>,
    pub secrets: Vec<SecretUse<'u, 'd>>,
    /// Local names of resources that are used.
    pub resources: BTreeSet<&'u str>,
    /// Something that is named has mistakes of its own, so this cannot be compiled either.
    pub broken: bool,
}

/// One mention of another service.
#[derive(Debug)]
pub struct Call<'d> {
    pub callee: &'d Declared<Service>,
    /// The port that is named.
    pub port: Option<&'d Name>,
    /// Which placeholder of the service's uses; None for an entry of `dependsOn`.
    pub by: Option<usize>,
    pub place: Place,
}

/// One mention of a secret's key.
#[derive(Debug)]
pub struct SecretUse<'u, 'd> {
    pub request: &'d Declared<SecretRequest>,
    pub key: &'u str,
    /// Which placeholder of the service's uses.
    pub by: usize,
}

impl<'d> Links<'_, 'd> {
    pub fn service(&self) -> &'d Declared<Service> {
        self.usage.service
    }

    /// The services that it depends on, each with the first mention: placeholders before `dependsOn`.
    pub fn callees(&self) -> BTreeMap<&'d Name, &Call<'d>> {
        let mut callees = BTreeMap::new();
        for call in &self.calls {
            callees.entry(&call.callee.metadata.name).or_insert(call);
        }
        callees
    }
}

/// Resolves all uses; what leads nowhere is a finding.
pub fn resolve<'u, 'd>(index: &Index<'d>, usage: &'u Usage<'d>, findings: &mut Findings) -> Links<'u, 'd> {
    let links = Links { usage, calls: Vec::new(), secrets: Vec::new(), resources: BTreeSet::new(), broken: false };
    let mut resolver = Resolver { index, findings, links };
    resolver.types();
    for number in 0..usage.uses.len() {
        resolver.placeholder(number);
    }
    resolver.depends_on();
    resolver.links
}

struct Resolver<'a, 'u, 'd> {
    index: &'a Index<'d>,
    findings: &'a mut Findings,
    links: Links<'u, 'd>,
}

impl<'a, 'u, 'd> Resolver<'a, 'u, 'd> {
    fn locate(&self, place: &Place) -> Location {
        self.index.documents.locate(place)
    }

    /// Where a use stands, once somebody has to be told.
    fn place_of(&self, one: &'u Use<'d>) -> impl Fn() -> Location + use<'a, 'u, 'd> {
        let documents = self.index.documents;
        move || documents.locate(&one.place)
    }

    fn types(&mut self) {
        let service = self.links.service();
        for (local, request) in &service.spec.resources {
            match self.index.resource_type(&request.kind) {
                Found::Declared(_) => {}
                Found::Broken => self.links.broken = true,
                Found::Missing(suggestion) => {
                    let at = self.locate(&service.place(&["spec", "resources", local, "type"]));
                    let subject = format!("resource {local} of {}", service.metadata.name);
                    self.findings.push(names::unknown_resource_type(&subject, &request.kind, at, suggestion));
                }
            }
        }
    }

    fn depends_on(&mut self) {
        let service = self.links.service();
        let name = &service.metadata.name;
        for (position, callee) in service.spec.depends_on.iter().enumerate() {
            let place = service.place(&["spec", "dependsOn", &position.to_string()]);
            if callee == name {
                let at = self.locate(&place);
                self.findings.push(dependencies::self_reference(name, at));
            } else if let Some(callee) = self.callee(&format!("service {name}"), callee, callee, &place) {
                self.links.calls.push(Call { callee, port: None, by: None, place });
            }
        }
    }

    fn placeholder(&mut self, number: usize) {
        let one = &self.links.usage.uses[number];
        match one.reference() {
            Reference::Metadata(_) | Reference::Environment(_) => {}
            Reference::Resource(name) => self.resource(one, name, None),
            Reference::ResourceOutput { resource, output } => self.resource(one, resource, Some(output)),
            Reference::ServiceHost(callee) => self.service(number, callee, Wanted::Host),
            Reference::ServicePort { service, port: None } => self.service(number, service, Wanted::OnlyPort),
            Reference::ServicePort { service, port: Some(port) } => self.service(number, service, Wanted::Port(port)),
            Reference::SecretKey { request, key } => self.secret(number, request, key),
        }
    }

    fn resource(&mut self, one: &'u Use<'d>, name: &'u str, output: Option<&str>) {
        let service = self.links.service();
        let at = self.place_of(one);
        let resources = &service.spec.resources;
        let Some((local, request)) = resources.get_key_value(name) else {
            let declared = match resources.keys().next() {
                Some(only) if resources.len() == 1 => service.place(&["spec", "resources", only]),
                Some(_) | None => service.place(&["spec", "resources"]),
            };
            let declared = self.locate(&declared.key());
            let known = resources.keys().map(Name::as_str);
            let service = &service.metadata.name;
            self.findings.push(placeholders::unknown_resource(&one.written, name, service, at(), known, declared));
            return;
        };
        self.links.resources.insert(name);
        let Found::Declared(kind) = self.index.resource_type(&request.kind) else { return };
        match output {
            None if one.standing.text == Text::Volume => {
                if !can_be_mounted(&kind.spec) {
                    self.findings.push(placeholders::not_a_volume(&one.written, at()));
                }
            }
            None => {
                let known = outputs(self.index, service, local, request, &kind.spec);
                self.findings.push(placeholders::resource_without_output(&one.written, &request.kind, at(), known));
            }
            Some(output) => {
                let known = outputs(self.index, service, local, request, &kind.spec);
                if !known.contains(output) {
                    self.findings.push(placeholders::unknown_output(&one.written, output, &request.kind, at(), known));
                }
            }
        }
    }

    fn service(&mut self, number: usize, name: &str, wanted: Wanted<'_>) {
        let one = &self.links.usage.uses[number];
        let Some(callee) = self.callee(&format!("`{}`", one.written), &one.written, name, &one.place) else { return };
        let name = &callee.metadata.name;
        let ports = callee.spec.service.as_ref().map(|service| &service.ports);
        let known = || ports.into_iter().flat_map(|ports| ports.keys()).map(Name::as_str);
        let at = self.place_of(one);
        let port = match (wanted, known().count()) {
            (_, 0) => return self.findings.push(placeholders::no_ports(&one.written, name, at())),
            (Wanted::Host, _) => None,
            (Wanted::OnlyPort, 1) => ports.and_then(|ports| ports.keys().next()),
            (Wanted::OnlyPort, _) => {
                return self.findings.push(placeholders::which_port(&one.written, name, at(), known()));
            }
            (Wanted::Port(port), _) => match ports.and_then(|ports| ports.get_key_value(port)) {
                Some((port, _)) => Some(port),
                None => return self.findings.push(placeholders::unknown_port(&one.written, name, port, at(), known())),
            },
        };
        // Its own address is no dependency.
        if callee.metadata.name != self.links.service().metadata.name {
            self.links.calls.push(Call { callee, port, by: Some(number), place: one.place.clone() });
        }
    }

    fn callee(&mut self, subject: &str, written: &str, name: &str, place: &Place) -> Option<&'d Declared<Service>> {
        match self.index.service(name) {
            Found::Declared(callee) => return Some(callee),
            Found::Broken => self.links.broken = true,
            Found::Missing(suggestion) => {
                let at = self.locate(place);
                self.findings.push(names::unknown_service(subject, written, name, at, suggestion));
            }
        }
        None
    }

    fn secret(&mut self, number: usize, name: &str, key: &'u str) {
        let one = &self.links.usage.uses[number];
        let service = &self.links.service().metadata.name;
        let at = self.place_of(one);
        match self.index.secret_request(name) {
            Found::Broken => self.links.broken = true,
            Found::Declared(request) if request.spec.service == *service => {
                if request.spec.keys.contains_key(key) {
                    self.links.secrets.push(SecretUse { request, key, by: number });
                } else {
                    let known = request.spec.keys.keys().map(String::as_str);
                    let keys = self.locate(&request.place(&["spec", "keys"]).key());
                    self.findings.push(placeholders::unknown_secret_key(&one.written, key, name, at(), known, keys));
                }
            }
            Found::Declared(_) | Found::Missing(_) => {
                let own = self.index.requests_of(service).iter().map(|request| request.metadata.name.as_str());
                self.findings.push(placeholders::unknown_secret_request(&one.written, name, service, at(), own));
            }
        }
    }
}

/// What a placeholder asks of a service.
enum Wanted<'t> {
    Host,
    OnlyPort,
    Port(&'t str),
}

/// Whether a resource of this type can be a volume.
pub fn can_be_mounted(kind: &ResourceType) -> bool {
    kind.provisioners.iter().any(|provisioner| provisioner.claim.is_some())
}

/// The names of a resource's outputs, in whatever environment; `*` stands for one per entry of the param `keys`.
fn outputs<'d>(
    index: &Index<'d>,
    service: &'d Declared<Service>,
    local: &Name,
    request: &'d ResourceRequest,
    kind: &'d ResourceType,
) -> BTreeSet<&'d str> {
    let mut outputs: BTreeSet<&str> = kind.outputs.keys().map(String::as_str).collect();
    if !outputs.remove("*") {
        return outputs;
    }
    let in_settings = service.spec.environments.values().filter_map(|settings| settings.resources.get(local));
    let mut params: Vec<&'d Map<String, Value>> = vec![&request.params];
    params.extend(in_settings.map(|settings| &settings.params));
    params.extend(kind.classes.values());
    if let Some(shared) = request.id.as_ref().and_then(|id| index.resources.get(id)) {
        params.push(&shared.spec.params);
        params.extend(shared.spec.environments.values().map(|settings| &settings.params));
    }
    let given = params.into_iter().filter_map(|params| params.get("keys"));
    let default = kind.params.properties.get("keys").and_then(|param| param.default.as_ref());
    outputs.extend(given.chain(default).filter_map(Value::as_array).flatten().filter_map(Value::as_str));
    outputs
}
