//! `pavior diff`: what a change does to what is deployed.

use super::part::{self, InPart};
use super::repository::Repository;
use super::timings::{TimingOptions, Timings};
use super::{Outcome, terminal};
use crate::check::Loaded;
use crate::compile::{CompiledUnit, Source, compile_kept};
use crate::model::Findings;
use crate::partial::Part;
use crate::read::Documents;
use crate::report::{counted, diff_human, diff_json, diff_markdown};
use crate::review::diff::{self, Side};
use crate::revisions;
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::path::Path;

/// Show what changes in what is deployed: by unit, object and field
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Diff {
    #[command(flatten)]
    repository: Repository,
    /// Compare with this revision; where histories parted, with the commit that both come from
    #[arg(long, value_name = "REV")]
    base: String,
    /// Compare this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Compare with the base revision itself, not with where head parted from it
    #[arg(long)]
    exact: bool,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show at most so many units and groups to people; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Exit 1 when anything deployed changes, as `git diff --exit-code` does
    #[arg(long)]
    exit_code: bool,
    /// Compile both revisions whole, whatever is known of them
    #[arg(long)]
    whole: bool,
    #[command(flatten)]
    timings: TimingOptions,
}

const HOW: &str = "\
Both revisions are compiled, each with its own platform files, and what came out is compared: a change that leaves \
every digest alone has no deployed effect. Objects are found by their address, fields by their path, and a change that \
many units get is told once. Values of secrets are in neither compilation; that a reference to one changes is shown.

A field that Kubernetes cannot change in place is marked, and its object counted as replaced. What a service is renamed \
from (`renamedFrom`) is compared with it.

Of two revisions (--base and --head) only what differs is compiled, where that gives the same answer. What is known of \
the last revision that was compiled whole is kept in the folder `pavior` of the git folder; deleting it costs time alone.

Exit codes: 0 compared (with --exit-code: nothing changes), 1 head has errors (with --exit-code: or something changes), \
2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table and each change once, for a terminal
    Human,
    /// schemas/diff.schema.json
    Json,
    /// A table and folds, for a pull request
    Markdown,
}

pub fn run(arguments: &Diff) -> anyhow::Result<Outcome> {
    let timings = Timings::start(arguments.timings);
    let root = arguments.repository.root()?;
    let base = revisions::base_revision(&root, &arguments.base, arguments.head.as_deref(), arguments.exact)?;
    let diff = match in_part(&root, &base, arguments, &timings) {
        Some(diff) => diff,
        None => match whole(&root, &base, arguments, &timings)? {
            Some(diff) => diff,
            None => return Ok(Outcome::Blocked),
        },
    };
    terminal::print(&rendered(&diff, arguments))?;
    timings.reported();
    timings.tell();
    Ok(if arguments.exit_code && !diff.units.is_empty() { Outcome::Blocked } else { Outcome::Clean })
}

/// What differs, of two revisions that need not be compiled whole.
fn in_part(root: &Path, base: &str, arguments: &Diff, timings: &Timings) -> Option<diff::Diff> {
    let head = arguments.head.as_deref().filter(|_| !arguments.whole)?;
    // What is wrong with the repository is told by reading all of it.
    let InPart { parts, blobs } = part::compile(root, base, head).ok()??;
    timings.compiled_in_part(blobs);
    let mut diff = diff::diff(side(&parts.base), side(&parts.head));
    diff.unchanged += parts.others;
    Some(diff)
}

fn side(part: &Part) -> Side<'_> {
    Side { documents: &part.documents, units: &part.units }
}

/// What differs, after both sides were compiled whole. None where head has errors, which are told.
fn whole(root: &Path, base: &str, arguments: &Diff, timings: &Timings) -> anyhow::Result<Option<diff::Diff>> {
    let head = revisions::load(root, arguments.head.as_deref())?;
    timings.loaded(head.snapshot.files.len());
    let base = revisions::load_base(root, base)?;
    timings.loaded(base.snapshot.files.len());
    let base = compiled(base, timings).context("compiling the base revision")?;
    let head = compiled(head, timings)?;
    if head.findings.has_errors() {
        terminal::tell_findings(head.findings, head.documents.snapshot.files);
        terminal::tell("nothing is compared before the errors are mended");
        return Ok(None);
    }
    let mut diff = diff::diff(base.side(), head.side());
    diff.notes.extend(base_note(&base));
    Ok(Some(diff))
}

struct Compiled {
    documents: Documents,
    units: Vec<CompiledUnit>,
    findings: Findings,
}

impl Compiled {
    fn side(&self) -> Side<'_> {
        Side { documents: &self.documents, units: &self.units }
    }
}

fn compiled(loaded: Loaded, timings: &Timings) -> anyhow::Result<Compiled> {
    let mut findings = loaded.findings;
    let keep = |source: Source<'_, '_>, artifacts| CompiledUnit::new(source.id(), artifacts);
    let (documents, units) = compile_kept(loaded.snapshot, &mut findings, timings, keep)?;
    Ok(Compiled { documents, units, findings })
}

/// What the reader has to know where base is not whole.
fn base_note(base: &Compiled) -> Option<String> {
    if base.documents.snapshot.files.is_empty() {
        return Some("the base revision is no Pavior repository: everything is new".to_owned());
    }
    base.findings.has_errors().then(|| base_has_errors(base.findings.errors()))
}

fn base_has_errors(count: usize) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!(
        "{} of the base revision {verb} kept units from being compiled: what head has of them is shown as new",
        counted(count, "error")
    )
}

fn rendered(diff: &diff::Diff, arguments: &Diff) -> String {
    let limit = (arguments.limit > 0).then_some(arguments.limit);
    match arguments.format {
        Format::Human => diff_human(diff, terminal::human_options(limit)),
        Format::Json => diff_json(diff),
        Format::Markdown => diff_markdown(diff, limit),
    }
}
