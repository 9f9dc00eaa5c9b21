//! What the secret store holds becomes Kubernetes Secrets: External Secrets reads the store in the cluster, so that no
//! value ever passes through here.

use super::object;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use crate::model::kinds::environment::SecretStoreKind;
use crate::provision::{Output, ResolvedResource};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use std::collections::BTreeMap;

/// `external-secrets.io/v1` ExternalSecret: the fields that we set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalSecret {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    spec: Spec,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    refresh_interval: &'static str,
    secret_store_ref: StoreReference,
    target: Target,
    data: Vec<Entry>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreReference {
    name: String,
    kind: &'static str,
}

/// The Secret that External Secrets makes and owns.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: String,
    creation_policy: &'static str,
    /// What the store loses stays in the cluster: a running pod is not broken by a slip in the store.
    deletion_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Template {
    engine_version: &'static str,
    data: BTreeMap<String, String>,
}

/// One value of the store, under a key of the Secret or of the template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub secret_key: String,
    pub remote_ref: RemoteReference,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteReference {
    pub key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
}

impl Entry {
    /// None for an output that is not in the store.
    pub fn of(secret_key: String, output: &Output) -> Option<Entry> {
        match output {
            Output::Store { path, property } => Some(Entry {
                secret_key,
                remote_ref: RemoteReference { key: path.clone(), property: property.clone() },
            }),
            Output::Plain(_) | Output::Secret { .. } => None,
        }
    }
}

/// The outputs of a resource that the unit uses and the store holds, as they are. None if there are none, or if the
/// environment has no store, which provisioning refuses.
pub fn of_resource(unit: &ServiceUnit<'_>, resource: &ResolvedResource) -> Option<Tree> {
    let used = resource.outputs.iter().filter(|(name, _)| resource.used_outputs.contains(name.as_str()));
    let entries: Vec<_> = used.filter_map(|(name, output)| Entry::of(name.clone(), output)).collect();
    external_secret(unit, &resource.secret_name, entries, None)
}

/// Files that are rendered in the cluster: a template for each key of the Secret, over the entries.
pub fn of_templates(
    unit: &ServiceUnit<'_>,
    name: &str,
    entries: Vec<Entry>,
    templates: BTreeMap<String, String>,
) -> Option<Tree> {
    external_secret(unit, name, entries, Some(Template { engine_version: "v2", data: templates }))
}

fn external_secret(unit: &ServiceUnit<'_>, name: &str, data: Vec<Entry>, template: Option<Template>) -> Option<Tree> {
    let store = unit.facts().spec.secret_store.as_ref().filter(|_| !data.is_empty())?;
    Some(object::tree(&ExternalSecret {
        api_version: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: unit.metadata(name),
        spec: Spec {
            refresh_interval: "1h",
            secret_store_ref: StoreReference {
                name: store.name.to_string(),
                kind: match store.kind {
                    SecretStoreKind::ClusterSecretStore => "ClusterSecretStore",
                    SecretStoreKind::SecretStore => "SecretStore",
                },
            },
            target: Target { name: name.to_owned(), creation_policy: "Owner", deletion_policy: "Retain", template },
            data,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_used_outputs_of_the_store_are_fetched() {
        let unit = sample::unit("cart");
        let tree = of_resource(&sample::service(&unit), &sample::redis()).unwrap();
        assert_eq!(
            tree["spec"],
            json!({
                "refreshInterval": "1h",
                "secretStoreRef": { "name": "aws", "kind": "ClusterSecretStore" },
                "target": { "name": "cart-carts-outputs", "creationPolicy": "Owner", "deletionPolicy": "Retain" },
                "data": [
                    { "secretKey": "host", "remoteRef": { "key": "acme/staging/cart/carts", "property": "host" } },
                    { "secretKey": "password", "remoteRef": { "key": "acme/staging/cart/carts", "property": "password" } },
                ],
            })
        );
        assert_eq!(tree["apiVersion"], json!("external-secrets.io/v1"));
        assert_eq!(tree["metadata"]["name"], json!("cart-carts-outputs"));
    }

    #[test]
    fn a_resource_without_used_secrets_needs_no_secret() {
        let unit = sample::unit("cart");
        let unused = ResolvedResource { used_outputs: ["port".to_owned()].into(), ..sample::redis() };
        assert_eq!(of_resource(&sample::service(&unit), &unused).map(Value::Object), None);
    }
}
