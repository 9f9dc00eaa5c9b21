//! Names, references, placeholders and the graph: documents become a catalog.
//!
//! What is declared but has mistakes of its own is known by name, so that one mistake is told once, at its place.
//!
//! ```text
//! Index -> references
//!       -> for each service: Usage (texts parsed) -> Links (what they lead to) -> Ties (what stays of it)
//!       -> Graph, Shared -> units
//! ```

mod addresses;
mod apis;
mod catalog;
mod containers;
mod dependencies;
mod environments;
mod graph;
mod index;
mod placeholder;
mod prices;
mod references;
mod resolve;
#[cfg(test)]
mod score_laws;
pub mod rules;
mod sharing;
#[cfg(test)]
mod tests;
mod ties;
mod units;
mod usage;
mod waiting;

pub use catalog::{Callee, Catalog, ServiceUnit, Unit, UnitContainer, UnitResource};
pub use graph::Graph;
pub use placeholder::{EnvironmentField, MetadataField, ROOTS, Reference, Template, TemplatePart};
pub use prices::{ListPrice, ListTier, PriceList, Prices};
pub use units::runs_in;

use crate::model::kinds::Kind;
use crate::model::{Findings, Location, Name, RepoPath, Severity};
use crate::read::Documents;
use apis::Providers;
use index::Index;
use resolve::resolve;
use std::collections::{BTreeMap, BTreeSet};
use ties::Ties;
use usage::usage;

/// Links all declarations. Mistakes are findings; units that have none are in the catalog.
pub fn link<'d>(documents: &'d Documents, findings: &mut Findings) -> Catalog<'d> {
    check_presence(documents, findings);
    let index = Index::build(documents, findings);
    references::check(&index, findings);
    environments::check(&index, findings);
    let providers = Providers::of(&index, findings);

    let mut ties: BTreeMap<&'d Name, Ties<'d>> = BTreeMap::new();
    let mut whole = BTreeSet::new();
    for (name, service) in &index.services {
        let errors = findings.errors();
        references::check_service(&index, service, findings);
        let usage = usage(documents, service, findings);
        let leads_to = resolve(&index, &usage, findings);
        dependencies::check(&index, &leads_to, findings);
        addresses::check(&index, &leads_to, findings);
        apis::check(&index, &providers, &leads_to, findings);
        if findings.errors() == errors && !leads_to.broken {
            dependencies::check_unused(&index, &leads_to, findings);
            apis::check_unused(&index, &providers, &leads_to, findings);
            whole.insert(*name);
        }
        ties.insert(name, Ties::of(&leads_to));
    }

    let graph = Graph::of(ties.values());
    graph::check_cycles(&index, &graph, &ties, findings);
    let prices = Prices::of(&index, findings);
    let shared = sharing::share(&index, findings);
    let linked = units::Linked { index: &index, ties: &ties, shared: &shared, whole: &whole };
    let units = units::units(&linked, findings);
    drop(ties);
    Catalog {
        platform: index.platform,
        teams: index.teams,
        environments: index.environments,
        services: index.services,
        resources: index.resources,
        resource_types: index.resource_types,
        secret_requests: index.secret_requests,
        prices,
        graph,
        units,
    }
}

/// A repository without settings, services or environments compiles to nothing; that is worth a word, unless a mistake
/// that is told already can be the reason.
fn check_presence(documents: &Documents, findings: &mut Findings) {
    let settings = RepoPath::literal("pavior.yaml");
    let declared = &documents.declarations;
    let told = findings.iter().any(|finding| finding.severity() == Severity::Error && finding.at.path == settings);
    if declared.platforms.is_empty() && !told && !declared.broken.iter().any(|broken| broken.kind == Kind::Platform) {
        findings.push(rules::declarations::no_platform(Location::file(settings.clone())));
    }
    for (kind, none) in
        [(Kind::Service, declared.services.is_empty()), (Kind::Environment, declared.environments.is_empty())]
    {
        if none && !findings.has_errors() {
            findings.push(rules::declarations::nothing_to_compile(kind, Location::file(settings.clone())));
        }
    }
}
