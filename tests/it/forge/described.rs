//! Every call of the client against GitHub's own description of its API: Prism checks each request against it, and
//! answers with GitHub's own examples, which the client has to be able to read.
//!
//! `.ci/end_to_end.py` starts Prism and runs these; PAVIOR_PRISM_URL is its address.

use super::fake::{COMMIT, TOKEN, TestClock, World, repository};
use pavior::forge::github::{Connection, Credentials as Identity, GitHub, GitHubError};
use pavior::forge::words::{
    Annotation, ArtifactId, Button, CheckRun, CheckRunId, CommentId, CommitId, Conclusion, DeploymentId,
    DeploymentState, DeploymentStatus, InstallationId, Level, NewDeployment, NewPull, PullNumber, Reaction, RunId,
    User, UserId, UserKind,
};
use std::fmt::Debug;
use std::sync::Arc;

const SEVEN: PullNumber = PullNumber(7);

fn connected(identity: Identity) -> GitHub {
    let url = std::env::var("PAVIOR_PRISM_URL").expect("PAVIOR_PRISM_URL says where Prism is");
    let clock = Arc::new(TestClock::default());
    GitHub::connect(Connection { clock, ..Connection::new(&url, identity) }, repository()).unwrap()
}

fn github() -> GitHub {
    connected(Identity::actions(TOKEN))
}

fn app(installation: Option<InstallationId>) -> GitHub {
    connected(World::new().install_app(installation))
}

/// Prism refuses what the description does not have with 404, what does not fit it with 422: nothing of it is success.
fn accepted<T: Debug>(answer: Result<T, GitHubError>) {
    let answer = answer.unwrap();
    assert_ne!(format!("{answer:?}"), "None", "the description has no such call");
}

fn at() -> CommitId {
    CommitId::parse(COMMIT).unwrap()
}

fn user() -> User {
    User { id: UserId(1), login: "octocat".to_owned(), kind: UserKind::Person }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn new_pull() -> NewPull {
    NewPull {
        title: "Deploy cart to production".to_owned(),
        body: "Container `main` gets `ghcr.io/acme/cart:2`.".to_owned(),
        head: "pavior/deploy-cart-production-1".to_owned(),
        base: "main".to_owned(),
    }
}

/// The examples are of other branches, so that none is found.
async fn answered<T: Debug>(call: impl Future<Output = Result<T, GitHubError>>) -> Result<String, GitHubError> {
    Ok(format!("{:?}", call.await?))
}

fn annotation(columns: Option<(u32, u32)>) -> Annotation {
    Annotation {
        path: "catalog/shopping/cart.yaml".to_owned(),
        start_line: 20,
        end_line: if columns.is_some() { 20 } else { 24 },
        columns,
        level: Level::Warning,
        title: "link/unknown-owner".to_owned(),
        message: "service cart is owned by team shoping, which does not exist".to_owned(),
    }
}

fn check_run(conclusion: Option<Conclusion>) -> CheckRun {
    let button = Button { label: "Run again", identifier: "recheck", description: "Checks the same commit again" };
    CheckRun {
        name: "pavior".to_owned(),
        commit: at(),
        conclusion,
        title: "can merge after 2 approvals".to_owned(),
        summary: "staging +$12.41 a month".to_owned(),
        text: "| a | b |".to_owned(),
        // More than one call holds.
        annotations: (0..60).map(|number| annotation((number % 2 == 0).then_some((3, 9)))).collect(),
        buttons: vec![button; 3],
        details_url: Some("https://github.com/acme/shop/actions/runs/1".to_owned()),
        external_id: "3f9c0de1a2b4".to_owned(),
    }
}

fn deployment() -> NewDeployment {
    NewDeployment {
        environment: "pr-7".to_owned(),
        task: "deploy:pavior/cart".to_owned(),
        commit: at(),
        description: "preview of #7".to_owned(),
        transient: true,
        production: false,
    }
}

fn status(state: DeploymentState) -> DeploymentStatus {
    DeploymentStatus {
        state,
        description: "up".to_owned(),
        environment_url: Some("https://cart-pr-7.preview.example".to_owned()),
        log_url: Some("https://github.com/acme/shop/actions/runs/1".to_owned()),
    }
}

/// One test a call.
macro_rules! calls {
    ($($name:ident => $call:expr;)*) => {
        $(
            #[tokio::test]
            #[ignore = "needs Prism: .ci/end_to_end.py --only github"]
            async fn $name() {
                accepted($call.await);
            }
        )*
    };
}

calls! {
    pull => github().pull(SEVEN);
    open_pulls => github().open_pulls();
    pulls_from => github().pulls_from(&repository(), "feature/a b");
    pull_between => answered(github().pull_between("pavior/deploy-cart-production-1", "main"));
    create_pull => github().create_pull(&new_pull());
    pulls_of => github().pulls_of(&at());
    request_reviewers => github().request_reviewers(SEVEN, &names(&["octocat"]), &names(&["platform"]));
    request_reviewers_of_users => github().request_reviewers(SEVEN, &names(&["octocat"]), &[]);
    request_reviewers_of_teams => github().request_reviewers(SEVEN, &[], &names(&["platform"]));
    reviews => github().reviews(SEVEN);
    comments => github().comments(SEVEN);
    comment => github().comment(CommentId(1));
    create_comment => github().create_comment(SEVEN, "report");
    create_comment_once => github().create_comment_once(SEVEN, "report", "<!-- pavior");
    update_comment => github().update_comment(CommentId(1), "report");
    delete_comment => github().delete_comment(CommentId(1));
    react_with_eyes => github().react(CommentId(1), Reaction::Eyes);
    react_with_a_thumb_up => github().react(CommentId(1), Reaction::ThumbsUp);
    react_with_a_thumb_down => github().react(CommentId(1), Reaction::ThumbsDown);
    react_confused => github().react(CommentId(1), Reaction::Confused);
    react_with_a_rocket => github().react(CommentId(1), Reaction::Rocket);
    add_labels => github().add_labels(SEVEN, &names(&["pavior/risk-low", "pavior/env-production"]));
    remove_label => github().remove_label(SEVEN, "pavior/risk-low");
    permission => github().permission(&user());
    team_members => github().team_members("acme", "platform");
    actor_of_a_workflow => github().actor();
    actor_of_a_person => connected(Identity::person(TOKEN)).actor();
    actor_of_an_app => app(Some(InstallationId(1))).actor();
    token_of_an_app => app(None).reviews(SEVEN);
    check_runs => github().check_runs(&at(), "pavior");
    create_check_run => github().create_check_run(&check_run(Some(Conclusion::ActionRequired)));
    create_check_run_in_progress => github().create_check_run(&check_run(None));
    update_check_run => github().update_check_run(CheckRunId(1), &check_run(Some(Conclusion::Failure)));
    update_check_run_to_success => github().update_check_run(CheckRunId(1), &check_run(Some(Conclusion::Success)));
    update_check_run_to_neutral => github().update_check_run(CheckRunId(1), &check_run(Some(Conclusion::Neutral)));
    update_check_run_to_cancelled => github().update_check_run(CheckRunId(1), &check_run(Some(Conclusion::Cancelled)));
    deployments => github().deployments("pr-7", Some(&at()));
    recent_deployments => github().recent_deployments("pr-7", None);
    recent_deployments_of_a_unit => github().recent_deployments("pr-7", Some("deploy:pavior/cart"));
    create_deployment => github().create_deployment(&deployment());
    deployment_statuses => github().deployment_statuses(DeploymentId(1));
    deployment_queued => github().create_deployment_status(DeploymentId(1), &status(DeploymentState::Queued));
    deployment_in_progress => github().create_deployment_status(DeploymentId(1), &status(DeploymentState::InProgress));
    deployment_succeeded => github().create_deployment_status(DeploymentId(1), &status(DeploymentState::Success));
    deployment_failed => github().create_deployment_status(DeploymentId(1), &status(DeploymentState::Failure));
    deployment_in_error => github().create_deployment_status(DeploymentId(1), &status(DeploymentState::Error));
    deployment_inactive => github().create_deployment_status(DeploymentId(1), &status(DeploymentState::Inactive));
    branch => github().branch("feature/a b");
    codeowners_errors => github().codeowners_errors(&at());
    upload_sarif => github().upload_sarif(&at(), "refs/pull/7/head", "{\"version\": \"2.1.0\", \"runs\": []}");
    workflow_run => github().workflow_run(RunId(1));
    artifacts => github().artifacts(RunId(1));
    download_artifact => github().download_artifact(ArtifactId(1), 1_000);
}

/// The pull request of the examples has five files, the list of the examples one: the client has to notice.
#[tokio::test]
#[ignore = "needs Prism: .ci/end_to_end.py --only github"]
async fn changed_files() {
    let error = github().changed_files(SEVEN).await.unwrap_err();
    assert!(error.to_string().contains("1 files are listed and 5 counted"), "{error}");
}
