//! Which units of an environment stay on its branch as they are, and why: who may be told of them is asked as `pavior apply`
//! is asked.

use super::environment::World;
use crate::cli::apply::FEW;
use crate::compile::CompiledUnit;
use crate::deliver::terraform::has_terraform;
use crate::deliver::{Setting, unit_name};
use crate::emit::engines::Rendered;
use crate::ledger::{State, UnitName, UnitState};
use crate::model::Name;
use std::collections::BTreeMap;

/// Why a unit is not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Nobody lets it.
    Refused(String),
    /// What runs would not find what it needs: `pavior apply` says why.
    WithoutTerraform,
    /// It waits for this one, which stays as it is, or is not healthy as merged where it is promoted from.
    Behind(UnitName),
}

/// What an engine is told anew of; None where it is told to take a unit away.
pub type News<'w> = BTreeMap<UnitName, Option<&'w CompiledUnit>>;

impl World<'_> {
    /// The units of an environment, as they are to be.
    pub fn here<'w>(&'w self, environment: &Name) -> impl Iterator<Item = &'w CompiledUnit> {
        self.units.iter().filter(move |unit| unit.id.environment == *environment)
    }

    /// All units of an environment that its engine is to be told of anew.
    pub fn news<'w>(&'w self, environment: &Name, state: &State) -> News<'w> {
        let here = self.here(environment).map(|unit| (unit_name(&unit.id), Some(unit)));
        let mut all: News<'_> = there(environment, state).map(|unit| (unit.clone(), None)).chain(here).collect();
        all.retain(|unit, wanted| {
            let wanted = wanted.map(|wanted| wanted.digest.to_string());
            let published = state.units.get(unit).and_then(|state| state.published.as_ref());
            // Of a publishing that did not end well nobody knows what it brought.
            published.map_or(wanted.is_some(), |published| !published.is(wanted.as_deref()))
        });
        all
    }

    /// Those of them that stay as they are.
    pub fn held(&self, rendered: &Rendered, news: &News<'_>, state: &State) -> BTreeMap<UnitName, Held> {
        let too_many = self.too_many(&rendered.environment, news, state);
        let held = |(unit, wanted): (&UnitName, &Option<&CompiledUnit>)| {
            let held = match (wanted, &too_many) {
                (None, Some(why)) => Some(Held::Refused(why.clone())),
                _ => self.reason(unit, *wanted, state),
            };
            held.map(|held| (unit.clone(), held))
        };
        let mut held: BTreeMap<UnitName, Held> = news.iter().filter_map(held).collect();
        // Who waits for one that waits, waits, too.
        while let Some((unit, on)) = waits(rendered, news, &held, state) {
            held.insert(unit, Held::Behind(on));
        }
        held
    }

    fn too_many(&self, environment: &Name, news: &News<'_>, state: &State) -> Option<String> {
        let (going, all) = (news.values().filter(|wanted| wanted.is_none()).count(), there(environment, state).count());
        let is_too_many = going >= FEW && going * 2 > all && !self.is_confirmed(environment);
        is_too_many.then(|| {
            format!("{going} of {all} units of {environment} would go: say --confirm {environment} if that is meant")
        })
    }

    fn reason(&self, unit: &UnitName, wanted: Option<&CompiledUnit>, all: &State) -> Option<Held> {
        let state = &all.units.get(unit).cloned().unwrap_or_default();
        let digest = wanted.map(|wanted| wanted.digest.to_string());
        let healthy = state.healthy.as_ref().filter(|_| !state.unsettled);
        // It runs already: only who delivers it is another one, or it is told once more.
        let told = state.told.as_ref().and_then(|told| told.digest.as_ref());
        if digest.is_some() && (healthy.is_some_and(|healthy| healthy.digest == digest) || told == digest.as_ref()) {
            return None;
        }
        if digest.as_ref().is_some_and(|digest| state.quarantined.contains(digest)) {
            return Some(Held::Refused("this digest is quarantined".to_owned()));
        }
        let by_hand = || {
            let setting = self.setting(&unit.environment);
            self.reviewed.refusal(setting.as_ref(), unit, digest.as_deref(), &self.digests)
        };
        if let Some(why) = self.under.refusal(unit, digest.as_deref()).unwrap_or_else(by_hand) {
            return Some(Held::Refused(why));
        }
        // By hand a person says when.
        if !self.under.has_mandate() {
            return None;
        }
        let is_made = || state.terraform.as_ref().is_some_and(|made| made.is(digest.as_deref()));
        if wanted.is_some_and(|wanted| has_terraform(&wanted.artifacts)) && !is_made() {
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
    pub fn in_order<'e>(&self, environments: Vec<&'e Rendered>) -> Vec<&'e Rendered> {
        let before = |name: &Name| self.setting(name).and_then(|setting| setting.promotes_from);
        // No more than there are: promotion in a circle is a mistake that is told elsewhere.
        let all = self.documents.declarations.environments.len();
        let depth = |name: &Name| std::iter::successors(Some(name.clone()), before).take(all).count();
        let mut environments = environments;
        environments.sort_by_key(|rendered| depth(&rendered.environment));
        environments
    }

    fn setting(&self, environment: &Name) -> Option<Setting> {
        let mut declared = self.documents.declarations.environments.iter();
        declared.find(|one| one.metadata.name == *environment).map(|one| Setting::of(&one.spec))
    }
}

/// A unit that is to be published and has to wait for one that stays as it is: for one that it needs and that is not there,
/// or, where it goes, for one that may still use it.
fn waits(
    rendered: &Rendered,
    news: &News<'_>,
    held: &BTreeMap<UnitName, Held>,
    state: &State,
) -> Option<(UnitName, UnitName)> {
    let is_there = |unit: &UnitName| state.units.get(unit).is_some_and(is_there);
    news.iter().filter(|(unit, _)| !held.contains_key(unit)).find_map(|(unit, wanted)| {
        let on = match wanted {
            Some(wanted) => {
                let told = rendered.units.iter().find(|one| one.id == wanted.id);
                let mut after = told.into_iter().flat_map(|one| &one.after).map(unit_name);
                after.find(|on| held.contains_key(on) && !is_there(on))
            }
            None if unit.unit.starts_with('_') => held.keys().find(|other| *other != unit && is_there(other)).cloned(),
            None => None,
        };
        on.map(|on| (unit.clone(), on))
    })
}

/// The units of an environment that its engine runs, or may.
pub fn there<'s>(environment: &'s Name, state: &'s State) -> impl Iterator<Item = &'s UnitName> {
    let known = state.units.iter().filter(move |(unit, _)| unit.environment == *environment);
    known.filter(|(_, state)| is_there(state)).map(|(unit, _)| unit)
}

fn is_there(state: &UnitState) -> bool {
    state.published.as_ref().is_some_and(|published| !published.is(None))
}
