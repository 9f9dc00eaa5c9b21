//! `pavior plan`: what Terraform would do to the units that are not as the ledger last found them healthy.

use super::delivery::{Delivery, compiled};
use super::{Outcome, terminal};
use crate::deliver::plan_json::Step;
use crate::deliver::terraform::Terraform;
use crate::deliver::told;
use crate::deliver::{Affected, Compiled, Ends, UnitPlan, affected_of, commits, plan};
use crate::ledger::{State, UnitName};
use crate::report::{counted, visible_line};
use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Say what Terraform would do, and whether it is what was announced
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Plan {
    #[command(flatten)]
    delivery: Delivery,
    /// Plan this revision
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const HOW: &str = "\
A unit is planned when its digest is not the one that the ledger last found it healthy with; before anything was applied, \
that is every unit. Terraform runs in an empty folder that holds the unit's artifacts, with `-lockfile=readonly`. Its plan \
may do only what the change of the unit was announced to do: all else is told, and would not be applied. The plan itself \
is kept nowhere: it may hold what is secret.

States of environments whose backend is `local` lie in the git folder, below pavior/terraform.

Exit codes: 0 all as announced, 1 a plan does more, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
}

pub fn run(arguments: &Plan) -> anyhow::Result<Outcome> {
    let delivery = &arguments.delivery;
    let root = delivery.repository.root()?;
    let Some(wanted) = compiled(&root, &arguments.head)? else { return Ok(Outcome::Blocked) };
    let mut store = delivery.store(&root)?;
    let state = State::of(store.records()?);
    delivery.are_there(&wanted.units, state.units.keys())?;
    let affected = affected_of(&wanted.units, &state, |unit| delivery.asks_for(unit));
    let mut known: BTreeMap<String, Compiled> = BTreeMap::new();
    for commit in commits(&affected) {
        let Some(revision) = compiled(&root, commit)? else {
            bail!("what the ledger says is deployed, {}, no longer compiles with this Pavior", visible_line(commit))
        };
        known.insert(commit.to_owned(), revision.units);
    }
    let terraform = delivery.terraform.terraform(&root, &wanted.lock)?;
    let is_quarantined = |one: &Affected| {
        let quarantined = state.units.get(&one.unit).map(|unit| &unit.quarantined);
        one.to.as_ref().is_some_and(|digest| quarantined.is_some_and(|all| all.contains(digest)))
    };
    let quarantined: BTreeSet<UnitName> =
        affected.iter().filter(|one| is_quarantined(one)).map(|one| one.unit.clone()).collect();
    let (plans, failed) = planned(&terraform, affected, &known, &wanted.units, delivery.jobs);
    let text = match arguments.format {
        Format::Human => {
            human(&plans, &quarantined, wanted.units.keys().filter(|unit| delivery.asks_for(unit)).count())
        }
        Format::Json => {
            let units = plans.iter().map(|one| value(one, quarantined.contains(&one.affected.unit)));
            format!("{:#}\n", json!({ "version": 1, "units": units.collect::<Vec<_>>(), "notPlanned": failed }))
        }
    };
    terminal::print(&text)?;
    if !failed.is_empty() {
        bail!("{} could not be planned:\n{}", counted(failed.len(), "unit"), failed.join("\n"));
    }
    let is_more = plans.iter().filter_map(|one| one.terraform.as_ref()).any(|plan| !plan.surplus.is_empty());
    Ok(if is_more { Outcome::Blocked } else { Outcome::Clean })
}

/// Several at a time, in the order of the units; and why some could not be planned.
fn planned(
    terraform: &Terraform,
    affected: Vec<Affected>,
    known: &BTreeMap<String, Compiled>,
    wanted: &Compiled,
    jobs: u8,
) -> (Vec<UnitPlan>, Vec<String>) {
    let (mut plans, mut failed) = (Vec::new(), Vec::new());
    for some in affected.chunks(usize::from(jobs)) {
        let results: Vec<anyhow::Result<UnitPlan>> = std::thread::scope(|scope| {
            let started: Vec<_> = some
                .iter()
                .map(|one| {
                    let from = one.from.as_ref().and_then(|from| known.get(&from.commit)?.get(&one.unit));
                    let ends = Ends { from, to: wanted.get(&one.unit) };
                    scope.spawn(move || plan(terraform, one.clone(), ends))
                })
                .collect();
            let ended = started.into_iter().map(|thread| thread.join());
            ended.map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        for result in results {
            match result {
                Ok(plan) => plans.push(plan),
                Err(error) => failed.push(visible_line(&told(&error)).into_owned()),
            }
        }
    }
    (plans, failed)
}

fn human(plans: &[UnitPlan], quarantined: &BTreeSet<UnitName>, all: usize) -> String {
    let mut lines = Vec::new();
    for one in plans {
        let unit = &one.affected.unit;
        if quarantined.contains(unit) {
            lines.push(format!(
                "{unit}: its digest is quarantined: `apply` does not bring it; see `pavior quarantine list`"
            ));
        }
        let Some(plan) = &one.terraform else {
            lines.push(format!("{unit}: no Terraform"));
            continue;
        };
        let counts = [Step::Create, Step::Update, Step::Replace, Step::Delete, Step::Forget, Step::Import];
        let counts = counts.into_iter().filter_map(|step| {
            let count = plan.steps.iter().filter(|(_, other)| *other == step).count();
            (count > 0).then(|| format!("{count} to {}", step.as_str()))
        });
        let counts: Vec<String> = counts.collect();
        let told = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") };
        lines.push(format!("{unit}: {told}, plan {}", &plan.digest.to_string()[..12]));
        lines.extend(plan.steps.iter().map(|(address, step)| format!("  {} {}", step.as_str(), visible_line(address))));
        lines.extend(plan.drift.iter().map(|address| format!("  changed outside: {}", visible_line(address))));
        lines.extend(plan.surplus.iter().map(|one| format!("  NOT ANNOUNCED: {}", visible_line(&one.to_string()))));
    }
    let more = plans.iter().filter_map(|one| one.terraform.as_ref()).filter(|plan| !plan.surplus.is_empty()).count();
    lines.push(match (plans.len(), more) {
        (0, _) => format!("all of {} are as the ledger says", counted(all, "unit")),
        (count, 0) => format!("{count} of {} to apply, as announced", counted(all, "unit")),
        (count, more) => {
            format!("{count} of {} to apply, {more} would do more than was announced", counted(all, "unit"))
        }
    });
    lines.into_iter().map(|line| line + "\n").collect()
}

fn value(one: &UnitPlan, is_quarantined: bool) -> Value {
    let Affected { unit, from, to } = &one.affected;
    let terraform = one.terraform.as_ref().map(|plan| {
        let steps = plan.steps.iter().map(|(address, step)| json!({ "address": address, "step": step.as_str() }));
        let surplus = plan
            .surplus
            .iter()
            .map(|one| json!({ "address": one.address, "step": one.step.as_str(), "why": one.to_string() }));
        json!({
            "digest": plan.digest,
            "steps": steps.collect::<Vec<_>>(),
            "notAnnounced": surplus.collect::<Vec<_>>(),
            "changedOutside": plan.drift,
        })
    });
    json!({
        "environment": unit.environment,
        "unit": unit.unit,
        "from": from.as_ref().map(|from| &from.digest),
        "to": to,
        "quarantined": is_quarantined,
        "terraform": terraform,
    })
}
