//! `pavior preview`: the environments of pull requests.

mod down;
mod list;
mod one;
mod place;
mod reap;
mod scale;
mod up;

#[cfg(feature = "forge")]
pub use place::Place;

use super::Outcome;
use super::repository::Repository;
use crate::deliver::now;
use crate::ledger::{Store, Upstream};
use crate::model::{Findings, Name, Timestamp, listed};
use crate::preview::{Pattern, Preview, Terms, previews};
use crate::read::read;
use crate::revisions;
use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use std::collections::BTreeMap;
use std::path::Path;

/// The environments of pull requests: bring one up, let it sleep, take it down, list them
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct PreviewCommand {
    #[command(subcommand)]
    command: Command,
}

const HOW: &str = "\
A preview clones the services that a pull request changes and those between them, and calls all others in the permanent \
environment that its pattern (`type: preview`) shares. How it lives is in docs/previews.md.

`up` says what a preview is before it exists, and brings it up with --apply. `down`, `sleep`, `wake` and `reap` do what they \
say, in the cluster that the pattern names, under a lease in the ledger: whoever else works on the preview is waited for, \
and who was killed half-way is followed by one who does it again. `list` and `reap --dry-run` read the ledger alone.

Exit codes: 0 done, 1 findings that block, a preview above its budget, or one that is not well or could not be done, 2 could \
not run.";

#[derive(Debug, Subcommand)]
enum Command {
    Up(Box<up::Up>),
    Down(down::Down),
    Sleep(scale::Sleep),
    Wake(scale::Wake),
    List(list::List),
    Reap(reap::Reap),
}

pub fn run(arguments: &PreviewCommand) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Up(arguments) => up::run(arguments),
        Command::Down(arguments) => down::run(arguments),
        Command::Sleep(arguments) => scale::fall_asleep(arguments),
        Command::Wake(arguments) => scale::wake_up(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Reap(arguments) => reap::run(arguments),
    }
}

/// What the ledger says, and when that is.
#[derive(Debug, Args)]
struct Known {
    #[command(flatten)]
    repository: Repository,
    /// Fetch the ledger from here first; default what this clone has
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// As if it were this moment, such as 2026-11-22T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// The pattern whose terms hold; default the only environment with `type: preview`
    #[arg(long, value_name = "NAME", value_parser = name)]
    pattern: Option<Name>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs
    Json,
}

impl Known {
    fn store(&self) -> anyhow::Result<Store> {
        let remote = self.remote.clone().map(|address| Upstream { address, authorization: None });
        let store = Store::open(self.repository.root()?, remote)?;
        store.refresh()?;
        Ok(store)
    }

    fn previews(&self) -> anyhow::Result<BTreeMap<Name, Preview>> {
        Ok(previews(self.store()?.records()?))
    }

    fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(now)
    }

    fn terms(&self) -> anyhow::Result<Terms> {
        Ok(pattern(&self.repository.root()?, self.pattern.as_ref())?.terms)
    }
}

/// The pattern of previews that the work tree declares.
fn pattern(root: &Path, asked: Option<&Name>) -> anyhow::Result<Pattern> {
    let documents = read(revisions::load(root, None)?.snapshot, &mut Findings::default());
    Pattern::of(&documents, asked).map_err(|known| match asked {
        Some(name) if !known.contains(name) => {
            anyhow!("{name} is no environment with `type: preview`; {}", no_pattern(known.iter()))
        }
        _ => anyhow!("{}", no_pattern(known.iter())),
    })
}

fn no_pattern<'n>(known: impl Iterator<Item = &'n Name>) -> String {
    let known: Vec<&str> = known.map(Name::as_str).collect();
    match known.is_empty() {
        true => "no environment has `type: preview`: `pavior schema environment` shows what one declares".to_owned(),
        false => format!("choose the pattern with --pattern: {}", listed(known, 10)),
    }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a moment is written in UTC, such as 2026-11-22T08:00:00Z".to_owned())
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).ok_or_else(|| "a name has lower-case letters, digits and hyphens".to_owned())
}
