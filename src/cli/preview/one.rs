//! One preview, by the number of its pull request, and what a person does to it.

use super::super::repository::Repository;
use super::super::writer::writer;
use super::super::{Outcome, terminal};
use super::place::Place;
use super::{name, pattern};
use crate::deliver::now;
use crate::deliver::preview::{Around, Order, Settled, settle, shown};
use crate::ledger::{PreviewLife, Record, Store, Upstream};
use crate::model::Name;
use crate::preview::{Action, Facts, Preview, Terms, environment_name, later, previews};
use crate::report::visible_line;
use anyhow::{Context, Result};
use clap::Args;
use std::sync::PoisonError;

/// Which preview, and where it runs.
#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    repository: Repository,
    /// The number of the pull request
    #[arg(long, value_name = "NUMBER")]
    pull: Option<u64>,
    /// Where the ledger is; default what this clone has of it
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// The environment that it is made from; default the only one with `type: preview`
    #[arg(long, value_name = "NAME", value_parser = name)]
    pattern: Option<Name>,
    #[command(flatten)]
    place: Place,
}

impl Named {
    pub fn one(&self) -> Option<One<'_>> {
        Some(One {
            repository: &self.repository,
            pull: self.pull?,
            remote: self.remote.as_deref(),
            pattern: self.pattern.as_ref(),
            place: &self.place,
        })
    }
}

/// One preview.
pub struct One<'a> {
    pub repository: &'a Repository,
    pub pull: u64,
    pub remote: Option<&'a str>,
    pub pattern: Option<&'a Name>,
    pub place: &'a Place,
}

/// What a person asks for.
struct Wish<'w> {
    life: Option<PreviewLife>,
    note: Option<String>,
    is_meant: &'w (dyn Fn(&Action) -> bool + Sync),
    /// What is known besides the ledger, of a preview that stands like this.
    facts: &'w dyn Fn(Option<&Preview>) -> Facts,
    terms: fn(Terms) -> Terms,
}

impl One<'_> {
    pub fn bring_up(&self, life: PreviewLife) -> Result<Outcome> {
        let head = life.head.clone();
        self.settled(Wish {
            note: None,
            is_meant: &|action| matches!(action, Action::Up { .. } | Action::Wake | Action::Down(_)),
            facts: &|_| Facts { head: head.clone(), active: Some(later(now(), 1)), ..asked_for() },
            life: Some(life.clone()),
            terms: |terms| terms,
        })
    }

    pub fn take_down(&self, why: Option<&str>) -> Result<Outcome> {
        self.settled(Wish {
            life: None,
            note: why.map(str::to_owned),
            is_meant: &|action| matches!(action, Action::Down(_)),
            facts: &|preview| Facts { open: false, head: head(preview), ..asked_for() },
            terms: |terms| terms,
        })
    }

    pub fn put_to_sleep(&self) -> Result<Outcome> {
        self.settled(Wish {
            life: None,
            note: None,
            is_meant: &|action| *action == Action::Sleep,
            facts: &|preview| Facts { keep: true, head: head(preview), ..asked_for() },
            // It need not have been idle for long.
            terms: |terms| Terms { idle: 0, ..terms },
        })
    }

    pub fn wake(&self) -> Result<Outcome> {
        self.settled(Wish {
            life: None,
            note: None,
            is_meant: &|action| *action == Action::Wake,
            facts: &|preview| Facts { keep: true, head: head(preview), active: Some(later(now(), 1)), ..asked_for() },
            terms: |terms| terms,
        })
    }

    fn settled(&self, wish: Wish<'_>) -> Result<Outcome> {
        let root = self.repository.root()?;
        let pattern = pattern(&root, self.pattern)?;
        let environment = environment_name(self.pull).context("a pull request has a smaller number")?;
        let remote = self.remote.map(|address| Upstream { address: address.to_owned(), authorization: None });
        let mut store = Store::open(root.clone(), remote)?;
        let compile = |preview: &Preview, life: &PreviewLife| shown(&root, preview.pull, life, preview.created);
        let tell = |line: &str| terminal::tell(&visible_line(line));
        let site = self.place.site(&root)?;
        let mut ground = site.ground(&pattern, &compile, &tell);
        let Wish { life, note, is_meant, facts, terms } = wish;
        let terms = terms(pattern.terms);
        let facts = |records: &[Record]| {
            let known = previews(records);
            let Around { found, room, .. } = site.around(&pattern, records, self.pull)?;
            Ok(Facts { found, room, ..facts(known.get(&environment)) })
        };
        let order =
            Order { environment: environment.clone(), pull: self.pull, life, note, is_meant, patience: site.deadline };
        let settled = settle(&mut store, &mut ground, &writer(&root)?, &now, &order, &facts, &terms)?;
        let sick = ground.sick.into_inner().unwrap_or_else(PoisonError::into_inner);
        terminal::print(&told(&environment, &settled, &sick))?;
        let is_well = sick.is_empty() && matches!(settled, Settled::Done(_) | Settled::Nothing(_));
        Ok(if is_well { Outcome::Clean } else { Outcome::Blocked })
    }
}

/// As it was last brought up: nobody pushes by this.
fn head(preview: Option<&Preview>) -> String {
    preview.map_or_else(String::new, |preview| preview.life.head.clone())
}

/// By a person, at this moment.
fn asked_for() -> Facts {
    Facts {
        open: true,
        wanted: true,
        keep: false,
        head: String::new(),
        asked: later(now(), 1),
        active: None,
        found: false,
        room: false,
    }
}

fn told(environment: &Name, settled: &Settled, sick: &[String]) -> String {
    let mut text: String = match settled {
        Settled::Done(actions) => actions.iter().map(|action| format!("{environment} {}\n", done(action))).collect(),
        Settled::Nothing(None) => format!("there is no preview {environment}\n"),
        Settled::Nothing(Some(phase)) => format!("nothing to do: {environment} is {}\n", phase.as_str()),
        Settled::Queued => format!("{environment} waits: as many previews are awake as there may be\n"),
        Settled::Held(until) => {
            format!("{environment} is in other hands, until {until} at the latest: nothing was done\n")
        }
    };
    sick.iter().for_each(|why| text += &format!("{environment} is not well: {}\n", visible_line(why)));
    text
}

fn done(action: &Action) -> String {
    match action {
        Action::Up { head } => format!("shows {}", head.get(..12).unwrap_or(head)),
        Action::Sleep => "sleeps: `pavior preview wake` brings it back".to_owned(),
        Action::Wake => "is awake".to_owned(),
        Action::Down(why) => format!("is taken down: {why}"),
        Action::Warn { ends, .. } => format!("ends at {ends}"),
        Action::Queue => "waits".to_owned(),
    }
}
