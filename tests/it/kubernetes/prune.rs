//! What goes, what stays, and what is left behind.

use super::scene::{ACCOUNT, CLAIM, CONFIG, INGRESS, PATIENCE, SERVICE, Scene, all_of, told};
use pavior::deliver::kubernetes::{Allowed, ApplyError, Confirmation, Kept, Objects};

pub fn a72_only_what_git_deleted_goes_and_data_only_when_confirmed(scene: &Scene) {
    let cluster = &scene.cluster;
    let before = scene.unit(&[CONFIG, ACCOUNT, SERVICE, CLAIM, INGRESS]);
    cluster.apply(&scene.owner(1), &before, PATIENCE).unwrap();
    let wanted = scene.unit(&[CONFIG, ACCOUNT]);
    cluster.apply(&scene.owner(2), &wanted, PATIENCE).unwrap();
    assert_eq!(scene.recorded_objects().len(), 5, "applying forgets nothing");

    let prunable = cluster.prunable(&scene.owner(2), &wanted).unwrap();
    let told_of: Vec<(&str, bool)> = prunable.iter().map(|one| (one.object.kind.as_str(), one.is_stateful)).collect();
    assert_eq!(told_of, [("PersistentVolumeClaim", true), ("Service", false), ("Ingress", false)]);

    // An unreadable checkout deleted nothing in git, whatever it does not want.
    let nothing = cluster.prune(&scene.owner(2), &Objects::none(), &Allowed::default()).unwrap();
    assert_eq!((nothing.deleted.len(), nothing.kept.len()), (0, 5));
    assert!(nothing.kept.iter().all(|(_, why)| *why == Kept::NotDeletedInGit));

    let mut allowed = all_of(&scene.unit(&[SERVICE, CLAIM]), Confirmation::Absent);
    let pruned = cluster.prune(&scene.owner(2), &wanted, &allowed).unwrap();
    assert_eq!(told(&pruned.deleted), ["Service cart"]);
    let kept: Vec<(&str, Kept)> = pruned.kept.iter().map(|(id, why)| (id.kind.as_str(), *why)).collect();
    assert_eq!(kept, [("PersistentVolumeClaim", Kept::NeedsConfirmation), ("Ingress", Kept::NotDeletedInGit)]);
    assert!(scene.live("persistentvolumeclaim/cart").is_some() && scene.live("ingress/cart").is_some());
    assert_eq!(scene.live("service/cart"), None);

    // What says no longer that it is ours is left alone and forgotten; a finalizer holds the claim back.
    scene.others_here(&["annotate", "ingress/cart", "pavior.dev/inventory-"]);
    allowed.confirmation = Confirmation::Given;
    let pruned = cluster.prune(&scene.owner(3), &wanted, &allowed).unwrap();
    let (gone, held) = (told(&pruned.deleted), told(&pruned.going));
    assert_eq!([gone, held].concat(), ["PersistentVolumeClaim cart"]);
    assert!(matches!(pruned.kept.as_slice(), [(id, Kept::NotOurs)] if id.kind == "Ingress"), "{pruned:?}");
    assert!(scene.live("ingress/cart").is_some());
    assert!(!scene.recorded_objects().contains(&"Ingress".to_owned()));
}

pub fn a72_more_than_half_of_a_unit_needs_a_confirmation(scene: &Scene) {
    let cluster = &scene.cluster;
    let unit = scene.unit(&[CONFIG, ACCOUNT, SERVICE, INGRESS]);
    cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap();
    let wanted = scene.unit(&[CONFIG]);
    let error = cluster.prune(&scene.owner(1), &wanted, &all_of(&unit, Confirmation::Absent)).unwrap_err();
    assert_eq!(error, ApplyError::TooMany { going: 3, of: 4 });
    assert!(scene.live("service/cart").is_some());
    let pruned = cluster.prune(&scene.owner(1), &wanted, &all_of(&unit, Confirmation::Given)).unwrap();
    assert_eq!(told(&pruned.deleted).len(), 3);
    assert_eq!(scene.recorded_objects(), ["ConfigMap"]);
    assert!(cluster.forget(&scene.owner(1)).is_err(), "something is left");
}
