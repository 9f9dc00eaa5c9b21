//! Rules about environments, and about services in each of them.

use crate::model::{Finding, Location, rules};

rules! {
    SECRET_NOT_HERE = "link/secret-not-requested", Error,
        "A secret is requested for every environment in which it is used",
r"The service runs in an environment for which the secret was not requested, so nobody granted it there and its value would
be missing.

To mend it, add the environment to `spec.environments` of the `SecretRequest`, or give the variable another value there.

Wrong: `environments: [production]` in the request of a service that also runs in staging

Right: `environments: [staging, production]`, or in the service `environments: {staging: {containers: {main: {variables:
{API_KEY: unused}}}}}`";

    NOT_IN_ENVIRONMENT = "link/not-in-environment", Error,
        "A service calls only services that run in the same environments",
r"A service that is switched off in an environment, or takes no part in previews, has no address there: its callers would
start and fail.

To mend it, let the callee run there, switch the caller off there too, or give the variable another value there.

Wrong: `frontend` uses `${services.ads.host}`, and `ads` has `environments: {staging: {enabled: false}}`

Right: the same in `frontend`: `environments: {staging: {enabled: false}}`";

    SCALING = "link/scaling", Error,
        "After an environment's settings, `min` is at most `max`",
r"Scaling is merged field by field: what an environment does not say stays as the service says it. So a `min` of the
environment can meet the `max` of the service.

To mend it, give both there.

Wrong: `scaling: {min: 1, max: 3}` and `environments: {production: {scaling: {min: 4}}}`

Right: `scaling: {min: 1, max: 3}` and `environments: {production: {scaling: {min: 4, max: 8}}}`";

    PROMOTION_CYCLE = "link/promotion-cycle", Error,
        "Environments are promoted in one direction",
r"`promotesFrom` names the environment in which a change has to be healthy first. In a circle, each would wait for the
others and no change could begin.

To mend it, let the first environment have none.

Wrong: `staging` has `promotesFrom: production`, `production` has `promotesFrom: staging`

Right: `production` has `promotesFrom: staging`, `staging` has none";

    SHARED_NAMESPACE = "link/shared-namespace", Error,
        "No two environments have the same namespace of the same cluster",
r"The objects of a service have the same names in each environment. In one namespace they would overwrite each other: the
last apply would decide whether staging or production runs.

To mend it, give one of them another `namespace`. The default is the environment's name.

Wrong: `staging` and `production` both have `cluster: main` and `namespace: shop`

Right: `namespace: shop-staging` and `namespace: shop`";
}

pub fn secret_not_requested(
    request: &str,
    service: &str,
    environment: &str,
    at: Location,
    declared: Location,
) -> Finding {
    Finding::new(
        &SECRET_NOT_HERE,
        at,
        format!("{service} runs in {environment}, for which secret `{request}` is not requested"),
    )
    .label("has no value there")
    .related(declared, "requested for these environments")
    .help(format!("add `{environment}` to the request, or override the variable in that environment"))
}

pub fn not_in_environment(caller: &str, callee: &str, environment: &str, at: Location, disabled: Location) -> Finding {
    Finding::new(&NOT_IN_ENVIRONMENT, at, format!("{caller} calls {callee}, which does not run in {environment}"))
        .label("has no address there")
        .related(disabled, "switched off here")
        .help(format!(
            "let {callee} run there, switch {caller} off there too, or override the variable in that environment"
        ))
}

pub fn scaling(service: &str, environment: &str, min: i32, max: i32, at: Location) -> Finding {
    Finding::new(
        &SCALING,
        at,
        format!("in {environment}, {service} would have at least {min} and at most {max} replicas"),
    )
    .label("min is above max")
    .help("give both `min` and `max`; what an environment does not say stays as the service says it")
}

pub fn promotion_cycle(cycle: &[&str], at: Location) -> Finding {
    let mut path: Vec<&str> = cycle.to_vec();
    path.extend(cycle.first());
    Finding::new(&PROMOTION_CYCLE, at, format!("environments are promoted in a circle: {}", path.join(" -> ")))
        .label("leads back to itself")
        .help("let the first environment have no `promotesFrom`")
}

pub fn shared_namespace(names: [&str; 2], namespace: &str, cluster: &str, at: Location, first: Location) -> Finding {
    let [one, other] = names;
    Finding::new(
        &SHARED_NAMESPACE,
        at,
        format!("environments {one} and {other} are both namespace `{namespace}` of cluster `{cluster}`"),
    )
    .label("the same namespace")
    .related(first, format!("{one} has it"))
    .help(format!("give {other} a `namespace` of its own"))
}
