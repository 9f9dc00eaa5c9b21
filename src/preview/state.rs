//! What the ledger says of each preview.

use super::spent::Spent;
use crate::ledger::{Entry, PreviewLife, PreviewStage, PreviewStep, Record};
use crate::model::{Name, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// One environment of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub environment: Name,
    pub pull: u64,
    /// When this life of it began: a name may be used again.
    pub created: Timestamp,
    /// Of its latest commit.
    pub life: PreviewLife,
    /// Of the commits that it began to show before, since it last was up: something of them may be there still.
    pub former: Vec<PreviewLife>,
    /// What it cost until this phase began, at list price while it was awake.
    pub spent: Spent,
    pub phase: Phase,
    /// When that phase began.
    pub since: Timestamp,
    /// Whether it was asleep when that phase began.
    pub slept: bool,
    /// Which ends people were told of, and how many seconds before.
    pub warned: BTreeSet<(Timestamp, u64)>,
    /// Who works on it, by fencing token, and until when nobody else may.
    pub lease: Option<(u64, Timestamp)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Being brought up, or left half-way.
    Rising,
    Up,
    Asleep,
    /// Being taken down, or left half-way.
    Falling,
    Gone,
}

impl Preview {
    /// Whether somebody works on it at this moment.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.lease.is_some_and(|(_, until)| until > now)
    }

    /// Whether anything of it runs, by what is written.
    pub fn is_awake(&self) -> bool {
        match self.phase {
            Phase::Rising | Phase::Up => true,
            Phase::Falling => !self.slept,
            Phase::Asleep | Phase::Gone => false,
        }
    }

    /// Whether it takes one of the places of those that are awake: somebody may be waking it.
    pub fn has_a_place(&self, now: Timestamp) -> bool {
        self.is_awake() || self.phase == Phase::Asleep && self.is_held(now)
    }
}

/// By environment. A step that was written without holding the environment is not read: its writer was overtaken, or came
/// too late.
pub fn previews(records: &[Record]) -> BTreeMap<Name, Preview> {
    let mut all: BTreeMap<Name, Preview> = BTreeMap::new();
    let mut leases: BTreeMap<Name, (u64, Timestamp)> = BTreeMap::new();
    for record in records {
        match &record.entry {
            Entry::Leased { scope, until } if scope.unit.is_none() => {
                leases.insert(scope.environment.clone(), (record.number, *until));
            }
            Entry::Extended { lease, until } => {
                let held = leases.values_mut().find(|(held, end)| held == lease && *end > record.at);
                held.into_iter().for_each(|(_, end)| *end = *until);
            }
            Entry::Returned { lease } => leases.retain(|_, (held, _)| held != lease),
            Entry::Preview(step) => {
                let lease = leases.get(&step.environment);
                if lease.is_some_and(|(held, until)| *held == step.lease && record.at < *until) {
                    enter(&mut all, step, record.at);
                }
            }
            _ => {}
        }
    }
    for (name, preview) in &mut all {
        preview.lease = leases.get(name).copied();
    }
    all
}

fn enter(all: &mut BTreeMap<Name, Preview>, step: &PreviewStep, at: Timestamp) {
    let known = all.get_mut(&step.environment);
    match (known, &step.stage) {
        (Some(preview), PreviewStage::Rising(life)) if preview.phase != Phase::Gone => {
            preview.turn(Phase::Rising, at);
            preview.shows((**life).clone());
        }
        (_, PreviewStage::Rising(life)) => {
            let preview = Preview {
                environment: step.environment.clone(),
                pull: step.pull,
                created: at,
                life: (**life).clone(),
                former: Vec::new(),
                spent: Spent::default(),
                phase: Phase::Rising,
                since: at,
                slept: false,
                warned: BTreeSet::new(),
                lease: None,
            };
            all.insert(step.environment.clone(), preview);
        }
        (Some(preview), PreviewStage::Warned { ends, before }) => drop(preview.warned.insert((*ends, *before))),
        (Some(preview), PreviewStage::Up) => {
            preview.turn(Phase::Up, at);
            preview.former.clear();
        }
        (Some(preview), PreviewStage::Asleep) => preview.turn(Phase::Asleep, at),
        (Some(preview), PreviewStage::Falling { .. }) => preview.turn(Phase::Falling, at),
        (Some(preview), PreviewStage::Gone) => preview.turn(Phase::Gone, at),
        // Nothing was ever brought up under this name.
        (None, _) => {}
    }
}

impl Phase {
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Rising => "rising",
            Phase::Up => "up",
            Phase::Asleep => "asleep",
            Phase::Falling => "falling",
            Phase::Gone => "gone",
        }
    }
}

impl Preview {
    fn shows(&mut self, life: PreviewLife) {
        let before = std::mem::replace(&mut self.life, life);
        if (&before.head, &before.base) != (&self.life.head, &self.life.base) {
            self.former.push(before);
        }
    }

    fn turn(&mut self, phase: Phase, at: Timestamp) {
        self.spent = self.spent(at);
        self.slept = self.phase == Phase::Asleep || self.phase == Phase::Falling && self.slept;
        (self.phase, self.since) = (phase, at);
    }
}
