//! How a budget is kept.

use crate::model::{Percent, Threshold};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When to speak of a budget, and what happens above it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Budgeting {
    /// From when on it is worth a warning: a share of the budget, or an amount.
    pub warn_at: Threshold,
    /// What happens to a change above it.
    pub over: OverBudget,
}

impl Default for Budgeting {
    fn default() -> Budgeting {
        let most = Percent::parse("90%").expect("a literal percentage is valid");
        Budgeting { warn_at: Threshold::Share(most), over: OverBudget::Deny }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OverBudget {
    /// It blocks, until it costs less or the budget is raised.
    #[default]
    Deny,
    /// It is told.
    Warn,
}
