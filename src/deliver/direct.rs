//! The world outside, as `delivery: direct` has it: Terraform, moved by the run itself.

use super::drive::{Prospect, Work};
use super::machine::{Leg, Step};
use super::plan::{Ends, Plannable, Prepared, outcomes, prepare};
use super::plan_json::Step as Doing;
use super::revision::Revision;
use super::terraform::Terraform;
use crate::ledger::{Cause, Deployed, Effect, Intent, Undo, UnitName, UnitState};
use crate::review::reversibility::Undo as Reviewed;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a run is given.
pub struct Given<'a> {
    /// The commit that is carried out.
    pub head: String,
    pub wanted: Arc<Revision>,
    pub terraform: Terraform,
    /// On whose word.
    pub cause: Cause,
    /// Units of which somebody said that they may go, with all that they hold.
    pub confirmed: BTreeSet<UnitName>,
    /// Compiles a commit.
    pub compile: &'a (dyn Fn(&str) -> Result<Arc<Revision>> + Sync),
    /// Where the branch stands by now.
    pub tip: &'a (dyn Fn() -> Result<String> + Sync),
    /// Takes back the declaration of a unit that is sick, and says where.
    pub revert: &'a (dyn Fn(&UnitName, &UnitState) -> Result<()> + Sync),
}

pub struct Direct<'a> {
    given: Given<'a>,
    known: Mutex<BTreeMap<String, Arc<Revision>>>,
    /// Plans that were made and not yet carried out.
    prepared: Mutex<BTreeMap<UnitName, Prepared>>,
}

impl<'a> Direct<'a> {
    pub fn new(given: Given<'a>) -> Direct<'a> {
        let known = BTreeMap::from([(given.head.clone(), given.wanted.clone())]);
        Direct { given, known: Mutex::new(known), prepared: Mutex::default() }
    }

    fn revision(&self, commit: &str) -> Result<Arc<Revision>> {
        if let Some(known) = lock(&self.known).get(commit) {
            return Ok(known.clone());
        }
        let compiled = (self.given.compile)(commit)?;
        lock(&self.known).insert(commit.to_owned(), compiled.clone());
        Ok(compiled)
    }

    /// A unit as it was delivered, compiled again from its commit. None where it was taken away.
    fn delivered(&self, unit: &UnitName, deployed: &Deployed) -> Result<Option<Plannable>> {
        let Some(digest) = &deployed.digest else { return Ok(None) };
        let revision = self.revision(&deployed.commit)?;
        let found = revision.units.get(unit).filter(|one| one.unit.digest.to_string() == *digest);
        found.cloned().map(Some).ok_or_else(|| {
            anyhow!(
                "{unit} no longer compiles into {} from {}: Pavior is another one since, and can only go forward",
                &digest[..digest.len().min(12)],
                &deployed.commit[..deployed.commit.len().min(12)]
            )
        })
    }

    fn healthy(&self, unit: &UnitName, state: &UnitState) -> Result<Option<Plannable>> {
        state.healthy.as_ref().map_or(Ok(None), |healthy| self.delivered(unit, healthy))
    }

    /// What a run that was stopped, or a change that was taken back, may have left beside what was healthy.
    fn left(&self, unit: &UnitName, state: &UnitState) -> Result<Option<Plannable>> {
        let applied = state.applied.as_ref().filter(|_| state.unsettled);
        let other = applied.filter(|applied| state.healthy.as_ref().is_none_or(|was| was.digest != applied.digest));
        other.map_or(Ok(None), |applied| self.delivered(unit, applied))
    }

    fn goal(&self, unit: &UnitName, state: &UnitState, leg: Leg) -> Result<Option<Plannable>> {
        match leg {
            Leg::Forth => Ok(self.given.wanted.units.get(unit).cloned()),
            Leg::Back => self.healthy(unit, state),
        }
    }

    /// What a person has to be asked of on the way back: a way back that loses what was there is none.
    fn risk(&self, unit: &UnitName, goal: Option<&Plannable>, prepared: Option<&Prepared>) -> Option<String> {
        let ends = Ends { from: self.given.wanted.units.get(unit), to: goal };
        let worst = outcomes(ends).into_iter().find(|one| one.undo > Reviewed::Reversible);
        if let Some(worst) = worst {
            return Some(format!("going back is {}: {}, {}", worst.undo.as_str(), worst.what, worst.why));
        }
        let says = &prepared?.says;
        if let Some(surplus) = says.surplus.first() {
            return Some(surplus.to_string());
        }
        let anew = says.steps.iter().find(|(_, step)| *step == Doing::Replace);
        anew.map(|(address, _)| format!("Terraform would make {address} anew"))
    }
}

impl Work for Direct<'_> {
    fn plan(&self, unit: &UnitName, state: &UnitState, leg: Leg) -> Result<Prospect> {
        let (goal, healthy, left) = (self.goal(unit, state, leg)?, self.healthy(unit, state)?, self.left(unit, state)?);
        if leg == Leg::Forth && goal.is_none() {
            self.may_go(unit, healthy.as_ref().or(left.as_ref()))?;
        }
        let from = match leg {
            Leg::Forth => healthy.as_ref(),
            Leg::Back => self.given.wanted.units.get(unit),
        };
        let others: Vec<&Plannable> = left.iter().collect();
        let prepared = prepare(&self.given.terraform, Ends { from, to: goal.as_ref() }, &others)?;
        let risk = match leg {
            Leg::Forth => None,
            Leg::Back => self.risk(unit, goal.as_ref(), prepared.as_ref()),
        };
        let mut steps = Vec::new();
        if let Some(prepared) = prepared {
            if let Some(surplus) = prepared.says.surplus.first().filter(|_| leg == Leg::Forth) {
                bail!("the plan does more than was announced: {surplus}");
            }
            // Outputs may change where no resource does.
            steps.push(Step::Terraform);
            lock(&self.prepared).insert(unit.clone(), prepared);
        }
        steps.push(Step::Health);
        Ok(Prospect { steps, risk })
    }

    fn act(&self, unit: &UnitName, state: &UnitState, _lease: u64, _leg: Leg, step: Step) -> Result<()> {
        match step {
            Step::Terraform => {
                let prepared = lock(&self.prepared).remove(unit).context("there is no plan of it")?;
                self.given.terraform.apply(prepared.folder.path(), &prepared.planned)
            }
            Step::Revert => (self.given.revert)(unit, state),
            Step::Manifests | Step::Prune | Step::Health => Ok(()),
        }
    }

    fn is_newer(&self, unit: &UnitName) -> Result<bool> {
        let tip = (self.given.tip)()?;
        if tip == self.given.head {
            return Ok(false);
        }
        let newer = self.revision(&tip)?;
        let digest = |revision: &Revision| revision.units.get(unit).map(|one| one.unit.digest);
        Ok(digest(&newer) != digest(&self.given.wanted))
    }

    fn intent(&self, unit: &UnitName, state: &UnitState, leg: Leg, effect: Effect) -> Intent {
        let healthy = state.healthy.as_ref();
        let (digest, head) = match leg {
            Leg::Forth => {
                let wanted = self.given.wanted.units.get(unit).map(|one| one.unit.digest.to_string());
                (wanted, self.given.head.clone())
            }
            Leg::Back => (
                healthy.and_then(|healthy| healthy.digest.clone()),
                healthy.map_or_else(String::new, |healthy| healthy.commit.clone()),
            ),
        };
        let plan = lock(&self.prepared).get(unit).filter(|_| effect == Effect::Terraform).map(|one| one.says.digest);
        let change = Cause { head, base: healthy.map(|healthy| healthy.commit.clone()), ..self.given.cause.clone() };
        let undo = self.undo(unit, state).unwrap_or(Undo::Irreversible);
        Intent { effect, unit: unit.clone(), digest, plan, change, cost: None, undo }
    }
}

impl Direct<'_> {
    /// What holds data goes only when somebody says so.
    fn may_go(&self, unit: &UnitName, is: Option<&Plannable>) -> Result<()> {
        let worst = outcomes(Ends { from: is, to: None }).into_iter().find(|one| one.undo > Reviewed::Reversible);
        match worst {
            Some(worst) if !self.given.confirmed.contains(unit) => {
                bail!("{}, {}: say --confirm {unit} if that is meant", worst.what, worst.why)
            }
            _ => Ok(()),
        }
    }

    fn undo(&self, unit: &UnitName, state: &UnitState) -> Result<Undo> {
        let healthy = self.healthy(unit, state)?;
        let ends = Ends { from: healthy.as_ref(), to: self.given.wanted.units.get(unit) };
        Ok(match outcomes(ends).first().map_or(Reviewed::Reversible, |worst| worst.undo) {
            Reviewed::Reversible => Undo::Reversible,
            Reviewed::WithLoss => Undo::WithLoss,
            Reviewed::Irreversible | Reviewed::Refused => Undo::Irreversible,
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
