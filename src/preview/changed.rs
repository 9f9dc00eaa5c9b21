//! Which services a change is about: their own declaration differs, or that of something they alone or together use, and
//! what they compile into does.

use crate::compile::Digest;
use crate::model::Name;
use crate::model::kinds::Service;
use crate::read::{Declared, Documents};
use std::collections::{BTreeMap, BTreeSet};

/// What a revision says and compiles into, where previews are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Side<'s> {
    pub documents: &'s Documents,
    /// Of each unit, by its folder.
    pub digests: &'s BTreeMap<String, Digest>,
}

/// Those of which a unit in this pattern of previews differs. A new description changes no digest; a new caller changes the
/// network policy of who is called, and not its declaration. Neither needs a clone.
pub fn changed_services(pattern: &Name, base: Side<'_>, head: Side<'_>) -> BTreeSet<Name> {
    let differs = |unit: &str| {
        let folder = format!("{pattern}/{unit}");
        head.digests.get(&folder).is_some_and(|is| base.digests.get(&folder) != Some(is))
    };
    let declared = declared(base.documents, head.documents);
    let uses_changed = |service: &Declared<Service>| {
        let mut shared = service.spec.resources.values().filter_map(|request| request.id.as_ref());
        shared.any(|id| differs(&format!("_shared/{id}")))
    };
    let services = head.documents.declarations.services.iter();
    let changed = services.filter(|service| {
        let name = &service.metadata.name;
        head.digests.contains_key(&format!("{pattern}/{name}"))
            && (declared.contains(name) && differs(name) || uses_changed(service))
    });
    changed.map(|service| service.metadata.name.clone()).collect()
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
