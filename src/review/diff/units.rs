//! Units of both sides are paired, and a pair becomes a change where its digest differs.

use super::Side;
use super::address::Address;
use super::change::{Action, Change, Effect, FieldChange, UnitChange};
use super::fields::{all_of, differences};
use super::immutable::effect;
use super::pieces::{Pieces, files, pieces};
use super::rename::Rename;
use super::secret::guarded;
use crate::compile::CompiledUnit;
use crate::emit::Artifact;
use crate::model::{Name, RepoPath};
use crate::provision::{UnitId, UnitKind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One unit on both sides; one is None for a unit that comes or goes, never both.
#[derive(Debug, Clone)]
pub struct Pair<'c> {
    pub base: Option<&'c CompiledUnit>,
    pub head: Option<&'c CompiledUnit>,
    /// What a reader has to know of how they belong together.
    pub note: Option<String>,
}

/// Every unit of either side once.
pub fn pairs<'c>(base: Side<'c>, head: Side<'c>) -> Vec<Pair<'c>> {
    let (was, is) = (Former::of(base), Former::of(head));
    let mut left: BTreeMap<&UnitId, &CompiledUnit> = base.units.iter().map(|unit| (&unit.id, unit)).collect();
    let mut pairs = Vec::with_capacity(head.units.len());
    let mut new = Vec::new();
    for unit in head.units {
        match left.remove(&unit.id) {
            Some(old) => {
                let lost = was.identity(&unit.id) != is.identity(&unit.id);
                let note = lost.then(|| identity_changed(&unit.id, was.identity(&unit.id), is.identity(&unit.id)));
                pairs.push(Pair { base: Some(old), head: Some(unit), note });
            }
            None => new.push(unit),
        }
    }
    for unit in new {
        let identity = is.identity(&unit.id);
        let is_former = |old: &UnitId| {
            let same_place = (&old.environment, old.kind) == (&unit.id.environment, unit.id.kind);
            same_place && identity != &unit.id.name && (was.identity(old) == identity || &old.name == identity)
        };
        let former = left.keys().copied().find(|old| is_former(old));
        let old = former.and_then(|former| left.remove(former));
        let broken = old.filter(|old| was.identity(&old.id) != identity);
        let note = broken.map(|old| chain_broken(&unit.id, &old.id, was.identity(&old.id)));
        pairs.push(Pair { base: old, head: Some(unit), note });
    }
    pairs.extend(left.into_values().map(|old| Pair { base: Some(old), head: None, note: None }));
    pairs
}

/// What `renamedFrom` says on one side.
struct Former<'c>(BTreeMap<(UnitKind, &'c Name), &'c Name>);

impl<'c> Former<'c> {
    fn of(side: Side<'c>) -> Former<'c> {
        let declarations = &side.documents.declarations;
        let services = declarations
            .services
            .iter()
            .filter_map(|one| Some(((UnitKind::Service, &one.metadata.name), one.spec.renamed_from.as_ref()?)));
        let resources = declarations
            .resources
            .iter()
            .filter_map(|one| Some(((UnitKind::SharedResource, &one.metadata.name), one.spec.renamed_from.as_ref()?)));
        Former(services.chain(resources).collect())
    }

    /// The name that the unit's resources are known by.
    fn identity<'u>(&self, unit: &'u UnitId) -> &'u Name
    where
        'c: 'u,
    {
        self.0.get(&(unit.kind, &unit.name)).copied().unwrap_or(&unit.name)
    }
}

fn identity_changed(unit: &UnitId, was: &Name, is: &Name) -> String {
    format!(
        "resources of {} are named after {is} and no longer after {was}: they would be made anew; `renamedFrom: {was}` \
         has to stay as long as they do",
        unit.name
    )
}

fn chain_broken(unit: &UnitId, old: &UnitId, identity: &Name) -> String {
    format!(
        "resources of {} are still named after {identity}: write `renamedFrom: {identity}` in {}, or they would be made \
         anew",
        old.name, unit.name
    )
}

/// What happened to the unit; None where its digest is the same.
pub fn compared(pair: &Pair<'_>) -> Option<UnitChange> {
    let (base, head) = (pair.base, pair.head);
    let unit = head.or(base)?.id.clone();
    let from = base.map(|base| &base.id).filter(|id| **id != unit).cloned();
    if from.is_none() && base.map(|base| base.digest) == head.map(|head| head.digest) {
        return None;
    }
    let action = match (base, head) {
        (Some(_), None) => Action::Delete,
        (None, _) => Action::Create,
        (Some(_), Some(_)) if from.is_some() => Action::Move,
        (Some(_), Some(_)) => Action::Update,
    };
    let rename = from.as_ref().map(|from| Rename { from: &from.name, to: &unit.name });
    let (was, is) = (beyond(base, head), beyond(head, base));
    let mut changes = changes(pieces(&was), pieces(&is), rename);
    if changes.is_empty() {
        // The digest says that something differs, so something is shown, however little we understand of it.
        changes = self::changes(files(&was), files(&is), rename);
    }
    changes.sort_by(|a, b| a.address.cmp(&b.address));
    let digest = |side: Option<&CompiledUnit>| side.map(|side| side.digest);
    Some(UnitChange { unit, from, action, base: digest(base), head: digest(head), changes })
}

/// The files of one side that the other has not, or not like that: what is the same need not be understood.
fn beyond<'c>(side: Option<&'c CompiledUnit>, other: Option<&CompiledUnit>) -> Vec<&'c Artifact> {
    let others: BTreeSet<(&RepoPath, &str)> =
        other.iter().flat_map(|unit| &unit.artifacts).map(|one| (&one.path, one.text.as_str())).collect();
    let all = side.iter().flat_map(|unit| &unit.artifacts);
    all.filter(|one| !others.contains(&(&one.path, one.text.as_str()))).collect()
}

fn changes(mut base: Pieces, head: Pieces, rename: Option<Rename<'_>>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut new = Vec::new();
    for (address, after) in head {
        match base.remove(&address) {
            Some(before) => changes.extend(updated(address, &before, &after, rename)),
            None => new.push((address, after)),
        }
    }
    if let Some(rename) = rename {
        let renamed: Vec<(Address, Address)> = base
            .keys()
            .filter_map(|old| Some((old.clone(), rename.address(old)?)))
            .filter(|(_, to)| new.iter().any(|(address, _)| address == to))
            .collect();
        for (from, to) in renamed {
            let after = new.iter().position(|(address, _)| *address == to).map(|place| new.remove(place).1);
            if let (Some(before), Some(after)) = (base.remove(&from), after) {
                changes.push(moved(from, to, &before, &after, rename));
            }
        }
    }
    changes.extend(
        new.into_iter().filter(|(address, _)| !follows(address)).map(|(address, tree)| created(address, &tree)),
    );
    changes.extend(base.into_keys().filter(|address| !follows(address)).map(deleted));
    changes
}

/// What comes and goes with the module calls of a unit, and says nothing that they do not.
fn follows(address: &Address) -> bool {
    match address {
        Address::Terraform(block) => !is_module(block) && !block.starts_with("moved "),
        Address::ModuleFiles(_) => true,
        Address::Object { .. } | Address::File(_) => false,
    }
}

fn is_module(block: &str) -> bool {
    block.starts_with("module ")
}

/// None where nothing differs.
fn updated(address: Address, before: &Value, after: &Value, rename: Option<Rename<'_>>) -> Option<Change> {
    let fields = judged(&address, before, after);
    if fields.is_empty() {
        return None;
    }
    let action = match fields.iter().any(|field| field.effect == Effect::Replaces) {
        true => Action::Replace,
        false => Action::Update,
    };
    // What a module is told is shown, whatever it follows from.
    let shows_all = matches!(&address, Address::Terraform(block) if is_module(block));
    let is_explained = |field: &FieldChange| {
        !shows_all && field.effect == Effect::InPlace && rename.is_some_and(|rename| rename.explains(field))
    };
    let (follow, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_explained);
    Some(Change { action, address, from: None, fields, follow_the_name: follow.len() })
}

fn moved(from: Address, to: Address, before: &Value, after: &Value, rename: Rename<'_>) -> Change {
    // A move makes it anew anyway, so no field of it can be one too many.
    let fields = differences(before, after).into_iter().map(|field| guarded(&to, field));
    let (follow, fields): (Vec<_>, Vec<_>) = fields.partition(|field| rename.explains(field));
    Change { action: Action::Move, address: to, from: Some(from), fields, follow_the_name: follow.len() }
}

fn created(address: Address, tree: &Value) -> Change {
    let fields = match &address {
        Address::Terraform(block) if is_module(block) => all_of(tree).into_iter().filter(says_something).collect(),
        _ => Vec::new(),
    };
    Change { action: Action::Create, address, from: None, fields, follow_the_name: 0 }
}

/// Of a new module call: sizes and names, not tags, lists and what is left empty.
fn says_something(field: &FieldChange) -> bool {
    match &field.after {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => true,
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
    }
}

fn deleted(address: Address) -> Change {
    Change { action: Action::Delete, address, from: None, fields: Vec::new(), follow_the_name: 0 }
}

fn judged(address: &Address, before: &Value, after: &Value) -> Vec<FieldChange> {
    let judge = |field: FieldChange| FieldChange { effect: effect(address, before, &field), ..field };
    differences(before, after).into_iter().map(|field| guarded(address, judge(field))).collect()
}
