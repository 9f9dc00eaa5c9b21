//! The ledger as a run writes it: leases with their fencing tokens, and a record before and after each effect. What is no
//! longer right when the moment has come is not written.

use super::machine::{Draft, Happened, Leg, Of, Order, What};
use super::process;
use crate::ledger::{Effect, Entry, Intent, Lease, Outcome, Record, Scope, State, Store, UnitName, Writer};
use crate::model::Timestamp;
use anyhow::{Result, anyhow};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Longer than any step takes; who is known to be dead is not waited for.
const LEASE: u64 = 2 * 3_600;

/// Other shards are started at the same time, more or less.
const PATIENCE: Duration = Duration::from_secs(900);

pub struct Journal {
    store: Store,
    writer: Writer,
    clock: Clock,
    known: RefCell<Known>,
    /// Since when nobody has worked on a unit of another shard.
    idle: BTreeMap<UnitName, Instant>,
    /// For how long that is waited for.
    patience: Duration,
    /// How many records there were when the run began.
    before: u64,
    /// How long a unit is the run's own, in seconds.
    lease: u64,
}

/// What the records add up to, and how many were read: there are only ever more of them.
#[derive(Debug, Default)]
struct Known {
    state: State,
    read: usize,
}

impl Known {
    fn catch_up(&mut self, records: &[Record]) -> &State {
        records.iter().skip(self.read).for_each(|record| self.state.read(record));
        self.read = records.len();
        &self.state
    }
}

/// What is written on behalf of one order, and where.
enum Answer {
    /// The numbers of its first and last record.
    Written {
        first: u64,
        last: u64,
    },
    Busy {
        holder: String,
        until: Timestamp,
    },
    Lost,
    /// Nothing: it was only looked at.
    Seen,
}

/// The clock of this machine.
///
/// # Panics
/// After the year 9999.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::of_unix_seconds(since.as_secs()).expect("the year has four digits")
}

impl Journal {
    pub fn new(store: Store, writer: Writer) -> Journal {
        Journal {
            store,
            writer,
            clock: Clock::default(),
            known: RefCell::default(),
            idle: BTreeMap::new(),
            patience: PATIENCE,
            before: 0,
            lease: LEASE,
        }
    }

    /// For how long it is waited for a unit of another shard on which nobody works.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Journal {
        Journal { patience, ..self }
    }

    #[cfg(test)]
    #[must_use]
    pub(super) fn leasing(self, lease: u64) -> Journal {
        Journal { lease, ..self }
    }

    /// How things stand, for a run that begins.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn state(&mut self) -> Result<State> {
        self.store.refresh()?;
        let records = self.store.records()?;
        self.before = records.len() as u64;
        Ok(self.known.get_mut().catch_up(records).clone())
    }

    /// The last record, as it is published outside.
    pub fn head(&mut self) -> Result<crate::ledger::Head> {
        self.store.records()?;
        Ok(self.store.head())
    }

    /// Whether this lease of the run's is still its own.
    pub(super) fn holds(&self, lease: u64) -> bool {
        holds(&self.known.borrow().state, lease)
    }

    /// Writes entries that need no lease.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn note(&mut self, entries: Vec<Entry>) -> Result<()> {
        self.store.append(&self.writer, now, |_| Ok(entries.clone())).map(drop)
    }

    /// Writes what these orders ask for, all at once; an answer for each.
    pub(super) fn write(
        &mut self,
        orders: &[Order],
        intent: &dyn Fn(&UnitName, Leg, Effect) -> Intent,
        is_newer: &dyn Fn(&UnitName) -> bool,
    ) -> Result<Vec<Happened>> {
        let answers: RefCell<Vec<Answer>> = RefCell::default();
        if orders.iter().any(|order| order.what == What::Follow) {
            self.store.refresh()?;
        }
        let (clock, writer, known, seconds) = (&self.clock, &self.writer, &self.known, self.lease);
        self.store.append(writer, now, |records| {
            let mut known = known.borrow_mut();
            let state = known.catch_up(records);
            let (mut entries, mut given) = (Vec::new(), Vec::new());
            for order in orders {
                let first = records.len() as u64 + entries.len() as u64 + 1;
                let answer = match &order.what {
                    What::Append { lease, drafts } if holds(state, *lease) => {
                        for draft in drafts {
                            let number = records.len() as u64 + entries.len() as u64;
                            entries.push(entry(draft, &order.unit, *lease, number, intent, clock)?);
                        }
                        Answer::Written { first, last: records.len() as u64 + entries.len() as u64 }
                    }
                    What::Append { .. } => Answer::Lost,
                    What::Follow => Answer::Seen,
                    _ => lease(state, &order.unit, seconds, first, &mut entries),
                };
                given.push(answer);
            }
            *answers.borrow_mut() = given;
            Ok(entries)
        })?;
        let records = self.store.records()?;
        let state = self.known.get_mut().catch_up(records);
        let mut happened = Vec::new();
        for (order, answer) in orders.iter().zip(answers.into_inner()) {
            happened.push(match answer {
                Answer::Busy { holder, until } => Happened::Busy { holder, until },
                Answer::Lost => Happened::Lost,
                Answer::Seen => {
                    let unit = &order.unit;
                    let is_held = state.held(&scope(unit), now()).is_some();
                    let since = self.idle.entry(unit.clone()).or_insert_with(Instant::now);
                    if is_held {
                        *since = Instant::now();
                    }
                    let state = Box::new(state.units.get(unit).cloned().unwrap_or_default());
                    let has_failed = !is_held && state.failed.is_some_and(|record| record > self.before);
                    let gives_up = has_failed || since.elapsed() > self.patience;
                    Happened::Followed { state, is_superseded: is_newer(unit), gives_up }
                }
                Answer::Written { first, last } if order.what == What::Lease => {
                    let state = state.units.get(&order.unit).cloned().unwrap_or_default();
                    let lease = (first..=last).find(|number| state_of_lease(records, *number));
                    let lease = lease.ok_or_else(|| anyhow!("the ledger does not have the lease that was written"))?;
                    Happened::Leased { lease, state: Box::new(state), is_superseded: is_newer(&order.unit) }
                }
                Answer::Written { first, last } => {
                    (first..=last).for_each(|number| self.clock.began(number));
                    Happened::Appended { last }
                }
            });
        }
        Ok(happened)
    }
}

fn state_of_lease(records: &[Record], number: u64) -> bool {
    let at = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
    records.get(at).is_some_and(|record| matches!(record.entry, Entry::Leased { .. }))
}

fn holds(state: &State, lease: u64) -> bool {
    state.leases.get(&lease).is_some_and(|lease| lease.until > now())
}

/// Takes the unit, unless somebody has it who is alive or not known to be dead, and closes what was left open of it.
fn lease(state: &State, unit: &UnitName, seconds: u64, first: u64, entries: &mut Vec<Entry>) -> Answer {
    let scope = scope(unit);
    if let Some((token, held)) = state.held(&scope, now()) {
        if !is_dead(held) {
            return Answer::Busy { holder: held.holder.clone(), until: held.until };
        }
        entries.push(Entry::Returned { lease: token });
    }
    let until = u64::try_from(now().unix_seconds()).unwrap_or_default() + seconds;
    entries.push(Entry::Leased { scope, until: Timestamp::of_unix_seconds(until).unwrap_or_else(now) });
    for (began, _) in state.open.iter().filter(|(_, intent)| intent.unit == *unit) {
        let note = Some("its run was stopped".to_owned());
        entries.push(Entry::Ended { began: *began, outcome: Outcome::Interrupted, took: 0, note });
    }
    Answer::Written { first, last: first + entries.len() as u64 - 1 }
}

fn scope(unit: &UnitName) -> Scope {
    Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) }
}

fn is_dead(lease: &Lease) -> bool {
    lease.run.as_deref().is_some_and(process::is_dead)
}

fn entry(
    draft: &Draft,
    unit: &UnitName,
    lease: u64,
    previous: u64,
    intent: &dyn Fn(&UnitName, Leg, Effect) -> Intent,
    clock: &Clock,
) -> Result<Entry> {
    let began = |leg, effect| Entry::Began(Box::new(intent(unit, leg, effect)));
    Ok(match draft {
        Draft::Began { leg, step } => began(*leg, step.effect()),
        Draft::BeganRollback => began(Leg::Back, Effect::Rollback),
        Draft::Ended { of, outcome, note } => {
            let number = match of {
                Of::Record(number) => *number,
                Of::Previous => previous,
            };
            Entry::Ended { began: number, outcome: *outcome, took: clock.ended(number), note: note.clone() }
        }
        Draft::Quarantined { why } => {
            let digest = intent(unit, Leg::Forth, Effect::Health).digest;
            let digest = digest.ok_or_else(|| anyhow!("{unit} is to be taken away, and cannot be quarantined"))?;
            Entry::Quarantined { unit: unit.clone(), digest, why: why.clone() }
        }
        Draft::Returned => Entry::Returned { lease },
    })
}

/// How long something that was begun has taken.
#[derive(Debug, Default)]
struct Clock {
    began: BTreeMap<u64, Instant>,
}

impl Clock {
    fn began(&mut self, number: u64) {
        self.began.insert(number, Instant::now());
    }

    /// In milliseconds.
    fn ended(&self, number: u64) -> u64 {
        let took = self.began.get(&number).map(Instant::elapsed).unwrap_or_default();
        u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
    }
}
