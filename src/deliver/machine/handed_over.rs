//! Tests: units that an engine brings, of which a run does Terraform and nothing else.

use super::ways_back::{Play, cart, healthy, target};
use super::*;
use crate::ledger::{Brought, Deployed, UnitState};
use crate::model::Name;
use std::collections::BTreeSet;

const LEFT: &str = "no Terraform is left to do; Argo CD brings the rest: `pavior publish`";

fn engines(digest: &str, is_done: bool) -> Target {
    Target { handover: Some(Handover { engine: "Argo CD", is_done }), ..target(digest) }
}

fn made(digest: &str, is_whole: bool) -> UnitState {
    let deployed = Deployed { digest: Some(digest.to_owned()), commit: "c".to_owned(), record: 5 };
    UnitState { terraform: Some(Brought { deployed, is_whole }), unsettled: true, ..healthy("good") }
}

fn play(target: Target) -> Play {
    Play::of(Machine::new([target], 1))
}

#[test]
fn its_run_ends_behind_terraform_and_says_nothing_of_its_health() {
    let mut play = play(engines("new", false));
    assert_eq!(play.leased(healthy("good"), false), "plan-forth");
    assert_eq!(play.planned(&[Step::Terraform], None), "began");
    assert_eq!(play.written(), "terraform-forth");
    assert_eq!(play.done(), "ended+returned");
    assert_eq!(play.written(), LEFT);
}

#[test]
fn what_is_done_is_neither_leased_nor_planned_again() {
    let mut machine = Machine::new([engines("new", true)], 1);
    assert_eq!(machine.start(), Vec::new());
    assert!(machine.is_done() && machine.units().all(|(_, one)| one.unwrap().to_string() == LEFT));
    // Another run did it meanwhile.
    let mut meanwhile = play(engines("new", false));
    assert_eq!(meanwhile.leased(made("new", true), false), "returned");
    assert_eq!(meanwhile.written(), LEFT);
    let mut halfway = play(engines("new", false));
    assert_eq!(halfway.leased(made("new", false), false), "plan-forth");
}

#[test]
fn what_was_left_open_is_closed_even_where_nothing_is_done() {
    let mut play = play(Target { is_open: true, ..engines("new", true) });
    assert_eq!(play.leased(made("new", false), false), "returned");
    assert_eq!(play.written(), LEFT);
}

#[test]
fn terraform_that_failed_is_not_taken_back_from_under_the_engine() {
    let mut failing = play(engines("new", false));
    failing.leased(healthy("good"), false);
    failing.planned(&[Step::Terraform], None);
    failing.written();
    assert_eq!(failing.failed("no room"), "failed+returned");
    assert_eq!(failing.written(), "failed: no room");
    let mut again = play(engines("new", false));
    let mut state = made("new", false);
    state.applied = state.terraform.as_ref().map(|terraform| terraform.deployed.clone());
    again.leased(state.clone(), false);
    assert_eq!(again.answer(Happened::NotPlanned { why: "no network".to_owned() }), "returned");
    assert_eq!(again.written(), "refused: no network");
    state.quarantined = BTreeSet::from(["new".to_owned()]);
    let mut quarantined = play(engines("new", false));
    assert_eq!(quarantined.leased(state, false), "returned");
    assert_eq!(quarantined.written(), "not applied: this digest is quarantined");
}

#[test]
fn what_goes_is_destroyed_and_then_said_to_be_gone() {
    let mut play = play(Target { digest: None, ..engines("new", false) });
    assert_eq!(play.leased(made("new", true), false), "plan-forth");
    play.planned(&[Step::Terraform, Step::Health], None);
    play.written();
    assert_eq!(play.done(), "ended+began");
    assert_eq!(play.written(), "health-forth");
    play.done();
    assert_eq!(play.written(), "taken away");
}

#[test]
fn others_of_its_environment_go_on_and_an_environment_that_is_promoted_from_it_waits() {
    let own = cart();
    let beside = UnitName { unit: "web".to_owned(), ..own.clone() };
    let later = UnitName { environment: Name::parse("zulu").unwrap(), ..own.clone() };
    let after = |unit: &UnitName| Target {
        unit: unit.clone(),
        after: BTreeSet::from([own.clone()]),
        handover: None,
        ..target("new")
    };
    let mut machine = Machine::new([engines("new", true), after(&beside), after(&later)], 4);
    let orders: Vec<UnitName> = machine.start().into_iter().map(|order| order.unit).collect();
    assert_eq!(orders, [beside]);
    let skipped = machine.units().find(|(unit, _)| **unit == later).and_then(|(_, conclusion)| conclusion.cloned());
    assert_eq!(skipped, Some(Conclusion::Skipped { on: own }));
}

#[test]
fn a_shard_that_waits_for_it_goes_on_once_its_terraform_is_done() {
    let mut play = play(Target { is_elsewhere: true, ..engines("new", false) });
    let followed = |state| Happened::Followed { state: Box::new(state), is_superseded: false, gives_up: false };
    assert_eq!(play.answer(followed(made("new", false))), "pause");
    assert_eq!(play.answer(Happened::Resumed), "follow");
    play.answer(followed(made("new", true)));
    assert!(play.machine.is_done() && play.machine.awaited().all(|(_, one)| one.to_string() == LEFT));
}
