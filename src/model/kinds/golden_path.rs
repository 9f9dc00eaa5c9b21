//! `GoldenPath`: a versioned template from which services are made and later updated.

use crate::model::Name;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A template with its questions and its upgrades.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldenPath {
    /// `major.minor.patch`
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+$"))]
    #[schemars(extend("patternErrorMessage" = "a version has three numbers with dots between, such as `1.4.0`"))]
    pub version: String,
    /// What is asked when a service is made, in this order.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub questions: IndexMap<Name, Question>,
    /// Versions that can be updated to this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub upgrades_from: Vec<String>,
    /// The command that proves a scaffolded service whole, run in its folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verify: Vec<String>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    #[schemars(length(min = 1, max = 200))]
    pub prompt: String,
    /// What kind of answer is expected.
    #[serde(default, rename = "type")]
    pub kind: QuestionType,
    /// The answer when none is given; without it, an answer is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// The answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub choices: Vec<String>,
    /// A regular expression that the answer has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub pattern: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionType {
    /// A text.
    #[default]
    Text,
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
}
