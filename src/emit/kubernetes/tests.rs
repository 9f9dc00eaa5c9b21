//! Whole units: which objects come out, and what a reader sees.

use super::*;
use crate::emit::read_back::manifests::{ObjectId, verify};
use crate::model::kinds::workload::Protocol;
use crate::provision::{EnvironmentVariable, FileContent, FilePlan, Replicas, VariableValue};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// A service with about everything: a Redis, a file, callers, callees, autoscaling, a migration and a clean-up.
fn full() -> ProvisionedUnit<'static> {
    let mut unit = sample::unit_with("cart", |plan| {
        let main = &mut plan.containers[0];
        let secret = VariableValue::Secret { name: "cart-carts-outputs".to_owned(), key: "host".to_owned() };
        main.environment = vec![
            EnvironmentVariable { name: "REDIS_HOST".to_owned(), value: secret },
            EnvironmentVariable {
                name: "REDIS_ADDR".to_owned(),
                value: VariableValue::Text("$(REDIS_HOST):6379".to_owned()),
            },
        ];
        let content = FileContent::Text("log: warn\n".to_owned());
        main.files.insert("/etc/cart/cart.yaml".to_owned(), FilePlan { content, mode: None });
        main.readiness_probe = Some(sample::declared(json!({ "grpc": { "port": 7070 }, "initialDelaySeconds": 15 })));
        plan.replicas = Replicas { min: 2, max: 6, cpu: Some(70), memory: None };
        plan.called_by = ["checkout", "frontend"].map(sample::name).into();
        plan.calls = [(sample::name("currency"), [(Protocol::Tcp, 7000)].into())].into();
        plan.jobs.insert(sample::name("migrate"), sample::declared(json!({ "command": ["migrate"] })));
        plan.jobs.insert(
            sample::name("clean-up"),
            sample::declared(json!({ "schedule": { "cron": "0 3 * * *" }, "args": ["--clean-up"] })),
        );
    });
    unit.resources.push(sample::redis());
    unit
}

fn kinds_and_names(objects: &[Tree]) -> Vec<String> {
    let mut names: Vec<_> = objects.iter().map(ObjectId::of).map(|id| format!("{} {}", id.kind, id.name)).collect();
    names.sort();
    names
}

#[test]
fn a_full_service_has_these_objects() {
    let names = kinds_and_names(&objects(&full()));
    let (job, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.starts_with("Job "));
    assert_eq!(
        others,
        [
            "ConfigMap cart.files",
            "CronJob cart-clean-up",
            "Deployment cart",
            "ExternalSecret cart-carts-outputs",
            "HorizontalPodAutoscaler cart",
            "NetworkPolicy cart",
            "PodDisruptionBudget cart",
            "Service cart",
            "ServiceAccount cart",
        ]
    );
    assert_eq!(job.len(), 1);
}

#[test]
fn every_object_is_labelled_and_in_the_namespace() {
    for object in objects(&full()) {
        let metadata = &object["metadata"];
        assert_eq!(metadata["namespace"], "shop", "{object:?}");
        assert_eq!(metadata["labels"]["app.kubernetes.io/managed-by"], "pavior", "{object:?}");
        assert_eq!(metadata["labels"]["app.kubernetes.io/instance"], "cart-staging", "{object:?}");
    }
}

#[test]
fn what_is_written_is_what_was_meant() {
    let unit = full();
    assert_eq!(verify(FOLDER, &manifests(&unit), &objects(&unit)), Ok(()));
    let facts = sample::environment();
    assert_eq!(verify(FOLDER, &environment_manifests(&facts), &environment_objects(&facts)), Ok(()));
}

#[test]
fn the_same_unit_gives_the_same_bytes() {
    assert_eq!(manifests(&full()), manifests(&full()));
}

#[test]
fn a_workload_waits_for_its_migrations_and_only_then_has_a_wave() {
    let wave = |unit: &ProvisionedUnit<'_>, kind: &str| {
        let objects = objects(unit);
        let object = objects.iter().find(|object| object["kind"] == kind).unwrap();
        object["metadata"].get("annotations").map(|annotations| annotations["pavior.dev/wave"].clone())
    };
    assert_eq!(wave(&full(), "Job"), Some("1".into()));
    assert_eq!(wave(&full(), "Deployment"), Some("2".into()));
    assert_eq!(wave(&full(), "ConfigMap"), None);
    assert_eq!(wave(&sample::unit("cart"), "Deployment"), None);
}

#[test]
fn each_workload_kind_has_its_objects() {
    let of = |kind: Workload| {
        let unit = sample::unit_with("cart", |plan| {
            plan.kind = kind;
            plan.schedule = Some(sample::declared(json!({ "cron": "0 3 * * *" })));
            plan.ports = crate::model::SmallMap::new();
        });
        let mut kinds: Vec<_> = objects(&unit).iter().map(|object| ObjectId::of(object).kind).collect();
        kinds.retain(|kind| kind != "ServiceAccount" && kind != "NetworkPolicy");
        kinds
    };
    assert_eq!(of(Workload::Worker), ["Deployment"]);
    assert_eq!(of(Workload::Cron), ["CronJob"]);
    assert_eq!(of(Workload::Job), ["Job"]);
    assert_eq!(of(Workload::Service), of(Workload::Static));
}

#[test]
fn a_cron_workload_with_storage_claims_it_by_itself() {
    let mut unit = sample::unit_with("report", |plan| {
        plan.kind = Workload::Cron;
        plan.schedule = Some(sample::declared(json!({ "cron": "0 3 * * *" })));
        let volume = crate::provision::VolumePlan { resource: sample::name("data"), path: None, read_only: false };
        plan.containers[0].volumes.insert("/data".to_owned(), volume);
    });
    unit.resources.push(sample::volume("data"));
    let names = kinds_and_names(&objects(&unit));
    assert!(names.contains(&"PersistentVolumeClaim cart-data".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("StatefulSet")), "{names:?}");
}

#[test]
fn a_shared_resource_has_the_objects_of_its_provisioner_as_they_come() {
    let mut unit = sample::unit("carts");
    unit.workload = None;
    unit.id.kind = UnitKind::SharedResource;
    let manifest = json!({ "kind": "StatefulSet", "apiVersion": "apps/v1", "metadata": { "name": "carts" } });
    let mut redis = sample::redis();
    redis.manifests = vec![manifest.as_object().unwrap().clone()];
    unit.resources = vec![redis.clone()];
    assert_eq!(objects(&unit), redis.manifests);
    redis.own = false;
    unit.resources = vec![redis];
    assert_eq!(manifests(&unit), [], "another unit realises it");
}

#[test]
fn a_text_that_looks_like_a_document_stays_one_scalar() {
    let hostile =
        "x\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: root}\n";
    let unit = sample::unit_with("cart", |plan| {
        plan.labels = sample::texts([("note", hostile)]);
        plan.containers[0].image = hostile.to_owned();
        plan.containers[0].args = vec![hostile.to_owned()];
        let value = VariableValue::Text(hostile.to_owned());
        plan.containers[0].environment = vec![EnvironmentVariable { name: hostile.to_owned(), value }];
    });
    let files = manifests(&unit);
    assert_eq!(verify(FOLDER, &files, &objects(&unit)), Ok(()));
    assert!(files.iter().all(|file| !file.text.contains("\nkind: ClusterRoleBinding")));
}

proptest! {
    #[test]
    fn no_text_of_a_user_changes_which_objects_there_are(texts in proptest::collection::vec(hostile_text(), 8)) {
        let unit = sample::unit_with("cart", |plan| {
            plan.labels.insert(texts[0].clone(), texts[1].clone());
            let main = &mut plan.containers[0];
            main.image = texts[2].clone();
            main.args = vec![texts[3].clone()];
            main.writable = vec![texts[4].clone()];
            let value = VariableValue::Text(texts[5].clone());
            main.environment = vec![EnvironmentVariable { name: texts[6].clone(), value }];
            let content = FileContent::Text(texts[7].clone());
            main.files.insert(texts[4].clone(), FilePlan { content, mode: None });
        });
        let meant = objects(&unit);
        prop_assert_eq!(verify(FOLDER, &manifests(&unit), &meant), Ok(()));
        let expected = ["ConfigMap cart.files", "Deployment cart", "NetworkPolicy cart", "Service cart", "ServiceAccount cart"];
        prop_assert_eq!(kinds_and_names(&meant), expected);
    }
}

fn hostile_text() -> impl Strategy<Value = String> {
    let pieces =
        ["\n", "---", "kind: ClusterRoleBinding", ": ", " #", "- ", "\"", "'", "\\", "\t", "{{", "}}", "/", "é"];
    let piece = proptest::sample::select(pieces.to_vec());
    prop_oneof![proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()), any::<String>()]
}

#[test]
fn an_environment_is_a_unit_with_a_namespace() {
    let mut unit = sample::unit("staging");
    unit.workload = None;
    unit.id.kind = UnitKind::Environment;
    assert_eq!(
        kinds_and_names(&objects(&unit)),
        ["LimitRange container-defaults", "Namespace shop", "NetworkPolicy default-deny", "ResourceQuota capacity"]
    );
    assert_eq!(manifests(&unit), environment_manifests(&unit.environment));
}

#[test]
fn a_unit_of_another_environment_takes_its_namespace() {
    let mut unit = sample::unit("cart");
    let mut facts = sample::environment();
    facts.namespace = sample::name("elsewhere");
    unit.environment = Arc::new(facts);
    assert!(objects(&unit).iter().all(|object| object["metadata"]["namespace"] == "elsewhere"));
}

#[test]
fn a_reader_of_a_full_service_sees_this() {
    let text: Vec<_> = manifests(&full()).into_iter().map(|file| format!("== {}\n{}", file.path, file.text)).collect();
    insta::assert_snapshot!(text.concat());
}
