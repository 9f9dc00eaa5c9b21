//! The one comment of the bot on a pull request: its text, how it is found again, and whether it has to be written.

mod body;
mod decision;
#[cfg(test)]
mod hostile;
mod marker;

pub use body::{About, Fate, body};
pub use decision::{Decision, decide, own_comments};
pub use marker::{Marker, Sequence};
