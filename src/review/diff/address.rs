//! Addresses: what makes an object the same one on both sides.

use crate::emit::read_back::manifests::ObjectId;
use std::fmt;

/// One thing that a unit consists of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A top-level block of the unit's Terraform: `module carts`, `provider aws`, `backend`.
    Terraform(String),
    /// The files of a module that the unit calls, by its folder: `redis-aws`.
    ModuleFiles(String),
    /// A Kubernetes object. Its API group without the version, which may rise while the object stays.
    Object { group: String, kind: String, namespace: Option<String>, name: String },
    /// Any other file, by its path in the unit.
    File(String),
}

impl Address {
    pub fn of_object(id: ObjectId) -> Address {
        let group = id.api_version.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
        Address::Object { group, kind: id.kind, namespace: id.namespace, name: id.name }
    }

    /// The same with another name; None for what has no name of its own.
    pub fn renamed(&self, rename: impl FnOnce(&str) -> Option<String>) -> Option<Address> {
        match self {
            Address::Object { group, kind, namespace, name } => Some(Address::Object {
                group: group.clone(),
                kind: kind.clone(),
                namespace: namespace.clone(),
                name: rename(name)?,
            }),
            Address::Terraform(block) => {
                let (kind, label) = block.split_once(' ')?;
                Some(Address::Terraform(format!("{kind} {}", rename(label)?)))
            }
            Address::ModuleFiles(_) | Address::File(_) => None,
        }
    }
}

/// Within its unit, so without the namespace.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Terraform(block) => f.write_str(block),
            Address::ModuleFiles(folder) => write!(f, "files of module {folder}"),
            Address::Object { kind, name, .. } => write!(f, "{kind} {name}"),
            Address::File(path) => f.write_str(path),
        }
    }
}
