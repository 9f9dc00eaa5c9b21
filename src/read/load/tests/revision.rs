//! What a git revision gives, and what it does when there is none.

use super::{Git, first_hidden, folder, ids, load, load_revision, paths};
use crate::model::Findings;
use gix::objs::tree::EntryKind;

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
    assert!(error.to_string().contains("folder other of revision"), "{error}");
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

/// With the real git: objects in packs and as deltas, annotated tags, a bare clone, and a linked work tree.
#[test]
fn what_git_packs_tags_and_links_is_read() {
    let name = |number: usize| format!("catalog/service-{number}.yaml");
    let text = |number: usize| format!("name: service-{number}\n{}", "# the same in all of them\n".repeat(200));
    let files: Vec<(String, String)> = (0..40).map(|number| (name(number), text(number))).collect();
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let tree = folder(&borrowed);
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(tree.path()).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments);
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let expected = load(tree.path());
    git(&["tag", "-a", "v1", "-m", "first"]);
    std::fs::write(tree.path().join("catalog/huge.yaml"), vec![b'#'; 3 << 20]).unwrap();
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "second"]);
    git(&["gc", "-q", "--aggressive"]);
    git(&["clone", "-q", "--bare", ".", "bare"]);
    git(&["worktree", "add", "-q", "linked"]);

    for (place, revision) in [(".", "v1"), (".", "HEAD~1"), ("bare", "v1"), ("linked", "HEAD^"), ("catalog/..", "v1")] {
        let mut findings = Findings::default();
        let snapshot = load_revision(&tree.path().join(place), revision, &mut findings).unwrap();
        assert_eq!((snapshot, findings), expected, "{place} {revision}");
    }
    let mut findings = Findings::default();
    let snapshot = load_revision(tree.path(), "main", &mut findings).unwrap();
    assert_eq!((snapshot, ids(&findings)), (expected.0, vec!["load/file-too-large"]));
}
