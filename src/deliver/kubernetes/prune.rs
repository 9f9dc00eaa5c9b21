//! What a unit has in the cluster and git no longer wants is deleted: only what the inventory names, an annotation says
//! is ours, and the caller saw deleted in git.

use super::apply::{is_going, owner_of};
use super::error::{ApplyError, Refused};
use super::inventory::{Inventory, Owner};
use super::kubectl::Cluster;
use super::object::{Id, Objects, Stage, list};
use super::trouble::Trouble;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

/// Below it, half of a unit is nothing to be afraid of.
const FEW: usize = 4;
/// How long it is waited for what finalizers hold back.
const PATIENCE: Duration = Duration::from_secs(10);

/// What may be deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// What git deleted: an object that is not in it stays, whatever the reason that it is not wanted.
    pub may_go: BTreeSet<Id>,
    pub confirmation: Confirmation,
}

/// Whether a person said so, of what holds data, and of more than half of a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Confirmation {
    #[default]
    Absent,
    Given,
}

/// An object that is ours, there, and not wanted any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prunable {
    pub object: Id,
    /// Whether data goes with it.
    pub is_stateful: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    pub deleted: Vec<Id>,
    /// Deleted, but something holds it back: the next run looks again.
    pub going: Vec<Id>,
    pub kept: Vec<(Id, Kept)>,
}

/// Why an object stays that is not wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    NotDeletedInGit,
    /// Data would go with it.
    NeedsConfirmation,
    /// It no longer says that it is ours: it is forgotten.
    NotOurs,
    /// The cluster does not know its kind any more, so nobody can tell.
    UnknownKind,
}

/// What is in the inventory and not wanted.
#[derive(Debug, Default)]
struct Surplus {
    ours: Vec<Id>,
    gone: Vec<Id>,
    foreign: Vec<Id>,
    unknown: Vec<Id>,
}

impl Cluster {
    /// What could be pruned. Changes nothing.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
    pub fn prunable(&self, owner: &Owner, wanted: &Objects) -> Result<Vec<Prunable>, ApplyError> {
        let Some(inventory) = self.inventory(owner)? else { return Ok(Vec::new()) };
        let surplus = self.surplus(owner, wanted, &inventory)?;
        let prunable = |object: Id| Prunable { is_stateful: object.is_stateful(), object };
        Ok(surplus.ours.into_iter().map(prunable).collect())
    }

    /// Deletes what may go of what is not wanted, routes first and namespaces last. Then the inventory is exact.
    ///
    /// # Errors
    /// Before anything is deleted: when somebody newer is at work, or too much would go. Later: when the cluster refuses
    /// or does not answer; running it again goes on from there.
    pub fn prune(&self, owner: &Owner, wanted: &Objects, allowed: &Allowed) -> Result<Pruned, ApplyError> {
        let Some(inventory) = self.inventory(owner)? else { return Ok(Pruned::default()) };
        inventory.admit(owner)?;
        let surplus = self.surplus(owner, wanted, &inventory)?;
        let (going, mut pruned) = decide(&surplus, inventory.objects.len(), allowed)?;
        // With our token: whoever is older is refused from here on.
        let inventory = self.record(owner, &inventory.objects, Some(&inventory))?;
        let mut left = inventory.objects.clone();
        for id in surplus.gone.iter().chain(&surplus.foreign) {
            left.remove(id);
        }
        for stage in [Stage::Route, Stage::Workload, Stage::Config, Stage::Foundation] {
            let ids: Vec<&Id> = going.iter().filter(|id| id.stage() == stage).collect();
            self.delete(&ids, &inventory.objects)?;
        }
        let still_there = self.still_there(&going, &inventory.objects)?;
        for id in going {
            if still_there.contains(&id) {
                pruned.going.push(id);
            } else {
                left.remove(&id);
                pruned.deleted.push(id);
            }
        }
        self.record(owner, &left, Some(&inventory))?;
        Ok(pruned)
    }

    fn surplus(&self, owner: &Owner, wanted: &Objects, inventory: &Inventory) -> Result<Surplus, ApplyError> {
        let wanted: BTreeSet<&Id> = wanted.iter().map(|object| &object.id).collect();
        let candidates = || inventory.objects.iter().filter(|(id, _)| !wanted.contains(id));
        let looked = self.look(candidates().map(|(id, version)| (id, version.as_str())))?;
        let mut surplus = Surplus::default();
        for (id, version) in candidates() {
            let list = match looked.live.get(id) {
                Some(live) if owner_of(live) == Some(&owner.mark()) => &mut surplus.ours,
                Some(_) => &mut surplus.foreign,
                None if looked.unknown.contains(&(version.clone(), id.kind.clone())) => &mut surplus.unknown,
                None => &mut surplus.gone,
            };
            list.push(id.clone());
        }
        Ok(surplus)
    }

    fn delete(&self, ids: &[&Id], versions: &BTreeMap<Id, String>) -> Result<(), ApplyError> {
        let Some(last) = ids.last() else { return Ok(()) };
        let items: Vec<Value> =
            ids.iter().map(|id| id.reference(versions.get(id).map_or("", String::as_str))).collect();
        match self.run(&["delete", "-f", "-", "--ignore-not-found", "--wait=false"], Some(&list(items))) {
            Ok(_) => Ok(()),
            Err(Trouble::Unreachable(said)) => Err(ApplyError::Unreachable(said)),
            Err(trouble) => Err(ApplyError::Refused(vec![Refused::of(last, trouble)])),
        }
    }

    /// Which of these are there after a while.
    fn still_there(&self, ids: &[Id], versions: &BTreeMap<Id, String>) -> Result<BTreeSet<Id>, ApplyError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let asked = ids.iter().filter_map(|id| Some((id, versions.get(id)?.as_str())));
            let looked = self.look(asked)?;
            if looked.live.is_empty() || Instant::now() > deadline {
                return Ok(looked.live.into_iter().filter(|(_, live)| is_going(live)).map(|(id, _)| id).collect());
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
}

/// What goes, and what is kept.
fn decide(surplus: &Surplus, of: usize, allowed: &Allowed) -> Result<(Vec<Id>, Pruned), ApplyError> {
    let mut pruned = Pruned::default();
    let mut going = Vec::new();
    let confirmed = allowed.confirmation == Confirmation::Given;
    for id in &surplus.ours {
        if !allowed.may_go.contains(id) {
            pruned.kept.push((id.clone(), Kept::NotDeletedInGit));
        } else if id.is_stateful() && !confirmed {
            pruned.kept.push((id.clone(), Kept::NeedsConfirmation));
        } else {
            going.push(id.clone());
        }
    }
    pruned.kept.extend(surplus.foreign.iter().map(|id| (id.clone(), Kept::NotOurs)));
    pruned.kept.extend(surplus.unknown.iter().map(|id| (id.clone(), Kept::UnknownKind)));
    if of >= FEW && going.len() * 2 > of && !confirmed {
        return Err(ApplyError::TooMany { going: going.len(), of });
    }
    Ok((going, pruned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: &str, name: &str) -> Id {
        let namespace = Some("shop".to_owned());
        Id { group: String::new(), kind: kind.to_owned(), namespace, name: name.to_owned() }
    }

    fn surplus(ids: &[Id]) -> Surplus {
        Surplus { ours: ids.to_vec(), ..Surplus::default() }
    }

    fn allowed(ids: &[Id], confirmation: Confirmation) -> Allowed {
        Allowed { may_go: ids.iter().cloned().collect(), confirmation }
    }

    #[test]
    fn a72_only_what_git_deleted_goes() {
        let (service, job) = (id("Service", "a"), id("Job", "b"));
        let allowed = allowed(std::slice::from_ref(&service), Confirmation::Absent);
        let (going, pruned) = decide(&surplus(&[service.clone(), job.clone()]), 9, &allowed).unwrap();
        assert_eq!(going, [service]);
        assert_eq!(pruned.kept, [(job, Kept::NotDeletedInGit)]);
    }

    #[test]
    fn a72_what_holds_data_needs_a_confirmation() {
        let claim = id("PersistentVolumeClaim", "a");
        let ids = std::slice::from_ref(&claim);
        let (going, pruned) = decide(&surplus(ids), 9, &allowed(ids, Confirmation::Absent)).unwrap();
        assert_eq!((going, pruned.kept), (Vec::new(), vec![(claim.clone(), Kept::NeedsConfirmation)]));
        let (going, _) = decide(&surplus(ids), 9, &allowed(ids, Confirmation::Given)).unwrap();
        assert_eq!(going, [claim]);
    }

    #[test]
    fn a72_more_than_half_needs_a_confirmation_but_not_of_few() {
        let ids = [id("Service", "a"), id("Service", "b"), id("Service", "c")];
        let of =
            |total, confirmation| decide(&surplus(&ids), total, &allowed(&ids, confirmation)).map(|(ids, _)| ids.len());
        assert_eq!(of(5, Confirmation::Absent), Err(ApplyError::TooMany { going: 3, of: 5 }));
        assert_eq!(of(6, Confirmation::Absent), Ok(3));
        assert_eq!(of(5, Confirmation::Given), Ok(3));
        assert_eq!(of(3, Confirmation::Absent), Ok(3));
    }
}
