//! A person takes a unit back, looks at what is quarantined, and lets it go again.

use super::{Platform, terraform};

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn a_person_takes_a_unit_back_and_lets_it_go_forth_again() {
    let terraform = terraform();
    let platform = Platform::new(&terraform);
    let small = platform.git(&["rev-parse", "HEAD"]);
    platform.apply();
    platform.resize("small", "medium");
    let medium = platform.apply();
    assert_eq!(medium.code, Some(0), "{medium:?}");
    assert_eq!(platform.memory(), "3Gi");

    let before = platform.records();
    let shown = platform.pavior(&["rollback", "local/cart", "--dry-run"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let [good, bad] = [platform.healthy()[1].clone(), platform.healthy().pop().unwrap()];
    assert!(shown.stdout.contains(&format!("  from {} of commit ", &bad[..12])), "{}", shown.stdout);
    assert!(shown.stdout.contains("  update module.carts.terraform_data.this\n"), "{}", shown.stdout);
    assert_eq!((platform.records().len(), platform.memory().as_str()), (before.len(), "3Gi"), "showing does nothing");

    let unknown = platform.pavior(&["rollback", "local/cart", "--to", "deadbeef", "--why", "x"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.stderr.contains("`deadbeef` is nothing that local/cart was healthy with"), "{unknown:?}");
    assert!(unknown.stderr.contains(&small[..12]), "what it was healthy with is listed: {unknown:?}");
    let mistyped = platform.pavior(&["rollback", "local/crat", "--why", "x"]);
    assert!(mistyped.stderr.contains("the ledger knows no local/crat; did you mean `local/cart`?"), "{mistyped:?}");

    let back = platform.pavior(&["rollback", "local/cart", "--to", &small[..10], "--why", "carts are slow"]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(back.stdout.contains("local/cart: rolled back: by hand: carts are slow\n"), "{}", back.stdout);
    assert!(
        back.stdout.contains("+  resources: {carts: {type: redis, class: small}}\n"),
        "the revert: {}",
        back.stdout
    );
    assert_eq!(platform.memory(), "256Mi");
    let records = platform.records();
    let quarantined = records.iter().find(|record| record["entry"]["kind"] == "quarantined").unwrap();
    assert_eq!(
        (&quarantined["entry"]["why"], &quarantined["writer"]["actor"]),
        (&"by hand: carts are slow".into(), &"mira".into())
    );
    assert!(platform.pavior(&["audit", "verify"]).code == Some(0));

    let again = platform.apply();
    assert!(again.stdout.contains("local/cart: not applied: this digest is quarantined"), "{again:?}");
    assert_eq!(platform.memory(), "256Mi");
    let list = platform.pavior(&["quarantine", "list"]);
    assert!(list.stdout.contains(&bad[..12]) && list.stdout.contains("by hand: carts are slow"), "{list:?}");
    assert!(!list.stdout.contains(&good[..12]), "{list:?}");

    let released = platform.pavior(&["quarantine", "release", "local/cart", &bad[..8], "--why", "it was the network"]);
    assert_eq!(released.code, Some(0), "{released:?}");
    assert_eq!(platform.pavior(&["quarantine", "list"]).stdout, "nothing is quarantined\n");
    let forth = platform.apply();
    assert_eq!((forth.code, platform.memory().as_str()), (Some(0), "3Gi"), "{forth:?}");
}

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn a76_a_merge_that_is_newer_than_the_way_back_wins() {
    let terraform = terraform();
    let platform = Platform::new(&terraform);
    platform.apply();
    platform.resize("small", "medium");
    platform.apply();
    platform.resize("medium", "large");
    let back = platform.pavior(&["rollback", "local/cart", "--why", "carts are slow"]);
    assert_eq!(back.code, Some(1), "{back:?}");
    assert!(back.stdout.contains("local/cart: superseded by a newer merge"), "{back:?}");
    assert_eq!(platform.memory(), "3Gi");
    let records = platform.records();
    assert!(records.iter().any(|record| record["entry"]["outcome"] == "superseded"), "the ledger says so");
}

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn a75_who_is_killed_on_the_way_back_is_brought_back_by_the_next_run() {
    let terraform = terraform();
    for (point, finish) in [
        ("terraform-back.before", ["apply", "--yes", "--jobs", "1"].as_slice()),
        ("terraform-back.after", &["rollback", "local/cart", "--why", "again"]),
        ("revert-back.before", &["rollback", "local/cart", "--why", "again"]),
    ] {
        let platform = Platform::new(&terraform);
        platform.apply();
        platform.resize("small", "medium");
        platform.apply();
        let rollback = ["rollback", "local/cart", "--why", "carts are slow"];
        let killed = platform.pavior_with(&rollback, &[("PAVIOR_KILL_AT", point)]);
        assert!(killed.stderr.contains(&format!("killed at {point}")), "{killed:?}");
        let finished = platform.pavior(finish);
        assert!(finished.stdout.contains("rolled back"), "{point}: {finished:?}");
        assert_eq!(platform.memory(), "256Mi", "{point}");
        let records = platform.records();
        let count = |kind: &str| records.iter().filter(|record| record["entry"]["kind"] == kind).count();
        assert_eq!((count("began"), count("leased")), (count("ended"), count("returned")), "{point}");
        assert!(platform.pavior(&["audit", "verify"]).code == Some(0));
    }
}
