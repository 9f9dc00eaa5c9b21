//! Changes of many units become groups: each change once, with all units that get it.
//!
//! Two units get the same change when it has the same action and fields, and an address that is named alike after its
//! unit. Changes of the same units are one group. What comes, goes or moves as a whole is told per unit, over all
//! environments; an environment that comes or goes as a whole is one group with all that is in it.

use super::Diff;
use super::address::Address;
use super::change::{Action, Change, FieldChange, UnitChange};
use crate::model::Name;
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
    /// Of the first unit of the group, sorted; never empty.
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
    groups.extend(by_units(by_change(&parts), &parts));
    groups.sort_by_key(|group| {
        let replaces = group.changes.iter().any(|change| change.action == Action::Replace);
        let action = if replaces { Action::Replace } else { group.action };
        (action, std::cmp::Reverse(group.units.len()), group.units.first().map(|unit| unit.unit.clone()))
    });
    groups
}

/// A change that several units get: their positions, and the change as the first of them has it.
type Shared<'d> = (Vec<usize>, &'d Change);

fn by_change<'d>(units: &[&'d UnitChange]) -> Vec<Shared<'d>> {
    let mut shared: BTreeMap<String, Shared<'d>> = BTreeMap::new();
    for (place, unit) in units.iter().enumerate() {
        for change in &unit.changes {
            shared.entry(signature(unit, change)).or_insert_with(|| (Vec::new(), change)).0.push(place);
        }
    }
    shared.into_values().collect()
}

/// Equal for changes that a reader would call the same.
fn signature(unit: &UnitChange, change: &Change) -> String {
    let subject = match unit.action {
        Action::Update => None,
        Action::Create | Action::Delete | Action::Move | Action::Replace => Some((unit.unit.kind, &unit.unit.name)),
    };
    let address = nameless(&change.address, &unit.unit.name);
    let from = change.from.as_ref().map(|from| nameless(from, &unit.unit.name));
    format!("{:?}", (unit.action, subject, change.action, address, from, &change.fields, change.follow_the_name))
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

fn by_units<'d>(shared: Vec<Shared<'d>>, units: &[&'d UnitChange]) -> Vec<Group<'d>> {
    let mut groups: BTreeMap<(Action, Vec<usize>), Vec<&'d Change>> = BTreeMap::new();
    for (places, change) in shared {
        let action = places.first().map_or(Action::Update, |place| units[*place].action);
        groups.entry((action, places)).or_default().push(change);
    }
    let group = |((action, places), changes): ((Action, Vec<usize>), Vec<&'d Change>)| Group {
        action,
        environment: None,
        units: places.iter().map(|place| units[*place]).collect(),
        changes: alike(changes),
    };
    groups.into_iter().map(group).collect()
}

/// Changes of the same fields in the same way are one, of several objects.
fn alike<'d>(mut changes: Vec<&'d Change>) -> Vec<GroupedChange<'d>> {
    changes.sort_by(|a, b| (a.action, &a.address).cmp(&(b.action, &b.address)));
    let mut grouped: Vec<GroupedChange<'d>> = Vec::new();
    for change in changes {
        let same = |known: &&mut GroupedChange<'d>| {
            known.action == change.action && known.action != Action::Move && known.fields == change.fields.as_slice()
        };
        match grouped.iter_mut().find(same) {
            Some(known) => known.objects.push(change),
            None => {
                grouped.push(GroupedChange { action: change.action, objects: vec![change], fields: &change.fields })
            }
        }
    }
    grouped
}
