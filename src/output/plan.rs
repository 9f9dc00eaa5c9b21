//! What there is to do: the wanted files compared with the disk and the inventory. Reads, and changes nothing.

use super::compare::{Compared, compare};
use super::folder::Folder;
use super::inventory::{Inventory, Known};
use super::refusal::Refusal;
use super::{Files, Written};
use crate::model::RepoPath;
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

pub(super) fn plan<'t>(folder: &Folder, inventory: Inventory, files: &Files<'t>) -> anyhow::Result<Plan<'t>> {
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
    let paths: Vec<&RepoPath> = paths.into_iter().collect();
    for (path, Compared { there, wanted }) in paths.iter().zip(compare(folder, &paths, files)?) {
        match (wanted, inventory.known(path)) {
            (Some((text, hash)), known) => plan.want(path, text, hash, there, known)?,
            (None, Some(known)) => plan.drop(path, there, known),
            (None, None) => {}
        }
    }
    plan.prunable = folders_of(&plan.removals);
    plan.settled = plan.writes.is_empty() && inventory == plan.last;
    Ok(plan)
}

impl<'t> Plan<'t> {
    fn want(
        &mut self,
        path: &RepoPath,
        text: &'t str,
        hash: Hash,
        there: Option<Hash>,
        known: Option<Known>,
    ) -> Result<(), Refusal> {
        self.last.files.insert(path.clone(), hash);
        let list = match (there, known) {
            (Some(there), _) if there == hash => {
                self.interim.files.insert(path.clone(), hash);
                self.written.unchanged += 1;
                return Ok(());
            }
            (Some(_), None) => return Err(Refusal::Foreign { path: path.to_string() }),
            (Some(there), Some(known)) if known.is_ours(there) => {
                self.interim.files.insert(path.clone(), there);
                &mut self.written.changed
            }
            (Some(_), Some(_)) | (None, Some(Known { listed: Some(_), .. })) => &mut self.written.restored,
            (None, Some(Known { listed: None, .. }) | None) => &mut self.written.created,
        };
        list.push(path.clone());
        self.interim.pending.insert(path.clone(), hash);
        self.writes.push((path.clone(), text));
        Ok(())
    }

    /// A file of ours that is no longer made.
    fn drop(&mut self, path: &RepoPath, there: Option<Hash>, known: Known) {
        match there {
            None => {
                // Perhaps a run was killed before it wrote it, or before it pruned: its folder may be there, empty.
                self.interim.pending.extend(known.pending.map(|hash| (path.clone(), hash)));
                self.removals.push(path.clone());
            }
            Some(there) if known.is_ours(there) => {
                self.interim.files.insert(path.clone(), there);
                self.removals.push(path.clone());
                self.written.removed.push(path.clone());
            }
            Some(_) => {
                // It stays listed, so that it is reported until it is gone.
                let listed = known.listed.or(known.pending).map(|hash| (path.clone(), hash));
                self.interim.files.extend(listed.clone());
                self.last.files.extend(listed);
                self.written.kept.push(path.clone());
            }
        }
    }
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
