//! `pavior catalog show`: everything about one thing.

use super::Format;
use super::opened::{Source, json, named};
use crate::cli::{Outcome, terminal};
use crate::query::show;
use crate::report::{details_page, inert};
use clap::Args;

/// Show whom to ask, where it runs, what it needs and what needs it
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    source: Source,
    /// A name, such as `cart`, or a kind and a name, such as `team/checkout`; without a kind, all of that name are shown
    name: String,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub fn run(arguments: &Show) -> anyhow::Result<Outcome> {
    let opened = arguments.source.open()?;
    let linked = opened.link();
    let entries = named(&linked.register, &arguments.name)?;
    let shown = show(&linked.register, &linked.catalog, &entries);
    let text = match arguments.format {
        Format::Human => inert(details_page(&shown)),
        Format::Json => json(&shown)?,
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}
