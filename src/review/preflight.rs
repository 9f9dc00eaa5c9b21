//! Both sides of a change in, all that its reviewer needs out.

use super::access::{self, AccessChange};
use super::capacity::{Headroom, headroom};
use super::cost::{BudgetMove, BudgetUse, By, Line, budgets, compare, moved, tell_budgets, total};
use super::declared::{self, DeclaredChange};
use super::diff::{self, Diff, UnitChange};
use super::effect::{PlatformEffect, effect, fingerprints};
use super::refusal::refusals;
use super::rename_hint::hint_renames;
use super::requests::expiry;
use super::reversibility::{Consequence, Undo, consequences, resource_consequences};
use super::rules;
use super::sides::{Renames, Reviewed, dependents};
use super::upheaval::{moves, upheavals};
use super::verdict::{Approval, Risk, Subject, required, risk};
use crate::model::kinds::Environment;
use crate::model::{Date, Finding, Findings, Name, RepoPath};
use crate::provision::{UnitId, UnitKind};
use crate::read::Declared;
use std::collections::BTreeSet;

/// All that a report says of a change beside findings.
#[derive(Debug, Clone, Default)]
pub struct Preflight {
    pub diff: Diff,
    pub cost: Cost,
    /// What is limited and what changes of it, by environment.
    pub headroom: Vec<Headroom>,
    pub access: Vec<AccessChange>,
    /// Worst first.
    pub consequences: Vec<Consequence>,
    /// Of each unit that changes, the riskiest first.
    pub risks: Vec<Risk>,
    pub approvals: Vec<Approval>,
    /// What is declared otherwise of teams, environments, secret requests and owners.
    pub declared: Vec<DeclaredChange>,
    /// What the change makes of everything else, where it touches platform files.
    pub platform: Option<PlatformEffect>,
    /// Units that are declared and could not be compiled. Where there are any, nothing is compared: what others see of them
    /// would seem to go.
    pub not_compiled: BTreeSet<UnitId>,
}

impl Preflight {
    /// Of the change, and of its platform files after the merge.
    pub fn all_consequences(&self) -> impl Iterator<Item = &Consequence> {
        self.consequences.iter().chain(self.platform.iter().flat_map(|effect| &effect.consequences))
    }

    /// The worst that can be said of undoing it.
    pub fn undo(&self) -> Undo {
        self.all_consequences().map(|one| one.undo).max().unwrap_or_default()
    }
}

/// What a change does to the bill.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    pub currency: Option<String>,
    pub environments: Vec<Line>,
    /// Those units that cost another amount.
    pub units: Vec<Line>,
    pub total: Line,
    /// Of which it spends more or less.
    pub budgets: Vec<BudgetMove>,
    /// Whether one preview of each pattern is in the amounts.
    pub previews: bool,
}

/// Judges a change. `head` are the declarations of head under the platform files that count; `merged` the same under
/// those that the change brings, where it brings any. What it finds is added to the findings.
pub fn preflight(
    base: &Reviewed,
    head: &Reviewed,
    merged: Option<(&Reviewed, Vec<RepoPath>)>,
    today: Option<Date>,
    findings: &mut Findings,
) -> Preflight {
    let diff = diff::diff(base.side(), head.side());
    let renames = Renames::of(&diff);
    let mut told = Findings::default();
    let cost = cost(base, head, &renames, |_| true, &mut told);
    let headroom = rooms(base, head, &mut told);
    let changed: &[RepoPath] = merged.as_ref().map_or(&[], |(_, files)| files);
    let counts_from_base = |finding: &Finding| {
        changed.contains(&finding.at.path) && base.documents.snapshot.files.contains_key(&finding.at.path)
    };
    for finding in told.into_vec() {
        findings.push(if counts_from_base(&finding) { as_at_base(finding) } else { finding });
    }
    expiry(&base.documents, &head.documents, &diff.units, today, findings);
    let consequences = all_consequences(&diff, base, head);
    hint_renames(&base.documents, &head.documents, findings);
    refusals(&consequences, &head.documents, |unit, local| head.asked(unit, local), findings);
    let platform = merged.as_ref().map(|(merged, files)| effect(base, head, merged, files, findings));
    let later = merged.as_ref().map_or(head, |(merged, _)| *merged);
    let sides = [base, head, later];
    let risk_of = |change: &UnitChange, all: &[Consequence]| unit_risk(change, sides, all, today);
    let mut risks: Vec<Risk> = diff.units.iter().filter_map(|change| risk_of(change, &consequences)).collect();
    risks.extend(upheaval_risks(&diff, sides, &consequences, today));
    let more = platform.iter().flat_map(|effect| {
        let (changes, consequences) = (&effect.diff.units, &effect.consequences);
        let worst = |change: &&UnitChange| {
            consequences.iter().any(|one| one.concerns(&change.unit) && one.undo > Undo::Reversible)
        };
        let units = changes.iter().filter(worst).filter_map(|change| risk_of(change, consequences));
        units.chain(upheaval_risks(&effect.diff, [base, later, later], consequences, today)).collect::<Vec<_>>()
    });
    risks.extend(more);
    risks.sort_by(|a, b| b.product.cmp(&a.product).then_with(|| a.unit.cmp(&b.unit)));
    risks.dedup_by(|a, b| a.unit == b.unit);
    let owners = owners(base, head);
    let changed_files = merged.iter().flat_map(|(merged, files)| fingerprints(merged, files)).collect();
    let approvals = required(&risks, &owners, changed_files);
    let access = access::changes(&renames.of_accesses(base.accesses()), &head.accesses());
    // The first change of all declares everybody.
    let declared = match base.platform_owners().first() {
        Some(platform) => declared::changes(&base.documents, &later.documents, Some(platform)),
        None => Vec::new(),
    };
    let not_compiled = BTreeSet::new();
    Preflight { diff, cost, headroom, access, consequences, risks, approvals, declared, platform, not_compiled }
}

/// An environment that the change declares otherwise counts from base: who reads its limit at head has to know.
fn as_at_base(finding: Finding) -> Finding {
    finding.help(
        "an environment counts as the base revision has it; what this change makes of it counts from the merge on, so change \
         it first, by itself",
    )
}

/// Those of base, for a change cannot choose its own judges; of head where base has none.
fn owners(base: &Reviewed, head: &Reviewed) -> Vec<Name> {
    let owners = base.platform_owners();
    if owners.is_empty() { head.platform_owners() } else { owners }
}

pub(super) fn all_consequences(diff: &Diff, base: &Reviewed, head: &Reviewed) -> Vec<Consequence> {
    let stateful = |side: &'_ Reviewed, unit: &UnitId| side.facts.get(unit).and_then(|facts| facts.stateful.clone());
    let both = |name: &Name| Some((&base.environment(name)?.spec, &head.environment(name)?.spec));
    let of_unit = |change: &UnitChange| {
        let before = change.from.as_ref().unwrap_or(&change.unit);
        let sides = (stateful(base, before), stateful(head, &change.unit));
        let name = &change.unit.environment;
        match both(name).is_some_and(|(was, is)| moves(name, was, is)) {
            true => resource_consequences(change, sides.0.as_ref(), sides.1.as_ref()),
            false => consequences(change, sides.0.as_ref(), sides.1.as_ref()),
        }
    };
    let of_environment = |one: &Declared<Environment>| {
        let name = &one.metadata.name;
        let units = base.facts.keys().filter(|unit| unit.environment == *name && unit.kind != UnitKind::Environment);
        both(name).map(|(was, is)| upheavals(name, was, is, units.count())).unwrap_or_default()
    };
    let environments = base.documents.declarations.environments.iter().flat_map(of_environment);
    let mut all: Vec<Consequence> = diff.units.iter().flat_map(of_unit).chain(environments).collect();
    all.sort_by(|a, b| b.undo.cmp(&a.undo).then_with(|| a.cmp(b)));
    all
}

/// Of environments that change as a whole though none of their own objects does.
fn upheaval_risks(diff: &Diff, sides: [&Reviewed; 3], consequences: &[Consequence], today: Option<Date>) -> Vec<Risk> {
    let is_told = |unit: &UnitId| diff.units.iter().any(|change| change.unit == *unit);
    let units: BTreeSet<&UnitId> =
        consequences.iter().map(|one| &one.unit).filter(|unit| unit.kind == UnitKind::Environment).collect();
    let units = units.into_iter().filter(|unit| !is_told(unit));
    units.filter_map(|unit| risk_of((unit, unit), sides, consequences, today)).collect()
}

fn unit_risk(
    change: &UnitChange,
    sides: [&Reviewed; 3],
    consequences: &[Consequence],
    today: Option<Date>,
) -> Option<Risk> {
    let before = change.from.as_ref().unwrap_or(&change.unit);
    risk_of((before, &change.unit), sides, consequences, today)
}

fn risk_of(
    (before, unit): (&UnitId, &UnitId),
    [base, head, later]: [&Reviewed; 3],
    consequences: &[Consequence],
    today: Option<Date>,
) -> Option<Risk> {
    // What it was counts as much as what it becomes: a critical service is not made supporting to be rid of it.
    let tiers = [base.facts.get(before), head.facts.get(unit)].into_iter().flatten().map(|facts| facts.tier);
    let (tier, owner) = (tiers.max().unwrap_or_default(), base.owner(before).or_else(|| head.owner(unit))?);
    let concerning = consequences.iter().filter(|one| one.concerns(unit));
    let undo = concerning.map(|one| one.undo).max().unwrap_or_default();
    let dependents = dependents(&base.graph, before).max(dependents(&head.graph, unit));
    let of = |environment: &Environment| {
        let unit = unit.clone();
        risk(&Subject { unit, owner: owner.clone(), tier, environment, undo, dependents }, today)
    };
    // And so it is with environments: the stricter of both.
    let environments = [base.environment(&before.environment), later.environment(&unit.environment)];
    let risks = environments.into_iter().flatten().map(|environment| of(&environment.spec));
    risks.max_by_key(|risk| (risk.approvals, risk.product))
}

/// `counts` says which budgets that are used more than at base are told.
pub(super) fn cost(
    base: &Reviewed,
    head: &Reviewed,
    renames: &Renames,
    counts: impl Fn(&BudgetUse) -> bool,
    findings: &mut Findings,
) -> Cost {
    let (was, is) = (renames.of_bills(base.bills()), head.bills());
    let budgets = budgets(&head.documents, &is);
    // A budget that was near or over before, and is no nearer, is not this change's.
    let before = self::budgets(&base.documents, &was);
    let is_worse = |one: &&BudgetUse| {
        let old = before.iter().find(|old| old.of == one.of);
        old.is_none_or(|old| one.is_worse_than(old))
    };
    let worse: Vec<BudgetUse> = budgets.iter().filter(is_worse).filter(|one| counts(one)).cloned().collect();
    tell_budgets(&head.documents, &worse, findings);
    let changed = |lines: Vec<Line>| -> Vec<Line> {
        lines.into_iter().filter(|line| line.base != line.head || line.unknown > 0).collect()
    };
    let environments = compare(&was, &is, By::Environment);
    Cost {
        currency: is.iter().chain(&was).find_map(|bill| bill.currency.clone()),
        total: total(&environments),
        environments: changed(environments),
        units: changed(compare(&was, &is, By::Unit)),
        budgets: moved(&before, &budgets),
        previews: is.iter().chain(&was).any(|bill| bill.preview),
    }
}

pub(super) fn rooms(base: &Reviewed, head: &Reviewed, findings: &mut Findings) -> Vec<Headroom> {
    let mut rooms = Vec::new();
    for environment in &head.documents.declarations.environments {
        let Some(capacity) = &environment.spec.capacity else { continue };
        let name = &environment.metadata.name;
        let all = headroom(name, capacity, base.demand(name), head.demand(name));
        let had = base.environment(name).and_then(|one| one.spec.capacity.as_ref());
        let had = had.map(|had| headroom(name, had, base.demand(name), base.demand(name))).unwrap_or_default();
        let shrinks =
            |room: &Headroom| had.iter().any(|was| was.measure == room.measure && was.capacity > room.capacity);
        for room in all.iter().filter(|room| room.after > room.before || shrinks(room)) {
            let place = environment.place(&["spec", "capacity", room.measure.as_str()]);
            rules::capacity(room, head.documents.locate(&place)).into_iter().for_each(|one| findings.push(one));
        }
        rooms.extend(all);
    }
    rooms.sort_by(|a, b| a.environment.cmp(&b.environment).then(a.measure.cmp(&b.measure)));
    rooms
}
