//! `/pavior preview` and `/pavior teardown`, pushes, closes and the sweep: the real ledger in the remote, and a pattern that
//! names no cluster, so that nothing is brought anywhere. What a cluster is brought is in `kubernetes::previews`.

use super::events::schedule;
use super::scene::{Scene, git};

const PATTERN: &str = "catalog/environments/preview.yaml";

/// What names no cluster shares what names none.
const NOWHERE: [(&str, &str); 2] = [("  cluster: boutique-staging\n", ""), ("shares: staging", "shares: local")];

/// Pull request 7 has a new image, and is judged.
fn judged(edits: &[(&str, &str)]) -> Scene {
    let scene = Scene::start();
    edits.iter().for_each(|(from, to)| scene.edit(PATTERN, from, to));
    scene.commit("previews as this test has them");
    scene.push_main();
    git(&scene.workspace(), &["pull", "--quiet"]);
    scene.open(7);
    scene.new_image();
    scene.push(7);
    let scene = scene.with_argument("--previews");
    assert_eq!(scene.report().code, 0);
    scene
}

/// The states of each deployment.
fn deployments(scene: &Scene) -> Vec<String> {
    let world = scene.fake.world();
    let shown = world.deployments.iter().map(|one| {
        let states: Vec<&str> = one.statuses.iter().map(|status| status["state"].as_str().unwrap()).collect();
        format!("{} {}", one.value["environment"].as_str().unwrap(), states.join(" "))
    });
    shown.collect()
}

/// What the ledger says happened, in the words of `git log`.
fn ledger(scene: &Scene) -> String {
    let remote = scene.remote().to_string_lossy().into_owned();
    match git(&scene.workspace(), &["ls-remote", &remote, "refs/pavior/ledger"]).is_empty() {
        true => String::new(),
        false => git(&scene.remote(), &["log", "--format=%B", "refs/pavior/ledger"]),
    }
}

fn asked_for(scene: &Scene) {
    let (id, ran) = scene.told("priya-nair", &format!("/pavior preview {}", scene.digest()));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(scene.reactions(id), ["+1", "eyes"]);
}

#[test]
fn a_writer_who_names_the_digest_has_a_preview_a_push_renews_it_and_a_close_takes_it_down() {
    let scene = judged(&NOWHERE);
    assert_eq!((deployments(&scene), ledger(&scene)), (Vec::new(), String::new()));
    asked_for(&scene);
    assert_eq!(deployments(&scene), ["pr-7 success"]);
    let said = scene.said();
    assert!(said.contains("**Preview:** <https://shop.pr-7.preview.boutique.example/>, running since "), "{said}");
    assert!(said.contains("USD a day at list price · 0.00 USD since it was created · paid by `"), "{said}");
    let first = scene.head();
    assert!(ledger(&scene).contains(&format!("pr-7: goes up with {first}, by ada")), "{}", ledger(&scene));

    let scene = scene.with_run(102);
    scene.edit("catalog/ads/adservice.yaml", "adservice:v0.10.7", "adservice:v0.10.8");
    let second = scene.push(7);
    let ran = scene.report();
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains(&format!("#7: preview: bring it to {second}: done")), "{}", ran.stdout);
    assert_eq!(deployments(&scene).len(), 2);
    assert!(!scene.said().contains("not of the head"), "{}", scene.said());
    // Nothing is due, and nothing is done.
    let before = ledger(&scene);
    assert_eq!(scene.run(schedule()).code, 0);
    assert_eq!(scene.report().code, 0);
    assert_eq!(ledger(&scene), before);

    scene.fake.world().pulls.get_mut(&7).unwrap().state = "closed";
    let scene = scene.with_run(103);
    let ran = scene.report();
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ledger(&scene).contains("pr-7: goes down: its pull request is closed"), "{}", ledger(&scene));
    assert!(deployments(&scene).iter().all(|one| one.ends_with("inactive")), "{:?}", deployments(&scene));
    assert!(scene.said().contains("removed at"), "{}", scene.said());
}

#[test]
fn a77_of_a_fork_no_push_is_brought_up_until_a_writer_names_its_digest() {
    let scene = judged(&NOWHERE);
    scene.fake.world().pulls.get_mut(&7).unwrap().head_repository = Some("ada/fork".to_owned());
    asked_for(&scene);
    let first = scene.head();
    let old = scene.digest();
    let scene = scene.with_run(102);
    scene.edit("catalog/ads/adservice.yaml", "adservice:v0.10.7", "adservice:v0.10.8");
    let second = scene.push(7);
    assert_eq!(scene.report().code, 0);
    assert_eq!(scene.run(schedule()).code, 0);
    assert!(!ledger(&scene).contains(&second) && ledger(&scene).contains(&first));
    assert!(scene.said().contains(&format!("of {}, not of the head", &first[..10])), "{}", scene.said());
    // The author's word is none, and neither is a digest of before.
    scene.fake.world().reader("ada");
    for (who, digest) in [("ada", scene.digest()), ("priya-nair", old)] {
        let (id, _) = scene.told(who, &format!("/pavior preview {digest}"));
        assert_eq!(scene.reactions(id), ["-1", "eyes"], "{who}");
    }
    assert!(!ledger(&scene).contains(&second));
    let scene = scene.with_run(103);
    asked_for(&scene);
    assert!(ledger(&scene).contains(&second));
}

#[test]
fn a77_the_sweep_ends_what_is_old_but_for_what_is_kept_and_a_teardown_is_done_when_asked() {
    let scene = judged(&[&NOWHERE[..], &[("maximumLife: 14d", "maximumLife: 1s")]].concat());
    asked_for(&scene);
    std::thread::sleep(std::time::Duration::from_secs(2));
    scene.fake.world().pulls.get_mut(&7).unwrap().labels.insert("preview-keep".to_owned());
    let ran = scene.run(schedule());
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.contains("looked at previews: 1") && !ledger(&scene).contains("goes down"), "{}", ran.stdout);
    scene.fake.world().pulls.get_mut(&7).unwrap().labels.retain(|label| label != "preview-keep");
    let ran = scene.run(schedule());
    assert!(
        ran.stdout.contains("#7: preview: take it down: it has lived as long as previews may: done"),
        "{}",
        ran.stdout
    );
    assert_eq!(deployments(&scene), ["pr-7 success inactive"]);

    // Asked for again it is a new one.
    let scene = scene.with_run(102);
    asked_for(&scene);
    let (id, ran) = scene.told("priya-nair", "/pavior teardown");
    assert_eq!((ran.code, scene.reactions(id)), (0, vec!["+1".to_owned(), "eyes".to_owned()]), "{ran:#?}");
    assert_eq!(ledger(&scene).matches("pr-7: is gone").count(), 2);
}

#[test]
fn where_no_cluster_is_reached_the_comment_says_what_to_do() {
    let scene = judged(&NOWHERE).with_only_arguments(&[]);
    for command in [format!("/pavior preview {}", scene.digest()), "/pavior teardown".to_owned()] {
        let (id, ran) = scene.told("priya-nair", &command);
        assert_eq!((ran.code, scene.reactions(id)), (0, vec!["confused".to_owned(), "eyes".to_owned()]));
        assert!(scene.said().contains("this run reaches no cluster"), "{}", scene.said());
    }
    assert_eq!((deployments(&scene), ledger(&scene)), (Vec::new(), String::new()));
    // A cluster that cannot be reached is told, too.
    let scene = judged(&[]).with_argument("--kubectl=/nonexistent/kubectl");
    let (_, ran) = scene.told("priya-nair", &format!("/pavior preview {}", scene.digest()));
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(scene.said().contains("The preview could not be made so: `"), "{}", scene.said());
    assert!(scene.said().contains("/nonexistent/kubectl cannot be started"), "{}", scene.said());
}
