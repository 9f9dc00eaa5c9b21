//! One action: claimed in the ledger, carried out in a cluster, and written down. While it takes its time, the lease is
//! extended; who loses it stops before the next step.

use super::super::fail_point::point;
use super::super::process;
use crate::ledger::{Entry, Outcome, Record, Scope, State, Store, Writer};
use crate::model::{Name, Timestamp};
use crate::preview::{Action, Change, Done, Facts, Preview, Terms, claim, close, extend, holds, later, previews};
use anyhow::{Context, Result, bail};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// So many seconds nobody else works on a preview, unless its lease is extended: so long is waited for one who was killed
/// on another machine.
pub const LEASE: u64 = 900;

/// What a preview needs of where it runs. Each of these may be asked for twice: who was killed half-way is followed by one
/// who does it again.
pub trait Cluster: Send {
    /// Everything of this commit is applied, and what is no longer part of it is gone.
    ///
    /// # Errors
    /// When it is not.
    fn up(&mut self, claimed: &Claimed<'_>) -> Result<()>;
    /// Every object is patched by [`crate::preview::sleep`].
    ///
    /// # Errors
    /// When one is not.
    fn sleep(&mut self, claimed: &Claimed<'_>) -> Result<()>;
    /// Every object is patched by [`crate::preview::wake`].
    ///
    /// # Errors
    /// When one is not.
    fn wake(&mut self, claimed: &Claimed<'_>) -> Result<()>;
    /// Nothing of it is left: what runs goes first, then Terraform's resources, then the namespace.
    ///
    /// # Errors
    /// When something is.
    fn down(&mut self, claimed: &Claimed<'_>) -> Result<()>;
    /// People are told when it ends.
    ///
    /// # Errors
    /// When they could not be.
    fn warn(&mut self, claimed: &Claimed<'_>, ends: Timestamp) -> Result<()>;
}

/// A preview, as somebody holds it who does something to it.
#[derive(Debug)]
pub struct Claimed<'c> {
    pub environment: &'c Name,
    /// The fencing token: the number of the lease in the ledger.
    pub token: u64,
    /// With what was claimed. None: the ledger knows of none there.
    pub preview: Option<Preview>,
    lost: &'c AtomicBool,
}

impl Claimed<'_> {
    /// Asked before every step.
    ///
    /// # Errors
    /// When somebody else has it by now.
    pub fn still_ours(&self) -> Result<()> {
        match self.lost.load(Ordering::SeqCst) {
            true => bail!("the lease {} is over: whoever has the preview next goes on", self.token),
            false => Ok(()),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    Done,
    /// It was no longer to be done, or somebody else has the preview.
    Overtaken,
}

/// One action. `facts` is asked anew whenever somebody else wrote into the ledger first.
///
/// # Errors
/// When the ledger cannot be written, or with what the cluster says: then it is written down as failed.
pub fn carry_out(
    store: &mut Store,
    cluster: &mut dyn Cluster,
    writer: &Writer,
    clock: &dyn Fn() -> Timestamp,
    change: &Change,
    facts: &dyn Fn(&[Record]) -> Result<Facts>,
    terms: &Terms,
) -> Result<Carried> {
    let environment = &change.environment;
    let length = u64::try_from(change.until.unix_seconds() - clock().unix_seconds()).unwrap_or_default();
    free_from_the_dead(store, writer, clock, environment)?;
    point("preview.claim.before");
    let lease = Cell::new(None);
    store
        .append(writer, clock, |records| {
            let entries = claim(records, change, &facts(records)?, terms, clock());
            let at = entries.iter().position(|entry| matches!(entry, Entry::Leased { .. }));
            let last = records.last().map_or(0, |record| record.number);
            lease.set(at.map(|at| last + 1 + at as u64));
            Ok(entries)
        })
        .with_context(|| format!("taking {environment} to {}", change.action))?;
    let Some(token) = lease.get() else { return Ok(Carried::Overtaken) };
    point("preview.claim.after");
    store.refresh()?;
    let records = store.records()?;
    if !holds(records, environment, token, clock()) {
        return Ok(Carried::Overtaken);
    }
    let lost = AtomicBool::new(false);
    let claimed = Claimed { environment, token, preview: previews(records).remove(environment), lost: &lost };
    let begun = Instant::now();
    let acted = thread::scope(|scope| {
        let (tell, ended) = channel();
        let claimed = &claimed;
        let worker = scope.spawn(move || {
            let acted = act(cluster, change, claimed);
            tell.send(()).ok();
            acted
        });
        let every = Duration::from_secs(length.div_ceil(3).max(1));
        while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
            if keep(store, writer, clock, claimed, length).is_err() && !is_held(store, clock, claimed) {
                lost.store(true, Ordering::SeqCst);
            }
        }
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let outcome = if acted.is_ok() { Outcome::Succeeded } else { Outcome::Failed };
    let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let done = Done { lease: token, outcome, took };
    point("preview.close.before");
    let counted = Cell::new(false);
    let ended = store.append(writer, clock, |records: &[Record]| {
        let now = clock();
        counted.set(holds(records, environment, token, now));
        Ok(close(records, change, done, now))
    });
    point("preview.close.after");
    acted.with_context(|| format!("{environment}: {}", change.action))?;
    ended.with_context(|| format!("writing what became of {environment}"))?;
    Ok(if counted.get() { Carried::Done } else { Carried::Overtaken })
}

/// Gives back the lease of a process of this machine that does not live any more: it is not waited for.
pub(super) fn free_from_the_dead(
    store: &mut Store,
    writer: &Writer,
    clock: &dyn Fn() -> Timestamp,
    environment: &Name,
) -> Result<()> {
    let scope = Scope { environment: environment.clone(), unit: None };
    let freed = store.append(writer, clock, |records| {
        let state = State::of(records);
        let held = state.held(&scope, clock());
        let dead = held.filter(|(_, lease)| lease.run.as_deref().is_some_and(process::is_dead));
        Ok(dead.map(|(lease, _)| Entry::Returned { lease }).into_iter().collect())
    });
    freed.map(drop).with_context(|| format!("looking who has {environment}"))
}

/// Holds it for as long again.
fn keep(
    store: &mut Store,
    writer: &Writer,
    clock: &dyn Fn() -> Timestamp,
    claimed: &Claimed<'_>,
    length: u64,
) -> Result<()> {
    store.refresh()?;
    let kept = Cell::new(false);
    store.append(writer, clock, |records| {
        let now = clock();
        let entries = extend(records, claimed.environment, claimed.token, later(now, length), now);
        kept.set(!entries.is_empty());
        Ok(entries)
    })?;
    if kept.get() { Ok(()) } else { bail!("somebody else has it") }
}

/// By what is known of the ledger: a ledger that cannot be reached for a moment takes nothing from anybody.
fn is_held(store: &mut Store, clock: &dyn Fn() -> Timestamp, claimed: &Claimed<'_>) -> bool {
    store.records().is_ok_and(|records| holds(records, claimed.environment, claimed.token, clock()))
}

fn act(cluster: &mut dyn Cluster, change: &Change, claimed: &Claimed<'_>) -> Result<()> {
    match &change.action {
        Action::Up { .. } => cluster.up(claimed),
        Action::Sleep => cluster.sleep(claimed),
        Action::Wake => cluster.wake(claimed),
        Action::Down(_) => cluster.down(claimed),
        Action::Warn { ends, .. } => cluster.warn(claimed, *ends),
        Action::Queue => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::now;
    use crate::ledger::PreviewLife;
    use crate::preview::{Phase, Why, next};
    use std::path::Path;
    use std::process::Command;

    /// Remembers what was done.
    #[derive(Default)]
    struct Fake {
        done: Vec<String>,
        fails: bool,
        takes: Duration,
    }

    impl Fake {
        fn did(&mut self, what: String) -> Result<()> {
            self.done.push(what);
            if self.fails { bail!("the cluster is away") } else { Ok(()) }
        }
    }

    impl Cluster for Fake {
        fn up(&mut self, claimed: &Claimed<'_>) -> Result<()> {
            thread::sleep(self.takes);
            claimed.still_ours()?;
            let head = claimed.preview.as_ref().map_or("", |preview| &preview.life.head);
            self.did(format!("{} up {head}", claimed.environment))
        }
        fn sleep(&mut self, claimed: &Claimed<'_>) -> Result<()> {
            self.did(format!("{} sleep", claimed.environment))
        }
        fn wake(&mut self, claimed: &Claimed<'_>) -> Result<()> {
            self.did(format!("{} wake", claimed.environment))
        }
        fn down(&mut self, claimed: &Claimed<'_>) -> Result<()> {
            self.did(format!("{} down", claimed.environment))
        }
        fn warn(&mut self, claimed: &Claimed<'_>, ends: Timestamp) -> Result<()> {
            self.did(format!("{} ends {ends}", claimed.environment))
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn store(folder: &Path) -> Store {
        assert!(Command::new("git").args(["init", "--quiet"]).arg(folder).status().unwrap().success());
        Store::open(folder.to_owned(), None).unwrap()
    }

    fn facts(head: &str, open: bool) -> Facts {
        Facts {
            open,
            wanted: true,
            keep: false,
            head: head.to_owned(),
            asked: at("2026-11-22T08:00:00Z"),
            active: None,
            found: false,
            room: true,
        }
    }

    fn life(head: &str) -> PreviewLife {
        PreviewLife {
            head: head.to_owned(),
            base: "base".to_owned(),
            author: "jo".to_owned(),
            team: None,
            services: Vec::new(),
            pattern: None,
            cost: None,
        }
    }

    /// What is to be done now, done.
    fn sweep(store: &mut Store, cluster: &mut Fake, facts: &Facts, now: &str) -> Result<Vec<Carried>> {
        let (environment, terms) = (Name::parse("pr-7").unwrap(), Terms::default());
        let known = previews(store.records().unwrap());
        let due = next(known.get(&environment), facts, &terms, at(now));
        let life = life(&facts.head);
        let until = at(&now.replace(":00:00Z", ":15:00Z"));
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run: None };
        let carried = due.into_iter().map(|action| {
            let change =
                Change { environment: environment.clone(), pull: 7, action, life: life.clone(), until, note: None };
            carry_out(store, cluster, &writer, &|| at(now), &change, &|_| Ok(facts.clone()), &terms)
        });
        carried.collect()
    }

    #[test]
    fn a_preview_comes_sleeps_wakes_and_goes_and_the_ledger_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, mut cluster) = (store(folder.path()), Fake::default());
        let visited = Facts { active: Some(at("2026-11-22T11:00:00Z")), found: true, ..facts("a", true) };
        for (facts, now) in [
            (facts("a", true), "2026-11-22T08:00:00Z"),
            (facts("a", true), "2026-11-22T09:00:00Z"),
            (visited.clone(), "2026-11-22T12:00:00Z"),
            (Facts { head: "b".to_owned(), ..visited.clone() }, "2026-11-22T13:00:00Z"),
            (Facts { open: false, ..visited.clone() }, "2026-11-22T14:00:00Z"),
            (facts("b", false), "2026-11-22T15:00:00Z"),
        ] {
            sweep(&mut store, &mut cluster, &facts, now).unwrap();
        }
        assert_eq!(cluster.done, ["pr-7 up a", "pr-7 sleep", "pr-7 wake", "pr-7 up b", "pr-7 down"]);
        let known = previews(store.records().unwrap());
        assert_eq!(known.values().map(|one| one.phase).collect::<Vec<_>>(), [Phase::Gone]);
        assert!(store.verify(Vec::new()).unwrap().is_ok());
    }

    #[test]
    fn what_failed_is_tried_again_and_who_comes_too_late_does_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, mut cluster) = (store(folder.path()), Fake { fails: true, ..Fake::default() });
        let error = sweep(&mut store, &mut cluster, &facts("a", true), "2026-11-22T08:00:00Z").unwrap_err();
        assert_eq!(format!("{error:#}"), "pr-7: bring it to a: the cluster is away");
        cluster.fails = false;
        sweep(&mut store, &mut cluster, &facts("a", true), "2026-11-22T08:00:00Z").unwrap();
        assert_eq!(cluster.done, ["pr-7 up a", "pr-7 up a"]);

        // Decided when it was closed, and opened again since.
        let change = Change {
            environment: Name::parse("pr-7").unwrap(),
            pull: 7,
            action: Action::Down(Why::Closed),
            life: previews(store.records().unwrap()).into_values().next().unwrap().life,
            until: at("2026-11-22T09:00:00Z"),
            note: None,
        };
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run: None };
        let now = || at("2026-11-22T08:20:00Z");
        let open = |_: &[Record]| Ok(facts("a", true));
        let carried = carry_out(&mut store, &mut cluster, &writer, &now, &change, &open, &Terms::default());
        assert_eq!((carried.unwrap(), cluster.done.len()), (Carried::Overtaken, 2));
    }

    /// A change of three seconds' lease, carried out by the real clock.
    fn brought_up(store: &mut Store, cluster: &mut Fake, run: Option<String>) -> Result<Carried> {
        let environment = Name::parse("pr-7").unwrap();
        let (action, until) = (Action::Up { head: "a".to_owned() }, later(now(), 3));
        let change = Change { environment, pull: 7, action, life: life("a"), until, note: None };
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run };
        carry_out(store, cluster, &writer, &now, &change, &|_| Ok(facts("a", true)), &Terms::default())
    }

    #[test]
    fn a77_who_works_longer_than_a_lease_lasts_extends_it_and_keeps_its_token() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, mut cluster) =
            (store(folder.path()), Fake { takes: Duration::from_secs(5), ..Fake::default() });
        assert_eq!(brought_up(&mut store, &mut cluster, None).unwrap(), Carried::Done);
        let records = store.records().unwrap();
        let extended = records.iter().filter(|record| matches!(record.entry, Entry::Extended { lease: 1, .. }));
        assert!(extended.count() >= 3);
        assert_eq!(previews(records).values().map(|one| one.phase).collect::<Vec<_>>(), [Phase::Up]);
    }

    #[test]
    fn a77_who_lost_its_lease_stops_before_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        let root = folder.path().to_owned();
        let other = thread::spawn(move || {
            thread::sleep(Duration::from_millis(1_500));
            let mut store = Store::open(root, None).unwrap();
            let scope = Scope { environment: Name::parse("pr-7").unwrap(), unit: None };
            let writer = Writer { version: "0".to_owned(), actor: "mira".to_owned(), run: None };
            let entries = vec![Entry::Leased { scope, until: later(now(), 60) }];
            store.append(&writer, now, |_| Ok(entries.clone())).unwrap();
        });
        let mut cluster = Fake { takes: Duration::from_secs(4), ..Fake::default() };
        let error = format!("{:#}", brought_up(&mut store, &mut cluster, None).unwrap_err());
        other.join().unwrap();
        assert!(error.contains("the lease 1 is over"), "{error}");
        assert!(cluster.done.is_empty());
    }

    #[test]
    fn a77_a_process_that_was_killed_on_this_machine_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, mut cluster) = (store(folder.path()), Fake::default());
        let dead = process::name().unwrap().rsplit_once(':').unwrap().0.to_owned() + ":1";
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run: Some(dead) };
        let scope = Scope { environment: Name::parse("pr-7").unwrap(), unit: None };
        let entries = vec![Entry::Leased { scope, until: later(now(), 900) }];
        store.append(&writer, now, |_| Ok(entries.clone())).unwrap();
        assert_eq!(brought_up(&mut store, &mut cluster, process::name()).unwrap(), Carried::Done);
    }
}
