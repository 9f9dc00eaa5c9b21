//! Services that are to be compiled in, the files that this takes out: their own, and those of every declaration whose
//! name is a word of them.

use super::Files;
use super::changed::Changed;
use crate::known::{Environments, Named, Table};
use crate::model::kinds::Kind;
use crate::model::{Name, RepoPath};
use crate::read::{Changes, Snapshot, Unread};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is read, and which of it is only read because something else mentions it.
#[derive(Debug)]
pub struct Closure {
    pub snapshot: Snapshot,
    pub neighbours: BTreeSet<RepoPath>,
}

/// The resource type by which secret requests are realised.
const SECRET: &str = "secret";

pub struct Reader<'a> {
    pub table: &'a Table,
    pub files: &'a dyn Files,
    pub changes: &'a Changes,
    pub changed: &'a Changed,
}

impl Reader<'_> {
    /// None where a file is not there that ought to be.
    pub fn closure(&self, affected: &BTreeSet<Name>) -> Result<Option<Closure>> {
        let mut files: BTreeMap<RepoPath, Arc<str>> = BTreeMap::new();
        let mut paths = BTreeSet::new();
        let mut names: BTreeSet<(Kind, String)> = BTreeSet::new();
        for name in affected.difference(&self.changed.gone) {
            let known = || self.table.path(Kind::Service, name.as_str());
            let Some(path) = self.changed.declared.get(name).cloned().or_else(known) else {
                // Of the other side alone.
                continue;
            };
            let requests = self.table.service(name.as_str()).map(|row| row.secret_requests.clone()).unwrap_or_default();
            if !requests.is_empty() {
                names.insert((Kind::ResourceType, SECRET.to_owned()));
            }
            names.extend(requests.into_iter().map(|request| (Kind::SecretRequest, request.to_string())));
            paths.insert(path);
        }
        for path in paths {
            if !self.read(&path, &mut files)? {
                return Ok(None);
            }
        }
        let header = &self.table.header;
        names.extend(header.implicit_types.iter().map(|kind| (Kind::ResourceType, kind.to_string())));
        let declared = |(kind, name): (Kind, String)| Some((Named::Declared(kind), self.table.path(kind, &name)?));
        let mut found: Vec<(Named, RepoPath)> = names.into_iter().filter_map(declared).collect();
        for word in files.values().flat_map(|text| words(text)).collect::<BTreeSet<&str>>() {
            found.extend(self.table.named(word));
        }
        let mut others: BTreeSet<RepoPath> = header.always.iter().cloned().collect();
        let mut neighbours = BTreeSet::new();
        for (named, path) in found {
            match named {
                Named::Declared(Kind::ResourceType) => others.extend(self.files.below(path.parent())?),
                Named::Declared(Kind::Team | Kind::SecretRequest) => drop(others.insert(path)),
                Named::Declared(Kind::Service) | Named::Provider => drop(neighbours.insert(path)),
                // Services do not mention these, or they are read in any case.
                Named::Declared(_) => {}
            }
        }
        // A neighbour that is gone from this side is none; where that is a mistake, the compiler tells it.
        neighbours.retain(|path| {
            !files.contains_key(path) && self.changes.get(path).is_none_or(|change| change.after.is_some())
        });
        for path in others.iter().chain(&neighbours) {
            if !files.contains_key(path) && !self.read(path, &mut files)? {
                return Ok(None);
            }
        }
        let unread = Unread {
            table: self.table.clone(),
            wanted: affected.clone(),
            gone: self.changed.gone.clone(),
            called_by: self.called_by(affected),
        };
        // No secret is in what is known, nor in what changed: that would have been a mistake.
        let snapshot = Snapshot { files, unread: Some(Arc::new(unread)), is_covered: true, ..Snapshot::default() };
        Ok(Some(Closure { snapshot, neighbours }))
    }

    fn read(&self, path: &RepoPath, files: &mut BTreeMap<RepoPath, Arc<str>>) -> Result<bool> {
        let text = match self.changes.get(path) {
            Some(change) => change.after.clone(),
            None => self.files.read(path)?,
        };
        let found = text.is_some();
        files.extend(text.map(|text| (path.clone(), text)));
        Ok(found)
    }

    /// Who calls the affected services, as far as it is not read itself.
    fn called_by(&self, affected: &BTreeSet<Name>) -> BTreeMap<Name, BTreeMap<Name, BTreeSet<Name>>> {
        let mut called_by: BTreeMap<Name, BTreeMap<Name, BTreeSet<Name>>> = BTreeMap::new();
        for callee in affected {
            let Some(row) = self.table.service(callee.as_str()) else { continue };
            for (caller, here) in row.called_by.iter().filter(|(caller, _)| !affected.contains(*caller)) {
                for environment in self.environments(*here) {
                    let callers = called_by.entry(environment.clone()).or_default().entry(callee.clone()).or_default();
                    callers.insert(caller.clone());
                }
            }
        }
        called_by
    }

    fn environments(&self, set: Environments) -> impl Iterator<Item = &Name> {
        let all = self.table.header.environments.iter().enumerate();
        all.filter(move |(place, _)| set & (1 << place) != 0).map(|(_, (name, _))| name)
    }
}

/// The words of a text that could be names.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')).filter(|word| !word.is_empty())
}
