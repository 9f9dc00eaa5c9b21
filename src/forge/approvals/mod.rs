//! Whom a change needs and what is known of reviews in, who approved and what is missing out.
//!
//! Everything that is counted was read from the API for this count: permissions and memberships are those of now, and an
//! approval is of the commit at the head, or of the report's digest, or else of findings that are still the same. What is
//! not known counts as missing.

mod assign;
pub mod codeowners;
mod count;
mod needed;
mod teams;
#[cfg(test)]
mod tests;

pub use count::{Discounted, Evidence, Standing, TeamStanding, count};
pub use needed::{Needed, Sticky, needed};
pub use teams::{ForgeTeam, TeamHandle, Teams};
