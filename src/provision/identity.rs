//! The name under which a unit's own resources are known: in clouds, secret stores, Terraform states and as objects.
//!
//! It is the unit's name, or its former one for as long as `renamedFrom` stands: a store that is called otherwise is
//! another store, so names of what holds data never follow a rename.

use crate::link::{Catalog, Unit};
use crate::model::Name;

/// Of a unit.
pub fn identity<'c>(catalog: &'c Catalog<'_>, unit: &'c Unit<'_>) -> &'c Name {
    match &unit.service {
        Some(service) => service.declared.spec.renamed_from.as_ref().unwrap_or(&unit.name),
        None => shared_identity(catalog, &unit.name),
    }
}

/// Of a shared resource, as those that use it know it too.
pub fn shared_identity<'c>(catalog: &'c Catalog<'_>, id: &'c Name) -> &'c Name {
    catalog.resources.get(id).and_then(|resource| resource.spec.renamed_from.as_ref()).unwrap_or(id)
}
