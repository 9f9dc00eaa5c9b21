//! What `terraform show -json` says of a plan, as far as it is held against the report.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format>, major version 1.

use super::attributes::{Attribute, Sides, differing};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Deserialize)]
pub struct Plan {
    format_version: String,
    #[serde(default)]
    errored: bool,
    /// Absent before Terraform 1.8, which deferred nothing.
    complete: Option<bool>,
    #[serde(default)]
    pub resource_changes: Vec<ResourceChange>,
    /// What changed outside of Terraform since it last looked.
    #[serde(default)]
    pub resource_drift: Vec<ResourceChange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ResourceChange {
    /// `module.carts.aws_elasticache_replication_group.this[0]`
    pub address: String,
    #[serde(default)]
    pub previous_address: Option<String>,
    /// `managed` or `data`.
    pub mode: String,
    pub change: Actions,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Actions {
    pub actions: Vec<String>,
    /// Taken over from outside.
    pub importing: Option<Value>,
    /// Which attributes of what stays differ.
    pub differing: Vec<Attribute>,
}

/// As it is written. What stands in the resource is compared, and goes no further: it may be secret.
#[derive(Deserialize)]
struct Written {
    actions: Vec<String>,
    #[serde(default)]
    importing: Option<Value>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
}

impl From<Written> for Actions {
    fn from(written: Written) -> Actions {
        let Written { actions, importing, before, after, after_unknown, before_sensitive, after_sensitive } = written;
        let sensitive = [&before_sensitive, &after_sensitive];
        let sides = Sides { before: &before, after: &after, unknown: &after_unknown, sensitive };
        Actions { actions, importing, differing: differing(&sides) }
    }
}

/// What happens to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Nothing,
    Create,
    Update,
    Replace,
    Delete,
    /// It stays, and is no longer known to Terraform.
    Forget,
    /// It is there already, and Terraform takes it over.
    Import,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("Terraform's plan is not what was expected: {0}")]
    Unreadable(String),
    #[error("Terraform writes plans of format {0}, and Pavior reads format 1: use a Terraform that it knows")]
    Format(String),
    #[error("Terraform could not plan everything")]
    Incomplete,
    #[error("Terraform plans to `{action}` {address}, which Pavior does not know")]
    Action { address: String, action: String },
}

impl Plan {
    /// # Errors
    /// When it is no plan, of a format that is not known, or no whole one.
    pub fn read(text: &[u8]) -> Result<Plan, PlanError> {
        let plan: Plan = serde_json::from_slice(text).map_err(|error| PlanError::Unreadable(error.to_string()))?;
        match plan.format_version.split('.').next() {
            Some("1") if plan.errored || plan.complete == Some(false) => Err(PlanError::Incomplete),
            Some("1") => Ok(plan),
            _ => Err(PlanError::Format(plan.format_version)),
        }
    }
}

impl ResourceChange {
    /// # Errors
    /// When Terraform knows something to do that this does not.
    pub fn step(&self) -> Result<Step, PlanError> {
        if self.change.importing.is_some() {
            return Ok(Step::Import);
        }
        let actions: Vec<&str> = self.change.actions.iter().map(String::as_str).collect();
        match actions.as_slice() {
            ["no-op" | "read"] => Ok(Step::Nothing),
            ["create"] => Ok(Step::Create),
            ["update"] => Ok(Step::Update),
            ["delete"] => Ok(Step::Delete),
            ["forget"] => Ok(Step::Forget),
            ["delete", "create"] | ["create", "delete"] | ["create", "forget"] => Ok(Step::Replace),
            other => Err(PlanError::Action { address: self.address.clone(), action: other.join(", ") }),
        }
    }

    /// The module of the unit's own file that it belongs to: `carts`. None for what stands in none.
    pub fn module(&self) -> Option<&str> {
        let rest = self.address.strip_prefix("module.")?;
        Some(&rest[..rest.find(['.', '[']).unwrap_or(rest.len())])
    }
}

impl Step {
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Nothing => "nothing",
            Step::Create => "create",
            Step::Update => "update",
            Step::Replace => "replace",
            Step::Delete => "delete",
            Step::Forget => "forget",
            Step::Import => "import",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Plan, PlanError> {
        Plan::read(value.to_string().as_bytes())
    }

    fn change(actions: &[&str]) -> ResourceChange {
        let value =
            json!({ "address": "module.carts[\"a.b\"].x.y", "mode": "managed", "change": { "actions": actions } });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn only_a_whole_plan_of_a_known_format_is_a_plan() {
        assert!(read(json!({ "format_version": "1.2", "complete": true, "errored": false })).is_ok());
        assert_eq!(read(json!({ "format_version": "2.0" })).unwrap_err(), PlanError::Format("2.0".to_owned()));
        assert_eq!(read(json!({ "format_version": "1.2", "errored": true })).unwrap_err(), PlanError::Incomplete);
        assert_eq!(read(json!({ "format_version": "1.2", "complete": false })).unwrap_err(), PlanError::Incomplete);
        assert!(matches!(read(json!([])), Err(PlanError::Unreadable(_))));
    }

    #[test]
    fn what_happens_to_a_resource_is_one_step() {
        let step = |actions: &[&str]| change(actions).step();
        assert_eq!(step(&["no-op"]), Ok(Step::Nothing));
        assert_eq!((step(&["delete", "create"]), step(&["create", "delete"])), (Ok(Step::Replace), Ok(Step::Replace)));
        let error = step(&["explode"]).unwrap_err().to_string();
        assert_eq!(error, "Terraform plans to `explode` module.carts[\"a.b\"].x.y, which Pavior does not know");
        assert_eq!(change(&["read"]).module(), Some("carts"));
    }
}
