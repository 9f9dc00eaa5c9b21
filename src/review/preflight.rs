//! Both sides of a change in, all that its reviewer needs out.

use super::access::{self, Access, AccessChange, ByEnvironment, What, Who, accesses};
use super::capacity::{Demand, Headroom, demand, headroom};
use super::cost::{Bill, BudgetMove, BudgetUse, By, Line, bill, budgets, compare, moved, tell_budgets, total};
use super::diff::{self, Diff, UnitChange};
use super::refusal::refusals;
use super::rename_hint::hint_renames;
use super::reversibility::{Consequence, Stateful, Undo, consequences, resource_consequences, stateful};
use super::rules;
use super::upheaval::{moves, upheavals};
use super::verdict::{Approval, Risk, Subject, required, risk};
use crate::compile::{CompiledUnit, MadeOf, Source};
use crate::link::Graph;
use crate::model::kinds::Environment;
use crate::model::kinds::service::Tier;
use crate::model::{Date, Findings, Name, RepoPath, short_hash};
use crate::provision::{UnitId, UnitKind};
use crate::read::{Declared, DocumentId, Documents, Place};
use std::collections::{BTreeMap, BTreeSet};

/// What is kept of a unit beside its files.
#[derive(Debug, Clone)]
pub struct UnitFacts {
    /// None for an environment itself: its declaration says.
    pub owner: Option<Name>,
    pub tier: Tier,
    pub demand: Demand,
    pub accesses: BTreeSet<Access>,
    pub stateful: Option<Stateful>,
    pub bill: Option<Bill>,
}

impl UnitFacts {
    pub fn of(source: Source<'_, '_>) -> UnitFacts {
        match source.made_of {
            MadeOf::Unit(unit) => UnitFacts {
                owner: Some(unit.owner.clone()),
                tier: unit.tier,
                demand: demand(unit),
                accesses: accesses(unit),
                stateful: Some(stateful(unit)),
                bill: Some(bill(unit)),
            },
            // Namespace, quota and default-deny: every unit in it depends on them.
            MadeOf::Environment(_) => UnitFacts {
                owner: None,
                tier: Tier::Important,
                demand: Demand::default(),
                accesses: BTreeSet::new(),
                stateful: None,
                bill: None,
            },
        }
    }
}

/// One side, compiled.
#[derive(Debug)]
pub struct Reviewed {
    pub documents: Documents,
    pub graph: Graph,
    pub units: Vec<CompiledUnit>,
    pub facts: BTreeMap<UnitId, UnitFacts>,
}

impl Reviewed {
    fn side(&self) -> diff::Side<'_> {
        diff::Side { documents: &self.documents, units: &self.units }
    }

    fn bills(&self) -> Vec<Bill> {
        self.facts.values().filter_map(|facts| facts.bill.clone()).collect()
    }

    fn demand(&self, environment: &Name) -> Demand {
        self.facts.iter().filter(|(id, _)| id.environment == *environment).map(|(_, facts)| facts.demand).sum()
    }

    fn accesses(&self) -> ByEnvironment {
        let mut all = ByEnvironment::new();
        for (id, facts) in &self.facts {
            all.entry(id.environment.clone()).or_default().extend(facts.accesses.iter().cloned());
        }
        all
    }

    fn environment(&self, name: &Name) -> Option<&Declared<Environment>> {
        self.documents.declarations.environments.iter().find(|one| one.metadata.name == *name)
    }

    /// Where a unit's own resource is asked for.
    fn asked(&self, unit: &UnitId, local: &Name) -> Option<&Place> {
        Some(&self.facts.get(unit)?.stateful.as_ref()?.resources.get(local)?.asked)
    }

    fn owner(&self, unit: &UnitId) -> Option<Name> {
        let declared = || self.environment(&unit.environment)?.metadata.owner.clone();
        self.facts.get(unit)?.owner.clone().or_else(declared)
    }

    fn platform_owners(&self) -> Vec<Name> {
        self.documents.declarations.platforms.first().map(|one| one.spec.owners.clone()).unwrap_or_default()
    }
}

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
    /// What the change makes of everything else, where it touches platform files.
    pub platform: Option<PlatformEffect>,
    /// Units that are declared and could not be compiled. Where there are any, nothing is compared: what others see of them
    /// would seem to go.
    pub not_compiled: BTreeSet<UnitId>,
}

impl Preflight {
    /// The worst that can be said of undoing it.
    pub fn undo(&self) -> Undo {
        self.consequences.iter().map(|one| one.undo).max().unwrap_or_default()
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

/// What new platform files make of the declarations as they will be.
#[derive(Debug, Clone, Default)]
pub struct PlatformEffect {
    pub files: Vec<RepoPath>,
    pub diff: Diff,
    pub consequences: Vec<Consequence>,
    pub cost: Line,
    /// Findings that only the new platform files make.
    pub new_findings: usize,
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
    let cost = cost(base, head, &renames, findings);
    let headroom = rooms(base, head, findings);
    let consequences = all_consequences(&diff, base, head);
    hint_renames(&base.documents, &head.documents, findings);
    refusals(&consequences, &head.documents, |unit, local| head.asked(unit, local), findings);
    let changed_files = merged.iter().flat_map(|(merged, files)| fingerprints(merged, files)).collect();
    let platform = merged.map(|(merged, files)| platform_effect(head, merged, files));
    let mut risks: Vec<Risk> =
        diff.units.iter().filter_map(|change| unit_risk(change, base, head, &consequences, today)).collect();
    risks.extend(upheaval_risks(&diff, base, head, &consequences, today));
    let more = platform.iter().flat_map(|effect| {
        let (changes, consequences) = (&effect.diff.units, &effect.consequences);
        let worst = |change: &&UnitChange| {
            consequences.iter().any(|one| one.unit == change.unit && one.undo > Undo::Reversible)
        };
        changes.iter().filter(worst).filter_map(|change| unit_risk(change, base, head, consequences, today))
    });
    risks.extend(more);
    risks.sort_by(|a, b| b.product.cmp(&a.product).then_with(|| a.unit.cmp(&b.unit)));
    risks.dedup_by(|a, b| a.unit == b.unit);
    let approvals = required(&risks, &owners(base, head), changed_files);
    let access = access::changes(&renames.of_accesses(base.accesses()), &head.accesses());
    let not_compiled = BTreeSet::new();
    Preflight { diff, cost, headroom, access, consequences, risks, approvals, platform, not_compiled }
}

impl Reviewed {
    /// What head declares as well and does not compile, because something is wrong there: it does not go.
    pub fn not_compiled_at(&self, head: &Reviewed) -> BTreeSet<UnitId> {
        let renamed: BTreeSet<&Name> =
            head.documents.declarations.services.iter().filter_map(|one| one.spec.renamed_from.as_ref()).collect();
        let is_declared =
            |document: DocumentId| head.documents.snapshot.files.contains_key(&self.documents.document(document).path);
        let declared = &self.documents.declarations;
        let environments: BTreeSet<&Name> = declared
            .environments
            .iter()
            .filter(|one| is_declared(one.document))
            .map(|one| &one.metadata.name)
            .collect();
        let services = declared.services.iter().map(|one| (UnitKind::Service, &one.metadata.name, one.document));
        let resources =
            declared.resources.iter().map(|one| (UnitKind::SharedResource, &one.metadata.name, one.document));
        let gone: BTreeSet<(UnitKind, &Name)> = services
            .chain(resources)
            .filter(|(_, name, document)| !is_declared(*document) || renamed.contains(name))
            .map(|(kind, name, _)| (kind, name))
            .collect();
        let is_lost = |unit: &UnitId| {
            let stays = unit.kind == UnitKind::Environment || !gone.contains(&(unit.kind, &unit.name));
            stays && environments.contains(&unit.environment) && !head.facts.contains_key(unit)
        };
        self.facts.keys().filter(|unit| is_lost(unit)).cloned().collect()
    }
}

/// What is called otherwise at head: it costs what it cost and may do what it did, under another name.
struct Renames(BTreeMap<UnitId, Name>);

impl Renames {
    fn of(diff: &Diff) -> Renames {
        let moved = diff.units.iter().filter_map(|change| Some((change.from.clone()?, change.unit.name.clone())));
        Renames(moved.collect())
    }

    fn of_bills(&self, mut bills: Vec<Bill>) -> Vec<Bill> {
        for bill in &mut bills {
            if let Some(name) = self.0.get(&bill.unit) {
                bill.unit.name = name.clone();
            }
        }
        bills
    }

    fn of_accesses(&self, accesses: ByEnvironment) -> ByEnvironment {
        let renamed = |environment: &Name, name: Name| {
            let unit = UnitId { environment: environment.clone(), kind: UnitKind::Service, name };
            self.0.get(&unit).cloned().unwrap_or(unit.name)
        };
        let of_one = |environment: &Name, access: Access| Access {
            who: match access.who {
                Who::Service(name) => Who::Service(renamed(environment, name)),
                other => other,
            },
            what: match access.what {
                What::Service(name) => What::Service(renamed(environment, name)),
                other => other,
            },
            ..access
        };
        let all = accesses.into_iter();
        all.map(|(name, some)| (name.clone(), some.into_iter().map(|one| of_one(&name, one)).collect())).collect()
    }
}

/// Those of base, for a change cannot choose its own judges; of head where base has none.
fn owners(base: &Reviewed, head: &Reviewed) -> Vec<Name> {
    let owners = base.platform_owners();
    if owners.is_empty() { head.platform_owners() } else { owners }
}

fn all_consequences(diff: &Diff, base: &Reviewed, head: &Reviewed) -> Vec<Consequence> {
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
fn upheaval_risks(
    diff: &Diff,
    base: &Reviewed,
    head: &Reviewed,
    consequences: &[Consequence],
    today: Option<Date>,
) -> Vec<Risk> {
    let is_told = |unit: &UnitId| diff.units.iter().any(|change| change.unit == *unit);
    let units: BTreeSet<&UnitId> =
        consequences.iter().map(|one| &one.unit).filter(|unit| unit.kind == UnitKind::Environment).collect();
    let units = units.into_iter().filter(|unit| !is_told(unit));
    units.filter_map(|unit| risk_of((unit, unit), base, head, consequences, today)).collect()
}

fn unit_risk(
    change: &UnitChange,
    base: &Reviewed,
    head: &Reviewed,
    consequences: &[Consequence],
    today: Option<Date>,
) -> Option<Risk> {
    let before = change.from.as_ref().unwrap_or(&change.unit);
    risk_of((before, &change.unit), base, head, consequences, today)
}

fn risk_of(
    (before, unit): (&UnitId, &UnitId),
    base: &Reviewed,
    head: &Reviewed,
    consequences: &[Consequence],
    today: Option<Date>,
) -> Option<Risk> {
    // What it was counts as much as what it becomes: a critical service is not made supporting to be rid of it.
    let tiers = [base.facts.get(before), head.facts.get(unit)].into_iter().flatten().map(|facts| facts.tier);
    let environment = base.environment(&before.environment).or_else(|| head.environment(&unit.environment))?;
    // What happens to an environment happens to all that is in it.
    let concerns = |one: &&Consequence| {
        let is_around = one.unit.kind == UnitKind::Environment && one.unit.environment == unit.environment;
        one.unit == *unit || is_around
    };
    let undo = consequences.iter().filter(concerns).map(|one| one.undo).max().unwrap_or_default();
    let subject = Subject {
        unit: unit.clone(),
        owner: base.owner(before).or_else(|| head.owner(unit))?,
        tier: tiers.max().unwrap_or_default(),
        environment: &environment.spec,
        undo,
        dependents: dependents(&base.graph, before).max(dependents(&head.graph, unit)),
    };
    Some(risk(&subject, today))
}

/// How many services need it, directly or not.
fn dependents(graph: &Graph, unit: &UnitId) -> usize {
    let direct = match unit.kind {
        UnitKind::Service => &graph.called_by,
        UnitKind::SharedResource => &graph.used_by,
        UnitKind::Environment => return 0,
    };
    let mut seen: BTreeSet<&Name> = direct.get(&unit.name).into_iter().flatten().collect();
    let mut ahead: Vec<&Name> = seen.iter().copied().collect();
    while let Some(at) = ahead.pop() {
        ahead.extend(graph.called_by.get(at).into_iter().flatten().filter(|next| seen.insert(next)));
    }
    seen.remove(&unit.name);
    seen.len()
}

fn cost(base: &Reviewed, head: &Reviewed, renames: &Renames, findings: &mut Findings) -> Cost {
    let (was, is) = (renames.of_bills(base.bills()), head.bills());
    let budgets = budgets(&head.documents, &is);
    // A budget that was near or over before, and is no nearer, is not this change's.
    let before = self::budgets(&base.documents, &was);
    let is_worse = |one: &&BudgetUse| {
        let old = before.iter().find(|old| old.of == one.of);
        old.is_none_or(|old| old.used.most < one.used.most || old.budget != one.budget)
    };
    let worse: Vec<BudgetUse> = budgets.iter().filter(is_worse).cloned().collect();
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

fn rooms(base: &Reviewed, head: &Reviewed, findings: &mut Findings) -> Vec<Headroom> {
    let mut rooms = Vec::new();
    for environment in &head.documents.declarations.environments {
        let Some(capacity) = &environment.spec.capacity else { continue };
        let name = &environment.metadata.name;
        let all = headroom(name, capacity, base.demand(name), head.demand(name));
        for room in &all {
            let place = environment.place(&["spec", "capacity", room.measure.as_str()]);
            rules::capacity(room, head.documents.locate(&place)).into_iter().for_each(|one| findings.push(one));
        }
        rooms.extend(all);
    }
    rooms.sort_by(|a, b| a.environment.cmp(&b.environment).then(a.measure.cmp(&b.measure)));
    rooms
}

/// Of files as they will be, so that an approval is for what was read; a file that goes has one, too.
fn fingerprints(merged: &Reviewed, files: &[RepoPath]) -> Vec<String> {
    let text = |path: &RepoPath| merged.documents.snapshot.files.get(path).map_or("", |text| text.as_ref());
    let of = |path: &RepoPath| format!("{:016x}", short_hash(format!("{path}\0{}", text(path)).as_bytes()));
    files.iter().map(of).collect()
}

fn platform_effect(head: &Reviewed, merged: &Reviewed, files: Vec<RepoPath>) -> PlatformEffect {
    let diff = diff::diff(head.side(), merged.side());
    let consequences = all_consequences(&diff, head, merged);
    let cost = total(&compare(&head.bills(), &merged.bills(), By::Environment));
    PlatformEffect { files, diff, consequences, cost, new_findings: 0 }
}
