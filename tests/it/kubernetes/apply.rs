//! From nothing to applied, changed and taken away; what an apply waits for; what drifted.

use super::scene::{ACCOUNT, CONFIG, DEPLOYMENT, JOB, PATIENCE, SERVICE, Scene, all_of, told};
use crate::compiled::shipped;
use pavior::deliver::kubernetes::{Allowed, Applied, ApplyError, Confirmation, Drift, Id, Objects, Owner};
use pavior::emit::Artifact;
use pavior::model::RepoPath;
use std::collections::BTreeMap;
use std::time::Duration;

/// The unit `local/cartservice` of the shipped catalog, in this namespace; as it was, where the answers are of then.
fn of_the_catalog(scene: &Scene) -> Objects {
    let compiled = || {
        let below = |(path, text): (&String, &String)| {
            Some((path.strip_prefix("local/cartservice/")?.to_owned(), text.to_owned()))
        };
        shipped().files.iter().filter_map(below).filter(|(path, _)| path.ends_with(".yaml")).collect()
    };
    let files: BTreeMap<String, String> = scene.kept("unit_of_the_catalog", compiled);
    let artifact = |(path, text): (&String, &String)| {
        let text = text.replace("namespace: local", &format!("namespace: {}", scene.namespace()));
        Artifact { path: RepoPath::parse(path).unwrap(), text }
    };
    Objects::of(&files.iter().map(artifact).collect::<Vec<_>>()).unwrap()
}

fn count(applied: &Applied) -> (usize, usize, usize) {
    (applied.created.len(), applied.changed.len(), applied.unchanged.len())
}

pub fn a_unit_of_the_catalog_is_applied_changed_and_taken_away(scene: &Scene) {
    let (cluster, unit) = (&scene.cluster, of_the_catalog(scene));
    let all = unit.iter().count();
    assert!(all >= 6, "{all}");

    let applied = cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap();
    assert_eq!(count(&applied), (all, 0, 0));
    let last = &applied.created[all - 1];
    assert!(["Deployment", "Service", "ConfigMap", "PrometheusRule"].contains(&last.kind.as_str()), "{last}");
    let applied = cluster.apply(&scene.owner(2), &unit, PATIENCE).unwrap();
    assert_eq!(count(&applied), (0, 0, all), "what is as it should be is not touched");
    assert_eq!(cluster.drift(&scene.owner(2), &unit).unwrap(), []);

    let inventory = cluster.inventory(&scene.owner(2)).unwrap().unwrap();
    assert_eq!((inventory.token, inventory.objects.len()), (2, all));
    assert_eq!(inventory.digest.as_deref(), Some("digest-2"));

    let pruned = cluster.prune(&scene.owner(3), &Objects::none(), &all_of(&unit, Confirmation::Given)).unwrap();
    assert_eq!((pruned.deleted.len(), pruned.going.len(), pruned.kept.len()), (all, 0, 0));
    assert_eq!(scene.live("deployment/cartservice"), None);
    assert!(cluster.forget(&scene.owner(3)).unwrap());
    assert_eq!(cluster.inventory(&scene.owner(3)).unwrap(), None);
    assert!(!cluster.forget(&scene.owner(3)).unwrap());
}

pub fn jobs_are_waited_for_before_what_needs_them(scene: &Scene) {
    let behind = DEPLOYMENT
        .replace("  namespace: @HERE\nspec", "  namespace: @HERE\n  annotations:\n    pavior.dev/wave: \"2\"\nspec");
    let unit = scene.unit(&[ACCOUNT, JOB, &behind]);
    let not_well = |patience: u64| {
        let error = scene.cluster.apply(&scene.owner(1), &unit, Duration::from_millis(patience)).unwrap_err();
        let ApplyError::NotWell { object, why } = error else { panic!("{error}") };
        assert_eq!(told(std::slice::from_ref(&object)), ["Job migrate"]);
        assert_eq!(scene.live("deployment/cart"), None, "what waits for the job was not begun");
        why
    };
    assert!(not_well(900).starts_with("it has not ended"));
    assert!(scene.live("job/migrate").is_some());
    assert_eq!(scene.recorded_objects().len(), 3, "the inventory knows what was meant");

    // A74: a job that failed is not waited for any longer.
    scene.pod_becomes(&scene.pod(), r#"{"status":{"phase":"Failed"}}"#);
    assert_eq!(not_well(20_000), "it failed: BackoffLimitExceeded");

    scene.others_here(&["delete", "job/migrate"]);
    not_well(900);
    scene.pod_becomes(&scene.pod(), r#"{"status":{"phase":"Succeeded"}}"#);
    let applied = scene.cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap();
    assert_eq!(told(&applied.created), ["Deployment cart"]);
}

pub fn a_unit_that_brings_its_namespace_along_is_remembered_in_another(scene: &Scene) {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: @HERE-own\n";
    let inside = CONFIG.replace("@HERE", "@HERE-own");
    let unit = scene.unit(&[namespace, &inside]);
    assert_eq!(unit.namespace(), None);
    let owner = |token| Owner { namespace: None, ..scene.owner(token) };
    let applied = scene.cluster.apply(&owner(1), &unit, PATIENCE).unwrap();
    assert_eq!(applied.created[0].kind, "Namespace");
    assert_eq!(owner(1).place().0, "default");

    let kept = scene.cluster.prune(&owner(1), &Objects::none(), &all_of(&unit, Confirmation::Absent)).unwrap();
    assert_eq!((told(&kept.deleted), kept.kept.len()), (vec!["ConfigMap cart".to_owned()], 1));
    let pruned = scene.cluster.prune(&owner(2), &Objects::none(), &all_of(&unit, Confirmation::Given)).unwrap();
    let name = format!("Namespace {}-own", scene.namespace());
    assert_eq!([told(&pruned.deleted), told(&pruned.going)].concat(), [name]);
    // Whether it is gone yet or not, looking again is enough.
    scene.others(&["wait", "--for=delete", "--timeout=60s", &format!("namespace/{}-own", scene.namespace())]);
    scene.cluster.prune(&owner(2), &Objects::none(), &Allowed::default()).unwrap();
    assert!(scene.cluster.forget(&owner(2)).unwrap());
}

pub fn a_kind_that_nobody_installed_is_told_before_anything_is_written(scene: &Scene) {
    let unknown = "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata:\n  name: cart\n  namespace: @HERE\n";
    let error = scene.cluster.apply(&scene.owner(1), &scene.unit(&[CONFIG, unknown]), PATIENCE).unwrap_err();
    let expected = format!(
        "postgresql {}/cart: the cluster does not know acid.zalan.do/v1 postgresql: install it first",
        scene.namespace()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(scene.live("configmap/cart"), None);
    assert_eq!(scene.recorded_objects(), [""; 0]);
}

pub fn drift_is_told_by_its_fields_and_changes_nothing(scene: &Scene) {
    let (cluster, owner) = (&scene.cluster, scene.owner(1));
    let unit = scene.unit(&[CONFIG, ACCOUNT, SERVICE, DEPLOYMENT]);
    cluster.apply(&owner, &unit, PATIENCE).unwrap();
    scene.others_here(&["set", "image", "deployment/cart", "main=registry.example/cart:v2"]);
    scene.others_here(&["patch", "configmap/cart", "-p", r#"{"data":{"a":null}}"#]);
    scene.others_here(&["delete", "service/cart"]);

    let drift = cluster.drift(&owner, &unit).unwrap();
    let field = |object: &Id, field: &str, manager: Option<&str>| Drift::Field {
        object: object.clone(),
        field: field.to_owned(),
        manager: manager.map(str::to_owned),
    };
    let id = |kind: &str| unit.iter().find(|object| object.id.kind == kind).unwrap().id.clone();
    let image = ".spec.template.spec.containers[name=\"main\"].image";
    let expected = [
        Drift::Missing(id("Service")),
        field(&id("ConfigMap"), ".data", None),
        field(&id("Deployment"), image, Some("kubectl-set")),
    ];
    assert_eq!(drift, expected);
    assert_eq!(scene.live("service/cart"), None);
    assert_eq!(cluster.drift(&owner, &unit).unwrap(), expected);
}
