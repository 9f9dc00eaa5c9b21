//! What the bot does about one thing that happened: reads how things stand, judges, and makes GitHub say so.
//!
//! ```text
//! Work -> pulls (state from the API) -> commits (git, objects only) -> Judgement -> comment, check run, labels, reviewers
//! ```
//!
//! An event only says what to look at, so that events may come late, twice, in any order or not at all. Nothing of a pull
//! request is ever run or checked out: its declarations are read from git objects, as data.

mod answer;
mod bot;
mod comment;
mod commit;
mod deployments;
mod evidence;
mod git;
mod group;
mod judgement;
mod applied;
mod asked;
mod mandate;
mod preview;
mod proposal;
mod pull;
mod spread;
mod stage;
mod sweep;

pub use applied::Applied;
pub use asked::Asked;
pub use bot::{Bot, Did, Occasion};
pub use git::{Git, Remote};
pub use judgement::{Judgement, judge};
pub use mandate::handed;
pub use preview::Previews;
pub use proposal::{Proposal, Proposed};
pub use stage::{Judged, REPORT};
