//! Amounts that have to be in order: replicas, CPU and memory.

use super::super::inspection::Inspection;
use super::super::shown::route_text;
use crate::model::Finding;
use crate::model::Quantity;
use crate::model::kinds::Service;
use crate::model::kinds::service::Scaling;
use crate::model::kinds::workload::ComputeAmounts;
use crate::read::Place;

/// Replicas of the service and of each environment as written; what they are together is the business of `link`.
pub fn scaling(inspection: &mut Inspection, service: &Service) {
    let own = service.scaling.iter().map(|scaling| (inspection.spec("scaling"), scaling));
    let environments = service.environments.iter().filter_map(|(name, settings)| {
        let place = inspection.spec("environments").child(name.as_str()).child("scaling");
        settings.scaling.as_ref().map(|scaling| (place, scaling))
    });
    let all: Vec<(Place, &Scaling)> = own.chain(environments).collect();
    for (place, scaling) in all {
        if let (Some(min), Some(max)) = (scaling.min, scaling.max)
            && min > max
        {
            inspection.report(min_above_max(inspection, &place, min, max));
        }
        if let Some(expected) = scaling.expected
            && (scaling.min.is_some_and(|min| expected < min) || scaling.max.is_some_and(|max| expected > max))
        {
            inspection.report(unexpected(inspection, &place, expected));
        }
    }
}

/// What is promised has to be allowed.
pub fn amounts(inspection: &mut Inspection, place: &Place, requests: &ComputeAmounts, limits: &ComputeAmounts) {
    for (field, request, limit) in [("cpu", &requests.cpu, &limits.cpu), ("memory", &requests.memory, &limits.memory)] {
        if let (Some(request), Some(limit)) = (request, limit)
            && limit < request
        {
            inspection.report(limit_below_request(inspection, place, field, request, limit));
        }
    }
}

fn path(inspection: &Inspection, place: &Place) -> String {
    route_text(inspection.root(), &place.route)
}

fn min_above_max(inspection: &Inspection, place: &Place, min: i32, max: i32) -> Finding {
    let message = format!("`{}` has a `min` of {min} above its `max` of {max}", path(inspection, place));
    inspection
        .finding(&rules::SCALING, &place.clone().child("min"), message)
        .label("more than the most")
        .related(inspection.locate(&place.clone().child("max")), "the most")
        .help("lower `min` or raise `max`; equal values mean no autoscaling")
}

fn unexpected(inspection: &Inspection, place: &Place, expected: i32) -> Finding {
    let message = format!("`{}` counts on {expected} replicas, which there are never", path(inspection, place));
    inspection
        .finding(&rules::SCALING, &place.clone().child("expected"), message)
        .label("not between `min` and `max`")
        .help("its cost is estimated with `expected` replicas: choose a number from `min` to `max`")
}

fn limit_below_request(
    inspection: &Inspection,
    place: &Place,
    field: &str,
    request: &Quantity,
    limit: &Quantity,
) -> Finding {
    let (requests, limits) = (place.clone().child("requests").child(field), place.clone().child("limits").child(field));
    let message = format!("`{}` is {limit}, less than the {request} that are requested", path(inspection, &limits));
    inspection
        .finding(&rules::LIMIT, &limits, message)
        .label("the most")
        .related(inspection.locate(&requests), "promised")
        .help(format!("raise the limit to {request} at least, or lower the request"))
}

pub mod rules {
    crate::model::rules! {
        SCALING = "schema/scaling-range", Error,
        "The fewest replicas are not more than the most, and what is expected is between them",
r"An autoscaler keeps the number of replicas between `min` and `max`. Kubernetes refuses one whose `min` is above its
`max`. `expected` is what the cost is estimated with, so it is one of the numbers that there can be.

Wrong: `scaling: {min: 6, max: 2}`

Right: `scaling: {min: 2, max: 6}`";

        LIMIT = "schema/limit-below-request", Error,
        "A limit is not below what is requested",
r"A request is what a container is promised, a limit is what it may use at most. Kubernetes refuses a container that is
promised more than it may use.

Wrong: `resources: {requests: {memory: 256Mi}, limits: {memory: 128Mi}}`

Right: `resources: {requests: {memory: 128Mi}, limits: {memory: 256Mi}}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};

    #[test]
    fn min_stays_below_max() {
        let text = service("  scaling: {min: 6, max: 2}\n");
        let told = "`spec.scaling` has a `min` of 6 above its `max` of 2";
        assert_eq!(only(&text), ("schema/scaling-range".to_owned(), told.to_owned(), "6".to_owned()));
        let text = service("  environments: {staging: {scaling: {min: 3, max: 1}}}\n");
        assert_eq!(only(&text).1, "`spec.environments.staging.scaling` has a `min` of 3 above its `max` of 1");
        assert_eq!(findings(&service("  scaling: {min: 2, max: 2}\n")), []);
        let text = service("  scaling: {min: 2, max: 6, expected: 7}\n");
        let told = "`spec.scaling` counts on 7 replicas, which there are never";
        assert_eq!(only(&text), ("schema/scaling-range".to_owned(), told.to_owned(), "7".to_owned()));
        assert_eq!(findings(&service("  scaling: {min: 2, max: 6, expected: 3}\n")), []);
    }

    #[test]
    fn a_limit_is_compared_by_amount_not_by_text() {
        let resources = |request: &str, limit: &str| {
            service(&format!(
                "  containers: {{main: {{image: \"a/b:1\", resources: {{requests: {{{request}}}, limits: {{{limit}}}}}}}}}\n"
            ))
        };
        let text = resources("cpu: \"1\"", "cpu: 500m");
        let told = "`spec.containers.main.resources.limits.cpu` is 500m, less than the 1 that are requested";
        assert_eq!(only(&text), ("schema/limit-below-request".to_owned(), told.to_owned(), "500m".to_owned()));
        let finding = &findings(&text)[0];
        assert_eq!(finding.related[0].at.span.map(|span| &text[span.range()]), Some("\"1\""));
        assert_eq!(findings(&resources("memory: 1000Mi", "memory: 1Gi")), []);
        assert_eq!(findings(&resources("memory: 1Gi", "memory: 1Gi")), []);
    }

    #[test]
    fn jobs_and_environments_are_checked_too() {
        let text = "  jobs: {seed: {resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}}}\n";
        assert_eq!(only(&service(text)).0, "schema/limit-below-request");
        let text = "  environments: {staging: {containers: {main: {requests: {cpu: 200m}, limits: {cpu: 100m}}}}}\n";
        assert_eq!(only(&service(text)).2, "100m");
    }
}
