//! Names, references, placeholders and the graph: documents become a catalog.
//!
//! What is declared but has mistakes of its own is known by name, so that one mistake is told once, at its place.

mod catalog;
mod graph;
mod index;
mod placeholder;
mod references;
mod resolve;
#[cfg(test)]
mod score_laws;
pub mod rules;
mod sharing;
mod units;
mod usage;

pub use catalog::{Catalog, ServiceUnit, Unit, UnitContainer, UnitResource};
pub use graph::Graph;
pub use placeholder::{EnvironmentField, MetadataField, ROOTS, Reference, Template, TemplatePart};

use crate::model::{Findings, Location, RepoPath};
use crate::read::Documents;
use index::Index;
use std::collections::{BTreeMap, BTreeSet};

/// Links all declarations. Mistakes are findings; units that have none are in the catalog.
pub fn link<'d>(documents: &'d Documents, findings: &mut Findings) -> Catalog<'d> {
    let index = Index::build(documents, findings);
    check_presence(&index, findings);
    references::check(&index, findings);
    resolve::check_shared(&index, findings);

    let mut usages = BTreeMap::new();
    let mut resolved = BTreeMap::new();
    let mut whole = BTreeSet::new();
    for (name, service) in &index.services {
        let before = findings.errors();
        let usage = usage::usage(documents, service, findings);
        let types_are_whole = resolve::check_requests(&index, service, findings);
        let leads_to = resolve::resolve(&index, &usage, findings);
        graph::check_dependencies(&index, &usage, &leads_to, findings);
        if findings.errors() == before && types_are_whole && !leads_to.broken {
            whole.insert(*name);
        }
        usages.insert(*name, usage);
        resolved.insert(*name, leads_to);
    }

    let graph = Graph::of(index.services.iter().map(|(name, service)| (*service, &resolved[name])));
    graph::check_cycles(&index, &graph, findings);
    graph::check_apis(&index, &graph, findings);
    let shared = sharing::share(&index, findings);
    let linked = units::Linked { index: &index, usages: &usages, shared: &shared, whole: &whole };
    let units = units::units(&linked, findings);
    Catalog {
        platform: index.platform,
        teams: index.teams,
        environments: index.environments,
        services: index.services,
        resources: index.resources,
        resource_types: index.resource_types,
        secret_requests: index.secret_requests,
        graph,
        units,
    }
}

/// A repository without settings, services or environments compiles to nothing; that is worth a word.
fn check_presence(index: &Index<'_>, findings: &mut Findings) {
    let settings = RepoPath::literal("pavior.yaml");
    let read = index.documents.snapshot.files.contains_key(&settings);
    if index.platform.is_none() && !read {
        findings.push(rules::no_platform(Location::file(settings.clone())));
    }
    for (what, none) in [("service", index.services.is_empty()), ("environment", index.environments.is_empty())] {
        if none && !findings.has_errors() {
            findings.push(rules::nothing_to_compile(what, Location::file(settings.clone())));
        }
    }
}
