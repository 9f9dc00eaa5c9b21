//! The one comment: found again, ordered, made once.

use super::events::workflow_run;
use super::scene::Scene;
use crate::forge::fake::Trouble;

#[test]
fn a40_a_marker_that_somebody_else_wrote_is_not_ours() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    scene.report();
    let forged = scene.said();
    scene.fake.world().comments.clear();
    scene.fake.world().writer("mallory");
    let id = scene.fake.world().comment(7, "mallory", &forged);
    scene.report();
    assert!(scene.said().contains(&head));
    let world = scene.fake.world();
    assert_eq!(world.comments.len(), 2);
    assert_eq!(world.comments.iter().find(|one| one.id == id).unwrap().body, forged);
}

#[test]
fn a52_an_older_run_that_comes_late_writes_nothing() {
    let scene = Scene::start();
    scene.new_image();
    let older = scene.push(7);
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    scene.push(7);
    scene.report();
    let said = scene.said();
    scene.forget_requests();
    let scene = scene.with_run(99);
    let ran = scene.run(workflow_run(&older, "change-7", "acme/shop"));
    assert!(ran.stdout.contains("no pull request has the head "), "{}", ran.stdout);
    assert_eq!((scene.said(), scene.writes()), (said, Vec::new()));
}

#[test]
fn a52_of_two_runs_of_one_head_the_later_ones_comment_stays() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.report();
    let said = scene.said();
    // What an earlier run would say, had it not been overtaken.
    scene.fake.world().writer("priya-nair");
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    let scene = scene.with_run(99);
    let ran = scene.report();
    assert!(ran.stdout.contains("a later run has commented"), "{}", ran.stdout);
    assert_eq!(scene.said(), said);
}

#[test]
fn a52_a_head_that_moves_while_it_is_judged_is_judged_again() {
    let scene = Scene::start();
    scene.new_image();
    let older = scene.push(7);
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    let newer = scene.push(7);
    scene.fake.world().pulls.get_mut(&7).unwrap().head = older.clone();
    let moved = newer.clone();
    let push = Trouble::meanwhile(move |world| world.pulls.get_mut(&7).unwrap().head = moved.clone());
    scene.fake.trouble(push.on("POST", "/issues/7/comments"));
    assert_eq!(scene.report().code, 0);
    assert!(scene.said().contains(&format!("head={newer}")), "{}", scene.said());
    assert_eq!((scene.check(&older).0, scene.check(&newer).0), ("action_required".into(), "action_required".into()));
}

#[test]
fn a54_a_502_after_create_makes_no_second_comment() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.fake.trouble(Trouble::after(502).on("POST", "/issues/7/comments"));
    scene.fake.trouble(Trouble::after(502).on("POST", "/check-runs"));
    assert_eq!(scene.report().code, 0);
    let world = scene.fake.world();
    assert_eq!((world.comments.len(), world.check_runs.len()), (1, 1));
}

#[test]
fn a57_a_comment_on_page_eleven_is_found_again() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.fake.world().writer("grace");
    for number in 0..1_005 {
        scene.fake.world().comment(7, "grace", &format!("remark {number}"));
    }
    scene.report();
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    let head = scene.push(7);
    let ran = scene.report();
    assert!(ran.stdout.contains(" updated"), "{}", ran.stdout);
    assert!(scene.said().contains(&head));
}
