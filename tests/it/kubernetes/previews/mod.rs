//! Previews on a real API server, with real Terraform and real git: `pavior preview` as a person runs it. Rows A77 and A78
//! of THREATS.md.

mod world;

use super::server::server;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};
use world::{IMAGE, REPLICAS, World, deployments, field, is_there, told};

pub fn a77_a_preview_comes_is_pushed_to_sleeps_wakes_and_goes_with_all_that_it_holds() {
    let world = World::new("life");
    world.push("web", "web:1", "web:2");
    let (text, code) = world.up(701);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("pr-701: `web` changed; all others are those of staging"), "{text}");
    assert!(text.contains("pr-701 shows "), "{text}");
    assert_eq!((deployments(701), field(701, "web", IMAGE)), (vec!["web".to_owned()], "example.com/web:2".to_owned()));
    // What is not cloned is called where it is shared.
    let variables = field(701, "web", "{.spec.template.spec.containers[0].env}");
    assert!(variables.contains("http://cart.staging-life.svc"), "{variables}");
    assert!(world.states(701).is_empty());
    assert_eq!(world.up(701).0.lines().last(), Some("nothing to do: pr-701 is up"));

    world.push("cart", "cart:1", "cart:2");
    let (text, code) = world.up(701);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(
        (deployments(701), world.states(701)),
        (vec!["cart".to_owned(), "web".to_owned()], vec!["cart".to_owned()])
    );
    // A merge takes nothing of it away.
    let (plan, code) = told(world.command(&["plan", "--environment", "pr-701"]).output().unwrap());
    assert_eq!((plan.contains("pr-701/cart"), code), (false, Some(2)), "{plan}");

    assert_eq!(world.preview(&["sleep", "--pull", "701"]).1, Some(0));
    assert_eq!((field(701, "web", REPLICAS), world.phase(701)), ("0".to_owned(), "asleep".to_owned()));
    let (text, code) = world.preview(&["sleep", "--pull", "701"]);
    assert_eq!((text.as_str(), code), ("nothing to do: pr-701 is asleep\n", Some(0)));
    assert_eq!(world.preview(&["wake", "--pull", "701"]).1, Some(0));
    assert_eq!((field(701, "web", REPLICAS), world.phase(701)), ("1".to_owned(), "up".to_owned()));

    // A push wakes it, and may declare another number than it was put to sleep with.
    assert_eq!(world.preview(&["sleep", "--pull", "701"]).1, Some(0));
    world.push("web", "spec:\n", "spec:\n  scaling: {min: 2, max: 2}\n");
    world.push("web", "web:2", "web:3");
    let (text, code) = world.up(701);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(
        (field(701, "web", REPLICAS), field(701, "web", IMAGE)),
        ("2".to_owned(), "example.com/web:3".to_owned())
    );

    // What is no longer part of it goes, with its resources.
    world.push("cart", "cart:2", "cart:1");
    let (text, code) = world.up(701);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!((deployments(701), world.states(701)), (vec!["web".to_owned()], Vec::new()));

    let (text, code) = world.preview(&["down", "--pull", "701", "--why", "seen"]);
    assert_eq!((text.contains("pr-701 is taken down"), code), (true, Some(0)), "{text}");
    assert!(!is_there("pr-701"));
    assert_eq!(world.phase(701), "gone");
    let (log, _) = told(world.command(&["audit", "log", "--environment", "pr-701"]).output().unwrap());
    assert!(log.contains("pr-701: goes down: seen"), "{log}");
    assert_eq!(told(world.command(&["audit", "verify"]).output().unwrap()).1, Some(0));
}

pub fn a77_a_preview_that_was_killed_anywhere_is_finished_by_the_next() {
    let world = World::new("killed");
    world.push("cart", "cart:1", "cart:2");
    let (up, down) = (["up", "--apply", "--base", "main", "--pull", "702"], ["down", "--pull", "702"]);
    for point in ["preview.claim.after", "preview.up.manifests", "preview.up.health", "preview.close.before"] {
        world.killed_at(point, &up);
        assert_eq!(world.phase(702), "rising");
    }
    let (text, code) = world.up(702);
    assert_eq!(
        (code, deployments(702), world.states(702)),
        (Some(0), vec!["cart".into()], vec!["cart".into()]),
        "{text}"
    );
    for point in ["preview.claim.after", "preview.down.resources", "preview.down.namespace", "preview.close.before"] {
        world.killed_at(point, &down);
        assert_eq!(world.phase(702), "falling");
        assert_eq!(is_there("pr-702"), point != "preview.close.before");
    }
    let (text, code) = world.down(702);
    assert_eq!(
        (code, is_there("pr-702"), world.states(702), world.phase(702)),
        (Some(0), false, vec![], "gone".into()),
        "{text}"
    );
    // Of the same name, and a new one.
    let (text, code) = world.up(702);
    assert_eq!((code, deployments(702)), (Some(0), vec!["cart".to_owned()]), "{text}");
    assert_eq!(world.down(702).1, Some(0));
}

pub fn a77_a_push_that_races_the_teardown_waits_and_comes_after_it() {
    let world = World::new("race");
    world.push("cart", "cart:1", "cart:2");
    assert_eq!(world.up(703).1, Some(0));
    world.push("cart", "cart:2", "cart:3");
    let teardown = world.begun(&["down", "--pull", "703"]);
    let begin = Instant::now();
    while world.phase(703) != "falling" {
        assert!(begin.elapsed() < Duration::from_secs(20), "nobody tears it down");
    }
    let (text, code) = world.up(703);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(told(teardown.wait_with_output().unwrap()).1, Some(0));
    assert_eq!((field(703, "cart", IMAGE), world.phase(703)), ("example.com/cart:3".to_owned(), "up".to_owned()));

    // Several at once, of which one does it.
    world.push("cart", "cart:3", "cart:4");
    let all: Vec<_> = (0..4)
        .map(|number| match number % 2 {
            0 => world.begun(&["up", "--apply", "--base", "main", "--pull", "703"]),
            _ => world.begun(&["down", "--pull", "703"]),
        })
        .collect();
    for one in all {
        assert_eq!(told(one.wait_with_output().unwrap()).1, Some(0));
    }
    let is_up = world.phase(703) == "up";
    assert!(is_up || world.phase(703) == "gone");
    assert_eq!((is_there("pr-703"), world.states(703).is_empty()), (is_up, !is_up));
    assert_eq!(told(world.command(&["audit", "verify"]).output().unwrap()).1, Some(0));
    assert_eq!(world.down(703).1, Some(0));
}

pub fn a77_the_sweep_takes_orphans_and_leaves_what_is_kept_and_what_is_not_ours() {
    let (world, other) = (World::new("sweep"), World::new("others"));
    for (world, pull) in [(&world, 704), (&other, 705)] {
        world.push("cart", "cart:1", "cart:2");
        assert_eq!(world.up(pull).1, Some(0));
    }
    let (text, code) = world.preview(&["reap"]);
    assert_eq!((text.as_str(), code), ("nothing is to be done\n", Some(0)));
    assert_eq!(world.preview(&["reap", "--closed", "705"]), ("nothing is to be done\n".to_owned(), Some(0)));

    // A namespace of somebody who likes the name, and one that only looks like ours.
    server().kubectl(&["create", "namespace", "pr-790"]);
    server().kubectl(&["create", "namespace", "pr-791"]);
    let labels = "app.kubernetes.io/managed-by=pavior app.kubernetes.io/part-of=sweep pavior.dev/pull=791 pavior.dev/shares=staging";
    let label: Vec<&str> = ["label", "namespace", "pr-791"].into_iter().chain(labels.split(' ')).collect();
    server().kubectl(&label);
    // The ledger is lost: what it knew is an orphan now.
    world.git(&["update-ref", "-d", "refs/pavior/ledger"]);
    let (text, code) = world.preview(&["reap"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("pr-704: take it down: it is in the cluster, and the ledger knows of no preview there: done"),
        "{text}"
    );
    assert!(!is_there("pr-704"));
    assert!(is_there("pr-705") && is_there("pr-790") && is_there("pr-791"));
    let (text, code) = world.preview(&["down", "--pull", "790"]);
    assert_eq!((text.as_str(), code), ("there is no preview pr-790\n", Some(0)));
    assert!(is_there("pr-790"));

    let (text, code) = other.preview(&["reap", "--closed", "705"]);
    assert_eq!((text.as_str(), code), ("pr-705: take it down: its pull request is closed: done\n", Some(0)));
    assert!(!is_there("pr-705"));
}

pub fn a78_who_finds_no_place_waits_for_one_and_nobody_else_is_held_up() {
    let world = World::new("places");
    world.push("web", "web:1", "web:2");
    for (pull, wanted) in [(710, "shows"), (711, "shows"), (712, "waits")] {
        let (text, code) = world.up(pull);
        assert!(text.lines().any(|line| line.starts_with(&format!("pr-{pull} {wanted}"))), "{text}");
        assert_eq!(code, Some(i32::from(wanted == "waits")));
    }
    assert!(!is_there("pr-712"));
    // While previews wait and work, what is merged is applied.
    let bringing = world.begun(&["down", "--pull", "710"]);
    let (plan, _) = told(world.command(&["plan", "--environment", "staging"]).output().unwrap());
    assert!(plan.contains("staging/web"), "{plan}");
    assert_eq!(told(bringing.wait_with_output().unwrap()).1, Some(0));
    assert_eq!(world.up(712).1, Some(0));
    assert!(is_there("pr-712"));
    for pull in [711, 712] {
        assert_eq!(world.down(pull).1, Some(0));
    }
}

pub fn what_is_not_well_stays_to_be_looked_at_and_is_told() {
    let world = World::new("sick");
    world.push("web", "web:1", "web:sick");
    let up = ["up", "--apply", "--base", "main", "--pull", "720", "--deadline", "5"];
    let (text, code) = world.preview(&up);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("pr-720 is not well: Deployment pr-720/web: it is not well after "), "{text}");
    assert_eq!((field(720, "web", IMAGE), world.phase(720)), ("example.com/web:sick".to_owned(), "up".to_owned()));
    world.push("web", "web:sick", "web:2");
    assert_eq!(world.up(720).1, Some(0));

    // An autoscaler's number is what it comes back with.
    server().kubectl(&["scale", "deployment", "web", "-n", "pr-720", "--replicas=3"]);
    let conflict = world.preview(&["sleep", "--pull", "720"]);
    assert_eq!(conflict.1, Some(0), "{}", conflict.0);
    assert_eq!(world.preview(&["wake", "--pull", "720"]).1, Some(0));
    let live: Value = serde_json::from_str(&server().kubectl(&[
        "get",
        "deployment",
        "web",
        "-n",
        "pr-720",
        "-o",
        "json",
        "--show-managed-fields",
    ]))
    .unwrap();
    assert_eq!(live["spec"]["replicas"], 3);
    assert!(!live["metadata"]["managedFields"].to_string().contains("pavior-sleep"));
    thread::sleep(Duration::from_millis(10));
    assert_eq!(world.down(720).1, Some(0));
}
