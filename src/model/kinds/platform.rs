//! `Platform`: the settings of the whole repository, in `pavior.yaml`.

use crate::model::{Date, HttpsUrl, Name, Severity, SmallMap};
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
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub labels: SmallMap<String, String>,
    /// Who answers for which policies below `policies/`, and how much they may demand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub policies: Vec<PolicySet>,
}

/// The policies in one folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySet {
    /// A folder or a file, such as `policies/security`. Of several that hold a policy, the longest counts.
    #[schemars(regex(pattern = "^policies(/[A-Za-z0-9._-]+)*$"), length(max = 200))]
    #[schemars(extend("patternErrorMessage" = "a set of policies is a folder or a file below `policies/`, such as `policies/security`"))]
    pub path: String,
    /// Teams that approve what these policies find, unless an annotation names others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true), length(max = 20))]
    pub owners: Vec<Name>,
    /// How many people of each owner approve, unless an annotation says; default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 20))]
    pub approvals: Option<u32>,
    /// The worst that a finding of these policies may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Ceiling>,
    /// The first day on which what is already there blocks, too. Before it, only what a change adds does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforce_from: Option<Date>,
}

/// The worst that a finding may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ceiling {
    /// Worth knowing; blocks nothing.
    Warning,
    /// Blocks.
    Error,
}

impl Ceiling {
    pub fn severity(self) -> Severity {
        match self {
            Ceiling::Warning => Severity::Warning,
            Ceiling::Error => Severity::Error,
        }
    }
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
