//! `Team`: people, where to reach them, and what they may spend.

use super::Link;
use super::budget::Budgeting;
use crate::model::{HttpsUrl, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A group of people that owns things.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// The people, by their names on the forge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// The team on the forge that reviews for it, such as `@acme/payments`.
    #[schemars(regex(pattern = "^@[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"))]
    #[schemars(extend("patternErrorMessage" = "a team is written with its organisation, such as `@acme/payments`"))]
    pub forge_team: String,
    /// Who is called at night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<OnCall>,
    /// The chat channel, such as `#payments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^#[a-z0-9._-]{1,79}$"))]
    #[schemars(extend("patternErrorMessage" = "a channel starts with `#` and has lower-case letters, digits, dots, hyphens and underscores, such as `#payments`"))]
    pub channel: Option<String>,
    /// What all its units together may cost a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_budget: Option<Money>,
    /// How that budget is kept.
    #[serde(default)]
    pub budget: Budgeting,
    /// The cost centre that finance books on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub cost_centre: Option<String>,
    /// Where else to find them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// The login on the forge.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9-]{0,38}$"))]
    #[schemars(extend("patternErrorMessage" = "a login has letters, digits and hyphens, 39 characters at most, and no `@` before it"))]
    pub login: String,
    /// What colleagues call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
}

/// An on-call rotation of some paging tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnCall {
    /// The rotation's name in the paging tool.
    #[schemars(length(min = 1, max = 100))]
    pub rotation: String,
    /// Where the rotation can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpsUrl>,
}
