//! What runs somewhere, told by records: GitHub's deployments and the line in the comment.

use super::events::{by_hand, pull_request};
use super::scene::{Ran, Scene};
use crate::forge::fake::{Reply, Trouble};
use serde_json::{Value, json};

fn scene() -> Scene {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene
}

fn preview(scene: &Scene, sequence: u64, state: &str) -> Value {
    json!({
        "version": 1, "sequence": sequence, "kind": "preview", "environment": "pr-7", "pull": 7, "commit": scene.head(),
        "state": state, "at": format!("2026-11-22T10:0{sequence}:00Z"), "url": "https://pr-7.preview.example",
    })
}

fn applied(commit: &str, sequence: u64, unit: &str) -> Value {
    json!({
        "version": 1, "sequence": sequence, "kind": "apply", "environment": "production", "class": "production",
        "commit": commit, "unit": unit, "state": "success", "at": "2026-11-22T11:00:00Z",
    })
}

fn told(scene: Scene, records: &[Value]) -> (Scene, Ran) {
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    told_text(scene, &text)
}

fn told_text(scene: Scene, text: &str) -> (Scene, Ran) {
    let path = scene.remote().with_file_name("records.jsonl");
    std::fs::write(&path, text).unwrap();
    let scene = scene.with_only_arguments(&["--records", &path.to_string_lossy()]);
    let ran = scene.report();
    (scene, ran)
}

/// Environment, task and states of each deployment.
fn deployments(scene: &Scene) -> Vec<String> {
    let world = scene.fake.world();
    let shown = world.deployments.iter().map(|one| {
        let states: Vec<&str> = one.statuses.iter().map(|status| status["state"].as_str().unwrap()).collect();
        let text = |name: &str| one.value[name].as_str().unwrap().to_owned();
        format!("{} {} {}", text("environment"), text("task"), states.join(" "))
    });
    shown.collect()
}

#[test]
fn a_preview_is_shown_in_the_comment_and_where_github_shows_deployments() {
    let scene = scene();
    let records = [preview(&scene, 1, "in_progress"), preview(&scene, 2, "success")];
    let (scene, ran) = told(scene, &records);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(deployments(&scene), ["pr-7 deploy:pavior success"]);
    {
        let world = scene.fake.world();
        let (made, status) = (&world.deployments[0].value, &world.deployments[0].statuses[0]);
        assert_eq!((&made["transient_environment"], &made["production_environment"]), (&json!(true), &json!(false)));
        assert_eq!(made["description"], "preview of #7");
        assert_eq!(status["environment_url"], "https://pr-7.preview.example");
    }
    let line = "\n**Preview:** <https://pr-7.preview.example>, running since 2026-11-22 10:02 UTC\n";
    assert!(scene.said().contains(line), "{}", scene.said());
    // The same twice is nothing, also without records: GitHub knows it.
    let (scene, ran) = told(scene, &records);
    assert!(ran.stdout.contains("deployments of pr-7 are shown as they should be"), "{}", ran.stdout);
    let scene = scene.with_only_arguments(&[]);
    let ran = scene.report();
    assert!(ran.stdout.contains("says so already"), "{}", ran.stdout);
    // Of a commit that was pushed over, and then taken down.
    let down = preview(&scene, 3, "inactive");
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    scene.push(7);
    scene.report();
    assert!(scene.said().contains(", not of the head\n"), "{}", scene.said());
    let (scene, _) = told(scene, &[down]);
    assert_eq!(deployments(&scene), ["pr-7 deploy:pavior success inactive"]);
    assert!(scene.said().contains("\n**Preview:** removed at 2026-11-22 10:03 UTC\n"), "{}", scene.said());
    // What is older than that comes late.
    let older = json!({"commit": scene.fake.world().deployments[0].value["ref"]});
    let mut late = preview(&scene, 2, "success");
    late["commit"] = older["commit"].clone();
    let (scene, _) = told(scene, &[late]);
    assert_eq!(deployments(&scene), ["pr-7 deploy:pavior success inactive"]);
}

#[test]
fn units_of_production_do_not_end_each_other_and_the_next_commit_ends_its_own() {
    let scene = scene();
    let (first, second) = (scene.main(), scene.head());
    let (scene, ran) = told(scene, &[applied(&first, 1, "cart"), applied(&first, 1, "ads")]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let (scene, _) = told(scene, &[applied(&second, 2, "cart")]);
    let all = [
        "production deploy:pavior/ads success",
        "production deploy:pavior/cart success inactive",
        "production deploy:pavior/cart success",
    ];
    assert_eq!(deployments(&scene), all);
    assert_eq!(scene.fake.world().deployments[2].value["production_environment"], true);
    assert!(!scene.said().contains("**Preview"), "{}", scene.said());
}

#[test]
fn a54_a_502_after_create_makes_no_second_deployment() {
    let scene = scene();
    let record = [preview(&scene, 1, "success")];
    scene.fake.trouble(Trouble::after(502).on("POST", "/deployments"));
    let (scene, ran) = told(scene, &record);
    assert_eq!((ran.code, deployments(&scene)), (0, vec!["pr-7 deploy:pavior success".to_owned()]));
    // It is made, the run ends before it is told how that stands: the next one finds it.
    let next = [{
        let mut next = preview(&scene, 2, "success");
        next["commit"] = scene.main().into();
        next
    }];
    let refused = Trouble::instead(Reply::error(422, "Validation Failed"));
    scene.fake.trouble(refused.on("POST", "/statuses").sparing(1));
    let (scene, ran) = told(scene, &next);
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(ran.stderr.contains("deployments of pr-7: "), "{}", ran.stderr);
    assert_eq!(deployments(&scene), ["pr-7 deploy:pavior success inactive", "pr-7 deploy:pavior "]);
    let (scene, ran) = told(scene, &next);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(deployments(&scene), ["pr-7 deploy:pavior success inactive", "pr-7 deploy:pavior success"]);
}

#[test]
fn what_others_deploy_and_say_is_theirs() {
    let scene = scene();
    {
        let mut world = scene.fake.world();
        world.writer("mallory");
        let head = world.pulls[&7].head.clone();
        for (creator, task) in [("mallory", "deploy:pavior"), ("github-actions[bot]", "deploy")] {
            let by = world.user_json("mallory");
            let id = world.id();
            let status = json!({
                "state": "success", "creator": by, "environment_url": "https://evil.example",
                "description": "up (record 9007199254740991, 2026-11-22T10:00:00Z)",
            });
            let value = json!({"environment": "pr-7", "task": task, "ref": head, "description": ""});
            let creator = creator.to_owned();
            world.deployments.push(crate::forge::fake::FakeDeployment { id, creator, value, statuses: vec![status] });
        }
    }
    let record = [preview(&scene, 1, "success")];
    let (scene, ran) = told(scene, &record);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(deployments(&scene)[2], "pr-7 deploy:pavior success");
    assert_eq!(deployments(&scene)[..2], ["pr-7 deploy:pavior success", "pr-7 deploy success"]);
    assert!(!scene.said().contains("evil.example"), "{}", scene.said());
}

#[test]
fn of_a_file_with_bad_lines_nothing_is_done_and_each_is_told() {
    let scene = scene();
    let good = preview(&scene, 1, "success");
    let mut evil = good.clone();
    evil["url"] = json!("javascript:alert(1)");
    let mut forged = good.clone();
    forged["description\n::error::"] = json!("x");
    let (scene, ran) = told_text(scene, &format!("{good}\n{evil}\nnot JSON\n{forged}\n"));
    assert_eq!((ran.code, scene.writes()), (2, Vec::new()), "{ran:#?}");
    for told in ["records.jsonl cannot be used, so nothing was done", "because: line 2: ", "; line 3: ", "; line 4: "] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    assert!(!ran.text().lines().any(|line| line.starts_with("::error::")), "{}", ran.text());
    let (scene, ran) = told_text(scene, &" ".repeat((1 << 20) + 1));
    assert!(ran.code == 2 && ran.stderr.contains("more than 1048576 bytes"), "{}", ran.stderr);
    let ran = scene.with_only_arguments(&["--records", "/nonexistent"]).report();
    assert!(ran.code == 2 && ran.stderr.contains("/nonexistent"), "{}", ran.stderr);
}

#[test]
fn a45_where_a_pull_request_may_have_written_them_records_are_refused() {
    let scene = scene();
    let record = [preview(&scene, 1, "success")];
    let (scene, _) = told(scene, &record);
    scene.forget_requests();
    let ran = scene.run(pull_request("opened", 7));
    assert_eq!((ran.code, scene.writes()), (2, Vec::new()));
    assert!(ran.stderr.contains("--records is for a run that may write"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_prints_the_calls_and_makes_none() {
    let scene = scene();
    let path = scene.remote().with_file_name("records.jsonl");
    std::fs::write(&path, preview(&scene, 1, "success").to_string()).unwrap();
    let scene = scene.with_only_arguments(&["--dry-run", "--records", &path.to_string_lossy()]);
    let ran = scene.run(by_hand(7));
    assert_eq!((ran.code, scene.writes()), (0, Vec::new()), "{ran:#?}");
    assert!(ran.stdout.contains("POST /repos/acme/shop/deployments {\"ref\":"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("POST /repos/acme/shop/deployments/0/statuses {\"state\":\"success\","),
        "{}",
        ran.stdout
    );
}
