//! Pavior: a GitOps repository compiler.
//!
//! The module list is the pipeline; a module imports only from those above it.
//!
//! ```text
//! Snapshot -> Documents -> Catalog -> ProvisionedUnits -> Artifacts -> Report
//! ```

pub mod model;
pub mod known;
pub mod parallel;
pub mod read;
pub mod link;
pub mod provision;
pub mod query;
pub mod emit;
pub mod provenance;
pub mod compile;
pub mod explain;
pub mod partial;
pub mod review;
pub mod output;
pub mod import;
pub mod rules;
pub mod report;
pub mod check;
pub mod preflight;
pub mod revisions;
pub mod git;
pub mod ledger;
pub mod edit;
pub mod secrets;
pub mod preview;
pub mod deliver;
#[cfg(feature = "forge")]
pub mod forge;
#[cfg(feature = "forge")]
pub mod ci;
#[cfg(feature = "serve")]
pub mod serve;
pub mod lsp;
pub mod cli;
