//! `pavior preview down`: a preview is taken down, with all that it holds.

use super::super::Outcome;
use super::one::Named;
use anyhow::{Result, bail};
use clap::Args;

/// Take a preview down, with its resources and its data
#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    named: Named,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

pub fn run(arguments: &Down) -> Result<Outcome> {
    match arguments.named.one() {
        Some(one) => one.take_down(arguments.why.as_deref()),
        None => bail!("say which with --pull NUMBER: `pavior preview list` shows them"),
    }
}
