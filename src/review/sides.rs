//! One side of a change, compiled: what is kept of its units, and what can be asked of them together.

use super::access::{Access, ByEnvironment, What, Who, accesses};
use super::capacity::{Demand, demand};
use super::cost::{Bill, bill};
use super::diff::{self, Diff};
use super::reversibility::{Stateful, stateful};
use crate::compile::{CompiledUnit, MadeOf, Source};
use crate::link::Graph;
use crate::model::Name;
use crate::model::kinds::Environment;
use crate::model::kinds::service::Tier;
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
    pub(super) fn side(&self) -> diff::Side<'_> {
        diff::Side { documents: &self.documents, units: &self.units }
    }

    pub(super) fn bills(&self) -> Vec<Bill> {
        self.facts.values().filter_map(|facts| facts.bill.clone()).collect()
    }

    pub(super) fn demand(&self, environment: &Name) -> Demand {
        self.facts.iter().filter(|(id, _)| id.environment == *environment).map(|(_, facts)| facts.demand).sum()
    }

    pub(super) fn accesses(&self) -> ByEnvironment {
        let mut all = ByEnvironment::new();
        for (id, facts) in &self.facts {
            all.entry(id.environment.clone()).or_default().extend(facts.accesses.iter().cloned());
        }
        all
    }

    pub(super) fn environment(&self, name: &Name) -> Option<&Declared<Environment>> {
        self.documents.declarations.environments.iter().find(|one| one.metadata.name == *name)
    }

    /// Where a unit's own resource is asked for.
    pub(super) fn asked(&self, unit: &UnitId, local: &Name) -> Option<&Place> {
        Some(&self.facts.get(unit)?.stateful.as_ref()?.resources.get(local)?.asked)
    }

    pub(super) fn owner(&self, unit: &UnitId) -> Option<Name> {
        let declared = || self.environment(&unit.environment)?.metadata.owner.clone();
        self.facts.get(unit)?.owner.clone().or_else(declared)
    }

    pub(super) fn platform_owners(&self) -> Vec<Name> {
        self.documents.declarations.platforms.first().map(|one| one.spec.owners.clone()).unwrap_or_default()
    }

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
pub(super) struct Renames(BTreeMap<UnitId, Name>);

impl Renames {
    pub(super) fn of(diff: &Diff) -> Renames {
        let moved = diff.units.iter().filter_map(|change| Some((change.from.clone()?, change.unit.name.clone())));
        Renames(moved.collect())
    }

    pub(super) fn of_bills(&self, mut bills: Vec<Bill>) -> Vec<Bill> {
        for bill in &mut bills {
            if let Some(name) = self.0.get(&bill.unit) {
                bill.unit.name = name.clone();
            }
        }
        bills
    }

    pub(super) fn of_accesses(&self, accesses: ByEnvironment) -> ByEnvironment {
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

/// How many services need it, directly or not.
pub(super) fn dependents(graph: &Graph, unit: &UnitId) -> usize {
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
