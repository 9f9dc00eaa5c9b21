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
#[cfg(test)]
mod threats;

pub use document::{
    Broken, Declarations, Declared, Document, DocumentId, Documents, Entry, Node, NodeValue, Part, Place,
    WORKLOAD_FIELDS, WorkloadFile, locate,
};
pub use load::{
    HistoryBound, MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDERS, MAX_TOTAL_BYTES, NotARepository, Objects, commit_before,
    committed_on, introduced, lay_over, load_directory, load_revision, merge_base, reads_file,
};
pub use parse::{MAX_DEPTH, MAX_DOCUMENTS, MAX_KEY_BYTES, MAX_KEYS, MAX_NODES, MAX_SCALAR_BYTES, parse, roots};
pub use secrets::{Introduced, IntroducedFile};
pub use snapshot::{Change, Changes, Snapshot, Unread};
pub use validate::validate;

use crate::model::Findings;

/// Parses a snapshot, the workloads of Score files included.
pub fn documents(snapshot: &Snapshot, findings: &mut Findings) -> Vec<Document> {
    score::attach(snapshot, parse(snapshot, findings), findings)
}

/// Hides what is secret in a snapshot, parses and validates it. Mistakes are findings; what is whole is in the result.
pub fn read(snapshot: Snapshot, findings: &mut Findings) -> Documents {
    let (snapshot, hidden) = secrets::hide(snapshot, findings);
    let documents = documents(&snapshot, findings);
    let declarations = validate(&documents, findings);
    hidden.silence(findings);
    Documents { snapshot, documents, declarations }
}
