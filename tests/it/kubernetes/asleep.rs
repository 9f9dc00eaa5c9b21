//! What previews ask of a cluster besides: to be scaled to nothing and back, and to go.

use super::scene::{DEPLOYMENT, PATIENCE, Scene};
use pavior::deliver::kubernetes::ApplyError;
use pavior::model::Name;

pub fn a77_what_sleeps_wakes_with_its_number_which_the_next_commit_may_change(scene: &Scene) {
    let namespace = scene.namespace();
    let replicas = || scene.live("deployment/cart").unwrap()["spec"]["replicas"].clone();
    let unit = |number: u8| scene.unit(&[&DEPLOYMENT.replace("replicas: 1", &format!("replicas: {number}"))]);
    scene.cluster.apply(&scene.owner(1), &unit(3), PATIENCE).unwrap();
    assert_eq!((scene.cluster.fall_asleep(&namespace), replicas()), (Ok(1), 0.into()));
    // Asked for twice, the former number is not overwritten by none.
    assert_eq!((scene.cluster.fall_asleep(&namespace), replicas()), (Ok(0), 0.into()));
    assert_eq!((scene.cluster.wake_up(&namespace), replicas()), (Ok(1), 3.into()));
    assert_eq!((scene.cluster.wake_up(&namespace), replicas()), (Ok(0), 3.into()));
    // Whoever set it for the night holds it no more.
    scene.cluster.apply(&scene.owner(2), &unit(2), PATIENCE).unwrap();
    assert_eq!(replicas(), 2);
}

pub fn a77_a_namespace_that_is_no_previews_is_not_taken_down(scene: &Scene) {
    let namespace = scene.namespace();
    let error = scene.cluster.take_down(&Name::parse(&namespace).unwrap(), PATIENCE).unwrap_err();
    assert_eq!(error, ApplyError::NoPreview { namespace: namespace.clone() });
    assert!(!scene.others(&["get", "namespace", &namespace, "-o", "name"]).is_empty());
    scene.cluster.take_down(&Name::parse("pr-4711").unwrap(), PATIENCE).unwrap();
}
