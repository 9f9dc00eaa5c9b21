//! Rules about who depends on whom: what is not declared, not used, or not wise.

use crate::model::{Finding, Location, Span, listed, rules};

rules! {
    DEPENDENCY_CYCLE = "link/dependency-cycle", Warning,
        "Services do not depend on each other in a circle",
r"Units are applied in the order of their dependencies; in a circle there is no first, so those in it are applied side by
side. Services in a circle also fail together, and none of them can be started alone.

To mend it, cut one edge: with a queue or topic between the two, or by moving what both need into a third service.

Wrong: `cart` uses `${services.checkout.host}`, `checkout` uses `${services.cart.host}`

Right: `checkout` uses `${services.cart.host}`, and tells `cart` of orders through a topic";

    SELF_REFERENCE = "link/self-reference", Error,
        "A service does not depend on itself",
r"What is in `dependsOn` is applied before the service. A service that waits for itself never starts.

To mend it, delete the entry. Containers of one pod reach each other at `localhost`.

Wrong: `cart` has `dependsOn: [cart]`

Right: `cart` has no such entry";

    UNUSED_RESOURCE = "link/unused-resource", Warning,
        "Every resource that is declared is used",
r"No placeholder and no volume names the resource, so it costs money and serves nobody.

To mend it, use one of its outputs, mount it, or delete it.

Wrong: `resources: {carts: {type: redis}}`, and no container mentions `carts`

Right: `resources: {carts: {type: redis}}` and `REDIS_ADDR: ${resources.carts.host}:${resources.carts.port}`";

    UNUSED_SECRET = "link/unused-secret", Warning,
        "Every secret key that is requested is used",
r"A secret that nobody reads still can leak: it should not exist.

To mend it, use it as `${secrets.<request>.<KEY>}`, or delete the key from the request.

Wrong: a request `gateway` with `keys: {API_KEY: ..., OLD_KEY: ...}`, and nothing uses `OLD_KEY`

Right: `keys: {API_KEY: ...}`, and in the service `API_KEY: ${secrets.gateway.API_KEY}`";

    REDUNDANT_DEPENDENCY = "link/redundant-dependency", Warning,
        "`dependsOn` holds only what the compiler cannot see",
r"A placeholder already says that the service is called, so the entry adds nothing. It stays behind when the call goes, and
then says something that is not true.

To mend it, delete the entry.

Wrong: `CART_ADDR: ${services.cart.host}:7070` and `dependsOn: [cart]`

Right: `CART_ADDR: ${services.cart.host}:7070` alone";

    UNDECLARED_DEPENDENCY = "link/undeclared-dependency", Error,
        "A service is addressed by a placeholder, not by its literal host and port",
r"A literal address makes no edge in the graph: the network policy would refuse the connection, nobody would know of the
dependency, and a changed port would not be noticed.

To mend it, write the address with placeholders. The fix does it.

Wrong: `CART_ADDR: cart:7070`

Right: `CART_ADDR: ${services.cart.host}:${services.cart.port}`";

    UNDECLARED_API = "link/undeclared-api", Warning,
        "Who consumes APIs lists all that it calls",
r"A service that lists some APIs under `apis.consumes` is taken to list all. This one calls a service whose APIs are not
among them, so the owner of that API would not know whom a change breaks.

To mend it, add the API.

Wrong: `consumes: [ads-api]` beside `CART_ADDR: ${services.cart.host}:7070`, where cart provides `cart-api`

Right: `consumes: [ads-api, cart-api]`";

    UNUSED_API = "link/unused-api", Warning,
        "Every API that is consumed is called",
r"No placeholder and no `dependsOn` names the provider of the API, so the entry has gone stale, or the call is hidden.

To mend it, delete the entry, or show the call.

Wrong: `consumes: [cart-api]`, and nothing mentions `${services.cart.host}`

Right: `consumes: [cart-api]` and `CART_ADDR: ${services.cart.host}:${services.cart.port}`";

    DEPRECATED_DEPENDENCY = "link/deprecated-dependency", Warning,
        "Nothing new depends on a deprecated service",
r"A service with `lifecycle: deprecated` is on its way out. Each new caller makes it stay longer.

To mend it, ask its owner what replaces it and call that.

Wrong: `CART_ADDR: ${services.cart-v1.host}:7070`, where cart-v1 has `lifecycle: deprecated`

Right: `CART_ADDR: ${services.cart.host}:7070`";
}

/// One shortest circle; `edges` are the places where each member names the next.
pub fn dependency_cycle(cycle: &[&str], others: &[&str], edges: Vec<Location>) -> Option<Finding> {
    let mut path: Vec<&str> = cycle.to_vec();
    path.extend(cycle.first());
    let mut edges = edges.into_iter().zip(path.windows(2).map(|edge| format!("{} needs {}", edge[0], edge[1])));
    let (at, label) = edges.next()?;
    let message = format!("services depend on each other in a circle: {}", path.join(" -> "));
    let mut finding = Finding::new(&DEPENDENCY_CYCLE, at, message).label(label);
    for (at, label) in edges {
        finding = finding.related(at, label);
    }
    let finding = finding.help("cut one edge, for example with a queue; until then they are applied side by side");
    Some(match others {
        [] => finding,
        others => finding.help(format!("in circles with them: {}", listed(others.iter().copied(), 8))),
    })
}

pub fn self_reference(service: &str, at: Location) -> Finding {
    Finding::new(&SELF_REFERENCE, at, format!("{service} depends on itself"))
        .label("itself")
        .help("delete the entry; inside a pod, use `localhost`")
}

/// `use_it` shows how.
pub fn unused_resource(service: &str, name: &str, use_it: &str, at: Location) -> Finding {
    Finding::new(&UNUSED_RESOURCE, at, format!("nothing in {service} uses its resource `{name}`"))
        .label("declared but not used")
        .help(format!("{use_it}, or delete it"))
}

pub fn unused_secret(request: &str, key: &str, service: &str, at: Location) -> Finding {
    Finding::new(&UNUSED_SECRET, at, format!("nothing in {service} uses key `{key}` of secret `{request}`"))
        .label("requested but not used")
        .help(format!("use it as `${{secrets.{request}.{key}}}`, or delete it"))
}

pub fn redundant_dependency(service: &str, callee: &str, at: Location, shown: Location) -> Finding {
    Finding::new(&REDUNDANT_DEPENDENCY, at, format!("a placeholder already says that {service} calls {callee}"))
        .label("adds nothing")
        .related(shown, "this says it")
        .help("delete the entry")
}

pub fn undeclared_dependency(
    service: &str,
    callee: &str,
    replacement: &str,
    written: &str,
    at: Location,
    span: Option<Span>,
) -> Finding {
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
