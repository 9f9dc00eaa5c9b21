//! What somebody asks for is done to one preview: now, when whoever has it is done, or not at all.

use super::carry::{Carried, Cluster, LEASE, carry_out};
use crate::ledger::{PreviewLife, Record, Store, Writer};
use crate::model::{Name, Timestamp};
use crate::preview::{Action, Change, Facts, Phase, Preview, Terms, later, next, previews};
use anyhow::Result;
use std::thread;
use std::time::{Duration, Instant};

/// What is asked for.
pub struct Order<'o> {
    pub environment: Name,
    pub pull: u64,
    /// What it is to show, where it is to be brought up.
    pub life: Option<PreviewLife>,
    /// What a person says who takes it down.
    pub note: Option<String>,
    /// Which actions are meant. Anything else that is due is left to the sweep.
    pub is_meant: &'o (dyn Fn(&Action) -> bool + Sync),
    /// For how long it is waited for somebody who works on it.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// In this order.
    Done(Vec<Action>),
    /// Nothing of what was meant is to be done: so it stands.
    Nothing(Option<Phase>),
    /// As many are awake as may be.
    Queued,
    /// Somebody else works on it, until then at the latest.
    Held(Timestamp),
}

/// So many things at most follow from one another: what is left of an earlier life goes before the next one begins.
const STEPS: usize = 4;
const EVERY: Duration = Duration::from_secs(1);

/// Does what is due and meant until nothing is. `facts` is asked before each step, with what the ledger says.
///
/// # Errors
/// When the ledger cannot be read or written, or with what the cluster says.
pub fn settle(
    store: &mut Store,
    cluster: &mut dyn Cluster,
    writer: &Writer,
    clock: &dyn Fn() -> Timestamp,
    order: &Order<'_>,
    facts: &dyn Fn(&[Record]) -> Result<Facts>,
    terms: &Terms,
) -> Result<Settled> {
    let begin = Instant::now();
    let mut done = Vec::new();
    while done.len() < STEPS {
        store.refresh()?;
        let records = store.records()?;
        let preview = previews(records).remove(&order.environment);
        let now = clock();
        let due = next(preview.as_ref(), &facts(records)?, terms, now);
        if let Some(action) = due.iter().find(|action| **action != Action::Queue && (order.is_meant)(action)) {
            let Some(change) = order.change(preview.as_ref(), action, now) else { break };
            match carry_out(store, cluster, writer, clock, &change, facts, terms)? {
                Carried::Done => {
                    done.push(action.clone());
                    // There it is. What is left of an earlier one goes before it comes, and people are told beside.
                    if !matches!(action, Action::Down(_) | Action::Warn { .. }) {
                        break;
                    }
                }
                // Somebody else was first: once more, by what they wrote.
                Carried::Overtaken if begin.elapsed() > order.patience => break,
                Carried::Overtaken => thread::sleep(EVERY),
            }
            continue;
        }
        let held = preview.as_ref().and_then(|preview| preview.lease).filter(|(_, until)| *until > now);
        match held {
            // Whoever was killed on this machine is not waited for: the claim gives its lease back.
            Some((_, until)) if begin.elapsed() > order.patience => return Ok(Settled::Held(until)),
            Some(_) => {
                super::carry::free_from_the_dead(store, writer, clock, &order.environment)?;
                thread::sleep(EVERY);
            }
            None if done.is_empty() && due.contains(&Action::Queue) => return Ok(Settled::Queued),
            None if done.is_empty() => return Ok(Settled::Nothing(preview.map(|preview| preview.phase))),
            None => break,
        }
    }
    Ok(Settled::Done(done))
}

impl Order<'_> {
    /// None where nobody says what it is to show.
    fn change(&self, preview: Option<&Preview>, action: &Action, now: Timestamp) -> Option<Change> {
        let known = preview.map(|preview| preview.life.clone());
        let life = match action {
            Action::Up { .. } => self.life.clone().or(known),
            _ => known.or_else(|| self.life.clone()).or_else(|| Some(unknown())),
        };
        Some(Change {
            environment: self.environment.clone(),
            pull: self.pull,
            action: action.clone(),
            life: life?,
            until: later(now, LEASE),
            note: self.note.clone(),
        })
    }
}

/// Of what is in a cluster and in no ledger.
fn unknown() -> PreviewLife {
    PreviewLife {
        head: String::new(),
        base: String::new(),
        author: String::new(),
        team: None,
        services: Vec::new(),
        pattern: None,
        cost: None,
    }
}
