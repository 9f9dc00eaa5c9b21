//! Resources: those of one service alone, and those that several share.

use super::component::owner;
use super::entity::{Entity, reference};
use crate::link::Catalog;
use crate::query::{EntryKind, Register};
use serde_json::json;

pub fn resources(register: &Register, catalog: &Catalog<'_>) -> Vec<Entity> {
    let resources = register.entries.iter().filter(|entry| entry.kind == EntryKind::Resource);
    resources
        .map(|entry| {
            let declared = catalog.resources.get(entry.name.as_str());
            let mut entity = match declared {
                Some(declared) => Entity::new("Resource", &entry.name).metadata(&declared.metadata),
                None => Entity::new("Resource", &entry.name).description(&entry.description),
            };
            let tier = entry.tier.map(|tier| ("pavior.dev/tier".to_owned(), tier.as_str().to_owned()));
            entity = entity.labels(tier);
            entity.spec(json!({
                "type": entry.flavour,
                "owner": owner(catalog, entry.owner.as_deref()),
                "system": entry.system.as_ref().map(|system| reference("system", system)),
            }))
        })
        .collect()
}
