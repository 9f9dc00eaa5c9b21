//! Two compilations in, what differs out: units by digest, objects by address, fields by path.
//!
//! What a renamed unit was called before is known from `renamedFrom`, so that it is compared with itself.

mod address;
mod change;
mod fields;
mod group;
mod hcl;
mod immutable;
mod pieces;
mod rename;
mod secret;
#[cfg(test)]
mod tests;
mod units;

pub use address::Address;
pub use change::{Action, Change, Effect, FieldChange, Secrecy, UnitChange};
pub use fields::{all_of, differences};
pub use group::{Group, GroupedChange, groups};

use crate::compile::CompiledUnit;
use crate::model::Name;
pub use crate::model::{FieldPath, Step};
use crate::provision::UnitKind;
use crate::read::Documents;
use std::collections::BTreeMap;

/// One side of a comparison: a repository, and what it compiles into.
#[derive(Debug, Clone, Copy)]
pub struct Side<'c> {
    pub documents: &'c Documents,
    pub units: &'c [CompiledUnit],
}

/// What a change does to what is deployed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// Those whose digest changed, sorted.
    pub units: Vec<UnitChange>,
    pub unchanged: usize,
    /// Environments that come or go as a whole.
    pub environments: BTreeMap<Name, Action>,
    /// What a reader has to know beside the changes, one sentence each.
    pub notes: Vec<String>,
}

impl Diff {
    /// How many units each thing happens to.
    pub fn count(&self, action: Action) -> usize {
        self.units.iter().filter(|unit| unit.action == action).count()
    }
}

/// One unit of both sides, or of one; None where nothing differs.
pub fn of_unit(base: Option<&CompiledUnit>, head: Option<&CompiledUnit>) -> Option<UnitChange> {
    units::compared(&units::Pair { base, head, note: None })
}

/// Compares two compilations.
pub fn diff(base: Side<'_>, head: Side<'_>) -> Diff {
    let mut diff = Diff::default();
    for pair in units::pairs(base, head) {
        diff.notes.extend(pair.note.clone());
        match units::compared(&pair) {
            Some(change) => {
                if change.unit.kind == UnitKind::Environment && change.action != Action::Update {
                    diff.environments.insert(change.unit.environment.clone(), change.action);
                }
                diff.units.push(change);
            }
            None => diff.unchanged += 1,
        }
    }
    diff.units.sort_by(|a, b| a.unit.cmp(&b.unit));
    diff.notes.sort();
    diff.notes.dedup();
    diff
}
