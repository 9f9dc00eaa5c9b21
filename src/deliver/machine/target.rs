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
    /// `State::is_left_open`: a run that was killed may have left it half-way.
    pub is_open: bool,
    /// Another run of this delivery brings it: a run that has its own part of the units only waits for it.
    pub is_elsewhere: bool,
    /// An engine delivers to its environment: only its Terraform is done here.
    pub handover: Option<Handover>,
}

/// What is an engine's, and what of the unit is left to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// `Argo CD`
    pub engine: &'static str,
    /// Its Terraform is done, or it has none.
    pub is_done: bool,
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
    /// What is a run's is done, and the rest is this engine's. Whether it is healthy is not known yet.
    HandedOver { engine: &'static str },
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
    /// Nothing was done: a newer merge has it, or has had it.
    Superseded,
    /// It is sick, and is not taken back: a newer merge has something else for it.
    SickAndSuperseded { why: String },
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
    /// Whether all was done that was to be done.
    pub fn is_good(&self) -> bool {
        let is_as_merged = matches!(self, Conclusion::Healthy | Conclusion::Gone | Conclusion::Unchanged);
        is_as_merged || matches!(self, Conclusion::Superseded | Conclusion::HandedOver { .. })
    }

    /// Whether another unit, which stands on this one, may go on. In its own environment a unit that an engine brings may be
    /// used once its Terraform is done, and one that is left to a newer merge as it is; elsewhere nothing follows a unit that
    /// was not found healthy with what follows it.
    pub fn is_good_for(&self, own: &UnitName, other: &UnitName) -> bool {
        match self {
            Conclusion::HandedOver { .. } | Conclusion::Superseded => own.environment == other.environment,
            _ => self.is_good(),
        }
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conclusion::Healthy => write!(f, "healthy"),
            Conclusion::Gone => write!(f, "taken away"),
            Conclusion::Unchanged => write!(f, "nothing to do"),
            Conclusion::HandedOver { engine } => {
                write!(f, "no Terraform is left to do; {engine} brings the rest: `pavior publish`")
            }
            Conclusion::Refused(why) => write!(f, "refused: {why}"),
            Conclusion::Failed(why) => write!(f, "failed: {why}"),
            Conclusion::RolledBack { why, revert: None } => write!(f, "rolled back: {why}"),
            Conclusion::RolledBack { why, revert: Some(failed) } => {
                write!(f, "rolled back: {why}; its declaration was not taken back: {failed}")
            }
            Conclusion::Held { why, because } => write!(f, "held for you: {why}; not rolled back, because {because}"),
            Conclusion::Quarantined => write!(f, "not applied: this digest is quarantined"),
            Conclusion::Superseded => write!(f, "superseded by a newer merge"),
            Conclusion::SickAndSuperseded { why } => {
                write!(f, "sick: {why}; not taken back, for a newer merge has something else for it")
            }
            Conclusion::Lost => write!(f, "its lease was lost to another run"),
            Conclusion::Skipped { on } => write!(f, "skipped: {on} is not healthy"),
            Conclusion::Elsewhere { why } => write!(f, "of another shard, and not healthy: {why}"),
            Conclusion::Busy { holder, until } => write!(f, "{holder} works on it, until {until} at most"),
            Conclusion::Stopped => write!(f, "not finished: the run was stopped, and the next one goes on"),
        }
    }
}
