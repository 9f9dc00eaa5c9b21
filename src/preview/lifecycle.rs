//! What is to be done to one preview now: a function of what the ledger says, what the forge and the cluster say, and the
//! clock's reading.

use super::state::{Phase, Preview};
use super::terms::{Terms, WARNINGS, is_over, later};
use crate::model::Timestamp;
use std::fmt;

/// What is known of a preview besides the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whether its pull request is open.
    pub open: bool,
    /// Whether somebody asks for a preview of it: by a label, a comment, or because all have one.
    pub wanted: bool,
    /// Whether it carries the label `preview-keep`.
    pub keep: bool,
    /// The commit at the head of its branch.
    pub head: String,
    /// When it was last opened, pushed to, or asked for.
    pub asked: Timestamp,
    /// When it was last used, if that is known.
    pub active: Option<Timestamp>,
    /// Whether anything of it was found in the cluster.
    pub found: bool,
    /// Whether one more may be awake.
    pub room: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Bring it to this commit, from nothing or from another one.
    Up { head: String },
    /// Scale it to nothing.
    Sleep,
    /// And back.
    Wake,
    /// Tell people that it ends.
    Warn { ends: Timestamp, before: u64 },
    /// Take it away.
    Down(Why),
    /// It would be brought up or woken, but too many are awake.
    Queue,
}

/// Why a preview is taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Closed,
    Unwanted,
    TooOld,
    AsleepTooLong,
    /// Somebody began to take it down, and did not end.
    Unfinished,
    /// It is in the cluster, and the ledger says that it is not.
    Orphan,
}

/// At most one thing that changes it, and never anything while somebody holds it: who pushes renews, who tears down waits.
pub fn next(preview: Option<&Preview>, facts: &Facts, terms: &Terms, now: Timestamp) -> Vec<Action> {
    let is_asked = facts.open && facts.wanted;
    match preview {
        Some(preview) if preview.is_held(now) => Vec::new(),
        Some(preview) if preview.phase != Phase::Gone => living(preview, facts, terms, now),
        // What is left of an earlier life goes before the next one begins.
        _ if facts.found => vec![Action::Down(Why::Orphan)],
        Some(gone) if is_asked && (facts.head != gone.life.head || facts.asked > gone.since) => up(facts),
        None if is_asked => up(facts),
        _ => Vec::new(),
    }
}

fn up(facts: &Facts) -> Vec<Action> {
    vec![if facts.room { Action::Up { head: facts.head.clone() } } else { Action::Queue }]
}

fn living(preview: &Preview, facts: &Facts, terms: &Terms, now: Timestamp) -> Vec<Action> {
    if let Some(why) = ended(preview, facts, terms, now) {
        return vec![Action::Down(why)];
    }
    let mut actions = match preview.phase {
        // Half of it may be there: once more.
        Phase::Rising => vec![Action::Up { head: facts.head.clone() }],
        Phase::Up if facts.head != preview.life.head => vec![Action::Up { head: facts.head.clone() }],
        Phase::Up if is_over(used(preview, facts), terms.idle, now) => vec![Action::Sleep],
        Phase::Asleep if facts.head != preview.life.head => up(facts),
        Phase::Asleep if facts.active.is_some_and(|active| active > preview.since) => {
            vec![if facts.room { Action::Wake } else { Action::Queue }]
        }
        Phase::Up | Phase::Asleep | Phase::Falling | Phase::Gone => Vec::new(),
    };
    if !facts.keep {
        actions.extend(warning(preview, terms, now));
    }
    actions
}

/// Why it is to be taken down now.
fn ended(preview: &Preview, facts: &Facts, terms: &Terms, now: Timestamp) -> Option<Why> {
    if preview.phase == Phase::Falling {
        return Some(Why::Unfinished);
    }
    if !facts.open {
        return Some(Why::Closed);
    }
    if !facts.wanted {
        return Some(Why::Unwanted);
    }
    if facts.keep {
        return None;
    }
    if is_over(preview.created, terms.maximum_life, now) {
        return Some(Why::TooOld);
    }
    // A push or a visit wakes it.
    let is_called = facts.head != preview.life.head || facts.active.is_some_and(|active| active > preview.since);
    let is_long = preview.phase == Phase::Asleep && is_over(preview.since, terms.asleep, now);
    (is_long && !is_called).then_some(Why::AsleepTooLong)
}

/// When it was last used: whoever brings it up uses it.
fn used(preview: &Preview, facts: &Facts) -> Timestamp {
    facts.active.map_or(preview.since, |active| active.max(preview.since))
}

/// When it ends, if nothing happens.
pub fn end(preview: &Preview, terms: &Terms) -> Timestamp {
    let by_age = terms.expiry(preview.created);
    match preview.phase {
        Phase::Asleep => by_age.min(later(preview.since, terms.asleep)),
        Phase::Rising | Phase::Up | Phase::Falling | Phase::Gone => by_age,
    }
}

/// The warning nearest to the end that is due, unless it was given. Those before it are too late then.
fn warning(preview: &Preview, terms: &Terms, now: Timestamp) -> Option<Action> {
    let ends = end(preview, terms);
    let before = WARNINGS.into_iter().rfind(|before| later(now, *before) >= ends)?;
    // Who lives no longer than that is told nothing by it.
    let is_news = terms.maximum_life > before;
    (is_news && !preview.warned.contains(&(ends, before))).then_some(Action::Warn { ends, before })
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Closed => "its pull request is closed",
            Why::Unwanted => "nobody asks for it any more",
            Why::TooOld => "it has lived as long as previews may",
            Why::AsleepTooLong => "it has slept for as long as previews may",
            Why::Unfinished => "somebody began to take it down and did not end",
            Why::Orphan => "it is in the cluster, and the ledger knows of no preview there",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Up { head } => write!(f, "bring it to {head}"),
            Action::Sleep => f.write_str("let it sleep"),
            Action::Wake => f.write_str("wake it"),
            Action::Warn { ends, .. } => write!(f, "tell that it ends at {ends}"),
            Action::Down(why) => write!(f, "take it down: {why}"),
            Action::Queue => f.write_str("wait: as many previews are awake as there may be"),
        }
    }
}
