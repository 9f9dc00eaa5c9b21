//! `pavior catalog search`: find it by words.

use super::Format;
use super::opened::{Source, json};
use crate::cli::{Outcome, terminal};
use crate::query::search;
use crate::report::{hits_table, inert};
use clap::Args;

/// Find things by words of their name, tags, type, owner, system or description; slips of the keyboard are forgiven
#[derive(Debug, Args)]
pub struct Search {
    #[command(flatten)]
    source: Source,
    /// Every word has to be found
    #[arg(required = true)]
    words: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub fn run(arguments: &Search) -> anyhow::Result<Outcome> {
    let opened = arguments.source.open()?;
    let linked = opened.link();
    let hits = search(&linked.register, &arguments.words);
    let text = match arguments.format {
        Format::Human => inert(hits_table(&hits, terminal::width())),
        Format::Json => json(&hits)?,
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}
