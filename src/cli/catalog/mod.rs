//! `pavior catalog`: what there is, who answers for it, what needs it. One file a subcommand.

mod dependents;
mod export;
mod graph;
mod list;
mod opened;
mod search;
mod show;

use super::Outcome;
use clap::{Args, Subcommand, ValueEnum};

/// Ask the catalog: who owns this, what needs it, is it safe to change
#[derive(Debug, Args)]
pub struct Catalog {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
    Search(search::Search),
    Dependents(dependents::Dependents),
    Graph(graph::Graph),
    Export(export::Export),
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// For programs; every answer has a `version`, and fields are only ever added
    Json,
}

pub fn run(arguments: &Catalog) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Search(arguments) => search::run(arguments),
        Command::Dependents(arguments) => dependents::run(arguments),
        Command::Graph(arguments) => graph::run(arguments),
        Command::Export(arguments) => export::run(arguments),
    }
}
