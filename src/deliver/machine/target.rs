//! What is to become of a unit, and what became of it.

use crate::ledger::{Deployed, UnitName};
use crate::model::Timestamp;
use std::collections::BTreeSet;
use std::fmt;

/// A unit and what it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub unit: UnitName,
    /// None: it is to be taken away.
    pub digest: Option<String>,
    /// What has to be done before, as far as it is part of the run.
    pub after: BTreeSet<UnitName>,
    /// Why nobody may do it: what is compiled is not what was reviewed, or not enough people approved it.
    pub refused: Option<String>,
    /// The ledger has something that was begun and not ended, by a run that still works or by one that was killed.
    pub is_open: bool,
    /// Another run of this delivery brings it: a run that has its own part of the units only waits for it.
    pub is_elsewhere: bool,
}

/// A unit that a person takes back, whatever its health is. The digest of its target is the one that it goes away from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// What it goes back to.
    pub to: String,
    /// The person's word.
    pub why: String,
    /// What it was healthy with when the person was told what would happen.
    pub healthy: Option<Deployed>,
}

/// What became of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// As it is to be, and healthy.
    Healthy,
    /// Taken away.
    Gone,
    /// There was nothing to do.
    Unchanged,
    /// Nothing was done, and why.
    Refused(String),
    /// A step failed. What was done stands, and the next run goes on from there.
    Failed(String),
    /// It was sick and is back on what was last healthy.
    RolledBack { why: String, revert: Option<String> },
    /// It is sick, and what to do is for a person to say.
    Held { why: String, because: String },
    /// This digest made it sick before.
    Quarantined,
    /// A newer merge has it, or has had it.
    Superseded,
    /// Its lease was lost: somebody else has it.
    Lost,
    /// It stands on a unit that did not become healthy.
    Skipped { on: UnitName },
    /// It is of another run of this delivery, which did not get it healthy.
    Elsewhere { why: String },
    /// Somebody else works on it.
    Busy { holder: String, until: Timestamp },
    /// The run was told to stop.
    Stopped,
}

impl Conclusion {
    /// Whether what stands on the unit may go on.
    pub fn is_good(&self) -> bool {
        matches!(self, Conclusion::Healthy | Conclusion::Gone | Conclusion::Unchanged | Conclusion::Superseded)
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conclusion::Healthy => write!(f, "healthy"),
            Conclusion::Gone => write!(f, "taken away"),
            Conclusion::Unchanged => write!(f, "nothing to do"),
            Conclusion::Refused(why) => write!(f, "refused: {why}"),
            Conclusion::Failed(why) => write!(f, "failed: {why}"),
            Conclusion::RolledBack { why, revert: None } => write!(f, "rolled back: {why}"),
            Conclusion::RolledBack { why, revert: Some(failed) } => {
                write!(f, "rolled back: {why}; its declaration was not taken back: {failed}")
            }
            Conclusion::Held { why, because } => write!(f, "held for you: {why}; not rolled back, because {because}"),
            Conclusion::Quarantined => write!(f, "not applied: this digest is quarantined"),
            Conclusion::Superseded => write!(f, "superseded by a newer merge"),
            Conclusion::Lost => write!(f, "its lease was lost to another run"),
            Conclusion::Skipped { on } => write!(f, "skipped: {on} is not healthy"),
            Conclusion::Elsewhere { why } => write!(f, "of another shard, and not healthy: {why}"),
            Conclusion::Busy { holder, until } => write!(f, "{holder} works on it, until {until} at most"),
            Conclusion::Stopped => write!(f, "not begun: the run was stopped"),
        }
    }
}
