//! `pavior preflight`: what a change will do, what it costs, and who has to approve it.

use super::images::Images;
use super::repository::Repository;
use super::timings::{TimingOptions, Timings};
use super::{Outcome, terminal};
use crate::model::Date;
use crate::preflight::preflight;
use crate::read::Objects;
use crate::report::{Judged, github, junit, preflight_human, preflight_json, preflight_markdown, sarif};
use crate::revisions;
use clap::{Args, ValueEnum};
use std::path::Path;

/// Judge a change: findings, differences, cost, capacity, access, undoing, approvals
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Preflight {
    #[command(flatten)]
    repository: Repository,
    /// Compare with this revision; where histories parted, with the commit that both come from
    #[arg(long, value_name = "REV")]
    base: String,
    /// Judge this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Compare with the base revision itself, not with where head parted from it
    #[arg(long)]
    exact: bool,
    /// The day that waivers, policy sets, freeze windows and secret requests are held against; default that of the commit
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::check::day)]
    as_of: Option<Date>,
    #[command(flatten)]
    images: Images,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show at most so many lines of each list to people; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    timings: TimingOptions,
}

const HOW: &str = "\
Platform files (pavior.yaml, golden-paths/, policies/) and environments count from the base revision, other declarations \
from head: a change cannot loosen what judges it. Where it changes any of them, what they make of policies, units, costs \
and room after the merge is told, and their owners have to approve.

No account, no network and no key is needed, so that a fork's pull request gets the same report, and a laptop prints the \
comment that CI would post, byte for byte (--format markdown).

Exit codes: 0 nothing blocks (it may need approvals, which the forge counts), 1 findings that block, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The report for a terminal
    Human,
    /// The comment on the pull request
    Markdown,
    /// schemas/preflight.schema.json
    Json,
    /// The findings as SARIF 2.1.0 for code scanning
    Sarif,
    /// The findings as workflow commands of GitHub Actions
    Github,
    /// The findings as JUnit XML
    Junit,
}

pub fn run(arguments: &Preflight) -> anyhow::Result<Outcome> {
    let timings = Timings::start(arguments.timings);
    let root = arguments.repository.root()?;
    let revision = revisions::base_revision(&root, &arguments.base, arguments.head.as_deref(), arguments.exact)?;
    let mut head = arguments.images.given_to(revisions::load(&root, arguments.head.as_deref())?)?;
    head.as_of = arguments.as_of.or(head.as_of);
    let searched = revisions::search_history(&root, &revision, arguments.head.as_deref(), &mut head)?;
    timings.loaded(head.snapshot.files.len());
    let base = arguments.images.given_to(revisions::load_base(&root, &revision)?)?;
    timings.loaded(base.snapshot.files.len());
    let judged = preflight(base, head, &timings)?;
    let judged = Judged {
        searched,
        base: short(&root, &revision),
        head: arguments.head.as_deref().map_or_else(|| "work tree".to_owned(), |head| short(&root, head)),
        ..judged
    };
    terminal::print(&rendered(&judged, arguments))?;
    timings.reported();
    timings.tell();
    Ok(if judged.report.errors() > 0 { Outcome::Blocked } else { Outcome::Clean })
}

/// A commit by the beginning of its id, so that a report says the same whatever the branch is called.
fn short(root: &Path, revision: &str) -> String {
    let id = Objects::open(root).and_then(|objects| objects.commit(revision));
    id.map_or_else(|_| revision.to_owned(), |id| id.chars().take(10).collect())
}

fn rendered(judged: &Judged, arguments: &Preflight) -> String {
    match arguments.format {
        Format::Human => {
            preflight_human(judged, terminal::human_options((arguments.limit > 0).then_some(arguments.limit)))
        }
        Format::Markdown => preflight_markdown(judged),
        Format::Json => preflight_json(judged),
        Format::Sarif => sarif(&judged.report),
        Format::Github => github(&judged.report),
        Format::Junit => junit(&judged.report),
    }
}
