//! GitHub that says no, or nothing, in the middle.

use super::scene::Scene;
use crate::forge::fake::{Reply, Trouble};

fn changed() -> (Scene, String) {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    (scene, head)
}

#[test]
fn a56_a_pull_request_that_is_gone_is_said_and_no_failure() {
    let (scene, _) = changed();
    scene.fake.world().pulls.clear();
    let ran = scene.report();
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains("#7 is not there"), "{}", ran.stdout);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn a56_a_token_that_expires_in_the_middle_ends_the_run_and_says_why() {
    let (scene, _) = changed();
    scene.fake.trouble(Trouble::instead(Reply::error(401, "Bad credentials")).on("GET", "/reviews").times(99));
    scene.fake.trouble(Trouble::instead(Reply::error(401, "Bad credentials")).on("PATCH", "").times(99));
    let ran = scene.report();
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(ran.stderr.contains("GitHub does not accept the token (Bad credentials)"), "{}", ran.stderr);
    assert!(ran.stdout.contains("::error title=pavior::"), "{}", ran.stdout);
    assert_eq!(scene.said(), "");
}

#[test]
fn a56_what_cannot_be_judged_leaves_no_check_run_open_and_is_judged_when_it_is_asked_again() {
    let (scene, head) = changed();
    scene.fake.trouble(Trouble::instead(Reply::error(422, "Validation Failed")).on("POST", "/issues/7/comments"));
    let ran = scene.report();
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert_eq!(scene.check(&head), ("failure".to_owned(), "could not be judged".to_owned()));
    assert_eq!(scene.report().code, 0);
    assert_eq!(scene.check(&head).0, "action_required");
    assert!(!scene.said().is_empty());
}

#[test]
fn a_repository_without_code_scanning_and_a_token_that_may_not_ask_reviewers_lose_only_those() {
    let (scene, head) = changed();
    scene.fake.trouble(Trouble::instead(Reply::error(403, "Advanced Security must be enabled")).on("POST", "/sarifs"));
    scene.fake.trouble(Trouble::instead(Reply::error(403, "not accessible")).on("POST", "/requested_reviewers"));
    let ran = scene.report();
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains("#7: nothing for code scanning: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("#7: nobody could be asked: "), "{}", ran.stdout);
    assert_eq!(scene.check(&head).0, "action_required");
}
