//! `pavior catalog dependents`: is it safe to change?

use super::Format;
use super::opened::{Source, json, named};
use crate::cli::{Outcome, terminal};
use crate::query::{Dependent, dependents};
use crate::report::{dependents_table, inert};
use anyhow::bail;
use clap::Args;

/// Show what needs a service, resource or API, highest tier first: is it safe to change?
#[derive(Debug, Args)]
pub struct Dependents {
    #[command(flatten)]
    source: Source,
    /// A service, a resource (`<service>.<resource>` or the id of a shared one) or an API (`api/<name>`)
    name: String,
    /// Those that need it through others, too
    #[arg(long)]
    transitive: bool,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub fn run(arguments: &Dependents) -> anyhow::Result<Outcome> {
    let opened = arguments.source.open()?;
    let linked = opened.link();
    let reach: fn(&Dependent) -> bool =
        if arguments.transitive { |_| true } else { |dependent| dependent.distance == 1 };
    let entries = named(&linked.register, &arguments.name)?;
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    let answers = entries.iter().filter_map(|entry| dependents(&linked.register, &linked.catalog, entry, reach));
    // Entries are sorted by kind: a service is meant before an API of the same name.
    let Some(answer) = answers.into_iter().next() else {
        bail!("`{}` is a {}: services depend on services, resources and APIs", arguments.name, kinds.join(" and a "));
    };
    let text = match arguments.format {
        Format::Human => inert(dependents_table(&answer, arguments.transitive)),
        Format::Json => json(&answer)?,
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}
