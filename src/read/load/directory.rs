//! The snapshot of a work tree.
//!
//! Every folder and file is opened relative to the handle of the folder above it and without following links, and a
//! file's kind and size are asked of the open handle. So nothing outside the tree can be read, or even listed, however
//! names are swapped while we look.

use super::admission::{Admission, Kind, join};
use super::missing_sources;
use super::selection::{is_misnamed, reads_file, reads_folder};
use super::{MAX_ENTRIES, MAX_FILE_BYTES, NotARepository};
use crate::model::{Findings, RepoPath};
use crate::read::Snapshot;
use anyhow::{Context, Result, bail};
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// How often an entry that changes its kind between two looks is looked at again.
const ATTEMPTS: usize = 32;

/// Reads the files of a work tree that Pavior knows.
///
/// # Errors
/// When `root` is no Pavior repository, or a file in it cannot be read.
pub fn load_directory(root: &Path, findings: &mut Findings) -> Result<Snapshot> {
    let dir = Dir::open_ambient_dir(root, ambient_authority())
        .with_context(|| format!("cannot open the folder {}", root.display()))?;
    let mut admission = Admission::new(findings);
    for name in ["catalog", "golden-paths", "pavior.yaml", "policies"] {
        visit(&dir, "", OsStr::new(name), &mut admission)?;
    }
    for path in missing_sources(&admission) {
        visit_named(&dir, path, &mut admission)?;
    }
    if !admission.is_repository() {
        return Err(NotARepository { what: root.display().to_string() }.into());
    }
    Ok(admission.finish())
}

/// An entry of a folder, opened.
enum Opened {
    Folder(Dir),
    File(File),
    /// A link, pipe, socket or device: not opened.
    Refused(Kind),
    /// What Pavior does not read.
    Ignored,
    Absent,
}

fn visit(dir: &Dir, folder: &str, name: &OsStr, admission: &mut Admission<'_>) -> Result<()> {
    let shown = join(folder, &name.to_string_lossy());
    let opened = open(dir, name, &shown).with_context(|| format!("cannot read {shown:?}"))?;
    let bytes = name.as_encoded_bytes();
    match opened {
        Opened::Folder(inner) => {
            let kind = if is_submodule(&inner, &shown) { Kind::Submodule } else { Kind::Folder };
            if let Some(path) = admission.enter(folder, bytes, kind) {
                walk(&inner, &path, admission)?;
            }
        }
        Opened::File(file) => {
            if let Some(path) = admission.enter(folder, bytes, Kind::File) {
                read(file, path, admission)?;
            }
        }
        Opened::Refused(kind) => {
            admission.enter(folder, bytes, kind);
        }
        Opened::Absent if folder.is_empty() => {}
        Opened::Absent => bail!("{shown:?} vanished while it was read; run again"),
        Opened::Ignored => {}
    }
    Ok(())
}

/// Reads a file that a Score file names, if it is there: through folders that are no links, as everything.
fn visit_named(root: &Dir, path: RepoPath, admission: &mut Admission<'_>) -> Result<()> {
    let mut folder = root.try_clone().context("cannot open the repository")?;
    for step in path.parent().split('/') {
        folder = match folder.open_dir_nofollow(step) {
            Ok(inner) if is_submodule(&inner, "catalog") => return Ok(()),
            Ok(inner) => inner,
            // Whether it is absent, a file or a link: what it leads to is not read, and the Score file is told so.
            Err(_) => return Ok(()),
        };
    }
    let opened =
        open_as(&folder, OsStr::new(path.file_name()), |_| true).with_context(|| format!("cannot read {path}"))?;
    match opened {
        Opened::File(file) if admission.enter_named(&path) => read(file, path, admission),
        Opened::File(_) | Opened::Folder(_) | Opened::Refused(_) | Opened::Ignored | Opened::Absent => Ok(()),
    }
}

fn walk(dir: &Dir, path: &RepoPath, admission: &mut Admission<'_>) -> Result<()> {
    let names = names(dir).with_context(|| format!("cannot list {path}"))?;
    if admission.count_entries(names.len()) {
        for name in &names {
            visit(dir, path.as_str(), name, admission)?;
        }
    }
    Ok(())
}

/// The names in a folder, in the order of their bytes; no more than it takes to exceed the limit.
fn names(dir: &Dir) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in dir.entries()?.take(MAX_ENTRIES + 1) {
        names.push(entry?.file_name());
    }
    names.sort();
    Ok(names)
}

/// Opens an entry as what it is. An open that fails because the entry has just become something else is tried again.
fn open(dir: &Dir, name: &OsStr, path: &str) -> io::Result<Opened> {
    open_as(dir, name, |kind| match kind {
        Kind::Folder => reads_folder(path),
        _ => reads_file(path) || is_misnamed(path),
    })
}

/// As [`open`], for the files and folders that are wanted.
fn open_as(dir: &Dir, name: &OsStr, is_wanted: impl Fn(Kind) -> bool) -> io::Result<Opened> {
    let mut failure = None;
    for _ in 0..ATTEMPTS {
        let kind = match dir.symlink_metadata(name) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Opened::Absent),
            Err(error) => return Err(error),
        };
        let opened = if kind.is_symlink() {
            Ok(Opened::Refused(Kind::Link))
        } else if kind.is_dir() && is_wanted(Kind::Folder) {
            dir.open_dir_nofollow(name).map(Opened::Folder)
        } else if kind.is_file() && is_wanted(Kind::File) {
            open_file(dir, name)
        } else if kind.is_dir() || kind.is_file() {
            Ok(Opened::Ignored)
        } else {
            Ok(Opened::Refused(Kind::Special))
        };
        match opened {
            Ok(opened) => return Ok(opened),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| io::Error::other("it kept changing while it was read")))
}

/// Without blocking, so that a pipe that has taken the file's place cannot hold us.
fn open_file(dir: &Dir, name: &OsStr) -> io::Result<Opened> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    let file = dir.open_with(name, &options)?;
    let is_file = file.metadata()?.is_file();
    Ok(if is_file { Opened::File(file) } else { Opened::Refused(Kind::Special) })
}

/// A folder with its own `.git` belongs to another repository.
fn is_submodule(dir: &Dir, path: &str) -> bool {
    reads_folder(path) && dir.symlink_metadata(".git").is_ok()
}

fn read(file: File, path: RepoPath, admission: &mut Admission<'_>) -> Result<()> {
    let size = file.metadata().with_context(|| format!("cannot read {path}"))?.len();
    if !admission.has_room(&path, size) {
        return Ok(());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {path}"))?;
    // It may have grown since it was measured.
    let read = bytes.len() as u64;
    if read <= size || admission.has_room(&path, read) {
        admission.admit(path, &bytes);
    }
    Ok(())
}
