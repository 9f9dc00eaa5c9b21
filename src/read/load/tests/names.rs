//! Which files are read, and which names are refused.

use super::{Git, first_hidden, folder, ids, load, load_directory, paths};
use crate::model::Findings;
use gix::objs::tree::EntryKind;

#[test]
fn the_known_files_are_read_and_no_others() {
    let folder = folder(&[
        ("pavior.yaml", b"a: 1\n"),
        ("README.md", b"hello"),
        ("src/main.yaml", b"no"),
        ("catalog/team.yaml", b"b: 1\n"),
        ("catalog/shopping/cart.yml", b"c: 1\n"),
        ("catalog/shopping/README.md", b"\xff"),
        ("golden-paths/resources/redis/resource-type.yaml", b"d: 1\n"),
        ("golden-paths/resources/redis/aws/main.tf", b"locals {}\n"),
        ("golden-paths/resources/redis/aws/.terraform/modules/m.tf", b"ignored"),
        ("golden-paths/prices/aws.yaml", b"e: 1\n"),
        ("golden-paths/services/web/golden-path.yaml", b"f: 1\n"),
        ("golden-paths/services/web/template/service.yaml", b"{{name}}"),
        ("policies/deny/root.rego", b"package deny\n"),
    ]);
    let (snapshot, findings) = load(folder.path());
    assert_eq!(ids(&findings), Vec::<&str>::new());
    assert_eq!(
        paths(&snapshot),
        [
            "catalog/shopping/cart.yml",
            "catalog/team.yaml",
            "golden-paths/prices/aws.yaml",
            "golden-paths/resources/redis/aws/main.tf",
            "golden-paths/resources/redis/resource-type.yaml",
            "golden-paths/services/web/golden-path.yaml",
            "pavior.yaml",
            "policies/deny/root.rego",
        ]
    );
}

#[test]
fn a_folder_that_is_no_repository_is_an_error_and_an_empty_catalog_a_warning() {
    let nothing = folder(&[("README.md", b"")]);
    let error = load_directory(nothing.path(), &mut Findings::default()).unwrap_err();
    assert!(error.to_string().contains("not a Pavior repository"), "{error}");
    assert!(load_directory(&nothing.path().join("absent"), &mut Findings::default()).is_err());

    for files in [vec![("pavior.yaml", b"a: 1".as_slice())], vec![("catalog/README.md", b"x".as_slice())]] {
        let (_, findings) = load(folder(&files).path());
        assert_eq!(ids(&findings), ["load/empty-catalog"]);
        assert!(!findings.has_errors());
    }
}

#[test]
fn names_that_some_platform_cannot_hold_are_refused() {
    let git = Git::new();
    let blob = git.blob(b"a: 1\n");
    let names = [
        "nul.yaml",
        "AUX.yaml",
        "COM1.yaml",
        "a:b.yaml",
        "a\\..\\b.yaml",
        "a?.yaml",
        "pay\u{202e}.yaml",
        "a\u{7}.yaml",
        "x/y.yaml",
        "../up.yaml",
        "/abs.yaml",
    ];
    for name in names {
        git.commit_catalog(git.tree(vec![(name, EntryKind::Blob, blob)]));
        let (snapshot, findings) = git.load("main");
        assert_eq!(ids(&findings), ["load/path"], "{name:?}");
        assert_eq!(paths(&snapshot), ["pavior.yaml"]);
        assert_eq!(first_hidden(&findings.iter().next().unwrap().message), None);
    }
    let inner = git.tree(vec![("a.yaml", EntryKind::Blob, blob)]);
    for name in ["..", ".", "con", "a.", "a "] {
        git.commit_catalog(git.tree(vec![(name, EntryKind::Tree, inner)]));
        assert_eq!(ids(&git.load("main").1), ["load/path", "load/empty-catalog"], "{name:?}");
    }
}

#[test]
fn names_that_are_one_on_other_platforms_collide() {
    let git = Git::new();
    let blob = git.blob(b"a: 1\n");
    for (a, b) in [("Foo.yaml", "foo.yaml"), ("caf\u{e9}.yaml", "cafe\u{301}.yaml"), ("a.yaml", "a.yaml")] {
        let catalog = git.tree(vec![(a, EntryKind::Blob, blob), (b, EntryKind::Blob, blob)]);
        git.commit_catalog(catalog);
        let (_, findings) = git.load("main");
        assert_eq!(ids(&findings), ["load/name-collision"], "{a} {b}");
        assert_eq!(findings.iter().next().unwrap().related.len(), 1);
    }
    let inner = git.tree(vec![("a.yaml", EntryKind::Blob, blob)]);
    let other = git.tree(vec![("b.yaml", EntryKind::Blob, blob)]);
    git.commit_catalog(git.tree(vec![("Shop", EntryKind::Tree, inner), ("shop", EntryKind::Tree, other)]));
    assert_eq!(ids(&git.load("main").1), ["load/name-collision"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_findings() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("catalog/real.yaml", b"a: 1\n")]);
    std::fs::write(folder.path().join("catalog").join(std::ffi::OsStr::from_bytes(b"\xff.yaml")), b"a: 1").unwrap();
    let (snapshot, findings) = load(folder.path());
    assert_eq!(ids(&findings), ["load/path"]);
    assert_eq!(paths(&snapshot), ["catalog/real.yaml"]);
}
