//! State is in GitHub and in git: whatever is lost, comes late or comes twice, what stands there in the end is right.

use super::client::Delivery;
use super::process::Process;
use crate::forge::fake::{Meeting, REPOSITORY, TOKEN, Trouble};
use crate::forge::flow::events::{pull_request, push};
use crate::forge::flow::scene::Scene;
use serde_json::json;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// The folder in the place of github.com.
fn remotes(scene: &Scene) -> PathBuf {
    let folder = scene.remote().parent().unwrap().join("remotes");
    std::fs::create_dir_all(folder.join("acme")).unwrap();
    symlink(scene.remote(), folder.join("acme/shop.git")).unwrap();
    folder
}

fn data(scene: &Scene) -> PathBuf {
    scene.remote().parent().unwrap().join("data")
}

fn is_judged(scene: &Scene, pull: u64) -> bool {
    let world = scene.fake.world();
    let head = &world.pulls[&pull].head;
    let said = world.comments.iter().any(|one| one.pull == pull && one.body.contains(&format!(" head={head} ")));
    let runs = &world.check_runs;
    let concluded = runs.iter().any(|run| run.value["head_sha"] == *head && run.value["conclusion"].is_string());
    said && concluded
}

fn comments(scene: &Scene, pull: u64) -> usize {
    scene.fake.world().comments.iter().filter(|one| one.pull == pull).count()
}

#[test]
fn a53_what_was_missed_is_found_at_the_start_and_by_the_clock() {
    let scene = Scene::start();
    let remotes = remotes(&scene);
    let server = Process::start(scene.fake.url(), &remotes, &data(&scene), &["--sweep-every", "1"]);
    server.wait_until("7, of which nothing was delivered", |_| is_judged(&scene, 7));
    scene.open(8);
    scene.new_image();
    scene.push(8);
    server.wait_until("8, of which nothing was delivered", |_| is_judged(&scene, 8));
    assert_eq!((comments(&scene, 7), comments(&scene, 8)), (1, 1));
    // What was here before, with another body: whoever watches is told, on a line that nobody can break.
    let first = Delivery::new(1, pull_request("opened", 7));
    assert_eq!(server.deliver(&first), 202);
    assert_eq!(server.deliver(&Delivery::new(1, pull_request("opened", 8))), 409);
    assert_eq!(server.deliver(&Delivery::new(2, pull_request("closed", 9)).with("x-github-event", "a\"}\u{9}{")), 200);
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.matches("\"security\":true").count(), 1, "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
    assert!(log.lines().all(|line| line.starts_with("{\"timestamp\":")), "{log}");
    assert!(log.contains("\"stopped\"") && !log.contains(TOKEN) && !log.contains(super::client::KEY), "{log}");
}

#[test]
fn a52_deliveries_out_of_order_lead_to_what_stands_now() {
    let scene = Scene::start();
    let older = scene.head();
    scene.new_image();
    let newer = scene.push(7);
    let remotes = remotes(&scene);
    let server = Process::start(scene.fake.url(), &remotes, &data(&scene), &[]);
    server.wait_until("the first report", |_| is_judged(&scene, 7));
    let say = |number: u64, action: &str, head: &str, state: &str| {
        let mut event = pull_request(action, 7);
        event.1["pull_request"] = json!({"number": 7, "state": state, "merged": true, "head": {"sha": head}});
        event.1["after"] = json!(head);
        assert_eq!(server.deliver(&Delivery::new(number, event)), 202);
        let asked = format!("\"delivery\":\"72d3162e-cc78-11e3-81ab-{number:012x}\"");
        server.wait_until("it is logged", |server| server.log().contains(&asked));
    };
    let done = |server: &Process| server.log().matches("says so already").count();
    // `closed` before `synchronize`, and `synchronize` of an older commit after that of a newer.
    say(1, "closed", &newer, "closed");
    server.wait_until("closed", |server| done(server) >= 1);
    say(2, "synchronize", &newer, "open");
    server.wait_until("newer", |server| done(server) >= 2);
    say(3, "synchronize", &older, "open");
    server.wait_until("older", |server| done(server) >= 3);
    let said = scene.said();
    assert!(said.contains(&format!(" head={newer} ")) && !said.contains("**merged by"), "{said}");
    assert_eq!(comments(&scene, 7), 1);
}

#[test]
fn an_event_about_a_commit_is_worked_on_by_pull_request() {
    let scene = Scene::start();
    scene.new_image();
    let head = scene.push(7);
    let remotes = remotes(&scene);
    let server = Process::start(scene.fake.url(), &remotes, &data(&scene), &[]);
    server.wait_until("the first report", |_| is_judged(&scene, 7));
    let repository = json!({"full_name": REPOSITORY, "default_branch": "main"});
    let id = scene.fake.world().users["ada"].id;
    let by = json!({"id": id, "login": "ada", "type": "User"});
    let suite = json!({"action": "rerequested", "check_suite": {"id": 1, "head_sha": head}, "repository": repository});
    assert_eq!(server.deliver(&Delivery::new(1, ("check_suite", suite))), 202);
    server.wait_until("asked for again", |server| server.log().matches("says so already").count() == 1);
    let button = json!({
        "action": "requested_action", "requested_action": {"identifier": "recheck"}, "sender": by,
        "check_run": {"id": 1, "head_sha": head}, "repository": repository,
    });
    assert_eq!(server.deliver(&Delivery::new(2, ("check_run", button))), 202);
    server.wait_until("the button", |server| server.log().matches("says so already").count() == 2);
    {
        let mut world = scene.fake.world();
        let pull = world.pulls.get_mut(&7).unwrap();
        (pull.state, pull.merged_at) = ("closed", Some("2026-11-22T12:00:00Z".to_owned()));
    }
    assert_eq!(server.deliver(&Delivery::new(3, push(&head))), 202);
    server.wait_until("what became of it", |_| scene.said().contains("**merged by `ada`"));
    assert_eq!(comments(&scene, 7), 1);
}

#[test]
fn killed_in_the_middle_and_started_again_nothing_is_lost_or_doubled() {
    let scene = Scene::start();
    for pull in [8, 9] {
        scene.open(pull);
        scene.push(pull);
    }
    let (remotes, data) = (remotes(&scene), data(&scene));
    // The comment is made, and nobody is told: then the power goes.
    scene.fake.trouble(Trouble::silence_after().on("POST", "/issues/7/comments"));
    let server = Process::start(scene.fake.url(), &remotes, &data, &["--workers", "1"]);
    for pull in [7, 8, 9] {
        assert_eq!(server.deliver(&Delivery::new(pull, pull_request("opened", pull))), 202);
    }
    server.wait_until("the comment is made", |_| comments(&scene, 7) == 1);
    server.kill();
    // What git would leave behind.
    std::fs::write(data.join("acme/shop.git/packed-refs.lock"), "").unwrap();
    assert!([7, 8, 9].iter().any(|pull| !is_judged(&scene, *pull)));
    let server = Process::start(scene.fake.url(), &remotes, &data, &[]);
    server.wait_until("all are judged", |_| [7, 8, 9].iter().all(|pull| is_judged(&scene, *pull)));
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!([7, 8, 9].map(|pull| comments(&scene, pull)), [1, 1, 1]);
}

/// A server that is at the comment of 7, held there by GitHub, while 8 and 9 wait.
fn held(scene: &Scene, arguments: &[&str]) -> Process {
    for pull in [8, 9] {
        scene.open(pull);
        scene.push(pull);
    }
    scene.fake.meet(Meeting::of(2, "POST", "/issues/7/comments"));
    let server = Process::start(scene.fake.url(), &remotes(scene), &data(scene), arguments);
    for pull in [7, 8, 9] {
        assert_eq!(server.deliver(&Delivery::new(pull, pull_request("opened", pull))), 202);
    }
    server.wait_until("it is in the middle", |_| scene.fake.world().meetings[0].come == 1);
    server
}

#[test]
fn told_to_stop_in_the_middle_it_ends_what_it_accepted() {
    let scene = Scene::start();
    let server = held(&scene, &["--workers", "1", "--grace", "60"]);
    let mut before = server.client();
    assert_eq!(before.get("/readyz").status, 200);
    server.stop();
    server.wait_until("it was told", |server| server.log().contains("\"stopping\""));
    // Nothing more is accepted, and what was accepted goes on.
    server.wait_until("nobody is let in", |server| std::net::TcpStream::connect(server.address).is_err());
    assert!(!is_judged(&scene, 7));
    scene.fake.world().meetings[0].come = 2;
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("before everything was done"), "{log}");
    assert!([7, 8, 9].iter().all(|pull| is_judged(&scene, *pull)), "{log}");
    assert_eq!([7, 8, 9].map(|pull| comments(&scene, pull)), [1, 1, 1]);
}

#[test]
fn told_to_stop_without_time_to_end_it_the_next_one_finds_it() {
    let scene = Scene::start();
    let server = held(&scene, &["--workers", "1", "--grace", "1"]);
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopped before everything was done"), "{log}");
    assert!([7, 8, 9].iter().any(|pull| !is_judged(&scene, *pull)));
    scene.fake.world().meetings.clear();
    let server = Process::start(scene.fake.url(), &data(&scene).with_file_name("remotes"), &data(&scene), &[]);
    server.wait_until("all are judged", |_| [7, 8, 9].iter().all(|pull| is_judged(&scene, *pull)));
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!([7, 8, 9].map(|pull| comments(&scene, pull)), [1, 1, 1]);
}
