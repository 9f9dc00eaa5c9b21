//! `pavior plan`: what Terraform would do to the units that are not as the ledger last found them healthy.

use super::repository::Repository;
use super::{Outcome, terminal};
use crate::compile::compile_verified_kept;
use crate::deliver::plan_json::Step;
use crate::deliver::terraform::Terraform;
use crate::deliver::{Affected, Compiled, Ends, Plannable, UnitPlan, affected_of, by_name, commits, plan};
use crate::ledger::{State, Store, UnitName, Upstream};
use crate::model::{listed, nearest};
use crate::read::Objects;
use crate::report::{counted, visible_line};
use crate::revisions;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Say what Terraform would do, and whether it is what was announced
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Plan {
    #[command(flatten)]
    repository: Repository,
    /// Only this environment; may be given several times
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only this unit, such as `cart` or `_shared/carts`; may be given several times
    #[arg(long, value_name = "NAME")]
    unit: Vec<String>,
    /// Plan this revision
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// The Terraform or OpenTofu to run; default PAVIOR_TERRAFORM, then `terraform` on the path
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
    /// A folder with providers, for `terraform init -plugin-dir`
    #[arg(long, value_name = "DIR")]
    plugin_dir: Option<PathBuf>,
    /// How many units are planned at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
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
    let root = arguments.repository.root()?;
    let Some(wanted) = compiled(&root, &arguments.head)? else { return Ok(Outcome::Blocked) };
    arguments.are_there(&wanted)?;
    let remote = arguments.remote.clone().map(|address| Upstream { address, authorization: None });
    let mut store = Store::open(root.clone(), remote)?;
    store.refresh()?;
    let state = State::of(store.records()?);
    let affected = affected_of(&wanted, &state, |unit| arguments.asks_for(unit));
    let mut known: BTreeMap<String, Compiled> = BTreeMap::new();
    for commit in commits(&affected) {
        let Some(units) = compiled(&root, commit)? else {
            bail!("what the ledger says is deployed, {}, no longer compiles with this Pavior", visible_line(commit))
        };
        known.insert(commit.to_owned(), units);
    }
    let terraform = arguments.terraform(&root)?;
    let plans = planned(&terraform, affected, &known, &wanted, arguments.jobs)?;
    let text = match arguments.format {
        Format::Human => human(&plans, wanted.len()),
        Format::Json => {
            format!("{:#}\n", json!({ "version": 1, "units": plans.iter().map(value).collect::<Vec<_>>() }))
        }
    };
    terminal::print(&text)?;
    let is_more = plans.iter().filter_map(|one| one.terraform.as_ref()).any(|plan| !plan.surplus.is_empty());
    Ok(if is_more { Outcome::Blocked } else { Outcome::Clean })
}

/// All units of a revision; None where there are errors, which are told.
fn compiled(root: &Path, revision: &str) -> anyhow::Result<Option<Compiled>> {
    let loaded = revisions::load(root, Some(revision))?;
    let mut findings = loaded.findings;
    let (documents, units) = compile_verified_kept(loaded.snapshot, &mut findings, &(), Plannable::of)?;
    if findings.has_errors() {
        terminal::tell_findings(findings, documents.snapshot.files);
        return Ok(None);
    }
    Ok(Some(by_name(units)))
}

/// Several at a time, in the order of the units.
fn planned(
    terraform: &Terraform,
    affected: Vec<Affected>,
    known: &BTreeMap<String, Compiled>,
    wanted: &Compiled,
    jobs: u8,
) -> anyhow::Result<Vec<UnitPlan>> {
    let mut plans = Vec::new();
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
            plans.push(result?);
        }
    }
    Ok(plans)
}

impl Plan {
    fn asks_for(&self, unit: &UnitName) -> bool {
        let environment =
            self.environment.is_empty() || self.environment.iter().any(|name| unit.environment.as_str() == name);
        environment && (self.unit.is_empty() || self.unit.contains(&unit.unit))
    }

    /// A name that is mistyped must not look like one to which nothing happens.
    fn are_there(&self, wanted: &Compiled) -> anyhow::Result<()> {
        let environments = || wanted.keys().map(|unit| unit.environment.as_str());
        let units = || wanted.keys().map(|unit| unit.unit.as_str());
        for (kind, name, known) in (self.environment.iter().map(|name| ("environment", name, environments().collect())))
            .chain(self.unit.iter().map(|name| ("unit", name, units().collect::<Vec<_>>())))
        {
            if !known.contains(&name.as_str()) {
                let near = nearest(name, known.iter().copied());
                let near = near.map(|near| format!("; did you mean {}?", listed([near], 1))).unwrap_or_default();
                bail!("there is no {kind} `{}`{near}", visible_line(name));
            }
        }
        Ok(())
    }

    fn terraform(&self, root: &Path) -> anyhow::Result<Terraform> {
        let given = self.terraform.clone().or_else(|| std::env::var_os("PAVIOR_TERRAFORM").map(PathBuf::from));
        let objects = Objects::open(root)?;
        let plugins = self.plugin_dir.as_ref().map(|folder| folder.canonicalize()).transpose();
        Ok(Terraform {
            program: given.unwrap_or_else(|| "terraform".into()),
            plugins: plugins.context("opening the folder with providers")?,
            states: objects.git_folder().join("pavior/terraform"),
        })
    }
}

fn human(plans: &[UnitPlan], all: usize) -> String {
    let mut lines = Vec::new();
    for one in plans {
        let unit = &one.affected.unit;
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

fn value(one: &UnitPlan) -> Value {
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
        "terraform": terraform,
    })
}
