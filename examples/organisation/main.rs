//! Makes up an organisation to measure with: a complete platform repository of as many services as asked for.
//!
//! ```text
//! cargo run --release --example organisation -- 10000 /tmp/acme --changed 1
//! pavior check --root /tmp/acme --head HEAD --base HEAD~1
//! ```
//!
//! The same numbers give the same bytes on every machine. Services call each other without circles, few of them called
//! by very many; they have databases, caches, queues, buckets, routes, shared topics, secrets and objectives; every
//! eight have a team. All git objects lie in one pack. There is no index: `git reset` makes one, where git is to be used.

mod chance;
mod history;
mod pack;
mod repository;
mod service;

use anyhow::Context;
use clap::Parser;
use std::path::{Path, PathBuf};

/// Write a platform repository with a base commit and a head commit
#[derive(Debug, Parser)]
struct Arguments {
    #[arg(value_parser = clap::value_parser!(u32).range(1..=20_000))]
    services: u32,
    /// A folder that is empty or not there
    folder: PathBuf,
    /// How many services the head commit changes: image, variable and scaling in turn
    #[arg(long, default_value_t = 1)]
    changed: u32,
    /// production, then staging, preview and local
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    environments: u8,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let (services, environments) = (arguments.services as usize, usize::from(arguments.environments));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let base = repository::repository(shipped, services, environments).context("reading the shipped golden paths")?;
    let changed = repository::changed(services, environments, (arguments.changed as usize).min(services));
    history::write(&arguments.folder, &base, &changed)
        .with_context(|| format!("writing {}", arguments.folder.display()))
}
