//! Which services a change is about: their own declaration differs, or that of something they alone or together use, and
//! what they compile into does.

use crate::compile::Digest;
use crate::model::Name;
use crate::read::{Declared, Documents};
use std::collections::{BTreeMap, BTreeSet};

/// What a revision says and compiles into, where previews are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Side<'s> {
    pub documents: &'s Documents,
    /// Of each service and shared resource in the pattern of previews.
    pub digests: &'s BTreeMap<Name, Digest>,
}

/// A new description changes no digest; a new caller changes the network policy of who is called, and not its
/// declaration. Neither needs a clone.
pub fn changed_services(base: Side<'_>, head: Side<'_>) -> BTreeSet<Name> {
    let mut changed = declared(base.documents, head.documents);
    let services = &head.documents.declarations.services;
    let shared = services.iter().flat_map(|service| {
        let ids = service.spec.resources.values().filter_map(|request| request.id.as_ref());
        ids.map(|id| (&service.metadata.name, id))
    });
    let differs = |name: &Name| base.digests.get(name) != head.digests.get(name);
    changed.retain(|name| head.digests.contains_key(name) && differs(name));
    let uses_changed = shared.filter(|(name, id)| head.digests.contains_key(*name) && differs(id));
    changed.extend(uses_changed.map(|(name, _)| name.clone()));
    changed
}

fn declared(base: &Documents, head: &Documents) -> BTreeSet<Name> {
    let (before, after) = (&base.declarations, &head.declarations);
    let services = differing(&before.services, &after.services).map(|one| one.metadata.name.clone());
    let requests = differing(&before.secret_requests, &after.secret_requests).map(|one| one.spec.service.clone());
    services.chain(requests).collect()
}

fn differing<'d, S: PartialEq>(
    before: &'d [Declared<S>],
    after: &'d [Declared<S>],
) -> impl Iterator<Item = &'d Declared<S>> {
    let by_name: BTreeMap<&Name, &Declared<S>> = before.iter().map(|one| (&one.metadata.name, one)).collect();
    after.iter().filter(move |one| {
        let was = by_name.get(&one.metadata.name);
        was.is_none_or(|was| (&was.metadata, &was.spec) != (&one.metadata, &one.spec))
    })
}
