//! Loading from real folders and real git objects, kind and hostile.

use super::*;
use crate::model::{Findings, Position};
use crate::read::Snapshot;
use gix::ObjectId;
use gix::objs::Write;
use gix::objs::tree::EntryKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::TempDir;

const SECRET: &str = "secret: of-another-place";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// A git repository, written through its object database.
struct Git {
    folder: TempDir,
    repo: gix::Repository,
}

impl Git {
    fn new() -> Git {
        let folder = tempfile::tempdir().unwrap();
        gix::init(folder.path()).unwrap();
        let repo = gix::open_opts(folder.path(), gix::open::Options::isolated()).unwrap();
        Git { folder, repo }
    }

    fn blob(&self, bytes: &[u8]) -> ObjectId {
        self.repo.write_blob(bytes).unwrap().detach()
    }

    /// A tree with its entries as they are given, even if git would refuse them.
    fn tree(&self, entries: Vec<(&str, EntryKind, ObjectId)>) -> ObjectId {
        let mut bytes = Vec::new();
        for (name, kind, id) in entries {
            bytes.extend(format!("{:o} {name}\0", kind as u16).into_bytes());
            bytes.extend(id.as_slice());
        }
        self.repo.objects.write_buf(gix::objs::Kind::Tree, &bytes).unwrap()
    }

    /// A commit on `main` of a root with `catalog` and `pavior.yaml`.
    fn commit_catalog(&self, catalog: ObjectId) -> ObjectId {
        let platform = self.blob(b"a: 1\n");
        let root = self.tree(vec![("catalog", EntryKind::Tree, catalog), ("pavior.yaml", EntryKind::Blob, platform)]);
        self.commit(root)
    }

    fn commit(&self, root: ObjectId) -> ObjectId {
        let who = gix::actor::SignatureRef { name: "a".into(), email: "a@b".into(), time: "0 +0000" };
        let commit = self.repo.new_commit_as(who, who, "m", root, Vec::<ObjectId>::new()).unwrap().id;
        std::fs::write(self.repo.git_dir().join("refs/heads/main"), format!("{commit}\n")).unwrap();
        commit
    }

    fn load(&self, revision: &str) -> (Snapshot, Findings) {
        let mut findings = Findings::default();
        (load_revision(self.folder.path(), revision, &mut findings).unwrap(), findings)
    }

    fn refusal(&self, revision: &str) -> String {
        format!("{:#}", load_revision(self.folder.path(), revision, &mut Findings::default()).unwrap_err())
    }
}

fn load(folder: &Path) -> (Snapshot, Findings) {
    let mut findings = Findings::default();
    (load_directory(folder, &mut findings).unwrap(), findings)
}

fn paths(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.files.keys().map(|path| path.as_str()).collect()
}

fn ids(findings: &Findings) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

/// Loads one declaration with these bytes; gives the rules and places that refuse it.
fn admit(bytes: &[u8]) -> (Option<String>, Vec<(String, Position)>) {
    let folder = folder(&[("catalog/a.yaml", bytes)]);
    let (snapshot, findings) = load(folder.path());
    let text = snapshot.files.values().next().map(|text| text.to_string());
    (text, findings.iter().map(|finding| (finding.rule.id.to_owned(), finding.at.start)).collect())
}

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
fn encodings_other_than_utf8_are_refused_where_they_show() {
    let at = |line, column| Position { line, column };
    for (bytes, place) in [
        (b"a: 1\nb: Caf\xe9\n".as_slice(), at(2, 7)),
        (b"\xff\xfea\0:\0", at(1, 1)),
        (b"\xfe\xff\0a", at(1, 1)),
        (b"a: \xc0\xaf", at(1, 4)),
        (b"a: \xed\xa0\x80", at(1, 4)),
        (b"a: \xe2\x82", at(1, 4)),
        ("é: \u{e9}".as_bytes().split_last().unwrap().1, at(1, 4)),
    ] {
        let (text, refused) = admit(bytes);
        assert_eq!(text, None);
        assert_eq!(refused, [("load/not-utf8".to_owned(), place)], "{bytes:?}");
    }
    let folder = folder(&[("catalog/a.yaml", b"ab\xe9")]);
    let (_, findings) = load(folder.path());
    assert_eq!(findings.iter().next().unwrap().message, "catalog/a.yaml is not UTF-8: byte 2 is 0xe9");
}

#[test]
fn hidden_characters_and_foreign_line_ends_are_refused_and_never_shown() {
    for (text, rule, place) in [
        ("a: 1\0\nb: 2", "load/nul", (1, 5)),
        ("a: 1\rb: 2", "load/line-break", (1, 5)),
        ("a: 1\r\r\nb: 2", "load/line-break", (1, 5)),
        ("# x\u{85}b: 2", "load/line-break", (1, 4)),
        ("# x\u{2028}b: 2", "load/line-break", (1, 4)),
        ("# x\u{2029}b: 2", "load/line-break", (1, 4)),
        ("a: é\u{202e}", "load/hidden-character", (1, 5)),
        ("# \u{2066}", "load/hidden-character", (1, 3)),
        ("a:\n  pay\u{200b}ments", "load/hidden-character", (2, 6)),
        ("a: \u{200d}", "load/hidden-character", (1, 4)),
        ("a: \u{2060}", "load/hidden-character", (1, 4)),
        ("a: \u{feff}", "load/hidden-character", (1, 4)),
        ("\u{feff}\u{feff}a: 1", "load/hidden-character", (1, 1)),
        ("a: \u{e0041}", "load/hidden-character", (1, 4)),
        ("a: \u{1b}[2J", "load/hidden-character", (1, 4)),
        ("a: \u{9b}", "load/hidden-character", (1, 4)),
    ] {
        let folder = folder(&[("catalog/a.yaml", text.as_bytes())]);
        let (snapshot, findings) = load(folder.path());
        assert!(snapshot.files.is_empty(), "{text:?}");
        assert_eq!(ids(&findings), [rule], "{text:?}");
        let finding = findings.iter().next().unwrap();
        assert_eq!((finding.at.start.line, finding.at.start.column), place, "{text:?}");
        let said = format!("{}{}{}", finding.message, finding.label, finding.help.join(""));
        assert_eq!(first_hidden(&said), None, "{said:?}");
    }
    let (_, refused) = admit("\u{200b}".repeat(50_000).as_bytes());
    assert_eq!(refused.len(), 11);
}

#[test]
fn a_byte_order_mark_is_dropped_and_crlf_is_lf() {
    assert_eq!(admit("\u{feff}a: 1\n".as_bytes()).0.as_deref(), Some("a: 1\n"));
    assert_eq!(admit(b"a: 1\r\nb: 2\r\n"), admit(b"a: 1\nb: 2\n"));
    assert_eq!(admit(b"a: 1\r\nb: 2\n").0.as_deref(), Some("a: 1\nb: 2\n"));
}

#[test]
fn a_file_is_refused_by_its_size_before_it_is_read() {
    let folder = folder(&[("catalog/a.yaml", b"a: 1\n"), ("catalog/b.yaml", b"")]);
    let huge = std::fs::File::options().write(true).open(folder.path().join("catalog/b.yaml")).unwrap();
    huge.set_len(8 << 30).unwrap();
    let (snapshot, findings) = load(folder.path());
    assert_eq!(ids(&findings), ["load/file-too-large"]);
    assert_eq!(paths(&snapshot), ["catalog/a.yaml"]);

    let limit = vec![b'#'; MAX_FILE_BYTES as usize];
    assert!(admit(&limit).0.is_some());
    assert_eq!(admit(&[limit.as_slice(), b"#"].concat()).1[0].0, "load/file-too-large");
}

#[test]
fn a_run_over_its_limits_reads_nothing_at_all() {
    let mut findings = Findings::default();
    let mut admission = admission::Admission::new(&mut findings);
    let path = crate::model::RepoPath::literal("catalog/a.yaml");
    admission.admit(path.clone(), b"a: 1\n");
    for _ in 0..256 {
        assert!(admission.has_room(&path, MAX_FILE_BYTES));
    }
    assert!(!admission.has_room(&path, 1));
    assert!(!admission.count_entry());
    assert!(admission.finish().files.is_empty());
    assert_eq!(ids(&findings), ["load/too-many-bytes"]);
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

#[test]
fn a_revision_gives_the_same_bytes_as_the_work_tree() {
    let files: &[(&str, &[u8])] = &[
        ("catalog/Zebra.yaml", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"),
        ("catalog/a-b/x.yaml", b"c: 1\n"),
        ("catalog/a.yaml", b"d: \xc3\xa9\n"),
        ("catalog/a/y.yml", b"e: 1\n"),
        ("catalog/bad.yaml", b"\xff"),
        ("catalog/notes.txt", b"x"),
        ("pavior.yaml", b"f: 1\n"),
        ("golden-paths/resources/redis/aws/main.tf", b"locals {}\n"),
        ("golden-paths/services/web/template/x.yaml", b"{{x}}"),
        ("policies/p.rego", b"package p\n"),
    ];
    let tree = folder(files);
    let git = Git::new();
    let mut editor = git.repo.edit_tree(git.repo.empty_tree().id).unwrap();
    for (path, bytes) in files {
        editor.upsert(*path, EntryKind::Blob, git.blob(bytes)).unwrap();
    }
    let commit = git.commit(editor.write().unwrap().detach());
    for revision in ["main", "HEAD", &commit.to_string(), &commit.to_string()[..9], "main^{tree}"] {
        assert_eq!(git.load(revision), load(tree.path()), "{revision}");
    }
    assert_eq!(ids(&load(tree.path()).1), ["load/not-utf8"]);
}

#[test]
fn a_folder_within_a_work_tree_is_that_folder_of_the_revision() {
    let git = Git::new();
    let catalog = git.tree(vec![("a.yaml", EntryKind::Blob, git.blob(b"a: 1\n"))]);
    let inner = git.tree(vec![("catalog", EntryKind::Tree, catalog)]);
    git.commit(git.tree(vec![("platform", EntryKind::Tree, inner)]));
    let below = git.folder.path().join("platform");
    std::fs::create_dir(&below).unwrap();
    let snapshot = load_revision(&below, "main", &mut Findings::default()).unwrap();
    assert_eq!(paths(&snapshot), ["catalog/a.yaml"]);
    assert!(git.refusal("main").contains("not a Pavior repository"));

    let other = git.folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let error = load_revision(&other, "main", &mut Findings::default()).unwrap_err();
    assert!(error.to_string().contains("has no folder other"), "{error}");
}

#[test]
fn an_unknown_revision_is_an_error_that_says_what_to_do() {
    let git = Git::new();
    let commit = git.commit_catalog(git.tree(vec![]));
    for revision in [
        "absent",
        "-x",
        "--upload-pack=touch /tmp/pwned",
        "$(id)",
        "a\nb",
        "\u{202e}",
        "",
        "HEAD~9",
        "refs/../x",
        "\0",
        "0123456789012345678901234567890123456789",
        ":/x",
        "HEAD@{yesterday}",
        "main:catalog",
        "a..b",
        "^",
        "@{-9}",
        &"x".repeat(100_000),
    ] {
        if revision == "main:catalog" {
            assert!(git.refusal(revision).contains("not a Pavior repository"));
            continue;
        }
        let error = git.refusal(revision);
        assert!(error.contains("revision `") && error.contains("git fetch"), "{revision:?}: {error}");
        assert!(error.len() < 1_000 && first_hidden(&error).is_none(), "{error:?}");
    }
    std::fs::write(git.repo.git_dir().join("shallow"), format!("{commit}\n")).unwrap();
    assert!(git.refusal("HEAD~9").contains("fetch-depth: 0"));
    let outside = tempfile::tempdir().unwrap();
    let error = load_revision(outside.path(), "main", &mut Findings::default()).unwrap_err();
    assert!(error.to_string().contains("not in a git repository"), "{error}");
}

#[test]
fn replaced_objects_are_not_believed() {
    let git = Git::new();
    let (real, fake) = (git.blob(b"a: real\n"), git.blob(b"a: fake\n"));
    git.commit_catalog(git.tree(vec![("a.yaml", EntryKind::Blob, real)]));
    let replace = git.repo.git_dir().join("refs/replace");
    std::fs::create_dir_all(&replace).unwrap();
    std::fs::write(replace.join(real.to_string()), format!("{fake}\n")).unwrap();
    let (snapshot, _) = git.load("main");
    assert_eq!(&**snapshot.files.values().next().unwrap(), "a: real\n");
}

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
fn a_revision_with_too_many_or_too_large_or_too_deep_files_is_refused() {
    let git = Git::new();
    let blob = git.blob(b"a: 1\n");
    let names: Vec<String> = (0..=MAX_ENTRIES).map(|number| format!("{number:06}.yaml")).collect();
    git.commit_catalog(git.tree(names.iter().map(|name| (name.as_str(), EntryKind::Blob, blob)).collect()));
    let (snapshot, findings) = git.load("main");
    assert_eq!(ids(&findings), ["load/too-many-files"]);
    assert!(snapshot.files.is_empty());

    // Ten folders that are one, ten times over: ten thousand million files in a few objects.
    let mut tree = git.tree(vec![("a.yaml", EntryKind::Blob, blob)]);
    let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    for _ in 0..10 {
        tree = git.tree(digits.iter().map(|name| (*name, EntryKind::Tree, tree)).collect());
    }
    git.commit_catalog(tree);
    assert_eq!(ids(&git.load("main").1), ["load/too-many-files"]);

    let large = git.blob(&vec![b'#'; 8 << 20]);
    git.commit_catalog(git.tree(vec![("a.yaml", EntryKind::Blob, large), ("b.yaml", EntryKind::Blob, blob)]));
    let (snapshot, findings) = git.load("main");
    assert_eq!(ids(&findings), ["load/file-too-large"]);
    assert_eq!(paths(&snapshot), ["catalog/b.yaml", "pavior.yaml"]);

    let mut tree = git.tree(vec![("a.yaml", EntryKind::Blob, blob)]);
    for _ in 0..200 {
        tree = git.tree(vec![("d", EntryKind::Tree, tree)]);
    }
    git.commit_catalog(tree);
    assert_eq!(ids(&git.load("main").1), ["load/path", "load/empty-catalog"]);
}

#[cfg(unix)]
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

#[cfg(unix)]
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

#[cfg(unix)]
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

/// A thread swaps a file and a folder for links that lead outside, as fast as it can, while we load again and again.
#[cfg(unix)]
fn race(flips: usize) {
    let outside = folder(&[("secret.yaml", SECRET.as_bytes())]);
    let folder = folder(&[("catalog/a.yaml", b"a: 1\n"), ("catalog/d/b.yaml", b"b: 1\n")]);
    let catalog = folder.path().join("catalog");
    let (done, flipped) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut loads, mut whole, mut links) = (0, 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while flipped.load(Ordering::Relaxed) < flips {
                swap(&catalog, outside.path());
                flipped.fetch_add(4, Ordering::Relaxed);
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let mut findings = Findings::default();
            loads += 1;
            // An entry that is absent for a moment, or never twice the same, is an error: that is no escape.
            let Ok(snapshot) = load_directory(folder.path(), &mut findings) else { continue };
            assert!(snapshot.files.values().all(|text| !text.contains("secret")), "escaped");
            assert!(!format!("{findings:?}").contains("secret"), "told about the outside: {findings:?}");
            whole += usize::from(snapshot.files.len() == 2);
            links += usize::from(ids(&findings).contains(&"load/symbolic-link"));
        }
    });
    assert!(whole > 0 && links > 0, "{loads} loads saw {whole} whole trees and {links} with links");
}

/// Four flips: a file and a folder become links, and themselves again. The file's name is never absent.
#[cfg(unix)]
fn swap(catalog: &Path, outside: &Path) {
    use std::os::unix::fs::symlink;
    let (file, side) = (catalog.join("a.yaml"), catalog.join("side"));
    symlink(outside.join("secret.yaml"), &side).unwrap();
    std::fs::rename(&side, &file).unwrap();
    let (inner, kept) = (catalog.join("d"), outside.join("kept"));
    std::fs::rename(&inner, &kept).unwrap();
    symlink(outside, &inner).unwrap();
    std::fs::remove_file(&inner).unwrap();
    std::fs::rename(&kept, &inner).unwrap();
    std::fs::write(&side, b"a: 1\n").unwrap();
    std::fs::rename(&side, &file).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_swapped_in_between_check_and_open_never_escapes() {
    race(20_000);
}

#[cfg(unix)]
#[test]
fn a_link_swapped_in_a_hundred_thousand_times_never_escapes() {
    if std::env::var_os("PAVIOR_LONG_TESTS").is_none() {
        eprintln!("skipped: set PAVIOR_LONG_TESTS=1 to run the long race");
        return;
    }
    race(150_000);
}
