//! `pavior preview list`: the previews that the ledger knows of, how they stand, and who pays for them.

use super::super::{Outcome, terminal};
use super::{Format, Known};
use crate::ledger::Cost;
use crate::model::Timestamp;
use crate::preview::{Phase, Preview, Spent, Terms, end};
use crate::report::{Align, table};
use crate::review::cost::{Amount, daily, money};
use clap::Args;
use serde_json::{Value, json};

/// List the previews that the ledger knows of
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    known: Known,
    /// Those that are gone, too
    #[arg(long)]
    all: bool,
}

pub fn run(arguments: &List) -> anyhow::Result<Outcome> {
    let (terms, now) = (arguments.known.terms()?, arguments.known.now());
    let known = arguments.known.previews()?;
    let shown: Vec<&Preview> = known.values().filter(|preview| arguments.all || preview.phase != Phase::Gone).collect();
    let text = match arguments.known.format {
        Format::Json => {
            let previews: Vec<Value> = shown.iter().map(|preview| value(preview, &terms, now)).collect();
            format!("{:#}\n", json!({ "version": 1, "previews": previews }))
        }
        Format::Human if shown.is_empty() => "there are no previews\n".to_owned(),
        Format::Human => {
            let columns = ["preview", "is", "since", "ends", "author", "team", "services", "a day", "so far"];
            let is_money = |title: &str| title == "a day" || title == "so far";
            let columns = columns.map(|title| (title, if is_money(title) { Align::Right } else { Align::Left }));
            table(&columns, &shown.iter().map(|preview| row(preview, &terms, now)).collect::<Vec<_>>())
        }
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn row(preview: &Preview, terms: &Terms, now: Timestamp) -> Vec<String> {
    let services: Vec<&str> = preview.life.services.iter().map(|name| name.as_str()).collect();
    vec![
        preview.environment.to_string(),
        preview.phase.as_str().to_owned(),
        preview.since.to_string(),
        end(preview, terms).to_string(),
        preview.life.author.clone(),
        preview.life.team.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
        services.join(" "),
        preview.life.cost.as_ref().map_or_else(|| "-".to_owned(), a_day),
        so_far(preview, now),
    ]
}

fn so_far(preview: &Preview, now: Timestamp) -> String {
    let Spent { currency, micros } = preview.spent(now);
    currency.map_or_else(|| "-".to_owned(), |currency| format!("{} {currency}", money(micros)))
}

fn a_day(cost: &Cost) -> String {
    let month = i128::from(cost.micros);
    let day = daily(Amount { least: month, expected: month, most: month }).expected;
    format!("{} {}", money(day), cost.currency)
}

fn value(preview: &Preview, terms: &Terms, now: Timestamp) -> Value {
    json!({
        "environment": preview.environment,
        "pull": preview.pull,
        "phase": preview.phase.as_str(),
        "created": preview.created,
        "since": preview.since,
        "ends": end(preview, terms),
        "life": preview.life,
        "spentMicros": i64::try_from(preview.spent(now).micros).unwrap_or(i64::MAX),
    })
}
