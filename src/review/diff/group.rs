//! Changes of many units become groups: each change once, with all units that get it.
//!
//! Two units get the same change when it has the same action and fields, and an address that is named alike after its
//! unit. Changes of the same units are one group. What comes, goes or moves as a whole is told per unit, over all
//! environments; an environment that comes or goes as a whole is one group with all that is in it.

use super::Diff;
use super::address::Address;
use super::change::{Action, Change, FieldChange, UnitChange};
use crate::model::Name;
use crate::provision::{UnitId, UnitKind};
use std::collections::BTreeMap;

/// Units that get the same changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'d> {
    pub action: Action,
    /// The environment that comes or goes with all its units.
    pub environment: Option<&'d Name>,
    /// Sorted; never empty.
    pub units: Vec<&'d UnitChange>,
    /// Empty for a whole environment.
    pub changes: Vec<GroupedChange<'d>>,
}

/// What differs alike in several objects of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedChange<'d> {
    pub action: Action,
    /// Those of the group's units that get it; all but where a unit comes, goes or moves in several environments.
    pub units: Vec<&'d UnitChange>,
    /// Of the first of these units, sorted; never empty.
    pub objects: Vec<&'d Change>,
    pub fields: &'d [FieldChange],
}

/// Deletions first, then what is made anew, then by how many units it concerns.
pub fn groups(diff: &Diff) -> Vec<Group<'_>> {
    let (whole, parts): (Vec<&UnitChange>, Vec<&UnitChange>) =
        diff.units.iter().partition(|unit| diff.environments.contains_key(&unit.unit.environment));
    let mut groups: Vec<Group<'_>> = diff
        .environments
        .iter()
        .map(|(name, action)| Group {
            action: *action,
            environment: Some(name),
            units: whole.iter().copied().filter(|unit| unit.unit.environment == *name).collect(),
            changes: Vec::new(),
        })
        .collect();
    let (updated, others): (Vec<&UnitChange>, Vec<&UnitChange>) =
        parts.into_iter().partition(|unit| unit.action == Action::Update);
    groups.extend(by_subject(&others));
    groups.extend(by_units(&updated));
    groups.sort_by_key(|group| {
        let replaces = group.changes.iter().any(|change| change.action == Action::Replace);
        let action = if replaces { Action::Replace } else { group.action };
        (action, std::cmp::Reverse(group.units.len()), group.units.first().map(|unit| unit.unit.clone()))
    });
    groups
}

/// A change that several units get, as the first of them has it.
type Shared<'d> = (Vec<&'d UnitChange>, &'d Change);

fn by_change<'d>(units: &[&'d UnitChange]) -> Vec<Shared<'d>> {
    let mut shared: BTreeMap<String, Shared<'d>> = BTreeMap::new();
    for unit in units {
        for change in &unit.changes {
            shared.entry(signature(unit, change)).or_insert_with(|| (Vec::new(), change)).0.push(unit);
        }
    }
    shared.into_values().collect()
}

/// Equal for changes that a reader would call the same.
fn signature(unit: &UnitChange, change: &Change) -> String {
    let address = nameless(&change.address, &unit.unit.name);
    let from = change.from.as_ref().map(|from| nameless(from, &unit.unit.name));
    format!("{:?}", (change.action, address, from, &change.fields))
}

/// Without the unit's name and the environment's namespace.
fn nameless(address: &Address, unit: &str) -> Address {
    match address {
        Address::Object { group, kind, name, .. } => {
            let name = match name.strip_prefix(unit) {
                Some(rest) if rest.is_empty() || rest.starts_with(['-', '.']) => format!("*{rest}"),
                _ => name.clone(),
            };
            Address::Object { group: group.clone(), kind: kind.clone(), namespace: None, name }
        }
        other => other.clone(),
    }
}

/// What comes, goes or moves: one group for each name.
fn by_subject<'d>(units: &[&'d UnitChange]) -> Vec<Group<'d>> {
    let mut subjects: BTreeMap<(Action, UnitKind, &Name), Vec<&'d UnitChange>> = BTreeMap::new();
    for unit in units {
        subjects.entry((unit.action, unit.unit.kind, &unit.unit.name)).or_default().push(unit);
    }
    let group = |((action, ..), units): ((Action, UnitKind, &Name), Vec<&'d UnitChange>)| Group {
        action,
        environment: None,
        changes: alike(by_change(&units)),
        units,
    };
    subjects.into_iter().map(group).collect()
}

/// What is updated: one group for the changes of the same units.
fn by_units<'d>(units: &[&'d UnitChange]) -> Vec<Group<'d>> {
    let mut groups: BTreeMap<Vec<&UnitId>, Vec<Shared<'d>>> = BTreeMap::new();
    for shared in by_change(units) {
        groups.entry(shared.0.iter().map(|unit| &unit.unit).collect()).or_default().push(shared);
    }
    let group = |changes: Vec<Shared<'d>>| Group {
        action: Action::Update,
        environment: None,
        units: changes.first().map(|(units, _)| units.clone()).unwrap_or_default(),
        changes: alike(changes),
    };
    groups.into_values().map(group).collect()
}

/// Changes of the same fields in the same way, of the same units, are one, of several objects.
fn alike<'d>(mut changes: Vec<Shared<'d>>) -> Vec<GroupedChange<'d>> {
    changes.sort_by(|(_, a), (_, b)| (a.action, &a.address).cmp(&(b.action, &b.address)));
    let mut grouped: Vec<GroupedChange<'d>> = Vec::new();
    for (units, change) in changes {
        let same = |known: &&mut GroupedChange<'d>| {
            (known.action, known.fields, &known.units) == (change.action, change.fields.as_slice(), &units)
        };
        match grouped.iter_mut().find(same) {
            Some(known) => known.objects.push(change),
            None => {
                let fields = &change.fields;
                grouped.push(GroupedChange { action: change.action, units, objects: vec![change], fields });
            }
        }
    }
    grouped
}
