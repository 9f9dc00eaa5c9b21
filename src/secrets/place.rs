//! Where the value of a key belongs, by what the resource type makes of the request in each environment.

use crate::compile::{MadeOf, Source};
use crate::model::Name;
use crate::model::kinds::resource_type::Provider;
use crate::provision::{EnvironmentFacts, Output, ResolvedResource, SECRET_TYPE};
use crate::read::DocumentId;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

/// Where the owner of a value puts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "store", rename_all = "kebab-case")]
pub enum Place {
    /// AWS Secrets Manager.
    Aws { region: String, id: String, property: Option<String> },
    /// Google Secret Manager.
    Gcp { project: String, id: String, property: Option<String> },
    /// What a store of External Secrets reads: what stands behind it is the cluster's business.
    Behind { kind: String, name: String, id: String, property: Option<String> },
    /// A Secret of the cluster itself, which has no store.
    Cluster { namespace: String, secret: String, id: String },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Aws { id, .. } => f.write_str(id),
            Place::Gcp { project, id, .. } => write!(f, "projects/{project}/secrets/{id}"),
            Place::Behind { name, id, .. } => write!(f, "{name}: {id}"),
            Place::Cluster { namespace, secret, id } => write!(f, "{namespace}/{secret}: {id}"),
        }
    }
}

/// A secret request in one environment, as it was compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Where it is declared.
    pub document: DocumentId,
    pub environment: Name,
    /// By name: where its value belongs, if that is known, and whether the workload reads it.
    pub keys: Vec<(String, Option<Place>, bool)>,
}

/// The secret requests of a unit.
pub fn planned(source: Source<'_, '_>) -> Vec<Planned> {
    let MadeOf::Unit(unit) = source.made_of else { return Vec::new() };
    let secrets = unit.resources.iter().filter(|resource| resource.kind.as_str() == SECRET_TYPE);
    let planned = secrets.map(|resource| {
        let key = |key: &String| {
            let place = place(resource, &unit.environment, key);
            (key.clone(), place, resource.used_outputs.contains(key))
        };
        let keys = resource.outputs.keys().map(key).collect();
        Planned { document: resource.asked.document, environment: unit.environment.name.clone(), keys }
    });
    planned.collect()
}

fn place(resource: &ResolvedResource, facts: &EnvironmentFacts<'_>, key: &str) -> Option<Place> {
    match resource.outputs.get(key)? {
        Output::Plain(_) => None,
        Output::Store { path, property } => {
            let store =
                facts.spec.secret_store.as_ref().map(|store| (format!("{:?}", store.kind), store.name.to_string()));
            of_store(facts, path.clone(), property.clone(), store)
        }
        Output::Secret { name, key } => {
            let external = resource.manifests.iter().find(|one| is_external_secret(one, name));
            let data = external.and_then(|one| one.get("spec")?.get("data")?.as_array());
            let remote = data.into_iter().flatten().find(|one| text(one, "/secretKey") == Some(key.as_str()));
            let store = external.and_then(|one| {
                let store = one.get("spec")?.get("secretStoreRef")?;
                let name = text(store, "/name").filter(|name| !name.is_empty())?;
                Some((text(store, "/kind").unwrap_or("SecretStore").to_owned(), name.to_owned()))
            });
            let in_cluster = || {
                let (namespace, secret) = (facts.namespace.to_string(), name.clone());
                Some(Place::Cluster { namespace, secret, id: key.clone() })
            };
            let Some((remote, store)) = remote.zip(store) else { return in_cluster() };
            let id = text(remote, "/remoteRef/key")?.to_owned();
            let property = text(remote, "/remoteRef/property").map(str::to_owned);
            of_store(facts, id, property, Some(store))
        }
    }
}

fn of_store(
    facts: &EnvironmentFacts<'_>,
    id: String,
    property: Option<String>,
    store: Option<(String, String)>,
) -> Option<Place> {
    let spec = facts.spec;
    match (spec.provider, &spec.gcp, &spec.region) {
        (Provider::Aws, _, Some(region)) => Some(Place::Aws { region: region.clone(), id, property }),
        (Provider::Gcp, Some(gcp), _) => Some(Place::Gcp { project: gcp.project.clone(), id, property }),
        _ => store.map(|(kind, name)| Place::Behind { kind, name, id, property }),
    }
}

fn is_external_secret(manifest: &Map<String, Value>, target: &str) -> bool {
    let named = |value: Option<&Value>| value.and_then(Value::as_str) == Some(target);
    let spec = manifest.get("spec");
    manifest.get("kind").and_then(Value::as_str) == Some("ExternalSecret")
        && named(spec.and_then(|spec| spec.pointer("/target/name")))
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}
