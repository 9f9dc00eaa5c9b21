//! What a change does that cannot simply be undone: from what resource types say of their params, and from what
//! Kubernetes and Terraform cannot change in place.

use super::diff::{Action, Address, Change, Effect, UnitChange};
use super::direction::{Direction, direction};
use crate::model::Name;
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::kinds::resource_type::{ChangeEffect, Reversibility};
use crate::provision::{Output, ProvisionedUnit, ResolvedResource, UnitId, UnitKind};
use crate::read::Place;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const CLAIM: &str = "PersistentVolumeClaim";

/// How far a change can be undone, from the best to the worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undo {
    /// By the opposite change.
    #[default]
    Reversible,
    /// By the opposite change, but something is interrupted or lost on the way.
    WithLoss,
    Irreversible,
    /// There is nothing to undo: it cannot be carried out.
    Refused,
}

impl Undo {
    pub fn as_str(self) -> &'static str {
        match self {
            Undo::Reversible => "reversible",
            Undo::WithLoss => "reversible with loss",
            Undo::Irreversible => "irreversible",
            Undo::Refused => "refused",
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
    /// None where an object itself says it.
    pub cause: Option<Cause>,
}

impl Consequence {
    /// What happens to an environment happens to all that is in it.
    pub fn concerns(&self, unit: &UnitId) -> bool {
        let is_around = self.unit.kind == UnitKind::Environment && self.unit.environment == unit.environment;
        self.unit == *unit || is_around
    }
}

/// What in the declarations makes it so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A param of one of the unit's resources.
    Param { resource: Name, param: String },
    /// A resource that goes or becomes another.
    Resource(Name),
    /// The environment is elsewhere.
    Relocation,
    /// A guard of the environment's data is taken away.
    Guard,
}

/// What is to be known of a unit's own resources.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceFacts {
    pub name: String,
    pub kind: Name,
    pub params: Map<String, Value>,
    pub reversibility: IndexMap<String, Reversibility>,
    /// Where it is asked for.
    pub asked: Place,
    /// The volume claims that it has in the cluster.
    pub claims: BTreeSet<String>,
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
        asked: resource.asked.clone(),
        claims: claims(resource),
    };
    Stateful {
        class: unit.environment.spec.class,
        resources: own.map(|resource| (resource.local.clone(), facts(resource))).collect(),
    }
}

fn claims(resource: &ResolvedResource) -> BTreeSet<String> {
    let is_claim = |object: &&Map<String, Value>| object.get("kind").is_some_and(|kind| kind == CLAIM);
    let named = |object: &Map<String, Value>| Some(object.get("metadata")?.get("name")?.as_str()?.to_owned());
    let own = resource.claim.as_ref().map(|_| match resource.outputs.get("claim") {
        Some(Output::Plain(name)) => name.clone(),
        _ => resource.name.clone(),
    });
    resource.manifests.iter().filter(is_claim).filter_map(named).chain(own).collect()
}

/// What changing a unit does, worst first. Either side may be None, where the unit is not.
pub fn consequences(change: &UnitChange, base: Option<&Stateful>, head: Option<&Stateful>) -> Vec<Consequence> {
    let mut found = of_resources(change, base, head);
    let mut objects = Vec::new();
    // What was said of a resource is not said of its claim again.
    let told = found.iter().filter(|one| one.undo > Undo::Reversible).filter_map(|one| match &one.cause {
        Some(Cause::Param { resource, .. } | Cause::Resource(resource)) => base?.resources.get(resource),
        Some(Cause::Relocation | Cause::Guard) | None => None,
    });
    let told: BTreeSet<&str> = told.flat_map(|facts| &facts.claims).map(String::as_str).collect();
    let others: BTreeSet<String> = found.iter().filter_map(module_of_another).collect();
    let is_told = |object: &Change| match &object.address {
        Address::Object { kind, name, .. } => kind == CLAIM && told.contains(name.as_str()),
        Address::Terraform(block) => others.contains(block),
        Address::ModuleFiles(_) | Address::File(_) => false,
    };
    for object in change.changes.iter().filter(|object| !is_told(object)) {
        of_object(object, &mut |undo, what, why| {
            objects.push(Consequence { unit: change.unit.clone(), undo, what, why: why.to_owned(), cause: None });
        });
    }
    found.extend(objects);
    sorted(found, base, head)
}

/// The same, where what happens to objects follows from what happens to their environment.
pub fn resource_consequences(
    change: &UnitChange,
    base: Option<&Stateful>,
    head: Option<&Stateful>,
) -> Vec<Consequence> {
    sorted(of_resources(change, base, head), base, head)
}

fn sorted(mut found: Vec<Consequence>, base: Option<&Stateful>, head: Option<&Stateful>) -> Vec<Consequence> {
    // Nobody's data: it can be made anew.
    let classes = [base, head].into_iter().flatten().map(|side| side.class);
    if classes.into_iter().all(|class| class == EnvironmentClass::Development) {
        for one in &mut found {
            if one.undo == Undo::Refused {
                one.why = format!("{}; what is there already has to be made anew, and empty", one.why);
            }
            one.undo = one.undo.min(Undo::WithLoss);
        }
    }
    found.sort_by(|a, b| b.undo.cmp(&a.undo).then_with(|| a.cmp(b)));
    found.dedup();
    found
}

/// The block of a resource that goes or becomes another.
fn module_of_another(one: &Consequence) -> Option<String> {
    match &one.cause {
        Some(Cause::Resource(local)) => Some(format!("module {local}")),
        Some(Cause::Param { .. } | Cause::Relocation | Cause::Guard) | None => None,
    }
}

fn of_resources(change: &UnitChange, base: Option<&Stateful>, head: Option<&Stateful>) -> Vec<Consequence> {
    let mut found = Vec::new();
    for (local, was) in base.iter().flat_map(|base| &base.resources) {
        let mut say = |undo, what, why: &str, cause| {
            found.push(Consequence { unit: change.unit.clone(), undo, what, why: why.to_owned(), cause: Some(cause) });
        };
        let whole = Cause::Resource(local.clone());
        match head.and_then(|head| head.resources.get(local)) {
            Some(is) if is.kind == was.kind => of_params(was, is, |undo, what, why, param: &str| {
                say(undo, what, why, Cause::Param { resource: local.clone(), param: param.to_owned() });
            }),
            Some(is) => {
                let (undo, why) = became(was, is);
                say(undo, format!("{} {} becomes {}", was.kind, was.name, is.kind), &why, whole);
            }
            None => {
                let (undo, why) = judged(deletion(was));
                say(undo, format!("{} {} is deleted", was.kind, was.name), why, whole);
            }
        }
    }
    found
}

/// Another type under the same name: nothing of the old one is in the new one.
fn became(was: &ResourceFacts, is: &ResourceFacts) -> (Undo, String) {
    let (undo, _) = judged(deletion(was));
    let old = match deletion(was) {
        _ if was.claims.intersection(&is.claims).next().is_some() => {
            format!("what the {} wrote stays on the claim of both, where nothing reads it", was.kind)
        }
        ChangeEffect::HoldsNoData => format!("the {} held no data", was.kind),
        ChangeEffect::InPlace | ChangeEffect::KeepsData | ChangeEffect::ReplaceKeepsData => {
            format!("what the {} left behind is not in it", was.kind)
        }
        ChangeEffect::ReplaceLosesData
        | ChangeEffect::LosesData
        | ChangeEffect::Irreversible
        | ChangeEffect::Refused => {
            format!("the {} is deleted with its data", was.kind)
        }
    };
    (undo.max(Undo::WithLoss), format!("the {} starts empty, and {old}", is.kind))
}

fn of_params(was: &ResourceFacts, is: &ResourceFacts, mut say: impl FnMut(Undo, String, &str, &str)) {
    let names: BTreeSet<&String> = was.params.keys().chain(is.params.keys()).collect();
    for name in names {
        let (before, after) = (was.params.get(name), is.params.get(name));
        if before == after {
            continue;
        }
        // As the new platform files have it: they are what will be applied.
        let rule = is.reversibility.get(name).or_else(|| is.reversibility.get("*"));
        let (effect, because) = match rule {
            None => (ChangeEffect::InPlace, None),
            Some(Reversibility::Always(effect)) => (*effect, None),
            Some(Reversibility::ByDirection(effects)) => match direction(before, after) {
                Direction::Up => (effects.increase, effects.because.as_ref()),
                Direction::Down => (effects.decrease, effects.because.as_ref()),
                // Nobody knows that it is refused.
                Direction::Unclear => (effects.increase.max(effects.decrease).min(ChangeEffect::Irreversible), None),
            },
        };
        let (undo, why) = judged(effect);
        let because = because.filter(|_| effect == ChangeEffect::Refused);
        let why = because.map_or_else(|| why.to_owned(), |because| because.clone());
        say(undo, format!("{} {}: {name} {} -> {}", is.kind, is.name, written(before), written(after)), &why, name);
    }
}

/// What Kubernetes and Terraform cannot change in place.
fn of_object(object: &Change, say: &mut impl FnMut(Undo, String, &str)) {
    let effects = || object.fields.iter().map(|field| field.effect);
    let is_claim = matches!(&object.address, Address::Object { kind, .. } if kind == CLAIM);
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
        _ if effects().any(|effect| effect == Effect::Refused) => {
            let why = "the cluster refuses it: a volume claim never shrinks";
            say(Undo::Refused, format!("{} would shrink", object.address), why);
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
        ChangeEffect::HoldsNoData => (Undo::Reversible, "it holds no data and can be made anew"),
        ChangeEffect::KeepsData => (Undo::Reversible, "its data stays behind, where it can be had back"),
        ChangeEffect::ReplaceKeepsData => (Undo::WithLoss, "replaced by a new one that gets the data; away in between"),
        ChangeEffect::ReplaceLosesData => (Undo::Irreversible, "replaced by an empty one: its data is lost"),
        ChangeEffect::LosesData => (Undo::Irreversible, "its data is deleted with it"),
        ChangeEffect::Irreversible => (Undo::Irreversible, "there is no way back, but a restore from a backup"),
        ChangeEffect::Refused => (Undo::Refused, "the provider refuses it"),
    }
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
    use crate::read::{DocumentId, Part};
    use serde_json::json;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn database(class: EnvironmentClass, params: Value) -> Stateful {
        let because = Some("servers never shrink".to_owned());
        let storage = DirectedEffect { increase: ChangeEffect::InPlace, decrease: ChangeEffect::Refused, because };
        let version = DirectedEffect {
            increase: ChangeEffect::Irreversible,
            decrease: ChangeEffect::ReplaceLosesData,
            because: None,
        };
        let reversibility = IndexMap::from([
            ("storage".to_owned(), Reversibility::ByDirection(storage)),
            ("version".to_owned(), Reversibility::ByDirection(version)),
            ("*".to_owned(), Reversibility::Always(ChangeEffect::InPlace)),
            ("delete".to_owned(), Reversibility::Always(ChangeEffect::LosesData)),
        ]);
        let params = params.as_object().unwrap().clone();
        let asked = Place { document: DocumentId(0), route: Vec::new(), part: Part::Value };
        let claims = ["orders-db".to_owned()].into();
        let facts = ResourceFacts {
            name: "orders-db".to_owned(),
            kind: name("postgres"),
            params,
            reversibility,
            asked,
            claims,
        };
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
    fn storage_grows_in_place_and_what_the_provider_refuses_is_no_promise() {
        let told = |before: &str, after: &str| {
            told(json!({"storage": before}), Some(json!({"storage": after})), EnvironmentClass::Production)
        };
        assert_eq!(told("20Gi", "100Gi"), ["reversible: postgres orders-db: storage 20Gi -> 100Gi"]);
        assert_eq!(told("100Gi", "20Gi"), ["refused: postgres orders-db: storage 100Gi -> 20Gi"]);
    }

    #[test]
    fn versions_are_compared_as_versions() {
        let told = told(json!({"version": "7.9"}), Some(json!({"version": "7.10"})), EnvironmentClass::Production);
        assert_eq!(told, ["irreversible: postgres orders-db: version 7.9 -> 7.10"]);
    }

    #[test]
    fn a_database_that_goes_takes_its_data_along_but_not_where_nobody_has_any() {
        let gone = |class| told(json!({}), None, class);
        assert_eq!(gone(EnvironmentClass::Production), ["irreversible: postgres orders-db is deleted"]);
        assert_eq!(gone(EnvironmentClass::Development), ["reversible with loss: postgres orders-db is deleted"]);
    }

    #[test]
    fn what_is_refused_says_why_and_in_development_what_to_do() {
        let why = |class| {
            let side = |storage: &str| database(class, json!({"storage": storage}));
            let found = consequences(&change(), Some(&side("100Gi")), Some(&side("20Gi")));
            (found[0].undo, found[0].why.clone(), found[0].cause.clone())
        };
        let cause = Some(Cause::Param { resource: name("db"), param: "storage".to_owned() });
        let (undo, told, found) = why(EnvironmentClass::Production);
        assert_eq!((undo, told.as_str(), &found), (Undo::Refused, "servers never shrink", &cause));
        let (undo, told, _) = why(EnvironmentClass::Development);
        assert_eq!(undo, Undo::WithLoss);
        assert_eq!(told, "servers never shrink; what is there already has to be made anew, and empty");
    }

    #[test]
    fn another_type_under_the_same_name_starts_empty() {
        let told = |effect| {
            let mut base = database(EnvironmentClass::Production, json!({}));
            let db = base.resources.get_mut(&name("db")).unwrap();
            db.reversibility.insert("delete".to_owned(), Reversibility::Always(effect));
            let mut head = base.clone();
            let db = head.resources.get_mut(&name("db")).unwrap();
            db.kind = name("mysql");
            db.claims.clear();
            let found = consequences(&change(), Some(&base), Some(&head));
            (found[0].undo, format!("{}: {}", found[0].what, found[0].why))
        };
        let what = "postgres orders-db becomes mysql: the mysql starts empty, and";
        assert_eq!(
            told(ChangeEffect::LosesData),
            (Undo::Irreversible, format!("{what} the postgres is deleted with its data"))
        );
        assert_eq!(
            told(ChangeEffect::KeepsData),
            (Undo::WithLoss, format!("{what} what the postgres left behind is not in it"))
        );
        assert_eq!(told(ChangeEffect::HoldsNoData), (Undo::WithLoss, format!("{what} the postgres held no data")));
    }

    #[test]
    fn a_claim_is_told_with_its_resource_and_alone_without_one() {
        let claim = |name: &str| Change {
            action: Action::Delete,
            address: Address::Object {
                group: String::new(),
                kind: CLAIM.to_owned(),
                namespace: None,
                name: name.to_owned(),
            },
            from: None,
            fields: Vec::new(),
            follow_the_name: 0,
        };
        let change = UnitChange { changes: vec![claim("orders-db"), claim("other")], ..change() };
        let found = consequences(&change, Some(&database(EnvironmentClass::Production, json!({}))), None);
        let told: Vec<&str> = found.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(told, ["PersistentVolumeClaim other is deleted", "postgres orders-db is deleted"]);
    }

    #[test]
    fn what_has_no_direction_is_judged_by_the_worse_but_never_refused() {
        let told = told(json!({"storage": "x"}), Some(json!({"storage": "y"})), EnvironmentClass::Staging);
        assert_eq!(told, ["irreversible: postgres orders-db: storage x -> y"]);
    }
}
