//! A provisioned unit in, Kubernetes manifests out: one object a file under `manifests/`, with a kustomization.
//!
//! Objects are typed structs of k8s-openapi (trees of a provisioner as they come), turned into trees, written as YAML.
//! No text of a user is ever pasted into YAML. Knows nothing of Terraform.

mod claim;
mod container;
mod containers;
mod deployment;
mod environment;
mod external_secret;
mod files;
pub(in crate::emit) mod go_template;
mod job;
pub(in crate::emit) mod labels;
pub mod layout;
pub(in crate::emit) mod metrics_port;
pub(in crate::emit) mod names;
mod network_peer;
mod network_policy;
pub(in crate::emit) mod object;
mod pod;
mod probe;
mod replicas;
mod security;
mod service;
mod service_account;
mod stateful_set;
mod unit;
mod volumes;
mod wave;

#[cfg(test)]
pub(in crate::emit) mod sample;
#[cfg(test)]
mod tests;

use crate::emit::Artifact;
use crate::emit::yaml::Tree;
use crate::model::kinds::service::Workload;
use crate::provision::{EnvironmentFacts, ProvisionedUnit, UnitKind};
use files::Files;
use unit::ServiceUnit;

/// Where manifests are in a unit's folder.
pub const FOLDER: &str = "manifests";

/// The manifests of a unit, sorted by path; none if it needs no object.
pub fn manifests(unit: &ProvisionedUnit<'_>) -> Vec<Artifact> {
    layout::files(FOLDER, &objects(unit))
}

/// The manifests that an environment itself needs.
pub fn environment_manifests(facts: &EnvironmentFacts<'_>) -> Vec<Artifact> {
    layout::files(FOLDER, &environment_objects(facts))
}

/// The objects of a unit, as they are meant: what `read_back::manifests::verify` compares the written files with.
pub fn objects(unit: &ProvisionedUnit<'_>) -> Vec<Tree> {
    let own = || unit.resources.iter().filter(|resource| resource.own);
    let mut objects: Vec<Tree> = own().flat_map(|resource| resource.manifests.iter().cloned()).collect();
    match unit.id.kind {
        UnitKind::Environment => objects.extend(environment_objects(&unit.environment)),
        UnitKind::Service => objects.extend(ServiceUnit::of(unit).iter().flat_map(service_objects)),
        UnitKind::SharedResource => objects.extend(own().filter_map(|resource| claim::claim(unit, resource))),
    }
    objects
}

/// The objects of an environment itself, as they are meant.
pub fn environment_objects(facts: &EnvironmentFacts<'_>) -> Vec<Tree> {
    environment::objects(facts)
}

fn service_objects(unit: &ServiceUnit<'_>) -> Vec<Tree> {
    let files = Files::of(unit);
    let mut objects = supporting(unit);
    objects.extend(files.config_map(unit));
    objects.extend(files.external_secret(unit));
    objects.extend(unit.unit.resources.iter().filter_map(|resource| external_secret::of_resource(unit, resource)));
    let waits = unit.plan.jobs.values().any(|job| job.schedule.is_none());
    objects.extend(running(unit, &files).into_iter().map(|tree| match waits {
        true => wave::in_wave(tree, wave::WORKLOAD),
        false => tree,
    }));
    objects.extend(job::jobs(unit, &files));
    objects
}

/// What has to be there before anything runs.
fn supporting(unit: &ServiceUnit<'_>) -> Vec<Tree> {
    let mut objects = vec![service_account::service_account(unit), network_policy::network_policy(unit)];
    objects.extend(service::service(unit));
    if unit.is_stateful() {
        objects.push(service::headless(unit));
    }
    if unit.is_long_running() {
        objects.extend(replicas::disruption_budget(unit));
    }
    objects.extend(unit.mounted().filter_map(|resource| claim::claim(unit.unit, resource)));
    objects
}

/// What runs, and what says how often.
fn running(unit: &ServiceUnit<'_>, files: &Files<'_>) -> Vec<Tree> {
    match unit.plan.kind {
        Workload::Service | Workload::Worker | Workload::Static => {
            let (tree, kind, name) = if unit.is_stateful() {
                (stateful_set::stateful_set(unit, files), "StatefulSet", stateful_set::name(unit))
            } else {
                (deployment::deployment(unit, files), "Deployment", unit.name().to_owned())
            };
            [tree].into_iter().chain(replicas::autoscaler(unit, kind, &name)).collect()
        }
        Workload::Cron => job::cron_workload(unit, files).into_iter().collect(),
        Workload::Job => vec![job::job_workload(unit, files)],
    }
}
