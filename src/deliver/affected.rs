//! Which units are not what the ledger last found them healthy with.

use crate::compile::CompiledUnit;
use crate::ledger::{Deployed, State, UnitName};
use crate::provision::UnitId;

/// A unit that is to be brought to another digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    pub unit: UnitName,
    /// What it is healthy with now. None: it was never there.
    pub from: Option<Deployed>,
    /// None: it is to be taken away.
    pub to: Option<String>,
}

/// As the ledger names it.
pub fn unit_name(id: &UnitId) -> UnitName {
    let folder = id.folder();
    let unit = folder.split_once('/').map_or(folder.as_str(), |(_, unit)| unit).to_owned();
    UnitName { environment: id.environment.clone(), unit }
}

/// Sorted by environment and name. What is gone from the compilation is to be taken away; but a preview was never in it, and
/// goes by its own rules.
pub fn affected(units: &[CompiledUnit], state: &State) -> Vec<Affected> {
    let healthy = |unit: &UnitName| state.units.get(unit).and_then(|unit| unit.healthy.clone());
    let wanted = units.iter().map(|one| (unit_name(&one.id), one.digest.to_string()));
    let wanted: std::collections::BTreeMap<UnitName, String> = wanted.collect();
    let changed = wanted.iter().filter_map(|(unit, digest)| {
        let from = healthy(unit);
        let is_settled = state.units.get(unit).is_some_and(|unit| !unit.unsettled);
        let is_there = is_settled && from.as_ref().is_some_and(|deployed| deployed.digest.as_ref() == Some(digest));
        (!is_there).then(|| Affected { unit: unit.clone(), from, to: Some(digest.clone()) })
    });
    let is_gone = |unit: &&UnitName| !wanted.contains_key(unit) && !state.previews.contains(&unit.environment);
    let gone = state.units.keys().filter(is_gone).filter_map(|unit| {
        let from = healthy(unit);
        // What was begun and never found healthy has left something behind, too.
        let is_there = from.as_ref().is_some_and(|deployed| deployed.digest.is_some()) || state.units[unit].unsettled;
        is_there.then(|| Affected { unit: (*unit).clone(), from, to: None })
    });
    let mut all: Vec<Affected> = changed.chain(gone).collect();
    all.sort_by(|a, b| a.unit.cmp(&b.unit));
    all
}
