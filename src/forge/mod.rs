//! GitHub: what is read of it, what a change's report becomes there, and how the two are brought together.
//!
//! ```text
//! event -> Work -> state read from the API -> what should stand there (pure) -> the calls that make it so
//! ```
//!
//! Every decision is a function of values. `github` alone knows octocrab and the network.

pub mod words;
pub mod digest;
pub mod command;
pub mod event;
