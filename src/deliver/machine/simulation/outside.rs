//! How orders are carried out in the simulated world: a ledger, leases, what Terraform's lock and a cluster's inventory see
//! to. An order in, what happened out; each law that holds at every step is asserted here.

use super::*;

impl World {
    pub(super) fn carry_out(&mut self, errand: &Errand, run: &str, order: &Order) -> Happened {
        let (unit, head) = (&order.unit, errand.head);
        match &order.what {
            What::Plan { .. } if self.is_locked(unit) => Happened::Locked { why: "it is locked".to_owned() },
            // Who asks its own clock whether the lease is still its own does not act beside who has it now.
            What::Act { lease, .. } if run != LATE && self.is_over(*lease) => Happened::Lost,
            What::Lease => self.lease(errand, run, unit),
            What::Append { lease, drafts } => self.append(errand, run, unit, *lease, drafts),
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
                let result = self.act(errand, run, unit, *lease, *leg, *step);
                let is_sick = *step == Step::Health;
                Happened::Acted(result.map_err(|why| Fault { why, is_sick }))
            }
            What::Look if self.flaky && self.chance.one_in(4) => Happened::NotLooked { why: "no network".to_owned() },
            What::Look => Happened::Looked { is_newer: self.is_newer(errand, unit) },
            What::Follow => {
                let scope = Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) };
                let is_held = self.state.held(&scope, self.time()).is_some();
                let last = self.records.last().map_or(0, |record| record.at.unix_seconds() as u64);
                let gives_up = self.now > last + 4 * LEASE || !self.is_settling && self.chance.one_in(40);
                let state = Box::new(self.state.units.get(unit).cloned().unwrap_or_default());
                let is_superseded = self.is_newer(errand, unit);
                Happened::Followed { state, is_superseded, gives_up: gives_up && !is_held }
            }
            What::Pause => Happened::Resumed,
        }
    }

    /// What a run that was killed has left running holds Terraform's lock.
    fn is_locked(&self, unit: &UnitName) -> bool {
        self.late.iter().any(|late| late.order.unit == *unit && late.is_terraform())
    }

    fn is_over(&self, lease: u64) -> bool {
        self.state.leases.get(&lease).is_none_or(|lease| lease.until <= self.time())
    }

    pub(super) fn time(&self) -> Timestamp {
        at(self.now)
    }

    pub(super) fn record(&mut self, run: &str, entry: Entry) -> u64 {
        let number = self.records.len() as u64 + 1;
        let writer = Writer { version: String::new(), actor: run.to_owned(), run: None };
        let record = Record { number, previous: Sha::ZERO, at: self.time(), writer, entry };
        self.state.read(&record);
        self.records.push(record);
        number
    }

    fn lease(&mut self, errand: &Errand, run: &str, unit: &UnitName) -> Happened {
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
        let is_later = state.applied.as_ref().is_some_and(|applied| of(&applied.commit) > errand.head);
        let is_superseded = self.is_newer(errand, unit) || is_later && errand.by_hand.is_none();
        Happened::Leased { lease, state: Box::new(state), is_superseded }
    }

    fn goal(&self, errand: &Errand, unit: &UnitName, leg: Leg) -> (Option<String>, String) {
        match leg {
            Leg::Forth => (self.main[errand.head].get(unit).cloned(), errand.head.to_string()),
            Leg::Back => {
                let chosen = errand.by_hand.clone();
                let refuge = chosen.or_else(|| self.state.units[unit].refuge().cloned()).unwrap();
                (refuge.digest, refuge.commit)
            }
        }
    }

    fn append(&mut self, errand: &Errand, run: &str, unit: &UnitName, lease: u64, drafts: &[Draft]) -> Happened {
        if self.is_over(lease) {
            return Happened::Lost;
        }
        let mut last = 0;
        for draft in drafts {
            let began = |world: &World, effect, leg| {
                let (digest, head) = world.goal(errand, unit, leg);
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
                    secrets: Vec::new(),
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
                    let digest = self.main[errand.head][unit].clone();
                    Entry::Quarantined { unit: unit.clone(), digest, why: why.clone() }
                }
                Draft::Returned => Entry::Returned { lease },
            };
            last = self.record(run, entry);
        }
        Happened::Appended { last }
    }

    /// What Terraform's lock and stale plans, and the token in the inventory of a cluster, see to.
    fn act(
        &mut self,
        errand: &Errand,
        run: &str,
        unit: &UnitName,
        lease: u64,
        leg: Leg,
        step: Step,
    ) -> Result<(), String> {
        let (digest, _) = self.goal(errand, unit, leg);
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
        if run != LATE && is_ours {
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
                    run == LATE || real.terraform == digest,
                    "{unit}: manifests of {digest:?} upon {:?}",
                    real.terraform
                );
                real.manifests = digest;
            }
            Step::Prune if digest.is_none() => {
                assert!(!self.main[errand.head].contains_key(unit), "{unit} is pruned, and git has it");
                real.manifests = None;
            }
            Step::Prune => {}
            Step::Health => {
                if run != LATE && (real.terraform != digest || real.manifests != digest) {
                    return Err("something else is there".to_owned());
                }
                if fails(is_sick) {
                    return Err("it was never ready".to_owned());
                }
            }
            Step::Revert => {
                // By hand, what is taken back is what the branch says by then.
                let head = errand.by_hand.as_ref().map_or(errand.head, |_| self.merged);
                real.reverts.extend(self.main[head].get(unit).cloned());
            }
        }
        Ok(())
    }

    /// Whether a later merge wins over this errand. What nobody would apply wins over nobody.
    fn is_newer(&self, errand: &Errand, unit: &UnitName) -> bool {
        let (now, then) = (self.main[self.merged].get(unit), self.main[errand.head].get(unit));
        let Some(back) = &errand.by_hand else { return now != then };
        let is_quarantined = |digest| self.state.units.get(unit).is_some_and(|unit| unit.quarantined.contains(digest));
        now != then && now != back.digest.as_ref() && !now.is_some_and(is_quarantined)
    }
}
