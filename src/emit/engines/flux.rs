//! Flux: a GitRepository for the branch, a Kustomization for each unit, and one that follows them all.

use super::{DeliveredUnit, ENGINE, Followed, labels, object_name, tree};
use crate::emit::yaml::Tree;
use serde::Serialize;
use std::collections::BTreeMap;

const NAMESPACE: &str = "flux-system";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: S,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
    namespace: &'static str,
    labels: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct GitRepository<'a> {
    interval: &'static str,
    url: &'a str,
    #[serde(rename = "ref")]
    reference: Reference<'a>,
}

#[derive(Serialize)]
struct Reference<'a> {
    branch: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization {
    interval: &'static str,
    retry_interval: &'static str,
    timeout: &'static str,
    path: String,
    prune: bool,
    /// Whether it is ready when its objects are well, and not when they are there.
    wait: bool,
    /// What becomes of its objects when it is deleted itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<Dependency>,
    source_ref: SourceRef,
}

#[derive(Serialize)]
struct Dependency {
    name: String,
}

#[derive(Serialize)]
struct SourceRef {
    kind: &'static str,
    name: String,
}

/// What is applied once: where the branch is, and the Kustomization that brings those of all units.
pub fn root(followed: &Followed<'_>) -> Vec<Tree> {
    let name = followed.root_name();
    let repository = Object {
        api_version: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata: metadata(followed, name.clone()),
        spec: GitRepository {
            interval: "1m",
            url: &followed.repository,
            reference: Reference { branch: &followed.branch },
        },
    };
    vec![tree(&repository), kustomization(followed, name, ENGINE, Vec::new(), true)]
}

pub fn units(followed: &Followed<'_>, units: &[DeliveredUnit<'_>]) -> Vec<Tree> {
    let of = |unit: &DeliveredUnit<'_>| {
        let after = unit.after.iter().map(|id| Dependency { name: object_name(id) }).collect();
        kustomization(followed, object_name(unit.id), &unit.path, after, !unit.holds_data)
    };
    units.iter().map(of).collect()
}

fn metadata(followed: &Followed<'_>, name: String) -> Metadata {
    Metadata { name, namespace: NAMESPACE, labels: labels(&followed.environment.metadata.name) }
}

/// What holds data is not pruned, and stays when its declaration goes: a person deletes it.
fn kustomization(followed: &Followed<'_>, name: String, path: &str, depends_on: Vec<Dependency>, prune: bool) -> Tree {
    tree(&Object {
        api_version: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: metadata(followed, name),
        spec: Kustomization {
            interval: "10m",
            retry_interval: "1m",
            timeout: "10m",
            path: format!("./{path}"),
            prune,
            wait: true,
            deletion_policy: if prune { None } else { Some("Orphan") },
            depends_on,
            source_ref: SourceRef { kind: "GitRepository", name: followed.root_name() },
        },
    })
}
