//! A webhook server: what `pavior ci` does in workflows, for organisations that prefer a GitHub App.
//!
//! ```text
//! delivery -> signature, over bytes (intake) -> Work -> queue, by pull request -> workers -> Bot
//!                                     sweep, at start and by the clock -> queue
//! ```
//!
//! Nothing is kept but in GitHub and git: what a server that stopped had not done is found by the sweep at the next
//! start, and the clones are a cache.

mod act;
mod bots;
mod clones;
mod connections;
mod http;
mod intake;
mod metrics;
mod queue;
mod run;
mod worker;

pub use act::{Act, Acted, Acting};
pub use bots::Bots;
pub use connections::Limits;
pub use run::{Settings, serve};
