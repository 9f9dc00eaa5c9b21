//! Two bots that do not know of each other, at one pull request at a time: one comment stays.

use super::scene::Scene;
use crate::forge::fake::{Meeting, Trouble, World};

fn scene() -> Scene {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene
}

/// What another run of ours would have written.
fn another(scene: &Scene) -> String {
    scene.report();
    let said = scene.said();
    scene.fake.world().comments.clear();
    said.replace("run=100.1", "run=90.1")
}

fn says(world: &mut World, text: &str) {
    world.comment(7, "github-actions[bot]", text);
}

/// The ids of our comments, and the run that each is of.
fn ours(scene: &Scene) -> Vec<(u64, bool)> {
    let world = scene.fake.world();
    let ours = world.comments.iter().filter(|one| one.author == "github-actions[bot]");
    ours.map(|one| (one.id, one.body.contains("run=90.1"))).collect()
}

/// As many lists of comments as a run reads before it creates one.
fn lists_before_create(scene: &Scene) -> usize {
    let world = scene.fake.world();
    let comments = world.requests.iter().filter(|request| request.path.ends_with("/issues/7/comments"));
    comments.take_while(|request| request.method == "GET").count()
}

#[test]
fn the_other_was_first_so_ours_goes_and_theirs_says_what_is_later() {
    let scene = scene();
    let text = another(&scene).replace("v0.10.7", "v0.10.6");
    scene.fake.trouble(Trouble::meanwhile(move |world| says(world, &text)).on("POST", "/issues/7/comments"));
    let ran = scene.report();
    assert!(ran.stdout.contains("removed: there is an earlier one"), "{}", ran.stdout);
    assert!(ran.stdout.contains(" updated"), "{}", ran.stdout);
    assert_eq!(ours(&scene).len(), 1);
    assert!(scene.said().contains("run=100.1") && scene.said().contains("v0.10.7"), "{}", scene.said());
}

#[test]
fn the_other_was_first_and_began_later_so_theirs_stays_as_it_is() {
    let scene = scene();
    let text = another(&scene).replace("run=90.1", "run=900.1").replace("v0.10.7", "v0.10.6");
    let theirs = text.clone();
    scene.fake.trouble(Trouble::meanwhile(move |world| says(world, &theirs)).on("POST", "/issues/7/comments"));
    let ran = scene.report();
    assert!(ran.stdout.contains("a later run has commented"), "{}", ran.stdout);
    assert_eq!(scene.said(), text.trim_end());
}

#[test]
fn we_were_first_so_theirs_goes() {
    let scene = scene();
    let text = another(&scene);
    let lists = lists_before_create(&scene);
    scene.forget_requests();
    let late = Trouble::meanwhile(move |world| says(world, &text)).on("GET", "/issues/7/comments").sparing(lists);
    scene.fake.trouble(late);
    let ran = scene.report();
    assert!(ran.stdout.contains("removed: there is an earlier one"), "{}", ran.stdout);
    let ours = ours(&scene);
    assert!(ours.len() == 1 && !ours[0].1, "{ours:?}");
}

#[test]
fn the_other_removed_ours_before_we_looked() {
    let scene = scene();
    let text = another(&scene);
    let lists = lists_before_create(&scene);
    let replaced = Trouble::meanwhile(move |world| {
        world.comments.clear();
        says(world, &text);
    });
    scene.fake.trouble(replaced.on("GET", "/issues/7/comments").sparing(lists));
    assert_eq!(scene.report().code, 0);
    assert_eq!(ours(&scene).len(), 1);
}

#[test]
fn both_remove_the_same_one() {
    let scene = scene();
    let text = another(&scene);
    scene.fake.trouble(Trouble::meanwhile(move |world| says(world, &text)).on("POST", "/issues/7/comments"));
    let gone = Trouble::meanwhile(|world: &mut World| {
        world.comments.pop();
    });
    scene.fake.trouble(gone.on("DELETE", ""));
    assert_eq!(scene.report().code, 0);
    assert_eq!(ours(&scene).len(), 1);
}

#[test]
fn what_a_bot_left_that_died_between_is_removed_by_the_next_and_nothing_of_others() {
    let scene = scene();
    let text = another(&scene);
    {
        let mut world = scene.fake.world();
        world.writer("mallory");
        world.comment(7, "mallory", &text);
        for _ in 0..3 {
            says(&mut world, &text);
        }
        // Of another pull request, quoted, or no report at all: not to be touched.
        for other in [text.replace("pull=7 ", "pull=8 "), format!("> {text}"), "hello".to_owned()] {
            says(&mut world, &other);
        }
    }
    assert_eq!(scene.report().code, 0);
    let world = scene.fake.world();
    let left: Vec<&str> = world.comments.iter().map(|one| one.author.as_str()).collect();
    let bot = "github-actions[bot]";
    assert_eq!(left, ["mallory", bot, bot, bot, bot]);
    drop(world);
    let requests = scene.fake.requests("DELETE", "");
    assert_eq!(requests.len(), 2, "{requests:#?}");
}

/// Both have found none before either makes one; then they go on as they may.
#[test]
fn two_processes_between_whose_lists_and_creates_the_other_is_make_one_comment() {
    for turn in 0..3 {
        let scene = scene();
        // The commits are here already, so that both only read.
        let dry = scene.run_apart(50, &["--dry-run"]);
        assert_eq!(dry.code, 0, "{dry:#?}");
        assert_eq!(ours(&scene), []);
        scene.fake.meet(Meeting::of(2, "POST", "/issues/7/comments"));
        let [one, other] = std::thread::scope(|scope| {
            [100, 101]
                .map(|run| {
                    scope.spawn({
                        let scene = &scene;
                        move || scene.run_apart(run, &[])
                    })
                })
                .map(|ran| ran.join().unwrap())
        });
        assert_eq!((one.code, other.code), (0, 0), "{turn}: {one:#?} {other:#?}");
        assert_eq!(scene.fake.requests("POST", "/issues/7/comments").len(), 2, "both made one");
        assert_eq!(ours(&scene).len(), 1, "{turn}: {one:#?} {other:#?}");
        assert!(!scene.said().is_empty());
    }
}
