//! Base, while head is compiled: what each unit was and what became of it, for policies that are asked about a change.
//!
//! They are asked while a unit is compiled, so that no unit has to be kept to ask about it later. Units that a change
//! deletes are compiled once more for that, and only where a policy asks about them.

use super::diff::{UnitChange, of_unit};
use super::policy::{ChangeFacts, Compared, Needs, Opinion, Policies};
use super::reversibility::{Stateful, consequences, stateful};
use super::sides::UnitFacts;
use crate::compile::{CompileError, CompiledUnit, Digest, MadeOf, Source, compile_kept};
use crate::emit::Artifact;
use crate::model::{Findings, Name};
use crate::provision::{UnitId, UnitKind};
use crate::read::Documents;
use std::collections::{BTreeMap, BTreeSet};

/// One unit of base as it was kept.
pub type Was<'b> = (&'b CompiledUnit, &'b UnitFacts);

/// What base compiled into.
#[derive(Debug, Clone)]
pub struct Base<'b> {
    documents: &'b Documents,
    units: BTreeMap<&'b UnitId, Was<'b>>,
}

impl<'b> Base<'b> {
    pub fn new(documents: &'b Documents, units: impl Iterator<Item = Was<'b>>) -> Base<'b> {
        Base { documents, units: units.map(|was| (&was.0.id, was)).collect() }
    }

    pub fn documents(&self) -> &'b Documents {
        self.documents
    }

    /// What a unit of head was, as far as policies want to know.
    pub fn compared(&self, source: Source<'_, '_>, artifacts: &[Artifact], needs: &Needs) -> Compared {
        let id = source.id();
        let was = self.units.get(&id).or_else(|| self.former(source)).copied();
        Compared {
            change: needs.has("change").then(|| changed(source, artifacts, was)),
            bill: was.and_then(|(_, facts)| facts.bill.clone()),
            demand: was.map(|(_, facts)| facts.demand).unwrap_or_default(),
            former: was.map(|(unit, _)| unit.id.clone()).filter(|former| *former != id),
        }
    }

    /// What is called otherwise at head: by the name that its resources are known by, while nobody else is called so.
    fn former(&self, source: Source<'_, '_>) -> Option<&Was<'b>> {
        let MadeOf::Unit(unit) = source.made_of else { return None };
        let at_base = |name: &Name| {
            let taken = source.world.unit(&unit.id.environment, name.as_str(), unit.id.kind == UnitKind::Service);
            let id = UnitId { name: name.clone(), ..unit.id.clone() };
            taken.is_none().then(|| self.units.get(&id)).flatten()
        };
        at_base(&unit.identity).or_else(|| self.renamed_from(&unit.identity).into_iter().find_map(at_base))
    }

    /// What base calls otherwise already.
    fn renamed_from(&self, former: &Name) -> Vec<&'b Name> {
        let declarations = &self.documents.declarations;
        let services = declarations.services.iter().map(|one| (&one.metadata.name, &one.spec.renamed_from));
        let resources = declarations.resources.iter().map(|one| (&one.metadata.name, &one.spec.renamed_from));
        let all = services.chain(resources).filter(|(_, renamed)| renamed.as_ref() == Some(former));
        all.map(|(name, _)| name).collect()
    }

    /// What policies say of the units that head has not, given those that it has and what they were called.
    ///
    /// # Errors
    /// When a unit of base cannot be written as it was meant.
    pub fn opinions_of_what_goes(
        &self,
        policies: &Policies,
        at_head: &BTreeSet<&UnitId>,
    ) -> Result<Vec<Opinion>, CompileError> {
        let goes: BTreeSet<&UnitId> = self.units.keys().copied().filter(|id| !at_head.contains(id)).collect();
        if goes.is_empty() || !policies.judge_what_goes() {
            return Ok(Vec::new());
        }
        let snapshot = self.documents.snapshot.clone();
        let (_, opinions) = compile_kept(snapshot, &mut Findings::default(), &(), |source, _| {
            let (unit, facts) = self.units.get(&source.id()).filter(|_| goes.contains(&source.id()))?;
            let change = of_unit(Some(unit), None)?;
            let consequences = consequences(&change, facts.stateful.as_ref(), None);
            Some(policies.opinion_of_what_goes(source, &ChangeFacts::of(&change, &consequences)))
        })?;
        Ok(opinions.into_iter().flatten().collect())
    }
}

fn changed(source: Source<'_, '_>, artifacts: &[Artifact], was: Option<Was<'_>>) -> ChangeFacts {
    let id = source.id();
    let is_same = |(unit, _): &Was<'_>| unit.id == id && unit.digest == Digest::of(artifacts);
    if was.as_ref().is_some_and(is_same) {
        return ChangeFacts::none();
    }
    let is = CompiledUnit::new(id, artifacts.to_vec());
    let change: Option<UnitChange> = of_unit(was.map(|(unit, _)| unit), Some(&is));
    let Some(change) = change else { return ChangeFacts::none() };
    let before: Option<&Stateful> = was.and_then(|(_, facts)| facts.stateful.as_ref());
    let after = match source.made_of {
        MadeOf::Unit(unit) => Some(stateful(unit)),
        MadeOf::Environment(_) => None,
    };
    ChangeFacts::of(&change, &consequences(&change, before, after.as_ref()))
}
