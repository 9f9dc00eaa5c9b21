//! The ledger's entries around what is done to a preview. Each function is asked anew with all records whenever somebody
//! else wrote first: what was right a moment ago may not be.

use super::lifecycle::{Action, Facts, Why, next};
use super::state::previews;
use super::terms::Terms;
use crate::ledger::{
    Cause, Cost, Effect, Entry, Intent, Outcome, PreviewLife, PreviewStage, PreviewStep, Record, Scope, Undo, UnitName,
};
use crate::model::{Name, Timestamp};

/// Whose preview it is, and what is about to be done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub environment: Name,
    pub pull: u64,
    pub action: Action,
    /// What it is to show. Of [`Action::Up`] it is written down; of the others it says on whose word.
    pub life: PreviewLife,
    /// Until when nobody else may work on it.
    pub until: Timestamp,
    /// What a person says who takes it down.
    pub note: Option<String>,
}

/// The entries with which a writer takes a preview to do something to it; none where that is no longer to be done, or
/// somebody else has it. The first one is the lease, and its number the fencing token.
pub fn claim(records: &[Record], change: &Change, facts: &Facts, terms: &Terms, now: Timestamp) -> Vec<Entry> {
    let known = previews(records);
    let preview = known.get(&change.environment);
    if held(records, &change.environment, now) || !next(preview, facts, terms, now).contains(&change.action) {
        return Vec::new();
    }
    let mut entries = abandoned(records, &change.environment);
    let lease = records.last().map_or(0, |record| record.number) + 1 + entries.len() as u64;
    let scope = Scope { environment: change.environment.clone(), unit: None };
    entries.push(Entry::Leased { scope, until: change.until });
    entries.extend(match &change.action {
        Action::Up { .. } => Some(step(change, lease, PreviewStage::Rising(Box::new(change.life.clone())))),
        Action::Down(_) if preview.is_none() => None,
        Action::Down(why) => Some(step(change, lease, falling(change, why))),
        Action::Sleep => Some(scaled(change, None)),
        Action::Wake => Some(scaled(change, Some(change.life.head.clone()))),
        Action::Warn { .. } | Action::Queue => None,
    });
    entries
}

fn falling(change: &Change, why: &Why) -> PreviewStage {
    PreviewStage::Falling { why: change.note.clone().unwrap_or_else(|| why.to_string()) }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The lease under which it was done.
    pub lease: u64,
    pub outcome: Outcome,
    /// In milliseconds.
    pub took: u64,
}

/// The entries behind it: how it ended, and the lease given back. None for a writer that was overtaken; and who ends when
/// its lease is over has done nothing that counts.
pub fn close(records: &[Record], change: &Change, done: Done, now: Timestamp) -> Vec<Entry> {
    let Done { lease, outcome, took } = done;
    if last_lease(records, &change.environment).is_none_or(|(last, _)| last != lease) {
        return Vec::new();
    }
    let is_late = !holds(records, &change.environment, lease, now);
    let outcome = if is_late { Outcome::Interrupted } else { outcome };
    let is_done = outcome == Outcome::Succeeded;
    let begun = open_scales(records, &change.environment).into_iter();
    let mut entries: Vec<Entry> = begun.map(|began| Entry::Ended { began, outcome, took, note: None }).collect();
    let is_known = previews(records).contains_key(&change.environment);
    let stage = match &change.action {
        Action::Up { .. } | Action::Wake => PreviewStage::Up,
        Action::Sleep => PreviewStage::Asleep,
        Action::Down(_) => PreviewStage::Gone,
        Action::Warn { ends, before } => PreviewStage::Warned { ends: *ends, before: *before },
        Action::Queue => return Vec::new(),
    };
    if is_done && is_known {
        entries.push(step(change, lease, stage));
    }
    entries.push(Entry::Returned { lease });
    entries
}

/// Whoever works longer says so in time. None from a writer that was overtaken, or comes too late.
pub fn extend(records: &[Record], environment: &Name, lease: u64, until: Timestamp, now: Timestamp) -> Vec<Entry> {
    match holds(records, environment, lease, now) {
        true => vec![Entry::Extended { lease, until }],
        false => Vec::new(),
    }
}

/// Whether this is still the lease on the environment: asked before every effect.
pub fn holds(records: &[Record], environment: &Name, lease: u64, now: Timestamp) -> bool {
    last_lease(records, environment).is_some_and(|(held, until)| held == lease && until > now)
}

fn held(records: &[Record], environment: &Name, now: Timestamp) -> bool {
    last_lease(records, environment).is_some_and(|(_, until)| until > now)
}

/// The latest lease on the whole environment, unless it was given back.
fn last_lease(records: &[Record], environment: &Name) -> Option<(u64, Timestamp)> {
    let mut last = None;
    for record in records {
        match (&record.entry, &mut last) {
            (Entry::Leased { scope, until }, _) if scope.environment == *environment && scope.unit.is_none() => {
                last = Some((record.number, *until));
            }
            (Entry::Extended { lease, until }, Some((held, end))) if lease == held && *end > record.at => *end = *until,
            (Entry::Returned { lease }, Some((held, _))) if lease == held => last = None,
            _ => {}
        }
    }
    last
}

/// Ends of what a writer that is no more had begun. Scaling twice does no harm.
fn abandoned(records: &[Record], environment: &Name) -> Vec<Entry> {
    let ended = |began| Entry::Ended { began, outcome: Outcome::Interrupted, took: 0, note: None };
    open_scales(records, environment).into_iter().map(ended).collect()
}

fn open_scales(records: &[Record], environment: &Name) -> Vec<u64> {
    let mut open = Vec::new();
    for record in records {
        match &record.entry {
            Entry::Began(intent) if intent.effect == Effect::Scale && intent.unit.environment == *environment => {
                open.push(record.number);
            }
            Entry::Ended { began, .. } => open.retain(|number| number != began),
            _ => {}
        }
    }
    open
}

fn step(change: &Change, lease: u64, stage: PreviewStage) -> Entry {
    let Change { environment, pull, .. } = change;
    Entry::Preview(Box::new(PreviewStep { environment: environment.clone(), pull: *pull, lease, stage }))
}

/// To nothing where there is no commit that it is woken for.
fn scaled(change: &Change, digest: Option<String>) -> Entry {
    let PreviewLife { head, base, author, cost, .. } = &change.life;
    let factor = if digest.is_some() { 1 } else { -1 };
    let cost = cost.as_ref().map(|cost| Cost { currency: cost.currency.clone(), micros: factor * cost.micros });
    Entry::Began(Box::new(Intent {
        effect: Effect::Scale,
        unit: UnitName { environment: change.environment.clone(), unit: "_environment".to_owned() },
        digest,
        plan: None,
        change: Cause {
            head: head.clone(),
            base: Some(base.clone()),
            pull: Some(change.pull),
            report: None,
            author: author.clone(),
            approved_by: Vec::new(),
        },
        cost,
        undo: Undo::Reversible,
        secrets: Vec::new(),
    }))
}
