//! The disk compared with what is wanted: the hash of every file that is there or should be. Bound by the disk, so it
//! uses every processor to ask it.

use super::Files;
use super::folder::{Folder, Found};
use super::refusal::Refusal;
use crate::model::RepoPath;
use anyhow::Context;
use blake3::Hash;
use std::num::NonZero;

/// One path: what is there, and what should be.
#[derive(Debug)]
pub(super) struct Compared<'t> {
    /// Of the bytes on the disk; None where there is no file.
    pub there: Option<Hash>,
    pub wanted: Option<(&'t str, Hash)>,
}

/// Fewer files than this are not worth a thread.
const FILES_A_THREAD: usize = 2_000;

/// Looks at all paths and answers in their order. What is no file and no absence refuses the run.
pub(super) fn compare<'t>(
    folder: &Folder,
    paths: &[&RepoPath],
    files: &Files<'t>,
) -> anyhow::Result<Vec<Compared<'t>>> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = paths.len().div_ceil(threads).max(FILES_A_THREAD);
    std::thread::scope(|scope| {
        let start = |share| scope.spawn(move || compare_share(folder.again()?, share, files));
        let running: Vec<_> = paths.chunks(share).map(start).collect();
        let mut compared = Vec::with_capacity(paths.len());
        for thread in running {
            compared.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(compared)
    })
}

fn compare_share<'t>(mut folder: Folder, paths: &[&RepoPath], files: &Files<'t>) -> anyhow::Result<Vec<Compared<'t>>> {
    let compare = |path: &&RepoPath| {
        let wanted = files.get(*path).map(|text| (*text, blake3::hash(text.as_bytes())));
        let there = match folder.look(path).with_context(|| format!("cannot read {path}"))? {
            Found::Nothing => None,
            Found::File(bytes) => Some(match wanted {
                // Equal bytes need not be hashed again.
                Some((text, hash)) if text.as_bytes() == bytes => hash,
                _ => blake3::hash(&bytes),
            }),
            Found::Obstacle { path, what } => return Err(Refusal::Obstacle { path, what }.into()),
        };
        Ok(Compared { there, wanted })
    };
    paths.iter().map(compare).collect()
}
