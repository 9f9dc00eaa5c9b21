//! `pavior apply`: what is merged becomes what runs, as it was reviewed, and goes back where it makes a unit sick.

use super::delivery::{Delivery, compiled, is_there, tell_uncommitted};
use super::handed::{Handed, Under};
use super::live::Live;
use super::reach::{Gate, Reach};
use super::reviewed::Reviewed;
use super::rollback::held;
use super::take_back::Back;
use super::unit_name::unit_name;
use super::writer::writer;
use super::{Outcome, terminal};
use crate::deliver::machine::{Conclusion, Handover, Machine, Target};
use crate::deliver::{Affected, Direct, Given, Journal, Revision, Shard, affected_of, drive, engine_of, is_done};
use crate::ledger::{Cause, Effect, Intent, State, UnitName, UnitState};
use crate::model::Name;
use crate::read::Objects;
use crate::report::{counted, visible_line};
use anyhow::{Context, Result, anyhow};
use clap::Args;
use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Carry out what is merged: Terraform, then health, and back to what was healthy where it makes a unit sick
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Apply {
    #[command(flatten)]
    delivery: Delivery,
    /// Carry out this revision
    #[arg(long, value_name = "REV", default_value = HEAD)]
    head: String,
    /// The branch whose tip wins over a run that is under way; default `--head`
    #[arg(long, value_name = "REF")]
    branch: Option<String>,
    #[command(flatten)]
    handed: Handed,
    #[command(flatten)]
    reviewed: Reviewed,
    /// This unit may go with all that it holds, as ENVIRONMENT/UNIT, or most of this ENVIRONMENT may; may be given several
    /// times
    #[arg(long, value_name = "UNIT")]
    confirm: Vec<String>,
    /// Only this part of the units, such as 2/5: the second of five runs that share the delivery, each with its own number
    #[arg(long, value_name = "I/N", value_parser = Shard::from_str)]
    shard: Option<Shard>,
    /// How long a unit of another shard is waited for while nobody works on it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900, requires = "shard")]
    wait: u64,
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    gate: Gate,
    /// Open pull requests against this branch that take back the declarations of units that were rolled back; default
    /// is to print them
    #[cfg(feature = "forge")]
    #[arg(long, value_name = "BRANCH")]
    revert_on: Option<String>,
    /// The pull request that is carried out, for the ledger
    #[arg(long, value_name = "NUMBER")]
    pull: Option<u64>,
    /// Who wrote the change; default who wrote the commit
    #[arg(long, value_name = "LOGIN")]
    author: Option<String>,
    /// Who approved it; may be given several times
    #[arg(long, value_name = "LOGIN")]
    approved_by: Vec<String>,
}

/// Why a declaration is taken back.
const SICK: &str = "it was not healthy with it, and is back on what it was healthy with before";

const HOW: &str = "\
A unit is applied when its digest is not the one that the ledger last found it healthy with: after what it needs and, where \
its environment is promoted from another one, after the same unit there. It is leased, planned, and applied if the plan does \
no more than the diff announces. Each step stands in the ledger before and after it is taken; a run that is killed is found \
and finished by the next one.

What is compiled has to be what was reviewed: its digest stands in a report that is given with --reviewed, or you say --yes, \
which is enough for environments of class `development` that ask for no approvals.

Where Argo CD or Flux delivers, only Terraform is done here, and `pavior publish` brings the engine the rest.

Exit codes: 0 all healthy or left to their engine, 1 a unit is not, 2 could not run.";

pub(super) const HEAD: &str = "HEAD";

/// Of fewer units more than half may go.
pub(super) const FEW: usize = 4;

pub fn run(arguments: &Apply) -> Result<Outcome> {
    let delivery = &arguments.delivery;
    let root = delivery.repository.root()?;
    let under = arguments.handed.open(delivery, &root)?;
    let head = Objects::open(&root)?.commit(under.head().unwrap_or(&arguments.head))?;
    let Some(wanted) = compiled(&root, &head)? else { return Ok(Outcome::Blocked) };
    let wanted = Arc::new(wanted);
    let mut journal = Journal::new(under.store(&root)?, writer(&root)?).waiting(Duration::from_secs(arguments.wait));
    let state = journal.state()?;
    delivery.are_there(&wanted.units, state.units.keys())?;
    arguments.confirms_what_is_there(&wanted, &state)?;
    if under.head().is_none() && arguments.head == HEAD {
        tell_uncommitted(&root);
    }
    let targets = arguments.targets(&wanted, &state, &under)?;
    if targets.is_empty() {
        terminal::print("nothing to do: all is as the ledger says\n")?;
        under.account(&head, &journal.head()?, Vec::new())?;
        return Ok(Outcome::Clean);
    }
    targets.iter().for_each(|target| orphans(&target.unit, &state));
    let branch = arguments.branch.clone().unwrap_or_else(|| arguments.head.clone());
    let compile = |commit: &str| again(&root, commit);
    let tip = || under.tip(&root).unwrap_or_else(|| Objects::open(&root)?.commit(&branch));
    let revert = |unit: &UnitName, state: &UnitState| {
        let digest = wanted.units.get(unit).map(|one| one.unit.digest.to_string());
        let healthy = &state.refuge().context("the ledger does not say what it was healthy with")?.commit;
        let proposed = arguments.take_back(&root, &Back { unit, healthy, bad: &head, digest, why: SICK })?;
        proposed.into_iter().for_each(|pull| under.takes_back(unit, pull));
        Ok(())
    };
    let cluster = |unit: &UnitName| arguments.reach.cluster(&wanted, unit);
    let cause = arguments.cause(&root, &head)?;
    let live = Live::new();
    let tell = |line: &str| live.tell(&visible_line(line));
    let work = Direct::new(Given {
        cluster: &cluster,
        tell: &tell,
        patience: arguments.gate.patience(),
        head: head.clone(),
        wanted: wanted.clone(),
        terraform: delivery.terraform.terraform(&root, &wanted.lock)?,
        cause: cause.clone(),
        confirmed: arguments.confirmed()?,
        compile: &compile,
        tip: &tip,
        revert: &revert,
    })
    .with_causes(under.causes(&cause));
    let mut machine = Machine::new(targets, usize::from(delivery.jobs));
    let is_stopping = stopping();
    drive(&mut machine, &mut journal, &work, &live, &|| is_stopping.load(Ordering::Relaxed))?;
    under.account(&head, &journal.head()?, live.became(&machine))?;
    summary(&machine, &mut journal)
}

/// A Terraform that was killed may have made something that it did not come to write into its state.
fn orphans(unit: &UnitName, state: &State) {
    let is_open = |intent: &Intent| intent.unit == *unit && intent.effect == Effect::Terraform;
    for (record, _) in state.open.iter().filter(|(_, intent)| is_open(intent)) {
        terminal::tell(&format!(
            "{unit}: an earlier run began terraform and did not end it (record {record}). It is planned anew; but what that run \
             made last may be missing from the state: an orphan, which nothing takes away. Look for it where it would be"
        ));
    }
}

/// Each unit in a line, and the ledger's head, which whoever keeps it elsewhere can hold the ledger against.
fn summary(machine: &Machine, journal: &mut Journal) -> Result<Outcome> {
    let mut text = String::new();
    let (mut good, mut left) = (0, 0);
    for (unit, conclusion) in machine.units() {
        let Some(conclusion) = conclusion else { continue };
        let is_left = matches!(conclusion, Conclusion::HandedOver { .. });
        left += usize::from(is_left);
        good += usize::from(conclusion.is_good() && !is_left);
        text.push_str(&format!("{unit}: {}\n", visible_line(&conclusion.to_string())));
        if matches!(conclusion, Conclusion::Held { .. }) {
            text.push_str(&held(unit, None));
        }
    }
    for (unit, conclusion) in machine.awaited().filter(|(_, conclusion)| !conclusion.is_good()) {
        text.push_str(&format!("{unit}: {}\n", visible_line(&conclusion.to_string())));
    }
    let all = machine.units().count();
    let engines = if left > 0 { format!(", {left} left to their engine") } else { String::new() };
    let all_units = counted(all, "unit");
    text.push_str(&format!("{good} of {all_units} as merged{engines}; the ledger ends with {}\n", journal.head()?));
    terminal::print(&text)?;
    Ok(if good + left == all { Outcome::Clean } else { Outcome::Blocked })
}

/// A commit that compiled when it was delivered.
pub(super) fn again(root: &Path, commit: &str) -> Result<Arc<Revision>> {
    let found = compiled(root, commit)?;
    found.map(Arc::new).ok_or_else(|| anyhow!("{} does not compile with this Pavior", visible_line(commit)))
}

impl Apply {
    fn cause(&self, root: &Path, head: &str) -> Result<Cause> {
        let author = match &self.author {
            Some(author) => author.clone(),
            None => Objects::open(root)?.author(head).context("reading who wrote the commit")?,
        };
        Ok(Cause {
            head: head.to_owned(),
            base: None,
            pull: self.pull,
            report: None,
            author,
            approved_by: self.approved_by.clone(),
        })
    }

    /// Opens the pull request where that is asked for, and else shows what would be in it.
    fn take_back(&self, root: &Path, back: &Back<'_>) -> Result<Option<u64>> {
        #[cfg(feature = "forge")]
        if let Some(base) = &self.revert_on {
            return back.propose(root, base, self.delivery.remote.as_deref());
        }
        back.show(root).map(|()| None)
    }

    /// A name that is mistyped must not look like one that was confirmed.
    fn confirms_what_is_there(&self, wanted: &Revision, state: &State) -> Result<()> {
        let known = || wanted.units.keys().chain(state.units.keys());
        let units: Vec<String> = known().map(UnitName::to_string).collect();
        let units: Vec<&str> = units.iter().map(String::as_str).collect();
        let declared = wanted.environments.keys().map(Name::as_str);
        let environments: Vec<&str> = known().map(|unit| unit.environment.as_str()).chain(declared).collect();
        self.confirm.iter().try_for_each(|text| {
            let is_there = match Name::parse(text) {
                Some(_) => is_there("environment", text, &environments),
                None => is_there("unit", text, &units),
            };
            is_there.map_err(|why| anyhow!("--confirm: {why}"))
        })
    }

    fn confirmed(&self) -> Result<BTreeSet<UnitName>> {
        let units = self.confirm.iter().filter(|text| Name::parse(text).is_none());
        let parsed =
            units.map(|text| unit_name(text).map_err(|why| anyhow!("--confirm {}: {why}", visible_line(text))));
        parsed.collect()
    }

    fn targets(&self, wanted: &Revision, state: &State, under: &Under) -> Result<Vec<Target>> {
        let reviewed = self.reviewed.digests()?;
        let all = affected_of(&wanted.units, state, |_| true);
        let affected: Vec<&Affected> = all.iter().filter(|one| self.delivery.asks_for(&one.unit)).collect();
        let left: BTreeSet<&UnitName> =
            all.iter().map(|one| &one.unit).filter(|unit| !self.delivery.asks_for(unit)).collect();
        let going = affected.iter().filter(|one| one.to.is_none()).map(|one| one.unit.clone()).collect();
        let names: Vec<&UnitName> = wanted.units.keys().collect();
        let is_open = |unit: &UnitName| state.open.values().any(|intent| intent.unit == *unit);
        let handover = |unit: &UnitName| {
            let (state, wanted_unit) = (state.units.get(unit), wanted.units.get(unit));
            let engine = engine_of(wanted, unit, state)?;
            Some(Handover { engine, is_done: !is_open(unit) && is_done(wanted_unit, state) })
        };
        let after = |one: &Affected| match one.to {
            Some(_) => wanted.after(&one.unit),
            None => wanted.after_going(&one.unit, &going),
        };
        // What is not asked for is not waited for: it has to be there already.
        let stands_on = |one: &Affected| {
            let is_left = |on: &UnitName| {
                let is_handed_over = handover(on).is_some_and(|handover| handover.is_done);
                left.contains(on) && !(is_handed_over && on.environment == one.unit.environment)
            };
            let on = after(one).into_iter().find(is_left)?;
            Some(format!("it stands on {on}, which is not as merged: apply that first, or with it"))
        };
        let targets = affected.iter().map(|one| Target {
            unit: one.unit.clone(),
            digest: one.to.clone(),
            after: after(one),
            handover: handover(&one.unit),
            refused: self.too_much(&one.unit.environment, state, &going).filter(|_| one.to.is_none()).or_else(|| {
                let refused = match under.refusal(&one.unit, one.to.as_deref()) {
                    // Nobody has to agree to what is not done.
                    _ if handover(&one.unit).is_some_and(|handover| handover.is_done) => None,
                    Some(decided) => decided,
                    None => {
                        let setting = wanted.environments.get(&one.unit.environment);
                        self.reviewed.refusal(setting, &one.unit, one.to.as_deref(), &reviewed)
                    }
                };
                refused.or_else(|| stands_on(one))
            }),
            is_open: state.is_left_open(&one.unit, one.to.as_deref()),
            is_elsewhere: false,
        });
        let targets = targets.collect();
        Ok(match self.shard {
            Some(shard) => shard.part(targets, &names),
            None => targets,
        })
    }

    /// An environment of which most would go looks like a mistake: an empty checkout, a folder that was moved.
    fn too_much(&self, environment: &Name, state: &State, going: &BTreeSet<UnitName>) -> Option<String> {
        let is_there = |(name, unit): &(&UnitName, &UnitState)| {
            name.environment == *environment && unit.runs().is_some_and(|deployed| deployed.digest.is_some())
        };
        let all = state.units.iter().filter(is_there).count();
        let going = going.iter().filter(|unit| unit.environment == *environment).count();
        let is_confirmed = self.confirm.iter().any(|name| name == environment.as_str());
        (going >= FEW && going * 2 > all && !is_confirmed).then(|| {
            format!("{going} of {all} units of {environment} would go: say --confirm {environment} if that is meant")
        })
    }
}

/// Becomes true when somebody asks the run to stop, by SIGINT or SIGTERM. What was begun is brought to its end first; asked
/// again, it is dropped, and the next run finds it.
pub(super) fn stopping() -> &'static AtomicBool {
    static STOPPING: AtomicBool = AtomicBool::new(false);
    #[cfg(feature = "forge")]
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(heed(&STOPPING));
        }
    });
    &STOPPING
}

#[cfg(feature = "forge")]
async fn heed(stopping: &AtomicBool) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if stopping.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        terminal::tell("stopping: what was begun is brought to the end of its step");
    }
}
