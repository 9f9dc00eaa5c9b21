//! What the records add up to: what each unit is, what is begun and not ended, who holds what.

use super::record::{Effect, Entry, Intent, Outcome, Record, Scope, UnitName};
use crate::model::{Name, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How things stand behind the last record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    pub units: BTreeMap<UnitName, UnitState>,
    /// What was begun and has no end, by the number of its record: a writer that still works, or one that was killed.
    pub open: BTreeMap<u64, Intent>,
    /// What is held, by fencing token.
    pub leases: BTreeMap<u64, Lease>,
    /// Environments of pull requests, those that are gone too. No merge brings or takes anything there.
    pub previews: BTreeSet<Name>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitState {
    /// What it was last found healthy with.
    pub healthy: Option<Deployed>,
    /// What was last brought to it, healthy or not.
    pub applied: Option<Deployed>,
    /// Digests that made it sick.
    pub quarantined: BTreeSet<String>,
    /// Something was begun since it was last found healthy: what is there is not known to be what was healthy.
    pub unsettled: bool,
    /// Going back failed: what comes next is for a person to say.
    pub held: bool,
    /// It went back, or was about to, and its declaration was not taken back yet.
    pub owes_revert: bool,
    /// Where it was on its way back to when it was last heard of.
    pub returning: Option<Deployed>,
    /// The record that began its last step, where that failed.
    pub failed: Option<u64>,
    /// What Terraform last made of it.
    pub terraform: Option<Brought>,
    /// What its engine was last told to run; with no digest, that it is gone.
    pub published: Option<Brought>,
    /// The same, as far as it is sure: a push that failed may have arrived.
    pub told: Option<Deployed>,
}

/// What a unit was last brought to by one kind of step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    pub deployed: Deployed,
    /// The step came to its end. Else nobody knows how much of it is there.
    pub is_whole: bool,
}

/// A digest that was brought to a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// None: the unit was taken away.
    pub digest: Option<String>,
    /// The commit it was compiled from.
    pub commit: String,
    /// The record that says so.
    pub record: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub scope: Scope,
    pub until: Timestamp,
    pub holder: String,
    /// The run that holds it, where its writer says so.
    pub run: Option<String>,
}

impl State {
    pub fn of(records: &[Record]) -> State {
        let mut state = State::default();
        records.iter().for_each(|record| state.read(record));
        state
    }

    /// The next record.
    pub fn read(&mut self, record: &Record) {
        match &record.entry {
            Entry::Began(intent) => {
                if matches!(intent.effect, Effect::Terraform | Effect::Manifests | Effect::Prune | Effect::Publish) {
                    self.units.entry(intent.unit.clone()).or_default().unsettled = true;
                }
                if intent.effect == Effect::Rollback {
                    let unit = self.units.entry(intent.unit.clone()).or_default();
                    unit.owes_revert = true;
                    unit.returning = Some(Deployed::by(intent, record.number));
                }
                self.open.insert(record.number, (**intent).clone());
            }
            Entry::Ended { began, outcome, .. } => {
                if let Some(intent) = self.open.remove(began) {
                    self.ended(intent, *outcome, *began);
                }
            }
            Entry::Quarantined { unit, digest, .. } => {
                self.units.entry(unit.clone()).or_default().quarantined.insert(digest.clone());
            }
            Entry::Released { unit, digest, .. } => {
                let unit = self.units.entry(unit.clone()).or_default();
                unit.quarantined.remove(digest);
                unit.held = false;
                unit.forget_the_way_back();
            }
            Entry::Leased { scope, until } => {
                let Record { writer, .. } = record;
                let (holder, run) = (writer.actor.clone(), writer.run.clone());
                let lease = Lease { scope: scope.clone(), until: *until, holder, run };
                self.leases.insert(record.number, lease);
            }
            Entry::Extended { lease, until } => {
                if let Some(lease) = self.leases.get_mut(lease).filter(|lease| lease.until > record.at) {
                    lease.until = *until;
                }
            }
            Entry::Returned { lease } => drop(self.leases.remove(lease)),
            // `preview` reads what they say.
            Entry::Preview(step) => drop(self.previews.insert(step.environment.clone())),
        }
    }

    fn ended(&mut self, intent: Intent, outcome: Outcome, record: u64) {
        let deployed = Deployed::by(&intent, record);
        let unit = self.units.entry(intent.unit).or_default();
        unit.failed = (outcome == Outcome::Failed).then_some(record);
        let brought = || Some(Brought { deployed: deployed.clone(), is_whole: outcome == Outcome::Succeeded });
        match intent.effect {
            Effect::Terraform if outcome != Outcome::Superseded => unit.terraform = brought(),
            Effect::Publish if outcome != Outcome::Superseded => unit.published = brought(),
            _ => {}
        }
        match (intent.effect, outcome) {
            (Effect::Publish, Outcome::Succeeded) => {
                unit.told = Some(deployed.clone());
                unit.applied = Some(deployed);
            }
            (Effect::Health, Outcome::Succeeded) => {
                unit.applied = Some(deployed.clone());
                unit.healthy = Some(deployed);
                unit.unsettled = false;
                unit.held = false;
                unit.returning = None;
            }
            (Effect::Rollback, Outcome::Superseded) => {
                unit.owes_revert = false;
                unit.forget_the_way_back();
            }
            (Effect::Revert, Outcome::Succeeded) => unit.owes_revert = false,
            (Effect::Rollback, Outcome::Failed) => {
                unit.applied = Some(deployed);
                unit.held = true;
                unit.owes_revert = false;
            }
            // Something of it may be there, even where it failed half-way.
            (Effect::Terraform | Effect::Manifests | Effect::Publish, outcome) if outcome != Outcome::Superseded => {
                unit.applied = Some(deployed);
            }
            _ => {}
        }
    }

    /// Whether something of a unit was begun and not ended, on its way to this digest or back from it: by a run that still
    /// works, or by one that was killed.
    pub fn is_left_open(&self, unit: &UnitName, wanted: Option<&str>) -> bool {
        let is_begun = self.open.values().any(|intent| intent.unit == *unit);
        is_begun || self.units.get(unit).is_some_and(|state| state.is_going_back(wanted))
    }

    /// Who, at this moment, holds something that this scope is part of, or that is part of it; by fencing token.
    pub fn held(&self, scope: &Scope, now: Timestamp) -> Option<(u64, &Lease)> {
        let overlaps = |lease: &Lease| {
            let is_whole = lease.scope.unit.is_none() || scope.unit.is_none();
            lease.scope.environment == scope.environment && (is_whole || lease.scope.unit == scope.unit)
        };
        let held = self.leases.iter().find(|(_, lease)| lease.until > now && overlaps(lease));
        held.map(|(token, lease)| (*token, lease))
    }
}

impl UnitState {
    /// What it is, as far as is known: what it was found healthy with, or what its engine was told to run since.
    pub fn runs(&self) -> Option<&Deployed> {
        self.healthy.iter().chain(&self.told).max_by_key(|deployed| deployed.record)
    }

    /// What it goes back to where it is sick: what it was last healthy with. Somebody may have taken it away from that by
    /// hand; then it is what they chose.
    pub fn refuge(&self) -> Option<&Deployed> {
        self.returning.as_ref().or(self.healthy.as_ref())
    }

    /// Whether it was found sick of this digest, or taken away from it, and whoever was to bring it back did not come to the
    /// end of that.
    pub fn is_going_back(&self, from: Option<&str>) -> bool {
        let is_quarantined = from.is_some_and(|digest| self.quarantined.contains(digest));
        is_quarantined && self.unsettled && !self.held && self.refuge().is_some()
    }

    /// Nobody is on the way back any more. But while what it was healthy with is quarantined, that is not where it goes.
    fn forget_the_way_back(&mut self) {
        let healthy = self.healthy.as_ref().and_then(|healthy| healthy.digest.as_ref());
        if healthy.is_none_or(|digest| !self.quarantined.contains(digest)) {
            self.returning = None;
        }
    }
}

impl Brought {
    /// Whether it was brought to just this, and wholly.
    pub fn is(&self, digest: Option<&str>) -> bool {
        self.is_whole && self.deployed.digest.as_deref() == digest
    }
}

impl Deployed {
    fn by(intent: &Intent, record: u64) -> Deployed {
        Deployed { digest: intent.digest.clone(), commit: intent.change.head.clone(), record }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Cause, Head, Undo, Verifier, Writer};

    fn name(unit: &str) -> UnitName {
        UnitName { environment: Name::parse("staging").unwrap(), unit: unit.to_owned() }
    }

    fn began(unit: &str, effect: Effect, digest: &str) -> Entry {
        let change = Cause {
            head: format!("commit of {digest}"),
            base: None,
            pull: None,
            report: None,
            author: "jo".to_owned(),
            approved_by: Vec::new(),
        };
        let digest = Some(digest.to_owned());
        let intent = Intent {
            effect,
            unit: name(unit),
            digest,
            plan: None,
            change,
            cost: None,
            undo: Undo::Reversible,
            secrets: Vec::new(),
        };
        Entry::Began(Box::new(intent))
    }

    fn ended(began: u64, outcome: Outcome) -> Entry {
        Entry::Ended { began, outcome, took: 1, note: None }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn state(entries: Vec<Entry>) -> State {
        let writer = Writer { version: "0.1.0".to_owned(), actor: "jo".to_owned(), run: None };
        let (texts, _) = Head::EMPTY.append(at("2026-11-22T08:00:00Z"), &writer, entries);
        let mut verifier = Verifier::new(Vec::new());
        let records: Vec<Record> =
            (1..).zip(&texts).map(|(number, text)| verifier.read(number, text.as_bytes()).unwrap()).collect();
        State::of(&records)
    }

    #[test]
    fn a_unit_is_what_it_was_last_found_healthy_with() {
        let state = state(vec![
            began("cart", Effect::Manifests, "good"),
            ended(1, Outcome::Succeeded),
            began("cart", Effect::Health, "good"),
            ended(3, Outcome::Succeeded),
            began("cart", Effect::Manifests, "bad"),
            ended(5, Outcome::Succeeded),
            began("cart", Effect::Health, "bad"),
            ended(7, Outcome::Failed),
            Entry::Quarantined { unit: name("cart"), digest: "bad".to_owned(), why: "never ready".to_owned() },
        ]);
        let cart = &state.units[&name("cart")];
        let deployed = |digest: &str, record| {
            Some(Deployed { digest: Some(digest.to_owned()), commit: format!("commit of {digest}"), record })
        };
        assert_eq!((&cart.healthy, &cart.applied), (&deployed("good", 3), &deployed("bad", 5)));
        assert!(cart.quarantined.contains("bad") && state.open.is_empty());
    }

    #[test]
    fn who_was_killed_on_a_way_back_by_hand_is_still_on_it() {
        let quarantined = Entry::Quarantined { unit: name("cart"), digest: "bad".to_owned(), why: "slow".to_owned() };
        let begun = [
            began("cart", Effect::Health, "bad"),
            ended(1, Outcome::Succeeded),
            quarantined,
            began("cart", Effect::Rollback, "good"),
            began("cart", Effect::Terraform, "good"),
            ended(4, Outcome::Interrupted),
            ended(5, Outcome::Interrupted),
        ];
        let refuge = |more: Vec<Entry>| {
            let state = state(begun.iter().cloned().chain(more).collect());
            state.units[&name("cart")].refuge().and_then(|refuge| refuge.digest.clone()).unwrap()
        };
        assert_eq!(refuge(Vec::new()), "good");
        let again = began("cart", Effect::Rollback, "good");
        assert_eq!(refuge(vec![again.clone(), ended(8, Outcome::Superseded)]), "good", "bad is quarantined still");
        let released = Entry::Released { unit: name("cart"), digest: "bad".to_owned(), why: "fine".to_owned() };
        assert_eq!(refuge(vec![released]), "bad");
        assert_eq!(refuge(vec![began("cart", Effect::Health, "newer"), ended(8, Outcome::Succeeded)]), "newer");
    }

    #[test]
    fn what_was_begun_and_not_ended_is_open_and_what_was_superseded_was_never_there() {
        let state = state(vec![
            began("cart", Effect::Terraform, "a"),
            began("web", Effect::Terraform, "b"),
            ended(2, Outcome::Superseded),
        ]);
        assert_eq!(state.open.keys().collect::<Vec<_>>(), [&1]);
        assert_eq!((&state.units[&name("web")].healthy, &state.units[&name("web")].applied), (&None, &None));
    }

    #[test]
    fn what_terraform_made_and_what_an_engine_was_told_are_known_apart_and_only_what_ended_well_is_whole() {
        let mut entries = vec![
            began("cart", Effect::Terraform, "a"),
            ended(1, Outcome::Succeeded),
            began("cart", Effect::Publish, "a"),
            ended(3, Outcome::Succeeded),
            began("cart", Effect::Terraform, "b"),
            ended(5, Outcome::Interrupted),
            began("cart", Effect::Publish, "c"),
            ended(7, Outcome::Superseded),
        ];
        let cart = state(entries.clone()).units[&name("cart")].clone();
        let (terraform, published) = (cart.terraform.unwrap(), cart.published.unwrap());
        assert!(published.is(Some("a")) && !published.is(None), "what was superseded was not published");
        assert!(!terraform.is(Some("b")) && !terraform.is(Some("a")), "nobody knows how much of b is there");
        assert_eq!(terraform.deployed.digest.as_deref(), Some("b"));
        entries.extend([began("cart", Effect::Terraform, "b"), ended(9, Outcome::Succeeded)]);
        assert!(state(entries).units[&name("cart")].terraform.as_ref().unwrap().is(Some("b")));
    }

    #[test]
    fn a_lease_is_held_until_it_is_returned_or_over() {
        let scope =
            |unit: Option<&str>| Scope { environment: Name::parse("staging").unwrap(), unit: unit.map(str::to_owned) };
        let until = at("2026-11-22T09:00:00Z");
        let leased = state(vec![Entry::Leased { scope: scope(Some("cart")), until }]);
        let early = at("2026-11-22T08:59:59Z");
        assert_eq!(leased.held(&scope(Some("cart")), early).map(|(token, _)| token), Some(1));
        assert_eq!(leased.held(&scope(None), early).map(|(token, _)| token), Some(1));
        assert_eq!((leased.held(&scope(Some("web")), early), leased.held(&scope(Some("cart")), until)), (None, None));
        let returned = state(vec![Entry::Leased { scope: scope(None), until }, Entry::Returned { lease: 1 }]);
        assert_eq!(returned.held(&scope(Some("cart")), early), None);
        let later = at("2026-11-22T10:00:00Z");
        let extended = |first| {
            let lease = Entry::Leased { scope: scope(None), until: at(first) };
            state(vec![lease, Entry::Extended { lease: 1, until: later }]).held(&scope(None), until).is_some()
        };
        assert!(extended("2026-11-22T09:00:00Z"));
        assert!(!extended("2026-11-22T08:00:00Z"), "who comes too late holds nothing");
    }
}
