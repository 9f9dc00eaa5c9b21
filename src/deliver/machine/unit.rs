//! One unit on its way: what it waits for, and what comes next.

use super::event::{Draft, Event, Fault, Happened, Leg, Of, Order, Step, What};
use super::target::{ByHand, Conclusion, Handover, Target};
use crate::ledger::{Outcome, UnitState};

#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) target: Target,
    /// Of the last order: only its answer counts.
    number: u64,
    phase: Phase,
    lease: u64,
    /// As the ledger had it when the lease was taken.
    state: UnitState,
    /// What is to be done on this leg, the next step first.
    steps: Vec<Step>,
    /// Why it goes back.
    why: Option<String>,
    /// The record that began the way back.
    rollback: Option<u64>,
    /// Nothing is done to it, and this is why: it is leased only to close what a run that was killed left open.
    declined: Option<Conclusion>,
    /// This run has quarantined its digest.
    is_quarantined: bool,
    /// A person takes it back.
    by_hand: Option<ByHand>,
}

/// What the unit waits for.
#[derive(Debug, Clone)]
enum Phase {
    /// For others.
    Waiting,
    Leasing,
    /// To try the lease again.
    Pausing,
    Planning(Leg),
    /// For the ledger; and what comes then.
    Writing(Then),
    Acting {
        leg: Leg,
        step: Step,
        began: u64,
    },
    Looking,
    /// For the run that brings it.
    Following,
    Done(Conclusion),
}

#[derive(Debug, Clone)]
enum Then {
    /// The last record that is written begins this step.
    Act {
        leg: Leg,
        step: Step,
        /// The record before it begins the way back.
        is_rollback: bool,
    },
    Look,
    Conclude(Conclusion),
}

impl Unit {
    pub(super) fn new(target: Target) -> Unit {
        Unit {
            target,
            number: 0,
            phase: Phase::Waiting,
            lease: 0,
            state: UnitState::default(),
            steps: Vec::new(),
            why: None,
            rollback: None,
            declined: None,
            is_quarantined: false,
            by_hand: None,
        }
    }

    pub(super) fn by_hand(target: Target, by_hand: ByHand) -> Unit {
        let why = Some(format!("by hand: {}", by_hand.why));
        Unit { by_hand: Some(by_hand), why, ..Unit::new(target) }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting)
    }

    pub(super) fn is_working(&self) -> bool {
        !matches!(self.phase, Phase::Waiting | Phase::Done(_))
    }

    pub(super) fn conclusion(&self) -> Option<&Conclusion> {
        match &self.phase {
            Phase::Done(conclusion) => Some(conclusion),
            _ => None,
        }
    }

    pub(super) fn conclude(&mut self, conclusion: Conclusion) {
        self.phase = Phase::Done(conclusion);
    }

    pub(super) fn begin(&mut self) -> Vec<Order> {
        match self.target.refused.take() {
            None if self.target.handover.as_ref().is_some_and(|handover| handover.is_done) => {
                self.decline(self.as_merged())
            }
            None if self.target.is_elsewhere => self.order(Phase::Following, What::Follow),
            Some(why) => self.decline(Conclusion::Refused(why)),
            None => self.order(Phase::Leasing, What::Lease),
        }
    }

    /// Leaves the unit as it is. What a run that was killed left open in the ledger is closed all the same, and a way back is
    /// gone to its end.
    pub(super) fn decline(&mut self, conclusion: Conclusion) -> Vec<Order> {
        if self.target.is_open && !self.target.is_elsewhere {
            self.declined = Some(conclusion);
            return self.order(Phase::Leasing, What::Lease);
        }
        self.conclude(conclusion);
        Vec::new()
    }

    pub(super) fn take(&mut self, event: Event, is_stopping: bool) -> Vec<Order> {
        if event.number != self.number {
            return Vec::new();
        }
        match (self.phase.clone(), event.happened) {
            (Phase::Leasing, Happened::Leased { lease, state, is_superseded }) => {
                (self.lease, self.state) = (lease, *state);
                self.leased(is_superseded)
            }
            (Phase::Leasing, Happened::Busy { holder, until }) if is_stopping => {
                self.conclude(Conclusion::Busy { holder, until });
                Vec::new()
            }
            (Phase::Leasing, Happened::Busy { .. }) => self.order(Phase::Pausing, What::Pause),
            (Phase::Pausing, Happened::Resumed) if self.target.is_elsewhere => {
                self.order(Phase::Following, What::Follow)
            }
            (Phase::Following, Happened::Followed { state, is_superseded, gives_up }) => {
                match self.followed(&state, is_superseded, gives_up).or(is_stopping.then_some(Conclusion::Stopped)) {
                    Some(conclusion) => {
                        self.conclude(conclusion);
                        Vec::new()
                    }
                    None => self.order(Phase::Pausing, What::Pause),
                }
            }
            (Phase::Pausing, Happened::Resumed) => self.order(Phase::Leasing, What::Lease),
            (Phase::Planning(Leg::Forth), Happened::Planned { steps, .. }) => self.go(steps),
            (Phase::Planning(Leg::Forth), Happened::NotPlanned { why }) => self.not_planned(why),
            // Who is at work there may be what a run that was killed has left running: what it brings is not to blame.
            (Phase::Planning(Leg::Forth), Happened::Locked { why }) => self.give_back(Conclusion::Refused(why)),
            (Phase::Planning(Leg::Back), Happened::Locked { why }) => self.not_back(why),
            (Phase::Planning(Leg::Back), Happened::Planned { steps, risk }) => self.go_back(steps, risk),
            (Phase::Planning(Leg::Back), Happened::NotPlanned { why }) => self.not_back(why),
            (Phase::Writing(then), Happened::Appended { last }) => self.written(then, last),
            (Phase::Acting { leg, step, began }, Happened::Acted(result)) => {
                self.acted(leg, step, began, result, is_stopping)
            }
            (Phase::Looking, Happened::Looked { is_newer }) => self.looked(is_newer),
            (Phase::Looking, Happened::NotLooked { why }) => {
                self.hold(format!("what is merged by now cannot be read: {why}"))
            }
            (_, Happened::Lost) => {
                self.conclude(Conclusion::Lost);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// What became of a unit that another run brings; None while that is not known.
    fn followed(&self, state: &UnitState, is_superseded: bool, gives_up: bool) -> Option<Conclusion> {
        let wanted = &self.target.digest;
        let elsewhere = |why: &str| Some(Conclusion::Elsewhere { why: why.to_owned() });
        if !state.unsettled && state.healthy.as_ref().map(|deployed| &deployed.digest) == Some(wanted) {
            Some(Conclusion::Unchanged)
        } else if self.is_handed_over(state) {
            Some(self.as_merged())
        } else if is_superseded {
            Some(Conclusion::Superseded)
        } else if wanted.as_ref().is_some_and(|digest| state.quarantined.contains(digest)) {
            elsewhere("this digest is quarantined")
        } else if state.held {
            elsewhere("it is held for a person")
        } else if gives_up {
            elsewhere("it failed there, or nobody worked on it for as long as it was waited for")
        } else {
            None
        }
    }

    fn leased(&mut self, is_superseded: bool) -> Vec<Order> {
        let wanted = &self.target.digest;
        let is_quarantined = wanted.as_ref().is_some_and(|digest| self.state.quarantined.contains(digest));
        let healthy = self.state.healthy.as_ref();
        let is_going_back = self.target.handover.is_none() && self.state.is_going_back(wanted.as_deref());
        // Whatever is in the way of what is wanted: a unit is not left between two digests.
        let declined = self.declined.take().filter(|_| is_superseded || !is_going_back);
        if let Some(conclusion) = declined {
            self.give_back(conclusion)
        } else if let Some(by_hand) = self.by_hand.take() {
            let drafts = self.leased_by_hand(&by_hand, is_superseded);
            self.by_hand = Some(by_hand);
            drafts
        } else if is_superseded {
            self.give_back(Conclusion::Superseded)
        } else if is_quarantined && self.target.handover.is_some() {
            self.give_back(Conclusion::Quarantined)
        } else if is_going_back {
            // A run was killed between finding it sick and having it back.
            self.why = Some("a run before this one found it sick, and was stopped before it was back".to_owned());
            self.order(Phase::Looking, What::Look)
        } else if is_quarantined && self.state.owes_revert {
            self.why = Some("a run before this one rolled it back, and was stopped before it said so".to_owned());
            self.revert()
        } else if is_quarantined {
            self.give_back(Conclusion::Quarantined)
        } else if !self.state.unsettled && healthy.map(|deployed| &deployed.digest) == Some(wanted) {
            self.give_back(Conclusion::Unchanged)
        } else if self.is_handed_over(&self.state) {
            self.give_back(self.as_merged())
        } else {
            self.order(Phase::Planning(Leg::Forth), What::Plan { leg: Leg::Forth })
        }
    }

    /// Whether all of it that is not its engine's is done.
    fn is_handed_over(&self, state: &UnitState) -> bool {
        let wanted = self.target.digest.as_deref();
        let is_made = state.terraform.as_ref().is_some_and(|terraform| terraform.is(wanted));
        self.target.handover.is_some() && wanted.is_some() && is_made
    }

    /// What it is when all that was to be done is done.
    fn as_merged(&self) -> Conclusion {
        match (&self.target.digest, &self.target.handover) {
            (None, _) => Conclusion::Gone,
            (Some(_), Some(Handover { engine, .. })) => Conclusion::HandedOver { engine },
            (Some(_), None) => Conclusion::Healthy,
        }
    }

    /// What the person was told of has to be what is there.
    fn leased_by_hand(&mut self, by_hand: &ByHand, is_superseded: bool) -> Vec<Order> {
        let healthy = self.state.healthy.as_ref();
        let is_there = healthy.and_then(|healthy| healthy.digest.as_ref()) == Some(&by_hand.to);
        if is_there && !self.state.unsettled {
            return match self.state.owes_revert {
                true => self.revert(),
                false => self.give_back(Conclusion::Unchanged),
            };
        }
        if self.state.quarantined.contains(&by_hand.to) {
            return self.give_back(Conclusion::Refused("what it was to go back to is quarantined by now".to_owned()));
        }
        match is_superseded || healthy != by_hand.healthy.as_ref() {
            true => self.superseded(Conclusion::Superseded),
            false => self.order(Phase::Planning(Leg::Back), What::Plan { leg: Leg::Back }),
        }
    }

    fn revert(&mut self) -> Vec<Order> {
        let step = Step::Revert;
        let then = Then::Act { leg: Leg::Back, step, is_rollback: false };
        self.write(vec![Draft::Began { leg: Leg::Back, step }], then)
    }

    /// A newer merge wins over the way back, and the ledger says so.
    fn superseded(&mut self, conclusion: Conclusion) -> Vec<Order> {
        let superseded = Draft::Ended { of: Of::Previous, outcome: Outcome::Superseded, note: self.why.clone() };
        let drafts = vec![Draft::BeganRollback, superseded, Draft::Returned];
        self.write(drafts, Then::Conclude(conclusion))
    }

    fn left_to_a_newer_merge(&self) -> Conclusion {
        Conclusion::SickAndSuperseded { why: self.why.clone().unwrap_or_default() }
    }

    fn go(&mut self, steps: Vec<Step>) -> Vec<Order> {
        let Some((step, rest)) = steps.split_first() else {
            let is_engines = self.target.handover.is_some();
            return self.give_back(if is_engines { self.as_merged() } else { Conclusion::Unchanged });
        };
        self.steps = rest.to_vec();
        let then = Then::Act { leg: Leg::Forth, step: *step, is_rollback: false };
        self.write(vec![Draft::Began { leg: Leg::Forth, step: *step }], then)
    }

    /// Nothing was done; but where a run that was killed has brought a part of it, what is there may be why.
    fn not_planned(&mut self, why: String) -> Vec<Order> {
        let applied = self.state.applied.as_ref().filter(|_| self.state.unsettled);
        let is_begun = applied.is_some_and(|applied| applied.digest == self.target.digest);
        if is_begun && self.goes_back() && self.state.refuge().is_some() {
            self.why = Some(why);
            return self.order(Phase::Looking, What::Look);
        }
        self.give_back(Conclusion::Refused(why))
    }

    fn go_back(&mut self, steps: Vec<Step>, risk: Option<String>) -> Vec<Order> {
        if let Some(risk) = risk {
            return self.not_back(risk);
        }
        let why = self.why.clone().unwrap_or_default();
        let Some((step, rest)) = steps.split_first() else { return self.give_back(Conclusion::Failed(why)) };
        self.steps = rest.to_vec();
        let drafts =
            vec![Draft::Quarantined { why }, Draft::BeganRollback, Draft::Began { leg: Leg::Back, step: *step }];
        self.write(drafts, Then::Act { leg: Leg::Back, step: *step, is_rollback: true })
    }

    fn written(&mut self, then: Then, last: u64) -> Vec<Order> {
        match then {
            Then::Act { leg, step, is_rollback } => {
                if is_rollback {
                    self.rollback = Some(last - 1);
                }
                let what = What::Act { lease: self.lease, leg, step };
                self.order(Phase::Acting { leg, step, began: last }, what)
            }
            Then::Look => self.order(Phase::Looking, What::Look),
            Then::Conclude(conclusion) => {
                self.conclude(conclusion);
                Vec::new()
            }
        }
    }

    fn acted(&mut self, leg: Leg, step: Step, began: u64, result: Result<(), Fault>, is_stopping: bool) -> Vec<Order> {
        let outcome = if result.is_ok() { Outcome::Succeeded } else { Outcome::Failed };
        let ended =
            Draft::Ended { of: Of::Record(began), outcome, note: result.as_ref().err().map(|fault| fault.why.clone()) };
        match (leg, result) {
            (Leg::Back, result) if step == Step::Revert => self.reverted(ended, result.err().map(|fault| fault.why)),
            (_, Ok(())) if !self.steps.is_empty() => {
                if is_stopping && leg == Leg::Forth {
                    return self.write(vec![ended, Draft::Returned], Then::Conclude(Conclusion::Stopped));
                }
                let next = self.steps.remove(0);
                let then = Then::Act { leg, step: next, is_rollback: false };
                self.write(vec![ended, Draft::Began { leg, step: next }], then)
            }
            (Leg::Forth, Ok(())) => self.write(vec![ended, Draft::Returned], Then::Conclude(self.as_merged())),
            // What it was asked to end may be all that is wrong with it: the next run sees.
            (Leg::Forth, Err(_)) if is_stopping => {
                self.write(vec![ended, Draft::Returned], Then::Conclude(Conclusion::Stopped))
            }
            (Leg::Forth, Err(fault)) => self.failed(step, ended, fault),
            (Leg::Back, Ok(())) => {
                let of = Of::Record(self.rollback.unwrap_or_default());
                let back = Draft::Ended { of, outcome: Outcome::Succeeded, note: None };
                let drafts = vec![ended, back, Draft::Began { leg, step: Step::Revert }];
                self.write(drafts, Then::Act { leg, step: Step::Revert, is_rollback: false })
            }
            (Leg::Back, Err(Fault { why: because, .. })) => {
                let of = Of::Record(self.rollback.unwrap_or_default());
                let back = Draft::Ended { of, outcome: Outcome::Failed, note: Some(because.clone()) };
                let why = self.why.clone().unwrap_or_default();
                let conclusion = Conclusion::Held { why, because: format!("going back failed: {because}") };
                self.write(vec![ended, back, Draft::Returned], Then::Conclude(conclusion))
            }
        }
    }

    /// What is taken away does not come back; and what an engine runs follows git alone, so that nothing is taken from under
    /// it.
    fn goes_back(&self) -> bool {
        self.target.digest.is_some() && self.target.handover.is_none()
    }

    /// What Terraform left half-done and what is sick goes back. Where manifests were refused, or nobody knows, the next
    /// run goes on: what was brought is no worse than what was there.
    fn failed(&mut self, step: Step, ended: Draft, fault: Fault) -> Vec<Order> {
        let Fault { why, is_sick } = fault;
        match step {
            Step::Health | Step::Manifests if self.goes_back() && is_sick => {
                self.why = Some(why.clone());
                self.is_quarantined = true;
                self.write(vec![ended, Draft::Quarantined { why }], Then::Look)
            }
            Step::Terraform if self.goes_back() => {
                self.why = Some(why);
                self.write(vec![ended], Then::Look)
            }
            _ => self.write(vec![ended, Draft::Returned], Then::Conclude(Conclusion::Failed(why))),
        }
    }

    fn looked(&mut self, is_newer: bool) -> Vec<Order> {
        let refuge = self.state.refuge().and_then(|deployed| deployed.digest.as_ref());
        if is_newer && refuge.is_some() {
            return self.superseded(self.left_to_a_newer_merge());
        }
        match refuge {
            Some(_) => self.order(Phase::Planning(Leg::Back), What::Plan { leg: Leg::Back }),
            None if is_newer => self.give_back(self.left_to_a_newer_merge()),
            None => {
                let why = self.why.clone().unwrap_or_default();
                let nothing = "it was never healthy, so that there is nothing to go back to";
                self.give_back(Conclusion::Failed(format!("{why}; {nothing}")))
            }
        }
    }

    fn reverted(&mut self, ended: Draft, failed: Option<String>) -> Vec<Order> {
        let why = self.why.clone().unwrap_or_default();
        let conclusion = Conclusion::RolledBack { why, revert: failed };
        self.write(vec![ended, Draft::Returned], Then::Conclude(conclusion))
    }

    /// Nothing was done. A person who wants it so reads why; nobody else can say what comes next.
    fn not_back(&mut self, because: String) -> Vec<Order> {
        match self.by_hand {
            Some(_) => self.give_back(Conclusion::Refused(because)),
            None => self.hold(because),
        }
    }

    /// Its digest is quarantined, so that no run tries it again by itself: the next one comes to the same end, until a person
    /// takes it back, releases it, or merges something else.
    fn hold(&mut self, because: String) -> Vec<Order> {
        let why = self.why.clone().unwrap_or_default();
        let quarantined = Draft::Quarantined { why: why.clone() };
        let is_known = self.is_quarantined
            || self.target.digest.as_ref().is_none_or(|digest| self.state.quarantined.contains(digest));
        let drafts = (!is_known).then_some(quarantined).into_iter().chain([Draft::Returned]).collect();
        self.write(drafts, Then::Conclude(Conclusion::Held { why, because }))
    }

    fn give_back(&mut self, conclusion: Conclusion) -> Vec<Order> {
        self.write(vec![Draft::Returned], Then::Conclude(conclusion))
    }

    fn write(&mut self, drafts: Vec<Draft>, then: Then) -> Vec<Order> {
        let lease = self.lease;
        self.order(Phase::Writing(then), What::Append { lease, drafts })
    }

    fn order(&mut self, phase: Phase, what: What) -> Vec<Order> {
        self.phase = phase;
        self.number += 1;
        vec![Order { unit: self.target.unit.clone(), number: self.number, what }]
    }
}
