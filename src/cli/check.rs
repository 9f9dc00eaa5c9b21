//! `pavior check`: what is wrong with a repository, or with a change of it.

use super::images::Images;
use super::repository::Repository;
use super::timings::{TimingOptions, Timings};
use super::{Outcome, terminal};
use crate::check::{check_against_watched, check_watched};
use crate::model::Date;
use crate::report::{Report, github, human, json, junit, sarif};
use crate::revisions;
use clap::{Args, ValueEnum};
use std::time::Duration;

/// Check all declarations, at every place at once
#[derive(Debug, Args)]
#[command(after_long_help = AGAINST_BASE)]
pub struct Check {
    #[command(flatten)]
    repository: Repository,
    /// Check this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Check the change since this revision: what it has wrong already is counted, not held against the change
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The day that waivers and policy sets are held against; default that of the commit that is checked
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    as_of: Option<Date>,
    #[command(flatten)]
    images: Images,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show at most so many findings to humans; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Let warnings block, too
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    timings: TimingOptions,
}

const AGAINST_BASE: &str = "\
With --base, platform files (pavior.yaml, golden-paths/, policies/) are read from the base revision and declarations \
from head: a change cannot loosen what judges it. When the change edits platform files, it is judged by its own, too, \
as they would be after the merge. When base has no platform files, those of head count, and the report says so.

The policies below policies/ are asked about every unit. Waivers expire by the day of the commit, or the one that \
--as-of gives: never by the clock of the machine.

A finding that base has already (same rule, file and message, whatever the line) is counted in one line and does not \
block.

Exit codes: 0 no error (warnings do not block, unless --deny-warnings), 1 findings that block, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Source snippets for a terminal
    Human,
    /// schemas/report.schema.json
    Json,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// JUnit XML
    Junit,
}

pub fn run(arguments: &Check) -> anyhow::Result<Outcome> {
    let timings = Timings::start(arguments.timings);
    let root = arguments.repository.root()?;
    let mut head = arguments.images.given_to(revisions::load(&root, arguments.head.as_deref())?)?;
    head.as_of = arguments.as_of.or(head.as_of);
    timings.loaded(head.snapshot.files.len());
    let report = match &arguments.base {
        None => check_watched(head, &timings),
        Some(base) => {
            revisions::search_history(&root, base, arguments.head.as_deref(), &mut head)?;
            let base = arguments.images.given_to(revisions::load_base(&root, base)?)?;
            timings.loaded(base.snapshot.files.len());
            check_against_watched(base, head, &timings)
        }
    }?;
    terminal::print(&rendered(&report, arguments))?;
    timings.reported();
    timings.tell();
    terminal::tell(&elapsed(timings.elapsed()));
    Ok(outcome(&report, arguments.deny_warnings))
}

pub fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a calendar day, such as 2027-06-30".to_owned())
}

fn rendered(report: &Report, arguments: &Check) -> String {
    match arguments.format {
        Format::Human => human(report, terminal::human_options((arguments.limit > 0).then_some(arguments.limit))),
        Format::Json => json(report),
        Format::Sarif => sarif(report),
        Format::Github => github(report),
        Format::Junit => junit(report),
    }
}

fn outcome(report: &Report, deny_warnings: bool) -> Outcome {
    let blocking = report.errors() + if deny_warnings { report.warnings() } else { 0 };
    if blocking > 0 { Outcome::Blocked } else { Outcome::Clean }
}

/// `checked in 4 ms`: on standard error, because it is never the same twice.
fn elapsed(time: Duration) -> String {
    match time.as_millis() {
        milliseconds @ 0..10_000 => format!("checked in {milliseconds} ms"),
        milliseconds => format!("checked in {} s", milliseconds / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Finding, Location, RepoPath, Rule, Severity};

    static ERROR: Rule = Rule { id: "test/error", severity: Severity::Error, summary: "", explanation: "" };
    static WARNING: Rule = Rule { id: "test/warning", severity: Severity::Warning, summary: "", explanation: "" };

    fn report(rules: &[&'static Rule]) -> Report {
        let at = Location::file(RepoPath::literal("a.yaml"));
        Report { findings: rules.iter().map(|rule| Finding::new(rule, at.clone(), "")).collect(), ..Report::default() }
    }

    #[test]
    fn errors_block_and_warnings_only_when_denied() {
        assert_eq!(outcome(&report(&[]), true), Outcome::Clean);
        assert_eq!(outcome(&report(&[&WARNING]), false), Outcome::Clean);
        assert_eq!(outcome(&report(&[&WARNING]), true), Outcome::Blocked);
        assert_eq!(outcome(&report(&[&WARNING, &ERROR]), false), Outcome::Blocked);
    }

    #[test]
    fn the_time_is_told_in_a_unit_that_a_person_reads() {
        assert_eq!(elapsed(Duration::from_micros(4_321)), "checked in 4 ms");
        assert_eq!(elapsed(Duration::from_millis(12_345)), "checked in 12 s");
    }
}
