//! Secrets that are gone again are in the history nevertheless.

use super::{corpus, leak};
use crate::process::pavior;
use crate::repository::Repository;
use pavior::model::Findings;
use pavior::read::secrets::scan_history;
use pavior::read::{HistoryBound, Snapshot, introduced};

const CART: &str = "catalog/shopping/cartservice.yaml";

/// The shipped repository with these texts in front of a file, one commit each.
fn history(comments: &[&str]) -> Repository {
    let repository = Repository::shipped();
    let cart = std::fs::read_to_string(repository.root().join(CART)).expect("it is shipped");
    for comment in comments {
        repository.write(CART, format!("# a line\n# {comment}\n{cart}"));
        repository.commit().expect("git commits");
    }
    repository
}

fn check(repository: &Repository, base: &str) -> (String, String) {
    let arguments = ["check", "--base", base].map(str::to_owned);
    let ended = pavior(repository, &arguments, &[]);
    (ended.exit_code, ended.stdout)
}

#[test]
fn a_secret_that_a_later_commit_removed_is_told_with_its_commit() {
    let token = &corpus::samples(1)[0].secret;
    let repository = history(&["clean", token, "clean again"]);
    let (exit_code, output) = check(&repository, "HEAD~2");
    assert_eq!(exit_code, "1\n", "{output}");
    let expected = " put a GitHub token into line 2 of this file: `ghp_...`";
    assert!(output.contains("secret/github-token") && output.contains(expected), "{output}");
    assert!(output.contains(CART) && output.contains("1 error"), "{output}");
    assert_eq!(leak(&output, token), None, "{output}");
    let (exit_code, output) = check(&repository, "HEAD");
    assert_eq!(exit_code, "0\n", "{output}");
}

#[test]
fn a_secret_that_is_still_there_is_told_once_and_at_its_line() {
    let token = &corpus::samples(1)[0].secret;
    let (exit_code, output) = check(&history(&["clean", token, &format!("{token} still")]), "HEAD~2");
    assert_eq!(exit_code, "1\n");
    assert!(output.contains(&format!("{CART}:2:3")) && output.contains("1 error"), "{output}");
    assert!(!output.contains("commit "), "{output}");
}

#[test]
fn what_a_change_began_with_is_not_of_its_commits() {
    let token = &corpus::samples(1)[0].secret;
    let (exit_code, output) = check(&history(&[token, &format!("{token} still"), "clean"]), "HEAD~2");
    assert_eq!(exit_code, "0\n", "{output}");
}

#[test]
fn a_file_that_is_gone_again_is_searched_too_and_so_are_both_sides_of_a_merge() {
    let token = &corpus::samples(1)[1].secret;
    let repository = history(&["clean"]);
    repository.write("catalog/shopping/new.yaml", format!("a: {token}\n"));
    repository.commit().unwrap();
    std::fs::remove_file(repository.root().join("catalog/shopping/new.yaml")).unwrap();
    repository.commit().unwrap();
    let (exit_code, output) = check(&repository, "HEAD~2");
    assert!(exit_code == "1\n" && output.contains("catalog/shopping/new.yaml"), "{output}");
    assert_eq!(leak(&output, token), None);
}

/// Pavior reads none of these.
#[test]
fn every_text_and_every_name_of_a_change_is_searched() {
    let token = &corpus::samples(1)[0].secret;
    for path in ["notes.txt", "docs/how to.md", "src/Main.java"] {
        let repository = history(&["clean"]);
        repository.write(path, format!("first\nsee {token}\n"));
        repository.commit().unwrap();
        let (exit_code, output) = check(&repository, "HEAD~1");
        assert_eq!(exit_code, "1\n", "{path}: {output}");
        assert!(output.contains("secret/github-token") && output.contains("into line 2"), "{path}: {output}");
        assert!(output.contains(path), "{path}: {output}");
        assert_eq!(leak(&output, token), None);
    }
    let repository = history(&["clean"]);
    repository.write(&format!("docs/{token}.txt"), "nothing");
    repository.commit().unwrap();
    let (exit_code, output) = check(&repository, "HEAD~1");
    assert!(exit_code == "1\n" && output.contains("the name of this file holds"), "{output}");
    assert_eq!(leak(&output, token), None);
}

#[test]
fn what_is_too_large_or_no_text_is_counted_and_its_name_searched() {
    let repository = history(&["clean"]);
    repository.write("docs/picture.png", "\0\0 binary");
    repository.write("docs/large.txt", "x".repeat((1 << 20) + 1));
    repository.write("docs/small.txt", "text");
    repository.commit().unwrap();
    let found = introduced(&repository.root(), "HEAD~1", "HEAD", HistoryBound::default()).unwrap().searched;
    assert_eq!((found.commits, found.files, found.too_large, found.binary), (1, 1, 1, 1));
    let arguments = ["preflight", "--base", "HEAD~1", "--format", "markdown"].map(str::to_owned);
    let output = pavior(&repository, &arguments, &[]).stdout;
    assert!(output.contains("1 more in 1 commit, 1 too large by name only, 1 binary by name only"), "{output}");
}

/// base - other - merge, with token - clean on the side that is merged.
#[test]
fn a_secret_of_a_branch_is_found_across_the_merge_that_brought_it() {
    let token = &corpus::samples(1)[0].secret;
    let repository = history(&["clean"]);
    let git = |arguments: &[&str]| repository.git(arguments).expect("git does it");
    let put = |path: &str, text: &str| {
        repository.write(path, text);
        repository.commit().expect("git commits");
    };
    git(&["tag", "start"]);
    git(&["checkout", "--quiet", "-b", "side"]);
    put("catalog/shopping/notes.yaml", &format!("# {token}\n"));
    put("catalog/shopping/notes.yaml", "# nothing\n");
    git(&["checkout", "--quiet", "main"]);
    put("catalog/shopping/more.yaml", "# more\n");
    git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    let (exit_code, output) = check(&repository, "start");
    assert_eq!(exit_code, "1\n", "{output}");
    assert!(output.contains("secret/github-token") && output.contains("catalog/shopping/notes.yaml"), "{output}");
    assert!(output.contains("1 error"), "{output}");
    assert_eq!(leak(&output, token), None);
    // Seen from the side that has it, the merge brings nothing new.
    assert_eq!(check(&repository, "side").0, "0\n");
}

#[test]
fn a_secret_that_only_the_merge_itself_brought_is_found() {
    let token = &corpus::samples(1)[1].secret;
    let repository = history(&["clean"]);
    let git = |arguments: &[&str]| repository.git(arguments).expect("git does it");
    git(&["tag", "start"]);
    git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("catalog/shopping/notes.yaml", "# nothing\n");
    repository.commit().unwrap();
    git(&["checkout", "--quiet", "main"]);
    git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    repository.write("catalog/shopping/notes.yaml", format!("# {token}\n"));
    repository.commit().unwrap();
    repository.write("catalog/shopping/notes.yaml", "# nothing\n");
    repository.commit().unwrap();
    let (exit_code, output) = check(&repository, "start");
    assert!(exit_code == "1\n" && output.contains("catalog/shopping/notes.yaml"), "{output}");
    assert_eq!(leak(&output, token), None);
}

#[test]
fn where_the_bound_is_met_the_report_says_so() {
    let token = &corpus::samples(1)[0].secret;
    let repository = history(&["clean", token, "clean again", "cleaner"]);
    let told = |bound| {
        let introduced = introduced(&repository.root(), "HEAD~3", "HEAD", bound).unwrap();
        let mut findings = Findings::default();
        scan_history(&introduced, &Snapshot::default(), &mut findings);
        findings.into_sorted().iter().map(|finding| finding.rule.id).collect::<Vec<_>>()
    };
    assert_eq!(told(HistoryBound::default()), ["secret/github-token"]);
    assert_eq!(told(HistoryBound { commits: 3, mebibytes: 64 }), ["secret/github-token"]);
    assert_eq!(told(HistoryBound { commits: 2, mebibytes: 64 }), ["secret/history-cut"]);
    assert_eq!(told(HistoryBound { commits: 9, mebibytes: 0 }), ["secret/history-cut"]);
}
