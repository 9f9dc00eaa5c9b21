//! What the orchestrator is told, and what it orders.

use crate::ledger::{Effect, Outcome, UnitName, UnitState};
use crate::model::Timestamp;

/// Something that happened: the answer to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub unit: UnitName,
    /// Of the order that it answers.
    pub number: u64,
    pub happened: Happened,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// The unit is ours. What was open of it is closed as interrupted, and this is how it stands.
    Leased {
        lease: u64,
        state: Box<UnitState>,
        is_superseded: bool,
    },
    /// How a unit of another run of this delivery stands; whether a newer merge has it; and whether nobody has worked on it
    /// for so long that it is not waited for any more.
    Followed {
        state: Box<UnitState>,
        is_superseded: bool,
        gives_up: bool,
    },
    /// Somebody else has it.
    Busy {
        holder: String,
        until: Timestamp,
    },
    /// The records are written; this is the number of the last one.
    Appended {
        last: u64,
    },
    /// They are not: the lease is not ours any more.
    Lost,
    /// What it takes. `risk` says why a person has to look first, on the way back.
    Planned {
        steps: Vec<Step>,
        risk: Option<String>,
    },
    /// It cannot be planned, or its plan is more than was announced. Nothing was done.
    NotPlanned {
        why: String,
    },
    /// Somebody else is at work on it, and it cannot be planned before they are done. Nothing was done.
    Locked {
        why: String,
    },
    Acted(Result<(), Fault>),
    /// Whether a newer merge has something else for this unit.
    Looked {
        is_newer: bool,
    },
    /// What is merged by now cannot be read.
    NotLooked {
        why: String,
    },
    /// The wait is over.
    Resumed,
}

/// Why a step was not taken, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub why: String,
    /// The unit is sick of what it was brought; it is not only that it could not be brought, or nobody knows.
    pub is_sick: bool,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub unit: UnitName,
    /// Which the answer names.
    pub number: u64,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Write into the ledger that the unit is ours, unless it is somebody's.
    Lease,
    /// Write these records together, if the lease is still ours.
    Append { lease: u64, drafts: Vec<Draft> },
    /// Say what it takes. Changes nothing.
    Plan { leg: Leg },
    /// Take a step.
    Act { lease: u64, leg: Leg, step: Step },
    /// Look whether a newer merge has something else for the unit.
    Look,
    /// Look how a unit stands that another run brings.
    Follow,
    /// Wait a little.
    Pause,
}

/// Which way a unit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leg {
    /// To what the commit says.
    Forth,
    /// To what was last healthy.
    Back,
}

/// One effect on the world outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Terraform,
    Manifests,
    Prune,
    Health,
    /// The pull request that takes the declaration back.
    Revert,
}

/// A record, before it has a number and a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    Began { leg: Leg, step: Step },
    BeganRollback,
    Ended { of: Of, outcome: Outcome, note: Option<String> },
    Quarantined { why: String },
    Returned,
}

/// Which record it is that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Record(u64),
    /// The one just before, of the same batch.
    Previous,
}

impl What {
    /// What is done, in a word: the names of the places between steps are made of these.
    pub fn name(&self) -> String {
        match self {
            What::Lease => "lease".to_owned(),
            What::Append { drafts, .. } => {
                let names: Vec<&str> = drafts.iter().map(Draft::name).collect();
                names.join("+")
            }
            What::Plan { leg } => format!("plan-{}", leg.name()),
            What::Act { leg, step, .. } => format!("{}-{}", step.effect().as_str(), leg.name()),
            What::Look => "look".to_owned(),
            What::Follow => "follow".to_owned(),
            What::Pause => "pause".to_owned(),
        }
    }
}

impl Order {
    /// For people who watch: what is done to the unit now. None for what takes no time.
    pub fn said(&self) -> Option<String> {
        Some(match &self.what {
            What::Plan { leg: Leg::Forth } => "plan".to_owned(),
            What::Plan { leg: Leg::Back } => "plan of the way back".to_owned(),
            What::Act { leg: Leg::Forth, step, .. } => step.effect().as_str().to_owned(),
            What::Act { leg: Leg::Back, step: Step::Revert, .. } => "taking back its declaration".to_owned(),
            What::Act { leg: Leg::Back, step, .. } => format!("going back: {}", step.effect().as_str()),
            What::Follow => "waits for another run".to_owned(),
            What::Pause => "waits".to_owned(),
            What::Lease | What::Append { .. } | What::Look => return None,
        })
    }
}

impl Draft {
    fn name(&self) -> &'static str {
        match self {
            Draft::Began { .. } => "began",
            Draft::BeganRollback => "began-rollback",
            Draft::Ended { outcome: Outcome::Succeeded, .. } => "ended",
            Draft::Ended { .. } => "failed",
            Draft::Quarantined { .. } => "quarantined",
            Draft::Returned => "returned",
        }
    }
}

impl Leg {
    fn name(self) -> &'static str {
        match self {
            Leg::Forth => "forth",
            Leg::Back => "back",
        }
    }
}

impl Step {
    /// What it is in the ledger.
    pub fn effect(self) -> Effect {
        match self {
            Step::Terraform => Effect::Terraform,
            Step::Manifests => Effect::Manifests,
            Step::Prune => Effect::Prune,
            Step::Health => Effect::Health,
            Step::Revert => Effect::Revert,
        }
    }
}
