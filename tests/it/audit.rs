//! `pavior audit` by the real binary, of a ledger that the library wrote.

#![allow(clippy::unwrap_used)]

use pavior::ledger::{Cause, Effect, Entry, Intent, Outcome, REFERENCE, Store, Undo, UnitName, Writer};
use pavior::model::{Name, Timestamp};
use std::path::Path;
use std::process::{Command, Output};

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn audit(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pavior"));
    command.arg("audit").args(arguments).arg("--root").arg(folder).env_clear().env("PATH", "/usr/bin:/bin");
    let Output { stdout, stderr, status } = command.output().unwrap();
    (String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(), status.code())
}

fn began(unit: &str, effect: Effect) -> Entry {
    let change = Cause {
        head: "b41c09e".to_owned(),
        base: Some("7fd21aa".to_owned()),
        pull: Some(412),
        report: None,
        author: "jo".to_owned(),
        approved_by: vec!["mira".to_owned()],
    };
    let unit = UnitName { environment: Name::parse("staging").unwrap(), unit: unit.to_owned() };
    let digest = Some("3f9c".to_owned());
    Entry::Began(Box::new(Intent {
        effect,
        unit,
        digest,
        plan: None,
        change,
        cost: None,
        undo: Undo::Reversible,
        secrets: Vec::new(),
    }))
}

fn ended(began: u64, outcome: Outcome) -> Entry {
    Entry::Ended { began, outcome, took: 1_204, note: None }
}

#[test]
fn a_ledger_is_listed_shown_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    assert_eq!(audit(root, &["verify"]), ("refs/pavior/ledger holds no record yet\n".to_owned(), Some(0)));
    assert_eq!(audit(root, &["log"]), ("refs/pavior/ledger has no such record\n".to_owned(), Some(0)));

    let mut store = Store::open(root.to_owned(), None).unwrap();
    let writer = Writer { version: "0.1.0".to_owned(), actor: "\u{1b}[31mmira".to_owned(), run: None };
    let now = || Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
    let entries = vec![
        began("cart", Effect::Terraform),
        began("web", Effect::Manifests),
        ended(1, Outcome::Succeeded),
        ended(2, Outcome::Failed),
    ];
    store.append(&writer, now, |_| Ok(entries.clone())).unwrap();
    let (log, code) = audit(root, &["log"]);
    insta::assert_snapshot!(log);
    assert_eq!(code, Some(0));
    let (of_web, _) = audit(root, &["log", "--unit", "web"]);
    assert!(of_web.contains("web: manifests begins, for ") && of_web.contains("web: manifests failed"), "{of_web}");
    assert!(!of_web.contains("cart"), "{of_web}");
    let (first, _) = audit(root, &["log", "--limit", "1"]);
    assert!(first.ends_with("3 more; --limit shows them\n"), "{first}");

    let (shown, _) = audit(root, &["show", "1"]);
    insta::assert_snapshot!(shown);
    assert_eq!(audit(root, &["show", "5"]).1, Some(2));

    let (whole, code) = audit(root, &["verify"]);
    assert_eq!(code, Some(0));
    let head = whole.lines().last().unwrap().strip_prefix("head ").unwrap().to_owned();
    assert_eq!(audit(root, &["verify", "--published", &head]).1, Some(0));

    // The end is cut off: the chain is whole, and only what was published tells.
    store.append(&writer, now, |_| Ok(vec![began("cart", Effect::Health)])).unwrap();
    let (longer, _) = audit(root, &["verify"]);
    let published = longer.lines().last().unwrap().strip_prefix("head ").unwrap().to_owned();
    git(root, &["update-ref", REFERENCE, &format!("{REFERENCE}~1")]);
    assert_eq!(audit(root, &["verify"]).1, Some(0));
    let (cut, code) = audit(root, &["verify", "--published", &published]);
    assert_eq!(cut, "record 5 is missing: the one that was published, 5, is behind it\n");
    assert_eq!(code, Some(1));
}

#[test]
fn a80_a_record_that_is_edited_in_git_is_the_first_bad_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    let mut store = Store::open(root.to_owned(), None).unwrap();
    let writer = Writer { version: "0.1.0".to_owned(), actor: "mira".to_owned(), run: None };
    let now = || Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
    let units = ["a", "b", "c"].map(|unit| began(unit, Effect::Manifests)).to_vec();
    store.append(&writer, now, |_| Ok(units.clone())).unwrap();
    let file = "records/000000/000000002.json";
    let text = git(root, &["cat-file", "blob", &format!("{REFERENCE}:{file}")]).replace("\"mira\"", "\"eve\"");
    std::fs::write(root.join("edited"), text).unwrap();
    let blob = git(root, &["hash-object", "-w", "edited"]);
    git(root, &["read-tree", REFERENCE]);
    git(root, &["update-index", "--cacheinfo", &format!("100644,{blob},{file}")]);
    let tree = git(root, &["write-tree"]);
    let identity = ["-c", "user.name=eve", "-c", "user.email=eve@localhost"];
    let commit = git(root, &[&identity[..], &["commit-tree", "-m", "x", &tree]].concat());
    git(root, &["update-ref", REFERENCE, &commit]);
    let (said, code) = audit(root, &["verify"]);
    assert!(said.starts_with("record 2 is not the one that record 3 follows: its hash is "), "{said}");
    assert_eq!(code, Some(1));
    let (refused, code) = audit(root, &["log"]);
    assert!(refused.contains("the ledger is broken"), "{refused}");
    assert_eq!(code, Some(2));
}
