//! The snapshot of a git revision, from the object database: no checkout, no subprocess, no configuration of the user.
//!
//! Only the trees that Pavior knows are opened, and a blob's size is known before it is decoded.

use super::admission::{Admission, Kind};
use super::characters::visible;
use super::missing_sources;
use super::{MAX_FILE_BYTES, NotARepository};
use crate::model::{Findings, RepoPath};
use crate::read::Snapshot;
use anyhow::{Context, Result, anyhow, bail};
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository};
use std::path::{Path, PathBuf};

/// The largest tree object that is decoded: far more than a folder of the most entries that are allowed.
const MAX_TREE_BYTES: u64 = 32 << 20;

/// Reads the files of a git revision that Pavior knows. `repository` is the work tree, a folder in it (then that folder
/// of the revision is meant), or a bare repository; `revision` is anything that git understands, and only data.
///
/// # Errors
/// When there is no git repository, it does not know the revision, or the revision is no Pavior repository.
pub fn load_revision(repository: &Path, revision: &str, findings: &mut Findings) -> Result<Snapshot> {
    let repo = open(repository)?;
    let folder = folder_within(&repo, repository)?;
    let root = root_tree(&repo, revision, &folder)?;
    let mut admission = Admission::new(findings);
    // First all names, then the blobs: what is too much is refused before any blob is opened.
    let mut files = Vec::new();
    for entry in entries(&repo, root)? {
        visit(&repo, "", &entry, &mut files, &mut admission)?;
    }
    for (path, blob) in files {
        read(&repo, blob, path, &mut admission)?;
    }
    for path in missing_sources(&admission) {
        visit_named(&repo, root, path, &mut admission)?;
    }
    if !admission.is_repository() {
        return Err(NotARepository { what: format!("revision `{}`", visible(revision)) }.into());
    }
    Ok(admission.finish())
}

/// With nothing of the user's or the system's git configuration, and with the objects that the ids name: no
/// replacements.
pub(crate) fn open(path: &Path) -> Result<Repository> {
    let (found, _) =
        gix::discover::upwards(path).with_context(|| format!("{} is not in a git repository", path.display()))?;
    let (git_folder, _) = found.into_repository_and_work_tree_directories();
    let options = gix::open::Options::isolated().config_overrides(["core.useReplaceRefs=false"]);
    gix::open_opts(git_folder, options).with_context(|| format!("cannot open the git repository of {}", path.display()))
}

/// The folder of the work tree that `path` is, relative to its root; empty for the root and for bare repositories.
pub(super) fn folder_within(repo: &Repository, path: &Path) -> Result<PathBuf> {
    let Some(work_tree) = repo.workdir() else { return Ok(PathBuf::new()) };
    let canonical = |path: &Path| path.canonicalize().with_context(|| format!("cannot open {}", path.display()));
    let (work_tree, path) = (canonical(work_tree)?, canonical(path)?);
    Ok(path.strip_prefix(&work_tree).map(Path::to_path_buf).unwrap_or_default())
}

pub(super) fn root_tree(repo: &Repository, revision: &str, folder: &Path) -> Result<ObjectId> {
    let id = repo.rev_parse_single(revision).map_err(|_| unknown_revision(repo, revision))?;
    let tree = id
        .object()
        .and_then(|object| object.peel_to_tree())
        .map_err(|error| unreadable_revision(repo, revision, &error.into()))?;
    if folder.as_os_str().is_empty() {
        return Ok(tree.id);
    }
    let entry = tree
        .lookup_entry_by_path(folder)
        .map_err(|error| unreadable_revision(repo, revision, &error.into()))?
        .filter(|entry| entry.mode().is_tree());
    match entry {
        Some(entry) => Ok(entry.object_id()),
        // As good as empty: before the first change there was no such folder.
        None => {
            let what = format!("folder {} of revision `{}`", folder.display(), visible(revision));
            Err(NotARepository { what }.into())
        }
    }
}

/// One entry of a tree, owned.
pub(super) struct Entry {
    pub name: Vec<u8>,
    pub kind: EntryKind,
    pub id: ObjectId,
}

/// The entries of a tree in the order of their names' bytes, as a work tree lists them.
pub(super) fn entries(repo: &Repository, tree: ObjectId) -> Result<Vec<Entry>> {
    let size = repo.find_header(tree).with_context(|| missing(repo, tree))?.size();
    if size > MAX_TREE_BYTES {
        bail!("git tree {tree} is larger than {} MiB", MAX_TREE_BYTES >> 20);
    }
    let tree = repo.find_tree(tree).with_context(|| missing(repo, tree))?;
    let mut entries = Vec::new();
    for entry in tree.iter() {
        let entry = entry.with_context(|| format!("git tree {} is damaged", tree.id))?;
        entries.push(Entry { name: entry.filename().to_vec(), kind: entry.mode().kind(), id: entry.object_id() });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn visit(
    repo: &Repository,
    folder: &str,
    entry: &Entry,
    files: &mut Vec<(RepoPath, ObjectId)>,
    admission: &mut Admission<'_>,
) -> Result<()> {
    match entry.kind {
        EntryKind::Tree => {
            if let Some(path) = admission.enter(folder, &entry.name, Kind::Folder) {
                walk(repo, entry.id, &path, files, admission)?;
            }
        }
        EntryKind::Blob | EntryKind::BlobExecutable => {
            if let Some(path) = admission.enter(folder, &entry.name, Kind::File) {
                files.push((path, entry.id));
            }
        }
        EntryKind::Link => {
            admission.enter(folder, &entry.name, Kind::Link);
        }
        EntryKind::Commit => {
            admission.enter(folder, &entry.name, Kind::Submodule);
        }
    }
    Ok(())
}

/// Reads a file that a Score file names, if it is there.
fn visit_named(repo: &Repository, root: ObjectId, path: RepoPath, admission: &mut Admission<'_>) -> Result<()> {
    let tree = repo.find_tree(root).with_context(|| missing(repo, root))?;
    let entry = tree.lookup_entry_by_path(Path::new(path.as_str())).with_context(|| format!("cannot read {path}"))?;
    let Some(entry) = entry else { return Ok(()) };
    match entry.mode().kind() {
        EntryKind::Blob | EntryKind::BlobExecutable if admission.enter_named(&path) => {
            read(repo, entry.object_id(), path, admission)
        }
        _ => Ok(()),
    }
}

fn walk(
    repo: &Repository,
    tree: ObjectId,
    path: &RepoPath,
    files: &mut Vec<(RepoPath, ObjectId)>,
    admission: &mut Admission<'_>,
) -> Result<()> {
    let entries = entries(repo, tree).with_context(|| format!("cannot read the folder {path}"))?;
    if admission.count_entries(entries.len()) {
        for entry in &entries {
            visit(repo, path.as_str(), entry, files, admission)?;
        }
    }
    Ok(())
}

fn read(repo: &Repository, blob: ObjectId, path: RepoPath, admission: &mut Admission<'_>) -> Result<()> {
    let size = repo.find_header(blob).with_context(|| missing(repo, blob))?.size();
    if admission.has_room(&path, size.min(MAX_FILE_BYTES + 1)) {
        let blob = repo.find_blob(blob).with_context(|| missing(repo, blob))?;
        admission.admit(path, &blob.data);
    }
    Ok(())
}

pub(super) fn unknown_revision(repo: &Repository, revision: &str) -> anyhow::Error {
    anyhow!("revision `{}` is not known here{}", visible(revision), how_to_fetch(repo))
}

fn unreadable_revision(repo: &Repository, revision: &str, error: &anyhow::Error) -> anyhow::Error {
    let why = error.to_string();
    anyhow!("revision `{}` has no files that can be read: {}{}", visible(revision), visible(&why), how_to_fetch(repo))
}

fn missing(repo: &Repository, id: ObjectId) -> String {
    format!("git object {id} is missing{}", how_to_fetch(repo))
}

pub(super) fn how_to_fetch(repo: &Repository) -> &'static str {
    if repo.is_shallow().unwrap_or(false) {
        "; this is a shallow clone: fetch its history (`git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout)"
    } else {
        "; `git fetch` the branch or commit first, and check the spelling"
    }
}
