//! What `pavior apply` says before anything is done, by the real binary.

use crate::process::{Ended, pavior};
use crate::repository::Repository;

fn apply(repository: &Repository, more: &[&str]) -> Ended {
    let arguments = ["apply", "--environment", "local", "--yes", "--terraform", "/nonexistent/terraform"];
    let arguments: Vec<String> = arguments.iter().chain(more).map(|word| (*word).to_owned()).collect();
    pavior(repository, &arguments, &[("USER", "jo")])
}

#[test]
fn what_is_confirmed_has_to_be_there() {
    let repository = Repository::shipped();
    repository.commit().unwrap();
    for (name, told) in [
        ("loca", "--confirm: there is no environment `loca`; did you mean `local`?"),
        ("local/cartservic", "--confirm: there is no unit `local/cartservic`; did you mean `local/cartservice`?"),
    ] {
        let refused = apply(&repository, &["--confirm", name]);
        assert!(refused.stderr.contains(told) && refused.exit_code == "2\n", "{refused:?}");
    }
}

#[test]
fn who_forgot_to_commit_is_told_so() {
    let repository = Repository::shipped();
    repository.commit().unwrap();
    let told = "not committed, and so not applied, is `catalog/carts/new.yaml`";
    assert!(!apply(&repository, &[]).stderr.contains("not committed"));
    repository.write("catalog/carts/new.yaml", "# nothing yet\n");
    let ended = apply(&repository, &[]);
    assert!(ended.stderr.contains(told), "{ended:?}");
    assert!(!apply(&repository, &["--head", "HEAD~0"]).stderr.contains(told), "who names a commit means it");
}

#[test]
fn a_name_that_is_mistyped_does_not_look_like_one_to_which_nothing_happened() {
    let repository = Repository::shipped();
    repository.commit().unwrap();
    // Each is refused, for there is no such Terraform; and that is in the ledger.
    apply(&repository, &[]);
    let log = |name: &str| pavior(&repository, &["audit", "log", "--unit", name].map(str::to_owned), &[]).stdout;
    assert!(log("cartservice").contains("local/cartservice: leased"), "{}", log("cartservice"));
    assert!(log("cartservic").ends_with("has no such record; did you mean `cartservice`?\n"), "{}", log("cartservic"));
}
