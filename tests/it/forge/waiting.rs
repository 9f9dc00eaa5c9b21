//! GitHub says wait, GitHub says no, GitHub says nothing.

use super::fake::{Fake, Reply, TOKEN, Trouble};
use pavior::forge::github::{Clock, GitHubError, SystemClock};
use pavior::forge::words::PullNumber;
use std::time::Duration;

const SEVEN: PullNumber = PullNumber(7);

/// A fake with the pull request 7 and this trouble for writing comments.
fn troubled(trouble: Trouble) -> Fake {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    fake.trouble(trouble.on("POST", "/comments"));
    fake
}

#[tokio::test]
async fn a55_a_limit_is_waited_for_and_the_write_is_done_once() {
    let future = SystemClock.now() + 100;
    for (trouble, least, most) in [
        (Trouble::retry_after(429, 7), 7, 7),
        (Trouble::retry_after(403, 7), 7, 7),
        (Trouble::limit_until(future), 99, 101),
        (Trouble::limit_until(1_000), 1, 1),
        (Trouble::secondary_limit(), 60, 60),
        (Trouble::instead(Reply::error(429, "")), 60, 60),
    ] {
        let fake = troubled(trouble);
        fake.github().create_comment(SEVEN, "report").await.unwrap();
        let slept = fake.clock.slept();
        assert!(slept.len() == 1 && (least..=most).contains(&slept[0]), "{slept:?} is not {least} to {most}");
        assert_eq!(fake.world().comments.len(), 1);
    }
}

#[tokio::test]
async fn a55_a_limit_without_end_is_given_up_and_never_a_hot_loop() {
    for trouble in [Trouble::secondary_limit(), Trouble::limit_until(1_000), Trouble::retry_after(429, 0)] {
        let fake = troubled(trouble.times(1_000));
        let error = fake.github().create_comment(SEVEN, "report").await.unwrap_err();
        assert!(matches!(error, GitHubError::RateLimited { .. }) && !error.may_have_happened(), "{error}");
        let (slept, calls) = (fake.clock.slept(), fake.requests("POST", "/comments").len());
        assert!(slept.iter().sum::<u64>() <= 15 * 60 && calls <= 10, "{calls} calls, waits {slept:?}");
        assert!(slept.windows(2).all(|pair| pair[0] < pair[1]), "{slept:?} grows");
        assert!(fake.world().comments.is_empty());
    }
}

#[tokio::test]
async fn a55_a_wait_longer_than_allowed_is_not_begun() {
    let fake = troubled(Trouble::retry_after(429, 3_600));
    let error = fake.github().create_comment(SEVEN, "report").await.unwrap_err();
    assert_eq!(fake.clock.slept(), [0; 0]);
    assert!(error.to_string().contains("asks for 3600 s more"), "{error}");
}

#[tokio::test]
async fn a56_every_refusal_has_its_type_and_is_not_repeated() {
    type Is = fn(&GitHubError) -> bool;
    let refusals: [(u16, Is); 7] = [
        (401, |error| matches!(error, GitHubError::Unauthorized { .. })),
        (403, |error| matches!(error, GitHubError::Forbidden { .. })),
        (404, |error| matches!(error, GitHubError::NotFound { .. })),
        (410, |error| matches!(error, GitHubError::NotFound { .. })),
        (409, |error| matches!(error, GitHubError::Conflict { .. })),
        (422, |error| matches!(error, GitHubError::Unprocessable { .. })),
        (418, |error| matches!(error, GitHubError::Unexpected { status: 418, .. })),
    ];
    for (status, is_expected) in refusals {
        let fake = troubled(Trouble::instead(Reply::error(status, "the reason")));
        let error = fake.github().create_comment_once(SEVEN, "report", "report").await.unwrap_err();
        assert!(is_expected(&error), "{status}: {error:?}");
        let text = error.to_string();
        assert!(text.starts_with("POST /repos/acme/shop/issues/7/comments: ") && text.contains("the reason"), "{text}");
        assert!(!error.may_have_happened() && !format!("{error:?}{text}").contains(TOKEN));
        assert_eq!(fake.requests("POST", "/comments").len(), 1);
    }
}

#[tokio::test]
async fn a56_a_pull_request_that_is_gone_is_no_place_to_comment() {
    let fake = Fake::start();
    let error = fake.github().create_comment(SEVEN, "report").await.unwrap_err();
    assert!(matches!(error, GitHubError::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn a56_a_token_that_may_only_read_is_told_so() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let github = fake.reading();
    assert!(github.pull(SEVEN).await.unwrap().is_some());
    let error = github.create_comment(SEVEN, "report").await.unwrap_err();
    assert!(matches!(error, GitHubError::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("Resource not accessible by integration; it needs issues=write"), "{error}");
}

#[tokio::test]
async fn a_read_is_tried_three_times_and_then_given_up() {
    for trouble in [|| Trouble::before(502), Trouble::silence] {
        let fake = Fake::start();
        fake.world().pull(7, "ada");
        fake.trouble(trouble().times(2));
        assert!(fake.github().pull(SEVEN).await.unwrap().is_some());
        fake.trouble(trouble().times(100));
        let error = fake.github().pull(SEVEN).await.unwrap_err();
        assert!(matches!(error, GitHubError::Unavailable { .. }), "{error}");
        assert_eq!(fake.world().requests.len(), 6);
    }
}

#[tokio::test]
async fn nobody_there_is_an_error_that_says_so() {
    let fake = Fake::start();
    let error = fake.github_at("http://127.0.0.1:9").pull(SEVEN).await.unwrap_err();
    assert!(error.to_string().contains("GitHub cannot be reached"), "{error}");
    assert!(!format!("{error:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_repository_that_moved_is_followed_but_never_to_another_host() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let there = format!("{}/repos/acme/shop/pulls/7", fake.url());
    let moved = |to: &str| Trouble::instead(Reply::error(301, "Moved Permanently").with("location", to));
    fake.trouble(moved(&there).on("GET", "/pulls/8"));
    assert_eq!(fake.github().pull(PullNumber(8)).await.unwrap().unwrap().number, SEVEN);
    fake.trouble(moved("https://evil.example/repos/acme/shop/pulls/7").on("GET", "/pulls/8"));
    assert!(fake.github().pull(PullNumber(8)).await.is_err());
    fake.trouble(moved(&format!("{}/repos/acme/shop/pulls/8", fake.url())).on("GET", "/pulls/8").times(100));
    assert!(fake.github().pull(PullNumber(8)).await.is_err(), "a circle is left");
}

#[tokio::test]
async fn enterprise_is_reached_below_its_prefix_on_every_page() {
    let fake = Fake::enterprise();
    fake.world().pull(7, "ada");
    for number in 0..150 {
        fake.world().comment(7, "ada", &number.to_string());
    }
    assert!(fake.url().ends_with("/api/v3"));
    assert_eq!(fake.github().comments(SEVEN).await.unwrap().len(), 150);
}

#[tokio::test]
async fn calls_may_be_made_from_any_task() {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let github = fake.github();
    let body = "x".to_owned();
    let task = tokio::spawn(async move { github.create_comment_once(SEVEN, &body, "x").await });
    tokio::time::timeout(Duration::from_secs(20), task).await.unwrap().unwrap().unwrap();
}
