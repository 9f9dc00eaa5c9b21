//! A unit that runs something: what the writers of its objects ask about it.

use super::labels::{self, Labels};
use super::object;
use crate::model::Name;
use crate::model::kinds::service::Workload;
use crate::provision::{ContainerPlan, EnvironmentFacts, ProvisionedUnit, ResolvedResource, WorkloadPlan};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// A provisioned unit together with its workload.
pub struct ServiceUnit<'u> {
    pub unit: &'u ProvisionedUnit<'u>,
    pub plan: &'u WorkloadPlan,
    labels: Labels,
}

impl<'u> ServiceUnit<'u> {
    /// None for a unit that runs nothing, such as a shared resource.
    pub fn of(unit: &'u ProvisionedUnit<'u>) -> Option<ServiceUnit<'u>> {
        unit.workload.as_ref().map(|plan| ServiceUnit { unit, plan, labels: labels::of_unit(unit) })
    }

    pub fn name(&self) -> &str {
        &self.unit.id.name
    }

    pub fn facts(&self) -> &EnvironmentFacts<'u> {
        &self.unit.environment
    }

    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    pub fn metadata(&self, name: &str) -> ObjectMeta {
        object::metadata(name, &self.facts().namespace, &self.labels)
    }

    pub fn resource(&self, local: &str) -> Option<&'u ResolvedResource> {
        self.unit.resources.iter().find(|resource| resource.local.as_str() == local)
    }

    /// The container that a job without a choice of its own takes its image, variables and files from.
    pub fn main_container(&self) -> Option<(&'u Name, &'u ContainerPlan)> {
        self.plan.containers.first()
    }

    /// Whether it runs all the time.
    pub fn is_long_running(&self) -> bool {
        match self.plan.kind {
            Workload::Service | Workload::Worker | Workload::Static => true,
            Workload::Cron | Workload::Job => false,
        }
    }

    /// Own volumes of which each replica has one of its own: then the workload is a StatefulSet.
    pub fn claims(&self) -> Vec<&'u ResolvedResource> {
        if !self.is_long_running() {
            return Vec::new();
        }
        self.mounted().filter(|resource| resource.own && resource.claim.is_some()).collect()
    }

    /// Whether each replica keeps data of its own.
    pub fn is_stateful(&self) -> bool {
        !self.claims().is_empty()
    }

    /// Resources that some container mounts.
    pub fn mounted(&self) -> impl Iterator<Item = &'u ResolvedResource> {
        let plan = self.plan;
        self.unit.resources.iter().filter(move |resource| {
            plan.containers
                .values()
                .flat_map(|container| container.volumes.values())
                .any(|volume| volume.resource == resource.local)
        })
    }
}
