//! `Platform`: the settings of the whole repository, in `pavior.yaml`.

use crate::model::{HttpsUrl, Name};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The organisation, its forge and what everybody gets by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Platform {
    /// A short name; every resource's name starts with it.
    #[schemars(length(max = 20))]
    pub organisation: Name,
    /// Where the repository lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forge: Option<Forge>,
    /// Teams that own the platform files.
    #[schemars(length(min = 1, max = 20))]
    #[schemars(extend("uniqueItems" = true))]
    pub owners: Vec<Name>,
    /// Labels for every object of every unit.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,
}

/// A forge and the repository on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Forge {
    /// Which software the forge runs.
    pub kind: ForgeKind,
    /// `owner/name`
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"))]
    #[schemars(extend("patternErrorMessage" = "a repository is written `owner/name`, such as `acme/platform`"))]
    pub repository: String,
    /// The forge's own address, for GitHub Enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpsUrl>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    /// GitHub, or GitHub Enterprise by its `url`.
    Github,
}
