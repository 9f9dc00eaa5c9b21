//! load -> secrets -> parse -> validate: files become typed documents with spans.

mod snapshot;
mod document;
pub mod rules;
mod load;
pub mod secrets;
mod parse;
pub mod score;
pub mod schema;
pub mod validate;
mod reading;
#[cfg(test)]
mod threats;

pub use document::{
    Broken, Declarations, Declared, Document, DocumentId, Documents, Entry, Node, NodeValue, Part, Place,
    WORKLOAD_FIELDS, WorkloadFile, locate,
};
pub(crate) use load::repository;
pub use load::{
    HistoryBound, MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDERS, MAX_TOTAL_BYTES, NotARepository, Objects, commit_before,
    committed_on, introduced, lay_over, load_directory, load_revision, merge_base, reads_file,
};
pub use parse::{MAX_DEPTH, MAX_DOCUMENTS, MAX_KEY_BYTES, MAX_KEYS, MAX_NODES, MAX_SCALAR_BYTES, parse, roots};
pub use reading::{Trees, read, read_keeping};
pub use secrets::{Introduced, IntroducedFile, Searched, covered_words};
pub use snapshot::{Change, Changes, Snapshot, Unread};
