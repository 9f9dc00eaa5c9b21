//! The files that changed since the known revision in, the services that they declare out; None where a change is of a
//! kind that may reach further than to neighbours.

use super::facts::{interface, is_entangled};
use crate::known::Table;
use crate::model::kinds::{Kind, Service};
use crate::model::{Findings, Name, RepoPath};
use crate::read::{Change, Changes, Declared, Snapshot, read};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The services of changed files.
#[derive(Debug, Default)]
pub struct Changed {
    /// Where each stands now.
    pub declared: BTreeMap<Name, RepoPath>,
    /// Those that are declared no longer.
    pub gone: BTreeSet<Name>,
    /// Those of which others see something else than before.
    pub seen: BTreeSet<Name>,
}

impl Changed {
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.declared.keys().chain(&self.gone)
    }
}

/// Where declarations are. What lies elsewhere is the platform's, and can change every unit.
const DECLARATIONS: &str = "catalog/";

pub fn changed(table: &Table, changes: &Changes) -> Option<Changed> {
    let mut changed = Changed::default();
    let mut before = BTreeSet::new();
    for (path, Change { before: old, after: new }) in changes {
        if !path.as_str().starts_with(DECLARATIONS) || table.header.named_files.contains(path) {
            return None;
        }
        before.extend(services(path, old)?.into_iter().map(|service| service.metadata.name));
        for service in services(path, new)? {
            let name = service.metadata.name.clone();
            if is_entangled(&service) || changed.declared.insert(name.clone(), path.clone()).is_some() {
                return None;
            }
            changed.see(table, changes, &name, &service)?;
        }
    }
    for name in before.into_iter().filter(|name| !changed.declared.contains_key(name)) {
        let has_requests = table.service(name.as_str()).is_none_or(|row| !row.secret_requests.is_empty());
        if has_requests || table.header.reserved.contains(&name) {
            return None;
        }
        changed.seen.insert(name.clone());
        changed.gone.insert(name);
    }
    Some(changed)
}

impl Changed {
    fn see(&mut self, table: &Table, changes: &Changes, name: &Name, service: &Declared<Service>) -> Option<()> {
        match table.path(Kind::Service, name.as_str()) {
            // Declared elsewhere, too.
            Some(path) if !changes.contains_key(&path) => return None,
            Some(_) if table.service(name.as_str())?.interface == interface(service) => return Some(()),
            Some(_) => {}
            None if table.header.reserved.contains(name) => return None,
            None => {}
        }
        // Who else provides an API is not known by its name.
        let provides = service.spec.apis.provides.iter();
        if provides.clone().any(|api| table.provider(api.name.as_str()).is_none_or(|path| !changes.contains_key(&path)))
        {
            return None;
        }
        self.seen.insert(name.clone());
        Some(())
    }
}

/// What a file declares, if it is services alone, and without a mistake.
fn services(path: &RepoPath, text: &Option<Arc<str>>) -> Option<Vec<Declared<Service>>> {
    let Some(text) = text else { return Some(Vec::new()) };
    let files = BTreeMap::from([(path.clone(), text.clone())]);
    let mut findings = Findings::default();
    let documents = read(Snapshot { files, ..Snapshot::default() }, &mut findings);
    let only_services = documents.declarations.services.len() == documents.documents.len();
    (only_services && !findings.has_errors()).then_some(documents.declarations.services)
}
