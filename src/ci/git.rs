//! Commits that GitHub has and this repository may not: fetched by git itself, objects and nothing else.
//!
//! Git is told commit ids and numbers of pull requests, never a text that somebody chose.

use crate::forge::words::{CommitId, PullNumber};
use crate::git::{authorize, git, run};
use crate::read::Objects;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// A repository on this machine and where its commits come from.
#[derive(Clone)]
pub struct Git {
    /// The folder that declarations are read from; in the repository.
    pub folder: PathBuf,
    pub remote: Remote,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// `https://github.com/acme/platform.git`, which is told who we are.
    GitHub(String),
    /// A path or an address that is told nothing.
    Other(String),
}

/// A commit, and where it is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    HeadOf(PullNumber, CommitId),
    /// By its id: GitHub gives away what it still keeps.
    Commit(CommitId),
}

impl Git {
    /// Makes the folder a bare repository where it is none yet, and usable where a git was killed in it. For a folder that
    /// is this process's alone.
    ///
    /// # Errors
    /// When git cannot be run, or the folder cannot be written.
    pub fn make(&self) -> Result<()> {
        std::fs::create_dir_all(&self.folder).with_context(|| format!("making {}", self.folder.display()))?;
        unlock(&self.folder)?;
        let mut command = git(&self.folder);
        command.args(["init", "--quiet", "--bare", "--template="]);
        run(command).context("making a repository")
    }

    /// Brings these commits with all of their history, where they are not here yet. `authorization` is a header, for
    /// GitHub alone.
    ///
    /// # Errors
    /// When git cannot be run, or the remote does not give them.
    pub fn bring(&self, wanted: &[Wanted], authorization: Option<&str>) -> Result<()> {
        let is_shallow = self.is_shallow();
        let missing: Vec<&Wanted> = wanted.iter().filter(|one| is_shallow || !self.has(one.commit())).collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.fetch(missing.iter().map(|one| one.reference()).collect(), is_shallow, authorization)?;
        // A head that has moved since GitHub was asked is no longer what its reference names.
        let gone: Vec<&Wanted> = missing.into_iter().filter(|one| !self.has(one.commit())).collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.fetch(gone.iter().map(|one| one.commit().to_string()).collect(), false, authorization)?;
        match gone.iter().find(|one| !self.has(one.commit())) {
            Some(one) => bail!("GitHub names commit {} and does not give it away", one.commit().short()),
            None => Ok(()),
        }
    }

    fn has(&self, commit: &CommitId) -> bool {
        Objects::open(&self.folder).is_ok_and(|objects| objects.commit(commit.as_str()).is_ok())
    }

    /// `git rev-parse --is-shallow-repository`, without asking: the file is there or it is not.
    fn is_shallow(&self) -> bool {
        Objects::open(&self.folder).is_ok_and(|objects| objects.git_folder().join("shallow").exists())
    }

    fn fetch(&self, references: Vec<String>, deepen: bool, authorization: Option<&str>) -> Result<()> {
        let (Remote::GitHub(remote) | Remote::Other(remote)) = &self.remote;
        let mut command = git(&self.folder);
        command.args(["fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head"]);
        command.arg("--no-recurse-submodules");
        if deepen {
            command.arg("--unshallow");
        }
        command.arg("--").arg(remote).args(references);
        if let Some(authorization) = authorization {
            authorize(&mut command, remote, authorization);
        }
        run(command).context("fetching commits")
    }
}

impl Wanted {
    pub fn commit(&self) -> &CommitId {
        let (Wanted::HeadOf(_, commit) | Wanted::Commit(commit)) = self;
        commit
    }

    fn reference(&self) -> String {
        match self {
            Wanted::HeadOf(pull, _) => format!("+refs/pull/{pull}/head:refs/pavior/pull/{pull}/head"),
            Wanted::Commit(commit) => commit.to_string(),
        }
    }
}

/// Of a git that was killed nothing but its locks is in the way: what it had not finished is not referred to.
fn unlock(folder: &Path) -> Result<()> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && name != "objects" {
                folders.push(path);
            } else if name.ends_with(".lock") {
                std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_a_repository_once_and_is_unlocked_after_that() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap().join("acme/shop.git");
        let git = Git { folder: folder.clone(), remote: Remote::Other("/nowhere".to_owned()) };
        git.make().unwrap();
        let lock = folder.join("refs/pavior/pull/7/head.lock");
        std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
        std::fs::write(&lock, "").unwrap();
        std::fs::write(folder.join("packed-refs.lock"), "").unwrap();
        git.make().unwrap();
        assert!(!lock.exists() && !folder.join("packed-refs.lock").exists() && folder.join("HEAD").exists());
    }
}
