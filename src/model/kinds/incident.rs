//! `Incident`: when something was broken, and what broke it.

use super::Link;
use crate::model::{Name, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A failure that users felt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Incident {
    /// The service that failed.
    pub service: Name,
    /// The environment it failed in.
    pub environment: Name,
    /// When it began.
    pub opened: Timestamp,
    /// Absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Timestamp>,
    /// The digest of the deployment that caused it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9a-f]{12,64}$"))]
    #[schemars(extend("patternErrorMessage" = "a digest has 12 to 64 characters from `0` to `9` and `a` to `f`"))]
    pub caused_by: Option<String>,
    /// Where to read more: the timeline, the review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}
