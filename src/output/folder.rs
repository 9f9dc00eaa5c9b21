//! The output folder, opened once. Every step below it is taken from the folder before, and none follows a link, so that
//! whatever lies in it, or is swapped in while we run, nothing outside is read, written or removed.

use super::inventory::INVENTORY;
use super::refusal::Refusal;
use crate::model::RepoPath;
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use std::fs::TryLockError;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// Held by the run that writes; the system lets go of it when that run ends, however it ends.
pub(super) const LOCK: &str = ".pavior-lock";

/// What a file is called until it is whole: derived from its name, so that the next run finds what a killed one left.
const TEMPORARY: &str = ".pavior-temporary";

const LINK: &str = "a symbolic link";

pub(super) struct Folder {
    root: Dir,
    /// The way to the folder that was used last: names and handles.
    way: Vec<(String, Dir)>,
}

/// Keeps other runs out for as long as it lives.
#[derive(Debug)]
pub(super) struct Held(std::fs::File);

impl Drop for Held {
    /// Closing the file is not enough: a child of this process that is just about to become another program has it open, too.
    fn drop(&mut self) {
        // What cannot be given back now goes when the file is closed.
        drop(self.0.unlock());
    }
}

/// What is at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File(Vec<u8>),
    /// Neither: at this path or at a folder above it.
    Obstacle {
        path: String,
        what: &'static str,
    },
}

/// Whether a name is one that we use ourselves.
pub(super) fn is_reserved(path: &RepoPath) -> bool {
    path.as_str() == INVENTORY || path.as_str() == LOCK || path.file_name().ends_with(TEMPORARY)
}

impl Folder {
    /// Opens the folder, making it if it is not there.
    pub(super) fn open(out: &Path) -> io::Result<Folder> {
        Dir::create_ambient_dir_all(out, ambient_authority())?;
        Ok(Folder { root: Dir::open_ambient_dir(out, ambient_authority())?, way: Vec::new() })
    }

    /// The same folder, for another thread.
    pub(super) fn again(&self) -> io::Result<Folder> {
        Ok(Folder { root: self.root.try_clone()?, way: Vec::new() })
    }

    /// Keeps other runs out for as long as the result lives.
    pub(super) fn lock(&self, out: &Path) -> anyhow::Result<Held> {
        if let Found::Obstacle { path, what } = self.look_at_top(LOCK)? {
            return Err(Refusal::Obstacle { path, what }.into());
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).follow(FollowSymlinks::No);
        let file = self.root.open_with(LOCK, &options)?.into_std();
        match file.try_lock() {
            Ok(()) => Ok(Held(file)),
            Err(TryLockError::WouldBlock) => Err(Refusal::Busy { out: out.into() }.into()),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    pub(super) fn has_inventory(&self) -> io::Result<bool> {
        self.look_at_top(INVENTORY).map(|found| found != Found::Nothing)
    }

    /// Whether there is nothing but what a run of ours that was killed at its very beginning may have left.
    pub(super) fn is_empty(&self) -> io::Result<bool> {
        for entry in self.root.entries()? {
            let name = entry?.file_name();
            if name != LOCK && name != temporary(INVENTORY).as_str() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn look_at_top(&self, name: &str) -> io::Result<Found> {
        look(&self.root, name, name)
    }

    pub(super) fn look(&mut self, path: &RepoPath) -> io::Result<Found> {
        match self.enter(path.parent())? {
            Entered::Folder(folder) => look(folder, path.file_name(), path.as_str()),
            Entered::Nothing => Ok(Found::Nothing),
            Entered::Obstacle { path, what } => Ok(Found::Obstacle { path, what }),
        }
    }

    /// Replaces the file at once. `between` is asked when the new bytes are there and the old ones still are.
    pub(super) fn replace(
        &mut self,
        path: &RepoPath,
        text: &str,
        between: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        let folder = self.make(path.parent())?;
        write_beside(folder, path.file_name(), text)?;
        between()?;
        folder.rename(temporary(path.file_name()), folder, path.file_name())
    }

    /// Replaces the inventory and waits until it is on the disk.
    pub(super) fn replace_inventory(&self, text: &str, between: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        write_beside(&self.root, INVENTORY, text)?.sync_all()?;
        between()?;
        self.root.rename(temporary(INVENTORY), &self.root, INVENTORY)?;
        match self.root.open(".") {
            Ok(root) => root.sync_all(),
            // Not every system opens a folder like a file.
            Err(_) => Ok(()),
        }
    }

    /// Removes a file; that there is none is as good.
    pub(super) fn remove(&mut self, path: &RepoPath) -> io::Result<()> {
        match self.enter(path.parent())? {
            Entered::Folder(folder) => gone(folder.remove_file(path.file_name())),
            Entered::Nothing | Entered::Obstacle { .. } => Ok(()),
        }
    }

    /// Removes what a killed run left beside a file.
    pub(super) fn remove_temporary(&mut self, path: &RepoPath) -> io::Result<()> {
        match self.enter(path.parent())? {
            Entered::Folder(folder) => gone(folder.remove_file(temporary(path.file_name()))),
            Entered::Nothing | Entered::Obstacle { .. } => Ok(()),
        }
    }

    pub(super) fn remove_temporary_inventory(&self) -> io::Result<()> {
        gone(self.root.remove_file(temporary(INVENTORY)))
    }

    /// Removes a folder if it is empty.
    pub(super) fn prune(&mut self, folder: &str) -> io::Result<()> {
        let (parent, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        match self.enter(parent)? {
            Entered::Folder(parent) => match gone(parent.remove_dir(name)) {
                Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory) => Ok(()),
                other => other,
            },
            Entered::Nothing | Entered::Obstacle { .. } => Ok(()),
        }
    }

    fn enter(&mut self, folder: &str) -> io::Result<Entered<'_>> {
        let missing = self.walk_back(folder);
        for name in missing {
            match self.here().open_dir_nofollow(name) {
                Ok(dir) => self.way.push((name.to_owned(), dir)),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Entered::Nothing),
                Err(error) => return self.obstacle(name, error),
            }
        }
        Ok(Entered::Folder(self.here()))
    }

    /// Like [`Folder::enter`], and makes what is missing.
    fn make(&mut self, folder: &str) -> io::Result<&Dir> {
        let missing = self.walk_back(folder);
        for name in missing {
            match self.here().create_dir(name) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            let dir = self.here().open_dir_nofollow(name)?;
            self.way.push((name.to_owned(), dir));
        }
        Ok(self.here())
    }

    fn here(&self) -> &Dir {
        self.way.last().map_or(&self.root, |(_, dir)| dir)
    }

    /// Goes back to where the way to `folder` branches off, and says which steps are left.
    fn walk_back<'f>(&mut self, folder: &'f str) -> impl Iterator<Item = &'f str> + use<'f> {
        let steps = || folder.split('/').filter(|step| !step.is_empty());
        let common = steps().zip(&self.way).take_while(|(step, (name, _))| step == name).count();
        self.way.truncate(common);
        steps().skip(common)
    }

    /// What stands where a folder should be.
    fn obstacle(&self, name: &str, error: io::Error) -> io::Result<Entered<'_>> {
        let kind = self.here().symlink_metadata(name)?.file_type();
        let above = self.way.iter().map(|(step, _)| step.as_str());
        let path = above.chain([name]).collect::<Vec<_>>().join("/");
        if kind.is_symlink() {
            Ok(Entered::Obstacle { path, what: LINK })
        } else if kind.is_dir() {
            Err(error)
        } else {
            Ok(Entered::Obstacle { path, what: "a file where a folder belongs" })
        }
    }
}

enum Entered<'f> {
    Folder(&'f Dir),
    Nothing,
    Obstacle { path: String, what: &'static str },
}

fn look(folder: &Dir, name: &str, path: &str) -> io::Result<Found> {
    let obstacle = |what| Ok(Found::Obstacle { path: path.to_owned(), what });
    let kind = match folder.symlink_metadata(name) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    if kind.is_symlink() {
        return obstacle(LINK);
    }
    if kind.is_dir() {
        return obstacle("a folder where a file belongs");
    }
    if !kind.is_file() {
        return obstacle("a special file");
    }
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    let mut bytes = Vec::new();
    folder.open_with(name, &options)?.read_to_end(&mut bytes)?;
    Ok(Found::File(bytes))
}

/// Writes the whole text under the temporary name. What a killed run left there, whatever it is, goes first.
fn write_beside(folder: &Dir, name: &str, text: &str) -> io::Result<File> {
    let temporary = temporary(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file = match folder.open_with(&temporary, &options) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            folder.remove_file(&temporary)?;
            folder.open_with(&temporary, &options)?
        }
        other => other?,
    };
    match file.write_all(text.as_bytes()) {
        Ok(()) => Ok(file),
        Err(error) => {
            // The disk may be full: give back what was taken. The first error is the one to report.
            let _ = folder.remove_file(&temporary);
            Err(error)
        }
    }
}

fn temporary(name: &str) -> String {
    format!("{name}{TEMPORARY}")
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
