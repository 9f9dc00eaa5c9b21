//! What a unit asks for: its own and shared resources, its secret requests, and what every service gets unasked.

use super::environment::Surroundings;
use super::evaluate::Origin;
use super::identity::{identity, shared_identity};
use super::names::{MAX_OBJECT_NAME, object_name, short_name};
use crate::link::{Catalog, Unit, UnitResource};
use crate::model::kinds::service::Tier;
use crate::model::kinds::{ResourceType, SecretRequest};
use crate::model::{Name, SmallMap};
use crate::read::{Declared, Documents, Part, Place};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One resource that has to be resolved, under its final names.
#[derive(Debug, Clone)]
pub struct Ask<'d> {
    pub kind: &'d Declared<ResourceType>,
    pub class: Name,
    /// As given; texts may hold placeholders.
    pub given: Map<String, Value>,
    /// What it is said to use a month.
    pub usage: SmallMap<String, u64>,
    /// Its name inside the unit.
    pub local: Name,
    /// The name of its objects.
    pub name: String,
    /// `<organisation>-<environment>-<service>-<local>`; of a renamed service, its former name.
    pub full_name: String,
    /// Where its secrets are in the store.
    pub store_path: String,
    /// The Kubernetes Secret that brings them to this unit's workload.
    pub secret_name: String,
    pub standing: Standing,
    /// For whom it is, as expressions see it.
    pub service: Consumer,
    pub origin: Origin,
    /// Where it may get params from that stand elsewhere: the param's name and its place.
    pub moved_params: BTreeMap<&'static str, Place>,
}

/// How a resource belongs to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Only this unit has it.
    Own,
    /// This unit realises it for others.
    SharedHere,
    /// Another unit realises it.
    SharedElsewhere,
    /// Every service has one; it comes last and knows the grants of all others.
    Implicit,
}

impl Standing {
    /// Whether this unit realises it.
    pub fn is_own(self) -> bool {
        match self {
            Standing::Own | Standing::SharedHere | Standing::Implicit => true,
            Standing::SharedElsewhere => false,
        }
    }

    pub fn is_shared(self) -> bool {
        match self {
            Standing::SharedHere | Standing::SharedElsewhere => true,
            Standing::Own | Standing::Implicit => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    pub name: String,
    pub owner: Name,
    pub tier: Tier,
}

impl Ask<'_> {
    /// Where the user wrote a param: in the environment's settings, else at the resource.
    pub fn param_place(&self, documents: &Documents, environment: &Name, route: &[String]) -> Place {
        match route.split_first().and_then(|(first, rest)| Some((self.moved_params.get(first.as_str())?, rest))) {
            Some((place, rest)) => rest.iter().fold(place.clone(), |place, step| place.child(step.as_str())),
            None => self.given_place(documents, environment, "params", route),
        }
    }

    /// Where the user said how much of something a month uses.
    pub fn usage_place(&self, documents: &Documents, environment: &Name, word: &str) -> Place {
        self.given_place(documents, environment, "usage", &[word.to_owned()])
    }

    fn given_place(&self, documents: &Documents, environment: &Name, field: &str, route: &[String]) -> Place {
        let Some(first) = route.first() else { return self.origin.place.clone().key() };
        let given = given_place(documents, &self.origin.place, &self.local, environment, field, first);
        route.iter().fold(given, |place, step| place.child(step.as_str()))
    }
}

/// The params in which a user wrote one of this name: those of the environment's settings, else the resource's own.
pub fn params_place(documents: &Documents, asked: &Place, local: &Name, environment: &Name, param: &str) -> Place {
    given_place(documents, asked, local, environment, "params", param)
}

/// The map under `field`, `params` or `usage`, in which a user wrote an entry of this name.
fn given_place(
    documents: &Documents,
    asked: &Place,
    local: &Name,
    environment: &Name,
    field: &str,
    entry: &str,
) -> Place {
    let settings: [&[&str]; 2] = [
        &["spec", "environments", environment, "resources", local, field],
        &["spec", "environments", environment, field],
    ];
    let root = documents.document(asked.document).root();
    for route in settings {
        let given = route.iter().try_fold(root, |node, step| node.child(step));
        if given.is_some_and(|given| given.child(entry).is_some()) {
            let route = route.iter().map(|step| (*step).to_owned()).collect();
            return Place { document: asked.document, route, part: Part::Value };
        }
    }
    asked.clone().child(field)
}

/// All that a unit asks for, in the order of the declaration; secrets and implicit ones behind.
pub fn asks<'d>(catalog: &Catalog<'d>, unit: &Unit<'d>, surroundings: &Surroundings<'d>) -> Vec<Ask<'d>> {
    let mut asks: Vec<Ask<'d>> =
        unit.resources.iter().map(|resource| resource_ask(catalog, unit, resource, surroundings)).collect();
    let Some(service) = &unit.service else { return asks };
    if let Some(secret) = catalog.resource_types.get(SECRET_TYPE) {
        let identity = identity(catalog, unit);
        asks.extend(service.secrets.iter().map(|request| secret_ask(unit, identity, request, secret, surroundings)));
    }
    let implicit = catalog.resource_types.values().filter(|kind| kind.spec.implicit);
    asks.extend(implicit.map(|kind| {
        let wanted = Wanted {
            local: kind.metadata.name.clone(),
            kind,
            class: kind.spec.default_class.clone(),
            given: Map::new(),
            usage: SmallMap::new(),
            place: service.declared.name_place(),
            standing: Standing::Implicit,
        };
        own_ask(unit, identity(catalog, unit), surroundings, wanted)
    }));
    asks
}

/// The type that realises secret requests.
pub const SECRET_TYPE: &str = "secret";

fn resource_ask<'d>(
    catalog: &Catalog<'d>,
    unit: &Unit<'d>,
    resource: &UnitResource<'d>,
    surroundings: &Surroundings<'d>,
) -> Ask<'d> {
    let UnitResource { local, kind, class, params, usage, shared, place } = resource;
    let Some(id) = shared else {
        let wanted = Wanted {
            local: local.clone(),
            kind,
            class: class.clone(),
            given: params.clone(),
            usage: usage.clone(),
            place: place.clone(),
            standing: Standing::Own,
        };
        return own_ask(unit, identity(catalog, unit), surroundings, wanted);
    };
    let identity = shared_identity(catalog, id);
    let environment = &surroundings.facts.name;
    let organisation = &surroundings.facts.organisation;
    // A consumer has to see what the unit sees that realises it: same owner, same tier.
    let realised = surroundings.shared.get(id);
    let (owner, tier) = realised.map_or((&unit.owner, unit.tier), |(owner, tier)| (owner, *tier));
    let standing = if unit.service.is_none() { Standing::SharedHere } else { Standing::SharedElsewhere };
    let secret_name = match standing {
        Standing::SharedElsewhere => format!("{}-outputs", object_name(&unit.name, local)),
        Standing::Own | Standing::SharedHere | Standing::Implicit => format!("{id}-outputs"),
    };
    Ask {
        kind,
        class: class.clone(),
        given: params.clone(),
        usage: usage.clone(),
        local: local.clone(),
        name: short_name(identity, MAX_OBJECT_NAME).unwrap_or_else(|| identity.to_string()),
        full_name: format!("{organisation}-{environment}-{identity}"),
        store_path: format!("{organisation}/{environment}/_shared/{identity}"),
        secret_name,
        standing,
        service: Consumer { name: owner.to_string(), owner: owner.clone(), tier },
        origin: Origin { place: place.clone(), subject: format!("shared resource {id} in {environment}") },
        moved_params: BTreeMap::new(),
    }
}

/// What is special about a resource that only one unit has.
struct Wanted<'d> {
    local: Name,
    kind: &'d Declared<ResourceType>,
    class: Name,
    given: Map<String, Value>,
    usage: SmallMap<String, u64>,
    place: Place,
    standing: Standing,
}

fn own_ask<'d>(unit: &Unit<'d>, identity: &Name, surroundings: &Surroundings<'d>, wanted: Wanted<'d>) -> Ask<'d> {
    let Wanted { local, kind, class, given, usage, place, standing } = wanted;
    let (environment, organisation) = (&surroundings.facts.name, &surroundings.facts.organisation);
    let name = object_name(identity, &local);
    Ask {
        kind,
        class,
        given,
        usage,
        full_name: format!("{organisation}-{environment}-{identity}-{local}"),
        store_path: format!("{organisation}/{environment}/{identity}/{local}"),
        secret_name: format!("{name}-outputs"),
        name,
        standing,
        service: Consumer { name: unit.name.to_string(), owner: unit.owner.clone(), tier: unit.tier },
        origin: Origin { place, subject: format!("resource {local} of service {} in {environment}", unit.name) },
        local,
        moved_params: BTreeMap::new(),
    }
}

/// A secret request is a resource of type `secret` whose keys its owner fills.
fn secret_ask<'d>(
    unit: &Unit<'d>,
    identity: &Name,
    request: &'d Declared<SecretRequest>,
    kind: &'d Declared<ResourceType>,
    surroundings: &Surroundings<'d>,
) -> Ask<'d> {
    let mut given = Map::new();
    let keys: Vec<&String> = request.spec.keys.keys().collect();
    given.insert("keys".to_owned(), json!(keys));
    given.insert("generate".to_owned(), Value::Bool(false));
    if let Some(rotation) = request.spec.rotation {
        given.insert("rotationDays".to_owned(), Value::from(rotation.seconds().div_ceil(86_400)));
    }
    let wanted = Wanted {
        local: request.metadata.name.clone(),
        kind,
        class: kind.spec.default_class.clone(),
        given,
        usage: SmallMap::new(),
        place: request.name_place(),
        standing: Standing::Own,
    };
    let mut ask = own_ask(unit, identity, surroundings, wanted);
    let environment = &surroundings.facts.name;
    ask.origin.subject = format!("secret request {} of service {} in {environment}", ask.local, unit.name);
    ask.moved_params.insert("keys", request.place(&["spec", "keys"]));
    ask.moved_params.insert("rotationDays", request.place(&["spec", "rotation"]));
    ask
}
