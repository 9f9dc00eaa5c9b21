//! What is merged is told to an engine as it was reviewed, and nothing else is.

use super::applying::{APPROVER, How, delivered_by_an_engine};
use super::events::push;
use super::scene::{Scene, git};
use serde_json::json;

const BRANCH: &str = "pavior/production";

/// The image that the engine is told to run, of each service; empty where it is told of none.
fn told(scene: &Scene, service: &str) -> String {
    let remote = scene.remote();
    let path = format!("{BRANCH}:{service}/manifests/deployment-{service}.yaml");
    let is_there = git(&remote, &["ls-tree", "-r", "--name-only", BRANCH]).contains(&format!("{service}/manifests/"));
    let text = if is_there { git(&remote, &["show", &path]) } else { String::new() };
    let image = text.lines().find_map(|line| line.split_once("image: ")).map(|(_, image)| image.to_owned());
    image.unwrap_or_default()
}

#[test]
fn what_was_approved_and_merged_is_told_and_the_ledger_says_on_whose_word() {
    let scene = delivered_by_an_engine();
    scene.begin();
    assert_eq!(told(&scene, "cart"), "example.com/cart:1");
    scene.change(7, "cart", "2");
    scene.report();
    scene.approve(7);
    let merged = scene.merge(7, How::Squash);
    let job = scene.push_job(&merged);
    assert_eq!((job.applied.0, job.published.0, job.told.code), (0, 0, 0), "{job:#?}");
    assert_eq!(
        (told(&scene, "cart").as_str(), told(&scene, "web").as_str()),
        ("example.com/cart:2", "example.com/web:1")
    );
    let intent = scene.intent("production/cart");
    assert_eq!((&intent["effect"], &intent["change"]["pull"]), (&json!("publish"), &json!(7)), "{intent:#}");
    assert_eq!(intent["change"]["approvedBy"], json!([APPROVER]));
    let said = scene.said();
    assert!(said.contains("- **`production`**: applied at 20") && said.contains("left to their engine"), "{said}");
    let check = scene.check_of(&merged, "pavior apply");
    assert_eq!(check["conclusion"], "success", "{check:#}");
    let head = scene.pavior(&["audit", "verify", "--published", check["external_id"].as_str().unwrap()]);
    assert_eq!(head.0, 0, "the head behind the publishing: {}", head.1);
    // Once more: nothing is left, though nobody ever said that it is healthy.
    let records = scene.ledger().len();
    let again = scene.push_job(&merged);
    assert_eq!((again.mandate["units"].as_array().unwrap().len(), scene.ledger().len()), (0, records), "{again:#?}");
}

#[test]
fn a63_what_nobody_approved_stays_on_the_branch_as_it_is_and_others_go_on() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.report();
    scene.merge(7, How::Merge);
    scene.change(8, "web", "2");
    scene.approve(8);
    let merged = scene.merge(8, How::Merge);
    let job = scene.push_job(&merged);
    assert_eq!(
        (told(&scene, "cart").as_str(), told(&scene, "web").as_str()),
        ("example.com/cart:1", "example.com/web:2")
    );
    assert!(job.published.1.contains("production/cart: not published: #7: "), "{job:#?}");
    assert_eq!(job.published.0, 1);
    let said = scene.said_on(7);
    assert!(said.contains("- **`production`**: not applied: `cart` `not published: #7: "), "{said}");
    assert_eq!(scene.check_of(&merged, "pavior apply")["conclusion"], "action_required");
    // Somebody approves it.
    scene.approve(7);
    let job = scene.push_job(&merged);
    assert_eq!((job.published.0, told(&scene, "cart").as_str()), (0, "example.com/cart:2"), "{job:#?}");
}

#[test]
fn a63_what_was_pushed_without_a_pull_request_is_not_told_nor_is_what_goes_taken_away() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.retag("cart", "3");
    scene.git(&["rm", "--quiet", "catalog/web.yaml"]);
    scene.commit("in a hurry");
    scene.push_main();
    let job = scene.push_job(&scene.main());
    assert_eq!(
        (told(&scene, "cart").as_str(), told(&scene, "web").as_str()),
        ("example.com/cart:1", "example.com/web:1")
    );
    for unit in ["cart", "web"] {
        assert!(job.published.1.contains(&format!("production/{unit}: not published: nobody reviewed it")), "{job:#?}");
    }
    let by_hand = scene.pavior(&["publish", "--environment", "production", "--yes", "--head", &scene.main()]);
    assert!(by_hand.1.contains("--yes is not enough") && by_hand.0 == 1, "{}", by_hand.1);
    assert_eq!(told(&scene, "cart"), "example.com/cart:1");
}

#[test]
fn what_goes_is_taken_from_the_branch_once_that_is_approved() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.open(7);
    scene.git(&["rm", "--quiet", "catalog/web.yaml"]);
    scene.push(7);
    scene.approve(7);
    let merged = scene.merge(7, How::Merge);
    let job = scene.push_job(&merged);
    assert_eq!((told(&scene, "cart").as_str(), told(&scene, "web").as_str()), ("example.com/cart:1", ""), "{job:#?}");
    assert!(job.published.0 == 0 && job.published.1.contains("production/web: goes: "), "{job:#?}");
    let next = scene.push_job(&merged);
    assert_eq!(next.applied.0, 0, "what is left is a run's: {next:#?}");
    assert!(scene.push_job(&merged).mandate["units"].as_array().unwrap().is_empty());
}

#[test]
fn a65_how_an_engine_is_told_to_deliver_changes_by_hand_alone() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.edit("catalog/production.yaml", "delivery: argocd", "delivery: argocd, cluster: elsewhere");
    scene.push(7);
    scene.approve(7);
    let merged = scene.merge(7, How::Merge);
    let job = scene.push_job(&merged);
    let why = "production: how its engine is told to deliver changes, or its branch was changed (_engine/application-";
    assert!(job.published.0 == 1 && job.published.1.contains(why), "{job:#?}");
    let engine =
        |file: &str| git(&scene.remote(), &["show", &format!("{BRANCH}:_engine/application-{file}-production.yaml")]);
    assert!(!engine("cart").contains("elsewhere") && !engine("web").contains("elsewhere"));
}

#[test]
fn the_action_tells_the_engine_behind_the_apply() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.report();
    scene.approve(7);
    let merged = scene.merge(7, How::Squash);
    let (code, text) = scene.action(push(&merged), &[("PAVIOR_APPLY", "true"), ("PAVIOR_ENVIRONMENTS", "local")]);
    assert_eq!((code, told(&scene, "cart").as_str()), (0, "example.com/cart:1"), "not asked for: {text}");
    let (code, text) = scene.action(push(&merged), &[("PAVIOR_APPLY", "true")]);
    assert_eq!((code, told(&scene, "cart").as_str()), (0, "example.com/cart:2"), "{text}");
    assert!(text.contains("pavior/production is at "), "{text}");
}

#[test]
fn what_is_promoted_waits_until_the_environment_before_is_healthy() {
    let scene = delivered_by_an_engine();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/production.yaml", "delivery: argocd", "delivery: argocd, promotesFrom: local");
    // Local is an engine's as well, and nobody follows it here.
    scene.edit("catalog/local.yaml", "domain: local.test}", "domain: local.test, delivery: argocd}");
    scene.commit("one behind the other");
    scene.push_main();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.approve(7);
    let merged = scene.merge(7, How::Squash);
    let job = scene.push_job(&merged);
    let told_of = "production/cart: not published: it waits for local/cart\n";
    assert!(job.published.1.contains(told_of) && job.published.0 == 1, "{job:#?}");
    assert_eq!(told(&scene, "cart"), "example.com/cart:1");
    assert!(git(&scene.remote(), &["show", "pavior/local:cart/manifests/deployment-cart.yaml"]).contains("cart:2"));
    let said = scene.said();
    assert!(said.contains("`production`**: not applied: `cart` `not published: it waits for local/cart`"), "{said}");
}

/// All that is on the branch, by its tree.
fn tree(scene: &Scene) -> String {
    git(&scene.remote(), &["rev-parse", &format!("{BRANCH}^{{tree}}")])
}

/// The remote takes no push to a branch.
fn refuse(scene: &Scene, branch: &str, is_on: bool) {
    let hook = scene.remote().join("hooks/update");
    let text = format!("#!/bin/sh\ncase \"$1\" in refs/heads/{branch}) exit 1;; esac\n");
    std::fs::write(&hook, if is_on { text } else { "#!/bin/sh\n".to_owned() }).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn a65_a_mandate_for_nothing_replaces_no_engine_and_makes_no_branch_anew() {
    let scene = delivered_by_an_engine();
    scene.begin();
    let before = tree(&scene);
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/production.yaml", "delivery: argocd", "delivery: flux");
    scene.commit("another engine");
    scene.push_main();
    let job = scene.push_job(&scene.main());
    assert!(job.published.0 == 1 && job.published.1.contains("say") | job.published.1.contains("by hand"), "{job:#?}");
    assert_eq!(tree(&scene), before);
    let by_hand = scene.pavior(&["publish", "--environment", "production", "--head", &scene.main()]);
    assert!(by_hand.0 == 1 && by_hand.1.contains("say --confirm production if that is meant"), "{}", by_hand.1);
    assert_eq!(tree(&scene), before);
    let records = scene.ledger().len();
    let meant =
        scene.pavior(&["publish", "--environment", "production", "--confirm", "production", "--head", &scene.main()]);
    assert_eq!(meant.0, 0, "{}", meant.1);
    let engine = git(&scene.remote(), &["ls-tree", "--name-only", &format!("{BRANCH}:_engine")]);
    assert!(engine.contains("kustomization-cart-production.yaml") && !engine.contains("application"), "{engine}");
    assert!(scene.ledger().len() > records && scene.intent("production/cart")["effect"] == "publish", "it is recorded");
    git(&scene.remote(), &["update-ref", "-d", "refs/heads/pavior/production"]);
    let gone = scene.push_job(&scene.main());
    assert!(gone.published.0 == 1 && gone.published.1.contains("its branch is gone"), "{gone:#?}");
}

#[test]
fn a67_a_first_push_that_failed_or_was_cut_off_takes_nothing_away_from_units_that_stay() {
    let scene = delivered_by_an_engine();
    scene.begin();
    // The ledger knows nothing of what the branch has: as if the first one had been killed behind its push.
    let before = tree(&scene);
    for folder in [scene.remote(), scene.workspace()] {
        git(&folder, &["update-ref", "-d", "refs/pavior/ledger"]);
    }
    let held = scene.pavior(&["publish", "--environment", "production", "--head", &scene.main()]);
    assert!(held.0 == 1 && held.1.contains("production/cart: not published: nobody reviewed it"), "{}", held.1);
    assert_eq!(tree(&scene), before, "{}", held.1);
}

#[test]
fn a66_a_mandate_whose_commit_is_no_longer_the_tip_tells_nothing() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.approve(7);
    let merged = scene.merge(7, How::Squash);
    refuse(&scene, BRANCH, true);
    let job = scene.push_job(&merged);
    assert_eq!((job.published.0, told(&scene, "cart").as_str()), (2, "example.com/cart:1"), "{job:#?}");
    assert!(job.told.code == 0 && scene.said().contains("`cart` `not published: "), "{}", scene.said());
    refuse(&scene, BRANCH, false);
    // Before it is tried again, something else is merged.
    scene.git(&["commit", "--quiet", "--allow-empty", "-m", "newer"]);
    scene.push_main();
    let mandate = scene.workspace().join(".git/mandate.json");
    let late = scene.pavior(&["publish", "--mandate", mandate.to_str().unwrap()]);
    assert!(late.0 == 0 && late.1.contains("is merged by now, and its own run tells the engine"), "{}", late.1);
    assert_eq!(told(&scene, "cart"), "example.com/cart:1");
    // What was not told is said by the record of it, and the next run does it, with the unit's own commit.
    let next = scene.push_job(&scene.main());
    assert_eq!((next.published.0, told(&scene, "cart").as_str()), (0, "example.com/cart:2"), "{next:#?}");
}

#[test]
fn one_environment_that_cannot_be_told_keeps_no_other_from_being_told() {
    let scene = delivered_by_an_engine();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/local.yaml", "domain: local.test}", "domain: local.test, delivery: flux}");
    scene.commit("two engines");
    scene.push_main();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.approve(7);
    let merged = scene.merge(7, How::Squash);
    refuse(&scene, "pavior/local", true);
    let job = scene.push_job(&merged);
    assert_eq!((job.published.0, told(&scene, "cart").as_str()), (2, "example.com/cart:2"), "{job:#?}");
    let said = scene.said();
    assert!(
        said.contains("- **`production`**: applied at 20") && said.contains("- **`local`**: not applied: `cart`"),
        "{said}"
    );
}

#[test]
fn a65_where_every_other_unit_changes_the_engine_is_not_redirected_beside_one_that_is_approved() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/production.yaml", "delivery: argocd", "delivery: argocd, cluster: stolen, namespace: other");
    scene.retag("web", "9");
    scene.commit("in a hurry");
    scene.push_main();
    scene.change(7, "cart", "2");
    scene.approve(7);
    let merged = scene.merge(7, How::Merge);
    let before = tree(&scene);
    let job = scene.push_job(&merged);
    assert!(job.published.0 == 1 && job.published.1.contains("how its engine is told to deliver"), "{job:#?}");
    assert_eq!(tree(&scene), before);
    let half = ["publish", "--environment", "production", "--confirm", "production", "--head", &merged];
    let half = scene.pavior(&half);
    assert!(half.0 == 1 && half.1.contains("not even --confirm does that while production/"), "{}", half.1);
    assert_eq!(tree(&scene), before);
}

#[test]
fn a_push_that_failed_and_was_taken_back_leaves_nothing_wedged() {
    let scene = delivered_by_an_engine();
    scene.begin();
    scene.change(7, "cart", "2");
    scene.approve(7);
    let merged = scene.merge(7, How::Squash);
    refuse(&scene, BRANCH, true);
    assert_eq!(scene.push_job(&merged).published.0, 2);
    refuse(&scene, BRANCH, false);
    scene.change(8, "cart", "1");
    scene.approve(8);
    let reverted = scene.merge(8, How::Squash);
    let job = scene.push_job(&reverted);
    assert_eq!((job.published.0, told(&scene, "cart").as_str()), (0, "example.com/cart:1"), "{job:#?}");
    let again = scene.push_job(&reverted);
    assert_eq!((again.mandate["units"].as_array().unwrap().len(), again.published.0), (0, 0), "{again:#?}");
}

#[test]
fn what_lies_on_the_branch_and_is_nobodys_is_told_and_goes_with_a_word() {
    let scene = delivered_by_an_engine();
    scene.begin();
    let aside = tempfile::tempdir().unwrap();
    git(aside.path(), &["clone", "--quiet", "--branch", BRANCH, scene.remote().to_str().unwrap(), "."]);
    std::fs::write(
        aside.path().join("_engine/application-evil.yaml"),
        "kind: Application
",
    )
    .unwrap();
    git(aside.path(), &["add", "--all"]);
    git(aside.path(), &["-c", "user.name=eve", "-c", "user.email=eve@localhost", "commit", "--quiet", "-m", "x"]);
    git(aside.path(), &["push", "--quiet", "origin", BRANCH]);
    let job = scene.push_job(&scene.main());
    assert!(job.published.0 == 1 && job.published.1.contains("(_engine/application-evil.yaml)"), "{job:#?}");
    let meant = ["publish", "--environment", "production", "--confirm", "production", "--head", &scene.main()];
    let meant = scene.pavior(&meant);
    let there = git(&scene.remote(), &["ls-tree", "--name-only", &format!("{BRANCH}:_engine")]);
    assert!(meant.0 == 0 && !there.contains("evil"), "{} {there}", meant.1);
    assert_eq!(scene.push_job(&scene.main()).published.0, 0);
}
