//! As a GitHub App: claims, tokens of an hour, clocks that are wrong.

use super::fake::{Fake, Trouble, repository};
use pavior::forge::github::{GitHub, GitHubError};
use pavior::forge::words::{InstallationId, PullNumber, UserId};

const SEVEN: PullNumber = PullNumber(7);

/// A fake with the pull request 7 and the App installed.
fn installed() -> (Fake, GitHub) {
    let fake = Fake::start();
    fake.world().pull(7, "ada");
    let credentials = fake.world().install_app(None);
    let github = GitHub::connect(fake.connection(credentials), repository()).unwrap();
    (fake, github)
}

#[tokio::test]
async fn an_app_finds_its_installation_and_keeps_its_token() {
    let (fake, github) = installed();
    for _ in 0..3 {
        assert!(github.pull(SEVEN).await.unwrap().is_some());
    }
    assert_eq!(fake.requests("POST", "/access_tokens").len(), 1);
    assert_eq!(fake.requests("GET", "/installation").len(), 1);
    let actor = github.actor().await.unwrap();
    assert_eq!((actor.user, actor.login.as_str()), (UserId(4_711), "pavior[bot]"));
    let made = github.create_comment_once(SEVEN, "report", "report").await.unwrap();
    assert_eq!(made.app.unwrap().0, 77);
}

#[tokio::test]
async fn a58_a_clock_ten_minutes_fast_or_slow_does_no_harm() {
    for skew in [-3_600, -600, -61, 0, 59, 600, 3_600] {
        let (fake, github) = installed();
        fake.clock.skew(skew);
        assert!(github.pull(SEVEN).await.unwrap().is_some(), "{skew} s");
        let claims = fake.requests("GET", "/installation").len();
        assert!(claims <= 2, "{skew} s: {claims} claims");
    }
}

#[tokio::test]
async fn a58_a_limit_is_measured_by_the_clock_of_the_server() {
    let (fake, github) = installed();
    fake.clock.skew(-600);
    github.pull(SEVEN).await.unwrap();
    let reset = pavior::forge::github::Clock::now(&pavior::forge::github::SystemClock) + 30;
    fake.trouble(Trouble::limit_until(reset).on("GET", "/pulls/7"));
    github.pull(SEVEN).await.unwrap();
    let slept = fake.clock.slept();
    assert!(slept.len() == 1 && (29..=32).contains(&slept[0]), "{slept:?}");
}

#[tokio::test]
async fn a58_a_token_is_renewed_five_minutes_before_its_end() {
    let (fake, github) = installed();
    fake.world().app.as_mut().unwrap().life = 299;
    for _ in 0..2 {
        github.pull(SEVEN).await.unwrap();
    }
    assert_eq!(fake.requests("POST", "/access_tokens").len(), 2);
    fake.world().app.as_mut().unwrap().life = 330;
    for _ in 0..2 {
        github.pull(SEVEN).await.unwrap();
    }
    assert_eq!(fake.requests("POST", "/access_tokens").len(), 3);
}

#[tokio::test]
async fn a56_a_token_that_ends_mid_run_is_renewed_once() {
    let (fake, github) = installed();
    github.pull(SEVEN).await.unwrap();
    fake.world().app.as_mut().unwrap().tokens.clear();
    github.create_comment(SEVEN, "report").await.unwrap();
    assert_eq!(fake.world().comments.len(), 1);
    assert_eq!(fake.requests("POST", "/access_tokens").len(), 2);
    fake.trouble(Trouble::before(401).on("GET", "/pulls/7").times(100));
    let error = github.pull(SEVEN).await.unwrap_err();
    assert!(matches!(error, GitHubError::Unauthorized { .. }), "{error}");
    assert_eq!(fake.requests("POST", "/access_tokens").len(), 3);
}

#[tokio::test]
async fn many_calls_at_once_ask_for_one_token() {
    let (fake, github) = installed();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let github = github.clone();
            tokio::spawn(async move { github.pull(SEVEN).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap().is_some());
    }
    assert_eq!(fake.requests("POST", "/access_tokens").len(), 1);
}

#[tokio::test]
async fn an_app_that_is_not_installed_says_so() {
    let fake = Fake::start();
    let app = fake.world().install_app(Some(InstallationId(1)));
    let github = GitHub::connect(fake.connection(app), repository()).unwrap();
    let error = github.pull(SEVEN).await.unwrap_err();
    assert!(matches!(error, GitHubError::Unauthorized { .. }), "that is not a pull request that is not there: {error}");
    assert!(error.to_string().contains("the App is not installed in acme/shop"), "{error}");
}

#[tokio::test]
async fn each_repository_has_a_token_of_its_own() {
    let (fake, github) = installed();
    github.pull(SEVEN).await.unwrap();
    github.on(repository()).pull(SEVEN).await.unwrap();
    let asked = fake.requests("POST", "/access_tokens");
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|request| request.texts("repositories") == ["shop"]));
}
