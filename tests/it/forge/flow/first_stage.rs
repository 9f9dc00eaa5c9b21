//! A pull request, judged where its author may have written everything but the binary.

use super::events::pull_request;
use super::scene::{Scene, git};
use crate::forge::fake::READ_TOKEN;
use std::fs;

#[test]
fn a45_the_first_stage_prints_and_leaves_a_report_and_writes_nothing_to_github() {
    let scene = Scene::start().with_token(READ_TOKEN);
    scene.new_image();
    scene.push(7);
    scene.fake.world().pulls.get_mut(&7).unwrap().head_repository = Some("mallory/shop".to_owned());
    let ran = scene.run(pull_request("synchronize", 7));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:#?}");
    assert!(ran.stdout.contains("4 of 48 units change"), "{}", ran.stdout);
    assert!(ran.summary.starts_with("### Pavior: "), "{}", ran.summary);
    assert!(ran.outputs.starts_with("digest<<pavior-"), "{}", ran.outputs);
    let report: serde_json::Value = serde_json::from_str(&ran.report).unwrap();
    assert_eq!(report["head"].as_str().unwrap(), &scene.head()[..10]);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn findings_that_block_end_the_first_stage_with_one_and_stand_at_their_lines() {
    let scene = Scene::start().with_token(READ_TOKEN);
    scene.edit("catalog/ads/adservice.yaml", "owner: ads", "owner: adds");
    scene.push(7);
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{ran:#?}");
    assert!(ran.stdout.contains("\n::error file=catalog/ads/adservice.yaml,line=7,col="), "{}", ran.stdout);
    assert!(ran.summary.contains("blocked by 1 error"), "{}", ran.summary);
    assert_eq!(scene.writes(), Vec::<String>::new());
}

#[test]
fn a46_a_policy_that_is_loosened_with_what_it_forbids_is_judged_as_base_has_it() {
    let scene = Scene::start();
    scene.edit("catalog/shopping/cartservice.yaml", "scaling: {min: 2, max: 6", "scaling: {min: 1, max: 6");
    scene.edit(
        "policies/production/readiness.rego",
        "input.workload.replicas.min < 2",
        "input.workload.replicas.min < 1",
    );
    let head = scene.push(7);
    assert_eq!(scene.run(pull_request("opened", 7)).code, 1);
    assert_eq!(scene.report().code, 0);
    assert!(scene.said().contains("error[policy/production.readiness.replicas]"), "{}", scene.said());
    assert!(scene.said().contains("one of platform"), "{}", scene.said());
    assert_eq!(scene.check(&head).0, "failure");
}

#[test]
fn a_shallow_workspace_gets_the_history_that_is_missing() {
    let scene = Scene::start();
    scene.new_image();
    scene.commit("one");
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    scene.push(7);
    fs::remove_dir_all(scene.workspace()).unwrap();
    let remote = format!("file://{}", scene.remote().display());
    scene.git(&["clone", "--quiet", "--depth=1", &remote, &scene.workspace().to_string_lossy()]);
    assert!(scene.workspace().join(".git/shallow").exists());
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(!scene.workspace().join(".git/shallow").exists());
}

#[test]
fn what_main_got_meanwhile_is_no_part_of_the_change() {
    let scene = Scene::start();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/checkout/emailservice.yaml", "emailservice:v0.10.6", "emailservice:v0.10.7");
    scene.commit("somebody else's");
    scene.push_main();
    scene.git(&["checkout", "--quiet", "change-7"]);
    scene.git(&["merge", "--quiet", "main"]);
    scene.new_image();
    scene.push(7);
    // GitHub still remembers the base of the day on which it was opened.
    assert_ne!(scene.fake.world().pulls[&7].base, scene.main());
    let ran = scene.run(pull_request("synchronize", 7));
    assert!(ran.stdout.contains("adservice") && !ran.stdout.contains("emailservice"), "{}", ran.stdout);
}

#[test]
fn the_first_change_of_all_is_judged_against_nothing() {
    let scene = Scene::of(crate::repository::Repository::empty());
    for (path, text) in crate::case::read_tree(&crate::repository::Repository::shipped().root()) {
        scene.write(&path, &text);
    }
    scene.push(7);
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains("48 of 48 units change"), "{}", ran.stdout);
}

#[test]
fn declarations_in_a_folder_are_told_at_paths_from_the_root() {
    let repository = crate::repository::Repository::empty();
    for (path, text) in crate::case::read_tree(&crate::repository::Repository::shipped().root()) {
        repository.write(&format!("infra/{path}"), text);
    }
    let scene = Scene::of(repository).with_argument("--root=infra");
    scene.edit("infra/catalog/ads/adservice.yaml", "owner: ads", "owner: adds");
    let head = scene.push(7);
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.stdout.contains("\n::error file=infra/catalog/ads/adservice.yaml,line=7,"), "{}", ran.stdout);
    assert_eq!(scene.report().code, 0);
    assert_eq!(scene.check(&head).0, "failure");
    let world = scene.fake.world();
    assert_eq!(world.check_runs[0].annotations[0]["path"], "infra/catalog/ads/adservice.yaml");
}

#[test]
fn a_remote_that_does_not_answer_is_told_where_people_look() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    fs::remove_dir_all(scene.remote()).unwrap();
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(ran.stdout.starts_with("::error title=pavior::fetching commits: git says: '"), "{}", ran.stdout);
    assert!(ran.summary.starts_with("Pavior could not judge this: "), "{}", ran.summary);
    assert!(ran.stderr.starts_with("error: fetching commits\n"), "{}", ran.stderr);
    assert_eq!(git(&scene.workspace(), &["status", "--porcelain"]), "");
}
