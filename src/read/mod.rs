//! load -> parse -> validate: files become typed documents with spans.

mod document;
mod snapshot;
pub mod rules;
mod load;
mod parse;
#[cfg(test)]
mod threats;

pub use document::{Declarations, Declared, Document, DocumentId, Documents, Entry, Node, NodeValue, Part, Place};
pub use load::{MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDERS, MAX_TOTAL_BYTES, load_directory, load_revision};
pub use parse::{MAX_DEPTH, MAX_KEY_BYTES, MAX_KEYS, MAX_NODES, MAX_SCALAR_BYTES, parse};
pub use snapshot::Snapshot;

use crate::model::Findings;

/// Parses and validates a snapshot. Mistakes are findings; what is whole is in the result.
pub fn read(snapshot: Snapshot, _findings: &mut Findings) -> Documents {
    Documents { snapshot, ..Documents::default() }
}
