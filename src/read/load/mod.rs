//! The files that Pavior knows, from a work tree or from a git revision.
//!
//! A folder or a revision comes in, a [`Snapshot`] goes out: text that is UTF-8, without NUL, hidden characters or CR,
//! under paths that mean one file on every platform. Whatever is not like that is a finding. Knows no YAML.

mod admission;
mod characters;
mod directory;
mod history;
mod introduced;
mod merge_base;
mod messages;
mod part;
mod revision;
mod selection;

use super::score::sources;
use crate::model::RepoPath;

pub use admission::lay_over;
pub use directory::load_directory;
pub use history::{commit_before, committed_on};
pub use introduced::{HistoryBound, introduced};
pub use merge_base::merge_base;
pub use part::Objects;
pub use revision::load_revision;
pub(crate) use revision::open as repository;
pub use selection::reads_file;

pub(super) use characters::{first_hidden, hidden, named, visible};

/// Files that Score files name and that were not read for their own sake.
fn missing_sources(admission: &admission::Admission<'_>) -> Vec<RepoPath> {
    let read = admission.files();
    sources(read).into_iter().filter(|path| !read.contains_key(path)).collect()
}

/// What was to be read holds nothing of Pavior's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is not a Pavior repository: it has neither pavior.yaml nor catalog/")]
pub struct NotARepository {
    what: String,
}

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// The largest sum of the sizes of all files of one run.
pub const MAX_TOTAL_BYTES: u64 = 256 << 20;

/// The most files and folders that one run looks at.
pub const MAX_ENTRIES: usize = 100_000;

/// How many folders deep a file may lie.
pub const MAX_FOLDERS: usize = 32;

#[cfg(test)]
mod tests;
