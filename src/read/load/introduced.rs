//! What the commits of a change introduced: two revisions come in, the texts of files as each commit between their
//! common ancestor and head left them go out, the oldest commit first.
//!
//! Trees are compared by their ids with those of all parents, so that a merge introduces only what it made itself. Only
//! files that Pavior reads are looked at, each blob once, and no more than a bounded number of commits and bytes.

use super::merge_base::commit;
use super::revision::{Entry, entries, folder_within, open, root_tree};
use super::selection::reads_folder;
use super::{MAX_FILE_BYTES, merge_base, reads_file};
use crate::model::RepoPath;
use crate::read::{Introduced, IntroducedFile};
use anyhow::{Context, Result};
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a history is read.
#[derive(Debug, Clone, Copy)]
pub struct HistoryBound {
    pub commits: usize,
    pub mebibytes: u64,
}

impl Default for HistoryBound {
    fn default() -> HistoryBound {
        HistoryBound { commits: 1_000, mebibytes: 64 }
    }
}

/// What the commits introduced that head has and base has not. Where histories have nothing in common, the result says
/// so.
///
/// # Errors
/// When there is no git repository, a revision is not known, or git's objects are damaged.
pub fn introduced(repository: &Path, base: &str, head: &str, bound: HistoryBound) -> Result<Introduced> {
    let start = match merge_base(repository, base, head) {
        Ok(start) => start,
        Err(error) => return Ok(Introduced { unknown: Some(error.to_string()), ..Introduced::default() }),
    };
    let repo = open(repository)?;
    let folder = folder_within(&repo, repository)?;
    let (from, to) = (commit(&repo, &start)?, commit(&repo, head)?);
    let walk = repo.rev_walk([to]).with_hidden([from]).all().context("walking the commits of the change")?;
    let mut commits = Vec::new();
    let mut walk = walk.take(bound.commits + 1);
    for info in &mut walk {
        match info {
            Ok(info) => commits.push(info.id),
            Err(error) => return Ok(Introduced { unknown: Some(error.to_string()), ..Introduced::default() }),
        }
    }
    let too_many = commits.len() > bound.commits;
    commits.truncate(bound.commits);
    let mut reader =
        Reader { repo: &repo, folder, seen: HashSet::new(), rest: bound.mebibytes << 20, files: Vec::new() };
    for id in commits.iter().rev() {
        reader.commit(*id).with_context(|| format!("reading what commit {id} introduced"))?;
    }
    let cut = (too_many || reader.rest == 0).then_some(bound.mebibytes);
    let mut files = reader.files;
    add_texts_before(&repo, &start, repository, &mut files)?;
    Ok(Introduced { files, commits: commits.len(), cut, unknown: None })
}

struct Reader<'r> {
    repo: &'r Repository,
    folder: PathBuf,
    seen: HashSet<(RepoPath, ObjectId)>,
    /// How many bytes may still be read; nothing is, once it was too little.
    rest: u64,
    files: Vec<IntroducedFile>,
}

impl Reader<'_> {
    fn commit(&mut self, id: ObjectId) -> Result<()> {
        let commit = self.repo.find_commit(id).with_context(|| format!("commit {id} is missing"))?;
        // A folder that a commit does not have, or a parent that a shallow clone lacks, is an empty tree.
        let tree = |id: ObjectId| root_tree(self.repo, &id.to_string(), &self.folder).ok();
        let Some(own) = tree(id) else { return Ok(()) };
        let parents: Vec<ObjectId> = commit.parent_ids().filter_map(|parent| tree(parent.detach())).collect();
        let short = id.to_hex_with_len(9).to_string();
        self.compare("", own, &parents, &short)
    }

    /// What a tree has that no parent's has.
    fn compare(&mut self, folder: &str, own: ObjectId, parents: &[ObjectId], commit: &str) -> Result<()> {
        if parents.contains(&own) {
            return Ok(());
        }
        let theirs = parents.iter().map(|tree| entries(self.repo, *tree)).collect::<Result<Vec<_>>>()?;
        for entry in entries(self.repo, own)? {
            let same_name = theirs.iter().flatten().filter(|other| other.name == entry.name);
            let before: Vec<&Entry> = same_name.collect();
            if before.iter().any(|other| other.id == entry.id) {
                continue;
            }
            let Ok(name) = std::str::from_utf8(&entry.name) else { continue };
            let path = super::admission::join(folder, name);
            match entry.kind {
                EntryKind::Tree if reads_folder(&path) => {
                    let trees = before.iter().filter(|other| other.kind == EntryKind::Tree).map(|other| other.id);
                    self.compare(&path, entry.id, &trees.collect::<Vec<_>>(), commit)?;
                }
                EntryKind::Blob | EntryKind::BlobExecutable if reads_file(&path) => {
                    self.blob(&path, entry.id, commit)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn blob(&mut self, path: &str, blob: ObjectId, commit: &str) -> Result<()> {
        let Ok(path) = RepoPath::parse(path) else { return Ok(()) };
        if self.rest == 0 || !self.seen.insert((path.clone(), blob)) {
            return Ok(());
        }
        let size = self.repo.find_header(blob).with_context(|| format!("git object {blob} is missing"))?.size();
        if size > MAX_FILE_BYTES {
            return Ok(());
        }
        self.rest = self.rest.saturating_sub(size.max(1));
        if self.rest > 0 {
            let text = text(self.repo, blob)?;
            self.files.push(IntroducedFile { commit: commit.to_owned(), path, text, before: None });
        }
        Ok(())
    }
}

/// Whatever it holds: what is no UTF-8 was pushed nevertheless.
fn text(repo: &Repository, blob: ObjectId) -> Result<Arc<str>> {
    let blob = repo.find_blob(blob).with_context(|| format!("git object {blob} is missing"))?;
    Ok(String::from_utf8_lossy(&blob.data).replace("\r\n", "\n").into())
}

/// The texts that the change began with.
fn add_texts_before(repo: &Repository, start: &str, repository: &Path, files: &mut [IntroducedFile]) -> Result<()> {
    let Ok(tree) = root_tree(repo, start, &folder_within(repo, repository)?) else { return Ok(()) };
    let tree = repo.find_tree(tree).context("reading where the change begins")?;
    for file in files {
        let entry =
            tree.lookup_entry_by_path(Path::new(file.path.as_str())).context("reading where the change begins")?;
        let blob = entry.filter(|entry| entry.mode().is_blob()).map(|entry| entry.object_id());
        file.before = blob.map(|blob| text(repo, blob)).transpose()?;
    }
    Ok(())
}
