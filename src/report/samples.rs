//! Reports for the tests of all renderers.

use super::{EnvironmentCount, Inventory, Report};
use crate::model::{Finding, Location, Name, RepoPath, Rule, Severity, Span};
use std::sync::Arc;

pub static UNKNOWN_RESOURCE: Rule = Rule {
    id: "link/unknown-resource",
    severity: Severity::Error,
    summary: "A placeholder names a resource of the service",
    explanation: "A placeholder can only read what the service asks for.\n\nDeclare it under `spec.resources`.",
};
pub static UNUSED_RESOURCE: Rule = Rule {
    id: "link/unused-resource",
    severity: Severity::Warning,
    summary: "Every resource is used",
    explanation: "A resource that nothing reads costs money for nothing.",
};

pub const CART: &str = "\
kind: Service
metadata:
  name: cart
spec:
  containers:
    main:
      variables:
        REDIS_ADDR: ${resources.cart.host}:${resources.carts.port}
      resources: {}
  resources:
    carts: {type: redis, class: small}
";
pub const SHARED: &str = "kind: Resource\nmetadata:\n  name: carts\n";

pub fn path(text: &str) -> RepoPath {
    RepoPath::literal(text)
}

/// The place of the first `part` in a text.
pub fn at(file: &str, text: &str, part: &str) -> Location {
    let start = text.find(part).expect("the part is in the text");
    Location::in_text(path(file), text, Span::new(start, start + part.len()))
}

/// An error with a label in its own and one in another file and a fix, and a warning about a whole file.
pub fn report() -> Report {
    let cart = "catalog/shopping/cart.yaml";
    let shared = "catalog/shopping/shared.yaml";
    let place = at(cart, CART, "${resources.cart.host}");
    let span = at(cart, CART, "cart.host").span.expect("it has a span");
    let error = Finding::new(&UNKNOWN_RESOURCE, place, "`${resources.cart.host}` names a resource that cart lacks")
        .related(at(cart, CART, "carts:"), "the only resource of this service")
        .related(at(shared, SHARED, "carts"), "a shared resource of this name is here")
        .help("did you mean `carts`?")
        .help("resources are declared under `spec.resources`")
        .fix(span, "carts.host");
    let warning = Finding::new(&UNUSED_RESOURCE, Location::file(path(shared)), "nothing in this file is used")
        .label("a file of 3 lines");
    Report { findings: vec![error, warning], ..clean() }
}

pub fn clean() -> Report {
    let sources = [("catalog/shopping/cart.yaml", CART), ("catalog/shopping/shared.yaml", SHARED)];
    let environment = |name: &str, provider, files| EnvironmentCount {
        name: Name::parse(name).expect("a literal name is valid"),
        class: "production",
        provider,
        services: 11,
        resources: 4,
        files,
    };
    Report {
        sources: sources.into_iter().map(|(file, text)| (path(file), Arc::from(text))).collect(),
        files: 31,
        inventory: Inventory {
            teams: 3,
            services: 11,
            resource_types: 10,
            units: 24,
            rules: 80,
            environments: vec![environment("local", "local", 96), environment("production", "aws", 231)],
        },
        ..Report::default()
    }
}
