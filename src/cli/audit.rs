//! `pavior audit`: what the ledger says, and whether it can be believed.

use super::ledger_source::LedgerSource;
use super::{Outcome, terminal};
use crate::ledger::{Entry, Published, REFERENCE, Record, Sha, UnitName};
use crate::model::{listed, nearest};
use crate::report::{Align, table, visible, visible_line};
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::collections::BTreeSet;

/// Read the ledger: what was done, on whose word, and what came of it
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Log(Log),
    Show(Show),
    Verify(Verify),
}

/// List records, the newest first
#[derive(Debug, Args)]
struct Log {
    #[command(flatten)]
    source: LedgerSource,
    /// Only records about this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only records about this unit, such as `cart` or `_shared/carts`
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,
    /// No more than so many
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Print one record, as it stands
#[derive(Debug, Args)]
struct Show {
    /// Its number
    number: u64,
    #[command(flatten)]
    source: LedgerSource,
}

/// Check every record against the one before it, and against heads that were published elsewhere
#[derive(Debug, Args)]
#[command(after_long_help = VERIFY)]
struct Verify {
    #[command(flatten)]
    source: LedgerSource,
    /// A head that was seen outside: NUMBER:SHA256, as this command prints it; may be given several times
    #[arg(long, value_name = "HEAD", value_parser = published)]
    published: Vec<Published>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const VERIFY: &str = "\
A chain alone cannot tell that its end was cut off, or that all of it was written anew: give the heads that were \
published where the writer of the ledger cannot reach them.

Without Pavior: `git cat-file blob refs/pavior/ledger:records/000000/000000001.json | sha256sum` prints what record 2 \
names as `previous`.

Exit codes: 0 whole, 1 a record is not as it should be, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
}

pub fn run(arguments: &Audit) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Log(arguments) => log(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Verify(arguments) => verify(arguments),
    }
}

fn published(text: &str) -> Result<Published, String> {
    Published::parse(text).ok_or_else(|| "a head is written NUMBER:SHA256".to_owned())
}

fn log(arguments: &Log) -> anyhow::Result<Outcome> {
    let mut store = arguments.source.open()?;
    let records = store.records()?;
    let found: Vec<&Record> = records.iter().rev().filter(|record| arguments.asks_for(record, records)).collect();
    let shown = &found[..found.len().min(arguments.limit)];
    let text = match arguments.format {
        Format::Json => format!("{:#}\n", json!({ "version": 1, "records": shown, "found": found.len() })),
        Format::Human if found.is_empty() => arguments.found_nothing(records),
        Format::Human => {
            let rows: Vec<Vec<String>> = shown.iter().map(|record| row(record, records)).collect();
            let columns = [("#", Align::Right), ("at", Align::Left), ("who", Align::Left), ("what", Align::Left)];
            let more = match found.len() - shown.len() {
                0 => String::new(),
                more => format!("{more} more; --limit shows them\n"),
            };
            table(&columns, &rows) + &more
        }
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

/// What this record began.
fn named(began: u64, all: &[Record]) -> Option<String> {
    match &all.get(usize::try_from(began).ok()?.checked_sub(1)?)?.entry {
        Entry::Began(intent) => Some(format!("{}: {}", intent.unit, intent.effect.as_str())),
        _ => None,
    }
}

fn row(record: &Record, all: &[Record]) -> Vec<String> {
    let said = record.entry.to_string();
    // What ended is named: its number alone says little.
    let ended = match &record.entry {
        Entry::Ended { began, .. } => named(*began, all).zip(said.strip_prefix(&format!("{began} "))),
        _ => None,
    };
    let what = ended.map_or_else(|| said.clone(), |(of, how)| format!("{of} {how}"));
    vec![
        record.number.to_string(),
        record.at.to_string(),
        visible_line(&record.writer.actor).into_owned(),
        visible_line(&what).into_owned(),
    ]
}

impl Log {
    fn asks_for(&self, record: &Record, all: &[Record]) -> bool {
        let is =
            |wanted: &Option<String>, name: Option<&str>| wanted.as_deref().is_none_or(|wanted| name == Some(wanted));
        let (environment, unit) =
            about(record, all).map_or((None, None), |(environment, unit)| (Some(environment), unit));
        is(&self.environment, environment) && is(&self.unit, unit)
    }

    /// A name that is mistyped must not look like one to which nothing happened.
    fn found_nothing(&self, all: &[Record]) -> String {
        let known: BTreeSet<_> = all.iter().filter_map(|record| about(record, all)).collect();
        let environments: BTreeSet<&str> = known.iter().map(|(environment, _)| *environment).collect();
        let units: BTreeSet<&str> = known.iter().filter_map(|(_, unit)| *unit).collect();
        let near = [(&self.environment, environments), (&self.unit, units)].into_iter().filter_map(|(name, known)| {
            let name = name.as_deref().filter(|name| !known.contains(name))?;
            nearest(name, known)
        });
        let near: Vec<&str> = near.collect();
        let meant = if near.is_empty() { String::new() } else { format!("; did you mean {}?", listed(near, 2)) };
        format!("{REFERENCE} has no such record{meant}\n")
    }
}

/// The environment that a record is about, and the unit. An end is about what its beginning is about.
fn about<'r>(record: &'r Record, all: &'r [Record]) -> Option<(&'r str, Option<&'r str>)> {
    let of_unit = |unit: &'r UnitName| (unit.environment.as_str(), Some(unit.unit.as_str()));
    let begun = match &record.entry {
        Entry::Ended { began: number, .. }
        | Entry::Extended { lease: number, .. }
        | Entry::Returned { lease: number } => at(all, *number)?,
        _ => record,
    };
    Some(match &begun.entry {
        Entry::Began(intent) => of_unit(&intent.unit),
        Entry::Quarantined { unit, .. } | Entry::Released { unit, .. } => of_unit(unit),
        Entry::Leased { scope, .. } => (scope.environment.as_str(), scope.unit.as_deref()),
        Entry::Preview(step) => (step.environment.as_str(), None),
        Entry::Ended { .. } | Entry::Extended { .. } | Entry::Returned { .. } => return None,
    })
}

fn at(all: &[Record], number: u64) -> Option<&Record> {
    all.get(usize::try_from(number.checked_sub(1)?).ok()?)
}

fn show(arguments: &Show) -> anyhow::Result<Outcome> {
    let mut store = arguments.source.open()?;
    let records = store.records()?;
    let Some(record) = at(records, arguments.number) else {
        bail!("there is no record {}: the ledger has {}", arguments.number, records.len())
    };
    let text = serde_json::to_string_pretty(record).context("writing the record")?;
    terminal::print(&format!("{}\nsha256 {}\n", visible(&text), Sha::of(record.canonical().as_bytes())))?;
    Ok(Outcome::Clean)
}

fn verify(arguments: &Verify) -> anyhow::Result<Outcome> {
    let store = arguments.source.open()?;
    let verified = store.verify(arguments.published.clone())?;
    let text = match (&verified, arguments.format) {
        (Ok(head), Format::Json) => {
            format!("{:#}\n", json!({ "version": 1, "whole": true, "records": head.number, "head": head.to_string() }))
        }
        (Err(bad), Format::Json) => {
            let why = bad.to_string();
            format!("{:#}\n", json!({ "version": 1, "whole": false, "firstBad": bad.number, "why": why }))
        }
        (Ok(head), Format::Human) if head.number == 0 => format!("{REFERENCE} holds no record yet\n"),
        (Ok(head), Format::Human) => format!("{} records, each follows the one before it\nhead {head}\n", head.number),
        (Err(bad), Format::Human) => format!("{}\n", visible_line(&bad.to_string())),
    };
    terminal::print(&text)?;
    Ok(if verified.is_ok() { Outcome::Clean } else { Outcome::Blocked })
}
