//! The catalog as Backstage reads it: one entity a file, and a Location that names them all.
//!
//! In go the documents, the catalog and the register, out come files below `catalog/`. Relations are written on one side
//! only, as Backstage derives the other. It is an emitter though it reads the catalog and not a unit: its files are
//! artifacts that stand beside those of units and are compared, written and removed with them.

mod annotations;
mod api;
mod component;
mod entity;
mod people;
mod resource;
mod system;

pub use entity::Entity;

use super::read_back::manifests::{Mismatch, verify_objects};
use super::{Artifact, yaml};
use crate::link::Catalog;
use crate::model::RepoPath;
use crate::query::Register;
use serde_json::{Value, json};

/// The file that names all others.
pub const LOCATION: &str = "all.yaml";

/// All entities, sorted by kind, then name; every name they refer to is among them.
pub fn entities(register: &Register, catalog: &Catalog<'_>) -> Vec<Entity> {
    let mut entities = Vec::new();
    entities.extend(system::domain(catalog));
    entities.extend(system::systems(register, catalog));
    entities.extend(component::components(catalog));
    entities.extend(api::apis(catalog));
    entities.extend(resource::resources(register, catalog));
    entities.extend(people::groups(catalog));
    entities.extend(people::users(catalog));
    entities.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    entities
}

/// Their files, read back and compared: `catalog/<kind>-<name>.yaml`, and `catalog/all.yaml` for `catalog.locations`.
pub fn artifacts(register: &Register, catalog: &Catalog<'_>) -> Result<Vec<Artifact>, Mismatch> {
    let mut entities = entities(register, catalog);
    let mut names: Vec<String> = entities.iter().map(Entity::file_name).collect();
    let targets: Vec<Value> = names.iter().map(|name| json!(format!("./{name}"))).collect();
    let location = Entity::new("Location", &format!("{}-catalog", catalog.organisation()))
        .description(&format!("Everything that {} declares", catalog.organisation()))
        .spec(json!({"targets": targets}));
    entities.push(location);
    names.push(LOCATION.to_owned());
    // The kind before a name keeps it from being one that Windows reserves.
    let file = |(name, entity): (&String, &Entity)| Artifact {
        path: RepoPath::literal(&format!("catalog/{name}")),
        text: yaml::document(&entity.tree),
    };
    let artifacts: Vec<Artifact> = names.iter().zip(&entities).map(file).collect();
    let trees: Vec<_> = entities.into_iter().map(|entity| entity.tree).collect();
    verify_objects(&artifacts.iter().collect::<Vec<_>>(), &trees)?;
    Ok(artifacts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::sample::with_sample;
    use std::collections::BTreeSet;

    fn all() -> Vec<Entity> {
        with_sample(|_, catalog, register| entities(register, catalog))
    }

    fn tree(file: &str) -> Value {
        let found = all().into_iter().find(|entity| entity.file_name() == file);
        Value::Object(found.unwrap_or_else(|| panic!("no {file}")).tree)
    }

    #[test]
    fn there_is_an_entity_for_everything_that_is_declared() {
        let names: Vec<String> = all().iter().map(Entity::file_name).collect();
        assert_eq!(
            names,
            [
                "api-booking.yaml",
                "api-checkout-api.yaml",
                "component-checkout.yaml",
                "component-ledger.yaml",
                "component-report.yaml",
                "component-shop.yaml",
                "domain-acme.yaml",
                "group-front.yaml",
                "group-money.yaml",
                "resource-orders.yaml",
                "resource-shop.sessions.yaml",
                "system-store.yaml",
                "user-both.yaml",
                "user-front-lead.yaml",
                "user-money-lead.yaml",
            ]
        );
    }

    #[test]
    fn every_relation_leads_to_an_entity() {
        let entities = all();
        let known: BTreeSet<String> =
            entities.iter().map(|entity| format!("{}:default/{}", entity.kind.to_lowercase(), entity.name)).collect();
        let mut relations = 0;
        for entity in &entities {
            let text = Value::Object(entity.tree.clone()).to_string();
            for part in text.split('"').filter(|part| part.contains(":default/")) {
                assert!(known.contains(part), "{} refers to {part}", entity.name);
                relations += 1;
            }
        }
        assert!(relations > 20, "{relations}");
    }

    #[test]
    fn a_component_says_what_it_is_whose_and_what_it_needs() {
        let checkout = tree("component-checkout.yaml");
        let spec = json!({
            "type": "service", "lifecycle": "production", "owner": "group:default/front",
            "system": "system:default/store",
            "providesApis": ["api:default/checkout-api"], "consumesApis": ["api:default/booking"],
            "dependsOn": ["component:default/ledger", "resource:default/orders"],
        });
        assert_eq!(checkout["spec"], spec);
        assert_eq!(tree("component-shop.yaml")["spec"]["type"], "website");
        assert_eq!(tree("component-report.yaml")["spec"]["type"], "worker");
    }

    #[test]
    fn annotations_are_those_that_plugins_read() {
        let annotations = &tree("component-checkout.yaml")["metadata"]["annotations"];
        let expected = json!({
            "pagerduty.com/service-id": "P1",
            "backstage.io/source-location": "url:https://github.com/acme/checkout/tree/main/src/checkout/",
            "backstage.io/techdocs-ref": "url:https://github.com/acme/checkout/tree/main",
            "backstage.io/adr-location": "https://github.com/acme/checkout/tree/main/docs/adr",
            "github.com/project-slug": "acme/checkout",
            "backstage.io/kubernetes-label-selector": "app.kubernetes.io/name=checkout",
        });
        assert_eq!(annotations, &expected);
        assert!(tree("component-ledger.yaml")["metadata"]["annotations"].get("backstage.io/techdocs-ref").is_none());
    }

    #[test]
    fn a_person_of_two_teams_is_one_user_of_both() {
        assert_eq!(tree("user-both.yaml")["spec"]["memberOf"], json!(["group:default/front", "group:default/money"]));
        assert_eq!(tree("group-front.yaml")["spec"]["children"], json!([]));
    }

    #[test]
    fn the_location_names_every_file() {
        let artifacts = with_sample(|_, catalog, register| artifacts(register, catalog)).unwrap();
        let location = artifacts.iter().find(|artifact| artifact.path.as_str() == "catalog/all.yaml").unwrap();
        assert_eq!(location.text.matches("  - ./").count(), artifacts.len() - 1);
    }
}
