//! Limits of GitHub's, kept and waited for on a clock of the test's own: the same bot, in this process.

use super::scene::Scene;
use crate::forge::fake::Trouble;
use pavior::ci::{Bot, Git, Occasion, Remote};
use pavior::forge::comment::Sequence;
use pavior::forge::event::{Receiver, Work, event};
use pavior::forge::github::Clock;
use pavior::model::Date;

const SERVICES: [&str; 11] = [
    "ads/adservice",
    "checkout/checkoutservice",
    "checkout/currencyservice",
    "checkout/emailservice",
    "checkout/shippingservice",
    "payments/paymentservice",
    "platform/loadgenerator",
    "shopping/cartservice",
    "shopping/frontend",
    "shopping/productcatalogservice",
    "shopping/recommendationservice",
];

fn bot(scene: &Scene) -> (Bot, Occasion) {
    let remote = Remote::Other(scene.remote().to_string_lossy().into_owned());
    let git = Git { folder: scene.workspace(), remote };
    let today = Date::parse("2026-11-22").unwrap();
    let full_report = Some("https://ci.example/100".to_owned());
    let occasion = Occasion { sequence: Sequence { run: 100, attempt: 1 }, full_report, today, records: Vec::new() };
    (Bot { github: scene.fake.github(), git, previews: None }, occasion)
}

fn work() -> Work {
    let (name, payload) = super::events::by_hand(7);
    event(name, payload.to_string().as_bytes(), Receiver::Workflow).unwrap().work
}

#[tokio::test]
async fn a55_limits_are_waited_for_as_github_documents_them() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    let (bot, occasion) = bot(&scene);
    let reset = scene.fake.clock.now() + 300;
    scene.fake.trouble(Trouble::retry_after(429, 30).on("POST", "/issues/7/comments"));
    scene.fake.trouble(Trouble::secondary_limit().on("POST", "/check-runs"));
    scene.fake.trouble(Trouble::limit_until(reset).on("GET", "/reviews"));
    let did = bot.act(&work(), &occasion).await.unwrap();
    assert!(did.failed.is_empty(), "{did:?}");
    let slept = scene.fake.clock.slept();
    assert!(slept.contains(&60) && slept.contains(&30), "{slept:?}");
    assert!(slept.iter().any(|time| (200..=302).contains(time)), "{slept:?}");
    let world = scene.fake.world();
    assert_eq!((world.comments.len(), world.check_runs.len()), (1, 1));
}

#[tokio::test]
async fn a55_a_limit_that_lasts_too_long_ends_the_run_and_the_next_one_goes_on() {
    let scene = Scene::start();
    scene.new_image();
    scene.push(7);
    let (bot, occasion) = bot(&scene);
    scene.fake.trouble(Trouble::retry_after(403, 7_200).on("POST", "/issues/7/comments"));
    let did = bot.act(&work(), &occasion).await.unwrap();
    assert!(did.failed[0].contains("rate limit asks for 7200 s more"), "{did:?}");
    assert_eq!(scene.check(&scene.head()).1, "could not be judged");
    let did = bot.act(&work(), &occasion).await.unwrap();
    assert!(did.failed.is_empty(), "{did:?}");
    assert_eq!(scene.fake.world().comments.len(), 1);
}

#[tokio::test]
async fn a42_a_thousand_findings_are_annotated_in_fifties() {
    let scene = Scene::start();
    // Of one file no more than a hundred are told.
    let unknown: String = (0..100).map(|number| format!("  field{number}: x\n")).collect();
    for path in SERVICES {
        scene.edit(&format!("catalog/{path}.yaml"), "\nspec:\n", &format!("\nspec:\n{unknown}"));
    }
    let head = scene.push(7);
    let (bot, occasion) = bot(&scene);
    let did = bot.act(&work(), &occasion).await.unwrap();
    assert!(did.failed.is_empty(), "{did:?}");
    assert_eq!(scene.check(&head).0, "failure");
    let world = scene.fake.world();
    let run = &world.check_runs[0];
    assert!(run.annotations.len() >= 1_000, "{}", run.annotations.len());
    assert!(run.calls > run.annotations.len() / 50, "{}", run.calls);
    let body = &world.comments[0].body;
    assert!(body.len() <= 65_536 && body.contains("full report"), "{body}");
}
