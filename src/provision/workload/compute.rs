//! CPU and memory of a container: what is promised, what it may use at most, and the defaults of both.

use super::{ContainerPlaces, wording};
use crate::link::UnitContainer;
use crate::model::Quantity;
use crate::provision::reporter::Reporter;
use crate::read::Place;
use std::collections::BTreeMap;

pub struct Amounts {
    pub requests: BTreeMap<String, String>,
    pub limits: BTreeMap<String, String>,
}

const DEFAULT_CPU: &str = "100m";
const DEFAULT_MEMORY: &str = "128Mi";

/// A limit that is not given is twice the CPU and as much memory as is requested: CPU can be taken back from a
/// container, memory cannot.
pub fn amounts(
    container: &UnitContainer<'_>,
    at: &ContainerPlaces<'_, '_>,
    reporter: &mut Reporter<'_, '_>,
) -> Amounts {
    let (requests, limits) = (&container.requests, &container.limits);
    let mut amounts = Amounts { requests: BTreeMap::new(), limits: BTreeMap::new() };
    for (name, default, request, limit, factor) in [
        ("cpu", DEFAULT_CPU, &requests.cpu, &limits.cpu, 2),
        ("memory", DEFAULT_MEMORY, &requests.memory, &limits.memory, 1),
    ] {
        let (request, limit) = match (request, limit) {
            (Some(request), Some(limit)) => {
                if limit < request
                    && let Some((place, other)) = places(container, at, name)
                {
                    let (at, other) = (reporter.locate(&place), reporter.locate(&other));
                    reporter.say(wording::limit_below_request(at, name, request, limit, other));
                }
                (request.to_string(), limit.to_string())
            }
            (Some(request), None) => (request.to_string(), times(request, factor)),
            (None, Some(limit)) => {
                let default = Quantity::parse(default).filter(|default| default < limit);
                (default.as_ref().unwrap_or(limit).to_string(), limit.to_string())
            }
            (None, None) => {
                let limit = Quantity::parse(default).map(|default| times(&default, factor));
                (default.to_owned(), limit.unwrap_or_default())
            }
        };
        amounts.requests.insert(name.to_owned(), request);
        amounts.limits.insert(name.to_owned(), limit);
    }
    amounts
}

/// A multiple, written as whole cores where it is.
fn times(quantity: &Quantity, factor: i128) -> String {
    if factor == 1 {
        return quantity.to_string();
    }
    let milli = quantity.milli() * factor;
    if milli % 1_000 == 0 { (milli / 1_000).to_string() } else { format!("{milli}m") }
}

/// Where the limit and the request stand that apply here; none where they stand together, because then they were
/// compared when the declaration was read.
fn places(container: &UnitContainer<'_>, at: &ContainerPlaces<'_, '_>, name: &str) -> Option<(Place, Place)> {
    let settings = at.service.declared.spec.environments.get(at.environment);
    let settings = settings.and_then(|settings| settings.containers.get(at.container));
    let pick = |amounts: &crate::model::kinds::workload::ComputeAmounts| match name {
        "cpu" => amounts.cpu.is_some(),
        _ => amounts.memory.is_some(),
    };
    let place = |part: &str, here: bool| {
        if here { at.settings(&[part, name]) } else { at.own(&["resources", part, name]) }
    };
    debug_assert!(pick(&container.limits) && pick(&container.requests), "both are given where they disagree");
    let limit_is_here = settings.is_some_and(|settings| pick(&settings.limits));
    let request_is_here = settings.is_some_and(|settings| pick(&settings.requests));
    (limit_is_here != request_is_here).then(|| (place("limits", limit_is_here), place("requests", request_is_here)))
}
