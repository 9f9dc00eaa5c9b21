//! One thing of the catalog in the fields that all kinds have.

use crate::model::kinds::service::{Lifecycle, Tier};
use serde::Serialize;
use std::fmt;

/// What an entry is, in the order in which lists show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    Service,
    Resource,
    Api,
    System,
    Team,
    Environment,
    SecretRequest,
    ResourceType,
}

impl EntryKind {
    pub const ALL: [EntryKind; 8] = [
        EntryKind::Service,
        EntryKind::Resource,
        EntryKind::Api,
        EntryKind::System,
        EntryKind::Team,
        EntryKind::Environment,
        EntryKind::SecretRequest,
        EntryKind::ResourceType,
    ];

    /// As people write it before a slash: `service/cart`.
    pub fn as_str(self) -> &'static str {
        match self {
            EntryKind::Service => "service",
            EntryKind::Resource => "resource",
            EntryKind::Api => "api",
            EntryKind::System => "system",
            EntryKind::Team => "team",
            EntryKind::Environment => "environment",
            EntryKind::SecretRequest => "secret-request",
            EntryKind::ResourceType => "resource-type",
        }
    }

    pub fn parse(text: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub kind: EntryKind,
    /// A resource of one service alone is `<service>.<resource>`, as no other name can be.
    pub name: String,
    /// `redis`, `grpc`, `worker`, `aws`: what kind of a service, resource, API or environment it is.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub flavour: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    pub tags: Vec<String>,
    /// Where it runs, or is needed.
    pub environments: Vec<String>,
    pub declared: Written,
}

impl Entry {
    pub fn reference(&self) -> Reference {
        Reference { kind: self.kind, name: self.name.clone(), owner: self.owner.clone(), tier: self.tier }
    }
}

/// Where a declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    pub path: String,
    pub line: u32,
}

/// An entry that another one is related to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    pub kind: EntryKind,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        assert!(EntryKind::ALL.into_iter().all(|kind| EntryKind::parse(kind.as_str()) == Some(kind)));
        assert_eq!(EntryKind::parse("Service"), None);
    }
}
