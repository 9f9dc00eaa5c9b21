//! Argo CD: an Application for each unit, and one that follows them all.

use super::{DeliveredUnit, ENGINE, Followed, labels, object_name, tree};
use crate::emit::yaml::Tree;
use crate::provision::UnitKind;
use serde::Serialize;
use std::collections::BTreeMap;

const NAMESPACE: &str = "argocd";
const IN_CLUSTER: &str = "https://kubernetes.default.svc";
/// Deletes what an Application brought when the Application is deleted.
const CASCADE: &str = "resources-finalizer.argocd.argoproj.io";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Application<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    namespace: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    finalizers: Vec<&'static str>,
    labels: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    project: &'static str,
    source: Source<'a>,
    destination: Destination<'a>,
    sync_policy: SyncPolicy,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source<'a> {
    #[serde(rename = "repoURL")]
    repo_url: &'a str,
    target_revision: &'a str,
    path: &'a str,
}

/// A cluster by the name that Argo CD knows it by, or the one that Argo CD runs in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Destination<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'static str>,
    namespace: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SyncPolicy {
    automated: Automated,
    sync_options: Vec<&'static str>,
    retry: Retry,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Automated {
    prune: bool,
    self_heal: bool,
}

#[derive(Serialize)]
struct Retry {
    limit: i64,
    backoff: Backoff,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Backoff {
    duration: &'static str,
    factor: i64,
    max_duration: &'static str,
}

/// What is applied once: it brings the Applications of all units, in the cluster of Argo CD itself.
pub fn root(followed: &Followed<'_>) -> Vec<Tree> {
    let destination = Destination { name: None, server: Some(IN_CLUSTER), namespace: NAMESPACE };
    let metadata = metadata(followed, followed.root_name(), BTreeMap::new(), Vec::new());
    vec![application(followed, metadata, ENGINE, destination, true)]
}

pub fn units(followed: &Followed<'_>, units: &[DeliveredUnit<'_>]) -> Vec<Tree> {
    let cluster = followed.environment.spec.cluster.as_ref().map(|cluster| cluster.as_str());
    let of = |unit: &DeliveredUnit<'_>| {
        let wave = match unit.id.kind {
            UnitKind::Environment => "-2",
            UnitKind::SharedResource => "-1",
            UnitKind::Service => "0",
        };
        let annotations = BTreeMap::from([("argocd.argoproj.io/sync-wave", wave.to_owned())]);
        // What holds data stays when its declaration goes: a person deletes it.
        let finalizers = if unit.holds_data { Vec::new() } else { vec![CASCADE] };
        let server = if cluster.is_none() { Some(IN_CLUSTER) } else { None };
        let destination = Destination { name: cluster, server, namespace: followed.namespace() };
        let metadata = metadata(followed, object_name(unit.id), annotations, finalizers);
        application(followed, metadata, &unit.path, destination, !unit.holds_data)
    };
    units.iter().map(of).collect()
}

fn metadata(
    followed: &Followed<'_>,
    name: String,
    annotations: BTreeMap<&'static str, String>,
    finalizers: Vec<&'static str>,
) -> Metadata {
    let labels = labels(&followed.environment.metadata.name);
    Metadata { name, namespace: NAMESPACE, annotations, finalizers, labels }
}

fn application(
    followed: &Followed<'_>,
    metadata: Metadata,
    path: &str,
    destination: Destination<'_>,
    prune: bool,
) -> Tree {
    tree(&Application {
        api_version: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata,
        spec: Spec {
            project: "default",
            source: Source { repo_url: &followed.repository, target_revision: &followed.branch, path },
            destination,
            sync_policy: SyncPolicy {
                automated: Automated { prune, self_heal: true },
                sync_options: vec!["ServerSideApply=true", "ApplyOutOfSyncOnly=true", "PruneLast=true"],
                retry: Retry { limit: 5, backoff: Backoff { duration: "30s", factor: 2, max_duration: "10m" } },
            },
        },
    })
}
