//! Systems that services say they are a part of, all in the one domain that the organisation is.

use super::component::owner;
use super::entity::{Entity, reference};
use crate::link::Catalog;
use crate::query::{EntryKind, Register};
use serde_json::json;

pub fn domain(catalog: &Catalog<'_>) -> Option<Entity> {
    let platform = catalog.platform?;
    let domain = Entity::new("Domain", &platform.spec.organisation).description(&platform.metadata.description);
    Some(domain.spec(json!({"owner": owner(catalog, None)})))
}

/// A system is its services': the team that owns most of them answers for it.
pub fn systems(register: &Register, catalog: &Catalog<'_>) -> Vec<Entity> {
    let domain = catalog.platform.map(|platform| reference("domain", &platform.spec.organisation));
    let systems = register.entries.iter().filter(|entry| entry.kind == EntryKind::System);
    systems
        .map(|entry| {
            let owner = owner(catalog, entry.owner.as_deref());
            Entity::new("System", &entry.name).spec(json!({"owner": owner, "domain": domain}))
        })
        .collect()
}
