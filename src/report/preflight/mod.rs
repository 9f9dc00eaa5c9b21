//! A change, as the people see it who have to approve it: one value, as text for a terminal, for a pull request and for
//! programs.
//!
//! ```text
//! Judged -> verdict, checks, Sections -> human, Markdown;  Judged -> JSON
//! ```

mod declared;
mod human;
mod json;
mod markdown;
mod platform;
mod platform_json;
#[cfg(test)]
mod samples;
mod sections;
mod wording;

pub use human::preflight_human;
pub use json::{preflight_json, preflight_schema};
pub use markdown::preflight_markdown;
pub use wording::verdict;

use super::Report;
use crate::read::Searched;
use crate::review::preflight::Preflight;
use crate::review::verdict::{Outcome, outcome};

/// A change with all that was found of it.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    pub preflight: Preflight,
    pub report: Report,
    /// What of its commits was searched for secrets, beside the files that were read.
    pub searched: Searched,
    /// The revisions as people know them: short ids, `work tree`.
    pub base: String,
    pub head: String,
}

impl Judged {
    pub fn outcome(&self) -> Outcome {
        let preflight = &self.preflight;
        // An environment can move without a byte of its units being different.
        let changes =
            !preflight.diff.units.is_empty() || preflight.platform.is_some() || !preflight.consequences.is_empty();
        outcome(self.report.errors(), changes, &self.preflight.approvals)
    }
}
