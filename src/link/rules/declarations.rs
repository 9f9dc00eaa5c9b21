//! Rules about what a repository declares at all, and who answers for it.

use crate::model::kinds::Kind;
use crate::model::{Finding, Location, Name, rules};

rules! {
    DUPLICATE_NAME = "link/duplicate-name", Error,
        "A name is declared once per kind",
r"Others refer to a declaration by its kind and name, so two with the same name leave no way to say which is meant. It
mostly comes from copying a file and not changing its name.

To mend it, rename one of them, or delete the copy.

Wrong: `catalog/shopping/cart.yaml` and `catalog/legacy/cart.yaml` both have `kind: Service` and `name: cart`

Right: `name: cart` and `name: cart-legacy`";

    SECOND_PLATFORM = "link/second-platform", Error,
        "There is one `Platform` declaration",
r"`pavior.yaml` holds the settings of the whole repository: the organisation, who owns the platform, what every object is
labelled with. A second `Platform` would contradict the first.

To mend it, move its settings into `pavior.yaml` and delete it.

Wrong: two documents with `kind: Platform` in `pavior.yaml`

Right: one, with the settings of both";

    NO_PLATFORM = "link/no-platform", Error,
        "The repository has a `pavior.yaml`",
r"`pavior.yaml` at the top of the repository names the organisation and the owners of the platform files. Names of cloud
resources begin with the organisation, so nothing can be compiled without it.

Wrong: a repository with `catalog/` and no `pavior.yaml`

Right: beside `catalog/`, a `pavior.yaml` with

```yaml
apiVersion: pavior.dev/v1
kind: Platform
metadata: {name: platform}
spec:
  organisation: acme
  owners: [platform]
```";

    NOTHING_TO_COMPILE = "link/nothing-to-compile", Warning,
        "There is at least one service and one environment",
r"A unit is one service in one environment. Without a service or without an environment there is none, nothing is
compiled, and a check that passes says nothing. An empty `catalog/` is more often a wrong folder than what was meant.

Wrong: `catalog/` holds teams and services, and nobody declared where they run

Right: beside them, `catalog/environments/staging.yaml` with

```yaml
apiVersion: pavior.dev/v1
kind: Environment
metadata: {name: staging, owner: platform}
spec: {class: staging, provider: kubernetes, domain: staging.example.com}
```";

    MISSING_OWNER = "link/missing-owner", Error,
        "Services, resources, environments and secret requests have an owner",
r"Somebody has to be asked, paged and billed: the owner's team reviews changes, is on call, and pays.

To mend it, name the team that answers for it.

Wrong: `metadata: {name: cart}`

Right: `metadata: {name: cart, owner: shopping}`";

    RENAMED_FROM_EXISTS = "link/renamed-from-exists", Error,
        "A former name is free, and is the former name of one declaration only",
r"`renamedFrom` says that this was once called so, and takes over the data that was kept under that name. When something
else has that name now, or says the same of itself, its data would be taken away from it.

To mend it, delete the old declaration, or drop `renamedFrom` where it is not true.

Wrong: `basket` has `renamedFrom: cart`, and a service `cart` is still declared

Right: `basket` has `renamedFrom: cart`, and nothing is called `cart` any more";
}

pub fn duplicate_name(kind: Kind, name: &Name, at: Location, first: Location) -> Finding {
    Finding::new(&DUPLICATE_NAME, at, format!("{} `{name}` is declared twice", kind.as_str()))
        .label("declared again here")
        .related(first, "first declared here")
        .help("rename one of them, or delete the copy")
}

pub fn second_platform(at: Location, first: Location) -> Finding {
    Finding::new(&SECOND_PLATFORM, at, "a second `Platform` is declared")
        .label("only one may exist")
        .related(first, "the first is here")
        .help("move its settings into the first and delete it")
}

pub fn no_platform(at: Location) -> Finding {
    Finding::new(&NO_PLATFORM, at, "the repository has no `pavior.yaml` with a `Platform` in it")
        .help("`pavior rules link/no-platform` shows one to start from")
}

pub fn nothing_to_compile(kind: Kind, at: Location) -> Finding {
    Finding::new(&NOTHING_TO_COMPILE, at, format!("no {} is declared", kind.as_str().to_lowercase()))
        .help("declare one below catalog/")
}

pub fn missing_owner(kind: Kind, name: &Name, at: Location) -> Finding {
    Finding::new(&MISSING_OWNER, at, format!("{} `{name}` has no owner", kind.as_str()))
        .label("nobody answers for it")
        .help("add `owner: <team>` to its metadata; teams are declared in catalog/teams/")
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

pub fn renamed_from_claimed(kind: Kind, names: [&str; 2], former: &str, at: Location, other: Location) -> Finding {
    let [first, second] = names;
    Finding::new(
        &RENAMED_FROM_EXISTS,
        at,
        format!("{} `{first}` and `{second}` both say that they were renamed from `{former}`", kind.as_str()),
    )
    .label("said again here")
    .related(other, "first said here")
    .help("drop `renamedFrom` from the one that has no data under the old name")
}
