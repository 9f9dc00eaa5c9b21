//! What can happen to a unit, to an object of it, and to a field of that.

use super::address::Address;
use crate::compile::Digest;
use crate::model::FieldPath;
use crate::provision::UnitId;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Delete,
    /// Deleted and made anew: a field changes that cannot be changed in place.
    Replace,
    /// The same thing under another name.
    Move,
    Create,
    Update,
}

impl Action {
    pub const ALL: [Action; 5] = [Action::Update, Action::Create, Action::Replace, Action::Move, Action::Delete];
}

/// One unit whose digest changed.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitChange {
    /// As it is called at head; at base when it is deleted.
    pub unit: UnitId,
    /// What it was called, when it moved.
    pub from: Option<UnitId>,
    /// Never [`Action::Replace`].
    pub action: Action,
    pub base: Option<Digest>,
    pub head: Option<Digest>,
    /// Sorted by address; never empty.
    pub changes: Vec<Change>,
}

impl UnitChange {
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}

/// One object, module call or file that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub action: Action,
    /// At head; at base when it is deleted.
    pub address: Address,
    /// Its address at base, when it moved.
    pub from: Option<Address>,
    /// Of what is created, only the telling ones of a module call.
    pub fields: Vec<FieldChange>,
    /// How many fields more differ only by the new name.
    pub follow_the_name: usize,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    pub path: FieldPath,
    /// None when the field is new.
    pub before: Option<Value>,
    /// None when the field goes.
    pub after: Option<Value>,
    pub effect: Effect,
    pub secrecy: Secrecy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effect {
    #[default]
    InPlace,
    /// The object cannot keep living with it.
    Replaces,
    /// Terraform will look for its state elsewhere, and find none.
    LeavesState,
    /// Nobody can change it so.
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrecy {
    #[default]
    Plain,
    /// Says where a secret is.
    Reference,
    /// Would be a secret itself: its value is not kept.
    Hidden,
}
