//! `pavior preview reap`: what is to be done to each preview now.

use super::super::{Outcome, terminal};
use super::{Format, Known};
use crate::model::{Name, Timestamp};
use crate::preview::{Action, Facts, Phase, Preview, schedule};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Say what is to be done to previews: which are to sleep, which are to be told of, which are to go
#[derive(Debug, Args)]
pub struct Reap {
    #[command(flatten)]
    known: Known,
    /// A pull request that is closed; may be given several times
    #[arg(long, value_name = "NUMBER")]
    closed: Vec<u64>,
    /// A pull request with the label `preview-keep`; may be given several times
    #[arg(long, value_name = "NUMBER")]
    keep: Vec<u64>,
    /// Do nothing: the sweep that does it is the bot's, which knows the forge and the cluster
    #[arg(long, required = true)]
    dry_run: bool,
}

pub fn run(arguments: &Reap) -> anyhow::Result<Outcome> {
    let (terms, now) = (arguments.known.terms()?, arguments.known.now());
    let known = arguments.known.previews()?;
    let pulls = known.values().map(|preview| (preview.pull, arguments.facts(preview, now))).collect();
    let due = schedule(&known, &pulls, &terms, now);
    let named: BTreeMap<u64, &Name> = known.values().map(|preview| (preview.pull, &preview.environment)).collect();
    let due: Vec<(&Name, &Action)> =
        due.iter().flat_map(|(pull, actions)| actions.iter().map(|action| (named[pull], action))).collect();
    let text = match arguments.known.format {
        Format::Json => {
            let value =
                |(name, action): &(&Name, &Action)| json!({ "environment": name, "action": action.to_string() });
            let due: Vec<Value> = due.iter().map(value).collect();
            format!("{:#}\n", json!({ "version": 1, "at": now, "due": due }))
        }
        Format::Human if due.is_empty() => "nothing is to be done\n".to_owned(),
        Format::Human => due.iter().map(|(name, action)| format!("{name}: {action}\n")).collect(),
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

impl Reap {
    /// What the ledger alone can tell: whoever is not said to be closed is open, at the commit that was last brought up.
    fn facts(&self, preview: &Preview, now: Timestamp) -> Facts {
        Facts {
            open: !self.closed.contains(&preview.pull),
            wanted: true,
            keep: self.keep.contains(&preview.pull),
            head: preview.life.head.clone(),
            asked: preview.created,
            active: None,
            found: preview.phase != Phase::Gone && preview.created <= now,
            room: false,
        }
    }
}
