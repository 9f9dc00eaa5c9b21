//! What is to be done to a preview is done: claimed in the ledger, carried out in a cluster, and written down.

use crate::ledger::{Entry, Outcome, Record, Store, Writer};
use crate::model::{Name, Timestamp};
use crate::preview::{Action, Change, Done, Facts, Terms, claim, close, holds};
use anyhow::{Context, Result};
use std::cell::Cell;
use std::time::Instant;

/// What a preview needs of where it runs. Each of these may be asked for twice: who was killed half-way is followed by one
/// who does it again.
pub trait Cluster {
    /// Everything of this commit is applied, and what is no longer part of it is gone.
    ///
    /// # Errors
    /// When it is not.
    fn up(&mut self, environment: &Name, head: &str) -> Result<()>;
    /// Every object is patched by [`crate::preview::sleep`].
    ///
    /// # Errors
    /// When one is not.
    fn sleep(&mut self, environment: &Name) -> Result<()>;
    /// Every object is patched by [`crate::preview::wake`].
    ///
    /// # Errors
    /// When one is not.
    fn wake(&mut self, environment: &Name) -> Result<()>;
    /// Nothing of it is left: Terraform's resources first, then the namespace.
    ///
    /// # Errors
    /// When something is.
    fn down(&mut self, environment: &Name) -> Result<()>;
    /// People are told when it ends.
    ///
    /// # Errors
    /// When they could not be.
    fn warn(&mut self, environment: &Name, ends: Timestamp) -> Result<()>;
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
    facts: &dyn Fn() -> Result<Facts>,
    terms: &Terms,
) -> Result<Carried> {
    let lease = Cell::new(None);
    store
        .append(writer, clock, |records| {
            let entries = claim(records, change, &facts()?, terms, clock());
            let at = entries.iter().position(|entry| matches!(entry, Entry::Leased { .. }));
            let last = records.last().map_or(0, |record| record.number);
            lease.set(at.map(|at| last + 1 + at as u64));
            Ok(entries)
        })
        .with_context(|| format!("taking {} to {}", change.environment, change.action))?;
    let Some(lease) = lease.get() else { return Ok(Carried::Overtaken) };
    store.refresh()?;
    if !holds(store.records()?, &change.environment, lease, clock()) {
        return Ok(Carried::Overtaken);
    }
    let begun = Instant::now();
    let acted = act(cluster, change);
    let outcome = if acted.is_ok() { Outcome::Succeeded } else { Outcome::Failed };
    let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let done = Done { lease, outcome, took };
    let counted = Cell::new(false);
    let ended = store.append(writer, clock, |records: &[Record]| {
        let now = clock();
        counted.set(holds(records, &change.environment, lease, now));
        Ok(close(records, change, done, now))
    });
    acted.with_context(|| format!("{}: {}", change.environment, change.action))?;
    ended.with_context(|| format!("writing what became of {}", change.environment))?;
    Ok(if counted.get() { Carried::Done } else { Carried::Overtaken })
}

fn act(cluster: &mut dyn Cluster, change: &Change) -> Result<()> {
    let environment = &change.environment;
    match &change.action {
        Action::Up { head } => cluster.up(environment, head),
        Action::Sleep => cluster.sleep(environment),
        Action::Wake => cluster.wake(environment),
        Action::Down(_) => cluster.down(environment),
        Action::Warn { ends, .. } => cluster.warn(environment, *ends),
        Action::Queue => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::PreviewLife;
    use crate::preview::{Phase, Why, next, previews};
    use anyhow::bail;
    use std::path::Path;
    use std::process::Command;

    /// Remembers what was done.
    #[derive(Default)]
    struct Fake {
        done: Vec<String>,
        fails: bool,
    }

    impl Fake {
        fn did(&mut self, what: String) -> Result<()> {
            self.done.push(what);
            if self.fails { bail!("the cluster is away") } else { Ok(()) }
        }
    }

    impl Cluster for Fake {
        fn up(&mut self, environment: &Name, head: &str) -> Result<()> {
            self.did(format!("{environment} up {head}"))
        }
        fn sleep(&mut self, environment: &Name) -> Result<()> {
            self.did(format!("{environment} sleep"))
        }
        fn wake(&mut self, environment: &Name) -> Result<()> {
            self.did(format!("{environment} wake"))
        }
        fn down(&mut self, environment: &Name) -> Result<()> {
            self.did(format!("{environment} down"))
        }
        fn warn(&mut self, environment: &Name, ends: Timestamp) -> Result<()> {
            self.did(format!("{environment} ends {ends}"))
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

    /// What is to be done now, done.
    fn sweep(store: &mut Store, cluster: &mut Fake, facts: &Facts, now: &str) -> Result<Vec<Carried>> {
        let (environment, terms) = (Name::parse("pr-7").unwrap(), Terms::default());
        let known = previews(store.records().unwrap());
        let due = next(known.get(&environment), facts, &terms, at(now));
        let life = PreviewLife {
            head: facts.head.clone(),
            base: "base".to_owned(),
            author: "jo".to_owned(),
            team: None,
            services: Vec::new(),
            cost: None,
        };
        let until = at(&now.replace(":00:00Z", ":15:00Z"));
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run: None };
        let carried = due.into_iter().map(|action| {
            let change = Change { environment: environment.clone(), pull: 7, action, life: life.clone(), until };
            carry_out(store, cluster, &writer, &|| at(now), &change, &|| Ok(facts.clone()), &terms)
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
        };
        let writer = Writer { version: "0".to_owned(), actor: "jo".to_owned(), run: None };
        let now = || at("2026-11-22T08:20:00Z");
        let open = || Ok(facts("a", true));
        let carried = carry_out(&mut store, &mut cluster, &writer, &now, &change, &open, &Terms::default());
        assert_eq!((carried.unwrap(), cluster.done.len()), (Carried::Overtaken, 2));
    }
}
