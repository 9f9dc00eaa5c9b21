//! Objects are brought into the cluster: looked at, rehearsed, recorded, and only then written, wave by wave.
//!
//! Server-side apply under one manager's name, as the Kubernetes documentation advises for controllers; the order of
//! inventory and objects is that of kpt's cli-utils. Conflicts are never forced.

use super::error::{ApplyError, Foreign, Refused, Why};
use super::health;
use super::inventory::Owner;
use super::kubectl::{Cluster, Looked};
use super::object::{Id, OWNED_BY, Object, Objects, Stage, list};
use super::trouble::Trouble;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const APPLY: [&str; 7] = ["apply", "--server-side", "--field-manager=pavior", "-o", "json", "-f", "-"];
const REHEARSAL: &str = "--dry-run=server";

/// What came of it, each in the order of applying.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    pub created: Vec<Id>,
    pub changed: Vec<Id>,
    pub unchanged: Vec<Id>,
}

impl Cluster {
    /// Brings a unit's objects into the cluster; deletes nothing. Run again after any failure, it goes on from there.
    /// `patience` is for objects of one wave that the next one waits for, such as a migration.
    ///
    /// # Errors
    /// Before anything is written: when somebody newer is at work, an object is not ours, or one that is there would
    /// be refused. Later: when the cluster refuses one, does not answer, or what others wait for is not well.
    pub fn apply(&self, owner: &Owner, objects: &Objects, patience: Duration) -> Result<Applied, ApplyError> {
        let last = self.inventory(owner)?;
        if objects.is_empty() && last.is_none() {
            return Ok(Applied::default());
        }
        if let Some(last) = &last {
            last.admit(owner)?;
        }
        let looked = self.look(objects.iter().map(|object| (&object.id, object.api_version.as_str())))?;
        refuse(owner, objects, &looked)?;
        let there: Vec<&Object> = objects.iter().filter(|object| looked.live.contains_key(&object.id)).collect();
        self.rehearse(owner, &there)?;
        let mut union = last.as_ref().map_or_else(BTreeMap::new, |last| last.objects.clone());
        union.extend(objects.iter().map(|object| (object.id.clone(), object.api_version.clone())));
        self.record(owner, &union, last.as_ref())?;

        let mut applied = Applied::default();
        for (number, wave) in objects.waves().iter().enumerate() {
            if number > 0 {
                self.still_ours(owner)?;
            }
            let before: Vec<&Object> = objects.waves()[..number].iter().flat_map(|wave| &wave.objects).collect();
            let waited_for: Vec<&Object> = match wave.number {
                0 => before.into_iter().filter(|object| object.id.stage() == Stage::Foundation).collect(),
                _ => before.into_iter().filter(|object| health::is_waited_for(&object.id.kind)).collect(),
            };
            self.wait(&waited_for, patience)?;
            let sent: Vec<&Object> = wave.objects.iter().collect();
            for tree in self.send(owner, &sent, None)? {
                applied.count(&tree, &looked);
            }
        }
        Ok(applied)
    }

    /// Asks the API server what it would make of objects that are there: it finds conflicts, and what cannot be changed.
    pub(super) fn rehearse(&self, owner: &Owner, objects: &[&Object]) -> Result<Vec<Value>, ApplyError> {
        match self.send(owner, objects, Some(REHEARSAL)) {
            Err(ApplyError::Refused(mut all)) => {
                // Some webhooks cannot be asked without consequences: then the writing itself shows it.
                let cannot = |refused: &Refused| matches!(&refused.why, Why::Said(said) if said.contains("dry run"));
                all.retain(|refused| !cannot(refused));
                if all.is_empty() { Ok(Vec::new()) } else { Err(ApplyError::Refused(all)) }
            }
            other => other,
        }
    }

    /// In one call; where that fails, in one for each, because kubectl does not say which object it speaks of.
    fn send(&self, owner: &Owner, objects: &[&Object], option: Option<&str>) -> Result<Vec<Value>, ApplyError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let arguments: Vec<&str> = APPLY.into_iter().chain(option).collect();
        let mark = owner.mark();
        let trees = objects.iter().map(|object| object.owned_by(&mark)).collect();
        match self.objects(&arguments, Some(&list(trees))) {
            Ok(written) => return Ok(written),
            Err(Trouble::Unreachable(said)) => return Err(ApplyError::Unreachable(said)),
            Err(_) => {}
        }
        let (mut written, mut refused) = (Vec::new(), Vec::new());
        for object in objects {
            match self.objects(&arguments, Some(&object.owned_by(&mark))) {
                Ok(one) => written.extend(one),
                Err(Trouble::Unreachable(said)) => return Err(ApplyError::Unreachable(said)),
                Err(trouble) => refused.push(Refused::of(&object.id, trouble)),
            }
        }
        if refused.is_empty() { Ok(written) } else { Err(ApplyError::Refused(refused)) }
    }
}

/// What is not ours, is going, or is of a kind that nobody knows.
fn refuse(owner: &Owner, objects: &Objects, looked: &Looked) -> Result<(), ApplyError> {
    let mark = owner.mark();
    let foreign = |object: &Object| {
        let owned_by = owner_of(looked.live.get(&object.id)?);
        (owned_by != Some(mark.as_str())).then(|| Foreign {
            object: object.id.clone(),
            owner: owned_by.map(str::to_owned),
            wanted_by: mark.clone(),
        })
    };
    let foreign: Vec<Foreign> = objects.iter().filter_map(foreign).collect();
    if !foreign.is_empty() {
        return Err(ApplyError::NotOurs(foreign));
    }
    let refused = |object: &Object| {
        let why = match looked.live.get(&object.id) {
            Some(live) if is_going(live) => Why::Going,
            _ if is_unknown(object, objects, looked) => Why::UnknownKind(object.api_version.clone()),
            _ => return None,
        };
        Some(Refused { object: object.id.clone(), why })
    };
    let refused: Vec<Refused> = objects.iter().filter_map(refused).collect();
    if refused.is_empty() { Ok(()) } else { Err(ApplyError::Refused(refused)) }
}

fn is_unknown(object: &Object, objects: &Objects, looked: &Looked) -> bool {
    looked.unknown.contains(&(object.api_version.clone(), object.id.kind.clone()))
        && !objects.defines(&object.id.group, &object.id.kind)
}

/// Whose an object says it is.
pub(super) fn owner_of(live: &Value) -> Option<&str> {
    live["metadata"]["annotations"][OWNED_BY].as_str()
}

pub(super) fn is_going(live: &Value) -> bool {
    live["metadata"]["deletionTimestamp"].is_string()
}

impl Applied {
    fn count(&mut self, written: &Value, before: &Looked) {
        let Some((id, _)) = Id::of(written) else { return };
        let revision = |tree: &Value| tree["metadata"]["resourceVersion"].clone();
        match before.live.get(&id) {
            None => self.created.push(id),
            Some(live) if revision(live) == revision(written) => self.unchanged.push(id),
            Some(_) => self.changed.push(id),
        }
    }
}
