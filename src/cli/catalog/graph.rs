//! `pavior catalog graph`: a picture of who needs whom.

use super::opened::{Source, environment, json};
use crate::cli::{Outcome, terminal};
use crate::query::map;
use crate::report::{dot, svg};
use clap::{Args, ValueEnum};

/// Draw services and shared resources, and who needs whom
#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    source: Source,
    /// Only what is in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For Graphviz
    Dot,
    /// A picture for any browser; needs no other program
    Svg,
    /// For programs
    Json,
}

pub fn run(arguments: &Graph) -> anyhow::Result<Outcome> {
    let opened = arguments.source.open()?;
    let linked = opened.link();
    if let Some(name) = &arguments.environment {
        environment(&linked.register, name)?;
    }
    let map = map(&linked.register, &linked.catalog, arguments.environment.as_deref());
    let text = match arguments.format {
        Format::Dot => dot(&map),
        Format::Svg => svg(&map, &title(linked.catalog.organisation(), arguments.environment.as_deref())),
        Format::Json => json(&map)?,
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn title(organisation: &str, environment: Option<&str>) -> String {
    match environment {
        Some(environment) => format!("{organisation} in {environment}"),
        None => organisation.to_owned(),
    }
}
