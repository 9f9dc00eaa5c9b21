//! `pavior publish --follow`: the engine's objects are asked until it is known how each unit is, and the ledger is told.

use super::{Outcome, terminal};
use crate::deliver::engine_status::Standing;
use crate::deliver::follow::{Followed, Known, entries, known, of_engine};
use crate::deliver::kubernetes::{ApplyError, Cluster, Id};
use crate::deliver::now;
use crate::ledger::{Cause, State, Store, UnitName, Writer};
use crate::report::{counted, visible_line};
use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub struct Following {
    /// Ask the engine until it is known how each unit is, and tell the ledger
    #[arg(long)]
    follow: bool,
    /// For how long it is asked, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "follow")]
    deadline: u64,
    /// The kubectl to run
    #[arg(long, value_name = "FILE", default_value = "kubectl", requires = "follow")]
    kubectl: PathBuf,
    /// Which kubeconfig; default what kubectl finds
    #[arg(long, value_name = "FILE", requires = "follow")]
    kubeconfig: Option<PathBuf>,
    /// Which context of it: that of the cluster where the engine's objects are; default the present one
    #[arg(long, value_name = "NAME", requires = "follow")]
    context: Option<String>,
}

/// What is followed, and on whose word it was published.
pub struct Trail<'t> {
    pub followed: Vec<Followed>,
    /// Of the engine's branch.
    pub commit: String,
    pub cause: &'t Cause,
    pub writer: &'t Writer,
}

const EVERY: Duration = Duration::from_secs(2);

/// An engine that has only just read the branch may still tell of what was there before, and tries again by itself: so long
/// a unit has to be sick without a break, or until the deadline.
const SICK_FOR: Duration = Duration::from_secs(30);

impl Trail<'_> {
    /// # Errors
    /// When the cluster cannot be asked at all, or the ledger cannot be read or written.
    pub fn follow(&self, following: &Following, store: &mut Store) -> Result<Outcome> {
        if !following.follow {
            return Ok(Outcome::Clean);
        }
        let cluster = Cluster {
            program: following.kubectl.clone(),
            kubeconfig: following.kubeconfig.clone(),
            context: following.context.clone(),
        };
        let (begun, deadline) = (Instant::now(), Duration::from_secs(following.deadline));
        let mut sick_since: BTreeMap<&UnitName, Instant> = BTreeMap::new();
        let mut told: BTreeMap<&UnitName, Known> = BTreeMap::new();
        let mut written_sick: BTreeSet<&UnitName> = BTreeSet::new();
        loop {
            let standings = self.standings(&cluster)?;
            let is_over = begun.elapsed() >= deadline;
            store.refresh()?;
            let state = State::of(store.records()?);
            let mut sure = Vec::new();
            for (followed, standing) in self.followed.iter().zip(&standings) {
                let mut is = known(followed, standing, &state, now());
                match &is {
                    Known::Sick(why) => {
                        let since = sick_since.entry(&followed.unit).or_insert_with(Instant::now);
                        if since.elapsed() < SICK_FOR && !is_over {
                            is = Known::Open(why.clone());
                        }
                    }
                    _ => drop(sick_since.remove(&followed.unit)),
                }
                let is_news = match &is {
                    Known::Healthy => true,
                    Known::Sick(_) => written_sick.insert(&followed.unit),
                    Known::Open(_) | Known::Unsaid(_) => false,
                };
                if is_news {
                    sure.push((followed, standing));
                }
                told.insert(&followed.unit, is);
            }
            // At once: others may wait for it.
            self.write(store, &sure, begun.elapsed())?;
            let is_known = !told.values().any(|known| matches!(known, Known::Open(_)));
            if is_known || is_over {
                return summary(&told, store);
            }
            thread::sleep(EVERY.min(deadline.saturating_sub(begun.elapsed())));
        }
    }

    /// How the engine has each unit. One that does not answer may do so later.
    fn standings(&self, cluster: &Cluster) -> Result<Vec<Standing>> {
        let objects = self.followed.iter().filter_map(|followed| followed.object.as_ref());
        let live = match cluster.engine_objects(objects) {
            Err(ApplyError::Unreachable(said)) => {
                let standing = Standing::Progressing(format!("the engine's cluster does not answer: {said}"));
                return Ok(vec![standing; self.followed.len()]);
            }
            live => live.context("asking for the engine's objects")?,
        };
        let live = |object: &Value| Id::of(object).and_then(|(id, _)| live.get(&id));
        let of_unit = |one: &Followed| of_engine(one, one.object.as_ref().and_then(live), &self.commit);
        Ok(self.followed.iter().map(of_unit).collect())
    }

    fn write(&self, store: &mut Store, sure: &[(&Followed, &Standing)], took: Duration) -> Result<()> {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let written = store.append(self.writer, now, |records| Ok(entries(records, sure, self.cause, took, now())));
        written.map(drop).context("writing how the units are")
    }
}

fn summary(told: &BTreeMap<&UnitName, Known>, store: &mut Store) -> Result<Outcome> {
    let mut text = String::new();
    for (unit, known) in told {
        let is = match known {
            Known::Healthy => "healthy".to_owned(),
            Known::Sick(why) => format!("sick: {why}"),
            Known::Open(why) => format!("not known yet: {why}"),
            Known::Unsaid(why) => why.clone(),
        };
        text.push_str(&format!("{unit}: {}\n", visible_line(&is)));
    }
    if told.values().any(|known| matches!(known, Known::Sick(_))) {
        text.push_str("an engine follows git: revert the merge that made a unit sick, and publish that\n");
    }
    let good = told.values().filter(|known| **known == Known::Healthy).count();
    store.records()?;
    let all = counted(told.len(), "unit");
    text.push_str(&format!("{good} of {all} healthy; the ledger ends with {}\n", store.head()));
    terminal::print(&text)?;
    Ok(if good == told.len() { Outcome::Clean } else { Outcome::Blocked })
}
