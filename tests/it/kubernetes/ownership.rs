//! Whose an object, a field and a unit is.

use super::scene::{ACCOUNT, CONFIG, DEPLOYMENT, INGRESS, PATIENCE, SERVICE, Scene, told};
use pavior::deliver::kubernetes::{ApplyError, Conflict, Why};

pub fn a71_a_conflict_is_told_with_manager_and_field_and_nothing_is_forced(scene: &Scene) {
    let cluster = &scene.cluster;
    cluster.apply(&scene.owner(1), &scene.unit(&[CONFIG, SERVICE, DEPLOYMENT]), PATIENCE).unwrap();
    scene.others_here(&["scale", "deployment/cart", "--replicas=3"]);

    let changed = [CONFIG.replace("a: b", "a: c"), SERVICE.to_owned(), DEPLOYMENT.replace("cart:v1", "cart:v2")];
    let changed = scene.unit(&changed.each_ref().map(String::as_str));
    let error = cluster.apply(&scene.owner(2), &changed, PATIENCE).unwrap_err();
    let ApplyError::Refused(refused) = &error else { panic!("{error}") };
    assert_eq!((refused.len(), refused[0].object.kind.as_str()), (1, "Deployment"));
    let Why::Conflicts(conflicts) = &refused[0].why else { panic!("{error}") };
    let [Conflict { manager, field }] = conflicts.as_slice() else { panic!("{error}") };
    assert!(manager.starts_with("kubectl"), "{manager}");
    assert_eq!(field, ".spec.replicas");

    assert_eq!(scene.live("deployment/cart").unwrap()["spec"]["replicas"], 3);
    assert_eq!(scene.live("configmap/cart").unwrap()["data"]["a"], "b", "it was rehearsed before anything was written");
    assert_eq!(cluster.inventory(&scene.owner(2)).unwrap().unwrap().token, 1);

    // What an autoscaler sets is not declared, and no conflict.
    let autoscaled = DEPLOYMENT.replace("  replicas: 1\n", "").replace("cart:v1", "cart:v2");
    cluster.apply(&scene.owner(3), &scene.unit(&[CONFIG, SERVICE, &autoscaled]), PATIENCE).unwrap();
    let live = scene.live("deployment/cart").unwrap();
    assert_eq!(live["spec"]["replicas"], 3);
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["image"], "registry.example/cart:v2");
}

pub fn a73_what_is_there_and_not_ours_is_not_taken_over(scene: &Scene) {
    let cluster = &scene.cluster;
    scene.others_here(&["create", "configmap", "cart", "--from-literal=a=theirs"]);
    scene.others_here(&["label", "configmap/cart", "app.kubernetes.io/managed-by=pavior"]);
    let unit = scene.unit(&[CONFIG, ACCOUNT]);
    let error = cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap_err();
    let ApplyError::NotOurs(foreign) = &error else { panic!("{error}") };
    assert_eq!(told(&[foreign[0].object.clone()]), ["ConfigMap cart"], "a label is no deed");
    assert_eq!((foreign.len(), foreign[0].owner.as_deref()), (1, None));
    assert_eq!(scene.live("configmap/cart").unwrap()["data"]["a"], "theirs");
    assert_eq!(scene.live("serviceaccount/cart"), None);
    assert_eq!(scene.recorded_objects(), [""; 0], "what was refused is not in the inventory, and is never pruned");

    // Of another unit of ours.
    scene.others_here(&["annotate", "configmap/cart", "pavior.dev/inventory=staging/ads"]);
    let error = cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap_err().to_string();
    assert!(error.contains("belongs to staging/ads: it is not taken over"), "{error}");

    // What a person hands over by the command that was printed is ours, but for the fields that others hold.
    let command = error.lines().find_map(|line| line.split_once("hand it over: kubectl ")).unwrap().1;
    scene.others(&command.split(' ').collect::<Vec<_>>());
    let error = cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap_err().to_string();
    assert!(error.contains(".data.a is managed by "), "{error}");
    scene.others_here(&["patch", "configmap/cart", "-p", r#"{"data":{"a":"b"}}"#]);
    cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap();
    assert_eq!(scene.recorded_objects(), ["ConfigMap", "ServiceAccount"]);
}

pub fn an_older_lease_writes_nothing(scene: &Scene) {
    let cluster = &scene.cluster;
    cluster.apply(&scene.owner(7), &scene.unit(&[CONFIG]), PATIENCE).unwrap();
    let unit = scene.unit(&[CONFIG, SERVICE]);
    let error = cluster.apply(&scene.owner(6), &unit, PATIENCE).unwrap_err();
    assert_eq!(error, ApplyError::Fenced { unit: "staging/cart".to_owned(), recorded: 7, ours: 6 });
    assert_eq!(scene.live("service/cart"), None);
    let pruned = cluster.prune(&scene.owner(6), &scene.unit(&[]), &Default::default());
    assert!(matches!(pruned, Err(ApplyError::Fenced { .. })), "{pruned:?}");
    assert!(matches!(cluster.forget(&scene.owner(6)), Err(ApplyError::Fenced { .. })));
    cluster.apply(&scene.owner(7), &unit, PATIENCE).unwrap();
}

/// The inventory of a unit that is done with is kept until it is forgotten, and its token with it.
pub fn a_newer_lease_stops_an_apply_between_two_waves(scene: &Scene) {
    let place = scene.owner(7).place().1;
    let token = r#"-p '{"data":{"token":"9"}}'"#;
    // inventory, look, record, the first wave: then somebody newer comes.
    scene.kubectl.before(4, &format!("patch -n {} configmap/{place} {token}", scene.namespace()));
    let unit = scene.unit(&[CONFIG, DEPLOYMENT, INGRESS]);
    let error = scene.cluster.apply(&scene.owner(7), &unit, PATIENCE).unwrap_err();
    assert_eq!(error, ApplyError::Fenced { unit: "staging/cart".to_owned(), recorded: 9, ours: 7 });
    assert!(scene.live("configmap/cart").is_some());
    assert_eq!((scene.live("deployment/cart"), scene.live("ingress/cart")), (None, None));
}
