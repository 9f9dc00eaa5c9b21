//! What a change does that cannot simply be undone: from what resource types say of their params, and from what
//! Kubernetes and Terraform cannot change in place.

use super::diff::{Action, Address, Change, Effect, UnitChange};
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::kinds::resource_type::{ChangeEffect, Reversibility};
use crate::model::{Name, Quantity};
use crate::provision::{ProvisionedUnit, ResolvedResource, UnitId};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How far a change can be undone, from the best to the worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undo {
    /// By the opposite change.
    #[default]
    Reversible,
    /// By the opposite change, but something is interrupted or lost on the way.
    WithLoss,
    Irreversible,
}

impl Undo {
    pub fn as_str(self) -> &'static str {
        match self {
            Undo::Reversible => "reversible",
            Undo::WithLoss => "reversible with loss",
            Undo::Irreversible => "irreversible",
        }
    }
}

/// One thing that a change does, and why it matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Consequence {
    pub unit: UnitId,
    pub undo: Undo,
    /// `postgres orders-db: storage 20Gi -> 10Gi`
    pub what: String,
    pub why: String,
}

/// What is to be known of a unit's own resources.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceFacts {
    pub name: String,
    pub kind: Name,
    pub params: Map<String, Value>,
    pub reversibility: IndexMap<String, Reversibility>,
}

/// A unit's own resources by their local names, and where they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Stateful {
    pub class: EnvironmentClass,
    pub resources: BTreeMap<Name, ResourceFacts>,
}

pub fn stateful(unit: &ProvisionedUnit<'_>) -> Stateful {
    let own = unit.resources.iter().filter(|resource| resource.own);
    let facts = |resource: &ResolvedResource| ResourceFacts {
        name: resource.name.clone(),
        kind: resource.kind.clone(),
        params: resource.params.clone(),
        reversibility: resource.reversibility.clone(),
    };
    Stateful {
        class: unit.environment.spec.class,
        resources: own.map(|resource| (resource.local.clone(), facts(resource))).collect(),
    }
}

/// What changing a unit does, worst first. Either side may be None, where the unit is not.
pub fn consequences(change: &UnitChange, base: Option<&Stateful>, head: Option<&Stateful>) -> Vec<Consequence> {
    let mut found = Vec::new();
    let mut say = |undo, what, why: &str| {
        found.push(Consequence { unit: change.unit.clone(), undo, what, why: why.to_owned() });
    };
    for (local, was) in base.iter().flat_map(|base| &base.resources) {
        match head.and_then(|head| head.resources.get(local)) {
            Some(is) if is.kind == was.kind => of_params(was, is, &mut say),
            Some(is) => {
                let (undo, why) = judged(deletion(was));
                say(undo.max(Undo::WithLoss), format!("{local}: {} becomes {}", was.kind, is.kind), why);
            }
            None => {
                let (undo, why) = judged(deletion(was));
                say(undo, format!("{} {} is deleted", was.kind, was.name), why);
            }
        }
    }
    for object in &change.changes {
        of_object(object, &mut say);
    }
    // Nobody's data: it can be made anew.
    let classes = [base, head].into_iter().flatten().map(|side| side.class);
    if classes.into_iter().all(|class| class == EnvironmentClass::Development) {
        found.iter_mut().for_each(|one| one.undo = one.undo.min(Undo::WithLoss));
    }
    found.sort_by(|a, b| b.undo.cmp(&a.undo).then_with(|| a.cmp(b)));
    found.dedup();
    found
}

fn of_params(was: &ResourceFacts, is: &ResourceFacts, say: &mut impl FnMut(Undo, String, &str)) {
    let names: std::collections::BTreeSet<&String> = was.params.keys().chain(is.params.keys()).collect();
    for name in names {
        let (before, after) = (was.params.get(name), is.params.get(name));
        if before == after {
            continue;
        }
        // As the new platform files have it: they are what will be applied.
        let rule = is.reversibility.get(name).or_else(|| is.reversibility.get("*"));
        let effect = match rule {
            None => ChangeEffect::InPlace,
            Some(Reversibility::Always(effect)) => *effect,
            Some(Reversibility::ByDirection(effects)) => match direction(before, after) {
                Direction::Up => effects.increase,
                Direction::Down => effects.decrease,
                Direction::Unclear => effects.increase.max(effects.decrease),
            },
        };
        let (undo, why) = judged(effect);
        say(undo, format!("{} {}: {name} {} -> {}", is.kind, is.name, written(before), written(after)), why);
    }
}

/// What Kubernetes and Terraform cannot change in place.
fn of_object(object: &Change, say: &mut impl FnMut(Undo, String, &str)) {
    let effects = || object.fields.iter().map(|field| field.effect);
    let is_claim = matches!(&object.address, Address::Object { kind, .. } if kind == "PersistentVolumeClaim");
    match object.action {
        Action::Delete if is_claim => {
            say(
                Undo::Irreversible,
                format!("{} is deleted", object.address),
                "what is on the volume is deleted with it",
            );
        }
        Action::Replace if is_claim => {
            say(Undo::Irreversible, format!("{} is replaced", object.address), "the new volume is empty");
        }
        Action::Replace => {
            let why = "a field that cannot be changed in place: it is deleted and made anew, and away in between";
            say(Undo::WithLoss, format!("{} is replaced", object.address), why);
        }
        _ if effects().any(|effect| effect == Effect::LeavesState) => {
            let why = "Terraform would look for its state elsewhere, find none and make everything anew";
            say(Undo::Irreversible, format!("{} moves", object.address), why);
        }
        _ => {}
    }
}

fn deletion(resource: &ResourceFacts) -> ChangeEffect {
    match resource.reversibility.get("delete") {
        Some(Reversibility::Always(effect)) => *effect,
        Some(Reversibility::ByDirection(effects)) => effects.increase.max(effects.decrease),
        None => ChangeEffect::KeepsData,
    }
}

fn judged(effect: ChangeEffect) -> (Undo, &'static str) {
    match effect {
        ChangeEffect::InPlace => (Undo::Reversible, "in place, no data lost"),
        ChangeEffect::KeepsData => (Undo::Reversible, "the data stays"),
        ChangeEffect::ReplaceKeepsData => (Undo::WithLoss, "replaced by a new one that gets the data; away in between"),
        ChangeEffect::ReplaceLosesData => (Undo::Irreversible, "replaced by an empty one: its data is lost"),
        ChangeEffect::LosesData => (Undo::Irreversible, "its data is deleted with it"),
        ChangeEffect::Irreversible => (Undo::Irreversible, "there is no way back, but a restore from a backup"),
    }
}

enum Direction {
    Up,
    Down,
    Unclear,
}

/// Numbers, quantities, versions and lists have a direction; what has none could be either.
fn direction(before: Option<&Value>, after: Option<&Value>) -> Direction {
    let (Some(before), Some(after)) = (before, after) else { return Direction::Unclear };
    let order = match (before, after) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()),
        (Value::String(a), Value::String(b)) => match (Quantity::parse(a), Quantity::parse(b)) {
            (Some(a), Some(b)) if !is_version(before) => Some(a.milli().cmp(&b.milli())),
            _ => numbers(a).zip(numbers(b)).map(|(a, b)| a.cmp(&b)),
        },
        (Value::Array(a), Value::Array(b)) if a.iter().all(|item| b.contains(item)) => Some(a.len().cmp(&b.len())),
        (Value::Array(a), Value::Array(b)) if b.iter().all(|item| a.contains(item)) => Some(a.len().cmp(&b.len())),
        _ => None,
    };
    match order {
        Some(std::cmp::Ordering::Less) => Direction::Up,
        Some(std::cmp::Ordering::Greater) => Direction::Down,
        Some(std::cmp::Ordering::Equal) | None => Direction::Unclear,
    }
}

/// `7.10` is later than `7.9`, though less as a number.
fn is_version(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('.') && numbers(text).is_some())
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn written(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kinds::resource_type::DirectedEffect;
    use crate::provision::UnitKind;
    use serde_json::json;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn database(class: EnvironmentClass, params: Value) -> Stateful {
        let storage = DirectedEffect { increase: ChangeEffect::InPlace, decrease: ChangeEffect::ReplaceLosesData };
        let version = DirectedEffect { increase: ChangeEffect::Irreversible, decrease: ChangeEffect::ReplaceLosesData };
        let reversibility = IndexMap::from([
            ("storage".to_owned(), Reversibility::ByDirection(storage)),
            ("version".to_owned(), Reversibility::ByDirection(version)),
            ("*".to_owned(), Reversibility::Always(ChangeEffect::InPlace)),
            ("delete".to_owned(), Reversibility::Always(ChangeEffect::LosesData)),
        ]);
        let params = params.as_object().unwrap().clone();
        let facts = ResourceFacts { name: "orders-db".to_owned(), kind: name("postgres"), params, reversibility };
        Stateful { class, resources: [(name("db"), facts)].into() }
    }

    fn change() -> UnitChange {
        let unit = UnitId { environment: name("production"), kind: UnitKind::Service, name: name("orders") };
        UnitChange { unit, from: None, action: Action::Update, base: None, head: None, changes: Vec::new() }
    }

    fn told(base: Value, head: Option<Value>, class: EnvironmentClass) -> Vec<String> {
        let (base, head) = (database(class, base), head.map(|head| database(class, head)));
        let empty = Stateful { class, resources: BTreeMap::new() };
        let found = consequences(&change(), Some(&base), Some(head.as_ref().unwrap_or(&empty)));
        found.iter().map(|one| format!("{}: {}", one.undo.as_str(), one.what)).collect()
    }

    #[test]
    fn storage_grows_in_place_and_shrinks_with_its_data() {
        let told = |before: &str, after: &str| {
            told(json!({"storage": before}), Some(json!({"storage": after})), EnvironmentClass::Production)
        };
        assert_eq!(told("20Gi", "100Gi"), ["reversible: postgres orders-db: storage 20Gi -> 100Gi"]);
        assert_eq!(told("100Gi", "20Gi"), ["irreversible: postgres orders-db: storage 100Gi -> 20Gi"]);
    }

    #[test]
    fn versions_are_compared_as_versions() {
        let told = told(json!({"version": "7.9"}), Some(json!({"version": "7.10"})), EnvironmentClass::Production);
        assert_eq!(told, ["irreversible: postgres orders-db: version 7.9 -> 7.10"]);
        let up = direction(Some(&json!("7.9")), Some(&json!("7.10")));
        assert!(matches!(up, Direction::Up));
    }

    #[test]
    fn a_database_that_goes_takes_its_data_along_but_not_where_nobody_has_any() {
        let gone = |class| told(json!({}), None, class);
        assert_eq!(gone(EnvironmentClass::Production), ["irreversible: postgres orders-db is deleted"]);
        assert_eq!(gone(EnvironmentClass::Development), ["reversible with loss: postgres orders-db is deleted"]);
    }

    #[test]
    fn what_has_no_direction_is_judged_by_the_worse() {
        let told = told(json!({"storage": "x"}), Some(json!({"storage": "y"})), EnvironmentClass::Staging);
        assert_eq!(told, ["irreversible: postgres orders-db: storage x -> y"]);
    }
}
