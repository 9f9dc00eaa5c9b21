//! Publishing, written down: an environment is taken in the ledger, what it is to hold is pushed, and each unit that is
//! brought to another digest by it has a record before and after.

use super::publish::{Content, EngineBranch, MayPush, Published};
use crate::ledger::{
    Cause, Effect, Entry, Intent, Outcome, Record, Scope, SecretAsked, State, Store, Undo, UnitName, Writer,
};
use crate::model::{Name, Timestamp};
use anyhow::{Context, Result, bail};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

/// What is published, and on whose word.
#[derive(Debug, Clone)]
pub struct Publication {
    pub environment: Name,
    /// What its engine is told anew of; None where it is told to take a unit away.
    pub units: BTreeMap<UnitName, Option<String>>,
    /// Also of units that are the same: how they are delivered changes.
    pub is_anew: bool,
    /// What is asked for with each.
    pub secrets: BTreeMap<UnitName, Vec<SecretAsked>>,
    pub cause: Cause,
    /// On whose word each unit, where that is known of it alone.
    pub causes: BTreeMap<UnitName, Cause>,
    /// Until when nobody else publishes it.
    pub until: Timestamp,
}

/// # Errors
/// When somebody else holds the environment, or the ledger or the branch cannot be written: a push that failed is written
/// down as such.
pub fn publish_recorded(
    store: &mut Store,
    branch: &EngineBranch,
    content: Content<'_>,
    publication: &Publication,
    writer: &Writer,
    clock: &dyn Fn() -> Timestamp,
    may_push: &MayPush<'_>,
) -> Result<Published> {
    let taken = RefCell::new(Taken::default());
    store
        .append(writer, clock, |records| {
            let (entries, now_taken) = claim(records, publication, clock())?;
            taken.replace(now_taken);
            Ok(entries)
        })
        .with_context(|| format!("taking {} to publish it", publication.environment))?;
    let taken = taken.into_inner();
    let begun = Instant::now();
    let in_time = |tip: Option<gix::ObjectId>| match clock() < publication.until {
        true => may_push(tip),
        false => bail!("the lease on {} ran out before the push: try again", publication.environment),
    };
    let published = branch.publish(content, &in_time);
    let outcome = match &published {
        Ok(Published::Nothing { .. } | Published::Pushed { .. }) => Outcome::Succeeded,
        Ok(Published::Superseded { .. }) => Outcome::Superseded,
        Err(_) => Outcome::Failed,
    };
    let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let ended = store.append(writer, clock, |records| Ok(close(records, &taken, outcome, took)));
    let published = published?;
    ended.with_context(|| format!("writing what became of {}", publication.environment))?;
    Ok(published)
}

/// The numbers of what was written before it.
#[derive(Debug, Clone, Default)]
struct Taken {
    lease: Option<u64>,
    began: Vec<u64>,
}

/// None where every unit is as the ledger says: then nobody has to be kept away, and git itself says whether anything is
/// to be pushed.
fn claim(records: &[Record], publication: &Publication, now: Timestamp) -> Result<(Vec<Entry>, Taken)> {
    let state = State::of(records);
    let scope = Scope { environment: publication.environment.clone(), unit: None };
    if let Some((token, lease)) = state.held(&scope, now) {
        bail!("{} holds {} until {} (record {token}): wait, or try again then", lease.holder, lease.scope, lease.until);
    }
    let is_ours =
        |intent: &&Intent| intent.effect == Effect::Publish && intent.unit.environment == publication.environment;
    let left_open = state.open.iter().filter(|(_, intent)| is_ours(intent)).map(|(number, _)| *number);
    let interrupted = |began| Entry::Ended { began, outcome: Outcome::Interrupted, took: 0, note: None };
    let mut entries: Vec<Entry> = left_open.map(interrupted).collect();
    let intents = intents(&state, publication);
    if intents.is_empty() && entries.is_empty() {
        return Ok((Vec::new(), Taken::default()));
    }
    let first = records.last().map_or(0, |record| record.number) + 1;
    let lease = first + entries.len() as u64;
    entries.push(Entry::Leased { scope, until: publication.until });
    let began = (lease + 1..).take(intents.len()).collect();
    entries.extend(intents.into_iter().map(|intent| Entry::Began(Box::new(intent))));
    Ok((entries, Taken { lease: Some(lease), began }))
}

/// Each unit of which the engine is to be told something else than it was, or that it is no longer there.
fn intents(state: &State, publication: &Publication) -> Vec<Intent> {
    let published = |unit: &UnitName| state.units.get(unit).and_then(|unit| unit.published.as_ref());
    let intent = |unit: &UnitName, digest: Option<String>| Intent {
        effect: Effect::Publish,
        unit: unit.clone(),
        secrets: digest.iter().filter_map(|_| publication.secrets.get(unit).cloned()).flatten().collect(),
        digest,
        plan: None,
        change: publication.causes.get(unit).unwrap_or(&publication.cause).clone(),
        cost: None,
        undo: Undo::Reversible,
    };
    let is_said = |unit: &UnitName, digest: Option<&str>| match published(unit) {
        Some(published) => published.is(digest) && !(publication.is_anew && digest.is_some()),
        // Nobody told it to run what it is not to run.
        None => digest.is_none(),
    };
    let units = publication.units.iter().filter(|(unit, digest)| !is_said(unit, digest.as_deref()));
    units.map(|(unit, digest)| intent(unit, digest.clone())).collect()
}

/// What is still open of it, and the lease.
fn close(records: &[Record], taken: &Taken, outcome: Outcome, took: u64) -> Vec<Entry> {
    let state = State::of(records);
    let open = taken.began.iter().filter(|began| state.open.contains_key(began));
    let ended = open.map(|began| Entry::Ended { began: *began, outcome, took, note: None });
    let lease = taken.lease.filter(|lease| state.leases.contains_key(lease));
    ended.chain(lease.map(|lease| Entry::Returned { lease })).collect()
}
