//! Who writes the ledger: the environment of the process in, a writer out.

use crate::deliver::process;
use crate::ledger::Writer;
use crate::read::Objects;
use anyhow::Result;
use std::path::Path;

/// A login where a workflow says so, else the user of the machine.
pub fn writer(root: &Path) -> Result<Writer> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let actor = variable("GITHUB_ACTOR").or_else(|| variable("USER")).or_else(|| variable("LOGNAME"));
    let run = match (variable("GITHUB_SERVER_URL"), variable("GITHUB_REPOSITORY"), variable("GITHUB_RUN_ID")) {
        (Some(server), Some(repository), Some(run)) => Some(format!("{server}/{repository}/actions/runs/{run}")),
        _ => process::name(),
    };
    let actor = match actor {
        Some(actor) => actor,
        None => Objects::open(root)?.author("HEAD").unwrap_or_else(|_| "unknown".to_owned()),
    };
    Ok(Writer { version: env!("CARGO_PKG_VERSION").to_owned(), actor, run })
}
