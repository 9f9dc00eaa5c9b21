//! Previews: an environment for a pull request. Which services are cloned, what they compile into and cost, what is to be
//! done to a preview now, and the records and patches with which that is done. Values in, values out: whoever carries it
//! out is `deliver`.
//!
//! ```text
//! base, head -> changed -> clones -> derived Environment -> the same compiler -> Prepared
//! ledger records -> Preview;  Preview, Facts, Terms, now -> Actions -> claim, close -> ledger entries
//! ```

mod changed;
mod claim;
mod clones;
mod derived;
mod lifecycle;
#[cfg(test)]
mod laws;
mod pattern;
mod prepared;
mod scale;
mod schedule;
mod spent;
mod state;
mod terms;
#[cfg(test)]
mod tests;

pub use changed::{Side, changed_services};
pub use claim::{Change, Done, claim, close, extend, holds};
pub use clones::clones;
pub use derived::{amend, environment_name};
pub use lifecycle::{Action, Facts, Why, end, next};
pub use pattern::Pattern;
pub use prepared::{Preparation, Prepared, Request, prepare};
pub use scale::{Patch, sleep, wake};
pub use schedule::schedule;
pub use spent::Spent;
pub use state::{Phase, Preview, previews};
pub use terms::{Terms, WARNINGS, later};
