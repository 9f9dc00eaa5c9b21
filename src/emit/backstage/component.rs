//! Services become Components.

use super::annotations;
use super::entity::{Entity, links, listed, reference};
use crate::link::Catalog;
use crate::model::kinds::Service;
use crate::model::kinds::service::{Lifecycle, Workload};
use crate::query::{document_word, resource_of, workload_word};
use crate::read::Declared;
use serde_json::json;

pub fn components(catalog: &Catalog<'_>) -> Vec<Entity> {
    catalog.services.values().map(|service| component(catalog, service)).collect()
}

fn component(catalog: &Catalog<'_>, service: &Declared<Service>) -> Entity {
    let (name, spec) = (&service.metadata.name, &service.spec);
    let calls = catalog.graph.calls.get(name).into_iter().flatten();
    let calls = calls.filter(|callee| catalog.services.contains_key(*callee));
    let mut depends_on: Vec<String> = calls.map(|callee| reference("component", callee)).collect();
    depends_on.extend(spec.resources.iter().map(|(local, request)| match &request.id {
        Some(id) => reference("resource", id),
        None => reference("resource", &resource_of(name, local)),
    }));
    let known = |api: &&crate::model::Name| {
        catalog.services.values().any(|other| other.spec.apis.provides.iter().any(|provided| provided.name == **api))
    };
    let kind = match spec.workload {
        Workload::Static => "website",
        other => workload_word(other),
    };
    Entity::new("Component", name)
        .metadata(&service.metadata)
        .labels([("pavior.dev/tier".to_owned(), spec.tier.as_str().to_owned())])
        .annotations(annotations::of_component(catalog, service))
        .links(&all_links(service))
        .spec(json!({
            "type": kind,
            "lifecycle": lifecycle_word(spec.lifecycle),
            "owner": owner(catalog, service.metadata.owner.as_deref()),
            "system": spec.system.as_ref().map(|system| reference("system", system)),
            "providesApis": listed(spec.apis.provides.iter().map(|api| reference("api", &api.name)).collect()),
            "consumesApis": listed(spec.apis.consumes.iter().filter(known).map(|api| reference("api", api)).collect()),
            "dependsOn": listed(depends_on),
        }))
}

/// Declared links, and documents that have an address.
fn all_links(service: &Declared<Service>) -> Vec<(String, String)> {
    let documents = service.spec.docs.iter().filter_map(|document| {
        let title = document_word(document.kind).to_owned();
        Some((title, document.url.as_ref()?.to_string()))
    });
    links(&service.spec.links).chain(documents).collect()
}

/// The group of a team; where there is none, the first that owns the platform.
pub fn owner(catalog: &Catalog<'_>, team: Option<&str>) -> String {
    let declared = team.filter(|team| catalog.teams.contains_key(*team));
    let platform = catalog.platform.and_then(|platform| platform.spec.owners.first()).map(|owner| owner.as_str());
    reference("group", declared.or(platform).unwrap_or("nobody"))
}

pub fn lifecycle_word(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Experimental => "experimental",
        Lifecycle::Production => "production",
        Lifecycle::Deprecated => "deprecated",
    }
}
