//! What an engine delivers, as a commit of the branch that it follows: made of git objects, nothing is checked out, and
//! pushed by compare-and-swap.

#[cfg(test)]
mod tests;

use crate::git::{git, run};
use crate::ledger::Upstream;
use crate::model::RepoPath;
use anyhow::{Context, Result, bail};
use gix::bstr::ByteSlice;
use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};
use gix::{ObjectId, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// So often somebody else may come first.
const TRIES: u32 = 20;

/// In the message of each commit: what it was rendered from.
const SOURCE: &str = "Pavior-Source: ";

/// Where what others published is kept in this clone.
const FETCHED: &str = "refs/pavior/published/";

/// A branch that an engine follows.
pub struct EngineBranch {
    folder: PathBuf,
    repository: Repository,
    remote: Option<Upstream>,
    /// `pavior/staging`
    name: String,
}

/// A file of a branch that is made of the paths of all others.
pub type List = dyn Fn(&[&str]) -> Option<(RepoPath, String)>;

/// Whether something may be pushed upon this commit.
pub type MayPush<'m> = dyn Fn(Option<ObjectId>) -> Result<()> + 'm;

/// What is to be on it.
#[derive(Clone, Copy)]
pub struct Content<'c> {
    pub files: &'c BTreeMap<RepoPath, String>,
    /// Which of the files that are there stay as they are.
    pub keeps: &'c dyn Fn(&str) -> bool,
    /// A file that is made of the paths of all that is there in the end.
    pub list: &'c List,
    /// The commit that it was rendered from.
    pub source: ObjectId,
    /// Whatever the branch was rendered from: somebody has looked at it.
    pub is_sure: bool,
}

/// Whether what is to be known of a file's text is only its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blobs {
    Written,
    Named,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The branch holds it already.
    Nothing {
        commit: ObjectId,
    },
    Pushed {
        commit: ObjectId,
    },
    /// The branch holds what was rendered from a later commit.
    Superseded {
        by: ObjectId,
    },
}

/// How the branch would change, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// There is no such branch yet.
    pub is_new: bool,
    pub created: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
}

impl EngineBranch {
    /// # Errors
    /// When the folder is in no git repository.
    pub fn open(folder: PathBuf, remote: Option<Upstream>, name: &str) -> Result<EngineBranch> {
        let repository = crate::read::repository(&folder)?;
        Ok(EngineBranch { folder, repository, remote, name: name.to_owned() })
    }

    /// Brings the branch to this content, on top of what is there. Equal content makes no commit; a publisher that is late
    /// does not take back what a later commit brought. `may_push` is asked before each push, with what is there.
    ///
    /// # Errors
    /// When git cannot be read or written, or others come first again and again.
    pub fn publish(&self, content: Content<'_>, may_push: &MayPush<'_>) -> Result<Published> {
        for attempt in 0..TRIES {
            let tip = self.newest()?;
            let tree = self.tree_of(&self.composed(tip, content, Blobs::Written)?)?;
            if let Some(tip) = tip {
                if self.repository.find_commit(tip)?.tree_id()?.detach() == tree {
                    return Ok(Published::Nothing { commit: tip });
                }
                if let Some(by) = self.later_source(tip, content)? {
                    return Ok(Published::Superseded { by });
                }
            }
            let commit = self.commit(tree, tip, content.source)?;
            may_push(tip)?;
            if self.push(tip, commit)? {
                return Ok(Published::Pushed { commit });
            }
            std::thread::sleep(Duration::from_millis(u64::from(10 * attempt)));
        }
        bail!("others pushed to {} {TRIES} times before us: try again", self.name)
    }

    /// What [`EngineBranch::publish`] would change.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn difference(&self, content: Content<'_>) -> Result<Difference> {
        let tip = self.newest()?;
        let mut there = self.files(tip)?;
        let mut difference = Difference { is_new: tip.is_none(), ..Difference::default() };
        for (path, blob) in self.composed(tip, content, Blobs::Named)? {
            match there.remove(&path) {
                None => difference.created.push(path),
                Some(was) if was != blob => difference.changed.push(path),
                Some(_) => {}
            }
        }
        difference.removed = there.into_keys().collect();
        Ok(difference)
    }

    /// The newest commit of the branch.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn newest(&self) -> Result<Option<ObjectId>> {
        self.fetch()?;
        self.tip()
    }

    /// # Errors
    /// When there is no such file.
    pub fn text(&self, blob: ObjectId) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.repository.find_object(blob)?.data).into_owned())
    }

    /// What a file with this text is called by git.
    ///
    /// # Errors
    /// When it cannot be hashed.
    pub fn name_of(&self, text: &str) -> Result<ObjectId> {
        self.blob(text, Blobs::Named)
    }

    /// What a commit of the branch has at each path.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn files(&self, commit: Option<ObjectId>) -> Result<BTreeMap<String, ObjectId>> {
        let mut files = BTreeMap::new();
        if let Some(commit) = commit {
            self.list(self.repository.find_commit(commit)?.tree_id()?.detach(), "", &mut files)?;
        }
        Ok(files)
    }

    /// All files of the branch as they are to be, by path.
    fn composed(
        &self,
        tip: Option<ObjectId>,
        content: Content<'_>,
        blobs: Blobs,
    ) -> Result<BTreeMap<String, ObjectId>> {
        let mut files = self.files(tip)?;
        files.retain(|path, _| (content.keeps)(path));
        for (path, text) in content.files {
            files.insert(path.to_string(), self.blob(text, blobs)?);
        }
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        if let Some((path, text)) = (content.list)(&paths) {
            files.insert(path.to_string(), self.blob(&text, blobs)?);
        }
        Ok(files)
    }

    fn blob(&self, text: &str, blobs: Blobs) -> Result<ObjectId> {
        Ok(match blobs {
            Blobs::Written => self.repository.write_blob(text)?.detach(),
            Blobs::Named => {
                gix::objs::compute_hash(self.repository.object_hash(), gix::objs::Kind::Blob, text.as_bytes())?
            }
        })
    }

    /// Brings what others published.
    fn fetch(&self) -> Result<()> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let mut command = git(&self.folder);
        command.args(["fetch", "--quiet", "--no-tags", "--prune", "--no-write-fetch-head", "--no-recurse-submodules"]);
        // By a pattern, for it is no mistake that nothing was ever published.
        command.arg("--").arg(&remote.address).arg(format!("+refs/heads/{0}*:{FETCHED}{0}*", self.name));
        remote.authorize(&mut command);
        run(command).with_context(|| format!("fetching {}", self.name))
    }

    fn reference(&self) -> String {
        match self.remote {
            Some(_) => format!("{FETCHED}{}", self.name),
            None => format!("refs/heads/{}", self.name),
        }
    }

    fn tip(&self) -> Result<Option<ObjectId>> {
        let reference = self.repository.try_find_reference(&self.reference());
        let reference = reference.with_context(|| format!("reading {}", self.name))?;
        let id = reference.map(|mut reference| reference.peel_to_id().map(gix::Id::detach)).transpose();
        id.with_context(|| format!("reading {}", self.name))
    }

    fn tree_of(&self, files: &BTreeMap<String, ObjectId>) -> Result<ObjectId> {
        let mut root = Folder::default();
        for (path, blob) in files {
            root.add(path, *blob);
        }
        root.write(&self.repository)
    }

    /// The commit that the tip was rendered from, where it comes after this one.
    fn later_source(&self, tip: ObjectId, content: Content<'_>) -> Result<Option<ObjectId>> {
        let source = content.source;
        let commit = self.repository.find_commit(tip)?;
        let message = commit.message_raw()?.to_str_lossy().into_owned();
        let named = message.lines().rev().find_map(|line| line.strip_prefix(SOURCE)?.parse::<ObjectId>().ok());
        let Some(other) = named.filter(|other| *other != source) else { return Ok(None) };
        // A commit that this clone does not have is none that ours was made upon.
        if self.repository.find_commit(other).is_err() {
            if content.is_sure {
                return Ok(None);
            }
            bail!(
                "{} was rendered from {other}, which this clone does not have: fetch it, or, where it was never pushed or is \
                 gone, publish by hand with --confirm, from a commit that has what it had",
                self.name
            );
        }
        for ancestor in self.repository.rev_walk([other]).all()? {
            if ancestor?.id == source {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Made when its source was, so that equal content upon an equal tip is one commit, whoever makes it.
    fn commit(&self, tree: ObjectId, parent: Option<ObjectId>, source: ObjectId) -> Result<ObjectId> {
        let seconds = self.repository.find_commit(source)?.time()?.seconds;
        let time = format!("{seconds} +0000");
        let who = gix::actor::SignatureRef { name: "Pavior".into(), email: "pavior@localhost".into(), time: &time };
        let message = format!("{} as of {}\n\n{SOURCE}{source}\n", self.name, source.to_hex_with_len(12));
        Ok(self.repository.new_commit_as(who, who, message, tree, parent)?.id)
    }

    /// False when there is another tip than `before` by now.
    fn push(&self, before: Option<ObjectId>, commit: ObjectId) -> Result<bool> {
        let branch = format!("refs/heads/{}", self.name);
        let mut command = git(&self.folder);
        match &self.remote {
            Some(remote) => {
                let old = before.map(|id| id.to_string()).unwrap_or_default();
                command.args(["push", "--quiet", "--no-verify", &format!("--force-with-lease={branch}:{old}"), "--"]);
                command.arg(&remote.address).arg(format!("{commit}:{branch}"));
                remote.authorize(&mut command);
            }
            None => {
                let old = before.unwrap_or_else(|| ObjectId::null(self.repository.object_hash()));
                command.args(["update-ref", &branch, &commit.to_string(), &old.to_string()]);
            }
        }
        let Err(error) = run(command) else { return Ok(true) };
        match self.newest()? {
            now if now == before => Err(error.context(format!("pushing {}", self.name))),
            // Told that it failed, it may still have arrived.
            Some(now) if now == commit => Ok(true),
            _ => Ok(false),
        }
    }

    fn list(&self, tree: ObjectId, folder: &str, found: &mut BTreeMap<String, ObjectId>) -> Result<()> {
        for entry in self.repository.find_tree(tree)?.decode()?.into_owned().entries {
            let path = format!("{folder}{}", entry.filename.to_str_lossy());
            match entry.mode.is_tree() {
                true => self.list(entry.oid, &format!("{path}/"), found)?,
                false => drop(found.insert(path, entry.oid)),
            }
        }
        Ok(())
    }
}

/// A tree that is being made.
#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    files: BTreeMap<String, ObjectId>,
}

impl Folder {
    fn add(&mut self, path: &str, blob: ObjectId) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder.to_owned()).or_default().add(rest, blob),
            None => drop(self.files.insert(path.to_owned(), blob)),
        }
    }

    fn write(&self, repository: &Repository) -> Result<ObjectId> {
        let mut entries = BTreeSet::new();
        for (name, folder) in &self.folders {
            entries.insert(entry(EntryKind::Tree, name, folder.write(repository)?));
        }
        entries.extend(self.files.iter().map(|(name, blob)| entry(EntryKind::Blob, name, *blob)));
        // Entries are ordered as git orders them: a folder as if its name ended with a slash.
        Ok(repository.write_object(&Tree { entries: entries.into_iter().collect() })?.detach())
    }
}

fn entry(kind: EntryKind, name: &str, oid: ObjectId) -> Entry {
    Entry { mode: kind.into(), filename: name.into(), oid }
}
