//! The scope of one resource: everything that its provisioner's expressions may name.

use super::ask::Ask;
use super::environment::Surroundings;
use super::expression::{Known, Scope};
use crate::model::Name;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tables of resource types, made once per type.
#[derive(Debug, Default)]
pub struct Tables(BTreeMap<Name, Arc<Known>>);

impl Tables {
    fn of(&mut self, ask: &Ask<'_>) -> Arc<Known> {
        let tables = || {
            let table = |table: &indexmap::IndexMap<String, Value>| {
                Value::Object(table.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
            };
            let spec = &ask.kind.spec;
            Known::new(Value::Object(spec.tables.iter().map(|(name, t)| (name.clone(), table(t))).collect()))
        };
        self.0.entry(ask.kind.metadata.name.clone()).or_insert_with(tables).clone()
    }
}

pub fn scope(
    ask: &Ask<'_>,
    params: &Map<String, Value>,
    surroundings: &Surroundings<'_>,
    tables: &mut Tables,
) -> Scope {
    let mut scope = Scope::new(&ask.full_name);
    scope.share("environment", &surroundings.value);
    scope.share("organisation", &surroundings.organisation);
    scope.share("tables", &tables.of(ask));
    scope.set("params", Value::Object(params.clone()));
    scope.set("class", Value::from(ask.class.as_str()));
    scope.set("type", Value::from(ask.kind.metadata.name.as_str()));
    let local = if ask.standing.is_shared() { ask.name.as_str() } else { ask.local.as_str() };
    scope.set("resource", json!({ "name": ask.name, "local": local, "shared": ask.standing.is_shared() }));
    let service = &ask.service;
    scope.set(
        "service",
        json!({ "name": service.name, "owner": service.owner.as_str(), "tier": service.tier.as_str() }),
    );
    scope.set("store", json!({ "path": ask.store_path }));
    scope.set("labels", Value::Object(labels(ask, surroundings)));
    scope.set("selector", Value::Object(selector(ask)));
    scope
}

/// The platform's labels and the standard ones, which win.
fn labels(ask: &Ask<'_>, surroundings: &Surroundings<'_>) -> Map<String, Value> {
    let facts = &surroundings.facts;
    let mut labels: Map<String, Value> =
        facts.labels.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
    for (key, value) in [
        (NAME_LABEL, ask.name.as_str()),
        ("app.kubernetes.io/part-of", &facts.organisation),
        ("app.kubernetes.io/managed-by", "pavior"),
        ("pavior.dev/environment", &facts.name),
        ("pavior.dev/owner", &ask.service.owner),
        (RESOURCE_LABEL, &ask.name),
    ] {
        labels.insert(key.to_owned(), Value::from(value));
    }
    labels
}

/// What never changes as long as the resource lives.
fn selector(ask: &Ask<'_>) -> Map<String, Value> {
    [NAME_LABEL, RESOURCE_LABEL].into_iter().map(|key| (key.to_owned(), Value::from(ask.name.as_str()))).collect()
}

const NAME_LABEL: &str = "app.kubernetes.io/name";
/// Network policies find the pods of a resource by it.
const RESOURCE_LABEL: &str = "pavior.dev/resource";
