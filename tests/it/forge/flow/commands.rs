//! What people tell the bot in comments: a reaction, and an edit of the one comment.

use super::events::comment;
use super::scene::Scene;

fn reported() -> Scene {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    scene.report();
    scene.fake.world().writer("grace");
    scene.with_run(101)
}

#[test]
fn approving_the_digest_that_stands_there_approves() {
    let scene = reported();
    let (id, ran) = scene.told("priya-nair", &format!("Fine.\n/pavior approve {}", &scene.digest()[..32]));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(scene.reactions(id), ["+1", "eyes"]);
    assert_eq!(scene.check(&scene.head()).0, "success");
    assert!(scene.said().contains("`priya-nair` approved"), "{}", scene.said());
}

#[test]
fn a_digest_that_was_pushed_over_is_refused_and_said_so() {
    let scene = reported();
    let old = scene.digest();
    scene.edit("catalog/ads/adservice.yaml", "v0.10.7", "v0.10.8");
    let head = scene.push(7);
    // The comment still shows the old report: the run of the push is on its way.
    let (id, _) = scene.told("priya-nair", &format!("/pavior approve {old}"));
    assert_eq!(scene.reactions(id), ["-1", "eyes"]);
    assert_eq!(scene.check(&head).0, "action_required");
    assert_ne!(scene.digest(), old);
    let refused = format!("`priya-nair` said `/pavior approve` of `{}`, but what stands here is", &old[..32]);
    assert!(scene.said().contains(&refused), "{}", scene.said());
    assert!(scene.said().contains("`priya-nair` approved what has changed since"), "{}", scene.said());
}

#[test]
fn help_unknown_words_and_what_is_out_of_reach_are_answered_in_the_one_comment() {
    let scene = reported();
    for (text, reaction, said) in [
        ("/pavior help", "+1", "Commands, one a line: `/pavior recheck`"),
        ("/pavior rechek", "confused", "`rechek` is no command. Did you mean `/pavior recheck`?"),
        ("/pavior teardown", "confused", "`/pavior teardown` did nothing: this run reaches no cluster"),
        ("/pavior approve", "confused", "`/pavior approve` acts on what was judged"),
    ] {
        let (id, ran) = scene.told("grace", text);
        assert_eq!((ran.code, scene.reactions(id)), (0, vec![reaction.to_owned(), "eyes".to_owned()]), "{ran:#?}");
        assert!(scene.said().contains(said), "{said}: {}", scene.said());
    }
    let (id, _) = scene.told("grace", "/pavior recheck");
    assert_eq!(scene.reactions(id), ["+1", "eyes"]);
    assert!(!scene.said().contains("no command"));
}

#[test]
fn who_may_not_is_told_so() {
    let scene = reported();
    scene.fake.world().reader("rene");
    let (id, _) = scene.told("rene", &format!("/pavior approve {}", scene.digest()));
    assert_eq!(scene.reactions(id), ["-1", "eyes"]);
    assert!(scene.said().contains("`rene` may not say `/pavior approve`"), "{}", scene.said());
    assert_eq!(scene.check(&scene.head()).0, "action_required");
}

#[test]
fn a_comment_that_was_edited_or_deleted_meanwhile_commands_nothing() {
    let scene = reported();
    let text = format!("/pavior approve {}", scene.digest());
    let id = scene.fake.world().comment(7, "priya-nair", &text);
    scene.fake.world().comments.last_mut().unwrap().edited = true;
    let ran = scene.run(comment(7, id, &text));
    assert!(ran.stdout.contains("was edited"), "{}", ran.stdout);
    assert!(scene.reactions(id).is_empty());
    scene.fake.world().comments.retain(|one| one.id != id);
    let ran = scene.run(comment(7, id, &text));
    assert!(ran.stdout.contains("is gone"), "{}", ran.stdout);
    assert_eq!(scene.check(&scene.head()).0, "action_required");
}

#[test]
fn a_command_on_a_pull_request_that_is_over_comes_too_late() {
    let scene = reported();
    scene.fake.world().pulls.get_mut(&7).unwrap().state = "closed";
    let (id, ran) = scene.told("priya-nair", "/pavior recheck");
    assert_eq!((ran.code, scene.reactions(id)), (0, vec!["confused".to_owned(), "eyes".to_owned()]));
    assert!(scene.said().ends_with("**closed without being merged**"), "{}", scene.said());
}
