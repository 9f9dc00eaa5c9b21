//! `pavior cost`: the monthly cost of what is deployed, what a change adds, and what budgets say.

use super::progress::Progress;
use super::repository::Repository;
use super::{Outcome, terminal};
use crate::check::Loaded;
use crate::compile::{MadeOf, Source, compile_kept};
use crate::model::{Findings, listed, nearest};
use crate::read::Documents;
use crate::report::{cost_human, cost_json, cost_markdown, cost_svg};
use crate::review::cost::{Bill, By, Overview, Question, bill, overview, tell_budgets};
use crate::revisions;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;

/// Show the monthly cost of what is deployed, and what a change adds
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Cost {
    #[command(flatten)]
    repository: Repository,
    /// What each line is about
    #[arg(long, value_enum, default_value_t = Dimension::Service)]
    by: Dimension,
    /// Compare with this revision; where histories parted, with the commit that both come from
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Price this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Compare with the base revision itself, not with where head parted from it
    #[arg(long, requires = "base")]
    exact: bool,
    /// Only this environment; may be given several times. Default all permanent ones
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show at most so many lines of each list to people; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

const HOW: &str = "\
Prices are list prices from the books in golden-paths/prices/, for a month of 730 hours. A line is a sum of rows, each \
rounded half up to a hundredth; what is assumed about use is listed, and can be said truer: `usage` of a resource, \
`scaling.expected` of a service. A service that scales by itself is counted half-way between its fewest and most \
replicas, and the range is shown. Free allowances of an account, VAT and discounts are not counted.

What is not in a price book is counted as not priced; `local` environments are free. A shared resource is in the bill of \
the team that owns it. Environments of previews are priced by the day.

Exit codes: 0 within all budgets, 1 above a budget that denies or head has errors, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dimension {
    Team,
    /// Services and shared resources, over all environments
    Service,
    Environment,
    /// Services and shared resources in one environment
    Unit,
    Resource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables, for a terminal
    Human,
    /// schemas/cost.schema.json
    Json,
    /// A table and folds, for a pull request
    Markdown,
    /// Bars, as a picture
    Svg,
}

pub fn run(arguments: &Cost) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let base = match &arguments.base {
        Some(base) => {
            let base = revisions::base_revision(&root, base, arguments.head.as_deref(), arguments.exact)?;
            Some(revisions::load_base(&root, &base)?)
        }
        None => None,
    };
    let head = revisions::load(&root, arguments.head.as_deref())?;
    let base = base.map(priced).transpose().context("pricing the base revision")?;
    let mut head = priced(head)?;
    if head.findings.has_errors() {
        terminal::tell_findings(head.findings, head.documents.snapshot.files);
        terminal::tell("nothing is priced before the errors are mended");
        return Ok(Outcome::Blocked);
    }
    let environments = environments(arguments, base.as_ref(), &head)?;
    let question = Question { by: dimension(arguments.by), environments: &environments };
    let bills = base.as_ref().map(|base| base.bills.as_slice());
    let mut overview = overview(&question, bills, &head.bills, &head.documents);
    overview.notes.extend(base.as_ref().into_iter().flat_map(|base| notes(base, &head)));
    terminal::print(&rendered(&overview, arguments))?;
    head.findings = Findings::default();
    tell_budgets(&head.documents, &overview.budgets, &mut head.findings);
    let over = head.findings.has_errors();
    if head.findings.iter().next().is_some() {
        terminal::tell_findings(head.findings, head.documents.snapshot.files);
    }
    Ok(if over { Outcome::Blocked } else { Outcome::Clean })
}

/// A revision with the bills of its units.
struct Priced {
    documents: Documents,
    bills: Vec<Bill>,
    findings: Findings,
}

fn priced(loaded: Loaded) -> anyhow::Result<Priced> {
    let mut findings = loaded.findings;
    let keep = |source: Source<'_, '_>, _| match source.made_of {
        MadeOf::Unit(unit) => Some(bill(unit)),
        MadeOf::Environment(_) => None,
    };
    let (documents, bills) = compile_kept(loaded.snapshot, &mut findings, &Progress::start(), keep)?;
    Ok(Priced { documents, bills: bills.into_iter().flatten().collect(), findings })
}

/// Those asked for, which have to be declared at base or head.
fn environments(arguments: &Cost, base: Option<&Priced>, head: &Priced) -> anyhow::Result<BTreeSet<String>> {
    let both = base.into_iter().chain([head]);
    let known: BTreeSet<&str> =
        both.flat_map(|one| &one.documents.declarations.environments).map(|one| one.metadata.name.as_str()).collect();
    for name in &arguments.environments {
        if !known.contains(name.as_str()) {
            match nearest(name, known.iter().copied()) {
                Some(near) => bail!("there is no environment `{name}`; did you mean `{near}`?"),
                None => bail!("there is no environment `{name}`; there are {}", listed(known, 10)),
            }
        }
    }
    Ok(arguments.environments.iter().cloned().collect())
}

fn notes(base: &Priced, head: &Priced) -> Vec<String> {
    let mut notes = Vec::new();
    if base.documents.snapshot.files.is_empty() {
        notes.push("the base revision is no Pavior repository: everything is new".to_owned());
    } else if base.findings.has_errors() {
        notes.push("the base revision has errors: what could not be compiled there is shown as new".to_owned());
    }
    let books = |one: &Priced| {
        let files = one.documents.snapshot.files.iter();
        files
            .filter(|(path, _)| path.as_str().starts_with("golden-paths/prices/"))
            .map(|(p, t)| (p.clone(), t.clone()))
            .collect::<Vec<_>>()
    };
    if !base.documents.snapshot.files.is_empty() && books(base) != books(head) {
        notes.push("price books differ: a part of the difference may be prices, not use".to_owned());
    }
    notes
}

fn dimension(by: Dimension) -> By {
    match by {
        Dimension::Team => By::Team,
        Dimension::Service => By::Service,
        Dimension::Environment => By::Environment,
        Dimension::Unit => By::Unit,
        Dimension::Resource => By::Resource,
    }
}

fn rendered(overview: &Overview, arguments: &Cost) -> String {
    let limit = (arguments.limit > 0).then_some(arguments.limit);
    match arguments.format {
        Format::Human => cost_human(overview, terminal::human_options(limit)),
        Format::Json => cost_json(overview),
        Format::Markdown => cost_markdown(overview, limit),
        Format::Svg => cost_svg(overview),
    }
}
