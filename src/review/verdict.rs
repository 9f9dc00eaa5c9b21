//! Who has to approve a change, by a formula that its report shows.
//!
//! For each unit that changes: **tier** (supporting 1, important 2, critical 3) x **environment** (development 0,
//! staging 1, production 2) x **undo** (reversible 1, with loss 2, irreversible 3) x **reach** (up to 4 dependents 1, more
//! 2) x **freeze** (in a freeze window 2). A product of 0 asks for nobody, up to 5 for one approval, up to 11 for two, more
//! for three. The first is the owner's, the second the platform owners', the third the owner's again. An environment's own
//! `approvals` is the least there. Where base and head declare the environment otherwise, the stricter of both counts.
//!
//! Platform files and environments always take one of the platform owners; a policy that changes takes its set's owners,
//! as base has them. Of the units that they change, one whose change cannot simply be undone counts as if it had changed
//! itself; owners of the others in production are told, and nobody else is asked.

use super::reversibility::Undo;
use crate::model::kinds::environment::{Environment, EnvironmentClass};
use crate::model::kinds::service::Tier;
use crate::model::{Date, Name};
use crate::provision::UnitId;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be known of a unit that changes.
#[derive(Debug, Clone)]
pub struct Subject<'e> {
    pub unit: UnitId,
    pub owner: Name,
    pub tier: Tier,
    pub environment: &'e Environment,
    pub undo: Undo,
    /// Services that need it, directly or not.
    pub dependents: usize,
}

/// The factors of one unit and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    pub unit: UnitId,
    pub owner: Name,
    pub factors: [(&'static str, u32); 5],
    /// Why nothing should change there now.
    pub freeze: Option<String>,
    pub product: u32,
    pub approvals: u32,
}

/// So many people of a team, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Approval {
    pub team: Name,
    /// The most that one of the reasons asks.
    pub count: u32,
    pub because: BTreeMap<String, Ground>,
}

/// What a reason rests on: an approval that was given for it holds for as long as this is no more than it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ground {
    pub count: u32,
    /// Whose change asks for it.
    pub units: BTreeSet<UnitId>,
    /// Of the findings, or of the platform files as they will be, that ask for it.
    pub fingerprints: BTreeSet<String>,
}

impl Approval {
    pub fn of(team: Name, because: BTreeMap<String, Ground>) -> Approval {
        let count = because.values().map(|ground| ground.count).max().unwrap_or_default();
        Approval { team, count, because }
    }
}

impl Ground {
    pub fn add(&mut self, other: Ground) {
        self.count = self.count.max(other.count);
        self.units.extend(other.units);
        self.fingerprints.extend(other.fingerprints);
    }
}

/// More dependents than this make a change reach far.
const FEW_DEPENDENTS: usize = 4;

/// The most approvals that one unit asks for by itself.
pub const MOST: u32 = 3;

pub fn risk(subject: &Subject<'_>, today: Option<Date>) -> Risk {
    let environment = subject.environment;
    let freeze = today.and_then(|today| {
        let window = environment.freeze_windows.iter().find(|window| window.from <= today && today <= window.to)?;
        Some(format!("{} ({} to {})", window.reason, window.from, window.to))
    });
    let factors = [
        ("tier", tier(subject.tier)),
        ("environment", class(environment.class)),
        ("undo", undo(subject.undo)),
        ("reach", if subject.dependents > FEW_DEPENDENTS { 2 } else { 1 }),
        ("freeze", if freeze.is_some() { 2 } else { 1 }),
    ];
    let product = factors.iter().map(|(_, factor)| factor).product();
    let approvals = approvals(product).max(environment.approvals.unwrap_or(0));
    Risk { unit: subject.unit.clone(), owner: subject.owner.clone(), factors, freeze, product, approvals }
}

fn tier(tier: Tier) -> u32 {
    match tier {
        Tier::Supporting => 1,
        Tier::Important => 2,
        Tier::Critical => 3,
    }
}

fn class(class: EnvironmentClass) -> u32 {
    match class {
        EnvironmentClass::Development => 0,
        EnvironmentClass::Staging => 1,
        EnvironmentClass::Production => 2,
    }
}

fn undo(undo: Undo) -> u32 {
    match undo {
        Undo::Reversible => 1,
        Undo::WithLoss => 2,
        Undo::Irreversible | Undo::Refused => 3,
    }
}

fn approvals(product: u32) -> u32 {
    match product {
        0 => 0,
        1..=5 => 1,
        6..=11 => 2,
        _ => MOST,
    }
}

/// What all units together ask for: of each team the most that one of them asks. `platform` are the platform's owners,
/// of whom the first stands for all; `files` the fingerprints of the platform files that change.
pub fn required(risks: &[Risk], platform: &[Name], files: BTreeSet<String>) -> Vec<Approval> {
    let mut needed: BTreeMap<Name, BTreeMap<String, Ground>> = BTreeMap::new();
    let mut ask = |team: &Name, because: String, ground: Ground| {
        needed.entry(team.clone()).or_default().entry(because).or_default().add(ground);
    };
    let of = |risk: &Risk, count: u32| Ground { count, units: [risk.unit.clone()].into(), ..Ground::default() };
    for risk in risks.iter().filter(|risk| risk.approvals > 0) {
        let from_platform = u32::from(risk.approvals > 1 && !platform.is_empty());
        ask(&risk.owner, "owner".to_owned(), of(risk, risk.approvals - from_platform));
        if let Some(first) = platform.first().filter(|_| from_platform > 0) {
            ask(first, because(risk), of(risk, 1));
        }
    }
    if let Some(first) = platform.first().filter(|_| !files.is_empty()) {
        let ground = Ground { count: 1, fingerprints: files, ..Ground::default() };
        ask(first, "platform files change".to_owned(), ground);
    }
    needed.into_iter().map(|(team, because)| Approval::of(team, because)).collect()
}

/// What makes a unit's change weigh so much.
fn because(risk: &Risk) -> String {
    let [(_, tier), _, (_, undo), (_, reach), (_, freeze)] = risk.factors;
    let mut reasons = Vec::new();
    if tier == 3 {
        reasons.push("critical service");
    }
    if undo > 1 {
        reasons.push(if undo == 3 { "irreversible" } else { "reversible with loss only" });
    }
    if reach > 1 {
        reasons.push("many depend on it");
    }
    if freeze > 1 {
        reasons.push("freeze window");
    }
    match reasons.as_slice() {
        [] => format!("asked for in {}", risk.unit.environment),
        reasons => format!("{} in {}", reasons.join(", "), risk.unit.environment),
    }
}

/// What findings and approvals add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing that is deployed changes.
    NoEffect,
    CanMerge,
    /// So many approvals in all.
    NeedsApproval(u32),
    /// So many findings that block.
    Blocked(usize),
}

pub fn outcome(errors: usize, changes: bool, approvals: &[Approval]) -> Outcome {
    match (errors, approvals.iter().map(|approval| approval.count).sum()) {
        (1.., _) => Outcome::Blocked(errors),
        (0, 0) if !changes => Outcome::NoEffect,
        (0, 0) => Outcome::CanMerge,
        (0, count) => Outcome::NeedsApproval(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::UnitKind;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn environment(class: &str, approvals: u32) -> Environment {
        let spec = serde_json::json!({
            "class": class, "provider": "local", "domain": "x.localhost", "approvals": approvals,
            "freezeWindows": [{"from": "2026-12-21", "to": "2027-01-03", "reason": "Christmas"}],
        });
        serde_json::from_value(spec).unwrap()
    }

    fn subject(environment: &Environment, tier: Tier, undo: Undo, dependents: usize) -> Subject<'_> {
        let unit = UnitId { environment: name("production"), kind: UnitKind::Service, name: name("cart") };
        Subject { unit, owner: name("shopping"), tier, environment, undo, dependents }
    }

    fn asked(subject: &Subject<'_>, today: &str) -> Vec<String> {
        let risk = risk(subject, Date::parse(today));
        let needed = required(&[risk], &[name("platform")], BTreeSet::new());
        let shown = |one: &Approval| {
            format!("{} of {}: {}", one.count, one.team, one.because.keys().cloned().collect::<Vec<_>>().join("; "))
        };
        needed.iter().map(shown).collect()
    }

    #[test]
    fn a_critical_service_in_production_takes_its_owner_and_the_platform() {
        let production = environment("production", 0);
        let subject = subject(&production, Tier::Critical, Undo::Reversible, 0);
        assert_eq!(
            asked(&subject, "2026-11-22"),
            ["1 of platform: critical service in production", "1 of shopping: owner"]
        );
        assert_eq!(
            asked(&subject, "2026-12-24"),
            ["1 of platform: critical service, freeze window in production", "2 of shopping: owner"]
        );
    }

    #[test]
    fn what_can_be_made_anew_takes_nobody() {
        let development = environment("development", 0);
        assert!(asked(&subject(&development, Tier::Critical, Undo::Irreversible, 99), "2026-12-24").is_empty());
    }

    #[test]
    fn an_environment_can_ask_for_more() {
        let staging = environment("staging", 2);
        let subject = subject(&staging, Tier::Supporting, Undo::Reversible, 0);
        assert_eq!(asked(&subject, "2026-11-22"), ["1 of platform: asked for in production", "1 of shopping: owner"]);
    }

    #[test]
    fn findings_block_whatever_is_approved() {
        assert_eq!(outcome(2, true, &[]), Outcome::Blocked(2));
        assert_eq!(outcome(0, false, &[]), Outcome::NoEffect);
        assert_eq!(outcome(0, true, &[]), Outcome::CanMerge);
    }

    proptest! {
        #[test]
        fn what_is_worse_never_asks_for_less(tier in 0_usize..2, undo in 0_usize..2, dependents in 0_usize..10) {
            let production = environment("production", 0);
            let tiers = [Tier::Supporting, Tier::Important, Tier::Critical];
            let undos = [Undo::Reversible, Undo::WithLoss, Undo::Irreversible];
            let of = |tier: usize, undo: usize, dependents| {
                risk(&subject(&production, tiers[tier], undos[undo], dependents), None).approvals
            };
            let now = of(tier, undo, dependents);
            prop_assert!(of(tier + 1, undo, dependents) >= now);
            prop_assert!(of(tier, undo + 1, dependents) >= now);
            prop_assert!(of(tier, undo, dependents + 5) >= now);
        }
    }
}
