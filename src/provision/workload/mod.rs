//! What runs: a service's containers with every placeholder expanded and every default applied.

mod compute;
mod expand;
mod files;
mod images;
mod replicas;
mod runbook;
mod variables;
mod wording;

use super::environment::Surroundings;
use super::reporter::Reporter;
use super::unit::{ContainerPlan, ResolvedResource, VolumePlan, WorkloadPlan};
use crate::link::{Callee, Catalog, ServiceUnit, Unit, UnitContainer};
use crate::model::kinds::service::{ContainerSettings, Job, PreviewData, Workload};
use crate::model::kinds::workload::{HttpGet, Probe, Protocol, ServicePort};
use crate::model::{Name, SmallMap};
use crate::read::Place;
use expand::Expander;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// The user that containers run as.
const DEFAULT_USER: i64 = 10_001;

/// None for a shared resource, and where something is wrong, which has been told. Outputs that are used are marked.
pub fn plan<'d>(
    catalog: &Catalog<'d>,
    unit: &Unit<'d>,
    surroundings: &Surroundings<'d>,
    resources: &mut [ResolvedResource],
    reporter: &mut Reporter<'_, 'd>,
) -> Option<WorkloadPlan> {
    let service = unit.service.as_ref()?;
    let spec = &service.declared.spec;
    let ports = spec.service.as_ref().map(|service| service.ports.clone()).unwrap_or_default();
    let errors = reporter.errors();
    let mut containers = IndexMap::new();
    for (position, (name, container)) in service.containers().iter().enumerate() {
        let at = ContainerPlaces { service, environment: &surroundings.facts.name, container: name };
        images::check(container, &surroundings.facts.spec.images, &at, reporter);
        let mut expander = Expander { catalog, unit, surroundings, resources, reporter };
        let mut plan = container_plan(container, &at, &mut expander);
        if spec.workload == Workload::Static && position == 0 {
            serve_files(&mut plan, &ports);
        }
        containers.insert(name.clone(), plan);
    }
    check_store(unit, surroundings, resources, reporter);
    let replicas = replicas::replicas(service, surroundings, resources, reporter);
    if reporter.errors() != errors {
        return None;
    }
    Some(WorkloadPlan {
        kind: spec.workload,
        labels: service.declared.metadata.labels.clone(),
        containers,
        ports,
        schedule: service.schedule.cloned(),
        jobs: jobs(unit, service),
        replicas,
        expected_replicas: service.scaling.expected.map(|expected| expected.clamp(replicas.min, replicas.max)),
        disruption: spec.disruption.clone(),
        egress: spec.egress.clone(),
        preview: spec.preview.clone(),
        calls: calls(catalog, service),
        lent: lent(service),
        called_by: service.called_by.iter().map(|name| (*name).clone()).collect(),
        is_lent: service.is_lent,
        metrics: spec.metrics.clone(),
        slo: spec.slo.clone(),
        runbook: runbook::address(spec),
    })
}

/// Where the parts of a container stand: in the environment's settings if they are there, else in the container.
struct ContainerPlaces<'p, 'd> {
    service: &'p ServiceUnit<'d>,
    environment: &'p Name,
    container: &'p Name,
}

impl ContainerPlaces<'_, '_> {
    fn own(&self, route: &[&str]) -> Place {
        let declared = self.service.declared;
        route.iter().fold(declared.place(&["spec", "containers", self.container]), |place, step| place.child(*step))
    }

    fn settings(&self, route: &[&str]) -> Place {
        let start = ["spec", "environments", self.environment, "containers", self.container];
        route.iter().fold(self.service.declared.place(&start), |place, step| place.child(*step))
    }

    fn variable(&self, name: &str) -> Place {
        if self.set().is_some_and(|container| container.variables.contains_key(name)) {
            self.settings(&["variables", name])
        } else {
            self.own(&["variables", name])
        }
    }

    fn image(&self) -> Place {
        let is_set = self.set().is_some_and(|container| container.image.is_some());
        if is_set { self.settings(&["image"]) } else { self.own(&["image"]) }
    }

    /// What the environment sets of it.
    fn set(&self) -> Option<&ContainerSettings> {
        self.service.declared.spec.environments.get(self.environment)?.containers.get(self.container)
    }
}

fn container_plan(
    container: &UnitContainer<'_>,
    at: &ContainerPlaces<'_, '_>,
    expander: &mut Expander<'_, '_, '_, '_>,
) -> ContainerPlan {
    let declared = container.declared;
    let environment = variables::variables(container, at, expander);
    let files = files::files(container, at, expander);
    let amounts = compute::amounts(container, at, expander.reporter);
    let volumes = container.volumes.iter().map(|(path, resource)| {
        let source = declared.volumes.get(path);
        let plan = VolumePlan {
            resource: resource.clone(),
            path: source.and_then(|source| source.path.clone()),
            read_only: source.is_some_and(|source| source.read_only),
        };
        (path.clone(), plan)
    });
    ContainerPlan {
        image: container.image.to_owned(),
        command: declared.command.clone(),
        args: declared.args.clone(),
        environment,
        files,
        volumes: volumes.collect(),
        requests: amounts.requests,
        limits: amounts.limits,
        liveness_probe: declared.liveness_probe.clone(),
        readiness_probe: declared.readiness_probe.clone(),
        startup_probe: declared.startup_probe.clone(),
        before: declared.before.clone(),
        user: declared.user.unwrap_or(DEFAULT_USER),
        writable: declared.writable.clone(),
    }
}

/// A static site is asked for its front page, and its server may write where servers do, unless the user says otherwise.
fn serve_files(plan: &mut ContainerPlan, ports: &SmallMap<Name, ServicePort>) {
    if plan.writable.is_empty() {
        plan.writable.push("/tmp".to_owned());
    }
    let Some(port) = ports.values().next().map(ServicePort::target) else { return };
    for probe in [&mut plan.readiness_probe, &mut plan.liveness_probe] {
        probe.get_or_insert_with(|| Box::new(front_page(port)));
    }
}

fn front_page(port: i32) -> Probe {
    let get = HttpGet { path: "/".to_owned(), port, scheme: None, host: None, http_headers: Vec::new() };
    Probe {
        http_get: Some(get),
        grpc: None,
        tcp_socket: None,
        exec: None,
        initial_delay_seconds: None,
        period_seconds: None,
        timeout_seconds: None,
        success_threshold: None,
        failure_threshold: None,
    }
}

/// Called services with the ports on which their containers listen.
fn calls(catalog: &Catalog<'_>, service: &ServiceUnit<'_>) -> BTreeMap<Name, BTreeSet<(Protocol, i32)>> {
    let listening = |Callee { name, ports: used, .. }: &Callee<'_>| {
        let ports = catalog.services.get(*name).and_then(|callee| callee.spec.service.as_ref());
        let ports = ports.into_iter().flat_map(|ports| &ports.ports);
        let ports = ports.filter(|(name, _)| used.is_empty() || used.contains(name));
        ports.map(|(_, port)| (port.protocol(), port.target())).collect()
    };
    service.calls.iter().map(|callee| (callee.name.clone(), listening(callee))).collect()
}

/// The job that fills what a preview's datastores hold.
const SEED: &str = "seed";

/// All of them; but one that fills previews runs nowhere else.
fn jobs(unit: &Unit<'_>, service: &ServiceUnit<'_>) -> SmallMap<Name, Job> {
    let mut jobs = service.jobs.clone();
    let fills_previews =
        service.declared.spec.preview.as_ref().is_some_and(|preview| preview.data == PreviewData::Seed);
    jobs.retain(|name, _| name.as_str() != SEED || unit.is_preview() || !fills_previews);
    jobs
}

/// Called services that are another environment's, with the namespace that they are in.
fn lent(service: &ServiceUnit<'_>) -> BTreeMap<Name, Name> {
    let lent = service.calls.iter().filter_map(|callee| Some((callee.name.clone(), callee.lent_by?)));
    lent.map(|(name, by)| (name, by.spec.namespace.clone().unwrap_or_else(|| by.metadata.name.clone()))).collect()
}

/// What the workload reads from the secret store needs a store to be read from.
fn check_store(
    unit: &Unit<'_>,
    surroundings: &Surroundings<'_>,
    resources: &[ResolvedResource],
    reporter: &mut Reporter<'_, '_>,
) {
    if surroundings.facts.spec.secret_store.is_some() {
        return;
    }
    let from_store = |resource: &&ResolvedResource| {
        let mut used = resource.used_outputs.iter().filter_map(|name| resource.outputs.get(name));
        used.any(|output| matches!(output, super::unit::Output::Store { .. }))
    };
    if let Some(resource) = resources.iter().find(from_store) {
        let at = reporter.locate(&surroundings.declared.name_place());
        let service = unit.service.as_ref().map(|service| reporter.locate(&service.declared.name_place()));
        reporter.say(wording::no_store(at, &surroundings.facts.name, resource, service));
    }
}

#[cfg(test)]
mod tests;
