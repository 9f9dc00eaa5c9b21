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

    /// Whether it keeps data that one pod alone may write to: then no second pod may start before the first is gone.
    pub fn is_stateful(&self) -> bool {
        self.is_long_running() && self.mounted().any(ResolvedResource::is_written_by_one)
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
