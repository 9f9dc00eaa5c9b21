//! Every service and shared resource in every environment, with the environment's settings applied.

use super::catalog::{Callee, ServiceUnit, Unit, UnitResource};
use super::index::Index;
use super::rules::environments;
use super::sharing::Shared;
use super::ties::Ties;
use crate::model::kinds::environment::{EnvironmentType, PreviewInstance};
use crate::model::kinds::service::{EnvironmentSettings, ResourceSettings, Scaling, Service};
use crate::model::kinds::workload::ResourceRequest;
use crate::model::kinds::{Environment, SecretRequest};
use crate::model::{Findings, Name, SmallMap};
use crate::read::score::IMAGE_FROM_OUTSIDE;
use crate::read::{Declared, Place, Unread};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of all services before they are put into environments.
pub struct Linked<'a, 'd> {
    pub index: &'a Index<'d>,
    pub ties: &'a BTreeMap<&'d Name, Ties<'d>>,
    pub shared: &'a BTreeMap<&'d Name, Shared<'d>>,
    /// Services without mistakes.
    pub whole: &'a BTreeSet<&'d Name>,
}

/// All units: by environment, services before shared resources, by name.
pub fn units<'d>(linked: &Linked<'_, 'd>, findings: &mut Findings) -> Vec<Unit<'d>> {
    let mut units = Vec::with_capacity(linked.whole.len() + linked.shared.len());
    for environment in linked.index.environments.values().copied() {
        let here = Here::of(linked, environment, findings);
        for name in linked.whole.iter().filter(|name| here.is_wanted(name)) {
            units.extend(here.service_unit(name, findings));
        }
        for (id, shared) in linked.shared {
            let used = shared.consumers.iter().any(|service| here.running.contains(&service.metadata.name));
            let permanent = shared.declared && environment.spec.kind == EnvironmentType::Permanent;
            if (used || permanent) && here.unread().is_none() {
                units.push(shared_unit(environment, id, shared));
            }
        }
    }
    units
}

/// One environment, and who calls whom in it.
struct Here<'a, 'd> {
    linked: &'a Linked<'a, 'd>,
    environment: &'d Declared<Environment>,
    running: BTreeSet<&'d Name>,
    called_by: BTreeMap<&'d Name, BTreeSet<&'d Name>>,
    /// Services that call something which does not run here.
    stranded: BTreeSet<&'d Name>,
    /// Whose services are called where there is none of this environment's own.
    shares: Option<&'d Declared<Environment>>,
    is_lent: bool,
}

impl<'a, 'd> Here<'a, 'd> {
    fn of(linked: &'a Linked<'a, 'd>, environment: &'d Declared<Environment>, findings: &mut Findings) -> Here<'a, 'd> {
        let services = linked.index.services.iter();
        let running = services.filter(|(_, service)| runs_in(service, environment)).map(|(name, _)| *name).collect();
        let (called_by, stranded) = (BTreeMap::new(), BTreeSet::new());
        let (shares, is_lent) = (shared_with(linked, environment), is_lent(linked, environment));
        let mut here = Here { linked, environment, running, called_by, stranded, shares, is_lent };
        for (name, ties) in linked.ties {
            if here.running.contains(name) {
                here.connect(name, ties, findings);
            }
        }
        here.connect_unread();
        here
    }

    fn unread(&self) -> Option<&'d Unread> {
        self.linked.index.documents.snapshot.unread.as_deref()
    }

    /// Whether a unit of the service is to be made: always, where everything was read.
    fn is_wanted(&self, service: &Name) -> bool {
        self.unread().is_none_or(|unread| unread.wanted.contains(service))
    }

    /// The calls of services that were not read.
    fn connect_unread(&mut self) {
        let Some(unread) = self.unread() else { return };
        for (callee, callers) in unread.called_by.get(self.name()).into_iter().flatten() {
            self.called_by.entry(callee).or_default().extend(callers);
        }
    }

    fn name(&self) -> &'d Name {
        &self.environment.metadata.name
    }

    /// The calls of one service; each callee that does not run here is told once, at its first mention.
    fn connect(&mut self, caller: &'d Name, ties: &Ties<'d>, findings: &mut Findings) {
        let mut missing = BTreeSet::new();
        let here = self.name();
        for call in ties.calls.iter().filter(|call| ties.counts_in(&call.by, here)) {
            let callee = &call.callee.metadata.name;
            if self.running.contains(callee) {
                self.called_by.entry(callee).or_default().insert(caller);
            } else if self.lender(call.callee).is_none() && missing.insert(callee) {
                let documents = self.linked.index.documents;
                let off = documents.locate(&switched_off_at(call.callee, self.environment));
                let at = documents.locate(&ties.place(documents, &call.by));
                findings.push(environments::not_in_environment(caller, callee, here, at, off));
            }
        }
        if !missing.is_empty() {
            self.stranded.insert(caller);
        }
    }

    /// Whom a service calls here, and the ports that it names.
    fn calls(&self, ties: &Ties<'d>) -> Box<[Callee<'d>]> {
        let mut calls: BTreeMap<&'d Name, (BTreeSet<&'d Name>, Option<&'d Declared<Environment>>)> = BTreeMap::new();
        for call in ties.calls.iter().filter(|call| ties.counts_in(&call.by, self.name())) {
            let callee = &call.callee.metadata.name;
            let lent_by = self.lender(call.callee);
            if self.running.contains(callee) || lent_by.is_some() {
                calls.entry(callee).or_insert((BTreeSet::new(), lent_by)).0.extend(call.port);
            }
        }
        let callees = calls.into_iter();
        callees.map(|(name, (ports, lent_by))| Callee { name, ports: ports.into_iter().collect(), lent_by }).collect()
    }

    /// Where a service runs that does not run here, if it can be called from here.
    fn lender(&self, callee: &Declared<Service>) -> Option<&'d Declared<Environment>> {
        let is_cloned = self.running.contains(&callee.metadata.name);
        self.shares.filter(|shares| !is_cloned && runs_in(callee, shares))
    }

    /// None where it does not run, or where something is wrong, which is told.
    fn service_unit(&self, name: &'d Name, findings: &mut Findings) -> Option<Unit<'d>> {
        let ties = self.linked.ties.get(name).filter(|_| self.running.contains(name))?;
        let service = ties.service;
        let settings = service.spec.environments.get(self.name());
        let secrets = self.secrets(ties, findings);
        let scaling = self.scaling(service, settings, findings);
        let have_images = self.have_images(service, settings, findings);
        let mut resources = Vec::with_capacity(service.spec.resources.len());
        resources.extend(service.spec.resources.iter().map_while(|(local, one)| self.resource(service, local, one)));
        let have_resources = resources.len() == service.spec.resources.len();
        if self.stranded.contains(name) || !have_images || !have_resources {
            return None;
        }
        Some(Unit {
            environment: self.environment,
            name: name.clone(),
            owner: service.metadata.owner.clone()?,
            tier: service.spec.tier,
            service: Some(ServiceUnit {
                declared: service,
                settings,
                scaling: scaling?,
                schedule: settings.and_then(|settings| settings.schedule.as_ref()).or(service.spec.schedule.as_ref()),
                jobs: &service.spec.jobs,
                calls: self.calls(ties),
                called_by: self.called_by.get(name).into_iter().flatten().copied().collect(),
                is_lent: self.is_lent,
                secrets: secrets?,
            }),
            resources,
        })
    }

    fn resource(
        &self,
        service: &'d Declared<Service>,
        local: &Name,
        request: &'d ResourceRequest,
    ) -> Option<UnitResource<'d>> {
        let (kind, Settled { class, params, usage }) = match &request.id {
            Some(id) => {
                let shared = self.linked.shared.get(id)?;
                (shared.kind, shared_settings(shared, self.environment))
            }
            None => {
                let kind = self.linked.index.resource_types.get(&request.kind)?;
                let class = request.class.as_ref().unwrap_or(&kind.spec.default_class);
                let settings = service.spec.environments.get(self.name());
                let settings = settings.and_then(|settings| settings.resources.get(local));
                (*kind, with_settings(class, &request.params, &request.usage, settings))
            }
        };
        let place = service.place(&["spec", "resources", local]);
        Some(UnitResource { local: local.clone(), kind, class, params, usage, shared: request.id.clone(), place })
    }

    /// Whether every container of a Score file that leaves its image open was given one.
    fn have_images(
        &self,
        service: &Declared<Service>,
        settings: Option<&EnvironmentSettings>,
        findings: &mut Findings,
    ) -> bool {
        let set = |name| settings?.containers.get(name)?.image.as_deref();
        let containers = service.spec.containers.iter();
        let before = findings.errors();
        for (name, _) in containers.filter(|(name, own)| set(*name).unwrap_or(&own.image) == IMAGE_FROM_OUTSIDE) {
            let place = service.place(&["spec", "containers", name, "image"]);
            let at = self.linked.index.documents.locate(&place);
            findings.push(environments::no_image(&service.metadata.name, name, self.name(), at));
        }
        findings.errors() == before
    }

    /// Field by field; the result has to make sense.
    fn scaling(
        &self,
        service: &Declared<Service>,
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
            expected: own.expected.or(base.expected),
        };
        match (merged.min, merged.max) {
            (Some(min), Some(max)) if min > max => {
                let place = service.place(&["spec", "environments", self.name(), "scaling"]).key();
                let at = self.linked.index.documents.locate(&place);
                findings.push(environments::scaling(&service.metadata.name, self.name(), min, max, at));
                None
            }
            _ => Some(merged),
        }
    }

    /// The service's requests for this environment. One that is used here and not for here is told once, at its first use.
    fn secrets(&self, ties: &Ties<'d>, findings: &mut Findings) -> Option<Vec<&'d Declared<SecretRequest>>> {
        let (here, service) = (self.name(), ties.service);
        let documents = self.linked.index.documents;
        let mut missing = BTreeSet::new();
        for secret in ties.secrets.iter().filter(|secret| ties.counts_in(&secret.by, here)) {
            let request = secret.request;
            if !request.spec.environments.contains(here) && missing.insert(&request.metadata.name) {
                let at = documents.locate(&ties.place(documents, &secret.by));
                let listed = documents.locate(&request.place(&["spec", "environments"]).key());
                let (name, service) = (&request.metadata.name, &service.metadata.name);
                findings.push(environments::secret_not_requested(name, service, here, at, listed));
            }
        }
        let own = self.linked.index.requests_of(&service.metadata.name).iter().copied();
        missing.is_empty().then(|| own.filter(|request| request.spec.environments.contains(here)).collect())
    }
}

/// Whether a service runs in an environment.
pub fn runs_in(service: &Declared<Service>, environment: &Declared<Environment>) -> bool {
    let settings = service.spec.environments.get(&environment.metadata.name);
    let enabled = settings.and_then(|settings| settings.enabled);
    let preview = environment.spec.kind == EnvironmentType::Preview;
    let in_previews = service.spec.preview.as_ref().is_none_or(|preview| preview.enabled);
    let is_cloned = instance(environment).is_none_or(|instance| instance.clones.contains(&service.metadata.name));
    is_cloned && enabled.unwrap_or(!preview || in_previews)
}

/// Of the environment of one pull request, what it is.
fn instance(environment: &Declared<Environment>) -> Option<&PreviewInstance> {
    environment.spec.preview.as_ref()?.instance.as_deref()
}

/// The environment whose services one pull request's own calls where it has none itself.
fn shared_with<'d>(linked: &Linked<'_, 'd>, environment: &Declared<Environment>) -> Option<&'d Declared<Environment>> {
    instance(environment)?;
    let shares = linked.index.environments.get(&environment.spec.preview.as_ref()?.shares).copied()?;
    is_in_one_cluster(shares, environment).then_some(shares)
}

/// What runs in another cluster is reached by nobody here.
fn is_in_one_cluster(one: &Declared<Environment>, other: &Declared<Environment>) -> bool {
    one.spec.cluster == other.spec.cluster
}

/// Whether a pattern of previews shares this environment.
fn is_lent(linked: &Linked<'_, '_>, environment: &Declared<Environment>) -> bool {
    linked.index.environments.values().any(|other| {
        let shares = other.spec.preview.as_ref().map(|preview| &preview.shares);
        shares == Some(&environment.metadata.name) && is_in_one_cluster(other, environment)
    })
}

/// Where it says that it does not run there.
fn switched_off_at(service: &Declared<Service>, environment: &Declared<Environment>) -> Place {
    let name = &environment.metadata.name;
    if service.spec.environments.get(name).is_some_and(|settings| settings.enabled.is_some()) {
        service.place(&["spec", "environments", name, "enabled"])
    } else {
        service.place(&["spec", "preview", "enabled"])
    }
}

fn shared_unit<'d>(environment: &'d Declared<Environment>, id: &Name, shared: &Shared<'d>) -> Unit<'d> {
    let Settled { class, params, usage } = shared_settings(shared, environment);
    let resource = UnitResource {
        local: id.clone(),
        kind: shared.kind,
        class,
        params,
        usage,
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

fn shared_settings(shared: &Shared<'_>, environment: &Declared<Environment>) -> Settled {
    let settings = shared.settings.and_then(|settings| settings.get(&environment.metadata.name));
    with_settings(&shared.class, shared.params, shared.usage, settings)
}

/// A resource as an environment has it.
struct Settled {
    class: Name,
    params: Map<String, Value>,
    usage: SmallMap<String, u64>,
}

fn with_settings(
    class: &Name,
    params: &Map<String, Value>,
    usage: &SmallMap<String, u64>,
    settings: Option<&ResourceSettings>,
) -> Settled {
    let class = settings.and_then(|settings| settings.class.as_ref()).unwrap_or(class).clone();
    let mut settled = Settled { class, params: params.clone(), usage: usage.clone() };
    if let Some(settings) = settings {
        settled.params.extend(settings.params.iter().map(|(name, value)| (name.clone(), value.clone())));
        settled.usage.extend(settings.usage.iter().map(|(word, count)| (word.clone(), *count)));
    }
    settled
}
