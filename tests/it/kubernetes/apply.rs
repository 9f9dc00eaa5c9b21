//! From nothing to applied, changed and taken away; what an apply waits for; what drifted.

use super::scene::{ACCOUNT, CONFIG, DEPLOYMENT, JOB, PATIENCE, SERVICE, Scene, all_of, told};
use crate::compiled::shipped;
use pavior::deliver::kubernetes::{Applied, ApplyError, Confirmation, Drift, Id, Objects};
use pavior::emit::Artifact;
use pavior::model::RepoPath;
use std::time::Duration;

/// The unit `local/cartservice` of the shipped catalog, in this namespace.
fn of_the_catalog(scene: &Scene) -> Objects {
    let files = shipped().files.iter();
    let artifact = |(path, text): (&String, &String)| {
        let path = path.strip_prefix("local/cartservice/")?;
        let text = text.replace("namespace: local", &format!("namespace: {}", scene.namespace()));
        Some(Artifact { path: RepoPath::parse(path).ok()?, text })
    };
    Objects::of(&files.filter_map(artifact).collect::<Vec<_>>()).unwrap()
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
    let error = scene.cluster.apply(&scene.owner(1), &unit, Duration::from_millis(900)).unwrap_err();
    let ApplyError::NotWell { object, why } = &error else { panic!("{error}") };
    assert_eq!(told(std::slice::from_ref(object)), ["Job migrate"]);
    assert!(why.starts_with("it has not ended"), "{why}");
    assert_eq!(scene.live("deployment/cart"), None, "what waits for the job was not begun");
    assert!(scene.live("job/migrate").is_some());
    assert_eq!(scene.recorded_objects().len(), 3, "the inventory knows what was meant");
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
