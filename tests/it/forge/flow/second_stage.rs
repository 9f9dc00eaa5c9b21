//! The trusted run: everything that GitHub shows of a pull request.

use super::events::{by_hand, workflow_run};
use super::scene::Scene;
use serde_json::json;

#[test]
fn the_second_stage_comments_once_and_makes_check_run_labels_reviewers_and_sarif() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    let ran = scene.run(workflow_run(&head, "change-7", "acme/shop"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:#?}");
    let said = scene.said();
    assert!(said.starts_with(&format!("<!-- pavior:report v1 pull=7 head={head} base={} ", scene.main())), "{said}");
    assert!(said.contains("**Approvals:** 0 of 1: one of `@acme/ads` missing"), "{said}");
    assert_eq!(scene.check(&head), ("action_required".to_owned(), "1 approval of 1 missing".to_owned()));
    let world = scene.fake.world();
    let labels: Vec<&str> = world.pulls[&7].labels.iter().map(String::as_str).collect();
    assert_eq!(
        labels,
        ["pavior/env-local", "pavior/env-preview", "pavior/env-production", "pavior/env-staging", "pavior/risk-low"]
    );
    assert!(world.pulls[&7].team_reviewers.contains("ads"));
    assert_eq!(world.sarif[0]["ref"], "refs/pull/7/head");
    assert!(ran.stdout.contains("\n#7: asked @acme/ads for a review\n"), "{}", ran.stdout);
    assert!(ran.summary.contains("commented"), "{}", ran.summary);
}

#[test]
fn a_pull_request_of_a_fork_is_found_by_its_branch() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    scene.fake.world().pulls.get_mut(&7).unwrap().head_repository = Some("mallory/shop".to_owned());
    assert_eq!(scene.run(workflow_run(&head, "change-7", "mallory/shop")).code, 0);
    assert!(scene.said().contains(&head));
}

#[test]
fn running_again_changes_nothing() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.report();
    let (said, labels) = (scene.said(), scene.fake.world().pulls[&7].labels.clone());
    scene.forget_requests();
    let scene = scene.with_run(101);
    let ran = scene.report();
    assert!(ran.stdout.contains("says so already"), "{}", ran.stdout);
    assert_eq!((scene.said(), &scene.fake.world().pulls[&7].labels), (said, &labels));
    assert_eq!(scene.fake.world().check_runs.len(), 1);
    let comments = scene.writes().into_iter().filter(|write| write.contains("/comments") || write.contains("/labels"));
    assert_eq!(comments.count(), 0, "{:?}", scene.writes());
}

#[test]
fn nothing_deployed_is_one_line_and_a_success() {
    let scene = Scene::start();
    scene.edit("catalog/ads/adservice.yaml", "  tier: supporting", "  # Nobody buys less.\n  tier: supporting");
    let head = scene.push(7);
    scene.report();
    assert_eq!(scene.said().lines().count(), 2, "{}", scene.said());
    assert_eq!(scene.check(&head).0, "success");
}

#[test]
fn nobody_is_asked_to_look_at_a_draft() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.fake.world().pulls.get_mut(&7).unwrap().draft = true;
    scene.report();
    assert!(scene.fake.world().pulls[&7].team_reviewers.is_empty());
    assert!(scene.said().contains("`@acme/ads` missing"));
}

#[test]
fn a_dry_run_prints_every_call_and_makes_none() {
    let scene = Scene::start().with_argument("--dry-run");
    scene.new_image();
    let head = scene.push(7);
    let ran = scene.run(by_hand(7));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(scene.writes(), Vec::<String>::new());
    for call in
        ["POST /repos/acme/shop/check-runs {", "POST /repos/acme/shop/issues/7/comments {", "PATCH ", "sarifs {"]
    {
        assert!(ran.stdout.contains(call), "{call}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains(&head));
}

#[test]
fn a60_an_artifact_that_says_something_else_is_a_warning_and_never_shown() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    let honest = scene.run(super::events::pull_request("opened", 7)).report;
    let tampered = honest.replace("adservice", "evilservice");
    assert_ne!(honest, tampered);
    for (artifact, is_warned) in [(honest.clone(), false), (tampered, true), ("#!/bin/sh\n".to_owned(), true)] {
        scene.fake.world().artifacts.clear();
        scene.fake.world().artifact(5, "pavior-report.json", artifact.into_bytes());
        let ran = scene.run(workflow_run(&head, "change-7", "acme/shop"));
        assert_eq!(scene.said().contains("**Security:**"), is_warned, "{}", scene.said());
        assert!(!scene.said().contains("evilservice") && !ran.text().contains("evilservice"));
    }
}

#[test]
fn an_app_acts_as_itself_and_its_key_is_masked() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    drop(scene.fake.world().install_app(None));
    let key = scene.fake.world().app.as_ref().unwrap().pem.clone();
    let scene = scene.with_variable("PAVIOR_APP_ID", "77").with_variable("PAVIOR_APP_PRIVATE_KEY", &key);
    let ran = scene.report();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let line_of_it = key.lines().nth(1).unwrap();
    let masked =
        ran.text().lines().filter(|line| line.contains(line_of_it)).all(|line| line.starts_with("::add-mask::"));
    assert!(masked && ran.stdout.contains(&format!("::add-mask::{line_of_it}")));
    assert!(!ran.text().contains("installation-token-"), "{}", ran.text());
    assert_eq!(scene.fake.world().comments[0].author, "pavior[bot]");
    assert_eq!(json!(scene.fake.world().comments.len()), json!(1));
}
