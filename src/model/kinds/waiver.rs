//! `Waiver`: a declared, expiring exception to one finding.

use crate::model::{Date, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An exception to one finding, by its fingerprint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waiver {
    /// The fingerprint that the finding's report shows.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    #[schemars(extend("patternErrorMessage" = "a fingerprint has 16 characters from `0` to `9` and `a` to `f`; the report of the finding shows it"))]
    pub fingerprint: String,
    /// Why the exception is right.
    #[schemars(length(min = 10, max = 500))]
    pub reason: String,
    /// The team that allows it.
    pub approver: Name,
    /// The last day on which it counts.
    pub expires: Date,
}
