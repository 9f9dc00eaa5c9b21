//! Rules about `${...}` placeholders, and the settings that go with them.

use super::did_you_mean;
use crate::link::placeholder::{TemplateError, TemplateProblem, UnknownReference};
use crate::model::{Finding, Location, listed, nearest, rules};

rules! {
    MALFORMED_PLACEHOLDER = "link/malformed-placeholder", Error,
        "Placeholders are closed and hold a dotted path",
r"A placeholder is `${`, names with dots between them, and `}`. There are no expressions and no defaults in it.

To mend it, close it or correct its path. A literal `${`, for example in a shell script, is written `$${`.

Wrong: `PORT: ${PORT:-8080}`

Right: `PORT: ${services.cart.port}`, or for the shell `PORT: $${PORT:-8080}`";

    UNKNOWN_PLACEHOLDER = "link/unknown-placeholder", Error,
        "A placeholder has one of the known forms",
r"The forms are `${metadata.<field>}`, `${environment.<field>}`, `${resources.<name>.<output>}`, `${services.<name>.host}`,
`${services.<name>.port}`, `${services.<name>.ports.<port>}` and `${secrets.<request>.<KEY>}`. Anything else would reach
the container as it is written, and fail there.

To mend it, use one of them. A literal `${` is written `$${`.

Wrong: `URL: https://shop.${enviroment.domain}`

Right: `URL: https://shop.${environment.domain}`";

    PLACEHOLDER_NOT_READ = "link/placeholder-not-expanded", Error,
        "Placeholders stand only where they are expanded",
r"They are expanded in `variables`, `files.*.content`, `volumes.*.source` and resource `params`. Elsewhere the text would
reach the container as it is written.

To mend it, put the value into a variable and use that: Kubernetes expands `$(NAME)` in `command` and `args`.

Wrong: `args: [--redis, '${resources.carts.host}']`

Right: `variables: {REDIS: '${resources.carts.host}'}` and `args: [--redis, $(REDIS)]`";

    UNKNOWN_RESOURCE = "link/unknown-resource", Error,
        "Placeholders and settings name a resource that the service declares",
r"`${resources.<name>.<output>}` looks the name up under `spec.resources` of the same service, and so do the resources of
`spec.environments`.

To mend it, correct the name, or declare the resource.

Wrong: `REDIS_ADDR: ${resources.cart.host}` with `resources: {carts: {type: redis}}`

Right: `REDIS_ADDR: ${resources.carts.host}` with `resources: {carts: {type: redis}}`";

    UNKNOWN_OUTPUT = "link/unknown-output", Error,
        "A placeholder names an output that the resource type has",
r"Each resource type lists its outputs, such as `host` and `port`; `pavior resource-types <type>` shows them. A resource as
such has no value.

To mend it, name one of them.

Wrong: `REDIS_ADDR: ${resources.carts.address}`

Right: `REDIS_ADDR: ${resources.carts.host}:${resources.carts.port}`";

    UNKNOWN_PORT = "link/unknown-port", Error,
        "A placeholder names a port that the service has",
r"`${services.<name>.ports.<port>}` looks the port up under `spec.service.ports` of the other service, and
`${services.<name>.port}` needs it to have exactly one. A service without ports has no address that could be called.

To mend it, name one of its ports, or let its owners declare one.

Wrong: `CART_PORT: ${services.cart.port}` where cart has the ports `grpc` and `metrics`

Right: `CART_PORT: ${services.cart.ports.grpc}`";

    UNKNOWN_SECRET = "link/unknown-secret", Error,
        "A placeholder names a secret request of this service and one of its keys",
r"`${secrets.<request>.<KEY>}` looks for a `SecretRequest` whose `spec.service` is this service, and for the key in its
`spec.keys`. A secret that was granted to another service is not to be had this way.

To mend it, correct the name, or ask for the key in a `SecretRequest`.

Wrong: `API_KEY: ${secrets.gateway.KEY}` with `keys: {API_KEY: ...}`

Right: `API_KEY: ${secrets.gateway.API_KEY}` with `keys: {API_KEY: {description: Opens the payment gateway}}`";

    NOT_A_VOLUME = "link/not-a-volume", Error,
        "A volume's source is a resource that can be mounted",
r"What is mounted has to outlive the container, so it is a resource: one whose type has a `claim`, such as `volume`.

To mend it, declare the resource and name it as a whole, without an output.

Wrong: `volumes: {/data: {source: data}}`

Right: `volumes: {/data: {source: '${resources.data}'}}` with `resources: {data: {type: volume}}`";
}

pub fn malformed_placeholder(error: &TemplateError, at: Location) -> Finding {
    let message = match error.problem {
        TemplateProblem::Unclosed => "a placeholder is not closed".to_owned(),
        TemplateProblem::EmptyStep => "a placeholder has an empty name in it".to_owned(),
        TemplateProblem::Character(c) => format!("a placeholder holds `{}`", c.escape_debug()),
    };
    let help = match error.problem {
        TemplateProblem::Unclosed => "close it with `}`, or write `$${` for a literal `${`",
        TemplateProblem::EmptyStep => "write names with single dots between them, such as `${resources.db.host}`",
        TemplateProblem::Character(_) => {
            "names hold letters, digits, `-` and `_`; there are no expressions, and a literal `${` is written `$${`"
        }
    };
    Finding::new(&MALFORMED_PLACEHOLDER, at, message).label("here").help(help)
}

pub fn unknown_placeholder(written: &str, unknown: &UnknownReference, at: Location) -> Finding {
    let message = match unknown.written.as_str() {
        "" => format!("`{written}` is incomplete"),
        step => format!("`{written}` refers to `{step}`, which does not exist"),
    };
    let finding = Finding::new(&UNKNOWN_PLACEHOLDER, at, message).label("cannot be resolved");
    let finding =
        did_you_mean(finding, written, &unknown.written, nearest(&unknown.written, unknown.known.iter().copied()));
    let finding = match unknown.known.as_slice() {
        [] => finding,
        known => finding.help(format!("known here: {}", listed(known.iter().copied(), 10))),
    };
    finding.help(format!("the form is `{}`; a literal `${{` is written `$${{`", unknown.form))
}

pub fn placeholder_not_expanded(field: &str, at: Location) -> Finding {
    Finding::new(&PLACEHOLDER_NOT_READ, at, format!("placeholders are not expanded in `{field}`"))
        .label("would stay as it is written")
        .help("put the value into `variables` and refer to it as `$(NAME)` in `command` or `args`")
}

/// `service` declares `known`; the placeholder `written` names something else.
pub fn unknown_resource<'a>(
    written: &str,
    name: &str,
    service: &str,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
    declared: Location,
) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_RESOURCE, at, format!("`{written}` names a resource that {service} does not declare"))
            .label("no such resource");
    let finding = match known.as_slice() {
        [] => return finding.help(format!("declare it under `spec.resources` of {service}")),
        [_] => finding.related(declared, "the only resource of this service"),
        [_, _, ..] => finding.related(declared, "resources are declared here"),
    };
    match nearest(name, known.iter().copied()) {
        Some(near) => did_you_mean(finding, written, name, Some(near)),
        None => finding.help(format!("{service} declares {}", listed(known.iter().copied(), 8))),
    }
}

/// An environment's settings name a resource that the service does not declare.
pub fn unknown_setting<'a>(name: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding = Finding::new(&UNKNOWN_RESOURCE, at, format!("settings for resource `{name}`, which is not declared"))
        .label("no such resource");
    did_you_mean(finding, name, name, nearest(name, known.iter().copied()))
        .help(format!("resources of this service: {}", listed(known.iter().copied(), 8)))
}

pub fn unknown_output<'a>(
    written: &str,
    output: &str,
    kind: &str,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_OUTPUT, at, format!("`{written}` names output `{output}`, which `{kind}` does not have"))
            .label("no such output");
    did_you_mean(finding, written, output, nearest(output, known.iter().copied()))
        .help(format!("outputs of `{kind}`: {}", listed(known.iter().copied(), 12)))
}

/// `${resources.db}` where a text is needed.
pub fn resource_without_output<'a>(
    written: &str,
    kind: &str,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    Finding::new(&UNKNOWN_OUTPUT, at, format!("`{written}` names a resource, but no output of it"))
        .label("which output?")
        .help(format!("outputs of `{kind}`: {}", listed(known, 12)))
}

pub fn no_ports(written: &str, service: &str, at: Location) -> Finding {
    Finding::new(&UNKNOWN_PORT, at, format!("`{written}` names an address of {service}, which has no ports"))
        .label("cannot be called")
        .help(format!("declare a port under `spec.service.ports` of {service}"))
}

pub fn which_port<'a>(written: &str, service: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    Finding::new(&UNKNOWN_PORT, at, format!("`{written}` could be any of {} ports of {service}", known.len()))
        .label("which one?")
        .help(format!("write `${{services.{service}.ports.<name>}}` with one of {}", listed(known, 8)))
}

pub fn unknown_port<'a>(
    written: &str,
    service: &str,
    port: &str,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let message = format!("`{written}` names port `{port}`, which {service} does not have");
    let finding = Finding::new(&UNKNOWN_PORT, at, message).label("no such port");
    did_you_mean(finding, written, port, nearest(port, known.iter().copied()))
        .help(format!("ports of {service}: {}", listed(known.iter().copied(), 8)))
}

pub fn unknown_secret_request<'a>(
    written: &str,
    request: &str,
    service: &str,
    at: Location,
    own: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let own: Vec<&str> = own.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_SECRET, at, format!("`{written}` names a secret that {service} has not requested"))
            .label("no such request");
    let finding = did_you_mean(finding, written, request, nearest(request, own.iter().copied()));
    match own.as_slice() {
        [] => finding.help(format!("declare a `SecretRequest` with `service: {service}`")),
        own => finding.help(format!("requests of {service}: {}", listed(own.iter().copied(), 8))),
    }
}

pub fn unknown_secret_key<'a>(
    written: &str,
    key: &str,
    request: &str,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
    declared: Location,
) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_SECRET, at, format!("`{written}` names key `{key}`, which `{request}` does not have"))
            .label("no such key")
            .related(declared, "keys are requested here");
    did_you_mean(finding, written, key, nearest(key, known.iter().copied()))
        .help(format!("keys of `{request}`: {}", listed(known.iter().copied(), 8)))
}

pub fn not_a_volume(written: &str, at: Location) -> Finding {
    Finding::new(&NOT_A_VOLUME, at, format!("`{written}` is no volume"))
        .label("cannot be mounted")
        .help("write `${resources.<name>}` with a resource of type `volume`")
}
