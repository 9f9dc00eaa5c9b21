//! Rules about names in declarations: each is that of something that is declared.

use super::did_you_mean;
use crate::model::{Finding, Location, listed, nearest, rules};

rules! {
    UNKNOWN_TEAM = "link/unknown-owner", Error,
        "Owners and approvers are declared teams",
r"An owner who does not exist is nobody: no review, no page, no budget.

To mend it, correct the name, or declare the team in `catalog/teams/`.

Wrong: `owner: paymets`

Right: `owner: payments`, with `catalog/teams/payments.yaml`";

    UNKNOWN_ENVIRONMENT = "link/unknown-environment", Error,
        "Environments that are named are declared",
r"Settings for an environment that does not exist would be lost without a word, and a promotion from it never happens.

To mend it, correct the name, or declare the environment in `catalog/environments/`.

Wrong: `environments: {prod: {scaling: {min: 4}}}` where the environment is called `production`

Right: `environments: {production: {scaling: {min: 4}}}`";

    UNKNOWN_SERVICE = "link/unknown-service", Error,
        "Services that are named are declared",
r"A reference to a service that does not exist cannot become a host name, a network policy or an edge of the graph.

To mend it, correct the name, or declare the service.

Wrong: `CART_ADDR: ${services.crat.host}:${services.crat.port}`

Right: `CART_ADDR: ${services.cart.host}:${services.cart.port}`";

    UNKNOWN_RESOURCE_TYPE = "link/unknown-resource-type", Error,
        "Resource types that are asked for exist",
r"A resource is realised by its type: a file of the platform team that says what it becomes with each provider. Without
one, nothing can be made.

To mend it, choose one that `pavior resource-types` lists. The platform team adds types in `golden-paths/resources/`.

Wrong: `resources: {db: {type: postgress}}`

Right: `resources: {db: {type: postgres}}`";

    UNKNOWN_CONTAINER = "link/unknown-container", Error,
        "Settings, jobs and `before` name a container that the service has",
r"Settings for a container that does not exist would be lost without a word, a job without an image cannot run, and a
container cannot come before one that never starts.

To mend it, use a name under `spec.containers` of the same service.

Wrong: `containers: {main: {...}}` and `environments: {staging: {containers: {app: {image: ...}}}}`

Right: `containers: {main: {...}}` and `environments: {staging: {containers: {main: {image: ...}}}}`";

    UNKNOWN_API = "link/unknown-api", Error,
        "APIs that are consumed are provided by somebody",
r"`spec.apis.consumes` names APIs that another service lists under `spec.apis.provides`. The portal and the owners of an
API learn from it who would notice a change.

To mend it, correct the name, or let the provider list its API.

Wrong: `consumes: [cart-apy]`

Right: `consumes: [cart-api]`, and in the provider `provides: [{name: cart-api, format: grpc}]`";

    DUPLICATE_API = "link/duplicate-api", Error,
        "An API is provided by one service",
r"Consumers name an API, not its provider; with two providers of one name it is open which of them is meant.

To mend it, give each API a name of its own.

Wrong: `cart` and `basket` both have `provides: [{name: cart-api, format: grpc}]`

Right: `provides: [{name: cart-api, format: grpc}]` and `provides: [{name: basket-api, format: grpc}]`";
}

pub fn unknown_team(subject: &str, role: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding = Finding::new(&UNKNOWN_TEAM, at, format!("{subject} {role} team `{name}`, which does not exist"))
        .label("no such team");
    did_you_mean(finding, name, name, suggestion.as_deref()).help("teams are declared in catalog/teams/")
}

pub fn unknown_environment(subject: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding =
        Finding::new(&UNKNOWN_ENVIRONMENT, at, format!("{subject} names environment `{name}`, which does not exist"))
            .label("no such environment");
    did_you_mean(finding, name, name, suggestion.as_deref()).help("environments are declared in catalog/environments/")
}

/// `written` is what stands at the place: the name, or the placeholder that holds it.
pub fn unknown_service(subject: &str, written: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding = Finding::new(&UNKNOWN_SERVICE, at, format!("{subject} names service `{name}`, which does not exist"))
        .label("no such service");
    match suggestion {
        Some(near) => did_you_mean(finding, written, name, Some(&near)),
        None => finding.help("declare it below catalog/, or name a service that is declared"),
    }
}

pub fn unknown_resource_type(subject: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding =
        Finding::new(&UNKNOWN_RESOURCE_TYPE, at, format!("{subject} is of type `{name}`, which does not exist"))
            .label("no such resource type");
    did_you_mean(finding, name, name, suggestion.as_deref()).help("`pavior resource-types` lists what can be asked for")
}

pub fn unknown_container<'a>(name: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_CONTAINER, at, format!("there is no container `{name}`")).label("no such container");
    did_you_mean(finding, name, name, nearest(name, known.iter().copied()))
        .help(format!("containers of this service: {}", listed(known.iter().copied(), 8)))
}

pub fn unknown_api<'a>(name: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let finding = Finding::new(&UNKNOWN_API, at, format!("nobody provides an API named `{name}`")).label("no such API");
    did_you_mean(finding, name, name, nearest(name, known)).help("providers list their APIs under `spec.apis.provides`")
}

pub fn duplicate_api(name: &str, at: Location, first: Location) -> Finding {
    Finding::new(&DUPLICATE_API, at, format!("API `{name}` is provided twice"))
        .label("provided again here")
        .related(first, "first provided here")
        .help("give each API a name of its own")
}
