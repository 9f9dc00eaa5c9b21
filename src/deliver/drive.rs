//! Carries out what the orchestrator orders: the ledger is written by this thread alone, and as much at once
//! as is asked for; plans and steps run each in a thread of their own. What came of it goes back as events.

use super::fail_point::point;
use super::journal::Journal;
use super::machine::{Event, Fault, Happened, Leg, Machine, Order, Step, What};
use super::terraform::Locked;
use super::told::told;
use crate::ledger::{Effect, Intent, UnitName, UnitState};
use anyhow::Result;
use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// What a plan of one leg comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    pub steps: Vec<Step>,
    /// Why a person has to look before it goes back.
    pub risk: Option<String>,
}

/// What was brought does not do the unit good: it goes back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Sick(pub String);

/// The world outside.
pub trait Work: Sync {
    /// What it takes; an error says why nothing is done. `state` is how the ledger had the unit when it was leased.
    fn plan(&self, unit: &UnitName, state: &UnitState, leg: Leg) -> Result<Prospect>;
    /// Takes a step. The lease's number is the fencing token: what has seen a higher one refuses.
    fn act(&self, unit: &UnitName, state: &UnitState, lease: u64, leg: Leg, step: Step) -> Result<()>;
    /// Whether a newer merge has something else for the unit.
    fn is_newer(&self, unit: &UnitName) -> Result<bool>;
    /// What is written into the ledger before an effect.
    fn intent(&self, unit: &UnitName, state: &UnitState, leg: Leg, effect: Effect) -> Intent;
}

/// Is told how far the run is.
pub trait Spectator: Sync {
    fn saw(&self, order: &Order);
    fn concluded(&self, machine: &Machine);
}

/// How long a run waits before it asks again for a unit that somebody else has.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs the machine to its end. `is_stopping` is asked now and then: once it is true nothing more is begun.
///
/// # Errors
/// When the ledger cannot be read or written: what was begun stays open in it, and the next run finds it.
pub fn drive(
    machine: &mut Machine,
    journal: &mut Journal,
    work: &dyn Work,
    spectator: &dyn Spectator,
    is_stopping: &dyn Fn() -> bool,
) -> Result<()> {
    let mut states: BTreeMap<UnitName, UnitState> = BTreeMap::new();
    thread::scope(|scope| {
        let (answer, answers) = channel::<Event>();
        let mut orders = machine.start();
        let mut to_write: Vec<Order> = Vec::new();
        loop {
            for order in std::mem::take(&mut orders) {
                spectator.saw(&order);
                if matches!(order.what, What::Lease | What::Append { .. } | What::Follow) {
                    to_write.push(order);
                    continue;
                }
                let (answer, state) = (answer.clone(), states.get(&order.unit).cloned().unwrap_or_default());
                // Who slept past the end of the lease would act beside who has it now, with a plan that is not stale.
                if matches!(order.what, What::Act { lease, .. } if !journal.holds(lease)) {
                    let happened = Happened::Lost;
                    orders.extend(machine.take(Event { unit: order.unit, number: order.number, happened }));
                    continue;
                }
                // Who has stopped listening is not told.
                scope.spawn(move || drop(answer.send(carry_out(work, &state, order))));
            }
            spectator.concluded(machine);
            if machine.is_done() {
                return Ok(());
            }
            if is_stopping() {
                machine.stop();
            }
            // What has happened meanwhile comes first, so that more is written at once: each push takes its time.
            let event = match to_write.is_empty() {
                true => answers.recv_timeout(Duration::from_millis(100)).ok(),
                false => answers.try_recv().ok(),
            };
            if let Some(event) = event {
                orders.extend(machine.take(event));
            } else if !to_write.is_empty() {
                let events = write(journal, work, &mut states, std::mem::take(&mut to_write))?;
                orders.extend(events.into_iter().flat_map(|event| machine.take(event)));
            }
        }
    })
}

fn write(
    journal: &mut Journal,
    work: &dyn Work,
    states: &mut BTreeMap<UnitName, UnitState>,
    batch: Vec<Order>,
) -> Result<Vec<Event>> {
    for order in &batch {
        point(&format!("{}.before", order.what.name()));
    }
    let unknown = UnitState::default();
    let state = |unit: &UnitName| states.get(unit).unwrap_or(&unknown);
    let intent = |unit: &UnitName, leg: Leg, effect: Effect| work.intent(unit, state(unit), leg, effect);
    let leased = batch.iter().filter(|order| matches!(order.what, What::Lease | What::Follow));
    let newer = leased.map(|order| Ok((order.unit.clone(), work.is_newer(&order.unit)?)));
    let newer: BTreeMap<UnitName, bool> = newer.collect::<Result<_>>()?;
    let happened = journal.write(&batch, &intent, &|unit| newer.get(unit).copied().unwrap_or(false))?;
    let mut events = Vec::new();
    for (order, happened) in batch.into_iter().zip(happened) {
        point(&format!("{}.after", order.what.name()));
        if let Happened::Leased { state, .. } = &happened {
            states.insert(order.unit.clone(), (**state).clone());
        }
        events.push(Event { unit: order.unit, number: order.number, happened });
    }
    Ok(events)
}

fn carry_out(work: &dyn Work, state: &UnitState, order: Order) -> Event {
    let (unit, name) = (order.unit, order.what.name());
    point(&format!("{name}.before"));
    let happened = match order.what {
        What::Plan { leg } => match work.plan(&unit, state, leg) {
            Ok(Prospect { steps, risk }) => Happened::Planned { steps, risk },
            Err(error) if error.downcast_ref::<Locked>().is_some() => Happened::Locked { why: told(&error) },
            Err(error) => Happened::NotPlanned { why: told(&error) },
        },
        What::Act { lease, leg, step } => {
            let result = work.act(&unit, state, lease, leg, step);
            Happened::Acted(
                result.map_err(|error| Fault { why: told(&error), is_sick: error.downcast_ref::<Sick>().is_some() }),
            )
        }
        What::Look => match work.is_newer(&unit) {
            Ok(is_newer) => Happened::Looked { is_newer },
            // Who cannot see what others want does not take anything back.
            Err(error) => Happened::NotLooked { why: told(&error) },
        },
        What::Pause | What::Lease | What::Append { .. } | What::Follow => {
            thread::sleep(PAUSE);
            Happened::Resumed
        }
    };
    point(&format!("{name}.after"));
    Event { unit, number: order.number, happened }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::machine::{Conclusion, Target};
    use crate::ledger::{Cause, Store, Undo, Writer};
    use crate::model::Name;
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Sleeps before it writes what it is about to do.
    #[derive(Default)]
    struct Sleeper {
        acted: AtomicUsize,
        pause: Duration,
    }

    impl Work for Sleeper {
        fn plan(&self, _: &UnitName, _: &UnitState, _: Leg) -> Result<Prospect> {
            Ok(Prospect { steps: vec![Step::Terraform], risk: None })
        }

        fn act(&self, _: &UnitName, _: &UnitState, _: u64, _: Leg, _: Step) -> Result<()> {
            self.acted.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }

        fn is_newer(&self, _: &UnitName) -> Result<bool> {
            Ok(false)
        }

        fn intent(&self, unit: &UnitName, _: &UnitState, _: Leg, effect: Effect) -> Intent {
            thread::sleep(self.pause);
            let change = Cause {
                head: String::new(),
                base: None,
                pull: None,
                report: None,
                author: String::new(),
                approved_by: Vec::new(),
            };
            let (unit, digest) = (unit.clone(), Some("new".to_owned()));
            Intent { effect, unit, digest, plan: None, change, cost: None, undo: Undo::Reversible, secrets: Vec::new() }
        }
    }

    impl Spectator for Sleeper {
        fn saw(&self, _: &Order) {}
        fn concluded(&self, _: &Machine) {}
    }

    fn run(work: &Sleeper, lease: u64) -> Option<Conclusion> {
        let folder = tempfile::tempdir().unwrap();
        gix::init(folder.path()).unwrap();
        let store = Store::open(folder.path().to_owned(), None).unwrap();
        let writer = Writer { version: String::new(), actor: "jo".to_owned(), run: None };
        let mut journal = Journal::new(store, writer).leasing(lease);
        let unit = UnitName { environment: Name::parse("staging").unwrap(), unit: "cart".to_owned() };
        let digest = Some("new".to_owned());
        let target = Target {
            unit,
            digest,
            after: BTreeSet::new(),
            refused: None,
            is_open: false,
            is_elsewhere: false,
            handover: None,
        };
        let mut machine = Machine::new([target], 1);
        drive(&mut machine, &mut journal, work, work, &|| false).unwrap();
        machine.units().next().and_then(|(_, conclusion)| conclusion.cloned())
    }

    #[test]
    fn a67_who_slept_past_the_end_of_its_lease_does_nothing_with_the_plan_it_has() {
        let awake = Sleeper::default();
        assert_eq!((run(&awake, 600), awake.acted.into_inner()), (Some(Conclusion::Healthy), 1));
        let asleep = Sleeper { pause: Duration::from_secs(3), ..Sleeper::default() };
        assert_eq!((run(&asleep, 2), asleep.acted.into_inner()), (Some(Conclusion::Lost), 0));
    }
}
