//! Where two revisions parted.

use super::Git;
use crate::read::load::merge_base;

#[test]
fn a_change_begins_where_its_history_parted() {
    let git = Git::new();
    let tree = |text: &[u8]| git.tree(vec![("a", gix::objs::tree::EntryKind::Blob, git.blob(text))]);
    let root = git.commit(tree(b"1"));
    let branch = git.commit_after(tree(b"2"), &[root]);
    let main = git.commit_after(tree(b"3"), &[root]);
    let found =
        |base: &str, head: &str| merge_base(git.folder.path(), base, head).map_err(|error| format!("{error:#}"));
    assert_eq!(found("main", &branch.to_string()), Ok(root.to_string()));
    assert_eq!(found("main", "main"), Ok(main.to_string()));
    assert!(found("main", "nowhere").unwrap_err().contains("revision `nowhere` is not known here"));
    assert!(found("main^{tree}", "main").unwrap_err().contains("--exact takes it as it is"));
}

#[test]
fn histories_with_nothing_in_common_are_told_so() {
    let git = Git::new();
    let tree = git.tree(vec![("a", gix::objs::tree::EntryKind::Blob, git.blob(b"1"))]);
    let one = git.commit(tree);
    let other = git.commit_after(git.tree(vec![]), &[]);
    let error = merge_base(git.folder.path(), &one.to_string(), &other.to_string()).unwrap_err();
    assert!(format!("{error:#}").contains("have no commit in common"), "{error:#}");
}
