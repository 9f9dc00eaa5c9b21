//! What a change of platform files makes of everything after the merge: head under those that count, and under its own, in;
//! what differs, what it costs, and whom it concerns out.

use super::access::{self, AccessChange};
use super::capacity::Headroom;
use super::cost::BudgetUse;
use super::diff::{self, Action, Diff};
use super::policy::{self, PolicyChange};
use super::preflight::{Cost, all_consequences, cost, rooms};
use super::refusal::refusals;
use super::reversibility::{Consequence, Undo};
use super::sides::{Renames, Reviewed};
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::{Finding, Findings, Name, RepoPath, short_hash};
use crate::provision::UnitId;
use std::collections::{BTreeMap, BTreeSet};

/// What new platform files make of the declarations as they will be.
#[derive(Debug, Clone, Default)]
pub struct PlatformEffect {
    /// With what becomes of each.
    pub files: Vec<(Action, RepoPath)>,
    pub policies: Vec<PolicyChange>,
    pub diff: Diff,
    pub consequences: Vec<Consequence>,
    /// Beyond what the rest of the change costs.
    pub cost: Cost,
    /// What is limited, by environment: `before` is what the rest of the change asks for.
    pub headroom: Vec<Headroom>,
    pub access: Vec<AccessChange>,
    /// How many units of whom change.
    pub affected: BTreeMap<Name, usize>,
    /// How many of them in production, where what changes can be undone: nobody has to approve that, and all should know.
    pub told: BTreeMap<Name, usize>,
    /// The fingerprints of findings that only the new platform files make.
    pub new_findings: BTreeSet<String>,
}

/// A change that concerns more teams than this is the platform's to announce: asking all of them would bring nobody.
const MOST_TOLD_BY_NAME: usize = 5;

impl PlatformEffect {
    /// Whom to ask to have a look, whose approval is not needed.
    pub fn teams_to_tell(&self) -> impl Iterator<Item = &Name> {
        self.told.keys().filter(|_| self.told.len() <= MOST_TOLD_BY_NAME)
    }
}

/// `base` is how things are, `head` the declarations as they will be under the platform files that count, `merged` the
/// same under their own. What it finds is told as of after the merge.
pub fn effect(
    base: &Reviewed,
    head: &Reviewed,
    merged: &Reviewed,
    files: &[RepoPath],
    findings: &mut Findings,
) -> PlatformEffect {
    let diff = diff::diff(head.side(), merged.side());
    let renames = Renames::of(&diff);
    let consequences = all_consequences(&diff, head, merged);
    let mut later = Findings::default();
    // What was as bad before is not this change's.
    let known = super::cost::budgets(&base.documents, &base.bills());
    let is_worse = |one: &BudgetUse| known.iter().find(|old| old.of == one.of).is_none_or(|old| one.is_worse_than(old));
    let cost = cost(head, merged, &renames, is_worse, &mut later);
    let headroom = rooms(head, merged, &mut later);
    refusals(&consequences, &merged.documents, |unit, local| merged.asked(unit, local), &mut later);
    let later: Vec<Finding> = later.into_vec().into_iter().map(after_the_merge).collect();
    let new_findings = later.iter().map(Finding::fingerprint).collect();
    later.into_iter().for_each(|finding| findings.push(finding));
    let owned = |unit: &UnitId| merged.owner(unit).or_else(|| head.owner(unit));
    let count = |units: &mut dyn Iterator<Item = &UnitId>| {
        let mut counts: BTreeMap<Name, usize> = BTreeMap::new();
        units.filter_map(owned).for_each(|owner| *counts.entry(owner).or_default() += 1);
        counts
    };
    let is_worse_off = |unit: &UnitId| consequences.iter().any(|one| one.concerns(unit) && one.undo > Undo::Reversible);
    let is_production = |unit: &&UnitId| {
        let sides = [head, merged].into_iter();
        let class = |side: &Reviewed| side.environment(&unit.environment).map(|one| one.spec.class);
        sides.filter_map(class).any(|class| class == EnvironmentClass::Production)
    };
    let units = || diff.units.iter().map(|change| &change.unit);
    PlatformEffect {
        affected: count(&mut units()),
        told: count(&mut units().filter(is_production).filter(|unit| !is_worse_off(unit))),
        files: files.iter().map(|path| (action(base, merged, path), path.clone())).collect(),
        policies: policies(base, merged, files),
        access: access::changes(&renames.of_accesses(head.accesses()), &merged.accesses()),
        consequences,
        cost,
        headroom,
        diff,
        new_findings,
    }
}

/// Of files as they will be, so that an approval is for what was read; a file that goes has one, too.
pub fn fingerprints(merged: &Reviewed, files: &[RepoPath]) -> BTreeSet<String> {
    let text = |path: &RepoPath| merged.documents.snapshot.files.get(path).map_or("", |text| text.as_ref());
    let of = |path: &RepoPath| format!("{:016x}", short_hash(format!("{path}\0{}", text(path)).as_bytes()));
    files.iter().map(of).collect()
}

fn action(base: &Reviewed, merged: &Reviewed, path: &RepoPath) -> Action {
    let has = |side: &Reviewed| side.documents.snapshot.files.contains_key(path);
    match (has(base), has(merged)) {
        (false, _) => Action::Create,
        (true, false) => Action::Delete,
        (true, true) => Action::Update,
    }
}

/// Asked only where something can differ: it takes compiling the policies of both sides once more.
fn policies(base: &Reviewed, merged: &Reviewed, files: &[RepoPath]) -> Vec<PolicyChange> {
    let can_differ = |path: &RepoPath| path.as_str() == "pavior.yaml" || path.as_str().starts_with("policies/");
    match files.iter().any(can_differ) {
        true => policy::changes(&base.documents, &merged.documents),
        false => Vec::new(),
    }
}

fn after_the_merge(finding: Finding) -> Finding {
    let message = format!("after the merge, {}", finding.message);
    Finding { message, ..finding }.help("it is the platform files of this change that make it so")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_teams_are_told_by_name_and_many_by_the_report_alone() {
        let of = |teams: usize| {
            let told = (0..teams).filter_map(|number| Some((Name::parse(&format!("team-{number}"))?, 1))).collect();
            PlatformEffect { told, ..PlatformEffect::default() }.teams_to_tell().count()
        };
        assert_eq!([of(0), of(5), of(6), of(41)], [0, 5, 0, 0]);
    }
}
