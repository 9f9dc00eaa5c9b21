//! Which units of an environment stay on its branch as they are, and why: who may be told of them is asked as `pavior apply`
//! is asked.

use super::environment::World;
use crate::cli::delivery::compiled;
use crate::compile::CompiledUnit;
use crate::deliver::terraform::has_terraform;
use crate::deliver::{Revision, Setting, unit_name};
use crate::ledger::{Deployed, State, UnitName, UnitState, short};
use crate::model::Name;
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};

/// Why a unit is not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Nobody lets it.
    Refused(String),
    /// What runs would not find what it needs: `pavior apply` says why.
    WithoutTerraform,
    /// It is promoted from this one, which is not healthy as merged.
    Behind(UnitName),
}

impl World<'_> {
    /// The units of an environment, as they are to be.
    pub fn here<'w>(&'w self, environment: &'w Name) -> impl Iterator<Item = &'w CompiledUnit> {
        self.units.iter().filter(move |unit| unit.id.environment == *environment)
    }

    /// All units of an environment that its engine is to be told of anew, with what; None where it is told to take one away.
    pub fn news<'w>(&'w self, environment: &'w Name, state: &State) -> BTreeMap<UnitName, Option<&'w CompiledUnit>> {
        let here = self.here(environment).map(|unit| (unit_name(&unit.id), Some(unit)));
        let known = state.units.iter().filter(|(unit, _)| unit.environment == *environment);
        let there = known.filter(|(_, state)| told(state).is_some()).map(|(unit, _)| (unit.clone(), None));
        let mut all: BTreeMap<_, _> = there.chain(here).collect();
        all.retain(|unit, wanted| {
            let wanted = wanted.map(|wanted| wanted.digest.to_string());
            state.units.get(unit).and_then(told).and_then(|told| told.digest.clone()) != wanted
        });
        all
    }

    /// Those of them that stay as they are.
    pub fn held(&self, news: &BTreeMap<UnitName, Option<&CompiledUnit>>, state: &State) -> BTreeMap<UnitName, Held> {
        let held = |(unit, wanted): (&UnitName, &Option<&CompiledUnit>)| {
            let held = self.reason(unit, *wanted, state);
            held.map(|held| (unit.clone(), held))
        };
        news.iter().filter_map(held).collect()
    }

    fn reason(&self, unit: &UnitName, wanted: Option<&CompiledUnit>, all: &State) -> Option<Held> {
        let state = &all.units.get(unit).cloned().unwrap_or_default();
        let digest = wanted.map(|wanted| wanted.digest.to_string());
        let healthy = state.healthy.as_ref().filter(|_| !state.unsettled);
        // It runs already: only who delivers it is another one.
        if digest.is_some() && healthy.is_some_and(|healthy| healthy.digest == digest) {
            return None;
        }
        let is_quarantined = digest.as_ref().is_some_and(|digest| state.quarantined.contains(digest));
        if is_quarantined {
            return Some(Held::Refused("this digest is quarantined".to_owned()));
        }
        let refusal = self.under.refusal(unit, digest.as_deref());
        let by_hand =
            || self.reviewed.refusal(self.setting(&unit.environment).as_ref(), unit, digest.as_deref(), &self.digests);
        if let Some(why) = refusal.unwrap_or_else(by_hand) {
            return Some(Held::Refused(why));
        }
        let is_made = || state.terraform.as_ref().is_some_and(|made| made.is(digest.as_deref()));
        let needs = wanted.is_some_and(|wanted| has_terraform(&wanted.artifacts));
        // By hand a person says when.
        if !self.under.has_mandate() {
            return None;
        }
        if needs && !is_made() {
            return Some(Held::WithoutTerraform);
        }
        wanted.and_then(|_| self.behind(unit, all)).map(Held::Behind)
    }

    /// The unit that it is promoted from, where that is not healthy as merged.
    fn behind(&self, unit: &UnitName, state: &State) -> Option<UnitName> {
        let environment = self.setting(&unit.environment)?.promotes_from?;
        let before = UnitName { environment, ..unit.clone() };
        let wanted = self.units.iter().find(|one| unit_name(&one.id) == before)?.digest.to_string();
        let known = state.units.get(&before).filter(|known| !known.unsettled);
        let healthy = known.and_then(|known| known.healthy.as_ref()).and_then(|healthy| healthy.digest.as_ref());
        (healthy != Some(&wanted)).then_some(before)
    }

    /// Each environment behind the one that it is promoted from.
    pub fn in_order<'e>(&self, environments: Vec<&'e Name>) -> Vec<&'e Name> {
        let depth = |environment: &Name| {
            let before = |name: &Name| self.setting(name).and_then(|setting| setting.promotes_from);
            // No more than there are: promotion in a circle is a mistake that is told elsewhere.
            std::iter::successors(Some(environment.clone()), before)
                .take(self.documents.declarations.environments.len())
                .count()
        };
        let mut environments = environments;
        environments.sort_by_key(|environment| depth(environment));
        environments
    }

    fn setting(&self, environment: &Name) -> Option<Setting> {
        let mut declared = self.documents.declarations.environments.iter();
        declared.find(|one| one.metadata.name == *environment).map(|one| Setting::of(&one.spec))
    }

    /// What the branch holds of units that stay: compiled again from the commits that they were published from.
    ///
    /// # Errors
    /// When one no longer compiles into what was published.
    pub fn kept<'u>(&self, held: impl Iterator<Item = &'u UnitName>, state: &State) -> Result<Vec<CompiledUnit>> {
        let told: Vec<(&UnitName, &Deployed)> =
            held.filter_map(|unit| Some((unit, state.units.get(unit).and_then(told)?))).collect();
        let commits: BTreeSet<&String> = told.iter().map(|(_, told)| &told.commit).collect();
        let mut known: BTreeMap<&String, Revision> = BTreeMap::new();
        for commit in commits {
            let revision = compiled(self.root, commit)?;
            known.insert(commit, revision.with_context(|| format!("{commit} does not compile with this Pavior"))?);
        }
        let mut kept = Vec::new();
        for (unit, told) in told {
            let then = known[&told.commit].units.get(unit);
            match then.filter(|then| Some(then.unit.digest.to_string()) == told.digest) {
                Some(then) => kept.push(then.unit.clone()),
                None => bail!(
                    "{unit} may not be published, and no longer compiles into {} from {}, so that it cannot stay as it is: \
                     Pavior is another one since; see to what holds it first",
                    short(told.digest.as_deref().unwrap_or_default()),
                    short(&told.commit)
                ),
            }
        }
        Ok(kept)
    }
}

/// What its engine was last told to run, for sure.
fn told(state: &UnitState) -> Option<&Deployed> {
    state.told.as_ref().filter(|told| told.digest.is_some())
}
