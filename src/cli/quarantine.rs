//! `pavior quarantine`: digests that nothing applies, who said so and why; and how one is let go again.

use super::ledger_source::LedgerSource;
use super::unit_name::{near, reason, unit_name};
use super::writer::writer;
use super::{Outcome, terminal};
use crate::deliver::Journal;
use crate::ledger::{Entry, Quarantine, State, UnitName, quarantined, short};
use crate::report::{Align, table, visible_line};
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// See to digests that are quarantined: list them, or let one be applied again
#[derive(Debug, Args)]
pub struct QuarantineCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(List),
    Release(Release),
}

/// List what nothing applies, the last one of each unit first
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    source: LedgerSource,
    /// Only of this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only of this unit, such as `cart` or `_shared/carts`
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Let a digest be applied again; a unit that was held for a person is free
#[derive(Debug, Args)]
#[command(after_long_help = RELEASE)]
struct Release {
    /// The unit, as ENVIRONMENT/UNIT
    #[arg(value_parser = unit_name)]
    unit: UnitName,
    /// The beginning of the digest; may be left out where there is only one
    digest: Option<String>,
    /// Why, for those who read the ledger
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    #[command(flatten)]
    source: LedgerSource,
}

const RELEASE: &str = "\
Nothing is applied by this: the next `pavior apply` brings the digest where git still says so, and it has to be as reviewed \
as any other.

Exit codes: 0 released, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
}

pub fn run(arguments: &QuarantineCommand) -> Result<Outcome> {
    match &arguments.command {
        Command::List(arguments) => list(arguments),
        Command::Release(arguments) => release(arguments),
    }
}

fn list(arguments: &List) -> Result<Outcome> {
    let mut store = arguments.source.open()?;
    let records = store.records()?;
    let state = State::of(records);
    let is_held = |unit: &UnitName| state.units.get(unit).is_some_and(|unit| unit.held);
    let is_asked = |unit: &UnitName| {
        arguments.environment.as_deref().is_none_or(|name| unit.environment.as_str() == name)
            && arguments.unit.as_ref().is_none_or(|name| unit.unit == *name)
    };
    let found: Vec<Quarantine> = quarantined(records).into_iter().filter(|one| is_asked(&one.unit)).collect();
    let text = match arguments.format {
        Format::Json => {
            let all: Vec<Value> = found.iter().map(|one| value(one, is_held(&one.unit))).collect();
            format!("{:#}\n", json!({ "version": 1, "quarantined": all }))
        }
        Format::Human if found.is_empty() => "nothing is quarantined\n".to_owned(),
        Format::Human => {
            let rows: Vec<Vec<String>> = found.iter().map(|one| row(one, is_held(&one.unit))).collect();
            let columns = ["unit", "digest", "since", "by", "record", "why"];
            table(&columns.map(|name| (name, Align::Left)), &rows)
        }
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn row(one: &Quarantine, is_held: bool) -> Vec<String> {
    let held = if is_held { " (the unit is held)" } else { "" };
    vec![
        one.unit.to_string(),
        short(&one.digest).to_owned(),
        one.at.to_string(),
        visible_line(&one.actor).into_owned(),
        one.record.to_string(),
        format!("{}{held}", visible_line(&one.why)),
    ]
}

fn value(one: &Quarantine, is_held: bool) -> Value {
    json!({
        "environment": one.unit.environment,
        "unit": one.unit.unit,
        "digest": one.digest,
        "since": one.at.to_string(),
        "by": one.actor,
        "record": one.record,
        "why": one.why,
        "unitIsHeld": is_held,
    })
}

fn release(arguments: &Release) -> Result<Outcome> {
    let unit = &arguments.unit;
    let mut store = arguments.source.open()?;
    let all = quarantined(store.records()?);
    let of_unit: Vec<&Quarantine> = all.iter().filter(|one| one.unit == *unit).collect();
    if of_unit.is_empty() {
        bail!("nothing of {unit} is quarantined{}", near(&unit.to_string(), all.iter().map(|one| &one.unit)));
    }
    let begins = |one: &&&Quarantine| arguments.digest.as_ref().is_none_or(|digest| one.digest.starts_with(digest));
    let meant: Vec<&&Quarantine> = of_unit.iter().filter(begins).collect();
    let digest = match meant.as_slice() {
        [one] => one.digest.clone(),
        found => {
            let known: Vec<&str> = of_unit.iter().map(|one| short(&one.digest)).collect();
            let said = if found.is_empty() { "none of these is meant" } else { "which one is meant?" };
            bail!("{said} quarantined of {unit}: {}", known.join(", "))
        }
    };
    let root = arguments.source.repository.root()?;
    let entry = Entry::Released { unit: unit.clone(), digest: digest.clone(), why: arguments.why.clone() };
    let mut journal = Journal::new(store, writer(&root)?);
    journal.note(vec![entry])?;
    let digest = short(&digest);
    terminal::print(&format!(
        "{unit}: {digest} is released: `pavior apply` brings it where git says so\nthe ledger ends with {}\n",
        journal.head()?
    ))?;
    Ok(Outcome::Clean)
}
