//! Tests: ways back, step by step. Each answers orders in turn, and looks at what is ordered then.

use super::*;
use crate::ledger::{Deployed, Outcome, UnitState};
use crate::model::{Name, Timestamp};
use std::collections::BTreeSet;

pub(super) fn cart() -> UnitName {
    UnitName { environment: Name::parse("production").unwrap(), unit: "cart".to_owned() }
}

pub(super) fn deployed(digest: &str) -> Option<Deployed> {
    Some(Deployed { digest: Some(digest.to_owned()), commit: format!("commit of {digest}"), record: 1 })
}

pub(super) fn healthy(digest: &str) -> UnitState {
    UnitState { healthy: deployed(digest), applied: deployed(digest), ..UnitState::default() }
}

pub(super) fn target(digest: &str) -> Target {
    let (unit, digest) = (cart(), Some(digest.to_owned()));
    Target { unit, digest, after: BTreeSet::new(), refused: None, is_open: false, is_elsewhere: false, handover: None }
}

/// A run that is answered, one order at a time.
pub(super) struct Play {
    pub(super) machine: Machine,
    order: Order,
    record: u64,
}

impl Play {
    pub(super) fn of(mut machine: Machine) -> Play {
        let order = machine.start().remove(0);
        Play { machine, order, record: 10 }
    }

    fn by_hand(from: &str, to: &str) -> Play {
        let by_hand = ByHand { to: to.to_owned(), why: "it is slow".to_owned(), healthy: deployed(from) };
        Play::of(Machine::by_hand(target(from), by_hand))
    }

    /// What is ordered next, by its name; what became of the unit where nothing is.
    pub(super) fn answer(&mut self, happened: Happened) -> String {
        let event = Event { unit: cart(), number: self.order.number, happened };
        match self.machine.take(event).into_iter().next() {
            Some(order) => {
                self.order = order;
                self.order.what.name()
            }
            None => self.machine.units().find_map(|(_, conclusion)| Some(conclusion?.to_string())).unwrap_or_default(),
        }
    }

    pub(super) fn leased(&mut self, state: UnitState, is_superseded: bool) -> String {
        self.answer(Happened::Leased { lease: 9, state: Box::new(state), is_superseded })
    }

    pub(super) fn planned(&mut self, steps: &[Step], risk: Option<&str>) -> String {
        self.answer(Happened::Planned { steps: steps.to_vec(), risk: risk.map(str::to_owned) })
    }

    pub(super) fn written(&mut self) -> String {
        self.record += 10;
        self.answer(Happened::Appended { last: self.record })
    }

    pub(super) fn failed(&mut self, why: &str) -> String {
        self.answer(Happened::Acted(Err(Fault { why: why.to_owned(), is_sick: false })))
    }

    pub(super) fn done(&mut self) -> String {
        self.answer(Happened::Acted(Ok(())))
    }

    fn drafts(&self) -> &[Draft] {
        match &self.order.what {
            What::Append { drafts, .. } => drafts,
            other => panic!("{other:?} is ordered"),
        }
    }
}

#[test]
fn a69_where_terraform_fails_nothing_else_is_brought_and_a_new_plan_leads_back() {
    let mut play = Play::of(Machine::new([target("bad")], 1));
    assert_eq!(play.leased(healthy("good"), false), "plan-forth");
    assert_eq!(play.planned(&[Step::Terraform, Step::Manifests, Step::Health], None), "began");
    assert_eq!(play.written(), "terraform-forth");
    assert_eq!(play.failed("it failed at resource 2 of 3"), "failed");
    assert!(
        matches!(&play.drafts()[0], Draft::Ended { outcome: Outcome::Failed, note: Some(note), .. } if note.contains("2 of 3"))
    );
    assert_eq!(play.written(), "look", "no manifests");
    assert_eq!(play.answer(Happened::Looked { is_newer: false }), "plan-back");
    assert_eq!(play.planned(&[Step::Terraform, Step::Health], None), "quarantined+began-rollback+began");
}

#[test]
fn a69_what_would_be_made_anew_on_the_way_back_is_held_for_a_person() {
    let mut play = Play::of(Machine::new([target("bad")], 1));
    play.leased(healthy("good"), false);
    play.planned(&[Step::Terraform], None);
    play.written();
    play.failed("it failed");
    play.written();
    play.answer(Happened::Looked { is_newer: false });
    assert_eq!(
        play.planned(&[Step::Terraform], Some("Terraform would make module.db.x.y anew")),
        "quarantined+returned"
    );
    let told = play.written();
    assert_eq!(told, "held for you: it failed; not rolled back, because Terraform would make module.db.x.y anew");
}

#[test]
fn a75_a_way_back_that_fails_is_not_tried_again() {
    for by_hand in [false, true] {
        let mut play = match by_hand {
            true => Play::by_hand("bad", "good"),
            false => Play::of(Machine::new([target("bad")], 1)),
        };
        let mut state = healthy("good");
        if by_hand {
            state = healthy("bad");
        } else {
            // Killed behind finding it sick.
            (state.unsettled, state.quarantined) = (true, BTreeSet::from(["bad".to_owned()]));
        }
        if play.leased(state.clone(), false) == "look" {
            play.answer(Happened::Looked { is_newer: false });
        }
        assert_eq!(play.planned(&[Step::Manifests, Step::Health], None), "quarantined+began-rollback+began");
        assert_eq!(play.written(), "manifests-back");
        assert_eq!(play.failed("the cluster is full"), "failed+failed+returned");
        let told = play.written();
        assert!(
            told.starts_with("held for you: ") && told.ends_with("going back failed: the cluster is full"),
            "{told}"
        );
        // The next run leaves it alone.
        (state.held, state.unsettled, state.quarantined) = (true, true, BTreeSet::from(["bad".to_owned()]));
        let mut next = Play::of(Machine::new([target("bad")], 1));
        assert_eq!(next.leased(state, false), "returned");
        assert_eq!(next.written(), "not applied: this digest is quarantined");
    }
}

#[test]
fn a75_who_was_killed_on_a_way_back_by_hand_is_brought_on_by_the_next_run() {
    let mut state = healthy("bad");
    state.quarantined = BTreeSet::from(["bad".to_owned()]);
    (state.unsettled, state.owes_revert, state.returning) = (true, true, deployed("good"));
    let mut play = Play::of(Machine::new([target("bad")], 1));
    assert_eq!(play.leased(state, false), "look");
    assert_eq!(play.answer(Happened::Looked { is_newer: false }), "plan-back");
}

#[test]
fn a76_a_newer_merge_wins_over_a_way_back_and_the_ledger_says_so() {
    let superseded = |play: &Play| {
        matches!(
            play.drafts(),
            [
                Draft::BeganRollback,
                Draft::Ended { of: Of::Previous, outcome: Outcome::Superseded, .. },
                Draft::Returned
            ]
        )
    };
    let mut play = Play::by_hand("bad", "good");
    play.leased(healthy("bad"), true);
    assert!(superseded(&play), "{:?}", play.order);
    assert_eq!(play.written(), "superseded by a newer merge");
    // Somebody brought another one between what was shown and the lease.
    let mut play = Play::by_hand("bad", "good");
    play.leased(healthy("newer"), false);
    assert!(superseded(&play), "{:?}", play.order);
    // And by itself: what is sick does not go back over a newer merge.
    let mut play = Play::of(Machine::new([target("bad")], 1));
    play.leased(healthy("good"), false);
    play.planned(&[Step::Health], None);
    play.written();
    play.answer(Happened::Acted(Err(Fault { why: "it is slow".to_owned(), is_sick: true })));
    assert_eq!(play.written(), "look");
    play.answer(Happened::Looked { is_newer: true });
    assert!(superseded(&play), "{:?}", play.order);
}

#[test]
fn by_hand_nothing_is_done_that_is_done_already_or_loses_what_nobody_gave_up() {
    let mut play = Play::by_hand("bad", "good");
    assert_eq!(play.leased(healthy("good"), false), "returned");
    assert_eq!(play.written(), "nothing to do");
    let mut play = Play::by_hand("bad", "good");
    assert_eq!(
        play.leased(UnitState { owes_revert: true, ..healthy("good") }, false),
        "began",
        "only its revert is owed"
    );
    assert_eq!(play.written(), "revert-back");
    let mut play = Play::by_hand("bad", "good");
    play.leased(healthy("bad"), false);
    assert_eq!(play.planned(&[Step::Terraform], Some("going back is irreversible")), "returned");
    assert_eq!(play.written(), "refused: going back is irreversible");
    let mut play = Play::by_hand("bad", "good");
    let quarantined = BTreeSet::from(["good".to_owned()]);
    assert_eq!(play.leased(UnitState { quarantined, ..healthy("bad") }, false), "returned");
    assert_eq!(play.written(), "refused: what it was to go back to is quarantined by now");
}

#[test]
fn by_hand_somebody_elses_work_is_waited_for() {
    let mut play = Play::by_hand("bad", "good");
    let until = Timestamp::parse("2026-11-22T08:00:00Z").unwrap();
    assert_eq!(play.answer(Happened::Busy { holder: "mira".to_owned(), until }), "pause");
    assert_eq!(play.answer(Happened::Resumed), "lease");
    play.leased(healthy("bad"), false);
    play.planned(&[Step::Manifests, Step::Health], None);
    play.written();
    assert_eq!(play.done(), "ended+began");
    assert_eq!(play.written(), "health-back");
    assert_eq!(play.done(), "ended+ended+began");
    assert_eq!(play.written(), "revert-back");
    play.done();
    assert_eq!(play.written(), "rolled back: by hand: it is slow");
}

#[test]
fn a75_who_cannot_see_what_is_merged_takes_nothing_back_and_does_not_call_it_a_newer_merge() {
    let mut play = Play::of(Machine::new([target("bad")], 1));
    play.leased(healthy("good"), false);
    play.planned(&[Step::Health], None);
    play.written();
    play.answer(Happened::Acted(Err(Fault { why: "it never became ready".to_owned(), is_sick: true })));
    play.written();
    assert_eq!(play.answer(Happened::NotLooked { why: "no network".to_owned() }), "returned");
    let told = play.written();
    assert_eq!(
        told,
        "held for you: it never became ready; not rolled back, because what is merged by now cannot be read: no network"
    );
    assert!(play.machine.units().all(|(_, conclusion)| !conclusion.unwrap().is_good()));
}

#[test]
fn a76_what_is_sick_and_left_to_a_newer_merge_is_not_promoted() {
    let next = UnitName { environment: Name::parse("next").unwrap(), ..cart() };
    let after = Target { unit: next.clone(), after: BTreeSet::from([cart()]), ..target("bad") };
    let mut play = Play::of(Machine::new([target("bad"), after], 2));
    play.leased(healthy("good"), false);
    play.planned(&[Step::Health], None);
    play.written();
    play.answer(Happened::Acted(Err(Fault { why: "it never became ready".to_owned(), is_sick: true })));
    play.written();
    play.answer(Happened::Looked { is_newer: true });
    play.written();
    let conclusion = |unit: &UnitName| play.machine.units().find(|(name, _)| *name == unit).unwrap().1.cloned();
    assert!(matches!(conclusion(&cart()), Some(Conclusion::SickAndSuperseded { .. })));
    assert_eq!(conclusion(&next), Some(Conclusion::Skipped { on: cart() }));
}

#[test]
fn a68_what_a_killed_run_left_at_work_is_waited_for_and_not_taken_for_a_fault_of_what_it_brings() {
    let mut state = healthy("good");
    (state.applied, state.unsettled) = (deployed("new"), true);
    let mut play = Play::of(Machine::new([target("new")], 1));
    assert_eq!(play.leased(state.clone(), false), "plan-forth");
    assert_eq!(play.answer(Happened::Locked { why: "jo holds it".to_owned() }), "returned");
    assert_eq!(play.written(), "refused: jo holds it");
    // Nobody is at work there, and it cannot be planned: what is there is why.
    let mut play = Play::of(Machine::new([target("new")], 1));
    play.leased(state, false);
    assert_eq!(play.answer(Happened::NotPlanned { why: "it is in halves".to_owned() }), "look");
}

#[test]
fn a75_whatever_is_in_the_way_of_what_is_wanted_a_unit_is_not_left_between_two_digests() {
    let mut state = healthy("bad");
    state.quarantined = BTreeSet::from(["bad".to_owned()]);
    (state.unsettled, state.returning) = (true, deployed("good"));
    let declined = || Target { refused: Some("it stands on what is sick".to_owned()), is_open: true, ..target("bad") };
    let mut play = Play::of(Machine::new([declined()], 1));
    assert_eq!(play.leased(state.clone(), false), "look");
    assert_eq!(play.answer(Happened::Looked { is_newer: false }), "plan-back");
    // A newer merge brings it on; and who is held is left alone.
    let mut play = Play::of(Machine::new([declined()], 1));
    assert_eq!(play.leased(state.clone(), true), "returned");
    assert_eq!(play.written(), "refused: it stands on what is sick");
    let mut play = Play::of(Machine::new([declined()], 1));
    assert_eq!(play.leased(UnitState { held: true, ..state }, false), "returned");
}
