//! Writes that nobody knows the outcome of, and writes of a dry run: what is meant to be there once is there once.

use super::fake::{COMMIT, Fake, Trouble};
use pavior::forge::github::GitHubError;
use pavior::forge::words::{
    CheckRun, CommentId, CommitId, Conclusion, DeploymentState, DeploymentStatus, NewDeployment, PullNumber, Reaction,
};

const SEVEN: PullNumber = PullNumber(7);
const MARKER: &str = "<!-- pavior:report";
const BODY: &str = "<!-- pavior:report v1 pull=7 -->\nreport";

fn check_run(external_id: &str) -> CheckRun {
    CheckRun {
        name: "pavior".to_owned(),
        commit: CommitId::parse(COMMIT).unwrap(),
        conclusion: Some(Conclusion::Success),
        title: "can merge".to_owned(),
        summary: "nothing to say".to_owned(),
        text: String::new(),
        annotations: Vec::new(),
        buttons: Vec::new(),
        details_url: None,
        external_id: external_id.to_owned(),
    }
}

fn deployment() -> NewDeployment {
    NewDeployment {
        environment: "pr-7".to_owned(),
        task: "deploy:pavior".to_owned(),
        commit: CommitId::parse(COMMIT).unwrap(),
        description: "preview".to_owned(),
        transient: true,
        production: false,
    }
}

#[tokio::test]
async fn a54_a_502_after_create_makes_no_second_comment() {
    for trouble in [Trouble::after(502), Trouble::after(500), Trouble::silence_after()] {
        let fake = Fake::start();
        fake.world().pull(7, "ada");
        fake.trouble(trouble.on("POST", "/comments"));
        let made = fake.github().create_comment_once(SEVEN, BODY, MARKER).await.unwrap();
        let world = fake.world();
        assert_eq!(world.comments.len(), 1);
        assert_eq!((made.id, made.body.as_str()), (CommentId(world.comments[0].id), BODY));
    }
}

#[tokio::test]
async fn a54_a_500_before_create_is_tried_again() {
    for trouble in [Trouble::before(500), Trouble::silence()] {
        let fake = Fake::start();
        fake.world().pull(7, "ada");
        fake.trouble(trouble.on("POST", "/comments").times(2));
        fake.github().create_comment_once(SEVEN, BODY, MARKER).await.unwrap();
        assert_eq!(fake.world().comments.len(), 1);
        assert_eq!(fake.clock.slept(), [2, 4], "it waits before it looks and tries again");
    }
}

#[tokio::test]
async fn a54_a_forged_marker_is_not_taken_for_the_comment_that_was_made() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    fake.world().comment(7, "ada", BODY);
    fake.trouble(Trouble::before(502).on("POST", "/comments"));
    fake.github().create_comment_once(SEVEN, BODY, MARKER).await.unwrap();
    let authors: Vec<String> = fake.world().comments.iter().map(|comment| comment.author.clone()).collect();
    assert_eq!(authors, ["ada", "github-actions[bot]"]);
}

#[tokio::test]
async fn a54_a_comment_that_never_comes_to_be_is_given_up() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    fake.trouble(Trouble::before(503).on("POST", "/comments").times(100));
    let error = fake.github().create_comment_once(SEVEN, BODY, MARKER).await.unwrap_err();
    assert!(matches!(error, GitHubError::Unavailable { .. }), "{error}");
    assert_eq!(fake.requests("POST", "/comments").len(), 3);
}

#[tokio::test]
async fn a54_a_plain_create_is_never_sent_twice() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    fake.trouble(Trouble::after(502).on("POST", "/comments"));
    let error = fake.github().create_comment(SEVEN, BODY).await.unwrap_err();
    assert!(error.may_have_happened());
    assert_eq!(fake.requests("POST", "/comments").len(), 1);
    assert_eq!(fake.world().comments.len(), 1);
}

#[tokio::test]
async fn a54_a_502_after_create_makes_no_second_check_run() {
    let fake = Fake::start();
    // One of an earlier run with the same report stands there.
    let earlier = fake.github().create_check_run(&check_run("digest")).await.unwrap();
    fake.trouble(Trouble::after(502).on("POST", "/check-runs"));
    let made = fake.github().create_check_run(&check_run("digest")).await.unwrap();
    assert_eq!(fake.world().check_runs.len(), 2);
    assert_ne!(made, earlier);
    fake.trouble(Trouble::before(502).on("POST", "/check-runs"));
    fake.github().create_check_run(&check_run("digest")).await.unwrap();
    assert_eq!(fake.world().check_runs.len(), 3);
}

#[tokio::test]
async fn a54_a_502_after_create_makes_no_second_deployment() {
    let fake = Fake::start();
    let earlier = fake.github().create_deployment(&deployment()).await.unwrap();
    fake.trouble(Trouble::after(502).on("POST", "/deployments"));
    let made = fake.github().create_deployment(&deployment()).await.unwrap();
    assert_ne!(made, earlier);
    assert_eq!(fake.world().deployments.len(), 2);
}

#[tokio::test]
async fn what_is_the_same_twice_is_sent_again_until_it_is_heard() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let github = fake.github();
    let comment = github.create_comment(SEVEN, "first").await.unwrap();
    for method in ["PATCH", "POST", "DELETE"] {
        fake.trouble(Trouble::after(502).on(method, ""));
    }
    assert!(!comment.is_edited);
    github.update_comment(comment.id, "second").await.unwrap();
    assert!(github.comment(comment.id).await.unwrap().unwrap().is_edited);
    github.react(comment.id, Reaction::Eyes).await.unwrap();
    github.add_labels(SEVEN, &["pavior/risk-low".to_owned()]).await.unwrap();
    github.remove_label(SEVEN, "pavior/risk-low").await.unwrap();
    let world = fake.world();
    assert_eq!((world.comments[0].body.as_str(), world.comments[0].reactions.len()), ("second", 1));
    assert!(world.pulls[&7].labels.is_empty());
}

#[tokio::test]
async fn a_comment_is_changed_by_patch_and_only_by_its_author() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let id = fake.world().comment(7, "ada", "mine");
    let error = fake.github().update_comment(CommentId(id), "ours").await.unwrap_err();
    assert!(matches!(error, GitHubError::Forbidden { .. }), "{error}");
    assert_eq!(fake.world().requests[0].method, "PATCH");
    assert_eq!(fake.github().comment(CommentId(id)).await.unwrap().unwrap().body, "mine");
    assert_eq!(fake.github().comment(CommentId(1)).await, Ok(None));
}

#[tokio::test]
async fn a_comment_is_deleted_by_its_author_and_once() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let (github, hers) = (fake.github(), fake.world().comment(7, "ada", "mine"));
    let made = github.create_comment(SEVEN, "ours").await.unwrap();
    fake.trouble(Trouble::after(502).on("DELETE", ""));
    github.delete_comment(made.id).await.unwrap();
    github.delete_comment(made.id).await.unwrap();
    let error = github.delete_comment(CommentId(hers)).await.unwrap_err();
    assert!(matches!(error, GitHubError::Forbidden { .. }), "{error}");
    let dry = fake.dry_run();
    dry.delete_comment(CommentId(hers)).await.unwrap();
    assert_eq!(dry.noted_calls(), [format!("DELETE /repos/acme/shop/issues/comments/{hers}")]);
    assert_eq!(github.comments(SEVEN).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_deployment_shows_its_states_and_its_address() {
    let fake = Fake::start();
    let github = fake.github();
    let id = github.create_deployment(&deployment()).await.unwrap();
    let status = DeploymentStatus {
        state: DeploymentState::Success,
        description: "🦀".repeat(100),
        environment_url: Some("https://pr-7.preview.example".to_owned()),
        log_url: None,
    };
    github.create_deployment_status(id, &status).await.unwrap();
    let standing = github.deployment_statuses(id).await.unwrap();
    let shown = &standing[0].status;
    assert_eq!((shown.state, &shown.environment_url), (status.state, &status.environment_url));
    assert_eq!(shown.description, "🦀".repeat(35));
    assert_eq!(standing[0].creator.as_ref().unwrap().login, "github-actions[bot]");
    assert!(github.recent_deployments("pr-7", Some("deploy")).await.unwrap().is_empty());
    assert_eq!(github.recent_deployments("pr-7", Some("deploy:pavior")).await.unwrap()[0].id, id);
    let found = github.deployments("pr-7", Some(&deployment().commit)).await.unwrap();
    assert_eq!((found[0].id, found[0].description.as_str()), (id, "preview"));
    assert!(github.deployments("production", None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_dry_run_notes_every_write_down_and_sends_none() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let github = fake.dry_run();
    let made = github.create_comment_once(SEVEN, BODY, MARKER).await.unwrap();
    assert_eq!((made.body.as_str(), made.author.login.as_str()), (BODY, "github-actions[bot]"));
    github.update_comment(made.id, "again").await.unwrap();
    github.remove_label(SEVEN, "pavior/env-prod").await.unwrap();
    let run = github.create_check_run(&check_run("digest")).await.unwrap();
    github.update_check_run(run, &check_run("digest")).await.unwrap();
    let id = github.create_deployment(&deployment()).await.unwrap();
    let status = DeploymentStatus {
        state: DeploymentState::Queued,
        description: String::new(),
        environment_url: None,
        log_url: None,
    };
    github.create_deployment_status(id, &status).await.unwrap();
    let noted = github.noted_calls();
    assert_eq!(noted.len(), 7, "{noted:#?}");
    assert_eq!(noted[1], r#"PATCH /repos/acme/shop/issues/comments/0 {"body":"again"}"#);
    assert_eq!(noted[2], "DELETE /repos/acme/shop/issues/7/labels/pavior%2Fenv-prod");
    assert!(fake.world().requests.iter().all(|request| request.method == "GET"));
    assert!(fake.github().noted_calls().is_empty());
}
