//! Reading pull requests: every page of every list, or an error.

use super::fake::{Fake, commit, repository};
use pavior::forge::github::GitHubError;
use pavior::forge::words::{PullNumber, PullState, Repository, ReviewState};
use serde_json::json;

const SEVEN: PullNumber = PullNumber(7);

#[tokio::test]
async fn a57_an_approval_on_the_second_page_is_seen() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    for _ in 0..100 {
        fake.world().review(7, "ada", "COMMENTED");
    }
    fake.world().writer("grace");
    fake.world().review(7, "grace", "APPROVED");
    let reviews = fake.github().reviews(SEVEN).await.unwrap();
    assert_eq!(reviews.len(), 101);
    let last = &reviews[100];
    assert_eq!((last.state, last.author.as_ref().unwrap().login.as_str()), (ReviewState::Approved, "grace"));
    assert_eq!(last.commit.as_ref().unwrap().as_str(), super::fake::COMMIT);
}

#[tokio::test]
async fn a57_a_comment_on_the_eleventh_page_is_seen() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    for number in 0..1_001 {
        fake.world().comment(7, "ada", &format!("comment {number}"));
    }
    let comments = fake.github().comments(SEVEN).await.unwrap();
    assert_eq!((comments.len(), comments[1_000].body.as_str()), (1_001, "comment 1000"));
    assert_eq!(fake.requests("GET", "/comments").len(), 11);
}

#[tokio::test]
async fn a57_more_files_than_github_lists_are_an_error() {
    let fake = Fake::start();
    for count in [0, 101, 3_000] {
        fake.world().pull(7, "ada").files = (0..count).map(|number| format!("catalog/{number}.yaml")).collect();
        assert_eq!(fake.github().changed_files(SEVEN).await.unwrap().len(), count);
    }
    fake.world().pull(7, "ada").files = (0..3_001).map(|number| format!("catalog/{number}.yaml")).collect();
    let error = fake.github().changed_files(SEVEN).await.unwrap_err();
    assert!(matches!(error, GitHubError::TooMany { .. }), "{error}");
    assert!(error.to_string().contains("3001 files change"), "{error}");
}

#[tokio::test]
async fn a57_a_list_of_files_that_changes_while_it_is_read_is_an_error() {
    let fake = Fake::start();
    fake.world().pull(7, "ada").files = vec!["a".to_owned(), "b".to_owned()];
    fake.trouble(
        super::fake::Trouble::meanwhile(|world| drop(world.pulls.get_mut(&7).unwrap().files.pop()))
            .on("GET", "/pulls/7/files"),
    );
    let error = fake.github().changed_files(SEVEN).await.unwrap_err();
    assert!(matches!(error, GitHubError::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn a_pull_request_is_read_with_what_a_decision_rests_on() {
    let fake = Fake::start();
    {
        let mut world = fake.world();
        world.writer("grace");
        let pull = world.pull(7, "ada");
        pull.labels = ["pavior/risk-low".to_owned(), "bug".to_owned()].into();
        pull.reviewers.insert("grace".to_owned());
        pull.team_reviewers.insert("platform".to_owned());
        pull.head_repository = Some("mallory/shop".to_owned());
    }
    let pull = fake.github().pull(SEVEN).await.unwrap().unwrap();
    assert_eq!((pull.state, pull.author.login.as_str(), pull.is_from_fork()), (PullState::Open, "ada", true));
    assert_eq!(pull.base.commit.as_str(), commit("b0"));
    assert!(pull.labels.contains("bug") && pull.requested_users.contains("grace"));
    assert!(pull.requested_teams.contains("platform") && pull.merge_commit.is_none());
    assert_eq!(fake.github().pull(PullNumber(8)).await, Ok(None));
    fake.world().push(7, &commit("c2"));
    assert_eq!(fake.github().pull(SEVEN).await.unwrap().unwrap().head.commit.as_str(), commit("c2"));
}

#[tokio::test]
async fn a_merged_pull_request_says_by_whom_and_into_which_commit() {
    let fake = Fake::start();
    {
        let mut world = fake.world();
        let pull = world.pull(7, "ada");
        (pull.state, pull.merged_at) = ("closed", Some("2026-11-22T10:00:00Z".to_owned()));
        world.pull(8, "ada").state = "closed";
    }
    let merged = fake.github().pull(SEVEN).await.unwrap().unwrap();
    assert_eq!((merged.state, merged.merged_by.unwrap().login.as_str()), (PullState::Merged, "ada"));
    assert_eq!(merged.merge_commit.unwrap().as_str(), super::fake::COMMIT);
    assert_eq!(fake.github().pull(PullNumber(8)).await.unwrap().unwrap().state, PullState::Closed);
    assert!(fake.github().open_pulls().await.unwrap().is_empty());
}

#[tokio::test]
async fn pull_requests_are_found_by_commit_and_by_the_branch_of_a_fork() {
    let fake = Fake::start();
    {
        let mut world = fake.world();
        world.pull(7, "ada").head_repository = Some("mallory/shop".to_owned());
        let other = world.pull(8, "ada");
        (other.head_branch, other.head) = ("change-7".to_owned(), commit("c1"));
    }
    let (github, fork) = (fake.github(), Repository::parse("mallory/shop").unwrap());
    let numbers = |pulls: Vec<pavior::forge::words::Pull>| pulls.iter().map(|pull| pull.number.0).collect::<Vec<_>>();
    assert_eq!(numbers(github.open_pulls().await.unwrap()), [8, 7]);
    assert_eq!(numbers(github.pulls_from(&fork, "change-7").await.unwrap()), [7]);
    assert_eq!(numbers(github.pulls_from(&repository(), "change-7").await.unwrap()), [8]);
    let at = pavior::forge::words::CommitId::parse(&commit("c1")).unwrap();
    assert_eq!(numbers(github.pulls_of(&at).await.unwrap()), [8]);
}

#[tokio::test]
async fn a_reviewer_whom_github_refuses_does_not_keep_the_others_from_being_asked() {
    let fake = Fake::start();
    {
        let mut world = fake.world();
        world.pull(7, "ada");
        world.writer("grace");
        world.team("acme", "platform", &["grace"]);
    }
    let (users, teams) = (["grace".to_owned(), "stranger".to_owned()], ["platform".to_owned(), "gone".to_owned()]);
    let refused = fake.github().request_reviewers(SEVEN, &users, &teams).await.unwrap();
    assert_eq!(refused, ["stranger", "gone"]);
    let world = fake.world();
    assert_eq!((world.pulls[&7].reviewers.len(), world.pulls[&7].team_reviewers.len()), (1, 1));
}

#[tokio::test]
async fn codeowners_are_fine_wrong_or_not_there() {
    let fake = Fake::start();
    let at = pavior::forge::words::CommitId::parse(super::fake::COMMIT).unwrap();
    assert_eq!(fake.github().codeowners_errors(&at).await, Ok(Some(Vec::new())));
    let error = json!({"path": "CODEOWNERS", "line": 3, "column": 1, "kind": "Unknown owner", "message": "nobody"});
    fake.world().codeowners_errors = Some(vec![error]);
    assert_eq!(fake.github().codeowners_errors(&at).await.unwrap().unwrap()[0].line, 3);
    fake.world().codeowners_errors = None;
    assert_eq!(fake.github().codeowners_errors(&at).await, Ok(None));
}
