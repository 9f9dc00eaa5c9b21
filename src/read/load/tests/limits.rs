//! How much is read at most.

use super::{Git, MAX_ENTRIES, MAX_FILE_BYTES, admission, admit, folder, ids, load, paths};
use crate::model::Findings;
use gix::objs::tree::EntryKind;

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
    assert!(!admission.count_entries(1));
    assert!(admission.finish().files.is_empty());
    assert_eq!(ids(&findings), ["load/too-many-bytes"]);
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
