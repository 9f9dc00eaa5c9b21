//! What is said about workloads.

use crate::model::{Finding, Location, Name, Quantity, listed};
use crate::provision::rules;
use crate::provision::unit::ResolvedResource;

pub fn no_value(at: Location, path: &str, environment: &Name, why: &str) -> Finding {
    Finding::new(&rules::PLACEHOLDER, at, format!("`${{{path}}}` has no value in {environment}: {why}"))
        .label("no value here")
        .help(format!("name something that exists in {environment}"))
}

pub fn no_store(at: Location, environment: &Name, resource: &ResolvedResource, service: Option<Location>) -> Finding {
    let finding = Finding::new(
        &rules::ENVIRONMENT_SETTINGS,
        at,
        format!("environment {environment} has no `secretStore`, but outputs of {} are read from it", resource.name),
    )
    .label("add `secretStore`")
    .help("name the ClusterSecretStore of External Secrets: `secretStore: {name: aws-secrets-manager}`");
    match service {
        Some(service) => finding.related(service, "this service reads them"),
        None => finding,
    }
}

pub fn limit_below_request(at: Location, what: &str, request: &Quantity, limit: &Quantity, other: Location) -> Finding {
    Finding::new(&rules::LIMIT, at, format!("the {what} limit {limit} is below the request {request}"))
        .label("less than is promised")
        .related(other, "the request")
        .help(format!("raise the limit to {request} or more, or lower the request"))
}

pub fn image_without_digest(at: Location, image: &str, environment: &Name) -> Finding {
    Finding::new(&rules::IMAGE_DIGEST, at, format!("image `{image}` has no digest, which {environment} requires"))
        .label("may be another image tomorrow")
        .help(format!("name what was tested: `{}@sha256:...`", image.split('@').next().unwrap_or(image)))
}

pub fn image_from_elsewhere(at: Location, image: &str, environment: &Name, known: &[String]) -> Finding {
    let known = listed(known.iter().map(String::as_str), 3);
    Finding::new(&rules::IMAGE_REGISTRY, at, format!("image `{image}` is from no registry that {environment} knows"))
        .label("from elsewhere")
        .help(format!("take it from {known}, or ask the owners of {environment} to know its registry"))
}

pub fn scaling_range(at: Location, min: i32, max: i32) -> Finding {
    if min > max {
        Finding::new(&rules::SCALING, at, format!("`min` {min} is above `max` {max}"))
            .help("swap them, or leave `max` out: then it is `min`")
    } else {
        Finding::new(
            &rules::SCALING,
            at,
            format!("the service cannot scale from 0 to {max}: without replicas there is no load"),
        )
        .help("set `min` to 1, or leave `max` out to switch the service off")
    }
}

pub fn stateful_scaling(at: Location, service: &Name, max: i32) -> Finding {
    Finding::new(
        &rules::STATEFUL_SCALING,
        at,
        format!("service {service} has a volume: it stays at one replica and does not scale to {max}"),
    )
    .label("has no effect")
    .help("give `scaling: {min: 1, max: 1}`, or keep the data in a datastore such as `postgres`")
}
