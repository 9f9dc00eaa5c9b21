//! `pavior rollback`: a person takes one unit back to something that it was healthy with.

mod choice;
mod shown;

pub use shown::held;

use super::apply::{again, stopping};
use super::delivery::{Delivery, Program, compiled};
use super::live::Live;
use super::reach::{Gate, Reach};
use super::repository::Repository;
use super::take_back::Back;
use super::unit_name::{near, reason, unit_name};
use super::writer::writer;
use super::{Outcome, terminal};
use crate::deliver::machine::{ByHand, Conclusion, Machine, Target};
use crate::deliver::{Direct, Given, Journal, Revision, WayBack, drive, now};
use crate::ledger::{Cause, Deployed, Record, Scope, State, UnitName, UnitState, short};
use crate::read::Objects;
use crate::report::visible_line;
use anyhow::{Context, Result, anyhow, bail};
use choice::{Choice, available, choose};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::Ordering;

/// Take a unit back to something that it was healthy with, by hand
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Rollback {
    /// The unit, as ENVIRONMENT/UNIT
    #[arg(value_parser = unit_name)]
    unit: UnitName,
    /// To what: the beginning of a digest or a commit, the number of a record, or a revision; default what it was healthy
    /// with before
    #[arg(long, value_name = "WHAT")]
    to: Option<String>,
    /// Why, for those who read the ledger
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run", value_parser = reason)]
    why: Option<String>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// What is lost by it may be lost; names the unit once more
    #[arg(long, value_name = "ENVIRONMENT/UNIT", value_parser = unit_name)]
    confirm: Option<UnitName>,
    #[command(flatten)]
    repository: Repository,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// The branch that is applied: a merge there that has something newer for the unit wins
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    branch: String,
    #[command(flatten)]
    terraform: Program,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    gate: Gate,
    /// Open a pull request against this branch that takes back the declaration; default is to print it
    #[cfg(feature = "forge")]
    #[arg(long, value_name = "BRANCH")]
    revert_on: Option<String>,
}

const HOW: &str = "\
What will happen is told first. Then the unit is leased, what it goes away from is quarantined, and it is brought to what it \
is to be by the steps of `pavior apply`, each written into the ledger before and after. It is done once: where it fails, the \
unit is held for you, and how to go on is told. A merge that has something newer for the unit wins.

It needs no review: it goes only to what was merged and found healthy before. Who did it, and why, is in the ledger.

Exit codes: 0 it is back, 1 it is not, 2 could not run.";

pub fn run(arguments: &Rollback) -> Result<Outcome> {
    let (unit, delivery) = (&arguments.unit, arguments.delivery()?);
    let root = delivery.repository.root()?;
    let mut store = delivery.store(&root)?;
    let records = store.records()?.to_vec();
    let all = State::of(&records);
    let Some(state) = all.units.get(unit) else {
        bail!("the ledger knows no {unit}{}", near(&unit.to_string(), all.units.keys()))
    };
    let tip = || Objects::open(&root)?.commit(&arguments.branch);
    let merged = tip()?;
    let known = BTreeMap::from([(merged.clone(), again(&root, &merged)?)]);
    known.values().try_for_each(|merged| arguments.is_ours(merged))?;
    let compile = |commit: &str| known.get(commit).cloned().map_or_else(|| again(&root, commit), Ok);
    let digest_of = |revision: &str| {
        let commit = Objects::open(&root).and_then(|objects| objects.commit(revision)).ok()?;
        Some(compile(&commit).ok()?.units.get(unit)?.unit.digest.to_string())
    };
    let choice = match choose(&records, unit, state, arguments.to.as_deref(), digest_of) {
        Ok(choice) => choice,
        Err(refusal) => {
            terminal::tell(available(&records, unit, state).trim_end());
            return Err(refusal.into());
        }
    };
    let wanted = compile(&choice.from.commit)?;
    still_compiles(unit, &wanted, &choice.from, &records)?;
    let to = choice.to.deployed();
    let then = compile(&to.commit)?;
    still_compiles(unit, &then, &to, &records)?;
    let writer = writer(&root)?;
    let why = arguments.why.clone().unwrap_or_default();
    let revert = |_: &UnitName, _: &UnitState| arguments.take_back(&root, &choice, &why);
    let cluster = |unit: &UnitName| arguments.reach.cluster(&wanted, unit);
    let head = choice.from.commit.clone();
    let author = writer.actor.clone();
    let cause = Cause { head: head.clone(), base: None, pull: None, report: None, author, approved_by: Vec::new() };
    let confirmed: BTreeSet<UnitName> = arguments.confirm.iter().cloned().collect();
    let live = Live::new();
    let tell = |line: &str| live.tell(&visible_line(line));
    let work = Direct::new(Given {
        cluster: &cluster,
        tell: &tell,
        patience: arguments.gate.patience(),
        head,
        wanted: wanted.clone(),
        terraform: delivery.terraform.terraform(&root, &then.lock)?,
        cause,
        confirmed: confirmed.clone(),
        compile: &compile,
        tip: &tip,
        revert: &revert,
    })
    .by_hand(WayBack { to: to.clone(), quarantined: state.quarantined.clone() });
    let foreseen = work.foresee(unit, state).with_context(|| format!("planning {unit}"))?;
    let is_refused = !foreseen.risks.is_empty() && !confirmed.contains(unit);
    terminal::print(&shown::foreseen(unit, &choice, &foreseen, is_refused))?;
    if is_refused || arguments.dry_run {
        return Ok(if is_refused || foreseen.is_superseded { Outcome::Blocked } else { Outcome::Clean });
    }
    let scope = Scope { environment: unit.environment.clone(), unit: Some(unit.unit.clone()) };
    if let Some((_, lease)) = all.held(&scope, now()) {
        let holder = visible_line(&lease.holder);
        terminal::tell(&format!(
            "{unit}: {holder} has it, until {} at most, and is waited for while alive",
            lease.until
        ));
    }
    let target = Target {
        unit: unit.clone(),
        digest: choice.from.digest.clone(),
        after: BTreeSet::new(),
        refused: None,
        is_open: all.is_left_open(unit, choice.from.digest.as_deref()),
        is_elsewhere: false,
        handover: None,
    };
    let by_hand = ByHand { to: choice.to.digest.clone(), why: why.clone(), healthy: state.healthy.clone() };
    let mut machine = Machine::by_hand(target, by_hand);
    let mut journal = Journal::new(store, writer);
    let is_stopping = stopping();
    drive(&mut machine, &mut journal, &work, &live, &|| is_stopping.load(Ordering::Relaxed))?;
    let conclusion = machine.units().find_map(|(_, conclusion)| conclusion.cloned());
    let conclusion = conclusion.ok_or_else(|| anyhow!("nothing became of {unit}"))?;
    terminal::print(&shown::concluded(unit, &choice, &conclusion))?;
    terminal::print(&format!("the ledger ends with {}\n", journal.head()?))?;
    let is_back = matches!(conclusion, Conclusion::Unchanged | Conclusion::RolledBack { revert: None, .. });
    Ok(if is_back { Outcome::Clean } else { Outcome::Blocked })
}

/// That what the ledger calls by this digest can be had again, bit by bit.
fn still_compiles(unit: &UnitName, revision: &Revision, deployed: &Deployed, records: &[Record]) -> Result<()> {
    let found = revision.units.get(unit).map(|one| one.unit.digest.to_string());
    if found == deployed.digest {
        return Ok(());
    }
    let index = usize::try_from(deployed.record).unwrap_or_default().saturating_sub(1);
    let version = records.get(index).map_or("another", |record| record.writer.version.as_str());
    let digest = short(deployed.digest.as_deref().unwrap_or("nothing"));
    bail!(
        "{unit} no longer compiles into {digest} from {}: record {} was written by Pavior {}, and this is {}; use that one",
        short(&deployed.commit),
        deployed.record,
        visible_line(version),
        env!("CARGO_PKG_VERSION")
    )
}

impl Rollback {
    /// As `pavior apply` is told it, of this one unit.
    fn delivery(&self) -> Result<Delivery> {
        if let Some(other) = self.confirm.as_ref().filter(|other| **other != self.unit) {
            bail!("--confirm names {other}, and it is {} that goes back", self.unit);
        }
        Ok(Delivery {
            repository: self.repository.clone(),
            environment: vec![self.unit.environment.to_string()],
            unit: vec![self.unit.unit.clone()],
            remote: self.remote.clone(),
            terraform: self.terraform.clone(),
            jobs: 1,
        })
    }

    /// Engines follow git: there is nothing to be done to the world beside it.
    fn is_ours(&self, merged: &Revision) -> Result<()> {
        let environment = &self.unit.environment;
        let setting = merged.environments.get(environment);
        let Some(engine) = setting.and_then(|setting| setting.delivery.engine()) else { return Ok(()) };
        bail!(
            "{engine} delivers to {environment}, and follows git: revert the merge (`git revert`, or `pavior deploy` with the \
             image of before), and once that is merged `pavior publish --environment {environment}`"
        )
    }

    /// What takes its declaration back is opened as a pull request where that is asked for, and else shown.
    fn take_back(&self, root: &Path, choice: &Choice, why: &str) -> Result<()> {
        let tip = Objects::open(root)?.commit(&self.branch)?;
        let merged =
            compiled(root, &tip)?.and_then(|revision| revision.units.get(&self.unit).map(|one| one.unit.digest));
        let digest = merged.map(|digest| digest.to_string());
        if digest.as_ref() == Some(&choice.to.digest) {
            terminal::tell(&format!("{}: its declaration says so already", self.unit));
            return Ok(());
        }
        let why = format!("it was taken back by hand: {why}");
        let back = Back { unit: &self.unit, healthy: &choice.to.commit, bad: &tip, digest, why: &why };
        #[cfg(feature = "forge")]
        if let Some(base) = &self.revert_on {
            return back.propose(root, base, self.remote.as_deref()).map(drop);
        }
        back.show(root)
    }
}
