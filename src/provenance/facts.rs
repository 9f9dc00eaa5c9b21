//! The places of what everything is made of: names, owner, tier, environment, organisation, labels.

use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::link::{Catalog, Unit, UnitContainer};
use crate::model::Name;
use crate::model::kinds::{Environment, Service};
use crate::provision::{ProvisionedUnit, References, ResolvedResource};
use crate::read::{Declared, DocumentId, Documents, Node, Part, Place};
use indexmap::IndexMap;

/// What units are made of, and what was found out about expressions so far.
#[derive(Debug, Clone, Copy)]
pub struct World<'c> {
    pub documents: &'c Documents,
    pub catalog: &'c Catalog<'c>,
    pub references: &'c References,
}

/// The containers of a service's unit, by name.
pub type Containers<'c> = IndexMap<Name, UnitContainer<'c>>;

/// A unit with the declarations that it comes from.
#[derive(Clone, Copy)]
pub struct Facts<'c> {
    pub world: World<'c>,
    pub unit: &'c ProvisionedUnit<'c>,
    pub linked: &'c Unit<'c>,
    pub containers: &'c Containers<'c>,
    pub service: Option<&'c Declared<Service>>,
    pub environment: &'c Declared<Environment>,
    /// The document that declares the unit.
    home: DocumentId,
}

impl<'c> World<'c> {
    pub fn unit(&self, environment: &Name, name: &str, is_service: bool) -> Option<&'c Unit<'c>> {
        let units = &self.catalog.units;
        let key = (environment.as_str(), !is_service, name);
        let found = units.binary_search_by(|unit| {
            (unit.environment.metadata.name.as_str(), unit.service.is_none(), unit.name.as_str()).cmp(&key)
        });
        found.ok().map(|index| &units[index])
    }

    pub fn node(&self, place: &Place) -> Option<&'c Node> {
        let root = self.documents.document(place.document).root();
        place.route.iter().try_fold(root, |node, step| node.child(step))
    }

    pub fn exists(&self, place: &Place) -> bool {
        self.node(place).is_some()
    }
}

pub fn place(document: DocumentId, route: &[&str]) -> Place {
    Place { document, route: route.iter().map(|step| (*step).to_owned()).collect(), part: Part::Value }
}

impl<'c> Facts<'c> {
    /// `linked` is the unit as the catalog has it, with its containers; None for one that nobody asks for.
    pub fn of(
        world: World<'c>,
        unit: &'c ProvisionedUnit<'c>,
        linked: &'c Unit<'c>,
        containers: &'c Containers<'c>,
    ) -> Option<Facts<'c>> {
        let service = linked.service.as_ref().map(|service| service.declared);
        let home = match service {
            Some(service) => service.document,
            None => linked.resources.first()?.place.document,
        };
        Some(Facts { world, unit, linked, containers, service, environment: linked.environment, home })
    }

    /// A place in the unit's own declaration.
    pub fn own(&self, route: &[&str]) -> Place {
        place(self.home, route)
    }

    /// A place in what the service says about this environment.
    pub fn setting(&self, route: &[&str]) -> Place {
        let start = ["spec", "environments", self.environment.metadata.name.as_str()];
        place(self.home, &[&start, route].concat())
    }

    /// A place in the declaration of the environment.
    pub fn around(&self, route: &[&str]) -> Place {
        self.environment.place(route)
    }

    /// The first that is there; else the default, which a value at the last would replace.
    pub fn first<const N: usize>(&self, places: [Place; N], default: &'static str) -> Traced {
        match self.there(places.iter().cloned()) {
            Some(place) => Traced::at(place),
            None => match places.into_iter().next_back() {
                Some(place) => Traced::default(default).unless_set(place),
                None => Traced::default(default),
            },
        }
    }

    /// The first that is there.
    pub fn there(&self, places: impl IntoIterator<Item = Place>) -> Option<Place> {
        places.into_iter().find(|place| self.world.exists(place))
    }

    /// What an artifact repeats from a declaration: each leaf at its own line, or the nearest above it.
    pub fn mirrored(&self, spot: &Spot<'_>, place: Place, below: &[&str]) -> Option<Traced> {
        if !spot.is_leaf() {
            return None;
        }
        let mut place = place;
        for step in below {
            let deeper = place.clone().child(*step);
            if !self.world.exists(&deeper) {
                break;
            }
            place = deeper;
        }
        Some(Traced::at(place))
    }

    pub fn is_shared(&self) -> bool {
        self.service.is_none()
    }

    pub fn name(&self) -> Place {
        let asked = self.linked.resources.first().map(|resource| resource.place.clone());
        match asked.filter(|_| self.is_shared() && !self.is_declared_resource()) {
            Some(asked) => asked.child("id"),
            None => self.own(&["metadata", "name"]),
        }
    }

    /// Whether a `Resource` declares the unit.
    fn is_declared_resource(&self) -> bool {
        self.world.catalog.resources.contains_key(&self.unit.id.name)
    }

    /// The name that its own resources are known by.
    pub fn identity(&self) -> Place {
        let former = self.own(&["spec", "renamedFrom"]);
        if self.world.exists(&former) { former } else { self.name() }
    }

    pub fn owner(&self) -> Place {
        self.own(&["metadata", "owner"])
    }

    pub fn tier(&self) -> Traced {
        if !self.is_shared() {
            return self.first([self.own(&["spec", "tier"])], words::TIER);
        }
        let consumers = self.world.catalog.graph.used_by.get(&self.unit.id.name);
        let consumers = consumers.into_iter().flatten().filter_map(|name| self.world.catalog.services.get(name));
        let tiers: Vec<Place> = consumers.map(|service| service.place(&["spec", "tier"])).collect();
        Traced::default(words::HIGHEST_TIER).of(tiers.into_iter().filter(|tier| self.world.exists(tier)))
    }

    pub fn environment_name(&self) -> Place {
        self.around(&["metadata", "name"])
    }

    pub fn namespace(&self) -> Traced {
        match self.there([self.around(&["spec", "namespace"])]) {
            Some(place) => Traced::at(place),
            None => {
                let setting = self.around(&["spec", "namespace"]);
                Traced::at(self.environment_name()).because(words::NAMESPACE).unless_set(setting)
            }
        }
    }

    pub fn organisation(&self) -> Traced {
        match self.world.catalog.platform {
            Some(platform) => Traced::at(platform.place(&["spec", "organisation"])),
            None => Traced::default(words::ORGANISATION),
        }
    }

    /// The name of a resource inside its unit: the key under which it was asked for.
    pub fn local(&self, resource: &ResolvedResource) -> Place {
        let is_unasked = resource.asked.route == ["metadata", "name"] && resource.asked.document == self.home;
        match is_unasked {
            true => place(resource.provisioner.document, &["metadata", "name"]),
            false => resource.asked.clone().key(),
        }
    }

    /// What the name of a resource's objects is made of.
    pub fn resource_name(&self, resource: &ResolvedResource) -> Vec<Place> {
        if self.is_shared() {
            return vec![self.identity()];
        }
        match self.there([resource.asked.clone().child("id")]) {
            Some(id) => vec![id],
            None => vec![self.identity(), self.local(resource)],
        }
    }

    /// What its name in the cloud, unique in the organisation, is made of.
    pub fn full_name(&self, resource: &ResolvedResource) -> Vec<Place> {
        let mut places = self.organisation().places();
        places.push(self.environment_name());
        places.extend(self.resource_name(resource));
        places
    }

    /// A label that every object of the unit has.
    pub fn label(&self, key: &str) -> Traced {
        match key {
            "app.kubernetes.io/name" | "pavior.dev/unit" => Traced::at(self.name()),
            "app.kubernetes.io/instance" => Traced::at(self.name()).of([self.environment_name()]),
            "app.kubernetes.io/component" => Traced::default(words::COMPONENT),
            "app.kubernetes.io/part-of" => self.organisation(),
            "app.kubernetes.io/managed-by" => Traced::default(words::MANAGED_BY),
            "pavior.dev/environment" => Traced::at(self.environment_name()),
            "pavior.dev/owner" => Traced::at(self.owner()),
            "pavior.dev/tier" => self.tier(),
            other => self.other_label(other),
        }
    }

    /// A label of a resource's pods, of a user, of the platform, or of what watches the environment.
    fn other_label(&self, key: &str) -> Traced {
        let used = key.strip_prefix("pavior.dev/uses-").and_then(|name| self.resource_named(name));
        if let Some(resource) = used {
            return Traced::at(self.local(resource)).of(self.identity_of(resource));
        }
        let platform = self.world.catalog.platform.map(|platform| platform.place(&["spec", "labels", key]));
        let places = [Some(self.own(&["metadata", "labels", key])), platform];
        let watched = self.around(&["spec", "observability", "labels", key]);
        match self.there(places.into_iter().flatten().chain([watched])) {
            Some(place) => Traced::at(place),
            None => Traced::default(words::SHAPE),
        }
    }

    fn identity_of(&self, resource: &ResolvedResource) -> Vec<Place> {
        let mut places = self.resource_name(resource);
        places.push(resource.provisioner.clone().child("network"));
        places
    }

    pub fn resource_named(&self, name: &str) -> Option<&'c ResolvedResource> {
        self.unit.resources.iter().find(|resource| resource.name == name)
    }

    pub fn resource(&self, local: &str) -> Option<&'c ResolvedResource> {
        self.unit.resources.iter().find(|resource| resource.local.as_str() == local)
    }

    /// What every object of a unit has: kind, name, namespace, labels. `name` says what its name is made of.
    pub fn metadata(&self, spot: &Spot<'_>, name: impl FnOnce() -> Traced) -> Option<Traced> {
        match spot.steps {
            ["apiVersion" | "kind"] => Some(Traced::default(words::SHAPE)),
            ["metadata", "name"] => Some(name()),
            ["metadata", "namespace"] => Some(self.namespace()),
            ["metadata", "labels", key] => Some(self.label(key)),
            ["metadata", "annotations", "pavior.dev/wave"] => {
                Some(Traced::default(words::WAVE).of(self.there([self.own(&["spec", "jobs"])])))
            }
            _ => None,
        }
    }
}
