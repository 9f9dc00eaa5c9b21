//! `SecretRequest`: who needs which secret keys, where and why. It has no field that could hold a value.

use super::keys;
use crate::model::{Date, Duration, Name};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A request for secret keys. Placeholders use them as `${secrets.<this name>.<KEY>}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretRequest {
    /// The service that reads it.
    pub service: Name,
    /// Where it is needed.
    #[schemars(length(min = 1, max = 50))]
    #[schemars(extend("uniqueItems" = true))]
    pub environments: Vec<Name>,
    /// The keys, each with what it is for. Values are put into the store by their owner, never here.
    #[schemars(extend("propertyNames" = keys::secret_keys(), "minProperties" = 1, "maxProperties" = 50))]
    pub keys: IndexMap<String, SecretKey>,
    /// Why it is needed.
    #[schemars(length(min = 10, max = 500))]
    pub reason: String,
    /// How often its owner replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Duration>,
    /// The day after which it may no longer be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// Teams that have to approve; the owner's team always has to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub approvers: Vec<Name>,
}

/// One key of a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretKey {
    /// What it opens.
    #[schemars(length(min = 1, max = 200))]
    pub description: String,
}
