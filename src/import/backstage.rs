//! Entities of a Backstage catalog become services and teams. What runs is not in such a catalog: images are left open.

use super::foreign::{Unreadable, documents};
use super::{IMAGE_TO_FILL_IN, Imported, Target, list, metadata, name, text};
use crate::model::kinds::Kind;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Types of APIs in Backstage that have a format here.
const FORMATS: [&str; 4] = ["openapi", "grpc", "graphql", "asyncapi"];

/// Types of resources in Backstage that are resource types here.
const RESOURCES: [(&str, &str); 8] = [
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("mysql", "mysql"),
    ("redis", "redis"),
    ("valkey", "redis"),
    ("s3-bucket", "bucket"),
    ("s3", "bucket"),
    ("bucket", "bucket"),
];

/// The declarations of a `catalog-info.yaml`.
pub fn backstage(content: &str, target: &Target<'_>) -> Result<Imported, Unreadable> {
    let mut imported = Imported::default();
    let entities: Vec<Value> = documents(content)?.into_iter().filter(Value::is_object).collect();
    let named = |kind: &str| -> BTreeMap<String, &Value> {
        let of_kind = entities.iter().filter(|entity| text(entity, "kind") == Some(kind));
        of_kind.map(|entity| (entity_name(entity), entity)).collect()
    };
    let (apis, resources) = (named("API"), named("Resource"));
    for entity in &entities {
        match text(entity, "kind").unwrap_or_default() {
            "Component" => component(entity, &apis, &resources, target, &mut imported),
            "Group" => group(entity, &entities, target, &mut imported),
            // They stand in what provides, uses or belongs to them.
            "API" | "Resource" | "System" | "User" => {}
            kind => imported.note(format!("{kind} {}: there is no such kind here", entity_name(entity))),
        }
    }
    for (api, entity) in &apis {
        let provided = |other: &Value| references(other, "providesApis").any(|name| name == *api);
        if !entities.iter().any(provided) {
            imported.note(format!(
                "API {api}: no component of this file provides it, of type {}",
                spec_text(entity, "type")
            ));
        }
    }
    Ok(imported)
}

fn component(
    entity: &Value,
    apis: &BTreeMap<String, &Value>,
    resources: &BTreeMap<String, &Value>,
    target: &Target<'_>,
    imported: &mut Imported,
) {
    let component = entity_name(entity);
    let own = Map::from_iter([("main".to_owned(), json!({ "image": IMAGE_TO_FILL_IN }))]);
    let mut spec = Map::from_iter([("tier".to_owned(), json!("supporting"))]);
    match spec_text(entity, "lifecycle") {
        lifecycle @ ("experimental" | "production" | "deprecated") => {
            drop(spec.insert("lifecycle".to_owned(), json!(lifecycle)))
        }
        "" => {}
        other => imported.note(format!("{component}: lifecycle `{other}` is none of ours, `production` is taken")),
    }
    if let Some(system) = entity.pointer("/spec/system").and_then(Value::as_str) {
        spec.insert("system".to_owned(), json!(name(bare(system))));
    }
    if let Some(source) = source(entity) {
        spec.insert("source".to_owned(), json!(source));
    }
    let links: Vec<Value> = list(&entity["metadata"], "links").iter().filter_map(link).collect();
    if !links.is_empty() {
        spec.insert("links".to_owned(), json!(links));
    }
    let (provides, consumes) = (provided(entity, apis, &component, imported), references(entity, "consumesApis"));
    let consumes: Vec<String> = consumes.collect();
    let mut own_apis = Map::new();
    if !provides.is_empty() {
        own_apis.insert("provides".to_owned(), json!(provides));
    }
    if !consumes.is_empty() {
        own_apis.insert("consumes".to_owned(), json!(consumes));
    }
    if !own_apis.is_empty() {
        spec.insert("apis".to_owned(), Value::Object(own_apis));
    }
    match spec_text(entity, "type") {
        "website" => drop(spec.insert("workload".to_owned(), json!("static"))),
        "service" => {}
        other => {
            spec.insert("workload".to_owned(), json!("worker"));
            imported.note(format!("{component}: is of type `{other}` and no service, so `worker` is taken"));
        }
    }
    spec.insert("containers".to_owned(), Value::Object(own));
    let mut asked = Map::new();
    let mut depends_on = Vec::new();
    for (kind, other) in list(&entity["spec"], "dependsOn")
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|reference| reference.split_once(':'))
    {
        let other = name(bare(other));
        let known = resources.get(&other).map(|resource| spec_text(resource, "type"));
        match (kind.to_ascii_lowercase().as_str(), known) {
            ("component", _) => depends_on.push(other),
            ("resource", Some(kind)) if ours(kind).is_some() => {
                drop(asked.insert(other, json!({ "type": ours(kind) })))
            }
            _ => imported.note(format!("{component}: depends on {kind} `{other}`, which is of no resource type here")),
        }
    }
    if !asked.is_empty() {
        spec.insert("resources".to_owned(), Value::Object(asked));
    }
    if !depends_on.is_empty() {
        spec.insert("dependsOn".to_owned(), json!(depends_on));
    }
    let owner = entity.pointer("/spec/owner").and_then(Value::as_str).map(|owner| name(bare(owner)));
    let owner = target.owner.map(str::to_owned).or(owner);
    let mut metadata =
        metadata(&component, entity.pointer("/metadata/description").and_then(Value::as_str), owner.as_deref());
    let mut tags: Vec<String> = list(&entity["metadata"], "tags").iter().filter_map(Value::as_str).map(name).collect();
    tags.dedup();
    if !tags.is_empty() {
        metadata.insert("tags".to_owned(), json!(tags));
    }
    imported.note(format!("{component}: its image, ports and variables are not in a Backstage catalog: fill them in"));
    imported.declare(target, Kind::Service, metadata, spec);
}

fn provided(entity: &Value, apis: &BTreeMap<String, &Value>, component: &str, imported: &mut Imported) -> Vec<Value> {
    let mut provides = Vec::new();
    for api in references(entity, "providesApis") {
        match apis.get(&api).map(|api| spec_text(api, "type")).filter(|kind| FORMATS.contains(kind)) {
            Some(format) => provides.push(json!({ "name": api, "format": format })),
            None => imported.note(format!(
                "{component}: provides `{api}`, whose format is not known here: add it to `apis.provides`"
            )),
        }
    }
    provides
}

fn group(entity: &Value, entities: &[Value], target: &Target<'_>, imported: &mut Imported) {
    let group = entity_name(entity);
    let Some(slug) = annotation(entity, "github.com/team-slug") else {
        return imported.note(format!(
            "Group {group}: has no annotation `github.com/team-slug`, so nobody knows its team on the forge: write a `Team`"
        ));
    };
    let mut spec = Map::from_iter([("forgeTeam".to_owned(), json!(format!("@{}", slug.trim_start_matches('@'))))]);
    let member = |reference: &str| {
        let user = entities
            .iter()
            .find(|user| text(user, "kind") == Some("User") && entity_name(user) == name(bare(reference)))?;
        let login = annotation(user, "github.com/user-login")?;
        let shown = user.pointer("/spec/profile/displayName").and_then(Value::as_str);
        Some(match shown {
            Some(shown) => json!({ "login": login, "name": shown }),
            None => json!({ "login": login }),
        })
    };
    let members: Vec<Value> =
        list(&entity["spec"], "members").iter().filter_map(Value::as_str).filter_map(member).collect();
    if members.len() < list(&entity["spec"], "members").len() {
        imported.note(format!("Group {group}: members without an annotation `github.com/user-login` are left out"));
    }
    if !members.is_empty() {
        spec.insert("members".to_owned(), json!(members));
    }
    let description = entity.pointer("/metadata/description").and_then(Value::as_str);
    imported.declare(target, Kind::Team, metadata(&group, description, None), spec);
}

fn ours(kind: &str) -> Option<&'static str> {
    RESOURCES.iter().find(|(theirs, _)| *theirs == kind.to_ascii_lowercase()).map(|(_, ours)| *ours)
}

fn entity_name(entity: &Value) -> String {
    name(entity.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default())
}

fn spec_text<'e>(entity: &'e Value, field: &str) -> &'e str {
    entity.get("spec").and_then(|spec| text(spec, field)).unwrap_or_default()
}

fn annotation<'e>(entity: &'e Value, key: &str) -> Option<&'e str> {
    text(entity.get("metadata")?.get("annotations")?, key)
}

/// The names that a list of references holds.
fn references<'e>(entity: &'e Value, field: &str) -> impl Iterator<Item = String> + use<'e> {
    let references = entity.get("spec").map(|spec| list(spec, field)).unwrap_or_default();
    references.iter().filter_map(Value::as_str).map(|reference| name(bare(reference)))
}

/// A reference without its kind and namespace.
fn bare(reference: &str) -> &str {
    let without_kind = reference.rsplit_once(':').map_or(reference, |(_, name)| name);
    without_kind.rsplit_once('/').map_or(without_kind, |(_, name)| name)
}

fn source(entity: &Value) -> Option<String> {
    let location = annotation(entity, "backstage.io/source-location").and_then(|at| at.strip_prefix("url:"));
    let location = location.filter(|url| url.starts_with("https://")).map(|url| url.trim_end_matches('/').to_owned());
    location.or_else(|| annotation(entity, "github.com/project-slug").map(|slug| format!("https://github.com/{slug}")))
}

fn link(link: &Value) -> Option<Value> {
    let url = text(link, "url").filter(|url| url.starts_with("https://"))?;
    Some(json!({ "title": text(link, "title").unwrap_or(url), "url": url }))
}
