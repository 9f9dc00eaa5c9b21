//! What events missed.

use super::events::schedule;
use super::scene::Scene;

#[test]
fn a53_a_sweep_finds_what_events_missed_and_leaves_the_rest() {
    let scene = Scene::start();
    scene.edit("catalog/ads/adservice.yaml", "  tier: supporting", "  # Nobody buys less.\n  tier: supporting");
    scene.push(7);
    scene.open(8);
    scene.new_image();
    scene.push(8);
    let ran = scene.run(schedule());
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains("looked at open pull requests: 2, to be judged: 2"), "{}", ran.stdout);
    assert_eq!(scene.fake.world().comments.len(), 2);
    // 7 is settled; 8 waits for an approval, whose event may have been missed.
    scene.fake.world().review(8, "priya-nair", "APPROVED");
    let scene = scene.with_run(101);
    let ran = scene.run(schedule());
    assert!(ran.stdout.contains("looked at open pull requests: 2, to be judged: 1"), "{}", ran.stdout);
    let head = scene.fake.world().pulls[&8].head.clone();
    assert_eq!(scene.check(&head).0, "success");
    let ran = scene.run(schedule());
    assert!(ran.stdout.contains("looked at open pull requests: 2, to be judged: 0"), "{}", ran.stdout);
}

#[test]
fn one_that_cannot_be_judged_keeps_nobody_from_the_others() {
    let scene = Scene::start();
    scene.open(8);
    scene.new_image();
    scene.push(8);
    scene.open(9);
    scene.push(9);
    let gone = crate::forge::fake::commit("dead");
    scene.fake.world().pulls.get_mut(&8).unwrap().head = gone.clone();
    let ran = scene.run(schedule());
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(ran.stdout.contains("#9: commented") && ran.stdout.contains("#7: commented"), "{}", ran.stdout);
    assert!(ran.stderr.starts_with("error: #8: fetching commits: git says: "), "{}", ran.stderr);
    assert_eq!(scene.check(&gone).1, "could not be judged");
}
