//! What a merge queue would make of pull requests, held against what was reviewed of each.

use super::events::merge_group;
use super::scene::Scene;

/// 7 changes an image of `adservice`, approved; 8 changes what `other` says, approved by all.
fn queued(other: impl Fn(&Scene)) -> Scene {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.open(8);
    other(&scene);
    scene.push(8);
    let mut world = scene.fake.world();
    world.team("acme", "checkout", &["li-wei"]);
    for login in ["priya-nair", "ines-duarte", "oleg-petrov", "li-wei"] {
        world.writer(login);
        world.review(7, login, "APPROVED");
        world.review(8, login, "APPROVED");
    }
    drop(world);
    scene
}

#[test]
fn a59_a_group_that_is_what_was_reviewed_passes() {
    let scene = queued(|scene| {
        scene.edit("catalog/checkout/emailservice.yaml", "emailservice:v0.10.6", "emailservice:v0.10.7");
    });
    let (main, group) = (scene.main(), scene.queue(&[7]));
    assert_eq!(scene.run(merge_group(&group, &main, 7)).code, 0);
    assert_eq!(scene.check(&group).0, "success");
    // The next one stands on the first.
    let both = scene.queue(&[7, 8]);
    let ran = scene.run(merge_group(&both, &group, 8));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(scene.check(&both).0, "success");
}

#[test]
fn a59_two_changes_that_meet_in_one_unit_fail_the_group() {
    let scene = queued(|scene| {
        scene.edit(
            "catalog/ads/adservice.yaml",
            "limits: {cpu: 300m, memory: 300Mi}",
            "limits: {cpu: 300m, memory: 320Mi}",
        );
    });
    let (group, both) = (scene.queue(&[7]), scene.queue(&[7, 8]));
    scene.run(merge_group(&both, &group, 8));
    assert_eq!(scene.check(&both), ("failure".to_owned(), "not as it was reviewed".to_owned()));
    let world = scene.fake.world();
    let summary = world.check_runs.last().unwrap().value["output"]["summary"].as_str().unwrap().to_owned();
    assert!(summary.contains("Together, #8 make of `local/adservice`"), "{summary}");
}

#[test]
fn a59_a_pull_request_that_lacks_an_approval_fails_its_group() {
    let scene = queued(|_| {});
    scene.fake.world().pulls.get_mut(&7).unwrap().reviews.clear();
    let (main, group) = (scene.main(), scene.queue(&[7]));
    scene.run(merge_group(&group, &main, 7));
    assert_eq!(scene.check(&group).0, "failure");
}
