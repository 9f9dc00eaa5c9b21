//! The world outside, as `delivery: direct` has it: Terraform and a cluster, moved by the run itself.

use super::by_hand::ByHand;
use super::drive::{Prospect, Sick, Work};
use super::handover::{engine_of, still_used};
use super::kubernetes::health::{Addresses, probes};
use super::kubernetes::{Allowed, ApplyError, Cluster, Confirmation, Gate, Health, Id, Kept, Objects, Owner};
use super::machine::{Leg, Step};
use super::plan::{Ends, Plannable, Prepared, outcomes, prepare};
use super::plan_json::Step as Doing;
use super::revision::Revision;
use super::terraform::{Terraform, has_terraform};
use crate::ledger::{Cause, Cost, Deployed, Effect, Intent, SecretAsked, Undo, UnitName, UnitState};
use crate::review::reversibility::{Cause as Reason, Consequence, Undo as Reviewed};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a run is given.
pub struct Given<'a> {
    /// The commit that is carried out.
    pub head: String,
    pub wanted: Arc<Revision>,
    pub terraform: Terraform,
    /// The cluster of an environment; None where it has none.
    pub cluster: &'a (dyn Fn(&UnitName) -> Option<Cluster> + Sync),
    pub patience: Patience,
    /// Tells people what they should know beside.
    pub tell: &'a (dyn Fn(&str) + Sync),
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

/// When a unit in a cluster is healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// Until when all of it has to be well.
    pub deadline: Duration,
    /// For how long it has to stay so.
    pub soak: Duration,
    pub addresses: Addresses,
}

pub struct Direct<'a> {
    pub(super) given: Given<'a>,
    known: Mutex<BTreeMap<String, Arc<Revision>>>,
    /// Plans that were made and not yet carried out.
    pub(super) prepared: Mutex<BTreeMap<UnitName, Prepared>>,
    /// On whose word, of units of which more is known than of the run.
    causes: BTreeMap<UnitName, Cause>,
    /// What each leg comes to, once it was asked for.
    weights: Mutex<BTreeMap<(UnitName, Leg), Weight>>,
    pub(super) by_hand: Option<ByHand>,
}

/// What the ledger says of a leg before each of its steps.
#[derive(Debug, Clone)]
struct Weight {
    undo: Undo,
    cost: Option<Cost>,
}

impl<'a> Direct<'a> {
    pub fn new(given: Given<'a>) -> Direct<'a> {
        let known = BTreeMap::from([(given.head.clone(), given.wanted.clone())]);
        let (known, prepared, weights) = (Mutex::new(known), Mutex::default(), Mutex::default());
        Direct { given, known, prepared, weights, causes: BTreeMap::new(), by_hand: None }
    }

    /// Of these units something else is written into the ledger than of the run as a whole.
    pub fn with_causes(self, causes: BTreeMap<UnitName, Cause>) -> Direct<'a> {
        Direct { causes, ..self }
    }

    pub(super) fn revision(&self, commit: &str) -> Result<Arc<Revision>> {
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
        let brought = match self.engine(unit, state) {
            // An engine may have been told of more than Terraform was.
            Some(_) => state.terraform.as_ref().map(|terraform| &terraform.deployed),
            None => state.applied.as_ref(),
        };
        let applied = brought.filter(|_| state.unsettled);
        let other = applied.filter(|applied| state.healthy.as_ref().is_none_or(|was| was.digest != applied.digest));
        other.map_or(Ok(None), |applied| self.delivered(unit, applied))
    }

    fn engine(&self, unit: &UnitName, state: &UnitState) -> Option<&'static str> {
        engine_of(&self.given.wanted, unit, Some(state))
    }

    /// The secret requests that a step carries out: the first of those that bring something.
    fn secrets(&self, unit: &UnitName, leg: Leg, effect: Effect) -> Vec<SecretAsked> {
        let wanted = self.given.wanted.units.get(unit).filter(|_| leg == Leg::Forth);
        let carries = |unit: &Plannable| match has_terraform(&unit.unit.artifacts) {
            true => effect == Effect::Terraform,
            false => effect == Effect::Manifests,
        };
        let asked = wanted.filter(|unit| carries(unit)).and_then(|_| self.given.wanted.secrets.get(unit));
        asked.cloned().unwrap_or_default()
    }

    /// Where its objects are this run's to bring.
    fn cluster(&self, unit: &UnitName, state: &UnitState) -> Option<Cluster> {
        (self.given.cluster)(unit).filter(|_| self.engine(unit, state).is_none())
    }

    pub(super) fn goal(&self, unit: &UnitName, state: &UnitState, leg: Leg) -> Result<Option<Plannable>> {
        match leg {
            Leg::Forth => Ok(self.given.wanted.units.get(unit).cloned()),
            Leg::Back => self.refuge(state).map_or(Ok(None), |refuge| self.delivered(unit, refuge)),
        }
    }

    /// Where the way back leads.
    fn refuge<'s>(&'s self, state: &'s UnitState) -> Option<&'s Deployed> {
        self.by_hand.as_ref().map(|by_hand| &by_hand.way.to).or(state.refuge())
    }

    /// What a person has to be asked of on the way back, the worst first: a way back that loses what was there is none.
    pub(super) fn risks(&self, unit: &UnitName, goal: Option<&Plannable>, prepared: Option<&Prepared>) -> Vec<String> {
        let ends = Ends { from: self.given.wanted.units.get(unit), to: goal };
        let lost = outcomes(ends).into_iter().filter(|one| one.undo > Reviewed::Reversible);
        let mut risks: Vec<String> =
            lost.map(|one| format!("going back is {}: {}, {}", one.undo.as_str(), one.what, one.why)).collect();
        let Some(says) = prepared.map(|prepared| &prepared.says) else { return risks };
        risks.extend(says.surplus.iter().map(ToString::to_string));
        let anew = says.steps.iter().filter(|(_, step)| *step == Doing::Replace);
        risks.extend(anew.map(|(address, _)| format!("Terraform would make {address} anew")));
        risks
    }
}

impl Work for Direct<'_> {
    fn plan(&self, unit: &UnitName, state: &UnitState, leg: Leg) -> Result<Prospect> {
        let (goal, healthy, left) = (self.goal(unit, state, leg)?, self.healthy(unit, state)?, self.left(unit, state)?);
        if leg == Leg::Forth && goal.is_none() {
            let used = still_used(&self.given.wanted, unit, state);
            let is_declared = self.given.wanted.environments.contains_key(&unit.environment);
            if let Some(why) = used.filter(|_| is_declared || !self.given.confirmed.contains(unit)) {
                bail!(why);
            }
        }
        if leg == Leg::Forth {
            [&healthy, &left].into_iter().flatten().try_for_each(|is| self.may_go(unit, is, goal.as_ref()))?;
        }
        let from = match leg {
            Leg::Forth => healthy.as_ref(),
            Leg::Back => self.given.wanted.units.get(unit),
        };
        // Who goes back from something that was never healthy may find a part of what was.
        let digest = |one: Option<&Plannable>| one.map(|one| one.unit.digest);
        let beside = healthy
            .as_ref()
            .filter(|one| leg == Leg::Back && ![digest(from), digest(goal.as_ref())].contains(&Some(one.unit.digest)));
        let others: Vec<&Plannable> = left.iter().chain(beside).collect();
        let prepared = prepare(&self.given.terraform, Ends { from, to: goal.as_ref() }, &others)?;
        let risk = match leg {
            Leg::Forth => None,
            Leg::Back => {
                self.is_as_shown(prepared.as_ref())?;
                let is_accepted = self.by_hand.is_some() && self.given.confirmed.contains(unit);
                let mut risks = self.risks(unit, goal.as_ref(), prepared.as_ref()).into_iter();
                risks.next().filter(|_| !is_accepted)
            }
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
        if let Some(cluster) = self.cluster(unit, state) {
            let wanted = objects(goal.as_ref())?;
            let owner = owner(unit, goal.as_ref(), healthy.as_ref().or(left.as_ref()), 0)?;
            let is_less = !cluster.prunable(&owner, &wanted)?.is_empty();
            match goal {
                // What uses a resource goes before it does.
                None => steps.insert(0, Step::Prune),
                Some(_) if wanted.is_empty() => {}
                Some(_) => steps.push(Step::Manifests),
            }
            if is_less && goal.is_some() {
                steps.push(Step::Prune);
            }
        }
        // How an engine's units are is read from the engine: `engine_status`.
        if self.engine(unit, state).is_none() || goal.is_none() {
            steps.push(Step::Health);
        }
        Ok(Prospect { steps, risk })
    }

    fn act(&self, unit: &UnitName, state: &UnitState, lease: u64, leg: Leg, step: Step) -> Result<()> {
        match step {
            Step::Terraform => {
                let prepared = lock(&self.prepared).remove(unit).context("there is no plan of it")?;
                return self.given.terraform.apply(prepared.folder.path(), &prepared.planned);
            }
            Step::Revert => return (self.given.revert)(unit, state),
            Step::Manifests | Step::Prune | Step::Health => {}
        }
        let Some(cluster) = self.cluster(unit, state) else { return Ok(()) };
        let (goal, healthy, left) = (self.goal(unit, state, leg)?, self.healthy(unit, state)?, self.left(unit, state)?);
        let owner = owner(unit, goal.as_ref(), healthy.as_ref().or(left.as_ref()), lease)?;
        let wanted = objects(goal.as_ref())?;
        match step {
            Step::Manifests => match cluster.apply(&owner, &wanted, self.given.patience.deadline) {
                Err(error @ ApplyError::NotWell { .. }) => Err(Sick(error.to_string()).into()),
                result => Ok(result.map(drop)?),
            },
            Step::Prune => {
                let was = [healthy, left, self.given.wanted.units.get(unit).cloned()];
                let known = was.iter().flatten().map(|one| objects(Some(one))).collect::<Result<Vec<_>>>()?;
                let known = known.iter().flat_map(Objects::iter).map(|object| object.id.clone());
                let stays: BTreeSet<Id> = wanted.iter().map(|object| object.id.clone()).collect();
                let may_go = known.filter(|id| !stays.contains(id)).collect();
                let is_confirmed = goal.is_none() || self.given.confirmed.contains(unit);
                let confirmation = if is_confirmed { Confirmation::Given } else { Confirmation::Absent };
                prune(&cluster, &owner, &wanted, &Allowed { may_go, confirmation })
            }
            _ if goal.is_none() => {
                let left = cluster.prunable(&owner, &wanted)?;
                match left.first() {
                    Some(left) => bail!("{} is still there", left.object),
                    None => Ok(cluster.forget(&owner).map(drop)?),
                }
            }
            _ => self.healthy_in(unit, &cluster, &wanted),
        }
    }

    fn is_newer(&self, unit: &UnitName) -> Result<bool> {
        let tip = (self.given.tip)()?;
        if tip == self.given.head {
            return Ok(false);
        }
        let newer = self.revision(&tip)?;
        let digest = |revision: &Revision| revision.units.get(unit).map(|one| one.unit.digest.to_string());
        let (now, then) = (digest(&newer), digest(&self.given.wanted));
        Ok(now != then && self.by_hand.as_ref().is_none_or(|by_hand| by_hand.way.is_beaten_by(now.as_deref())))
    }

    fn intent(&self, unit: &UnitName, state: &UnitState, leg: Leg, effect: Effect) -> Intent {
        let healthy = state.healthy.as_ref();
        let (digest, head) = match leg {
            Leg::Forth => {
                let wanted = self.given.wanted.units.get(unit).map(|one| one.unit.digest.to_string());
                (wanted, self.given.head.clone())
            }
            Leg::Back => {
                let refuge = self.refuge(state);
                (
                    refuge.and_then(|refuge| refuge.digest.clone()),
                    refuge.map_or_else(String::new, |refuge| refuge.commit.clone()),
                )
            }
        };
        let plan = lock(&self.prepared).get(unit).filter(|_| effect == Effect::Terraform).map(|one| one.says.digest);
        let cause = self.causes.get(unit).unwrap_or(&self.given.cause).clone();
        let base = cause.base.or_else(|| healthy.map(|healthy| healthy.commit.clone()));
        let change = Cause { head, base, ..cause };
        let Weight { undo, cost } = self.weight(unit, state, leg);
        let secrets = self.secrets(unit, leg, effect);
        Intent { effect, unit: unit.clone(), digest, plan, change, cost, undo, secrets }
    }
}

/// What a unit brings into its cluster.
pub(super) fn objects(unit: Option<&Plannable>) -> Result<Objects> {
    unit.map_or_else(|| Ok(Objects::none()), |unit| Objects::of(&unit.unit.artifacts))
}

/// Whose the objects are, as the inventory has it. What goes is where it was, and so is what no longer brings
/// anything.
pub(super) fn owner(unit: &UnitName, goal: Option<&Plannable>, was: Option<&Plannable>, token: u64) -> Result<Owner> {
    let of = |end| anyhow::Ok(objects(end)?.namespace().map(str::to_owned));
    let namespace = of(goal)?.map_or_else(|| of(was), |namespace| Ok(Some(namespace)))?;
    Ok(Owner { unit: unit.clone(), namespace, digest: goal.map(|goal| goal.unit.digest.to_string()), token })
}

fn prune(cluster: &Cluster, owner: &Owner, wanted: &Objects, allowed: &Allowed) -> Result<()> {
    let pruned = cluster.prune(owner, wanted, allowed)?;
    let held = pruned.kept.iter().find(|(_, why)| *why == Kept::NeedsConfirmation);
    if let Some((id, _)) = held {
        bail!("{id} holds data, and stays: say --confirm {} if it may go", owner.unit);
    }
    match pruned.going.first() {
        Some(id) => bail!("{id} is deleted, and something holds it back: the next run looks again"),
        None => Ok(()),
    }
}

impl Direct<'_> {
    fn healthy_in(&self, unit: &UnitName, cluster: &Cluster, wanted: &Objects) -> Result<()> {
        let Patience { deadline, soak, addresses } = &self.given.patience;
        let every = Duration::from_secs(2).min(*deadline);
        let gate = Gate { deadline: *deadline, soak: *soak, every, probes: probes(wanted, addresses) };
        match cluster.healthy(wanted, &gate)? {
            Health::Healthy { skipped } => {
                skipped.iter().for_each(|one| (self.given.tell)(&format!("{unit}: not asked, and no proof: {one}")));
                Ok(())
            }
            Health::Sick { subject, why } => Err(Sick(format!("{subject}: {why}")).into()),
        }
    }

    /// What holds data goes only when somebody says so.
    fn may_go(&self, unit: &UnitName, is: &Plannable, goal: Option<&Plannable>) -> Result<()> {
        let goes = |one: &Consequence| goal.is_none() || matches!(one.cause, Some(Reason::Resource(_)));
        let all = outcomes(Ends { from: Some(is), to: goal });
        let worst = all.into_iter().find(|one| one.undo > Reviewed::Reversible && goes(one));
        match worst {
            Some(worst) if !self.given.confirmed.contains(unit) => {
                bail!("{}, {}: say --confirm {unit} if that is meant", worst.what, worst.why)
            }
            _ => Ok(()),
        }
    }

    /// Who cannot tell what is lost by a step says the worst of it.
    fn weight(&self, unit: &UnitName, state: &UnitState, leg: Leg) -> Weight {
        let key = (unit.clone(), leg);
        if let Some(known) = lock(&self.weights).get(&key) {
            return known.clone();
        }
        let end = match leg {
            Leg::Forth => self.healthy(unit, state),
            Leg::Back => self.goal(unit, state, leg),
        };
        let weight = match end {
            Ok(end) => self.weighed(unit, end.as_ref(), leg),
            Err(_) => Weight { undo: Undo::Irreversible, cost: None },
        };
        lock(&self.weights).insert(key, weight.clone());
        weight
    }

    fn weighed(&self, unit: &UnitName, end: Option<&Plannable>, leg: Leg) -> Weight {
        let wanted = self.given.wanted.units.get(unit);
        let (from, to) = match leg {
            Leg::Forth => (end, wanted),
            Leg::Back => (wanted, end),
        };
        let price = |end: Option<&Plannable>| end.and_then(|end| end.price.clone());
        let undo = match outcomes(Ends { from, to }).first().map_or(Reviewed::Reversible, |worst| worst.undo) {
            Reviewed::Reversible => Undo::Reversible,
            Reviewed::WithLoss => Undo::WithLoss,
            Reviewed::Irreversible | Reviewed::Refused => Undo::Irreversible,
        };
        Weight { undo, cost: Cost::moved(price(from).as_ref(), price(to).as_ref()) }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
