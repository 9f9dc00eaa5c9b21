//! `pavior secrets`: who asked for which keys, who let them, until when, and how a value gets to where it belongs.

mod known;
mod shown;

use super::repository::Repository;
use super::{Outcome, terminal};
use crate::model::{Date, Duration};
use crate::secrets::{audit, command};
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use known::Known;
use serde_json::json;

/// See to secret requests: list them, what runs out, what is not in order, and how a value is put into its store
#[derive(Debug, Args)]
pub struct Secrets {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(List),
    Audit(Audit),
    Expiring(Expiring),
    Put(Put),
}

/// List secret requests: keys, environments, where each value belongs, who asked, why, who approved, until when
#[derive(Debug, Args)]
#[command(after_long_help = LIST)]
struct List {
    #[command(flatten)]
    source: Source,
    /// Only those of this service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Tell what is not in order: never applied, expired, due for rotation, unused, without an approver
#[derive(Debug, Args)]
#[command(after_long_help = AUDIT)]
struct Audit {
    #[command(flatten)]
    source: Source,
    /// The day that it is held against; default today
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::check::day)]
    at: Option<Date>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Tell which requests have ended, and which soon will
#[derive(Debug, Args)]
#[command(after_long_help = "Exit codes: 0 nothing has ended, 1 something has, 2 could not run.")]
struct Expiring {
    #[command(flatten)]
    source: Source,
    /// How far to look ahead
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = duration)]
    within: Duration,
    /// The day that it is held against; default today
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::check::day)]
    at: Option<Date>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Print the command by which the owner of a value puts it into the store
#[derive(Debug, Args)]
#[command(after_long_help = PUT)]
struct Put {
    /// The secret request
    request: String,
    /// Only for this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only for this key
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    source: Source,
}

const LIST: &str = "\
Who asked is read from the ledger, or else from git (`git blame` of the request's name); who approved and since when, from \
the first record that brought the service to a commit which has the request in the same file.";

const AUDIT: &str = "\
Pavior never sees a value, so it cannot know when one was replaced: `rotation-due` counts from the day on which the request \
was first applied, and names the command that asks the store.

Exit codes: 0 all in order, 1 something is not, 2 could not run.";

const PUT: &str = "\
The printed command asks for the value and hands it on: it stands in no argument, no file and no history of the shell. \
Pavior prints the command and never runs it. For bash and zsh; `jq` has to be there where the store holds JSON.";

/// Which repository and which ledger.
#[derive(Debug, Args)]
struct Source {
    #[command(flatten)]
    repository: Repository,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    ledger: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
}

pub fn run(arguments: &Secrets) -> Result<Outcome> {
    match &arguments.command {
        Command::List(arguments) => list(arguments),
        Command::Audit(arguments) => audited(arguments),
        Command::Expiring(arguments) => expiring(arguments),
        Command::Put(arguments) => put(arguments),
    }
}

fn list(arguments: &List) -> Result<Outcome> {
    let Some(mut known) = Known::of(&arguments.source)? else { return Ok(Outcome::Blocked) };
    known.requests.retain(|request| arguments.service.as_ref().is_none_or(|name| request.service.as_str() == name));
    terminal::print(&match arguments.format {
        Format::Human => shown::list(&known),
        Format::Json => format!("{:#}\n", json!({ "version": 1, "requests": shown::with_commands(&known.requests) })),
    })?;
    Ok(Outcome::Clean)
}

fn audited(arguments: &Audit) -> Result<Outcome> {
    let Some(known) = Known::of(&arguments.source)? else { return Ok(Outcome::Blocked) };
    let today = day(arguments.at);
    let found = audit(&known.requests, today, known.ledger_is_empty);
    terminal::print(&match arguments.format {
        Format::Human => shown::audit(&known, &found),
        Format::Json => {
            let found: Vec<_> = found.iter().map(shown::found).collect();
            format!("{:#}\n", json!({ "version": 1, "at": today, "found": found }))
        }
    })?;
    Ok(if found.is_empty() { Outcome::Clean } else { Outcome::Blocked })
}

fn expiring(arguments: &Expiring) -> Result<Outcome> {
    let Some(known) = Known::of(&arguments.source)? else { return Ok(Outcome::Blocked) };
    let today = day(arguments.at);
    let ahead = i64::try_from(arguments.within.seconds() / 86_400).unwrap_or(i64::MAX);
    let left = |expires: Date| expires.day_number() - today.day_number();
    let mut ending: Vec<_> = known
        .requests
        .iter()
        .filter_map(|request| Some((left(request.expires?), request)))
        .filter(|(left, _)| *left <= ahead)
        .collect();
    ending.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    terminal::print(&match arguments.format {
        Format::Human => shown::expiring(&ending, arguments.within, today),
        Format::Json => {
            let ending: Vec<_> = ending.iter().map(|(left, one)| shown::ending(*left, one)).collect();
            format!("{:#}\n", json!({ "version": 1, "at": today, "expiring": ending }))
        }
    })?;
    Ok(if ending.iter().any(|(left, _)| *left < 0) { Outcome::Blocked } else { Outcome::Clean })
}

fn put(arguments: &Put) -> Result<Outcome> {
    let Some(known) = Known::of(&arguments.source)? else { return Ok(Outcome::Blocked) };
    let names = || known.requests.iter().map(|request| request.name.as_str());
    let Some(request) = known.requests.iter().find(|request| request.name.as_str() == arguments.request) else {
        bail!("{}", super::edited::unknown("secret request", &arguments.request, names()));
    };
    let environments = || request.environments.iter().map(|standing| standing.environment.as_str());
    for (kind, name, known) in [
        ("environment of this request", &arguments.environment, environments().collect::<Vec<_>>()),
        ("key of this request", &arguments.key, request.keys.keys().map(String::as_str).collect()),
    ] {
        if let Some(name) = name.as_ref().filter(|name| !known.contains(&name.as_str())) {
            bail!("{}", super::edited::unknown(kind, name, known.into_iter()));
        }
    }
    let mut text = String::new();
    for standing in &request.environments {
        if arguments.environment.as_ref().is_some_and(|name| standing.environment.as_str() != name) {
            continue;
        }
        for key in standing.keys.iter().filter(|key| arguments.key.as_ref().is_none_or(|name| key.name == *name)) {
            let command = key.place.as_ref().map_or_else(|| "# it does not compile there".to_owned(), command);
            text.push_str(&format!("# {} in {}\n{command}\n", key.name, standing.environment));
        }
    }
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn duration(text: &str) -> Result<Duration, String> {
    Duration::parse(text).ok_or_else(|| "write a duration, such as 30d".to_owned())
}

/// The day that is given, or else this machine's, in UTC.
fn day(given: Option<Date>) -> Date {
    given.unwrap_or_else(|| crate::deliver::now().date)
}
