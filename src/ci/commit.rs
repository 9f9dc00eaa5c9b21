//! A commit that changes a few files, made of git objects: nothing is checked out, and no work tree is touched.

use super::git::{Git, Remote};
use crate::edit::{as_read, as_written};
use crate::forge::words::CommitId;
use crate::git::{authorize, git, run};
use crate::model::RepoPath;
use crate::read::{Objects, repository};
use anyhow::{Context, Result, bail};
use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};
use gix::{ObjectId, Repository};

impl Git {
    /// A commit on another one, in which these files read so; None: they are gone. What of a file stays the same keeps its
    /// bytes. Made again, it is the same commit. Nothing refers to it yet.
    ///
    /// # Errors
    /// When the base is not here, a file of it is no text, or nothing would change.
    pub(super) fn commit_on(
        &self,
        base: &CommitId,
        files: &[(RepoPath, Option<String>)],
        message: &str,
    ) -> Result<CommitId> {
        let repository = repository(&self.folder)?;
        let folder = Objects::open(&self.folder)?.folder().to_owned();
        let id = ObjectId::from_hex(base.as_str().as_bytes()).context("the base is no commit")?;
        let parent = repository.find_commit(id).with_context(|| format!("commit {} is not here", base.short()))?;
        let before = parent.tree_id().context("reading the base")?.detach();
        let mut tree = Some(before);
        for (path, text) in files {
            let whole = folder.join(path.as_str());
            let steps: Vec<&str> = whole.iter().filter_map(|step| step.to_str()).collect();
            tree = with_file(&repository, tree, &steps, text.as_deref()).with_context(|| format!("changing {path}"))?;
        }
        let tree = tree.context("nothing would be left")?;
        if tree == before {
            bail!("the change is there already");
        }
        // The time of the base, so that the same change is the same commit.
        let time = parent.time().context("the base has no time")?;
        let time = format!("{} +0000", time.seconds);
        let who = gix::actor::SignatureRef { name: "Pavior".into(), email: "pavior@localhost".into(), time: &time };
        let commit = repository.new_commit_as(who, who, message, tree, [id]).context("writing the commit")?;
        CommitId::parse(&commit.id.to_string()).context("git made a commit without an id")
    }

    /// Makes it the tip of a branch of the remote, unless that has moved from where it is thought to be.
    ///
    /// # Errors
    /// When somebody else moved the branch, or the remote refuses.
    pub(super) fn push(
        &self,
        commit: &CommitId,
        branch: &str,
        expected: Option<&CommitId>,
        authorization: Option<&str>,
    ) -> Result<()> {
        let (Remote::GitHub(remote) | Remote::Other(remote)) = &self.remote;
        let reference = format!("refs/heads/{branch}");
        let old = expected.map(CommitId::as_str).unwrap_or_default();
        let mut command = git(&self.folder);
        command.args(["push", "--quiet", "--no-verify", &format!("--force-with-lease={reference}:{old}"), "--"]);
        command.arg(remote).arg(format!("{commit}:{reference}"));
        if let Some(authorization) = authorization {
            authorize(&mut command, remote, authorization);
        }
        run(command).with_context(|| format!("pushing {branch}"))
    }
}

/// A tree with another file in it; None where it would be empty.
fn with_file(
    repository: &Repository,
    tree: Option<ObjectId>,
    steps: &[&str],
    text: Option<&str>,
) -> Result<Option<ObjectId>> {
    let [name, rest @ ..] = steps else { bail!("a file has a name") };
    let mut entries = match tree {
        Some(tree) => repository.find_tree(tree)?.decode()?.into_owned(),
        None => Tree::empty(),
    };
    let at = entries.entries.iter().position(|entry| entry.filename == *name);
    let old = at.map(|at| entries.entries.remove(at));
    let new = match (rest, &old) {
        ([], Some(old)) if !old.mode.is_blob() => bail!("it is no file there"),
        ([], old) => text.map(|text| file(repository, old.as_ref(), name, text)).transpose()?,
        (_, Some(old)) if !old.mode.is_tree() => bail!("{name} is no folder there"),
        (rest, old) => with_file(repository, old.as_ref().map(|old| old.oid), rest, text)?.map(|oid| Entry {
            mode: EntryKind::Tree.into(),
            filename: (*name).into(),
            oid,
        }),
    };
    entries.entries.extend(new);
    // In git's own order, in which a folder counts as if its name ended with a slash.
    entries.entries.sort();
    match entries.entries.is_empty() {
        true => Ok(None),
        false => Ok(Some(repository.write_object(&entries)?.detach())),
    }
}

fn file(repository: &Repository, old: Option<&Entry>, name: &str, text: &str) -> Result<Entry> {
    let written = match old {
        Some(old) => {
            let blob = repository.find_blob(old.oid)?;
            let raw = std::str::from_utf8(&blob.data).context("it is no text there")?;
            if as_read(raw) == text { raw.to_owned() } else { as_written(raw, text) }
        }
        None => text.to_owned(),
    };
    let oid = repository.write_blob(written)?.detach();
    let mode = old.map_or(EntryKind::Blob.into(), |old| old.mode);
    Ok(Entry { mode, filename: name.into(), oid })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    fn told(folder: &Path, arguments: &[&str]) -> String {
        let who = ["-c", "user.name=T", "-c", "user.email=t@pavior.dev", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").arg("-C").arg(folder).args(who).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A repository whose declarations are in a folder of it, and its commit.
    fn base(folder: &Path) -> CommitId {
        told(folder, &["init", "--quiet"]);
        std::fs::create_dir_all(folder.join("shop/catalog/a")).unwrap();
        std::fs::create_dir_all(folder.join("shop/catalog/a.b")).unwrap();
        std::fs::write(folder.join("shop/pavior.yaml"), "x\n").unwrap();
        std::fs::write(folder.join("shop/catalog/a.b/x.yaml"), "x\n").unwrap();
        std::fs::write(folder.join("shop/catalog/a/cart.yaml"), "\u{feff}a: 1\r\nb: 2\n").unwrap();
        told(folder, &["add", "--all"]);
        told(folder, &["commit", "--quiet", "-m", "base"]);
        CommitId::parse(told(folder, &["rev-parse", "HEAD"]).trim()).unwrap()
    }

    fn git_of(folder: &Path) -> Git {
        Git { folder: folder.join("shop"), remote: Remote::Other("/nowhere".to_owned()) }
    }

    #[test]
    fn a_commit_changes_its_files_and_no_byte_more() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let base = base(&folder);
        let path = RepoPath::literal("catalog/a/cart.yaml");
        let files = [
            (path.clone(), Some("a: 1\nx: 0\nb: 2\n".to_owned())),
            (RepoPath::literal("catalog/new/web.yaml"), Some("w: 1\n".to_owned())),
            (RepoPath::literal("catalog/a.b/x.yaml"), None),
        ];
        let git = git_of(&folder);
        let commit = git.commit_on(&base, &files, "change").unwrap();
        assert_eq!(git.commit_on(&base, &files, "change").unwrap(), commit, "the same change is the same commit");
        told(&folder, &["fsck", "--strict", "--no-dangling"]);
        let listed = told(&folder, &["ls-tree", "-r", "--name-only", commit.as_str()]);
        assert_eq!(listed, "shop/catalog/a/cart.yaml\nshop/catalog/new/web.yaml\nshop/pavior.yaml\n");
        let cart = told(&folder, &["cat-file", "blob", &format!("{commit}:shop/catalog/a/cart.yaml")]);
        assert_eq!(cart, "\u{feff}a: 1\r\nx: 0\r\nb: 2\n");
        assert_eq!(told(&folder, &["status", "--porcelain"]), "", "the work tree is as it was");
        let same = git.commit_on(&base, &[(path, Some("a: 1\nb: 2\n".to_owned()))], "change").unwrap_err();
        assert_eq!(same.to_string(), "the change is there already");
    }

    #[test]
    fn a_branch_that_somebody_moved_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let base = base(&folder);
        told(&folder, &["init", "--quiet", "--bare", "remote.git"]);
        let remote = Remote::Other(folder.join("remote.git").display().to_string());
        let git = Git { remote, ..git_of(&folder) };
        let change = |text: &str| {
            git.commit_on(&base, &[(RepoPath::literal("catalog/x.yaml"), Some(text.to_owned()))], "x").unwrap()
        };
        let (first, second) = (change("1\n"), change("2\n"));
        git.push(&first, "pavior/x", None, None).unwrap();
        let error = git.push(&second, "pavior/x", None, None).unwrap_err();
        assert!(format!("{error:#}").starts_with("pushing pavior/x: "), "{error:#}");
        git.push(&second, "pavior/x", Some(&first), None).unwrap();
        let tip = told(&folder.join("remote.git"), &["rev-parse", "pavior/x"]);
        assert_eq!(tip.trim(), second.as_str());
    }
}
