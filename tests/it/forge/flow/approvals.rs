//! Who approves, counted from the API when it matters.

use super::scene::Scene;

/// An image of `adservice` changes: one of the team `ads` has to approve.
fn waiting() -> (Scene, String) {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    scene.report();
    assert_eq!(scene.check(&head).0, "action_required");
    (scene.with_run(101), head)
}

fn now(scene: &Scene, head: &str) -> String {
    assert_eq!(scene.report().code, 0);
    scene.check(head).0
}

#[test]
fn a47_the_owner_approves_and_the_check_succeeds() {
    let (scene, head) = waiting();
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    assert_eq!(now(&scene, &head), "success");
    assert!(scene.said().contains("**Approvals:** 1 of 1: `priya-nair` approved"), "{}", scene.said());
    assert_eq!(scene.fake.world().check_runs.len(), 1);
}

#[test]
fn a47_without_leave_to_ask_github_the_members_that_base_declares_count() {
    let (scene, head) = waiting();
    scene.fake.world().teams.clear();
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    assert_eq!(now(&scene, &head), "success");
}

#[test]
fn a47_the_author_a_reader_a_bot_and_a_stranger_do_not_count() {
    let (scene, head) = waiting();
    {
        let mut world = scene.fake.world();
        world.team("acme", "ads", &["priya-nair", "ada", "rene", "robot[bot]"]);
        world.reader("rene");
        world.user("robot[bot]", 9, "Bot", ("write", "write"));
        world.writer("stan");
        for login in ["ada", "rene", "robot[bot]", "stan"] {
            world.review(7, login, "APPROVED");
        }
    }
    assert_eq!(now(&scene, &head), "action_required");
    for why in ["`ada` is the author", "`rene` may not write here", "`robot[bot]` is a bot", "`stan` is in no team"] {
        assert!(scene.said().contains(why), "{why}: {}", scene.said());
    }
}

#[test]
fn a47_an_approval_of_what_was_pushed_over_and_a_dismissed_one_do_not_count() {
    let (scene, _) = waiting();
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    let head = scene.push(7);
    assert_eq!(now(&scene, &head), "action_required");
    assert!(scene.said().contains("`priya-nair` approved what has changed since"), "{}", scene.said());
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    scene.fake.world().review(7, "priya-nair", "DISMISSED");
    assert_eq!(now(&scene, &head), "action_required");
    assert!(scene.said().contains("`priya-nair` was dismissed"), "{}", scene.said());
}

#[test]
fn a47_who_lost_the_right_to_write_or_left_the_team_does_not_count_any_more() {
    let (scene, head) = waiting();
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    assert_eq!(now(&scene, &head), "success");
    scene.fake.world().reader("priya-nair");
    assert_eq!(now(&scene, &head), "action_required");
    scene.fake.world().writer("priya-nair");
    assert_eq!(now(&scene, &head), "success");
    scene.fake.world().team("acme", "ads", &[]);
    assert_eq!(now(&scene, &head), "action_required");
}

#[test]
fn a47_who_left_a_declared_team_since_the_branch_began_does_not_speak_for_it() {
    let (scene, head) = waiting();
    scene.fake.world().teams.clear();
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    scene.git(&["checkout", "--quiet", "main"]);
    scene.edit("catalog/teams/ads.yaml", "{login: priya-nair, name: Priya Nair}", "{login: somebody-else, name: S E}");
    scene.commit("priya leaves");
    scene.push_main();
    assert_eq!(now(&scene, &head), "action_required");
    assert!(scene.said().contains("`priya-nair` is in no team that is asked"), "{}", scene.said());
}

#[test]
fn a57_an_approval_on_page_two_counts() {
    let (scene, head) = waiting();
    {
        let mut world = scene.fake.world();
        world.writer("grace");
        (0..120).for_each(|_| world.review(7, "grace", "COMMENTED"));
        world.review(7, "priya-nair", "APPROVED");
    }
    assert_eq!(now(&scene, &head), "success");
}

#[test]
fn who_asks_for_changes_holds_it_back() {
    let (scene, head) = waiting();
    scene.fake.world().review(7, "priya-nair", "APPROVED");
    scene.fake.world().review(7, "oleg-petrov", "CHANGES_REQUESTED");
    assert_eq!(now(&scene, &head), "action_required");
    assert!(scene.said().contains("**Changes requested** by `oleg-petrov`"), "{}", scene.said());
}

#[test]
fn a49_nothing_is_approved_while_codeowners_is_unsound() {
    let scene = Scene::start();
    scene.git(&["checkout", "--quiet", "main"]);
    scene.write(".github/CODEOWNERS", "* @acme/platform\n");
    scene.commit("code owners");
    scene.push_main();
    scene.open(7);
    scene.new_image();
    let head = scene.push(7);
    {
        let mut world = scene.fake.world();
        world.pulls.get_mut(&7).unwrap().files = vec!["catalog/ads/adservice.yaml".to_owned()];
        world.review(7, "priya-nair", "APPROVED");
    }
    assert_eq!(now(&scene, &head), "success");
    let error = serde_json::json!({"path": ".github/CODEOWNERS", "line": 1, "message": "Unknown owner"});
    scene.fake.world().codeowners_errors = Some(vec![error]);
    assert_eq!(now(&scene, &head), "action_required");
    assert!(scene.said().contains("GitHub finds 1 error in it"), "{}", scene.said());
}

#[test]
fn a46_code_owners_that_come_with_the_change_do_not_count_yet() {
    const SOUND: &str = "* @acme/platform\n";
    // A line without an owner takes the owner away.
    const UNSOUND: &str = "* @acme/platform\ncatalog/ads/\n";
    for (at_base, at_head, conclusion) in [(SOUND, UNSOUND, "success"), (UNSOUND, SOUND, "action_required")] {
        let scene = Scene::start();
        scene.git(&["checkout", "--quiet", "main"]);
        scene.write(".github/CODEOWNERS", at_base);
        scene.commit("code owners");
        scene.push_main();
        scene.open(7);
        scene.new_image();
        scene.write(".github/CODEOWNERS", at_head);
        let head = scene.push(7);
        {
            let mut world = scene.fake.world();
            let files = [".github/CODEOWNERS", "catalog/ads/adservice.yaml"].map(str::to_owned);
            world.pulls.get_mut(&7).unwrap().files = files.to_vec();
            world.review(7, "priya-nair", "APPROVED");
        }
        assert_eq!(now(&scene, &head), conclusion, "{}", scene.said());
    }
}

#[test]
fn a48_whatever_the_job_says_of_its_actor_the_author_is_who_opened_it() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    {
        let mut world = scene.fake.world();
        world.team("acme", "ads", &["priya-nair", "ada"]);
        world.review(7, "ada", "APPROVED");
    }
    let scene = scene.with_variable("GITHUB_ACTOR", "dependabot[bot]").with_variable("GITHUB_ACTOR_ID", "49699333");
    let scene = scene.with_variable("GITHUB_TRIGGERING_ACTOR", "priya-nair");
    assert_eq!(now(&scene, &head), "action_required");
    assert!(scene.said().contains("`ada` is the author"), "{}", scene.said());
}
