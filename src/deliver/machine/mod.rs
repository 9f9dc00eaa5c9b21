//! The orchestrator: what happens to each unit, and in which order. `(state, event) -> (state, orders)`, and nothing else:
//! no file, no clock, no ledger. Orders are carried out at the edge (`deliver::drive`), and what came of them comes back
//! as events; the simulation in `tests` carries them out in a world of its own, in any order, late, twice or never.
//!
//! A unit is leased, planned, and then each step of its plan is written into the ledger before and after it is taken.
//! What is sick afterwards goes back to what was last healthy: once, and only where nothing is lost by it.

mod event;
#[cfg(test)]
mod handed_over;
#[cfg(test)]
mod simulation;
mod target;
mod unit;
#[cfg(test)]
mod ways_back;

pub use event::{Draft, Event, Fault, Happened, Leg, Of, Order, Step, What};
pub use target::{ByHand, Conclusion, Handover, Target};

use crate::ledger::UnitName;
use std::collections::BTreeMap;
use unit::Unit;

/// One run: some units on their way to what one commit says of them.
#[derive(Debug, Clone)]
pub struct Machine {
    units: BTreeMap<UnitName, Unit>,
    /// So many at a time.
    jobs: usize,
    is_stopping: bool,
}

impl Machine {
    pub fn new(targets: impl IntoIterator<Item = Target>, jobs: usize) -> Machine {
        let units = targets.into_iter().map(|target| (target.unit.clone(), Unit::new(target))).collect();
        Machine { units, jobs: jobs.max(1), is_stopping: false }
    }

    /// One unit, on its way back.
    pub fn by_hand(target: Target, by_hand: ByHand) -> Machine {
        let units = BTreeMap::from([(target.unit.clone(), Unit::by_hand(target, by_hand))]);
        Machine { units, jobs: 1, is_stopping: false }
    }

    /// The first orders.
    pub fn start(&mut self) -> Vec<Order> {
        self.begin()
    }

    /// What is to be done, now that this has happened. An event that is not the answer to what a unit waits for, because
    /// it comes late or twice, changes nothing.
    pub fn take(&mut self, event: Event) -> Vec<Order> {
        let Some(unit) = self.units.get_mut(&event.unit) else { return Vec::new() };
        let mut orders = unit.take(event, self.is_stopping);
        orders.extend(self.begin());
        orders
    }

    /// No unit begins anything more. What was begun is brought to the end of its step.
    pub fn stop(&mut self) {
        self.is_stopping = true;
        for unit in self.units.values_mut().filter(|unit| unit.is_waiting()) {
            unit.conclude(Conclusion::Stopped);
        }
    }

    pub fn is_done(&self) -> bool {
        self.units.values().all(|unit| unit.conclusion().is_some())
    }

    /// Each unit, and what became of it where that is known.
    pub fn units(&self) -> impl Iterator<Item = (&UnitName, Option<&Conclusion>)> {
        let own = self.units.iter().filter(|(_, unit)| !unit.target.is_elsewhere);
        own.map(|(name, unit)| (name, unit.conclusion()))
    }

    /// Units of other runs that were waited for, and what became of them.
    pub fn awaited(&self) -> impl Iterator<Item = (&UnitName, &Conclusion)> {
        let others = self.units.iter().filter(|(_, unit)| unit.target.is_elsewhere);
        others.filter_map(|(name, unit)| Some((name, unit.conclusion()?)))
    }

    /// The units that nothing holds up any more, as many as may be at work.
    fn begin(&mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        loop {
            orders.extend(self.skip());
            let working = || self.units.values().filter(|unit| unit.is_working());
            // Who only waits for another run takes nobody's place.
            let is_free = working().filter(|unit| !unit.target.is_elsewhere).count() < self.jobs;
            let waiting = || self.units.iter().filter(|(_, unit)| unit.is_waiting());
            // Units that wait for each other would wait for ever: one of them goes first.
            let first = || waiting().next().filter(|_| working().next().is_none());
            let may_begin = |unit: &Unit| is_free || unit.target.is_elsewhere;
            let next = waiting().find(|(_, unit)| may_begin(unit) && self.is_ready(unit)).or_else(first);
            let Some(name) = next.map(|(name, _)| name.clone()) else { return orders };
            if let Some(unit) = self.units.get_mut(&name) {
                orders.extend(unit.begin());
            }
        }
    }

    fn is_ready(&self, unit: &Unit) -> bool {
        let is_done = |name| self.units.get(name).is_none_or(|other| other.conclusion().is_some());
        unit.target.after.iter().all(is_done)
    }

    /// Units that stand on one that did not become healthy are left as they are, and so are those that stand on them.
    fn skip(&mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        loop {
            let has_failed = |on: &UnitName, unit: &UnitName| {
                let conclusion = self.units.get(on).and_then(Unit::conclusion);
                conclusion.is_some_and(|conclusion| !conclusion.is_good_for(on, unit))
            };
            let found = self.units.iter().filter(|(_, unit)| unit.is_waiting());
            let found = found.filter_map(|(name, unit)| {
                let on = unit.target.after.iter().find(|on| has_failed(on, name))?;
                Some((name.clone(), on.clone()))
            });
            let found: Vec<(UnitName, UnitName)> = found.collect();
            if found.is_empty() {
                return orders;
            }
            for (name, on) in found {
                if let Some(unit) = self.units.get_mut(&name) {
                    orders.extend(unit.decline(Conclusion::Skipped { on }));
                }
            }
        }
    }
}
