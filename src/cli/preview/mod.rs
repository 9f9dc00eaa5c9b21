//! `pavior preview`: the environments of pull requests.

mod list;
mod reap;
mod scale;
mod up;

use super::Outcome;
use super::repository::Repository;
use crate::deliver::now;
use crate::ledger::{Store, Upstream};
use crate::model::{Findings, Name, Timestamp, listed};
use crate::preview::{Preview, Terms, previews};
use crate::read::read;
use crate::revisions;
use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use std::collections::BTreeMap;
use std::path::Path;

/// The environments of pull requests: compile one, list them, say which are to go
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct PreviewCommand {
    #[command(subcommand)]
    command: Command,
}

const HOW: &str = "\
A preview clones the services that a pull request changes and those between them, and calls all others in the permanent \
environment that its pattern (`type: preview`) shares. How it lives is in docs/previews.md.

Nothing here reaches a cluster: `up` compiles, `sleep` and `wake` print patches, `list` and `reap` read the ledger.

Exit codes: 0 done, 1 findings that block or a preview above its budget, 2 could not run.";

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Up),
    Sleep(scale::Sleep),
    Wake(scale::Wake),
    List(list::List),
    Reap(reap::Reap),
}

pub fn run(arguments: &PreviewCommand) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Up(arguments) => up::run(arguments),
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
    fn previews(&self) -> anyhow::Result<BTreeMap<Name, Preview>> {
        let remote = self.remote.clone().map(|address| Upstream { address, authorization: None });
        let mut store = Store::open(self.repository.root()?, remote)?;
        store.refresh()?;
        Ok(previews(store.records()?))
    }

    fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(now)
    }

    fn terms(&self) -> anyhow::Result<Terms> {
        terms(&self.repository.root()?, self.pattern.as_ref())
    }
}

/// The terms that the pattern of previews declares in the work tree.
fn terms(root: &Path, pattern: Option<&Name>) -> anyhow::Result<Terms> {
    let documents = read(revisions::load(root, None)?.snapshot, &mut Findings::default());
    let environments = &documents.declarations.environments;
    let patterns = environments.iter().filter_map(|one| Some((&one.metadata.name, one.spec.preview.as_ref()?)));
    let patterns: BTreeMap<_, _> = patterns.collect();
    match (pattern, patterns.len()) {
        (Some(name), _) => match patterns.get(name) {
            Some(settings) => Ok(Terms::of(settings)),
            None => bail!("{name} is no environment with `type: preview`; {}", no_pattern(patterns.into_keys())),
        },
        (None, 1) => Ok(patterns.values().next().map(|settings| Terms::of(settings)).unwrap_or_default()),
        (None, _) => bail!("{}", no_pattern(patterns.into_keys())),
    }
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
