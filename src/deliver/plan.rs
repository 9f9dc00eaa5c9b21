//! What Terraform would do to the units that are affected, held against what their change was announced to do. Nothing
//! is carried out.

use super::affected::{Affected, affected, unit_name};
use super::announced::{Announced, Surplus};
use super::plan_json::{Plan, PlanError, Step};
use super::terraform::{Goal, Planned, Terraform};
use crate::compile::{CompiledUnit, MadeOf, Source};
use crate::emit::Artifact;
use crate::ledger::{Cost, Sha, State, UnitName};
use crate::model::Name;
use crate::review::cost::bill;
use crate::review::diff::{UnitChange, of_unit};
use crate::review::reversibility::{Cause, Consequence, Stateful, Undo, consequences, stateful};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

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

/// What is kept of a unit that may be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Plannable {
    pub unit: CompiledUnit,
    pub stateful: Option<Stateful>,
    /// Under which name its state is kept: its former one, while `renamedFrom` stands.
    pub state: String,
    /// What it costs in a month. None where no price book says, and where there is nothing to be priced.
    pub price: Option<Cost>,
}

impl Plannable {
    pub fn of(source: Source<'_, '_>, artifacts: Vec<Artifact>) -> Plannable {
        let unit = CompiledUnit::new(source.id(), artifacts);
        match source.made_of {
            MadeOf::Unit(made) => Plannable {
                unit,
                stateful: Some(stateful(made)),
                state: made.state_folder(),
                price: Cost::monthly(&[bill(made)]),
            },
            MadeOf::Environment(_) => Plannable { state: unit.id.folder(), unit, stateful: None, price: None },
        }
    }
}

/// A unit as it is and as it is to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ends<'c> {
    pub from: Option<&'c Plannable>,
    pub to: Option<&'c Plannable>,
}

/// Units of one revision, by their names.
pub type Compiled = BTreeMap<UnitName, Plannable>;

pub fn by_name(units: Vec<Plannable>) -> Compiled {
    units.into_iter().map(|one| (unit_name(&one.unit.id), one)).collect()
}

/// The commits that have to be compiled to know what is there now.
pub fn commits(affected: &[Affected]) -> BTreeSet<&str> {
    affected.iter().filter_map(|one| one.from.as_ref()).map(|from| from.commit.as_str()).collect()
}

/// Which of these units are not as the ledger last found them healthy.
pub fn affected_of(wanted: &Compiled, state: &State, is_asked: impl Fn(&UnitName) -> bool) -> Vec<Affected> {
    let units: Vec<CompiledUnit> = wanted.values().map(|one| one.unit.clone()).collect();
    let mut all = affected(&units, state);
    all.retain(|one| is_asked(&one.unit));
    all
}

/// Plans one unit, in a folder that is gone afterwards.
///
/// # Errors
/// With what Terraform says, when it cannot plan.
pub fn plan(terraform: &Terraform, affected: Affected, ends: Ends<'_>) -> Result<UnitPlan> {
    let prepared = prepare(terraform, ends, &[]).with_context(|| format!("planning {}", affected.unit))?;
    Ok(UnitPlan { affected, terraform: prepared.map(|prepared| prepared.says) })
}

/// A plan that can be carried out, in a folder that is gone with it.
#[derive(Debug)]
pub struct Prepared {
    pub folder: TempDir,
    pub planned: Planned,
    pub says: TerraformPlan,
}

/// Plans one unit. None where it has no Terraform. Where a run was stopped in the middle of something else, what is there is
/// partly `others`, and what their change to what is to be announces may be done, too.
///
/// # Errors
/// With what Terraform says, when it cannot plan.
pub fn prepare(terraform: &Terraform, ends: Ends<'_>, others: &[&Plannable]) -> Result<Option<Prepared>> {
    let folder = tempfile::Builder::new().prefix("pavior-plan-").tempdir().context("making a folder for the plan")?;
    let (unit, goal) = match (ends.from.or(others.first().copied()), ends.to) {
        (_, Some(unit)) => (unit, Goal::Apply),
        (Some(unit), None) => (unit, Goal::Destroy),
        (None, None) => return Ok(None),
    };
    let Some(planned) = terraform.plan(folder.path(), &unit.state, &unit.unit.artifacts, goal)? else {
        return Ok(None);
    };
    let others = others.iter().map(|other| announced(Ends { from: Some(other), to: ends.to }));
    let announced = others.fold(announced(ends), Announced::joined);
    let says = of_plan(&planned.plan, &announced, planned.digest)?;
    Ok(Some(Prepared { folder, planned, says }))
}

fn announced(ends: Ends<'_>) -> Announced {
    let change = of_unit(ends.from.map(|one| &one.unit), ends.to.map(|one| &one.unit));
    change.map(|change| Announced::of(&change, &replaced(&change, ends))).unwrap_or_default()
}

/// What the change from one end to the other does, the worst first.
pub fn outcomes(ends: Ends<'_>) -> Vec<Consequence> {
    let change = of_unit(ends.from.map(|one| &one.unit), ends.to.map(|one| &one.unit));
    change.map(|change| of_change(&change, ends)).unwrap_or_default()
}

fn of_change(change: &UnitChange, ends: Ends<'_>) -> Vec<Consequence> {
    let stateful = |end: Option<&'_ Plannable>| end.and_then(|end| end.stateful.clone());
    let (was, is) = (stateful(ends.from), stateful(ends.to));
    consequences(change, was.as_ref(), is.as_ref())
}

/// The modules of which the report says that they are made anew.
fn replaced(change: &UnitChange, ends: Ends<'_>) -> BTreeSet<String> {
    let all = of_change(change, ends);
    let resource = |cause: Cause| -> Option<Name> {
        match cause {
            Cause::Param { resource, .. } | Cause::Resource(resource) => Some(resource),
            Cause::Relocation | Cause::Guard => None,
        }
    };
    let causes = all.into_iter().filter(|one| one.undo > Undo::Reversible).filter_map(|one| one.cause);
    causes.filter_map(resource).map(|resource| resource.to_string()).collect()
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
