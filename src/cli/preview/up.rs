//! `pavior preview up`: what the preview of a pull request compiles into, where it is reached and what it costs; and with
//! `--apply` there it is.

use super::super::{Outcome, terminal};
use super::one::One;
use super::place::Place;
use super::{moment, name, no_pattern};
use crate::cli::repository::Repository;
use crate::model::{Findings, Name, Timestamp, listed};
use crate::output::{files_of, preview_files, write_files};
use crate::preview::{Preparation, Prepared, Request, prepare};
use crate::read::Objects;
use crate::report::{Align, counted, table, visible_line};
use crate::review::cost::{Amount, daily, money};
use crate::revisions;
use anyhow::{Context, bail};
use clap::Args;
use std::path::PathBuf;

/// Compile the preview of a pull request, priced before it exists, and bring it up
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    repository: Repository,
    /// The number of the pull request
    #[arg(long, value_name = "NUMBER")]
    pull: u64,
    /// What it is to be merged into; it is compared with where their histories parted
    #[arg(long, value_name = "REV")]
    base: String,
    /// Its latest commit; default the work tree, or HEAD with --apply
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// The environment that it is made from; default the only one with `type: preview`
    #[arg(long, value_name = "NAME", value_parser = name)]
    pattern: Option<Name>,
    /// Who wrote the change; default, with --apply, who wrote the commit
    #[arg(long, value_name = "LOGIN")]
    author: Option<String>,
    /// Who pays; default the owner of what changed
    #[arg(long, value_name = "NAME", value_parser = name)]
    team: Option<Name>,
    /// When it is or was created: with its maximum life behind it, the namespace says when it goes
    #[arg(long, value_name = "TIME", value_parser = moment)]
    created: Option<Timestamp>,
    /// Write <DIR>/pr-<NUMBER>/<unit>/...
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing
    #[arg(long)]
    dry_run: bool,
    /// Bring it up, or to this commit, in the cluster that the pattern names
    #[arg(long, conflicts_with_all = ["created", "dry_run"])]
    apply: bool,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL", requires = "apply")]
    remote: Option<String>,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: &Up) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let revision = match (&arguments.head, arguments.apply) {
        (Some(head), true) => Some(Objects::open(&root)?.commit(head)?),
        (None, true) => Some(Objects::open(&root)?.commit("HEAD").context("--apply brings up a commit")?),
        (head, false) => head.clone(),
    };
    let base = revisions::base_revision(&root, &arguments.base, revision.as_deref(), false)?;
    let author = match (&arguments.author, &revision) {
        (Some(author), _) => author.clone(),
        (None, Some(revision)) if arguments.apply => Objects::open(&root)?.author(revision)?,
        (None, _) => String::new(),
    };
    let request = Request {
        pull: arguments.pull,
        pattern: arguments.pattern.clone(),
        author,
        team: arguments.team.clone(),
        created: arguments.created,
    };
    let head = revisions::load(&root, revision.as_deref())?;
    let base_snapshot = revisions::load_base(&root, &base)?.snapshot;
    let mut findings = head.findings;
    let prepared = match prepare(base_snapshot, head.snapshot, &request, &mut findings)? {
        Preparation::Ready(prepared) => prepared,
        Preparation::Blocked(documents) => {
            terminal::tell_findings(findings, documents.snapshot.files);
            terminal::tell("there is no preview before the errors are mended");
            return Ok(Outcome::Blocked);
        }
        Preparation::Nothing => {
            terminal::print("no service that runs in previews changed: there is nothing to show\n")?;
            return Ok(Outcome::Clean);
        }
        Preparation::Taken(name) => bail!("the repository declares an environment `{name}`: rename it"),
        Preparation::NoPattern(known) => bail!("{}", no_pattern(known.iter())),
    };
    terminal::print(&summary(&prepared))?;
    if findings.has_errors() {
        terminal::tell_findings(only_errors(findings), prepared.documents.snapshot.files.clone());
        terminal::tell("nothing is written for a preview that may not be");
        return Ok(Outcome::Blocked);
    }
    if let Some(out) = &arguments.out {
        let files = files_of(&prepared.units)?;
        match arguments.dry_run {
            true => preview_files(out, files),
            false => write_files(out, &files),
        }?;
    }
    let Some(head) = revision.filter(|_| arguments.apply) else { return Ok(Outcome::Clean) };
    let life = prepared.life(head, Objects::open(&root)?.commit(&base)?);
    let one = One {
        repository: &arguments.repository,
        pull: arguments.pull,
        remote: arguments.remote.as_deref(),
        pattern: Some(&prepared.pattern),
        place: &arguments.place,
    };
    one.bring_up(life)
}

fn only_errors(findings: Findings) -> Findings {
    let mut errors = Findings::default();
    let is_error = |finding: &crate::model::Finding| finding.severity() == crate::model::Severity::Error;
    findings.into_sorted().into_iter().filter(is_error).for_each(|finding| errors.push(finding));
    errors
}

fn summary(prepared: &Prepared) -> String {
    let Prepared { environment, shares, changed, clones, .. } = prepared;
    let names = |names: Vec<&Name>| listed(names.into_iter().map(Name::as_str), 10);
    let mut text = format!("{environment}: {} changed", names(changed.iter().collect()));
    let between: Vec<&Name> = clones.difference(changed).collect();
    if !between.is_empty() {
        text += &format!("; {} cloned with it, to lead there", names(between));
    }
    text += &format!("; all others are those of {shares}\n\n");
    let columns = [("unit", Align::Left), ("files", Align::Right), ("digest", Align::Left)];
    let row = |unit: &crate::compile::CompiledUnit| {
        vec![unit.id.folder(), unit.artifacts.len().to_string(), unit.digest.to_string()[..12].to_owned()]
    };
    text += &table(&columns, &prepared.units.iter().map(row).collect::<Vec<_>>());
    text += &format!("\n{}\n", counted(prepared.units.len(), "unit"));
    prepared.urls.iter().for_each(|url| text += &format!("reached at {}\n", visible_line(url)));
    text += &match (&prepared.cost, &prepared.budget) {
        (Some(cost), budget) => {
            let month = i128::from(cost.micros);
            let day = daily(Amount { least: month, expected: month, most: month }).expected;
            let of = budget.as_ref().map(|one| format!(" of {}", money(i128::from(one.budget.micros))));
            format!("costs {}{} {} a day at list price\n", money(day), of.unwrap_or_default(), cost.currency)
        }
        (None, _) => "no price book says what it costs\n".to_owned(),
    };
    text
}
