//! What the commits of a change introduced: two revisions come in, the texts of files as each commit between their
//! common ancestor and head left them go out, the oldest commit first.
//!
//! Trees are compared by their ids with those of all parents, so that a merge introduces only what it made itself. All
//! files are looked at, whether Pavior reads them otherwise or not: each blob once, and no more than a bounded number of
//! commits and bytes. What is too large or no text is counted, and its name is looked at.

use super::merge_base::commit;
use super::revision::{Entry, entries, folder_within, open, root_tree};
use super::{MAX_FILE_BYTES, merge_base};
use crate::model::RepoPath;
use crate::read::{Introduced, IntroducedFile, Searched};
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
    let mut reader = Reader {
        repo: &repo,
        folder,
        seen: HashSet::new(),
        rest: bound.mebibytes << 20,
        files: Vec::new(),
        left_out: [0; 2],
    };
    for id in commits.iter().rev() {
        reader.commit(*id).with_context(|| format!("reading what commit {id} introduced"))?;
    }
    let cut = (too_many || reader.rest == 0).then_some(bound.mebibytes);
    let mut files = std::mem::take(&mut reader.files);
    add_texts_before(&repo, &start, repository, &mut files)?;
    let [too_large, binary] = reader.left_out;
    let searched = Searched { commits: commits.len(), files: files.len() - too_large - binary, too_large, binary };
    Ok(Introduced { files, searched, cut, unknown: None })
}

struct Reader<'r> {
    repo: &'r Repository,
    folder: PathBuf,
    seen: HashSet<(RepoPath, ObjectId)>,
    /// How many bytes may still be read; nothing is, once it was too little.
    rest: u64,
    files: Vec<IntroducedFile>,
    /// Too large, and no text.
    left_out: [usize; 2],
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
            let path = super::admission::join(folder, &String::from_utf8_lossy(&entry.name));
            match entry.kind {
                EntryKind::Tree => {
                    let trees = before.iter().filter(|other| other.kind == EntryKind::Tree).map(|other| other.id);
                    self.compare(&path, entry.id, &trees.collect::<Vec<_>>(), commit)?;
                }
                EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {
                    self.blob(&path, entry.id, commit)?;
                }
                EntryKind::Commit => {}
            }
        }
        Ok(())
    }

    fn blob(&mut self, path: &str, blob: ObjectId, commit: &str) -> Result<()> {
        let path = shown(path);
        if self.rest == 0 || !self.seen.insert((path.clone(), blob)) {
            return Ok(());
        }
        let size = self.repo.find_header(blob).with_context(|| format!("git object {blob} is missing"))?.size();
        let text = match size > MAX_FILE_BYTES {
            true => {
                self.left_out[0] += 1;
                None
            }
            false => {
                self.rest = self.rest.saturating_sub(size.max(1));
                if self.rest == 0 {
                    return Ok(());
                }
                let text = text(self.repo, blob)?;
                self.left_out[1] += usize::from(text.is_none());
                text
            }
        };
        let text = text.unwrap_or_default();
        self.files.push(IntroducedFile { commit: commit.to_owned(), path, text, before: None });
        Ok(())
    }
}

/// A name that no declaration may have is searched and shown nevertheless, with `_` for what cannot stand in it.
fn shown(path: &str) -> RepoPath {
    RepoPath::parse(path).unwrap_or_else(|_| {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.') { c } else { '_' };
        let name: String = path.chars().map(plain).collect();
        RepoPath::parse(&name).unwrap_or_else(|_| RepoPath::literal("a-file-with-a-forbidden-name"))
    })
}

/// As git sees it: what has a NUL near its beginning is no text.
const LOOKED_AT: usize = 8_000;

/// Whatever it holds: what is no UTF-8 was pushed nevertheless. None where it is no text at all.
fn text(repo: &Repository, blob: ObjectId) -> Result<Option<Arc<str>>> {
    let blob = repo.find_blob(blob).with_context(|| format!("git object {blob} is missing"))?;
    let is_binary = blob.data.iter().take(LOOKED_AT).any(|byte| *byte == 0);
    Ok((!is_binary).then(|| String::from_utf8_lossy(&blob.data).replace("\r\n", "\n").into()))
}

/// The texts that the change began with.
fn add_texts_before(repo: &Repository, start: &str, repository: &Path, files: &mut [IntroducedFile]) -> Result<()> {
    let Ok(tree) = root_tree(repo, start, &folder_within(repo, repository)?) else { return Ok(()) };
    let tree = repo.find_tree(tree).context("reading where the change begins")?;
    for file in files {
        let entry =
            tree.lookup_entry_by_path(Path::new(file.path.as_str())).context("reading where the change begins")?;
        let blob = entry.filter(|entry| entry.mode().is_blob()).map(|entry| entry.object_id());
        let is_small = |blob: &ObjectId| repo.find_header(*blob).is_ok_and(|header| header.size() <= MAX_FILE_BYTES);
        file.before = blob.filter(is_small).map(|blob| text(repo, blob)).transpose()?.flatten();
    }
    Ok(())
}
