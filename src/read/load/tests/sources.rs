//! Files that Score files name: they and nothing else, and never through a link.

use super::{Git, SECRET, folder, ids, load, paths};
use gix::objs::tree::EntryKind;

const SCORE: &[u8] = b"apiVersion: score.dev/v1b1\nmetadata: {name: a}\ncontainers: {a: {image: a, files: {\
    /a: {source: a.conf}, /b: {source: ../up.conf}, /c: {source: conf/c.conf}, /d: {source: none}, \
    /e: {source: ../../pavior.yaml}, /f: {source: ../../secret}}}}\n";

#[test]
fn a_file_that_a_score_file_names_is_read_and_no_other_beside_it() {
    let folder = folder(&[
        ("pavior.yaml", b"a: 1\n"),
        ("secret", SECRET.as_bytes()),
        ("catalog/up.conf", b"up"),
        ("catalog/a/score.yaml", SCORE),
        ("catalog/a/a.conf", b"a"),
        ("catalog/a/b.conf", b"b"),
        ("catalog/a/conf/c.conf", b"c"),
    ]);
    let (snapshot, findings) = load(folder.path());
    assert_eq!(ids(&findings), [""; 0]);
    let expected =
        ["catalog/a/a.conf", "catalog/a/conf/c.conf", "catalog/a/score.yaml", "catalog/up.conf", "pavior.yaml"];
    assert_eq!(paths(&snapshot), expected);
}

#[test]
fn a_revision_gives_the_same_files() {
    let git = Git::new();
    let conf = git.tree(vec![("c.conf", EntryKind::Blob, git.blob(b"c"))]);
    let a = git.tree(vec![
        ("a.conf", EntryKind::Blob, git.blob(b"a")),
        ("b.conf", EntryKind::Blob, git.blob(b"b")),
        ("conf", EntryKind::Tree, conf),
        ("score.yaml", EntryKind::Blob, git.blob(SCORE)),
    ]);
    let up = git.blob(b"/etc/passwd");
    git.commit_catalog(git.tree(vec![("a", EntryKind::Tree, a), ("up.conf", EntryKind::Link, up)]));
    let (snapshot, findings) = git.load("main");
    assert_eq!(paths(&snapshot), ["catalog/a/a.conf", "catalog/a/conf/c.conf", "catalog/a/score.yaml", "pavior.yaml"]);
    assert_eq!(ids(&findings), ["load/symbolic-link"]);
}

#[cfg(unix)]
#[test]
fn a_named_file_behind_a_link_is_not_read() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("c.conf", SECRET.as_bytes())]);
    let folder = folder(&[("pavior.yaml", b"a: 1\n"), ("catalog/a/score.yaml", SCORE)]);
    symlink(outside.path(), folder.path().join("catalog/a/conf")).unwrap();
    symlink(outside.path().join("c.conf"), folder.path().join("catalog/a/a.conf")).unwrap();
    symlink("/dev/zero", folder.path().join("catalog/up.conf")).unwrap();
    let (snapshot, findings) = load(folder.path());
    assert_eq!(paths(&snapshot), ["catalog/a/score.yaml", "pavior.yaml"]);
    assert!(!findings.is_empty() && !format!("{snapshot:?}{findings:?}").contains("of-another-place"));
}
