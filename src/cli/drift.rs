//! `pavior drift`: whether units are still what the ledger last found them healthy with.

use super::delivery::{Delivery, compiled};
use super::reach::Reach;
use super::{Outcome, terminal};
use crate::deliver::drift::{Compared, Standing, compare, drift_json, told};
use crate::deliver::{Revision, now};
use crate::ledger::{Deployed, Scope, State, UnitName, short};
use crate::model::kinds::environment::Delivery as Engine;
use crate::report::counted;
use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Say where the world is not what units were last found healthy with; changes nothing
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Drift {
    #[command(flatten)]
    delivery: Delivery,
    /// What is merged: where it is not what is applied, that is noted, and is no drift
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    #[command(flatten)]
    reach: Reach,
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const HOW: &str = "\
Each unit is compiled again from the commit that it was last healthy with, and held against the world: Terraform plans it, \
looking at what is really there, and the cluster is asked what applying its manifests would change. What differs is named \
by resource and attribute; no value is ever told. What only Terraform's state says and nobody declares is noted.

A merge that is not applied yet is noted, and is no drift. A unit that a run is at work on, or was stopped in, is not compared.

Exit codes: 0 no drift, 1 drift, 2 could not run, or a unit could not be compared.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[value(alias = "text")]
    Human,
    /// schemas/drift.schema.json
    Json,
}

/// Revisions by their commits; None where one no longer compiles.
type Revisions = BTreeMap<String, Option<Revision>>;

pub fn run(arguments: &Drift) -> Result<Outcome> {
    let delivery = &arguments.delivery;
    let root = delivery.repository.root()?;
    let mut store = delivery.store(&root)?;
    let state = State::of(store.records()?);
    let head = compiled(&root, &arguments.head)?;
    let none = BTreeMap::new();
    let merged = head.as_ref().map_or(&none, |head| &head.units);
    delivery.are_there(merged, state.units.keys())?;
    let asked: Vec<(&UnitName, &Deployed)> = state
        .units
        .iter()
        .filter(|(unit, _)| delivery.asks_for(unit))
        .filter_map(|(unit, state)| Some((unit, state.healthy.as_ref().filter(|healthy| healthy.digest.is_some())?)))
        .collect();
    let mut revisions = Revisions::new();
    for (_, healthy) in &asked {
        if !revisions.contains_key(&healthy.commit) {
            revisions.insert(healthy.commit.clone(), compiled(&root, &healthy.commit)?);
        }
    }
    let jobs = usize::from(delivery.jobs);
    let standings = in_parallel(&asked, jobs, |(unit, healthy)| match at_work(&state, unit) {
        Some(why) => Standing::Unsettled(why),
        None => match arguments.found(&root, &revisions, unit, healthy) {
            Ok(found) => Standing::Compared(found),
            Err(error) => Standing::Failed(format!("{error:#}")),
        },
    });
    let later = again(delivery, &root)?;
    let mut all = Vec::new();
    for ((unit, healthy), standing) in asked.into_iter().zip(standings) {
        let is_other = at_work(&later, unit).is_some() || later.units.get(unit) != state.units.get(unit);
        let standing = match standing {
            Standing::Compared(_) | Standing::Failed(_) if is_other => {
                Standing::Unsettled("a run came upon it meanwhile: ask again".to_owned())
            }
            standing => standing,
        };
        let pending = head.as_ref().map(|head| head.units.get(unit).map(|one| one.unit.digest.to_string()));
        let pending = pending.filter(|digest| *digest != healthy.digest);
        all.push(Compared { unit: unit.clone(), healthy: healthy.clone(), standing, pending });
    }
    terminal::print(&match arguments.format {
        Format::Human => told(&all),
        Format::Json => drift_json(&all),
    })?;
    let failed = all.iter().filter(|one| matches!(one.standing, Standing::Failed(_))).count();
    if failed > 0 {
        bail!("{} could not be compared", counted(failed, "unit"));
    }
    Ok(if all.iter().any(Compared::has_drifted) { Outcome::Blocked } else { Outcome::Clean })
}

/// The ledger, as it is by now.
fn again(delivery: &Delivery, root: &Path) -> Result<State> {
    let mut store = delivery.store(root)?;
    Ok(State::of(store.records()?))
}

/// Why nobody can say what should be there.
fn at_work(state: &State, unit: &UnitName) -> Option<String> {
    let scope = Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) };
    if let Some((_, lease)) = state.held(&scope, now()) {
        return Some(format!("{} works on it", lease.holder));
    }
    let unsettled = state.units.get(unit).filter(|unit| unit.unsettled)?;
    Some(match unsettled.held {
        true => "it is held for a person: see `pavior rollback`".to_owned(),
        false => "a run was stopped in the middle of it, or failed: `pavior apply` goes on".to_owned(),
    })
}

/// So many at a time, in the order of the items.
fn in_parallel<I: Sync, R: Send>(items: &[I], jobs: usize, work: impl Fn(&I) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let worker = || std::iter::from_fn(next).map(|(number, item)| (number, work(item))).collect::<Vec<_>>();
        let started: Vec<_> = (0..jobs.min(items.len())).map(|_| scope.spawn(worker)).collect();
        let ended = started.into_iter().map(|thread| thread.join());
        ended.flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Drift {
    fn found(
        &self,
        root: &Path,
        revisions: &Revisions,
        unit: &UnitName,
        healthy: &Deployed,
    ) -> Result<crate::deliver::drift::Found> {
        let revision = revisions.get(&healthy.commit).and_then(Option::as_ref);
        let was = revision.and_then(|revision| Some((revision, revision.units.get(unit)?)));
        let (revision, was) =
            was.filter(|(_, one)| Some(one.unit.digest.to_string()) == healthy.digest).ok_or_else(|| {
                let digest = short(healthy.digest.as_deref().unwrap_or("nothing"));
                anyhow!("{} no longer compiles into {digest}: another Pavior delivered it", short(&healthy.commit))
            })?;
        // Engines look after their objects themselves.
        let setting = revision.environments.get(&unit.environment);
        let is_ours = setting.is_none_or(|setting| setting.delivery == Engine::Direct);
        let cluster = self.reach.cluster(revision, unit).filter(|_| is_ours);
        let terraform = self.delivery.terraform.terraform(root, &revision.lock)?;
        compare(&terraform, cluster.as_ref(), unit, was)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_what_was_asked() {
        let items: Vec<u64> = (0..50).collect();
        let slow_first = |item: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(500 - 10 * item));
            item * 2
        };
        assert_eq!(in_parallel(&items, 4, slow_first), (0..50).map(|item| item * 2).collect::<Vec<_>>());
        assert!(in_parallel(&[], 4, |item: &u64| *item).is_empty());
    }
}
