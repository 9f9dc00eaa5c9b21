//! `pavior preview list` and `reap` by the real binary, of a ledger that the library wrote; `sleep` and `wake` of objects as
//! a cluster shows them.

#![allow(clippy::unwrap_used)]

use pavior::ledger::{Cost, Entry, PreviewLife, PreviewStage, PreviewStep, Scope, Store, Writer};
use pavior::model::{Name, Timestamp};
use std::path::Path;
use std::process::{Command, Output};

fn preview(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pavior"));
    command.arg("preview").args(arguments).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin");
    let Output { stdout, stderr, status } = command.output().unwrap();
    (String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(), status.code())
}

const PATTERN: &str = "\
apiVersion: pavior.dev/v1
kind: Environment
metadata: {name: preview, owner: shopping}
spec:
  type: preview
  class: development
  provider: kubernetes
  domain: preview.example
  preview: {shares: staging, maximumLife: 10d, idle: 2h}
";

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// What a preview went through: a lease, a stage and the lease's return for each.
fn went(store: &mut Store, pull: u64, stages: &[(&str, PreviewStage)]) {
    let environment = name(&format!("pr-{pull}"));
    let writer = Writer { version: "0.1.0".to_owned(), actor: "bot".to_owned(), run: None };
    for (at, stage) in stages {
        let now = Timestamp::parse(at).unwrap();
        let entries = |records: &[pavior::ledger::Record]| {
            let lease = records.len() as u64 + 1;
            let until = Timestamp::parse("2027-01-01T00:00:00Z").unwrap();
            let scope = Scope { environment: environment.clone(), unit: None };
            let step = PreviewStep { environment: environment.clone(), pull, lease, stage: stage.clone() };
            Ok(vec![Entry::Leased { scope, until }, Entry::Preview(Box::new(step)), Entry::Returned { lease }])
        };
        store.append(&writer, || now, entries).unwrap();
    }
}

fn rising(author: &str, team: &str, micros: i64) -> PreviewStage {
    PreviewStage::Rising(Box::new(PreviewLife {
        head: "b41c09e".to_owned(),
        base: "7fd21aa".to_owned(),
        author: author.to_owned(),
        team: Some(name(team)),
        services: vec![name("cart"), name("web")],
        pattern: None,
        cost: Some(Cost { currency: "USD".to_owned(), micros }),
    }))
}

#[test]
fn previews_are_listed_with_who_pays_and_the_sweep_says_what_it_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert!(Command::new("git").args(["init", "--quiet"]).arg(root).status().unwrap().success());
    std::fs::create_dir(root.join("catalog")).unwrap();
    std::fs::write(root.join("catalog/preview.yaml"), PATTERN).unwrap();
    assert_eq!(preview(root, &["list"]), ("there are no previews\n".to_owned(), Some(0)));

    let mut store = Store::open(root.to_owned(), None).unwrap();
    let (born, later) = ("2026-11-01T08:00:00Z", "2026-11-01T12:00:00Z");
    went(&mut store, 7, &[(born, rising("jo", "shopping", 30_000_000)), (born, PreviewStage::Up)]);
    went(&mut store, 8, &[(later, rising("mira", "payments", 73_000_000)), (later, PreviewStage::Up)]);
    went(&mut store, 8, &[("2026-11-02T08:00:00Z", PreviewStage::Asleep)]);
    went(&mut store, 9, &[(later, rising("kim", "ads", 1)), (later, PreviewStage::Gone)]);
    insta::assert_snapshot!(preview(root, &["list", "--at", "2026-11-03T08:00:00Z"]).0);
    insta::assert_snapshot!(preview(root, &["list", "--all", "--format", "json", "--at", "2026-11-03T08:00:00Z"]).0);

    let reap = |arguments: &[&str]| preview(root, &[&["reap", "--dry-run"], arguments].concat());
    let said = |text: &str| (text.to_owned(), Some(0));
    assert_eq!(reap(&["--at", "2026-11-01T09:59:59Z"]), said("nothing is to be done\n"));
    assert_eq!(reap(&["--at", "2026-11-01T10:00:00Z"]), said("pr-7: let it sleep\n"));
    let (told, _) = reap(&["--at", "2026-11-09T08:00:00Z"]);
    assert_eq!(
        told,
        "pr-7: let it sleep\npr-7: tell that it ends at 2026-11-11T08:00:00Z\npr-8: take it down: it has slept for as \
         long as previews may\n"
    );
    let closed = ["--at", "2026-11-12T08:00:00Z", "--closed", "7", "--keep", "8"];
    assert_eq!(reap(&closed), said("pr-7: take it down: its pull request is closed\n"));
    let (error, code) = preview(root, &["list", "--pattern", "previews"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("choose the pattern with --pattern: `preview`"), "{error}");
}

#[test]
fn objects_of_a_cluster_become_patches() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("objects.json");
    let deployment = |extra: &str, replicas: u32| {
        format!(
            r#"{{"kind":"List","items":[{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web",
            "namespace":"pr-7"{extra}}},"spec":{{"replicas":{replicas}}}}}]}}"#
        )
    };
    let patches = |text: &str, how: &str| {
        std::fs::write(&file, text).unwrap();
        preview(folder.path(), &[how, "--objects", file.to_str().unwrap()])
    };
    let (asleep, code) = patches(&deployment("", 3), "sleep");
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(asleep, @r#"{"apiVersion":"apps/v1","kind":"Deployment","namespace":"pr-7","name":"web","patch":{"metadata":{"annotations":{"pavior.dev/awake":"3"}},"spec":{"replicas":0}}}"#);
    let sleeping = deployment(r#","annotations":{"pavior.dev/awake":"3"}"#, 0);
    assert_eq!(patches(&sleeping, "sleep"), (String::new(), Some(0)));
    assert!(patches(&sleeping, "wake").0.contains(r#""replicas":3"#));
    assert_eq!(patches("{}", "wake").1, Some(2));
    assert_eq!(patches("nonsense", "wake").1, Some(2));
}
