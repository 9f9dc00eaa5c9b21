//! `Resource`: something several services share, with an owner of its own.

use super::keys;
use super::service::ResourceSettings;
use crate::model::{Name, SmallMap};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A resource that services ask for by `id`: the `id` is this declaration's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resource {
    /// A resource type, such as `postgres`.
    #[serde(rename = "type")]
    pub kind: Name,
    /// A size; default the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Name>,
    /// What the type lets one choose.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub params: serde_json::Map<String, serde_json::Value>,
    /// How much of it a month uses, in place of what the type assumes; for its price alone.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(schema_with = "keys::usage")]
    pub usage: SmallMap<String, u64>,
    /// The services that may use it; empty means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub consumers: Vec<Name>,
    /// Its former name; keeps its data when it is renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Name>,
    /// What differs per environment.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub environments: SmallMap<Name, ResourceSettings>,
}
