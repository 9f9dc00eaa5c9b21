//! `pavior preview reap`: what is to be done to each preview now, said or done.

use super::super::writer::writer;
use super::super::{Outcome, terminal};
use super::place::Place;
use super::{Format, Known, pattern};
use crate::deliver::now;
use crate::deliver::preview::{Around, Order, Settled, settle, shown};
use crate::ledger::{PreviewLife, Record};
use crate::model::{Name, Timestamp};
use crate::preview::{Action, Facts, Phase, Preview, environment_name, previews, schedule};
use crate::report::visible_line;
use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Do what is to be done to previews: let them sleep, tell of their end, take them down
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Reap {
    #[command(flatten)]
    known: Known,
    /// A pull request that is closed; may be given several times
    #[arg(long, value_name = "NUMBER")]
    closed: Vec<u64>,
    /// A pull request with the label `preview-keep`; may be given several times
    #[arg(long, value_name = "NUMBER")]
    keep: Vec<u64>,
    /// Say it, by the ledger alone, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

const HOW: &str = "\
What the ledger knows, and what the cluster has: who is idle sleeps, who has lived or slept for long enough goes, and so does \
what is in the cluster and in no ledger. Nobody is asked which pull requests are open: whoever is not said to be closed is, at \
the commit that was last brought up. The bot's sweep asks GitHub: `pavior ci`.";

pub fn run(arguments: &Reap) -> Result<Outcome> {
    match arguments.dry_run {
        true => arguments.say(),
        false => arguments.act(),
    }
}

impl Reap {
    fn say(&self) -> Result<Outcome> {
        let (terms, now) = (self.known.terms()?, self.known.now());
        let known = self.known.previews()?;
        let facts = |preview: &Preview| {
            let found = preview.phase != Phase::Gone && preview.created <= now;
            self.facts(preview.pull, Some(preview), found, None, now)
        };
        let pulls = known.values().map(|preview| (preview.pull, facts(preview))).collect();
        let due = schedule(&known, &pulls, &terms, now);
        let named: BTreeMap<u64, &Name> = known.values().map(|preview| (preview.pull, &preview.environment)).collect();
        let due: Vec<(&Name, &Action)> =
            due.iter().flat_map(|(pull, actions)| actions.iter().map(|action| (named[pull], action))).collect();
        let text = match self.known.format {
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

    /// One after the other. What fails is told, and keeps nobody else from going.
    fn act(&self) -> Result<Outcome> {
        let root = self.known.repository.root()?;
        let pattern = pattern(&root, self.known.pattern.as_ref())?;
        let mut store = self.known.store()?;
        let compile = |preview: &Preview, life: &PreviewLife| shown(&root, preview.pull, life, preview.created);
        let tell = |line: &str| terminal::tell(&visible_line(line));
        let site = self.place.site(&root)?;
        let mut ground = site.ground(&pattern, &compile, &tell);
        let known = previews(store.records()?);
        let pulls = known.values().map(|preview| preview.pull).chain(site.pulls(&pattern)?);
        let (mut done, mut failed) = (0, 0);
        for pull in pulls.collect::<BTreeSet<u64>>() {
            let environment = environment_name(pull).context("a pull request has a smaller number")?;
            let order = Order {
                environment: environment.clone(),
                pull,
                life: None,
                note: None,
                is_meant: &|_| true,
                patience: Duration::ZERO,
            };
            let facts = |records: &[Record]| {
                let known = previews(records);
                let preview = known.get(&environment);
                let Around { found, used, room } = site.around(&pattern, records, pull)?;
                Ok(Facts { room, ..self.facts(pull, preview, found, used, now()) })
            };
            match settle(&mut store, &mut ground, &writer(&root)?, &now, &order, &facts, &pattern.terms) {
                Ok(Settled::Done(actions)) => {
                    done += 1;
                    let lines: String =
                        actions.iter().map(|action| format!("{environment}: {action}: done\n")).collect();
                    terminal::print(&lines)?;
                }
                Ok(Settled::Held(until)) => {
                    terminal::print(&format!("{environment}: in other hands, until {until} at the latest\n"))?;
                }
                Ok(Settled::Nothing(_) | Settled::Queued) => {}
                Err(error) => {
                    failed += 1;
                    terminal::tell_failure(&error);
                }
            }
        }
        if done + failed == 0 {
            terminal::print("nothing is to be done\n")?;
        }
        Ok(if failed == 0 { Outcome::Clean } else { Outcome::Blocked })
    }

    /// What the ledger and the cluster can tell: whoever is not said to be closed is open, at the commit that was last
    /// brought up.
    fn facts(
        &self,
        pull: u64,
        preview: Option<&Preview>,
        found: bool,
        used: Option<Timestamp>,
        now: Timestamp,
    ) -> Facts {
        Facts {
            open: preview.is_some() && !self.closed.contains(&pull),
            wanted: true,
            keep: self.keep.contains(&pull),
            head: preview.map_or_else(String::new, |preview| preview.life.head.clone()),
            asked: preview.map_or(now, |preview| preview.created),
            active: used,
            found,
            room: false,
        }
    }
}
