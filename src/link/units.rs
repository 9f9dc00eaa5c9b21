//! Every service and shared resource in every environment, with the environment's settings applied.

use super::catalog::{ServiceUnit, Unit, UnitContainer, UnitResource};
use super::index::Index;
use super::placeholder::Reference;
use super::rules;
use super::sharing::Shared;
use super::usage::Usage;
use crate::model::kinds::environment::EnvironmentType;
use crate::model::kinds::service::{ContainerSettings, EnvironmentSettings, ResourceSettings, Scaling, Service};
use crate::model::kinds::workload::ComputeAmounts;
use crate::model::kinds::{Environment, SecretRequest};
use crate::model::{Findings, Name};
use crate::read::Declared;
use crate::read::score::IMAGE_FROM_OUTSIDE;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the services that can be compiled.
pub struct Linked<'a, 'd> {
    pub index: &'a Index<'d>,
    pub usages: &'a BTreeMap<&'d Name, Usage<'d>>,
    pub shared: &'a BTreeMap<&'d Name, Shared<'d>>,
    /// Services without mistakes.
    pub whole: &'a BTreeSet<&'d Name>,
}

/// All units of all environments, sorted by environment, then name.
pub fn units<'d>(linked: &Linked<'_, 'd>, findings: &mut Findings) -> Vec<Unit<'d>> {
    let mut units = Vec::new();
    for environment in linked.index.environments.values().copied() {
        // A service that is switched off here is nobody's caller; its own mistakes are told all the same.
        let running: BTreeSet<&'d Name> = linked
            .index
            .services
            .values()
            .filter(|service| runs_in(service, environment))
            .map(|service| &service.metadata.name)
            .collect();
        let calls = calls_in(linked, environment, &running, findings);
        for name in linked.whole.iter().filter(|name| running.contains(*name)) {
            if let Some(unit) = service_unit(linked, environment, name, &calls, findings) {
                units.push(unit);
            }
        }
        for (id, shared) in linked.shared {
            let used = shared.consumers.iter().any(|service| running.contains(&service.metadata.name));
            let permanent = shared.declared && environment.spec.kind == EnvironmentType::Permanent;
            if used || permanent {
                units.push(shared_unit(environment, id, shared));
            }
        }
    }
    units
}

/// Whether a service runs in an environment.
pub fn runs_in(service: &Declared<Service>, environment: &Declared<Environment>) -> bool {
    let settings = service.spec.environments.get(&environment.metadata.name);
    let enabled = settings.and_then(|settings| settings.enabled);
    let preview = environment.spec.kind == EnvironmentType::Preview;
    let in_previews = service.spec.preview.as_ref().is_none_or(|preview| preview.enabled);
    enabled.unwrap_or(!preview || in_previews)
}

type Calls<'d> = BTreeMap<&'d Name, BTreeMap<&'d Name, BTreeSet<Name>>>;

/// Caller -> callee -> service ports, for what runs here; a callee that does not is a finding.
fn calls_in<'d>(
    linked: &Linked<'_, 'd>,
    environment: &'d Declared<Environment>,
    running: &BTreeSet<&'d Name>,
    findings: &mut Findings,
) -> Calls<'d> {
    let mut calls: Calls<'d> = BTreeMap::new();
    for name in running {
        let Some(usage) = linked.usages.get(name) else { continue };
        let mut mentions = Vec::new();
        for one in usage.uses.iter().filter(|one| one.counts_in(usage, &environment.metadata.name)) {
            match one.reference() {
                Reference::ServiceHost(callee) => mentions.push((callee.to_owned(), None, one.place.clone())),
                Reference::ServicePort { service: callee, port } => {
                    mentions.push((callee.to_owned(), port.map(str::to_owned), one.place.clone()));
                }
                _ => {}
            }
        }
        for (position, callee) in usage.service.spec.depends_on.iter().enumerate() {
            let place = usage.service.place(&["spec", "dependsOn", &position.to_string()]);
            mentions.push((callee.as_str().to_owned(), None, place));
        }
        let ports = calls.entry(name).or_default();
        for (callee, port, place) in mentions {
            let Some((callee, declared)) = linked.index.services.get_key_value(callee.as_str()) else { continue };
            if callee == name {
                continue;
            }
            if !running.contains(callee) {
                let off = switched_off_at(declared, environment);
                let at = linked.index.documents.locate(&place);
                let off = linked.index.documents.locate(&off);
                findings.push(rules::not_in_environment(name, callee, &environment.metadata.name, at, off));
                continue;
            }
            let used = ports.entry(callee).or_default();
            used.extend(port.and_then(|port| Name::parse(&port)));
        }
    }
    calls
}

fn switched_off_at(service: &Declared<Service>, environment: &Declared<Environment>) -> crate::read::Place {
    let name = &environment.metadata.name;
    if service.spec.environments.get(name).is_some_and(|settings| settings.enabled.is_some()) {
        service.place(&["spec", "environments", name, "enabled"])
    } else {
        service.place(&["spec", "preview", "enabled"])
    }
}

fn service_unit<'d>(
    linked: &Linked<'_, 'd>,
    environment: &'d Declared<Environment>,
    name: &'d Name,
    calls: &Calls<'d>,
    findings: &mut Findings,
) -> Option<Unit<'d>> {
    let usage = linked.usages.get(name)?;
    let service = usage.service;
    let settings = service.spec.environments.get(&environment.metadata.name);
    let scaling = scaling(linked.index, service, environment, settings, findings)?;
    let secrets = secrets(linked.index, usage, environment, findings)?;
    let containers = containers(usage, environment, settings);
    check_images(linked.index, service, environment, &containers, findings)?;
    let resources = service.spec.resources.iter().map(|(local, request)| {
        let own = settings.and_then(|settings| settings.resources.get(local));
        let place = service.place(&["spec", "resources", local]);
        match &request.id {
            None => {
                let kind = linked.index.resource_types.get(&request.kind)?;
                let class = own.and_then(|own| own.class.as_ref()).or(request.class.as_ref());
                let class = class.unwrap_or(&kind.spec.default_class).clone();
                let params = merged(&request.params, own);
                Some(UnitResource { local: local.clone(), kind, class, params, shared: None, place })
            }
            Some(id) => {
                let shared = linked.shared.get(id)?;
                let (class, params) = shared_settings(shared, environment);
                Some(UnitResource {
                    local: local.clone(),
                    kind: shared.kind,
                    class,
                    params,
                    shared: Some(id.clone()),
                    place,
                })
            }
        }
    });
    let resources = resources.collect::<Option<Vec<_>>>()?;
    let called_by = calls.iter().filter(|(_, callees)| callees.contains_key(name)).map(|(caller, _)| *caller);
    Some(Unit {
        environment,
        name: name.clone(),
        owner: service.metadata.owner.clone()?,
        tier: service.spec.tier,
        service: Some(ServiceUnit {
            declared: service,
            containers,
            scaling,
            schedule: settings.and_then(|settings| settings.schedule.as_ref()).or(service.spec.schedule.as_ref()),
            jobs: &service.spec.jobs,
            calls: calls.get(name).cloned().unwrap_or_default(),
            called_by: called_by.collect(),
            secrets,
        }),
        resources,
    })
}

fn containers<'d>(
    usage: &Usage<'d>,
    environment: &Declared<Environment>,
    settings: Option<&'d EnvironmentSettings>,
) -> IndexMap<Name, UnitContainer<'d>> {
    let overrides = usage.overrides.get(&environment.metadata.name);
    let one = |(name, texts): (&&'d Name, &super::usage::ContainerUsage<'d>)| {
        let own: Option<&'d ContainerSettings> = settings.and_then(|settings| settings.containers.get(*name));
        let mut variables: IndexMap<String, _> =
            texts.variables.iter().map(|(key, template)| ((*key).to_owned(), template.clone())).collect();
        for (key, template) in overrides.and_then(|containers| containers.get(*name)).into_iter().flatten() {
            variables.insert((*key).to_owned(), template.clone());
        }
        let declared = texts.declared;
        let container = UnitContainer {
            declared,
            image: own.and_then(|own| own.image.as_deref()).unwrap_or(&declared.image),
            variables,
            files: texts.files.iter().map(|(path, file)| ((*path).to_owned(), file.clone())).collect(),
            volumes: texts.volumes.iter().map(|(path, volume)| ((*path).to_owned(), volume.clone())).collect(),
            requests: amounts(own.map(|own| &own.requests), &declared.resources.requests),
            limits: amounts(own.map(|own| &own.limits), &declared.resources.limits),
        };
        ((*name).clone(), container)
    };
    usage.containers.iter().map(one).collect()
}

/// Nothing, when a container of a Score file is still to be given its image.
fn check_images(
    index: &Index<'_>,
    service: &Declared<Service>,
    environment: &Declared<Environment>,
    containers: &IndexMap<Name, UnitContainer<'_>>,
    findings: &mut Findings,
) -> Option<()> {
    let mut whole = true;
    for (name, _) in containers.iter().filter(|(_, container)| container.image == IMAGE_FROM_OUTSIDE) {
        whole = false;
        let at = index.documents.locate(&service.place(&["spec", "containers", name, "image"]));
        findings.push(rules::no_image(&service.metadata.name, name, &environment.metadata.name, at));
    }
    whole.then_some(())
}

fn amounts(own: Option<&ComputeAmounts>, base: &ComputeAmounts) -> ComputeAmounts {
    ComputeAmounts {
        cpu: own.and_then(|own| own.cpu.clone()).or_else(|| base.cpu.clone()),
        memory: own.and_then(|own| own.memory.clone()).or_else(|| base.memory.clone()),
    }
}

/// Field by field; the result has to make sense.
fn scaling(
    index: &Index<'_>,
    service: &Declared<Service>,
    environment: &Declared<Environment>,
    settings: Option<&EnvironmentSettings>,
    findings: &mut Findings,
) -> Option<Scaling> {
    let base = service.spec.scaling.clone().unwrap_or_default();
    let Some(own) = settings.and_then(|settings| settings.scaling.as_ref()) else { return Some(base) };
    let merged = Scaling {
        min: own.min.or(base.min),
        max: own.max.or(base.max),
        cpu: own.cpu.or(base.cpu),
        memory: own.memory.or(base.memory),
    };
    match (merged.min, merged.max) {
        (Some(min), Some(max)) if min > max => {
            let name = &environment.metadata.name;
            let at = index.documents.locate(&service.place(&["spec", "environments", name, "scaling"]).key());
            findings.push(rules::scaling(&service.metadata.name, name, min, max, at));
            None
        }
        _ => Some(merged),
    }
}

/// The service's requests for this environment; a key that is used here has to be requested for here.
fn secrets<'d>(
    index: &Index<'d>,
    usage: &Usage<'d>,
    environment: &Declared<Environment>,
    findings: &mut Findings,
) -> Option<Vec<&'d Declared<SecretRequest>>> {
    let (service, here) = (&usage.service.metadata.name, &environment.metadata.name);
    let mut whole = true;
    for one in usage.uses.iter().filter(|one| one.counts_in(usage, here)) {
        let Reference::SecretKey { request, .. } = one.reference() else { continue };
        let Some(declared) = index.secret_requests.get(request) else { continue };
        if !declared.spec.environments.contains(here) {
            whole = false;
            let at = index.documents.locate(&one.place);
            let requested = index.documents.locate(&declared.place(&["spec", "environments"]).key());
            findings.push(rules::secret_not_requested(request, service, here, at, requested));
        }
    }
    let own = index.secret_requests.values().copied();
    let own = own.filter(|request| request.spec.service == *service && request.spec.environments.contains(here));
    whole.then(|| own.collect())
}

fn shared_unit<'d>(environment: &'d Declared<Environment>, id: &Name, shared: &Shared<'d>) -> Unit<'d> {
    let (class, params) = shared_settings(shared, environment);
    let resource = UnitResource {
        local: id.clone(),
        kind: shared.kind,
        class,
        params,
        shared: Some(id.clone()),
        place: shared.place.clone(),
    };
    Unit {
        environment,
        name: id.clone(),
        owner: shared.owner.clone(),
        tier: shared.tier,
        service: None,
        resources: vec![resource],
    }
}

fn shared_settings(shared: &Shared<'_>, environment: &Declared<Environment>) -> (Name, Map<String, Value>) {
    let own = shared.settings.and_then(|settings| settings.get(&environment.metadata.name));
    let class = own.and_then(|own| own.class.as_ref()).unwrap_or(&shared.class).clone();
    (class, merged(shared.params, own))
}

fn merged(base: &Map<String, Value>, own: Option<&ResourceSettings>) -> Map<String, Value> {
    let mut params = base.clone();
    for (name, value) in own.into_iter().flat_map(|own| &own.params) {
        params.insert(name.clone(), value.clone());
    }
    params
}
