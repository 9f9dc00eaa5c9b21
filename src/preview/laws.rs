//! Laws of the life of previews, held over orders of events that nobody would think of: pushes, closings, visits, writers
//! that are killed, and writers that come back when their lease is over and somebody else has it.

use super::claim::{Change, Done, claim, close, holds};
use super::derived::environment_name;
use super::lifecycle::{Action, Facts};
use super::schedule::schedule;
use super::state::{Phase, previews};
use super::terms::{Terms, later};
use crate::ledger::{Entry, Outcome, PreviewLife, PreviewStage, Record, Verifier, Writer};
use crate::model::{Name, Timestamp};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const LEASE: u64 = 900;
const TERMS: Terms = Terms { maximum_life: 20_000, idle: 3_600, asleep: 9_000, at_once: 2 };

/// Everything outside.
struct World {
    now: Timestamp,
    records: Vec<Record>,
    verifier: Verifier,
    pulls: BTreeMap<u64, Facts>,
    /// Commit of what runs, by pull request.
    cluster: BTreeMap<u64, String>,
    workers: [Option<Job>; 3],
    /// Whose turn it is by the order of claims, not by what is read of the ledger.
    holder: BTreeMap<u64, (usize, Timestamp)>,
}

#[derive(Clone)]
struct Job {
    change: Change,
    lease: u64,
    is_done: bool,
}

#[derive(Debug, Clone)]
enum Event {
    Push(u64),
    Turn(u64),
    Keep(u64),
    Visit(u64),
    Pass(u64),
    /// A worker takes what is to be done to a pull request.
    Take(usize, u64),
    /// It does it.
    Act(usize),
    Finish(usize, bool),
    Crash(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let pull = 1..4_u64;
    let worker = 0..3_usize;
    let event = prop_oneof![
        2 => pull.clone().prop_map(Event::Push),
        1 => pull.clone().prop_map(Event::Turn),
        1 => pull.clone().prop_map(Event::Keep),
        2 => pull.clone().prop_map(Event::Visit),
        3 => (1..6_000_u64).prop_map(Event::Pass),
        8 => (worker.clone(), pull).prop_map(|(worker, pull)| Event::Take(worker, pull)),
        6 => worker.clone().prop_map(Event::Act),
        6 => (worker.clone(), any::<bool>()).prop_map(|(worker, fails)| Event::Finish(worker, !fails)),
        1 => worker.prop_map(Event::Crash),
    ];
    proptest::collection::vec(event, 0..120)
}

fn name(pull: u64) -> Name {
    environment_name(pull).unwrap()
}

impl World {
    fn new() -> World {
        let now = Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
        let facts = |pull: u64| Facts {
            open: pull != 3,
            wanted: true,
            keep: false,
            head: "0".to_owned(),
            asked: now,
            active: None,
            found: false,
            room: false,
        };
        World {
            now,
            records: Vec::new(),
            verifier: Verifier::new(Vec::new()),
            pulls: (1..4).map(|pull| (pull, facts(pull))).collect(),
            cluster: BTreeMap::new(),
            workers: [None, None, None],
            holder: BTreeMap::new(),
        }
    }

    fn append(&mut self, entries: Vec<Entry>) {
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run: None };
        let (texts, _) = self.verifier.head().append(self.now, &writer, entries);
        for text in texts {
            let number = self.verifier.head().number + 1;
            self.records.push(self.verifier.read(number, text.as_bytes()).unwrap());
        }
    }

    fn facts(&self) -> BTreeMap<u64, Facts> {
        let found = |pull: &u64| self.cluster.contains_key(pull);
        self.pulls.iter().map(|(pull, facts)| (*pull, Facts { found: found(pull), ..facts.clone() })).collect()
    }

    fn due(&self) -> BTreeMap<u64, Vec<Action>> {
        schedule(&previews(&self.records), &self.facts(), &TERMS, self.now)
    }

    fn take(&mut self, worker: usize, pull: u64) {
        let due = self.due();
        let Some(action) = due[&pull].iter().find(|action| **action != Action::Queue).cloned() else { return };
        let facts = Facts { room: true, ..self.facts()[&pull].clone() };
        let life = PreviewLife {
            head: facts.head.clone(),
            base: "base".to_owned(),
            author: "jo".to_owned(),
            team: None,
            services: vec![Name::parse("cart").unwrap()],
            pattern: None,
            cost: None,
        };
        let until = later(self.now, LEASE);
        let change = Change { environment: name(pull), pull, action, life, until, note: None };
        let entries = claim(&self.records, &change, &facts, &TERMS, self.now);
        let at = entries.iter().position(|entry| matches!(entry, Entry::Leased { .. })).unwrap();
        let lease = self.verifier.head().number + 1 + at as u64;
        let other = self.holder.get(&pull);
        assert!(other.is_none_or(|(_, until)| *until <= self.now), "taken from somebody who has it");
        self.append(entries);
        self.holder.insert(pull, (worker, until));
        self.workers[worker] = Some(Job { change, lease, is_done: false });
    }

    fn act(&mut self, worker: usize) {
        let Some(job) = &mut self.workers[worker] else { return };
        if !holds(&self.records, &job.change.environment, job.lease, self.now) {
            return;
        }
        let pull = job.change.pull;
        assert_eq!(self.holder[&pull].0, worker, "done by one who was overtaken: {:?}", job.change.action);
        job.is_done = true;
        match &job.change.action {
            Action::Up { head } => drop(self.cluster.insert(pull, head.clone())),
            Action::Down(_) => drop(self.cluster.remove(&pull)),
            Action::Sleep | Action::Wake | Action::Warn { .. } | Action::Queue => {}
        }
    }

    fn finish(&mut self, worker: usize, succeeds: bool) {
        let Some(job) = self.workers[worker].take() else { return };
        let outcome = if succeeds && job.is_done { Outcome::Succeeded } else { Outcome::Failed };
        let done = Done { lease: job.lease, outcome, took: 1 };
        let entries = close(&self.records, &job.change, done, self.now);
        if !entries.is_empty() {
            assert_eq!(self.holder.remove(&job.change.pull).map(|(holder, _)| holder), Some(worker));
            self.append(entries);
        }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Push(pull) => self.change(*pull, |facts, now| {
                facts.head = (facts.head.parse::<u64>().unwrap() + 1).to_string();
                facts.asked = now;
            }),
            Event::Turn(pull) => self.change(*pull, |facts, now| {
                facts.open = !facts.open;
                if facts.open {
                    facts.asked = now;
                }
            }),
            Event::Keep(pull) => self.change(*pull, |facts, _| facts.keep = !facts.keep),
            Event::Visit(pull) => self.change(*pull, |facts, now| facts.active = Some(now)),
            Event::Pass(seconds) => self.now = later(self.now, *seconds),
            Event::Take(worker, pull) if self.workers[*worker].is_none() => self.take(*worker, *pull),
            Event::Take(..) => {}
            Event::Act(worker) => self.act(*worker),
            Event::Finish(worker, succeeds) => self.finish(*worker, *succeeds),
            Event::Crash(worker) => self.workers[*worker] = None,
        }
    }

    fn change(&mut self, pull: u64, change: impl Fn(&mut Facts, Timestamp)) {
        let now = self.now;
        self.pulls.get_mut(&pull).map(|facts| change(facts, now)).unwrap();
    }

    /// What holds at every moment.
    fn check(&self) {
        let all = previews(&self.records);
        assert!(all.values().filter(|preview| preview.is_awake()).count() <= TERMS.at_once);
        let due = self.due();
        for (pull, actions) in &due {
            let facts = &self.pulls[pull];
            let Some(preview) = all.get(&name(*pull)) else { continue };
            let is_free = !preview.is_held(self.now);
            let is_old = later(preview.created, TERMS.maximum_life) <= self.now;
            let goes = actions.iter().any(|action| matches!(action, Action::Down(_)));
            if is_free && preview.phase != Phase::Gone && (!facts.open || is_old && !facts.keep) {
                assert!(goes, "{pull} lives on: {preview:?} {facts:?}");
            }
            if goes {
                assert!(is_free, "torn down under somebody's hands");
            }
        }
    }
}

fn warnings(records: &[Record]) -> Vec<String> {
    let told = records.iter().map(|record| &record.entry).filter_map(|entry| match entry {
        Entry::Preview(step) => match &step.stage {
            PreviewStage::Warned { ends, before } => Some(format!("{} {ends} {before}", step.environment)),
            _ => None,
        },
        _ => None,
    });
    told.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn a_preview_is_never_taken_from_who_has_it_never_outlives_its_term_and_always_goes_in_the_end(events in events()) {
        let mut world = World::new();
        for event in &events {
            world.happen(event);
            world.check();
        }
        let told = warnings(&world.records);
        prop_assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "told twice");

        // Everybody closes, whoever worked is dead, and one worker sweeps.
        world.workers = [None, None, None];
        world.pulls.values_mut().for_each(|facts| facts.open = false);
        world.now = later(world.now, LEASE);
        for _ in 0..3 {
            for pull in 1..4 {
                world.take(0, pull);
                world.act(0);
                world.finish(0, true);
            }
        }
        prop_assert!(world.cluster.is_empty(), "orphans: {:?}", world.cluster);
        let all = previews(&world.records);
        prop_assert!(all.values().all(|preview| preview.phase == Phase::Gone));
        prop_assert!(world.due().values().all(Vec::is_empty));
        prop_assert_eq!(world.verifier.end().map(|head| head.number), Ok(world.records.len() as u64));
    }

    #[test]
    fn whoever_waits_gets_a_place_when_one_is_free(pulls in 3..9_u64) {
        let mut world = World::new();
        let facts = world.pulls[&1].clone();
        world.pulls = (1..=pulls).map(|pull| (pull, Facts { asked: later(facts.asked, pulls - pull), ..facts.clone() })).collect();
        let mut order = Vec::new();
        for _ in 0..pulls {
            for pull in 1..=pulls {
                world.take(0, pull);
                let action = world.workers[0].as_ref().map(|job| &job.change.action);
                if matches!(action, Some(Action::Up { .. })) {
                    order.push(pull);
                }
                world.act(0);
                world.finish(0, true);
                world.check();
            }
            // Nobody comes: they fall asleep and make room.
            world.now = later(world.now, TERMS.idle);
        }
        // Who asked first was first; of the two places the earliest two have them in any order.
        prop_assert_eq!(order.iter().copied().collect::<BTreeSet<u64>>().len() as u64, pulls);
        let pairs: Vec<BTreeSet<u64>> = order.chunks(2).map(|pair| pair.iter().copied().collect()).collect();
        prop_assert!(pairs.windows(2).all(|two| two[0].first() > two[1].last()), "{:?}", order);
    }
}
