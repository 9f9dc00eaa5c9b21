//! Tests: pull requests that are merged, runs that are started, doubled, forgotten and killed, leases that run out, and
//! steps of killed runs that land late; in any order that a seed gives. Laws are checked at every step.
//!
//! `PAVIOR_SCHEDULES=100000 cargo test --lib simulation` runs as many; `PAVIOR_SEED=<seed>` tells each step of one.

mod chance;
mod laws;

use super::*;
use crate::deliver::Shard;
use crate::ledger::{Cause, Effect, Entry, Intent, Outcome, Record, Scope, Sha, State, Undo, Writer};
use crate::model::{Name, Timestamp};
use chance::Chance;
use laws::stands_on;
use std::collections::BTreeSet;

const ENVIRONMENTS: [&str; 2] = ["staging", "production"];
const UNITS: [&str; 2] = ["cart", "web"];
const LEASE: u64 = 50;

/// What a digest does, by its name.
fn is_sick(digest: &str) -> bool {
    digest.starts_with("sick")
}

fn breaks_terraform(digest: &str) -> bool {
    digest.starts_with("breaks")
}

fn is_unreviewed(digest: &str) -> bool {
    digest.starts_with("unreviewed")
}

/// What really stands outside.
#[derive(Debug, Clone, Default)]
struct Real {
    terraform: Option<String>,
    manifests: Option<String>,
    /// The newest fencing token that it has seen.
    token: u64,
    reverts: BTreeSet<String>,
}

struct Run {
    machine: Machine,
    head: usize,
    name: String,
    orders: Vec<Order>,
}

/// A step of a run that is gone; it may land yet.
struct Late {
    head: usize,
    order: Order,
}

struct World {
    chance: Chance,
    /// What each merge says of each unit.
    main: Vec<BTreeMap<UnitName, String>>,
    merged: usize,
    records: Vec<Record>,
    state: State,
    now: u64,
    real: BTreeMap<UnitName, Real>,
    runs: Vec<Run>,
    late: Vec<Late>,
    /// Heads that somebody was told of.
    told: Vec<usize>,
    started: usize,
    flaky: bool,
    /// Digests that Terraform once failed with, though nothing is wrong with them.
    cut: BTreeSet<String>,
    is_told: bool,
    /// Nothing is killed or lost any more.
    is_settling: bool,
}

fn units() -> impl Iterator<Item = UnitName> {
    ENVIRONMENTS.into_iter().flat_map(|environment| {
        UNITS
            .into_iter()
            .map(move |unit| UnitName { environment: Name::parse(environment).unwrap(), unit: unit.to_owned() })
    })
}

impl World {
    fn new(seed: u64, is_told: bool) -> World {
        let mut chance = Chance(seed);
        let mut main = vec![BTreeMap::new()];
        for pull in 1..=3 {
            let mut tree: BTreeMap<UnitName, String> = main[pull - 1].clone();
            for unit in units() {
                let kind = ["good", "good", "good", "sick", "breaks", "unreviewed", "gone"][chance.below(7)];
                match kind {
                    // So that there is something to go back to.
                    _ if pull == 1 && !chance.one_in(6) => drop(tree.insert(unit.clone(), format!("good-1-{unit}"))),
                    _ if chance.one_in(3) => {}
                    "gone" => drop(tree.remove(&unit)),
                    kind => drop(tree.insert(unit.clone(), format!("{kind}-{pull}-{unit}"))),
                }
            }
            main.push(tree);
        }
        World {
            flaky: chance.one_in(4),
            chance,
            main,
            merged: 0,
            records: Vec::new(),
            state: State::default(),
            now: 0,
            real: BTreeMap::new(),
            runs: Vec::new(),
            late: Vec::new(),
            told: Vec::new(),
            started: 0,
            cut: BTreeSet::new(),
            is_told,
            is_settling: false,
        }
    }

    fn tell(&self, what: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>4} {}", self.now, what());
        }
    }

    fn play(&mut self) {
        for _ in 0..self.chance.below(700) {
            match self.chance.below(20) {
                0 | 1 if self.merged < 3 => self.merge(),
                2 | 3 => self.start_told(),
                4 => self.kill(),
                5 => self.now += 1 + self.chance.below(2 * LEASE as usize) as u64,
                6 => self.land_late(),
                _ => self.work(),
            }
            self.now += 1;
        }
        self.settle();
    }

    fn merge(&mut self) {
        self.merged += 1;
        self.tell(|| format!("merge {} says {:?}", self.merged, self.main[self.merged].values().collect::<Vec<_>>()));
        // A message may be lost, or come twice.
        for _ in 0..self.chance.below(3) {
            self.told.push(self.merged);
        }
    }

    fn start_told(&mut self) {
        if self.told.is_empty() || self.runs.len() > 3 {
            return;
        }
        let head = self.told.swap_remove(self.chance.below(self.told.len()));
        self.start(head);
    }

    /// One run for everything, or two or three that share it, of which some may never start.
    fn start(&mut self, head: usize) {
        let count = 1 + self.chance.below(3) * usize::from(self.chance.one_in(2));
        for index in 1..=count {
            if self.is_settling || !self.chance.one_in(5) {
                self.start_shard(head, &format!("{index}/{count}").parse().unwrap());
            }
        }
    }

    fn start_shard(&mut self, head: usize, shard: &Shard) {
        let tree = self.main[head].clone();
        let known: BTreeSet<UnitName> = tree.keys().chain(self.state.units.keys()).cloned().collect();
        let targets = known.iter().map(|unit| {
            let digest = tree.get(unit).cloned();
            let after = stands_on(unit, &tree);
            let refused = digest.as_ref().filter(|digest| is_unreviewed(digest)).map(|_| "nobody saw it".to_owned());
            let is_open = self.state.open.values().any(|intent| intent.unit == *unit);
            Target { unit: unit.clone(), digest, after, refused, is_open, is_elsewhere: false }
        });
        self.started += 1;
        let names: Vec<&UnitName> = tree.keys().collect();
        let targets = shard.part(targets.collect(), &names);
        let mut machine = Machine::new(targets, 1 + self.chance.below(3));
        let orders = machine.start();
        let name = format!("run {}", self.started);
        self.tell(|| format!("{name} starts for shard {shard} of merge {head}"));
        self.runs.push(Run { machine, head, name, orders });
    }

    /// Carries out one order of one run.
    fn work(&mut self) {
        if self.runs.is_empty() {
            return;
        }
        let at = self.chance.below(self.runs.len());
        let mut run = self.runs.swap_remove(at);
        if !run.orders.is_empty() {
            let order = run.orders.swap_remove(self.chance.below(run.orders.len()));
            let happened = self.carry_out(run.head, &run.name, &order);
            self.tell(|| format!("{} {}: {:?} -> {happened:?}", run.name, order.unit, order.what));
            let event = Event { unit: order.unit, number: order.number, happened };
            if self.chance.one_in(10) {
                let again = run.machine.take(event.clone());
                run.orders.extend(again);
            }
            run.orders.extend(run.machine.take(event));
        }
        match run.machine.is_done() {
            true => assert!(run.orders.is_empty(), "{} is done and orders {:?}", run.name, run.orders),
            false => self.runs.push(run),
        }
    }

    fn kill(&mut self) {
        if self.runs.is_empty() {
            return;
        }
        let run = self.runs.swap_remove(self.chance.below(self.runs.len()));
        self.tell(|| format!("{} is killed", run.name));
        for order in run.orders {
            match (&order.what, self.chance.below(3)) {
                (What::Act { .. } | What::Append { .. }, 0) => drop(self.carry_out(run.head, &run.name, &order)),
                (What::Act { .. }, 1) => self.late.push(Late { head: run.head, order }),
                _ => {}
            }
        }
    }

    /// What was sent on its way by a run that is gone, and only arrives now.
    fn land_late(&mut self) {
        if !self.late.is_empty() {
            let Late { head, order } = self.late.swap_remove(self.chance.below(self.late.len()));
            self.tell(|| format!("late: {} {:?}", order.unit, order.what));
            self.carry_out(head, "late", &order);
        }
    }

    fn carry_out(&mut self, head: usize, run: &str, order: &Order) -> Happened {
        let unit = &order.unit;
        match &order.what {
            What::Lease => self.lease(head, run, unit),
            What::Append { lease, drafts } => self.append(head, run, unit, *lease, drafts),
            What::Plan { leg: Leg::Forth } if self.main[head].contains_key(unit) => {
                let real = self.real.get(unit).cloned().unwrap_or_default();
                let wanted = self.main[head].get(unit).cloned();
                let mut steps = vec![Step::Terraform, Step::Manifests, Step::Prune, Step::Health];
                steps.retain(|step| *step != Step::Terraform || real.terraform != wanted);
                let is_broken = wanted.as_deref().is_some_and(breaks_terraform);
                if is_broken && real.terraform.as_deref() == Some("half") && self.chance.one_in(2) {
                    return Happened::NotPlanned { why: "what is there cannot be planned upon".to_owned() };
                }
                Happened::Planned { steps, risk: None }
            }
            What::Plan { leg: Leg::Forth } => {
                Happened::Planned { steps: vec![Step::Prune, Step::Terraform, Step::Health], risk: None }
            }
            What::Plan { leg: Leg::Back } => {
                Happened::Planned { steps: vec![Step::Terraform, Step::Manifests, Step::Health], risk: None }
            }
            What::Act { lease, leg, step } => {
                let result = self.act(head, run, unit, *lease, *leg, *step);
                let is_sick = *step == Step::Health;
                Happened::Acted(result.map_err(|why| Fault { why, is_sick }))
            }
            What::Look => Happened::Looked { is_newer: self.main[self.merged].get(unit) != self.main[head].get(unit) },
            What::Follow => {
                let scope = Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) };
                let is_held = self.state.held(&scope, self.time()).is_some();
                let last = self.records.last().map_or(0, |record| record.at.unix_seconds() as u64);
                let gives_up = self.now > last + 4 * LEASE || !self.is_settling && self.chance.one_in(40);
                let state = Box::new(self.state.units.get(unit).cloned().unwrap_or_default());
                let is_superseded = self.main[self.merged].get(unit) != self.main[head].get(unit);
                Happened::Followed { state, is_superseded, gives_up: gives_up && !is_held }
            }
            What::Pause => Happened::Resumed,
        }
    }

    fn time(&self) -> Timestamp {
        at(self.now)
    }

    fn record(&mut self, run: &str, entry: Entry) -> u64 {
        let number = self.records.len() as u64 + 1;
        let writer = Writer { version: String::new(), actor: run.to_owned(), run: None };
        let record = Record { number, previous: Sha::ZERO, at: self.time(), writer, entry };
        self.state.read(&record);
        self.records.push(record);
        number
    }

    fn lease(&mut self, head: usize, run: &str, unit: &UnitName) -> Happened {
        let scope = Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) };
        if let Some((_, lease)) = self.state.held(&scope, self.time()) {
            return Happened::Busy { holder: lease.holder.clone(), until: lease.until };
        }
        let until = at(self.now + LEASE);
        let lease = self.record(run, Entry::Leased { scope, until });
        let open = self.state.open.iter().filter(|(_, intent)| intent.unit == *unit);
        for began in open.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.record(run, Entry::Ended { began, outcome: Outcome::Interrupted, took: 0, note: None });
        }
        let state = self.state.units.get(unit).cloned().unwrap_or_default();
        let of = |commit: &str| commit.parse::<usize>().unwrap_or(0);
        let is_newer = self.main[self.merged].get(unit) != self.main[head].get(unit);
        let is_superseded = is_newer || state.applied.as_ref().is_some_and(|applied| of(&applied.commit) > head);
        Happened::Leased { lease, state: Box::new(state), is_superseded }
    }

    fn goal(&self, head: usize, unit: &UnitName, leg: Leg) -> (Option<String>, String) {
        match leg {
            Leg::Forth => (self.main[head].get(unit).cloned(), head.to_string()),
            Leg::Back => {
                let healthy = self.state.units[unit].healthy.clone().unwrap();
                (healthy.digest, healthy.commit)
            }
        }
    }

    fn append(&mut self, head: usize, run: &str, unit: &UnitName, lease: u64, drafts: &[Draft]) -> Happened {
        let now = self.time();
        if self.state.leases.get(&lease).is_none_or(|lease| lease.until <= now) {
            return Happened::Lost;
        }
        let mut last = 0;
        for draft in drafts {
            let began = |world: &World, effect, leg| {
                let (digest, head) = world.goal(head, unit, leg);
                let change = Cause {
                    head,
                    base: None,
                    pull: None,
                    report: None,
                    author: String::new(),
                    approved_by: Vec::new(),
                };
                let intent = Intent {
                    effect,
                    unit: unit.clone(),
                    digest,
                    plan: None,
                    change,
                    cost: None,
                    undo: Undo::Reversible,
                };
                Entry::Began(Box::new(intent))
            };
            let entry = match draft {
                Draft::Began { leg, step } => began(self, step.effect(), *leg),
                Draft::BeganRollback => began(self, Effect::Rollback, Leg::Back),
                Draft::Ended { of: Of::Record(began), outcome, .. } => {
                    assert!(self.state.open.contains_key(began), "{run} ends {began}, which is not open");
                    Entry::Ended { began: *began, outcome: *outcome, took: 0, note: None }
                }
                Draft::Ended { of: Of::Previous, outcome, .. } => {
                    Entry::Ended { began: last, outcome: *outcome, took: 0, note: None }
                }
                Draft::Quarantined { why } => {
                    let digest = self.main[head][unit].clone();
                    Entry::Quarantined { unit: unit.clone(), digest, why: why.clone() }
                }
                Draft::Returned => Entry::Returned { lease },
            };
            last = self.record(run, entry);
        }
        Happened::Appended { last }
    }

    /// What Terraform's lock and stale plans, and the token in the inventory of a cluster, see to.
    fn act(&mut self, head: usize, run: &str, unit: &UnitName, lease: u64, leg: Leg, step: Step) -> Result<(), String> {
        let (digest, _) = self.goal(head, unit, leg);
        let (now, is_flaky) = (self.time(), self.flaky && self.chance.one_in(15));
        let newest = self.state.leases.iter().rev().find(|(_, lease)| {
            lease.scope.unit.as_ref() == Some(&unit.unit) && lease.scope.environment == unit.environment
        });
        let is_ours = newest.is_some_and(|(token, held)| *token == lease && held.until > now);
        let real = self.real.entry(unit.clone()).or_default();
        if lease < real.token {
            return Err("an older token".to_owned());
        }
        real.token = lease;
        let open =
            |effect: Effect| self.state.open.values().any(|intent| intent.unit == *unit && intent.effect == effect);
        if run != "late" && is_ours {
            assert!(open(step.effect()), "{run} does {step:?} to {unit} without a record of it");
            let others = self.state.leases.values().filter(|held| {
                held.until > now
                    && held.scope.unit.as_ref() == Some(&unit.unit)
                    && held.scope.environment == unit.environment
            });
            assert!(others.count() <= 1, "two runs hold {unit}");
            if let Some(digest) = digest.as_ref().filter(|_| step != Step::Revert) {
                let is_quarantined = self.state.units.get(unit).is_some_and(|unit| unit.quarantined.contains(digest));
                assert!(!is_quarantined, "{run} brings {digest}, which is quarantined");
            }
        }
        if let Some(digest) = &digest {
            assert!(!is_unreviewed(digest), "{run} brings {digest}, which nobody approved");
        }
        let fails = |is: fn(&str) -> bool| digest.as_ref().is_some_and(|digest| is(digest));
        match step {
            _ if is_flaky && step != Step::Health => {
                if let Some(digest) = digest.filter(|_| step == Step::Terraform) {
                    self.cut.insert(digest);
                }
                return Err("the network was cut".to_owned());
            }
            Step::Terraform if fails(breaks_terraform) => {
                real.terraform = Some("half".to_owned());
                return Err("it failed at resource 2 of 3".to_owned());
            }
            Step::Terraform => real.terraform = digest,
            Step::Manifests => {
                assert!(
                    run == "late" || real.terraform == digest,
                    "{unit}: manifests of {digest:?} upon {:?}",
                    real.terraform
                );
                real.manifests = digest;
            }
            Step::Prune if digest.is_none() => {
                assert!(!self.main[head].contains_key(unit), "{unit} is pruned, and git has it");
                real.manifests = None;
            }
            Step::Prune => {}
            Step::Health => {
                if run != "late" && (real.terraform != digest || real.manifests != digest) {
                    return Err("something else is there".to_owned());
                }
                if fails(is_sick) {
                    return Err("it was never ready".to_owned());
                }
            }
            Step::Revert => drop(real.reverts.insert(self.main[head][unit].clone())),
        }
        Ok(())
    }

    /// Everything is merged, and runs are started for it until nothing is to be done. Nothing more is killed.
    fn settle(&mut self) {
        let steps = self.now;
        while self.merged < 3 {
            self.merge();
        }
        (self.flaky, self.is_settling) = (false, true);
        for _ in 0..6 {
            while !self.runs.is_empty() {
                self.work();
                self.now += 1;
                assert!(self.now < steps + 20_000, "it does not come to an end");
            }
            while !self.late.is_empty() {
                self.land_late();
            }
            self.now += 2 * LEASE;
            self.start(3);
        }
        while !self.runs.is_empty() {
            self.work();
            self.now += 1;
        }
        self.check();
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::of_unix_seconds(seconds).unwrap()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn in_every_order_of_things_the_laws_hold() {
    if let Some(seed) = number("PAVIOR_SEED") {
        return World::new(seed, true).play();
    }
    let (mut rollbacks, mut interrupted) = (0, 0);
    for seed in 0..number("PAVIOR_SCHEDULES").unwrap_or(2_000) {
        let result = std::panic::catch_unwind(|| {
            let mut world = World::new(seed, false);
            world.play();
            let is_rollback =
                |record: &&Record| matches!(&record.entry, Entry::Began(intent) if intent.effect == Effect::Rollback);
            let is_interrupted =
                |record: &&Record| matches!(record.entry, Entry::Ended { outcome: Outcome::Interrupted, .. });
            (world.records.iter().filter(is_rollback).count(), world.records.iter().filter(is_interrupted).count())
        });
        match result {
            Ok((back, cut)) => (rollbacks, interrupted) = (rollbacks + back, interrupted + cut),
            Err(_) => panic!("a law is broken: PAVIOR_SEED={seed} plays it again"),
        }
    }
    println!("{rollbacks} rollbacks, {interrupted} steps interrupted");
    // A simulation in which nothing of it happens proves nothing.
    assert!(rollbacks > 20 && interrupted > 100);
}
