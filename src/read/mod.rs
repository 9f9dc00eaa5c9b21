//! load -> parse -> validate: files become typed documents with spans.

mod document;
pub mod schema;
mod snapshot;
pub mod validate;

pub use document::{
    Broken, Declarations, Declared, Document, DocumentId, Documents, Entry, Node, NodeValue, Part, Place, locate,
};
pub use snapshot::Snapshot;

use crate::model::Findings;

/// Parses and validates a snapshot. Mistakes are findings; what is whole is in the result.
pub fn read(snapshot: Snapshot, _findings: &mut Findings) -> Documents {
    Documents { snapshot, ..Documents::default() }
}
