//! Why a text is not edited, and what to do instead.

use crate::model::{Finding, RepoPath};
use crate::report::visible_line;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It cannot be read as it is.
    #[error("the file has a mistake in line {line}, and is not edited before that is mended: {message}")]
    Mistake { line: u32, message: String },
    #[error("no {kind} {name} is declared there")]
    Absent { kind: &'static str, name: String },
    #[error("{kind} {name} is declared more than once")]
    Twice { kind: &'static str, name: String },
    /// Something else stands where the edit has to go through.
    #[error("`{route}` is no mapping")]
    NotAMapping { route: String },
    /// Read back, each text that could be written says more or less than was asked for.
    #[error("this layout cannot be edited without changing more than that; write by hand:\n{by_hand}")]
    NotExact { by_hand: String },
    /// A declaration that stands as it stood: what made the unit sick is elsewhere.
    #[error(
        "the declaration of {subject} is the same in both commits, so there is nothing of it to take back: what differs \
         is elsewhere, see `pavior diff --base {healthy} --head {head} --exact`"
    )]
    Unchanged { subject: String, healthy: String, head: String },
    /// Nothing of the unit's own is declared, or it had another name.
    #[error("{why}; see `git diff {healthy} {head} -- catalog` and take back by hand what made it sick")]
    NotOne { why: String, healthy: String, head: String },
    #[error("{path}: {why}")]
    InFile { path: RepoPath, why: Box<Refusal> },
}

impl Refusal {
    pub(super) fn mistake(finding: &Finding) -> Refusal {
        let message = visible_line(&finding.message).into_owned();
        Refusal::Mistake { line: finding.at.start.line, message }
    }

    pub(super) fn in_file(self, path: &RepoPath) -> Refusal {
        Refusal::InFile { path: path.clone(), why: Box::new(self) }
    }
}
