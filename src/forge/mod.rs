//! GitHub: what is read of it, what a change's report becomes there, and how the two are brought together.
//!
//! ```text
//! event -> Work -> state read from the API -> what should stand there (pure) -> the calls that make it so
//! ```
//!
//! Every decision is a function of values. `github` alone knows octocrab and the network.

pub mod limit;
pub mod github;
pub mod words;
pub mod deployment;
pub mod digest;
pub mod command;
pub mod event;
pub mod approvals;
pub mod comment;
pub mod check_run;
pub mod labels;
pub mod previewed;
pub mod reviewers;
pub mod merge_group;
pub mod artifact;
pub mod workflow_command;
pub mod wording;
pub mod applied;
pub mod asked;
