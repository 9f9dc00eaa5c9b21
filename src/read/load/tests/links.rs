//! Links, pipes, sockets and submodules.

use super::{Git, SECRET, folder, ids, load, paths};
use gix::objs::tree::EntryKind;

#[test]
fn links_and_submodules_of_a_revision_are_findings() {
    let git = Git::new();
    let link = git.blob(b"/etc/passwd");
    let commit = git.commit(git.tree(vec![]));
    let catalog = git.tree(vec![
        ("a.yaml", EntryKind::Link, link),
        ("folder", EntryKind::Link, link),
        ("module", EntryKind::Commit, commit),
        ("whole.yaml", EntryKind::BlobExecutable, git.blob(b"a: 1\n")),
    ]);
    git.commit_catalog(catalog);
    let (snapshot, findings) = git.load("main");
    assert_eq!(ids(&findings), ["load/symbolic-link", "load/symbolic-link", "load/submodule"]);
    assert_eq!(paths(&snapshot), ["catalog/whole.yaml", "pavior.yaml"]);
    assert!(!format!("{findings:?}").contains("passwd"));
}

#[test]
fn no_symbolic_link_is_followed_wherever_it_leads() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret.yaml", SECRET.as_bytes()), ("deep/secret.yaml", SECRET.as_bytes())]);
    let folder = folder(&[("pavior.yaml", b"a: 1\n"), ("catalog/real.yaml", b"b: 1\n"), (".git/config", b"x")]);
    let catalog = folder.path().join("catalog");
    symlink("/etc/passwd", catalog.join("absolute.yaml")).unwrap();
    symlink(outside.path().join("deep"), catalog.join("folder")).unwrap();
    symlink("loop.yaml", catalog.join("loop.yaml")).unwrap();
    symlink("nowhere", catalog.join("dangling.yaml")).unwrap();
    symlink("real.yaml", catalog.join("near.yaml")).unwrap();
    symlink("../../x", catalog.join("up.yaml")).unwrap();
    symlink("../.git/config", catalog.join("config.yaml")).unwrap();
    symlink(".", catalog.join("self")).unwrap();
    symlink(outside.path(), folder.path().join("policies")).unwrap();
    let (snapshot, findings) = load(folder.path());
    assert_eq!(paths(&snapshot), ["catalog/real.yaml", "pavior.yaml"]);
    assert_eq!(ids(&findings), ["load/symbolic-link"; 9]);
    let said = format!("{findings:?}");
    for hidden in ["passwd", "secret", "nowhere", ".git", outside.path().to_str().unwrap()] {
        assert!(!said.contains(hidden), "{hidden}");
    }
}

#[test]
fn a_repository_whose_root_names_are_links_is_refused_by_findings() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("catalog/secret.yaml", SECRET.as_bytes()), ("pavior.yaml", SECRET.as_bytes())]);
    let folder = tempfile::tempdir().unwrap();
    symlink(outside.path().join("catalog"), folder.path().join("catalog")).unwrap();
    symlink(outside.path().join("pavior.yaml"), folder.path().join("pavior.yaml")).unwrap();
    let (snapshot, findings) = load(folder.path());
    assert!(snapshot.files.is_empty());
    assert_eq!(ids(&findings), ["load/symbolic-link", "load/symbolic-link", "load/empty-catalog"]);
}

#[test]
fn pipes_sockets_and_submodules_of_a_work_tree_are_findings() {
    let folder = folder(&[("catalog/real.yaml", b"a: 1\n"), ("catalog/module/.git", b"gitdir: ../x")]);
    let catalog = folder.path().join("catalog");
    let made = std::process::Command::new("mkfifo").arg(catalog.join("pipe.yaml")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(catalog.join("socket.yaml")).unwrap();
    let (snapshot, findings) = load(folder.path());
    assert_eq!(ids(&findings), ["load/submodule", "load/special-file", "load/special-file"]);
    assert_eq!(paths(&snapshot), ["catalog/real.yaml"]);
}
