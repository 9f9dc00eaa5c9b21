//! Questions that people ask of a catalog: what is there, who answers for it, what needs it, how it hangs together.
//!
//! In go the documents and the linked catalog, out come answers. Their fields are the JSON that programs read: frozen
//! and versioned ([`VERSION`]); fields may be added, none is renamed or removed. Knows no layout and no output.

mod ask;
mod dependents;
mod details;
mod entry;
mod map;
mod register;
#[cfg(test)]
pub(crate) mod sample;
mod search;

pub use ask::{Ask, OnCall};
pub use dependents::{Dependent, Dependents, TeamReached, dependents};
pub use details::{
    Details, DocumentLink, ResourceUse, Run, SecretUse, Shown, document_word, github, in_repository, show,
};
pub use entry::{Entry, EntryKind, Reference, Written};
pub use map::{Edge, Map, Node, map};
pub use register::{Filter, List, Register, api_word, resource_of, workload_word};
pub use search::{Hit, Hits, search};

/// The version of every answer.
pub const VERSION: u32 = 1;
