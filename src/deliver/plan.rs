//! What Terraform would do to the units that are affected, held against what their change was announced to do. Nothing
//! is carried out.

use super::affected::Affected;
use super::announced::{Announced, Surplus};
use super::plan_json::{Plan, PlanError, Step};
use super::terraform::{Goal, Terraform};
use crate::compile::CompiledUnit;
use crate::ledger::Sha;
use crate::review::diff::{Address, UnitChange, of_unit};
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// What happens to one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPlan {
    pub affected: Affected,
    /// None where the unit has no Terraform, at neither end.
    pub terraform: Option<TerraformPlan>,
}

/// What Terraform would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerraformPlan {
    /// Of each resource to which something happens; sorted.
    pub steps: Vec<(String, Step)>,
    /// What nobody announced. While there is any, nothing of the plan is carried out.
    pub surplus: Vec<Surplus>,
    /// Resources that changed behind Terraform's back.
    pub drift: Vec<String>,
    /// Of the plan.
    pub digest: Sha,
}

/// A unit as it is and as it is to be.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'c> {
    pub from: Option<&'c CompiledUnit>,
    pub to: Option<&'c CompiledUnit>,
}

/// Plans one unit, in a folder that is gone afterwards.
///
/// # Errors
/// With what Terraform says, when it cannot plan.
pub fn plan(terraform: &Terraform, affected: Affected, ends: Ends<'_>) -> Result<UnitPlan> {
    let folder = tempfile::Builder::new().prefix("pavior-plan-").tempdir().context("making a folder for the plan")?;
    let (unit, goal) = match ends {
        Ends { to: Some(unit), .. } => (unit, Goal::Apply),
        Ends { from: Some(unit), to: None } => (unit, Goal::Destroy),
        Ends { from: None, to: None } => return Ok(UnitPlan { affected, terraform: None }),
    };
    let planned = terraform.plan(folder.path(), &unit.id.folder(), &unit.artifacts, goal);
    let planned = planned.with_context(|| format!("planning {}", affected.unit))?;
    let terraform = planned.map(|planned| {
        let announced = of_unit(ends.from, ends.to).map(|change| Announced::of(&change, &replaced(&change)));
        of_plan(&planned.plan, &announced.unwrap_or_default(), planned.digest)
    });
    Ok(UnitPlan { affected, terraform: terraform.transpose()? })
}

fn of_plan(plan: &Plan, announced: &Announced, digest: Sha) -> Result<TerraformPlan, PlanError> {
    let mut steps = Vec::new();
    for change in plan.resource_changes.iter().filter(|change| change.mode == "managed") {
        match change.step()? {
            Step::Nothing => {}
            step => steps.push((change.address.clone(), step)),
        }
    }
    steps.sort();
    let mut drift = Vec::new();
    for change in &plan.resource_drift {
        if change.step()? != Step::Nothing {
            drift.push(change.address.clone());
        }
    }
    drift.sort();
    Ok(TerraformPlan { steps, surplus: announced.surplus(plan)?, drift, digest })
}
