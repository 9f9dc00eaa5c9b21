//! How many replicas: what the user says, else what the environment's class makes sensible.

use super::wording;
use crate::link::ServiceUnit;
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::kinds::service::Workload;
use crate::provision::environment::Surroundings;
use crate::provision::reporter::Reporter;
use crate::provision::unit::{Replicas, ResolvedResource};
use crate::read::Place;

/// The share of the requested CPU at which replicas are added.
const DEFAULT_CPU_TARGET: i32 = 70;

pub fn replicas(
    service: &ServiceUnit<'_>,
    surroundings: &Surroundings<'_>,
    resources: &[ResolvedResource],
    reporter: &mut Reporter<'_, '_>,
) -> Replicas {
    let fixed = |replicas| Replicas { min: replicas, max: replicas, cpu: None, memory: None };
    match service.declared.spec.workload {
        Workload::Cron | Workload::Job => return fixed(1),
        Workload::Service | Workload::Worker | Workload::Static => {}
    }
    let scaling = &service.scaling;
    let has_volume = resources.iter().any(ResolvedResource::is_written_by_one);
    let default = match surroundings.facts.spec.class {
        EnvironmentClass::Production if !has_volume => 2,
        EnvironmentClass::Production | EnvironmentClass::Staging | EnvironmentClass::Development => 1,
    };
    let min = scaling.min.unwrap_or_else(|| scaling.max.map_or(default, |max| default.min(max)));
    let max = scaling.max.unwrap_or(min);
    let place = scaling_place(service, surroundings);
    if min > max || (min == 0 && max > 0) {
        let at = reporter.locate(&place);
        reporter.say(wording::scaling_range(at, min, max));
        return fixed(min);
    }
    if has_volume && max > 1 {
        let at = reporter.locate(&place.child("max"));
        reporter.say(wording::stateful_scaling(at, &service.declared.metadata.name, max));
        return fixed(min.min(1));
    }
    if max == min {
        return fixed(min);
    }
    let whole = |percent: crate::model::Percent| i32::try_from(percent.whole()).unwrap_or(DEFAULT_CPU_TARGET).max(1);
    Replicas { min, max, cpu: Some(scaling.cpu.map_or(DEFAULT_CPU_TARGET, whole)), memory: scaling.memory.map(whole) }
}

fn scaling_place(service: &ServiceUnit<'_>, surroundings: &Surroundings<'_>) -> Place {
    let environment = &surroundings.facts.name;
    let settings = service.declared.spec.environments.get(environment);
    if settings.is_some_and(|settings| settings.scaling.is_some()) {
        service.declared.place(&["spec", "environments", environment, "scaling"])
    } else {
        service.declared.place(&["spec", "scaling"])
    }
}
