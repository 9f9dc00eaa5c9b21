//! What there is to do: the wanted files compared with the disk and the inventory. Reads, and changes nothing.

use super::folder::{Folder, Found};
use super::inventory::Inventory;
use super::refusal::Refusal;
use super::{Files, Written};
use crate::model::RepoPath;
use anyhow::Context;
use blake3::Hash;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct Plan<'t> {
    /// Left by a run that did not end: their temporary files may be there.
    pub interrupted: Vec<RepoPath>,
    pub writes: Vec<(RepoPath, &'t str)>,
    pub removals: Vec<RepoPath>,
    /// Folders that the removals may leave empty, each after those inside it.
    pub prunable: Vec<String>,
    /// Accounts for every byte that may be found while the plan is carried out.
    pub interim: Inventory,
    pub last: Inventory,
    /// Whether the inventory on the disk is `last` already, and stays so.
    pub settled: bool,
    pub written: Written,
}

pub(super) fn plan<'t>(folder: &mut Folder, inventory: Inventory, files: &Files<'t>) -> anyhow::Result<Plan<'t>> {
    let mut plan = Plan {
        interrupted: inventory.pending.keys().cloned().collect(),
        writes: Vec::new(),
        removals: Vec::new(),
        prunable: Vec::new(),
        interim: Inventory { files: inventory.files.clone(), pending: BTreeMap::new() },
        last: Inventory::default(),
        settled: false,
        written: Written::default(),
    };
    let listed = inventory.files.keys().chain(inventory.pending.keys());
    let paths: BTreeSet<&RepoPath> = files.keys().chain(listed).collect();
    for path in paths {
        let found = match folder.look(path).with_context(|| format!("cannot read {path}"))? {
            Found::Nothing => None,
            Found::File(bytes) => Some(bytes),
            Found::Obstacle { path, what } => return Err(Refusal::Obstacle { path, what }.into()),
        };
        match files.get(path) {
            Some(text) => plan.want(&inventory, path, text, found)?,
            None => plan.drop(&inventory, path, found),
        }
    }
    plan.prunable = folders_of(&plan.removals);
    plan.settled = plan.writes.is_empty() && inventory == plan.last;
    Ok(plan)
}

impl<'t> Plan<'t> {
    fn want(
        &mut self,
        inventory: &Inventory,
        path: &RepoPath,
        text: &'t str,
        found: Option<Vec<u8>>,
    ) -> Result<(), Refusal> {
        let hash = blake3::hash(text.as_bytes());
        self.last.files.insert(path.clone(), hash);
        let list = match (found, inventory.known(path)) {
            (Some(bytes), _) if bytes == text.as_bytes() => {
                self.interim.files.insert(path.clone(), hash);
                self.written.unchanged += 1;
                return Ok(());
            }
            (Some(_), None) => return Err(Refusal::Foreign { path: path.to_string() }),
            (Some(bytes), Some(known)) => match ours(known, &bytes) {
                Some(hash) => {
                    self.interim.files.insert(path.clone(), hash);
                    &mut self.written.changed
                }
                None => &mut self.written.restored,
            },
            (None, Some((Some(_), _))) => &mut self.written.restored,
            (None, Some((None, _)) | None) => &mut self.written.created,
        };
        list.push(path.clone());
        self.interim.pending.insert(path.clone(), hash);
        self.writes.push((path.clone(), text));
        Ok(())
    }

    /// A file of ours that is no longer made.
    fn drop(&mut self, inventory: &Inventory, path: &RepoPath, found: Option<Vec<u8>>) {
        let known = inventory.known(path).expect("only listed paths are dropped");
        let Some(bytes) = found else {
            // Perhaps a run was killed before it wrote it, or before it pruned: its folder may be there, empty.
            self.interim.pending.extend(known.1.map(|hash| (path.clone(), *hash)));
            self.removals.push(path.clone());
            return;
        };
        match ours(known, &bytes) {
            Some(hash) => {
                self.interim.files.insert(path.clone(), hash);
                self.removals.push(path.clone());
                self.written.removed.push(path.clone());
            }
            None => {
                // It stays listed, so that it is reported until it is gone.
                let hash = known.0.or(known.1).expect("a listed path has a hash");
                self.interim.files.insert(path.clone(), *hash);
                self.last.files.insert(path.clone(), *hash);
                self.written.kept.push(path.clone());
            }
        }
    }
}

/// The hash of bytes that we wrote: in an earlier run, or in one that did not end.
fn ours(known: (Option<&Hash>, Option<&Hash>), bytes: &[u8]) -> Option<Hash> {
    let hash = blake3::hash(bytes);
    (known.0 == Some(&hash) || known.1 == Some(&hash)).then_some(hash)
}

fn folders_of(removals: &[RepoPath]) -> Vec<String> {
    let mut folders = BTreeSet::new();
    for path in removals {
        let mut folder = path.parent();
        while !folder.is_empty() && folders.insert(folder) {
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
    folders.into_iter().rev().map(str::to_owned).collect()
}
