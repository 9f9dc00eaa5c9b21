//! `pavior catalog list`: what there is.

use super::Format;
use super::opened::{Source, environment, json};
use crate::cli::{Outcome, terminal};
use crate::model::kinds::service::Tier;
use crate::model::{listed, nearest};
use crate::query::{EntryKind, Filter, Register};
use crate::report::{inert, list_table};
use anyhow::bail;
use clap::{Args, ValueEnum};

/// List what there is, with owners and tiers
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    source: Source,
    /// Only this kind; resource types are listed when they are asked for
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only what this team owns
    #[arg(long, value_name = "TEAM")]
    owner: Option<String>,
    /// Only this tier
    #[arg(long, value_enum)]
    tier: Option<TierName>,
    /// Only what is in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only what carries this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Service,
    Resource,
    Api,
    System,
    Team,
    Environment,
    SecretRequest,
    ResourceType,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TierName {
    Critical,
    Important,
    Supporting,
}

pub fn run(arguments: &List) -> anyhow::Result<Outcome> {
    let opened = arguments.source.open()?;
    let linked = opened.link();
    if let Some(owner) = &arguments.owner {
        team(&linked.register, owner)?;
    }
    if let Some(name) = &arguments.environment {
        environment(&linked.register, name)?;
    }
    let list = linked.register.list(&arguments.filter());
    let text = match arguments.format {
        Format::Human => inert(list_table(&list, terminal::width())),
        Format::Json => json(&list)?,
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn team(register: &Register, name: &str) -> anyhow::Result<()> {
    if register.get(EntryKind::Team, name).is_some() {
        return Ok(());
    }
    let teams =
        || register.entries.iter().filter(|entry| entry.kind == EntryKind::Team).map(|entry| entry.name.as_str());
    match nearest(name, teams()) {
        Some(near) => bail!("there is no team `{name}`; did you mean `{near}`?"),
        None => bail!("there is no team `{name}`; known: {}", listed(teams(), 20)),
    }
}

impl List {
    fn filter(&self) -> Filter {
        let kind = self.kind.map(|kind| match kind {
            Kind::Service => EntryKind::Service,
            Kind::Resource => EntryKind::Resource,
            Kind::Api => EntryKind::Api,
            Kind::System => EntryKind::System,
            Kind::Team => EntryKind::Team,
            Kind::Environment => EntryKind::Environment,
            Kind::SecretRequest => EntryKind::SecretRequest,
            Kind::ResourceType => EntryKind::ResourceType,
        });
        let tier = self.tier.map(|tier| match tier {
            TierName::Critical => Tier::Critical,
            TierName::Important => Tier::Important,
            TierName::Supporting => Tier::Supporting,
        });
        Filter { kind, tier, owner: self.owner.clone(), environment: self.environment.clone(), tag: self.tag.clone() }
    }
}
