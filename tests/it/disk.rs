//! What a disk that is full and a signal in the middle leave behind: each file as it was or as it is to be, never half of
//! one, and a run behind it that finishes.

#![allow(clippy::unwrap_used)]

use crate::case::read_tree;
use crate::repository::Repository;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

type Tree = BTreeMap<String, Vec<u8>>;

fn tree(folder: &Path) -> Tree {
    read_tree(folder).into_iter().map(|(path, text)| (path, text.into())).collect()
}

/// `pavior compile` in a shell that says something first.
fn compile(repository: &Repository, out: &Path, before: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{before} exec \"$0\" \"$@\"")]).arg(env!("CARGO_BIN_EXE_pavior"));
    command.arg("compile").arg("--root").arg(repository.root()).arg("--out").arg(out);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The shipped catalog compiled, and then one image everywhere another one; what it was, and what it is to be.
fn changed(out: &Path) -> (Repository, Tree, Tree) {
    let repository = Repository::shipped();
    assert!(compile(&repository, out, "").status().unwrap().success());
    let was = tree(out);
    for (path, text) in read_tree(&repository.root().join("catalog")) {
        repository.write(&format!("catalog/{path}"), text.replace(":v0.10.6", ":v0.10.7"));
    }
    let other = out.with_extension("other");
    assert!(compile(&repository, &other, "").status().unwrap().success());
    let is = tree(&other);
    assert!(was != is && was.keys().eq(is.keys()), "something of it is to be another text");
    (repository, was, is)
}

/// Each file is as it was or as it is to be, and there is no other but what the next run takes away.
fn is_whole(out: &Path, was: &Tree, is: &Tree, said: &str) {
    let now = tree(out);
    for (path, bytes) in &now {
        let known = was.get(path) == Some(bytes) || is.get(path) == Some(bytes);
        assert!(
            known || path.ends_with(".pavior-temporary"),
            "{said}: {path} is neither what it was nor what it is to be"
        );
    }
    for path in was.keys() {
        assert!(now.contains_key(path), "{said}: {path} is gone");
    }
}

#[test]
fn a79_on_a_full_disk_files_are_as_they_were_or_as_they_are_to_be_and_the_next_run_finishes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (repository, was, is) = changed(&out);
    let mut failed = 0;
    // No file may be longer than so many blocks: what a disk does that is full, and tmpfs at its size.
    for blocks in [0, 1, 2, 4, 8, 16, 64] {
        let result = compile(&repository, &out, &format!("trap '' XFSZ; ulimit -f {blocks};")).output().unwrap();
        let said = String::from_utf8_lossy(&result.stderr).into_owned();
        is_whole(&out, &was, &is, &format!("{blocks} blocks"));
        if !result.status.success() {
            failed += 1;
            assert_eq!(result.status.code(), Some(2), "{said}");
            assert!(said.contains("File too large"), "it says why: {said}");
        }
    }
    assert!(failed > 2, "with so little room it cannot succeed");
    assert!(compile(&repository, &out, "").status().unwrap().success());
    assert!(tree(&out) == is, "the next run finishes, and takes away what was left");
}

#[test]
fn a79_a_signal_in_the_middle_leaves_whole_files_and_the_next_run_finishes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (repository, was, is) = changed(&out);
    for wait in (0..12).map(|step| Duration::from_millis(step * 40)) {
        let mut process = compile(&repository, &out, "").spawn().unwrap();
        std::thread::sleep(wait);
        let kill = Command::new("kill").args(["-TERM", &process.id().to_string()]).stderr(Stdio::null()).status();
        assert!(kill.is_ok());
        let status = process.wait().unwrap();
        is_whole(&out, &was, &is, &format!("stopped after {wait:?}: {status}"));
    }
    assert!(compile(&repository, &out, "").status().unwrap().success());
    assert!(tree(&out) == is);
}

#[test]
fn a79_where_nothing_can_be_written_nothing_is_and_it_is_said() {
    let repository = Repository::shipped();
    // A folder below a file; and one of a file system that takes none, also for root.
    for out in [repository.root().join("pavior.yaml/out"), "/proc/pavior".into()] {
        let result = compile(&repository, &out, "").output().unwrap();
        let said = String::from_utf8_lossy(&result.stderr).into_owned();
        assert_eq!(result.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: ") && said.contains(out.to_str().unwrap()), "{said}");
    }
}
