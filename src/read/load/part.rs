//! Single files of git revisions, and what differs between two of them: trees are compared by their ids, so that what
//! is the same is never opened. A blob is opened once, however many revisions have it.

use super::admission::text_of;
use super::revision::{Entry, entries, folder_within, open, root_tree, unknown_revision};
use super::selection::{is_misnamed, reads_folder};
use super::{MAX_FILE_BYTES, reads_file};
use crate::model::RepoPath;
use crate::read::{Change, Changes};
use anyhow::{Context, Result};
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A repository that is read object by object.
pub struct Objects {
    repo: Repository,
    folder: PathBuf,
    trees: RefCell<HashMap<ObjectId, Rc<Vec<Entry>>>>,
    blobs: RefCell<HashMap<ObjectId, Option<Arc<str>>>>,
    opened: Cell<usize>,
}

impl Objects {
    /// # Errors
    /// When there is no git repository.
    pub fn open(repository: &Path) -> Result<Objects> {
        let repo = open(repository)?;
        let folder = folder_within(&repo, repository)?;
        Ok(Objects { repo, folder, trees: RefCell::default(), blobs: RefCell::default(), opened: Cell::new(0) })
    }

    /// Where git keeps what all work trees share.
    pub fn git_folder(&self) -> &Path {
        self.repo.common_dir()
    }

    /// The folder of the repository that is read, from its root.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The id of the tree of a revision.
    ///
    /// # Errors
    /// When the revision is not known, or does not have the folder.
    pub fn tree(&self, revision: &str) -> Result<String> {
        Ok(root_tree(&self.repo, revision, &self.folder)?.to_string())
    }

    /// The id of the tree of a revision from the root of the repository, whatever folder of it is read.
    ///
    /// # Errors
    /// When the revision is not known.
    pub fn whole_tree(&self, revision: &str) -> Result<String> {
        Ok(root_tree(&self.repo, revision, Path::new(""))?.to_string())
    }

    /// The id of the commit that a revision names.
    ///
    /// # Errors
    /// When the revision is not known.
    pub fn commit(&self, revision: &str) -> Result<String> {
        Ok(self.repo.rev_parse_single(revision).map_err(|_| unknown_revision(&self.repo, revision))?.to_string())
    }

    /// Who wrote the commit that a revision names, as its author calls himself.
    ///
    /// # Errors
    /// When the revision is not known, or names no commit.
    pub fn author(&self, revision: &str) -> Result<String> {
        let id = self.repo.rev_parse_single(revision).map_err(|_| unknown_revision(&self.repo, revision))?;
        let commit = id.object().context("its object is missing")?.peel_to_commit().context("it is no commit")?;
        Ok(commit.author().context("the commit has no author")?.name.to_string())
    }

    /// A commit and those before it on its branch, the newest first: of a merge, what it was merged into.
    ///
    /// # Errors
    /// When the revision is not known, or history is damaged.
    pub fn line(&self, revision: &str, most: usize) -> Result<Vec<String>> {
        let id = self.repo.rev_parse_single(revision).map_err(|_| unknown_revision(&self.repo, revision))?;
        let walk = self.repo.rev_walk([id.detach()]).first_parent_only().all().context("walking along the branch")?;
        walk.take(most).map(|commit| Ok(commit.context("walking along the branch")?.id.to_string())).collect()
    }

    /// How many blobs were opened.
    pub fn blobs_read(&self) -> usize {
        self.opened.get()
    }

    /// The files that Pavior reads and that differ between two trees. None where what differs is no plain file, could
    /// meet another name, or is not there to be compared.
    ///
    /// # Errors
    /// When an object is damaged.
    pub fn differences(&self, from: &str, to: &str, named: &[RepoPath]) -> Result<Option<Changes>> {
        let (Ok(from), Ok(to)) = (ObjectId::from_hex(from.as_bytes()), ObjectId::from_hex(to.as_bytes())) else {
            return Ok(None);
        };
        if !self.repo.has_object(from) {
            return Ok(None);
        }
        let mut differences = Differences { objects: self, named, found: Changes::new() };
        Ok(differences.compare("", Some(from), Some(to))?.then_some(differences.found))
    }

    /// The text of a file of a tree; None where there is none that may be read.
    ///
    /// # Errors
    /// When an object is missing or damaged.
    pub fn file(&self, tree: &str, path: &RepoPath) -> Result<Option<Arc<str>>> {
        let mut tree = ObjectId::from_hex(tree.as_bytes()).context("a tree's id is no id")?;
        let mut steps = path.as_str().split('/').peekable();
        while let Some(step) = steps.next() {
            let entries = self.entries(tree)?;
            let Some(entry) = named(&entries, step.as_bytes()) else { return Ok(None) };
            match entry.kind {
                EntryKind::Tree if steps.peek().is_some() => tree = entry.id,
                EntryKind::Blob | EntryKind::BlobExecutable if steps.peek().is_none() => {
                    return self.text(path, entry.id);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The files that Pavior reads below a folder of a tree.
    ///
    /// # Errors
    /// When an object is missing or damaged.
    pub fn below(&self, tree: &str, folder: &str) -> Result<Vec<RepoPath>> {
        let mut tree = ObjectId::from_hex(tree.as_bytes()).context("a tree's id is no id")?;
        for step in folder.split('/') {
            let entries = self.entries(tree)?;
            match named(&entries, step.as_bytes()) {
                Some(entry) if entry.kind == EntryKind::Tree => tree = entry.id,
                _ => return Ok(Vec::new()),
            }
        }
        let mut paths = Vec::new();
        self.collect(tree, folder, &mut paths)?;
        Ok(paths)
    }

    fn collect(&self, tree: ObjectId, folder: &str, paths: &mut Vec<RepoPath>) -> Result<()> {
        for entry in self.entries(tree)?.iter() {
            let Some(path) = std::str::from_utf8(&entry.name).ok().map(|name| format!("{folder}/{name}")) else {
                continue;
            };
            match entry.kind {
                EntryKind::Tree if reads_folder(&path) => self.collect(entry.id, &path, paths)?,
                EntryKind::Blob | EntryKind::BlobExecutable if reads_file(&path) => {
                    paths.extend(RepoPath::parse(&path))
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn entries(&self, tree: ObjectId) -> Result<Rc<Vec<Entry>>> {
        if let Some(known) = self.trees.borrow().get(&tree) {
            return Ok(known.clone());
        }
        let entries = Rc::new(entries(&self.repo, tree)?);
        self.trees.borrow_mut().insert(tree, entries.clone());
        Ok(entries)
    }

    fn text(&self, path: &RepoPath, blob: ObjectId) -> Result<Option<Arc<str>>> {
        if let Some(known) = self.blobs.borrow().get(&blob) {
            return Ok(known.clone());
        }
        let missing = || format!("git object {blob} is missing");
        let size = self.repo.find_header(blob).with_context(missing)?.size();
        let text = if size > MAX_FILE_BYTES {
            None
        } else {
            self.opened.set(self.opened.get() + 1);
            text_of(path, &self.repo.find_blob(blob).with_context(missing)?.data).ok()
        };
        self.blobs.borrow_mut().insert(blob, text.clone());
        Ok(text)
    }
}

fn named<'e>(entries: &'e [Entry], name: &[u8]) -> Option<&'e Entry> {
    entries.binary_search_by(|entry| entry.name.as_slice().cmp(name)).ok().map(|place| &entries[place])
}

/// Two trees, side by side.
struct Differences<'a> {
    objects: &'a Objects,
    named: &'a [RepoPath],
    found: Changes,
}

impl Differences<'_> {
    /// False where there is something that only reading everything can judge.
    fn compare(&mut self, folder: &str, from: Option<ObjectId>, to: Option<ObjectId>) -> Result<bool> {
        let entries =
            |tree: Option<ObjectId>| tree.map_or_else(|| Ok(Rc::default()), |tree| self.objects.entries(tree));
        let (from, to) = (entries(from)?, entries(to)?);
        for old in from.iter() {
            let new = named(&to, &old.name);
            let same = new.is_some_and(|new| new.id == old.id && new.kind == old.kind);
            if !same && !self.entry(folder, Some(old), new)? {
                return Ok(false);
            }
        }
        for new in to.iter().filter(|new| named(&from, &new.name).is_none()) {
            let meets = |other: &Entry| other.name != new.name && other.name.eq_ignore_ascii_case(&new.name);
            if !new.name.is_ascii() || to.iter().any(meets) || !self.entry(folder, None, Some(new))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn entry(&mut self, folder: &str, old: Option<&Entry>, new: Option<&Entry>) -> Result<bool> {
        let Some(name) = old.or(new).and_then(|entry| std::str::from_utf8(&entry.name).ok()) else { return Ok(false) };
        let path = super::admission::join(folder, name);
        let (kinds, ids) =
            ([old, new].map(|side| side.map(|side| kind(side.kind))), [old, new].map(|side| side.map(|side| side.id)));
        let is_named = self.named.iter().any(|named| named.as_str() == path);
        let holds_named = || self.named.iter().any(|named| named.as_str().starts_with(&format!("{path}/")));
        match kinds {
            [Some(Kind::Folder) | None, Some(Kind::Folder) | None] if reads_folder(&path) => {
                self.compare(&path, ids[0], ids[1])
            }
            [Some(Kind::Folder) | None, Some(Kind::Folder) | None] => Ok(!holds_named()),
            [Some(Kind::File) | None, Some(Kind::File) | None] if reads_file(&path) || is_named => {
                self.file(&path, ids)
            }
            _ => Ok(!reads_file(&path) && !reads_folder(&path) && !is_misnamed(&path) && !is_named && !holds_named()),
        }
    }

    fn file(&mut self, path: &str, [old, new]: [Option<ObjectId>; 2]) -> Result<bool> {
        let Ok(path) = RepoPath::parse(path) else { return Ok(false) };
        let text = |blob: Option<ObjectId>| blob.map(|blob| self.objects.text(&path, blob)).transpose();
        let (was, is) = (text(old)?, text(new)?);
        // A file that is there and has no text has a mistake that is to be told.
        if was == Some(None) || is == Some(None) {
            return Ok(false);
        }
        self.found.insert(path, Change { before: was.flatten(), after: is.flatten() });
        Ok(true)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Other,
}

fn kind(kind: EntryKind) -> Kind {
    match kind {
        EntryKind::Tree => Kind::Folder,
        EntryKind::Blob | EntryKind::BlobExecutable => Kind::File,
        EntryKind::Link | EntryKind::Commit => Kind::Other,
    }
}
