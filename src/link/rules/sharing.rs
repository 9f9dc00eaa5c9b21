//! Rules about resources that several services share.

use crate::model::{Finding, Location, listed, rules};

rules! {
    CONFLICTING_SHARE = "link/conflicting-share", Error,
        "All who share a resource ask for the same",
r"Equal `id` is one resource for all who ask. It has one type, one class and one set of params, in each environment.

To mend it, declare it once as a `Resource` with an owner, and leave class, params and settings to that; or use another
`id` for what is another resource.

Wrong: `orders: {type: postgres, id: orders, class: small}` in one service, `class: large` in another

Right: `orders: {type: postgres, id: orders}` in both, and a `Resource` named `orders` with `class: large`";

    OWNERLESS_SHARE = "link/shared-without-owner", Error,
        "A resource that several teams share has an owner of its own",
r"When services of different teams ask for the same `id`, nobody is responsible for it: nobody is asked before it changes,
nobody is paged, nobody pays.

To mend it, declare it as a `Resource` of the team that answers for it.

Wrong: `orders: {type: postgres, id: orders}` in services of two teams, and nothing more

Right: the same, and

```yaml
apiVersion: pavior.dev/v1
kind: Resource
metadata: {name: orders, owner: payments}
spec: {type: postgres, class: small}
```";

    NOT_A_CONSUMER = "link/not-a-consumer", Error,
        "A shared resource is used by those whom its owner lets in",
r"A `Resource` that lists its `consumers` is open to those alone, so that its owner decides who reads and writes what is in
it. A `Resource` without the list is open to all.

To mend it, ask its owner to add the service: the change is theirs to review.

Wrong: `checkout` asks for `id: orders`, and `orders` has `consumers: [payment]`

Right: `orders` has `consumers: [payment, checkout]`";
}

pub fn conflicting_share(id: &str, what: &str, at: Location, first: Location) -> Finding {
    Finding::new(&CONFLICTING_SHARE, at, format!("shared resource `{id}` is asked for with a different {what}"))
        .label(format!("another {what} than elsewhere"))
        .related(first, "asked for here as well")
        .help("one resource has one type, class and set of params: leave them to its `Resource` declaration, or use another id")
}

/// A consumer's settings for an environment would change the resource of all others.
pub fn settings_of_consumer(id: &str, environment: &str, at: Location) -> Finding {
    Finding::new(&CONFLICTING_SHARE, at, format!("settings for `{id}`, which is shared, stand in one of its consumers"))
        .label("would change it for all")
        .help(format!("put them into `spec.environments.{environment}` of a `Resource` named `{id}`"))
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
