//! The ledger: an append-only list of records in git of what was done to whom, on whose word, and what came of it. Not
//! a cache and not a log: what is deployed is what it says.
//!
//! ```text
//! entries -> chained records -> commits of refs/pavior/ledger -> records, verified -> State
//! ```

mod chain;
mod cost;
mod hash;
mod history;
mod record;
mod state;
mod store;
#[cfg(test)]
mod writers;
#[cfg(test)]
mod tests;

pub use chain::{Bad, Head, Published, Verifier, Why};
pub use cost::Cost;
pub use hash::Sha;
pub use history::{Quarantine, Stay, brought_beside, healthy_with, intent_at, quarantined};
pub use record::{
    Cause, Effect, Entry, Intent, Outcome, PreviewLife, PreviewStage, PreviewStep, Record, Scope, SecretAsked, Undo,
    UnitName, Writer, short,
};
pub use state::{Brought, Deployed, Lease, State, UnitState};
pub use store::{REFERENCE, Store, Upstream};
