//! Output: compiled units become files below a folder, and what was there before and is no longer made goes away.
//!
//! In go the folder and the artifacts of all units, already verified; out comes what was created, changed, removed.
//! The folder belongs to Pavior: an inventory in it lists every file with the hash of its bytes, and nothing that the
//! inventory does not list is ever overwritten or removed. What the files say does not depend on where they are.
//!
//! The order of a run, and why a kill at any point leaves a folder that the next run repairs:
//!
//! 1. Everything is compared with the disk before anything is touched; whatever speaks against the run refuses it here.
//! 2. The inventory is written with what is about to be written as *pending*, beside all that was listed before. From
//!    here on every byte that may be found is accounted for: old, new, or a temporary name derived from a pending path.
//! 3. Each file is written under that temporary name in its own folder and renamed over the old one, so that a reader
//!    sees the old or the new bytes and nothing between.
//! 4. Files that are no longer made are removed if they still hold our bytes, then folders that this left empty.
//! 5. The final inventory replaces the pending one.
//!
//! The inventory reaches the disk (fsync, of the folder too) before what depends on it; other files are not synced one by one, because
//! after a power cut the next run compares bytes, not times, and rewrites what was torn.

mod carry_out;
mod compare;
mod folder;
mod inventory;
#[cfg(test)]
#[cfg(unix)]
mod laws;
mod plan;
mod refusal;
#[cfg(test)]
#[cfg(unix)]
mod tests;

pub use refusal::Refusal;

use crate::compile::CompiledUnit;
use crate::model::RepoPath;
use anyhow::Context;
use carry_out::{Gate, carry_out};
use folder::Folder;
use plan::plan;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All files that are to be in the folder.
pub type Files<'t> = BTreeMap<RepoPath, &'t str>;

/// What a run did, by path below the folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    pub created: Vec<RepoPath>,
    pub changed: Vec<RepoPath>,
    /// Somebody had changed or deleted them: they are as compiled again.
    pub restored: Vec<RepoPath>,
    pub removed: Vec<RepoPath>,
    /// No longer compiled, but somebody had changed them: they are left alone.
    pub kept: Vec<RepoPath>,
    pub unchanged: usize,
}

/// Makes the folder hold exactly the artifacts of `units`, which have been read back by now: nothing is checked here.
pub fn write(out: &Path, units: &[CompiledUnit]) -> anyhow::Result<Written> {
    write_files(out, &files_of(units)?)
}

/// The same for any files, such as those of the whole repository.
pub fn write_files(out: &Path, files: &Files<'_>) -> anyhow::Result<Written> {
    write_gated(out, files, &mut || Ok(()))
}

/// What `write` would do; nothing is changed, and a folder that is not there is not made.
pub fn preview(out: &Path, units: &[CompiledUnit]) -> anyhow::Result<Written> {
    preview_files(out, files_of(units)?)
}

/// What `write_files` would do.
pub fn preview_files(out: &Path, files: Files<'_>) -> anyhow::Result<Written> {
    require_distinct(&files)?;
    if !out.try_exists().with_context(|| format!("cannot look at {}", out.display()))? {
        return Ok(Written { created: files.into_keys().collect(), ..Written::default() });
    }
    let folder = Folder::open(out).with_context(|| format!("cannot open the output folder {}", out.display()))?;
    let inventory = inventory::load(&folder, out)?;
    Ok(plan(&folder, inventory, &files)?.written)
}

/// The artifacts of all units by their path below the output folder.
pub fn files_of(units: &[CompiledUnit]) -> anyhow::Result<Files<'_>> {
    let mut files = Files::new();
    for unit in units {
        let folder = RepoPath::parse(&unit.id.folder()).with_context(|| format!("the folder of unit {}", unit.id))?;
        for artifact in &unit.artifacts {
            let path = folder.join(artifact.path.as_str()).with_context(|| format!("a file of unit {}", unit.id))?;
            if files.contains_key(&path) {
                return Err(Refusal::Twice { path: path.to_string() }.into());
            }
            files.insert(path, artifact.text.as_str());
        }
    }
    Ok(files)
}

/// `gate` is asked before every operation that changes the disk.
fn write_gated(out: &Path, files: &Files<'_>, gate: Gate<'_>) -> anyhow::Result<Written> {
    require_distinct(files)?;
    let mut folder = Folder::open(out).with_context(|| format!("cannot open the output folder {}", out.display()))?;
    let context = || format!("cannot write to {}", out.display());
    inventory::require_ours(&folder, out)?;
    let _lock = folder.lock(out).with_context(context)?;
    let inventory = inventory::load(&folder, out)?;
    let plan = plan(&folder, inventory, files).with_context(context)?;
    carry_out(&mut folder, &plan, gate).with_context(context)?;
    Ok(plan.written)
}

/// Paths that some file system would take for one, or for a file and a folder at once, or for ours.
fn require_distinct(files: &Files<'_>) -> Result<(), Refusal> {
    let mut folded = BTreeSet::new();
    let mut folders = BTreeSet::new();
    for path in files.keys() {
        if folder::is_reserved(path) {
            return Err(Refusal::Reserved { path: path.to_string() });
        }
        if !folded.insert(path.as_str().to_lowercase()) {
            return Err(Refusal::Twice { path: path.to_string() });
        }
        if !path.parent().is_empty() {
            folders.insert(path.parent().to_lowercase());
        }
    }
    let ancestors =
        |folder: &str| std::iter::successors(Some(folder.to_owned()), |inner| parent(inner)).collect::<Vec<_>>();
    match folders.iter().flat_map(|folder| ancestors(folder)).find(|folder| folded.contains(folder)) {
        Some(path) => Err(Refusal::Twice { path }),
        None => Ok(()),
    }
}

fn parent(folder: &str) -> Option<String> {
    folder.rsplit_once('/').map(|(parent, _)| parent.to_owned())
}
