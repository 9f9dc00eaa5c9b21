//! What a unit has in the cluster, under which lease: a ConfigMap, written only if it is what was read before.

use super::error::ApplyError;
use super::kubectl::Cluster;
use super::object::Id;
use super::trouble::Trouble;
use crate::ledger::{Sha, UnitName};
use crate::model::Name;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// For units that have no namespace, or bring theirs along: every cluster has it.
const ELSEWHERE: &str = "default";
const PREFIX: &str = "pavior-inventory-";
const MAX_READABLE: usize = 100;

/// For whom, and by whose leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub unit: UnitName,
    /// `Objects::namespace` of the unit.
    pub namespace: Option<String>,
    /// Of the unit's artifacts. None where it is taken away.
    pub digest: Option<String>,
    /// The fencing token: the number of the lease in the ledger.
    pub token: u64,
}

/// What was recorded last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    pub token: u64,
    pub digest: Option<String>,
    /// All that may be there, with the version it was written in.
    pub objects: BTreeMap<Id, String>,
    /// The API server's word for what was read.
    revision: String,
}

impl Owner {
    /// As it stands on the unit's objects.
    pub fn mark(&self) -> String {
        self.unit.to_string()
    }

    /// Where the inventory is: namespace and name.
    pub fn place(&self) -> (&str, String) {
        match &self.namespace {
            Some(namespace) => (namespace, name(&self.unit.unit)),
            None => (ELSEWHERE, name(&self.mark())),
        }
    }
}

/// As the unit is called, where that can be the name of an object; else what is readable of it, and a hash.
fn name(unit: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if unit.chars().all(plain) && unit.len() <= MAX_READABLE && !unit.ends_with('-') {
        return format!("{PREFIX}{unit}");
    }
    let readable: String = unit.chars().map(|c| if plain(c) { c } else { '-' }).take(MAX_READABLE).collect();
    let hash = Sha::of(unit.as_bytes()).to_string();
    format!("{PREFIX}{}-{}", readable.replace("--", "-").trim_matches('-'), &hash[..16])
}

impl Inventory {
    /// # Errors
    /// When somebody newer wrote it.
    pub fn admit(&self, owner: &Owner) -> Result<(), ApplyError> {
        match self.token > owner.token {
            true => Err(ApplyError::Fenced { unit: owner.mark(), recorded: self.token, ours: owner.token }),
            false => Ok(()),
        }
    }

    fn read(tree: &Value, owner: &Owner) -> Result<Inventory, ApplyError> {
        let wrong = |why: &str| ApplyError::Inventory { unit: owner.mark(), why: why.to_owned() };
        let text = |key: &str| tree["data"][key].as_str();
        if text("unit") != Some(&owner.mark()) {
            return Err(wrong(&format!("it is of {}", text("unit").unwrap_or("nobody"))));
        }
        let lines = text("objects").unwrap_or_default().lines();
        let objects = lines.map(|line| read_line(line).ok_or_else(|| wrong(&format!("`{line}` is no object"))));
        Ok(Inventory {
            token: text("token").and_then(|token| token.parse().ok()).ok_or_else(|| wrong("it has no token"))?,
            digest: text("digest").map(str::to_owned),
            objects: objects.collect::<Result<_, _>>()?,
            revision: tree["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned(),
        })
    }
}

/// `apps/v1 Deployment shop/cart`; of the whole cluster: `v1 Namespace /shop`.
fn line(id: &Id, api_version: &str) -> String {
    format!("{api_version} {} {}/{}\n", id.kind, id.namespace.as_deref().unwrap_or_default(), id.name)
}

fn read_line(line: &str) -> Option<(Id, String)> {
    let (api_version, rest) = line.split_once(' ')?;
    let (kind, rest) = rest.split_once(' ')?;
    let (namespace, name) = rest.split_once('/')?;
    let id = Id {
        group: api_version.split_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: kind.to_owned(),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        name: name.to_owned(),
    };
    Some((id, api_version.to_owned()))
}

fn config_map(owner: &Owner, objects: &BTreeMap<Id, String>, last: Option<&Inventory>) -> Value {
    let (namespace, name) = owner.place();
    let objects: String = objects.iter().map(|(id, api_version)| line(id, api_version)).collect();
    let mut tree = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": name, "namespace": namespace, "labels": { "app.kubernetes.io/managed-by": "pavior" } },
        "data": { "unit": owner.mark(), "token": owner.token.to_string(), "objects": objects },
    });
    if let Some(digest) = &owner.digest {
        tree["data"]["digest"] = json!(digest);
    }
    if let Some(last) = last {
        tree["metadata"]["resourceVersion"] = json!(last.revision);
    }
    tree
}

impl Cluster {
    /// What was recorded last of a unit.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn inventory(&self, owner: &Owner) -> Result<Option<Inventory>, ApplyError> {
        let (namespace, name) = owner.place();
        let found =
            self.objects(&["get", "configmap", &name, "-n", namespace, "--ignore-not-found", "-o", "json"], None)?;
        found.first().map(|tree| Inventory::read(tree, owner)).transpose()
    }

    /// The units of an environment that have an inventory, in its own namespace or elsewhere; sorted.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn units_of(&self, environment: &Name, namespace: &str) -> Result<Vec<Owner>, ApplyError> {
        let mut units = Vec::new();
        for (place, namespace) in [(namespace, Some(namespace.to_owned())), (ELSEWHERE, None)] {
            let ours = "app.kubernetes.io/managed-by=pavior";
            for tree in self.objects(&["get", "configmaps", "-n", place, "-l", ours, "-o", "json"], None)? {
                let is_inventory = tree["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(PREFIX));
                let unit = tree["data"]["unit"].as_str().filter(|_| is_inventory).and_then(|unit| unit.split_once('/'));
                let Some((_, unit)) = unit.filter(|(of, _)| *of == environment.as_str()) else { continue };
                let unit = UnitName { environment: environment.clone(), unit: unit.to_owned() };
                units.push(Owner { unit, namespace: namespace.clone(), digest: None, token: 0 });
            }
        }
        units.sort_by(|a, b| a.unit.cmp(&b.unit));
        Ok(units)
    }

    /// Records these objects in place of the last inventory, if that is still the one that was read.
    pub(super) fn record(
        &self,
        owner: &Owner,
        objects: &BTreeMap<Id, String>,
        last: Option<&Inventory>,
    ) -> Result<Inventory, ApplyError> {
        let verb = if last.is_some() { "replace" } else { "create" };
        let written = self.objects(&[verb, "-f", "-", "-o", "json"], Some(&config_map(owner, objects, last))).map_err(
            |trouble| match trouble {
                Trouble::Stale => ApplyError::Raced { unit: owner.mark() },
                Trouble::NotFound(_) if last.is_some() => ApplyError::Raced { unit: owner.mark() },
                other => other.into(),
            },
        )?;
        let none = || ApplyError::Kubectl("it says nothing of what it wrote".to_owned());
        Inventory::read(written.first().ok_or_else(none)?, owner)
    }

    /// That nobody newer has begun since: asked again before each wave.
    pub(super) fn still_ours(&self, owner: &Owner) -> Result<(), ApplyError> {
        match self.inventory(owner)? {
            Some(inventory) => inventory.admit(owner),
            None => Err(ApplyError::Raced { unit: owner.mark() }),
        }
    }

    /// Deletes the inventory of a unit that has nothing left: to be called when nobody with an older lease can come any
    /// more, such as when a preview is long gone. Says whether there was one.
    ///
    /// # Errors
    /// When somebody newer wrote it, or it is not empty.
    pub fn forget(&self, owner: &Owner) -> Result<bool, ApplyError> {
        let Some(inventory) = self.inventory(owner)? else { return Ok(false) };
        inventory.admit(owner)?;
        if !inventory.objects.is_empty() {
            let why = format!("{} objects are left, it cannot be forgotten", inventory.objects.len());
            return Err(ApplyError::Inventory { unit: owner.mark(), why });
        }
        let (namespace, name) = owner.place();
        self.run(&["delete", "configmap", &name, "-n", namespace, "--ignore-not-found", "--wait=false"], None)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(unit: &str, namespace: Option<&str>, token: u64) -> Owner {
        let unit = UnitName { environment: Name::parse("production").unwrap(), unit: unit.to_owned() };
        Owner { unit, namespace: namespace.map(str::to_owned), digest: Some("d1".to_owned()), token }
    }

    fn id(kind: &str, namespace: Option<&str>) -> (Id, String) {
        let namespace = namespace.map(str::to_owned);
        (Id { group: "apps".to_owned(), kind: kind.to_owned(), namespace, name: "x".to_owned() }, "apps/v1".to_owned())
    }

    #[test]
    fn an_inventory_reads_as_it_was_written() {
        let owner = owner("cart", Some("shop"), 7);
        let objects = BTreeMap::from([id("Deployment", Some("shop")), id("Namespace", None)]);
        let tree = config_map(&owner, &objects, None);
        let inventory = Inventory::read(&tree, &owner).unwrap();
        assert_eq!((inventory.token, inventory.digest.as_deref(), &inventory.objects), (7, Some("d1"), &objects));
        assert_eq!(tree["metadata"]["name"], "pavior-inventory-cart");
        assert_eq!(tree["data"]["objects"], "apps/v1 Deployment shop/x\napps/v1 Namespace /x\n");
    }

    #[test]
    fn what_is_no_inventory_of_the_unit_is_not_read_as_one() {
        let cart = owner("cart", Some("shop"), 7);
        let mut tree = config_map(&owner("ads", Some("shop"), 7), &BTreeMap::new(), None);
        let told = |tree: &Value| Inventory::read(tree, &cart).unwrap_err().to_string();
        assert_eq!(told(&tree), "the inventory of production/cart cannot be read: it is of production/ads");
        tree["data"]["unit"] = json!("production/cart");
        tree["data"]["objects"] = json!("nonsense");
        assert_eq!(told(&tree), "the inventory of production/cart cannot be read: `nonsense` is no object");
    }

    #[test]
    fn an_older_lease_is_refused_and_the_same_one_is_not() {
        let tree = config_map(&owner("cart", None, 7), &BTreeMap::new(), None);
        let inventory = Inventory::read(&tree, &owner("cart", None, 7)).unwrap();
        assert!(matches!(
            inventory.admit(&owner("cart", None, 6)),
            Err(ApplyError::Fenced { recorded: 7, ours: 6, .. })
        ));
        assert_eq!(inventory.admit(&owner("cart", None, 7)), Ok(()));
        assert_eq!(inventory.admit(&owner("cart", None, 8)), Ok(()));
    }

    #[test]
    fn units_without_a_namespace_are_told_apart_by_their_environment() {
        let place = |unit: &str| owner(unit, None, 1).place().1;
        assert!(place("_environment").starts_with("pavior-inventory-production-environment-"));
        assert_ne!(place("_shared/carts"), place("_shared-carts"));
        assert_eq!(owner("_environment", None, 1).place().0, "default");
    }
}
