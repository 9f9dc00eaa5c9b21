//! `pavior deploy` and `pavior promote` by the real binary in a real repository.

#![allow(clippy::unwrap_used)]

use crate::process::{Ended, pavior};
use crate::repository::Repository;
use pavior::ledger::{Cause, Effect, Entry, Intent, Outcome, Store, Undo, UnitName, Writer};
use pavior::model::{Name, Timestamp};
use std::fs;

const CART: &str = "catalog/shopping/cartservice.yaml";
const DIGEST: &str = "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

fn run(repository: &Repository, arguments: &str) -> Ended {
    let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
    pavior(repository, &arguments, &[])
}

fn shipped() -> Repository {
    let repository = Repository::shipped();
    repository.commit().unwrap();
    repository
}

fn cart(repository: &Repository) -> String {
    fs::read_to_string(repository.root().join(CART)).unwrap()
}

#[test]
fn an_image_is_shown_and_then_written_and_then_there() {
    let repository = shipped();
    let before = cart(&repository);
    let deploy = "deploy cartservice --to staging --image ghcr.io/acme/cartservice:v1";
    let shown = run(&repository, deploy);
    assert_eq!(shown.exit_code, "0\n", "{shown:?}");
    let line = "+    staging: {scaling: {min: 1, max: 2}, containers: {main: {image: ghcr.io/acme/cartservice:v1}}}\n";
    assert!(shown.stdout.contains(line), "{}", shown.stdout);
    assert_eq!(cart(&repository), before, "showing writes nothing");

    let written = run(&repository, &format!("{deploy} --write"));
    assert_eq!(
        (written.exit_code.as_str(), written.stderr.as_str()),
        ("0\n", "wrote catalog/shopping/cartservice.yaml\n")
    );
    assert_eq!(
        cart(&repository),
        before.replacen(
            "staging: {scaling: {min: 1, max: 2}}",
            "staging: {scaling: {min: 1, max: 2}, containers: {main: {image: ghcr.io/acme/cartservice:v1}}}",
            1,
        )
    );
    let again = run(&repository, &format!("{deploy} --write"));
    assert_eq!((again.exit_code.as_str(), again.stdout.as_str()), ("0\n", ""));
    assert_eq!(again.stderr, "cartservice has that in staging already\n");
    let checked = run(&repository, "check");
    assert_eq!(checked.exit_code, "0\n", "{checked:?}");
}

#[test]
fn a_file_of_windows_is_edited_and_stays_one() {
    let repository = shipped();
    let raw = format!("\u{feff}{}", cart(&repository).replace('\n', "\r\n"));
    repository.write(CART, &raw);
    let written = run(&repository, "deploy cartservice --to production --image ghcr.io/acme/cart:v1 --write");
    assert_eq!(written.exit_code, "0\n", "{written:?}");
    let edited = cart(&repository);
    let added = "\r\n    production:\r\n      containers:\r\n        main:\r\n          image: ghcr.io/acme/cart:v1";
    assert_eq!(edited.replacen(added, "", 1), raw);
}

#[test]
fn what_the_environment_refuses_is_told_and_nothing_is_written() {
    let repository = shipped();
    let path = "catalog/environments/production.yaml";
    let production = fs::read_to_string(repository.root().join(path)).unwrap();
    let strict = format!("{production}  images: {{registries: [us-central1-docker.pkg.dev/online-boutique-ci]}}\n");
    repository.write(path, strict);
    let before = cart(&repository);
    let refused = run(&repository, "deploy cartservice --to production --image ghcr.io/acme/cart:v1 --write");
    assert_eq!(refused.exit_code, "1\n", "{refused:?}");
    assert!(refused.stderr.contains("error[") && refused.stderr.contains("ghcr.io/acme/cart:v1"), "{}", refused.stderr);
    assert_eq!(cart(&repository), before);
}

#[test]
fn what_is_mistyped_is_told_with_what_is_near() {
    let repository = shipped();
    for (arguments, message) in [
        ("deploy cartservce --to staging --image a:1", "there is no service `cartservce`; did you mean `cartservice`?"),
        ("deploy cartservice --to stagin --image a:1", "there is no environment `stagin`; did you mean `staging`?"),
        (
            "deploy cartservice --to staging --image a:1 --container mian",
            "there is no container `mian`; did you mean `main`?",
        ),
        ("deploy cartservice --to staging --image a:", "`a:` is no name of an image"),
        ("promote cartservice --from staging --to staging", "--from and --to are the same environment"),
    ] {
        let told = run(&repository, arguments);
        assert_eq!((told.exit_code.as_str(), told.stderr), ("2\n", format!("error: {message}\n")));
    }
}

#[test]
fn what_stands_in_one_environment_is_promoted_to_another() {
    let repository = shipped();
    let image = format!("ghcr.io/acme/cartservice@{DIGEST}");
    run(&repository, &format!("deploy cartservice --to staging --image {image} --write"));
    repository.commit().unwrap();
    let promoted = run(&repository, "promote cartservice --from staging --to production --write");
    assert_eq!(promoted.exit_code, "0\n", "{promoted:?}");
    assert!(
        cart(&repository)
            .contains(&format!("    production:\n      containers:\n        main:\n          image: {image}\n"))
    );
    assert!(
        promoted.stderr.contains("warning: the ledger does not know cartservice as healthy in staging\n"),
        "{promoted:?}"
    );
    assert!(
        promoted
            .stderr
            .contains("note: differs otherwise, and stays so: scaling.max, 2 in staging and not set in production\n"),
        "{promoted:?}"
    );
    let again = run(&repository, "promote cartservice --from staging --to production");
    assert!(again.stderr.ends_with("cartservice has that in production already\n"), "{again:?}");
    let strict = run(&repository, "promote cartservice --from staging --to production --require-healthy");
    assert_eq!(strict.exit_code, "2\n", "{strict:?}");
    let skipping = run(&repository, "promote cartservice --from local --to production");
    assert!(
        skipping.stderr.contains("note: production takes its changes from staging, not from local\n"),
        "{skipping:?}"
    );
}

/// The ledger says that a commit was found healthy in staging.
fn healthy(repository: &Repository, commit: &str) {
    let change = Cause {
        head: commit.to_owned(),
        base: None,
        pull: None,
        report: None,
        author: "jo".to_owned(),
        approved_by: Vec::new(),
    };
    let unit = UnitName { environment: Name::parse("staging").unwrap(), unit: "cartservice".to_owned() };
    let digest = Some("d".to_owned());
    let (effect, undo) = (Effect::Health, Undo::Reversible);
    let began = Entry::Began(Box::new(Intent {
        effect,
        unit,
        digest,
        plan: None,
        change,
        cost: None,
        undo,
        secrets: Vec::new(),
    }));
    let mut store = Store::open(repository.root(), None).unwrap();
    let writer = Writer { version: "0.1.0".to_owned(), actor: "jo".to_owned(), run: None };
    let now = || Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
    store.append(&writer, now, |_| Ok(vec![began.clone()])).unwrap();
    let began = store.records().unwrap().len() as u64;
    store
        .append(&writer, now, |_| Ok(vec![Entry::Ended { began, outcome: Outcome::Succeeded, took: 1, note: None }]))
        .unwrap();
}

#[test]
fn only_what_was_healthy_is_promoted_where_the_ledger_knows() {
    let repository = shipped();
    healthy(&repository, &repository.head().unwrap());
    run(&repository, "deploy cartservice --to staging --image ghcr.io/acme/cartservice:v2 --write");
    repository.commit().unwrap();
    let promote = "promote cartservice --from staging --to production --require-healthy";
    let early = run(&repository, promote);
    assert_eq!(early.exit_code, "2\n", "{early:?}");
    assert!(early.stderr.contains("and not yet with ghcr.io/acme/cartservice:v2"), "{}", early.stderr);
    healthy(&repository, &repository.head().unwrap());
    let promoted = run(&repository, promote);
    assert_eq!(promoted.exit_code, "0\n", "{promoted:?}");
    assert!(promoted.stdout.contains("+          image: ghcr.io/acme/cartservice:v2\n"), "{}", promoted.stdout);
}

#[test]
fn the_workload_may_stand_in_a_score_file() {
    let repository = shipped();
    let metadata = "metadata: {name: notes, description: Notes of shoppers, owner: shopping}";
    let service =
        format!("apiVersion: pavior.dev/v1\nkind: Service\n{metadata}\nspec:\n  score: notes.score.yaml # theirs\n");
    repository.write("catalog/notes/service.yaml", &service);
    let score =
        "apiVersion: score.dev/v1b1\nmetadata: {name: notes}\ncontainers:\n  web: {image: \"ghcr.io/acme/notes:1\"}\n";
    repository.write("catalog/notes/notes.score.yaml", score);
    let written = run(&repository, "deploy notes --to local --image ghcr.io/acme/notes:2 --write");
    assert_eq!(written.exit_code, "0\n", "{written:?}");
    let read = |path: &str| fs::read_to_string(repository.root().join(path)).unwrap();
    let added = "  environments:\n    local:\n      containers:\n        web:\n          image: ghcr.io/acme/notes:2\n";
    assert_eq!(read("catalog/notes/service.yaml"), service + added);
    assert_eq!(read("catalog/notes/notes.score.yaml"), score);
}

#[test]
fn a_diff_shows_no_secret_that_stands_beside_the_edit() {
    let repository = shipped();
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let before = cart(&repository);
    repository.write(CART, before.replace("    preview: {", &format!("    # {token}\n    preview: {{")));
    let shown = run(&repository, "deploy cartservice --to production --image ghcr.io/acme/cart:v1");
    assert!(shown.stdout.contains("+          image: ghcr.io/acme/cart:v1\n"), "{shown:?}");
    assert!(!format!("{shown:?}").contains(&token[4..]), "{shown:?}");
}
