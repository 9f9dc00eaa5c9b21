//! `pavior secrets` by the real binary, of a repository with a history and a ledger.

#![allow(clippy::unwrap_used)]

use crate::process::{Ended, pavior};
use crate::repository::Repository;
use pavior::ledger::{Cause, Effect, Entry, Intent, Outcome, Store, Undo, UnitName, Writer};
use pavior::model::{Name, Timestamp};
use std::fs;

const REQUEST: &str = "catalog/payments/payment-gateway.secret.yaml";

fn run(repository: &Repository, arguments: &str) -> Ended {
    let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
    pavior(repository, &arguments, &[])
}

/// What the ledger says of one unit: brought to a commit, with these approvals.
fn applied(repository: &Repository, environment: &str, unit: &str, approved_by: &[&str]) {
    let change = Cause {
        head: repository.head().unwrap(),
        base: None,
        pull: Some(412),
        report: None,
        author: "jo".to_owned(),
        approved_by: approved_by.iter().map(|who| (*who).to_owned()).collect(),
    };
    let unit = UnitName { environment: Name::parse(environment).unwrap(), unit: unit.to_owned() };
    let (effect, undo, digest) = (Effect::Terraform, Undo::Reversible, Some("d".to_owned()));
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
    let ended = Entry::Ended { began, outcome: Outcome::Succeeded, took: 1, note: None };
    store.append(&writer, now, |_| Ok(vec![ended.clone()])).unwrap();
}

/// The request is there from the second commit on; staging had the service before.
fn repository() -> Repository {
    let repository = Repository::shipped();
    let (service, request) = ("catalog/payments/paymentservice.yaml", repository.root().join(REQUEST));
    let (with, text) = (fs::read_to_string(repository.root().join(service)).unwrap(), fs::read(&request).unwrap());
    // What a commit declares is all that is asked of it: it need not compile.
    fs::remove_file(&request).unwrap();
    repository.commit().unwrap();
    applied(&repository, "staging", "paymentservice", &["nobody"]);
    repository.write(service, with);
    repository.write(REQUEST, text);
    repository.commit().unwrap();
    applied(&repository, "staging", "paymentservice", &["mira", "ines"]);
    applied(&repository, "staging", "paymentservice", &["later"]);
    applied(&repository, "production", "paymentservice", &[]);
    repository
}

#[test]
fn requests_are_listed_with_who_asked_and_who_approved() {
    let repository = repository();
    let listed = run(&repository, "secrets list --service paymentservice");
    assert_eq!(listed.exit_code, "0\n", "{listed:?}");
    insta::assert_snapshot!(listed.stdout);
    let json = run(&repository, "secrets list --format json");
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let staging = &value["requests"][0]["environments"][0];
    assert_eq!(staging["carried"]["approvedBy"], serde_json::json!(["mira", "ines"]));
    assert!(staging["keys"][0]["put"].as_str().unwrap().contains("aws secretsmanager put-secret-value"), "{staging}");
}

#[test]
fn what_is_not_in_order_is_told_once_it_is_not() {
    let repository = repository();
    let audited = run(&repository, "secrets audit --at 2026-11-22");
    assert_eq!(audited.exit_code, "1\n", "{audited:?}");
    insta::assert_snapshot!(audited.stdout);
    let later = run(&repository, "secrets audit --at 2027-08-01 --format json");
    let value: serde_json::Value = serde_json::from_str(&later.stdout).unwrap();
    let faults: Vec<&str> =
        value["found"].as_array().unwrap().iter().map(|one| one["fault"].as_str().unwrap()).collect();
    assert_eq!(faults.iter().filter(|fault| **fault == "rotation-due").count(), 2, "{faults:?}");
    assert_eq!(faults.iter().filter(|fault| **fault == "expired").count(), 2, "{faults:?}");
}

#[test]
fn what_ends_is_told_before_it_does_and_blocks_once_it_has() {
    let repository = Repository::shipped();
    let expiring = |day: &str| run(&repository, &format!("secrets expiring --within 30d --at {day}"));
    let (early, soon, late) = (expiring("2027-05-30"), expiring("2027-05-31"), expiring("2027-07-01"));
    assert_eq!((early.stdout.as_str(), early.exit_code.as_str()), ("nothing ends within 30d of 2027-05-30\n", "0\n"));
    let first = "payment-gateway of paymentservice ends in 30 days, 2027-06-30: catalog/payments/payment-gateway.secret.yaml:5\n";
    assert!(soon.stdout.starts_with(first) && soon.exit_code == "0\n", "{soon:?}");
    assert!(late.stdout.contains("has ended, 2027-06-30") && late.exit_code == "1\n", "{late:?}");
}

#[test]
fn a_value_is_put_into_its_store_by_a_command_that_never_shows_it() {
    let repository = Repository::shipped();
    let put = run(&repository, "secrets put payment-gateway --environment production --key API_KEY");
    assert_eq!(
        put.stdout,
        "# API_KEY in production\n(read -rs VALUE && printf %s \"$VALUE\" | jq -Rs --arg at value '{($at): .}' | aws \
         secretsmanager put-secret-value --region eu-central-1 --secret-id \
         boutique/production/paymentservice/payment-gateway/API_KEY --secret-string file:///dev/stdin)\n"
    );
    let near = run(&repository, "secrets put payment-gateway --key API_KYE");
    assert_eq!(near.stderr, "error: there is no key of this request `API_KYE`; did you mean `API_KEY`?\n");
}

#[test]
fn each_kind_of_store_has_its_place_and_its_command() {
    let repository = Repository::shipped();
    let read = |path: &str| fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let catalog = repository.root().join("catalog");
    fs::remove_dir_all(&catalog).unwrap();
    repository.write("catalog/google.yaml", read("tests/showcase/catalog/environments/google.yaml"));
    for file in ["environments/local.yaml", "teams/platform.yaml"] {
        repository.write(&format!("catalog/{file}"), read(&format!("catalog/{file}")));
    }
    repository.write(
        "catalog/mail.yaml",
        "apiVersion: pavior.dev/v1
kind: Service
metadata: {name: mail, description: Sends mail, owner: platform}
spec:
  containers:
    main: {image: \"ghcr.io/acme/mail:1\", variables: {KEY: \"${secrets.relay.KEY}\"}}
---
apiVersion: pavior.dev/v1
kind: SecretRequest
metadata: {name: relay, owner: platform}
spec:
  service: mail
  environments: [google, local]
  keys: {KEY: {description: Opens the relay}}
  reason: Mail is sent through it
",
    );
    let put = run(&repository, "secrets put relay");
    insta::assert_snapshot!(put.stdout + &put.stderr);
}
