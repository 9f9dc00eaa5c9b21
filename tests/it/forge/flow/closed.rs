//! Pull requests that are over: their comment ends with what happened.

use super::events::{pull_request, push, workflow_run};
use super::scene::Scene;

fn close(scene: &Scene, merged: bool) {
    let mut world = scene.fake.world();
    let pull = world.pulls.get_mut(&7).unwrap();
    (pull.state, pull.merged_at) = ("closed", merged.then(|| "2026-11-22T10:00:00Z".to_owned()));
}

#[test]
fn a_merged_pull_request_ends_with_who_merged_it_and_says_what_was_reviewed() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.report();
    let digest = scene.digest();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "change-7"]);
    scene.push_main();
    close(&scene, true);
    let merge = scene.main();
    scene.fake.world().pulls.get_mut(&7).unwrap().merge_commit = Some(merge.clone());
    let ran = scene.run(push(&merge));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(scene.said().ends_with(&format!("**merged by `ada` as {}**", &merge[..10])), "{}", scene.said());
    assert_eq!(scene.digest(), digest);
    assert!(scene.said().contains("4 units change") && !scene.said().contains("Approvals"), "{}", scene.said());
}

#[test]
fn a52_closed_before_synchronize_ends_with_closed_and_stays_so() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.report();
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    let head = scene.push(7);
    close(&scene, false);
    assert_eq!(scene.run(pull_request("closed", 7)).code, 0);
    let closed = scene.run(workflow_run(&head, "change-7", "acme/shop"));
    assert_eq!(closed.code, 0, "{closed:#?}");
    assert!(scene.said().ends_with("**closed without being merged**"), "{}", scene.said());
    let said = scene.said();
    // The run of the push comes after that of the closing.
    let late = scene.run(workflow_run(&head, "change-7", "acme/shop"));
    assert_eq!((late.code, scene.said()), (0, said));
}

#[test]
fn one_that_was_closed_before_anything_was_said_gets_no_comment() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    close(&scene, false);
    let ran = scene.run(workflow_run(&head, "change-7", "acme/shop"));
    assert!(ran.stdout.contains("#7 is over, and nothing was said on it"), "{}", ran.stdout);
    assert_eq!(scene.writes(), Vec::<String>::new());
}
