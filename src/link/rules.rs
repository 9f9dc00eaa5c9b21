//! Rules of linking, and the sentences that their findings say.

use super::placeholder::{TemplateError, TemplateProblem, UnknownReference};
use crate::model::kinds::Kind;
use crate::model::{Finding, Location, Name, Span, listed, nearest, rules};

rules! {
    NO_IMAGE = "link/no-image", Error,
        "A container has an image in every environment that it runs in",
        "In a Score file, `image: .` means that the image is given from outside. Give it for an environment:\n\n```yaml\nspec:\n  score: ./score.yaml\n  environments:\n    staging:\n      containers: {main: {image: ghcr.io/acme/cart:1.4.0}}\n```\n\nor for one run: `pavior compile --image cart/main=ghcr.io/acme/cart:1.4.0`.";
    DUPLICATE_NAME = "link/duplicate-name", Error,
        "A name is declared once per kind",
        "Others refer to a declaration by its kind and name, so two with the same name leave no way to say which is meant.\n\nRename one of them, or delete the copy.";
    SECOND_PLATFORM = "link/second-platform", Error,
        "There is one `Platform` declaration",
        "`pavior.yaml` holds the settings of the whole repository. A second `Platform` would contradict it. Keep one.";
    NO_PLATFORM = "link/no-platform", Error,
        "The repository has a `pavior.yaml`",
        "`pavior.yaml` at the top of the repository names the organisation and the owners of the platform files. Names of cloud resources begin with the organisation.\n\n```yaml\napiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: platform}\nspec:\n  organisation: acme\n  owners: [platform]\n```";
    MISSING_OWNER = "link/missing-owner", Error,
        "Services, resources, environments and secret requests have an owner",
        "Somebody has to be asked, paged and billed. Name a team:\n\n```yaml\nmetadata:\n  name: cart\n  owner: shopping\n```";
    UNKNOWN_TEAM = "link/unknown-owner", Error,
        "Owners and approvers are declared teams",
        "An owner who does not exist is nobody: no review, no page, no budget.\n\nDeclare the team in `catalog/teams/`, or mend the name.";
    UNKNOWN_ENVIRONMENT = "link/unknown-environment", Error,
        "Environments that are named are declared",
        "Settings for an environment that does not exist would be silently lost. Declare the environment, or mend the name.";
    UNKNOWN_SERVICE = "link/unknown-service", Error,
        "Services that are named are declared",
        "A reference to a service that does not exist cannot become a host, a network policy or an edge of the graph. Declare the service, or mend the name.";
    UNKNOWN_RESOURCE_TYPE = "link/unknown-resource-type", Error,
        "Resource types that are asked for exist",
        "`pavior resource-types` lists what can be asked for. The platform team adds types in `golden-paths/resources/`.";
    UNKNOWN_RESOURCE = "link/unknown-resource", Error,
        "A placeholder names a resource that the service declares",
        "`${resources.<name>.<output>}` looks the name up under `spec.resources` of the same service.\n\n```yaml\nspec:\n  containers:\n    main:\n      variables: {REDIS_ADDR: \"${resources.carts.host}:${resources.carts.port}\"}\n  resources:\n    carts: {type: redis}\n```";
    UNKNOWN_OUTPUT = "link/unknown-output", Error,
        "A placeholder names an output that the resource type has",
        "Each resource type lists its outputs; `pavior resource-types <type>` shows them.";
    UNKNOWN_PLACEHOLDER = "link/unknown-placeholder", Error,
        "A placeholder names something that exists",
        "Placeholders are `${metadata.<field>}`, `${environment.<field>}`, `${resources.<name>.<output>}`, `${services.<name>.host}`, `${services.<name>.port}`, `${services.<name>.ports.<port>}` and `${secrets.<request>.<KEY>}`. A literal `${` is written `$${`.";
    MALFORMED_PLACEHOLDER = "link/malformed-placeholder", Error,
        "Placeholders are closed and hold a dotted path",
        "A placeholder is `${`, names with dots between them, and `}`. No spaces inside, no expressions, no defaults. A literal `${` is written `$${`, for example in a shell script: `$${HOME}`.";
    PLACEHOLDER_NOT_READ = "link/placeholder-not-expanded", Error,
        "Placeholders stand only where they are expanded",
        "They are expanded in `variables`, `files.*.content`, `volumes.*.source` and resource `params`. Elsewhere the text would reach the container as it is written.\n\nPut the value into a variable and use that: Kubernetes expands `$(NAME)` in `command` and `args`.";
    UNKNOWN_PORT = "link/unknown-port", Error,
        "A placeholder names a port that the service has",
        "`${services.<name>.ports.<port>}` looks the port up under `spec.service.ports` of the other service; `${services.<name>.port}` needs it to have exactly one.";
    UNKNOWN_SECRET = "link/unknown-secret", Error,
        "A placeholder names a secret request of this service and one of its keys",
        "`${secrets.<request>.<KEY>}` looks for a `SecretRequest` whose `spec.service` is this service, and for the key in its `spec.keys`.";
    SECRET_NOT_HERE = "link/secret-not-requested", Error,
        "A secret is requested for every environment that the service runs in",
        "The service runs in an environment for which the secret was not requested, so its value would be missing there. Add the environment to `spec.environments` of the `SecretRequest`, or override the variable in that environment.";
    UNKNOWN_CONTAINER = "link/unknown-container", Error,
        "Settings name a container that the service has",
        "Settings for a container that does not exist would be silently lost.";
    UNKNOWN_API = "link/unknown-api", Error,
        "APIs that are consumed are provided by somebody",
        "`spec.apis.consumes` names APIs that another service lists under `spec.apis.provides`.";
    DUPLICATE_API = "link/duplicate-api", Error,
        "An API is provided by one service",
        "Consumers name an API, not its provider; two providers of one name leave it open which is meant.";
    SCALING = "link/scaling", Error,
        "After an environment's settings, `min` is at most `max`",
        "Scaling is merged field by field: what an environment does not say stays as the service says it. Give both `min` and `max` there.";
    CONFLICTING_SHARE = "link/conflicting-share", Error,
        "All who share a resource ask for the same",
        "Equal `type` and `id` is one resource. It can have one class and one set of params. Declare it once as a `Resource` with an owner, and leave class and params to that.";
    OWNERLESS_SHARE = "link/shared-without-owner", Error,
        "A resource that several teams share has an owner of its own",
        "When services of different teams ask for the same `id`, nobody is responsible for it. Declare it:\n\n```yaml\napiVersion: pavior.dev/v1\nkind: Resource\nmetadata: {name: orders, owner: payments}\nspec: {type: postgres, class: small}\n```";
    NOT_A_CONSUMER = "link/not-a-consumer", Error,
        "A shared resource is used by those whom its owner lets in",
        "The `Resource` lists its `consumers`. Ask its owner to add the service.";
    NOT_IN_ENVIRONMENT = "link/not-in-environment", Error,
        "A service calls only services that run in the same environments",
        "A callee that is disabled in an environment has no address there. Enable it there, disable the caller too, or override the variable for that environment.";
    DEPENDENCY_CYCLE = "link/dependency-cycle", Warning,
        "Services do not depend on each other in a circle",
        "Units are applied in the order of their dependencies; in a circle there is no first. Circles also fail together. They are applied side by side until one edge is cut.";
    PROMOTION_CYCLE = "link/promotion-cycle", Error,
        "Environments are promoted in one direction",
        "`promotesFrom` has to lead to a first environment.";
    UNUSED_RESOURCE = "link/unused-resource", Warning,
        "Every resource that is declared is used",
        "No placeholder or volume names it, so it costs money and serves nobody. Use one of its outputs, or delete it.";
    UNUSED_SECRET = "link/unused-secret", Warning,
        "Every secret key that is requested is used",
        "A secret that nobody reads should not exist. Use it as `${secrets.<request>.<KEY>}`, or delete the key.";
    REDUNDANT_DEPENDENCY = "link/redundant-dependency", Warning,
        "`dependsOn` holds only what the compiler cannot see",
        "A placeholder already says that the service is called, so the entry adds nothing and can go stale.";
    UNDECLARED_DEPENDENCY = "link/undeclared-dependency", Error,
        "A service is addressed by a placeholder, not by its literal host and port",
        "A literal address makes no edge in the graph: the network policy would refuse the connection, and nobody would know of the dependency. Write `${services.<name>.host}:${services.<name>.port}`.";
    UNDECLARED_API = "link/undeclared-api", Warning,
        "Who consumes APIs lists all that it calls",
        "The service lists some APIs under `apis.consumes`, yet calls a service whose API is not among them.";
    UNUSED_API = "link/unused-api", Warning,
        "Every API that is consumed is called",
        "No placeholder or `dependsOn` names the provider, so the list has gone stale.";
    DEPRECATED_DEPENDENCY = "link/deprecated-dependency", Warning,
        "Nothing new depends on a deprecated service",
        "The service says that it is on its way out. Ask its owner what replaces it.";
    RENAMED_FROM_EXISTS = "link/renamed-from-exists", Error,
        "A former name is free",
        "`renamedFrom` says that this was once called so. When something else has that name now, moving its data here would take it away from the other.";
    SELF_REFERENCE = "link/self-reference", Error,
        "A service does not refer to itself as a dependency",
        "A service that waits for itself never starts. Use `localhost` inside the pod.";
    NOT_A_VOLUME = "link/not-a-volume", Error,
        "A volume's source is a resource that can be mounted",
        "Write `${resources.<name>}` with a resource of type `volume` (one whose provisioners have a `claim`).";
    NOTHING_TO_COMPILE = "link/nothing-to-compile", Warning,
        "There is at least one service and one environment",
        "Without a service and an environment nothing is compiled.";
}

fn did_you_mean(finding: Finding, suggestion: Option<&str>) -> Finding {
    match suggestion {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    }
}

pub fn duplicate_name(kind: Kind, name: &Name, at: Location, first: Location) -> Finding {
    Finding::new(&DUPLICATE_NAME, at, format!("{} `{name}` is declared twice", kind.as_str()))
        .label("declared again here")
        .related(first, "first declared here")
        .help("rename one of them, or delete the copy")
}

pub fn no_image(service: &str, container: &str, environment: &str, at: Location) -> Finding {
    Finding::new(&NO_IMAGE, at, format!("container {container} of {service} has no image in environment {environment}"))
        .label("`.`: given from outside")
        .help(format!("set `environments.{environment}.containers.{container}.image` of the service"))
        .help(format!("or give it to this run: `--image {service}/{container}=<image>`"))
}

pub fn second_platform(at: Location, first: Location) -> Finding {
    Finding::new(&SECOND_PLATFORM, at, "a second `Platform` is declared")
        .label("only one may exist")
        .related(first, "the first is here")
        .help("keep the one in pavior.yaml")
}

pub fn no_platform(at: Location) -> Finding {
    Finding::new(&NO_PLATFORM, at, "the repository has no `pavior.yaml` with a `Platform` in it")
        .help("`pavior rules link/no-platform` shows one to start from")
}

pub fn missing_owner(kind: Kind, name: &Name, at: Location) -> Finding {
    Finding::new(&MISSING_OWNER, at, format!("{} `{name}` has no owner", kind.as_str()))
        .label("nobody answers for it")
        .help("add `owner: <team>` to its metadata; teams are declared in catalog/teams/")
}

pub fn unknown_team(subject: &str, role: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding = Finding::new(&UNKNOWN_TEAM, at, format!("{subject} {role} team `{name}`, which does not exist"))
        .label("no such team");
    let finding = did_you_mean(finding, suggestion.as_deref());
    finding.help("teams are declared in catalog/teams/")
}

pub fn unknown_environment(subject: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding =
        Finding::new(&UNKNOWN_ENVIRONMENT, at, format!("{subject} names environment `{name}`, which does not exist"))
            .label("no such environment");
    did_you_mean(finding, suggestion.as_deref()).help("environments are declared in catalog/environments/")
}

pub fn unknown_service(subject: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding = Finding::new(&UNKNOWN_SERVICE, at, format!("{subject} names service `{name}`, which does not exist"))
        .label("no such service");
    did_you_mean(finding, suggestion.as_deref())
}

pub fn unknown_resource_type(subject: &str, name: &str, at: Location, suggestion: Option<String>) -> Finding {
    let finding =
        Finding::new(&UNKNOWN_RESOURCE_TYPE, at, format!("{subject} is of type `{name}`, which does not exist"))
            .label("no such resource type");
    did_you_mean(finding, suggestion.as_deref()).help("`pavior resource-types` lists what can be asked for")
}

/// `service` declares `known`; the placeholder `written` names something else.
pub fn unknown_resource<'a>(
    written: &str,
    name: &str,
    service: &str,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
    declared: Option<Location>,
) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_RESOURCE, at, format!("`{written}` names a resource that {service} does not declare"));
    match (nearest(name, known.iter().copied()), declared, known.as_slice()) {
        (_, _, []) => finding.help(format!("declare it under `spec.resources` of {service}")),
        (near, declared, known) => {
            let finding = match (declared, known) {
                (Some(declared), [_]) => finding.related(declared, "the only resource of this service"),
                (Some(declared), _) => finding.related(declared, "resources are declared here"),
                (None, _) => finding,
            };
            match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("{service} declares {}", listed(known.iter().copied(), 8))),
            }
        }
    }
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
    did_you_mean(finding, nearest(output, known.iter().copied()))
        .help(format!("outputs of `{kind}`: {}", listed(known.iter().copied(), 12)))
}

pub fn unknown_placeholder(written: &str, unknown: &UnknownReference, at: Location) -> Finding {
    let message = match unknown.written.as_str() {
        "" => format!("`{written}` is incomplete"),
        step => format!("`{written}` refers to `{step}`, which does not exist"),
    };
    let finding = Finding::new(&UNKNOWN_PLACEHOLDER, at, message).label("cannot be resolved");
    let finding = did_you_mean(finding, nearest(&unknown.written, unknown.known.iter().copied()));
    let finding = match unknown.known.as_slice() {
        [] => finding,
        known => finding.help(format!("known here: {}", listed(known.iter().copied(), 10))),
    };
    finding.help(format!("the form is `{}`; a literal `${{` is written `$${{`", unknown.form))
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

pub fn placeholder_not_expanded(field: &str, at: Location) -> Finding {
    Finding::new(&PLACEHOLDER_NOT_READ, at, format!("placeholders are not expanded in `{field}`"))
        .label("would stay as it is written")
        .help("put the value into `variables` and refer to it as `$(NAME)` in `command` or `args`")
}

pub fn unknown_port<'a>(
    written: &str,
    service: &str,
    port: Option<&str>,
    at: Location,
    known: impl IntoIterator<Item = &'a str>,
) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    match (port, known.as_slice()) {
        (_, []) => Finding::new(&UNKNOWN_PORT, at, format!("`{written}` asks for a port, but {service} has none"))
            .label("no port to call")
            .help(format!("declare it under `spec.service.ports` of {service}")),
        (None, known) => {
            Finding::new(&UNKNOWN_PORT, at, format!("`{written}` could be any of {} ports of {service}", known.len()))
                .label("which one?")
                .help(format!(
                    "write `${{services.{service}.ports.<name>}}` with one of {}",
                    listed(known.iter().copied(), 8)
                ))
        }
        (Some(port), known) => {
            let finding = Finding::new(
                &UNKNOWN_PORT,
                at,
                format!("`{written}` names port `{port}`, which {service} does not have"),
            )
            .label("no such port");
            did_you_mean(finding, nearest(port, known.iter().copied()))
                .help(format!("ports of {service}: {}", listed(known.iter().copied(), 8)))
        }
    }
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
    let finding = did_you_mean(finding, nearest(request, own.iter().copied()));
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
    did_you_mean(finding, nearest(key, known.iter().copied()))
        .help(format!("keys of `{request}`: {}", listed(known.iter().copied(), 8)))
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

pub fn unknown_container<'a>(name: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding =
        Finding::new(&UNKNOWN_CONTAINER, at, format!("there is no container `{name}`")).label("no such container");
    did_you_mean(finding, nearest(name, known.iter().copied()))
        .help(format!("containers of this service: {}", listed(known.iter().copied(), 8)))
}

/// An environment's settings name a resource that the service does not declare.
pub fn unknown_setting<'a>(name: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let known: Vec<&str> = known.into_iter().collect();
    let finding = Finding::new(&UNKNOWN_RESOURCE, at, format!("settings for resource `{name}`, which is not declared"))
        .label("no such resource");
    did_you_mean(finding, nearest(name, known.iter().copied()))
        .help(format!("resources of this service: {}", listed(known.iter().copied(), 8)))
}

pub fn unknown_api<'a>(name: &str, at: Location, known: impl IntoIterator<Item = &'a str>) -> Finding {
    let finding = Finding::new(&UNKNOWN_API, at, format!("nobody provides an API named `{name}`")).label("no such API");
    did_you_mean(finding, nearest(name, known)).help("providers list their APIs under `spec.apis.provides`")
}

pub fn duplicate_api(name: &str, at: Location, first: Location) -> Finding {
    Finding::new(&DUPLICATE_API, at, format!("API `{name}` is provided twice"))
        .label("provided again here")
        .related(first, "first provided here")
        .help("give each API a name of its own")
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

pub fn conflicting_share(id: &str, what: &str, at: Location, first: Location) -> Finding {
    Finding::new(&CONFLICTING_SHARE, at, format!("shared resource `{id}` is asked for with a different {what}"))
        .label(format!("another {what} than elsewhere"))
        .related(first, "asked for here as well")
        .help("one resource has one type, class and set of params: leave them to its `Resource` declaration, or use another id")
}

pub fn shared_without_owner(id: &str, teams: &[&str], at: Location, other: Location) -> Finding {
    Finding::new(
        &OWNERLESS_SHARE,
        at,
        format!("resource `{id}` is shared by teams {}, and none owns it", listed(teams.iter().copied(), 5)),
    )
    .label("asked for here")
    .related(other, "and here, by another team")
    .help(format!("declare a `Resource` named `{id}` with an owner"))
}

pub fn not_a_consumer(service: &str, id: &str, at: Location, declared: Location) -> Finding {
    Finding::new(&NOT_A_CONSUMER, at, format!("{service} is not a consumer of shared resource `{id}`"))
        .label("not let in")
        .related(declared, "consumers are listed here")
        .help(format!("ask the owner of `{id}` to add `{service}` to its `consumers`"))
}

pub fn not_in_environment(caller: &str, callee: &str, environment: &str, at: Location, disabled: Location) -> Finding {
    Finding::new(&NOT_IN_ENVIRONMENT, at, format!("{caller} calls {callee}, which does not run in {environment}"))
        .label("has no address there")
        .related(disabled, "switched off here")
        .help(format!(
            "let {callee} run there, switch {caller} off there too, or override the variable in that environment"
        ))
}

pub fn dependency_cycle(cycle: &[&str], at: Location) -> Finding {
    let mut path: Vec<&str> = cycle.to_vec();
    path.extend(cycle.first());
    Finding::new(&DEPENDENCY_CYCLE, at, format!("services depend on each other in a circle: {}", path.join(" -> ")))
        .label("one of them")
        .help("cut one edge, for example with a queue; until then they are applied side by side")
}

pub fn promotion_cycle(cycle: &[&str], at: Location) -> Finding {
    let mut path: Vec<&str> = cycle.to_vec();
    path.extend(cycle.first());
    Finding::new(&PROMOTION_CYCLE, at, format!("environments are promoted in a circle: {}", path.join(" -> ")))
        .label("leads back to itself")
        .help("let the first environment have no `promotesFrom`")
}

pub fn unused_resource(service: &str, name: &str, at: Location) -> Finding {
    Finding::new(&UNUSED_RESOURCE, at, format!("nothing in {service} uses its resource `{name}`"))
        .label("declared but not used")
        .help(format!("use an output, such as `${{resources.{name}.host}}`, or delete it"))
}

pub fn unused_secret(request: &str, key: &str, service: &str, at: Location) -> Finding {
    Finding::new(&UNUSED_SECRET, at, format!("nothing in {service} uses key `{key}` of secret `{request}`"))
        .label("requested but not used")
        .help(format!("use it as `${{secrets.{request}.{key}}}`, or delete it"))
}

pub fn redundant_dependency(service: &str, callee: &str, at: Location) -> Finding {
    Finding::new(&REDUNDANT_DEPENDENCY, at, format!("a placeholder already says that {service} calls {callee}"))
        .label("adds nothing")
        .help("delete the entry")
}

pub fn undeclared_dependency(
    service: &str,
    callee: &str,
    port: &str,
    written: &str,
    at: Location,
    span: Option<Span>,
) -> Finding {
    let replacement = format!("${{services.{callee}.host}}:${{services.{callee}.{port}}}");
    let finding =
        Finding::new(&UNDECLARED_DEPENDENCY, at, format!("{service} addresses {callee} by the literal `{written}`"))
            .label("makes no edge in the graph")
            .help(format!("write `{replacement}`, so that the connection is known and let through"));
    match span {
        Some(span) => finding.fix(span, replacement),
        None => finding,
    }
}

pub fn undeclared_api(service: &str, provider: &str, apis: &[&str], at: Location) -> Finding {
    Finding::new(
        &UNDECLARED_API,
        at,
        format!(
            "{service} calls {provider}, but does not list {} among the APIs it consumes",
            listed(apis.iter().copied(), 3)
        ),
    )
    .label("incomplete")
    .help("add it to `spec.apis.consumes`")
}

pub fn unused_api(service: &str, api: &str, provider: &str, at: Location) -> Finding {
    Finding::new(&UNUSED_API, at, format!("{service} consumes API `{api}`, but never calls its provider {provider}"))
        .label("declared but not used")
        .help(format!(
            "call it through `${{services.{provider}.host}}`, add `{provider}` to `dependsOn`, or delete the entry"
        ))
}

pub fn deprecated_dependency(service: &str, callee: &str, at: Location, declared: Location) -> Finding {
    Finding::new(&DEPRECATED_DEPENDENCY, at, format!("{service} depends on {callee}, which is deprecated"))
        .label("on its way out")
        .related(declared, "deprecated here")
        .help("ask its owner what replaces it")
}

pub fn renamed_from_exists(kind: Kind, name: &str, former: &str, at: Location, other: Location) -> Finding {
    Finding::new(
        &RENAMED_FROM_EXISTS,
        at,
        format!("{} `{name}` was renamed from `{former}`, which exists", kind.as_str()),
    )
    .label("this name is taken")
    .related(other, "by this declaration")
    .help("delete the old declaration, or drop `renamedFrom`")
}

pub fn self_reference(service: &str, at: Location) -> Finding {
    Finding::new(&SELF_REFERENCE, at, format!("{service} depends on itself"))
        .label("itself")
        .help("inside a pod, use `localhost`")
}

pub fn not_a_volume(written: &str, at: Location) -> Finding {
    Finding::new(&NOT_A_VOLUME, at, format!("`{written}` is no volume"))
        .label("cannot be mounted")
        .help("write `${resources.<name>}` with a resource of type `volume`")
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

pub fn nothing_to_compile(what: &str, at: Location) -> Finding {
    Finding::new(&NOTHING_TO_COMPILE, at, format!("no {what} is declared")).help("declare one below catalog/")
}

#[cfg(test)]
mod tests {
    #[test]
    fn rule_ids_are_unique() {
        let mut ids: Vec<&str> = super::ALL.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
