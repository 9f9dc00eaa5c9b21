//! One environment: what its branch is to hold is put together, pushed and followed.

use super::held::Held;
use crate::cli::following::{Following, Trail};
use crate::cli::handed::Under;
use crate::cli::reviewed::{Digests, Reviewed};
use crate::cli::{Outcome, terminal};
use crate::compile::{CompiledUnit, compile_engines};
use crate::deliver::account::{Became, Is};
use crate::deliver::follow::Followed;
use crate::deliver::publish::{Content, Difference, EngineBranch, Published};
use crate::deliver::published::{Publication, publish_recorded};
use crate::deliver::terraform::has_terraform;
use crate::deliver::{now, unit_name};
use crate::emit::engines::{Rendered, branch};
use crate::ledger::{Cause, Entry, Record, SecretAsked, State, Store, UnitName, Writer};
use crate::model::{Findings, Name, Timestamp};
use crate::read::Documents;
use crate::report::{counted, visible_line};
use anyhow::{Context, Result, anyhow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How long nobody else publishes the environment.
const LEASE: u64 = 900;

/// What is published, for all environments, and on whose word.
pub struct World<'w> {
    pub root: &'w Path,
    pub under: &'w Under,
    pub documents: &'w Documents,
    pub units: &'w [CompiledUnit],
    pub reviewed: &'w Reviewed,
    pub digests: Digests,
    pub secrets: BTreeMap<UnitName, Vec<SecretAsked>>,
    pub head: String,
    pub author: String,
    pub following: &'w Following,
    pub writer: Writer,
}

/// What came of an environment.
pub struct Came {
    pub outcome: Outcome,
    pub units: Vec<Became>,
}

/// What an environment's branch is to hold.
struct Composed {
    rendered: Rendered,
    units: Vec<CompiledUnit>,
    /// Those that the engine is told of anew; None where it is told to take one away.
    news: BTreeMap<UnitName, Option<String>>,
    held: BTreeMap<UnitName, Held>,
}

impl World<'_> {
    fn compose(&self, environment: &Name, state: &State) -> Result<Composed> {
        let news = self.news(environment, state);
        let held = self.held(&news, state);
        let stays = |unit: &&CompiledUnit| !held.contains_key(&unit_name(&unit.id));
        let units: Vec<CompiledUnit> =
            self.here(environment).filter(stays).cloned().chain(self.kept(held.keys(), state)?).collect();
        let all: Vec<&CompiledUnit> = units.iter().collect();
        let engines = compile_engines(self.documents, &all, &mut Findings::default())?;
        let rendered = engines.into_iter().find(|one| one.environment == *environment);
        let rendered = rendered.ok_or_else(|| anyhow!("{environment} is not delivered by an engine"))?;
        let digest = |wanted: Option<&CompiledUnit>| wanted.map(|wanted| wanted.digest.to_string());
        let news = news.into_iter().filter(|(unit, _)| !held.contains_key(unit));
        let news = news.map(|(unit, wanted)| (unit, digest(wanted))).collect();
        Ok(Composed { rendered, units, news, held })
    }

    /// Says what would change.
    ///
    /// # Errors
    /// When git or the ledger cannot be read.
    pub fn show(&self, environment: &Name) -> Result<Outcome> {
        let mut store = self.under.store(self.root)?;
        let composed = self.compose(environment, &State::of(store.records()?))?;
        let target = branch(environment);
        let engine = EngineBranch::open(self.root.to_owned(), self.under.upstream().cloned(), &target)?;
        terminal::print(&difference(&target, &engine.difference(&composed.rendered.branch)?))?;
        terminal::print(&said_of(&composed.held))?;
        Ok(outcome(&composed.held))
    }

    /// # Errors
    /// When git, the ledger or the branch cannot be read or written.
    pub fn publish(&self, environment: &Name) -> Result<Came> {
        let mut store = self.under.store(self.root)?;
        let state = State::of(store.records()?);
        let composed = self.compose(environment, &state)?;
        terminal::print(&said_of(&composed.held))?;
        let mut units: Vec<Became> = composed.held.iter().filter_map(|(unit, held)| became_of(unit, held)).collect();
        let target = branch(environment);
        let engine = EngineBranch::open(self.root.to_owned(), self.under.upstream().cloned(), &target)?;
        if let Some(why) = self.is_told_otherwise(&engine, &composed)? {
            terminal::tell(&format!("{environment}: {why}"));
            units.extend(composed.news.keys().map(|unit| became(unit, Is::Refused, &why)));
            return Ok(Came { outcome: Outcome::Blocked, units });
        }
        if composed.units.is_empty() && composed.news.is_empty() {
            terminal::print(&format!("{target}: there is nothing to publish\n"))?;
            return Ok(Came { outcome: outcome(&composed.held), units });
        }
        let publication = self.publication(environment, &composed)?;
        let source = self.head.parse().context("reading the commit that is published")?;
        let content = Content { files: &composed.rendered.branch, source };
        let published = publish_recorded(&mut store, &engine, content, &publication, &self.writer, &now)?;
        terminal::print(&match &published {
            Published::Nothing { commit } => format!("{target} holds this already: {commit}\n"),
            Published::Pushed { commit } => {
                format!("{target} is at {commit}: {}\n", counted(composed.rendered.branch.len(), "file"))
            }
            Published::Superseded { by } => {
                format!("{target} was published from a later commit, {by}: left alone\n")
            }
        })?;
        let commit = match published {
            Published::Nothing { commit } | Published::Pushed { commit } => commit.to_string(),
            Published::Superseded { by } => {
                let said = format!("published from a later commit, {by}");
                units.extend(composed.news.keys().map(|unit| became(unit, Is::Superseded, &said)));
                return Ok(Came { outcome: outcome(&composed.held), units });
            }
        };
        terminal::print(&left(&composed.units, &publication, &State::of(store.records()?)))?;
        let followed = self.follow(&composed, commit, &publication.cause, &mut store)?;
        let records = store.records()?;
        let state = State::of(records);
        units.extend(composed.news.iter().map(|(unit, digest)| self.told(unit, digest.as_deref(), &state, records)));
        Ok(Came { outcome: outcome(&composed.held).max(followed), units })
    }

    fn publication(&self, environment: &Name, composed: &Composed) -> Result<Publication> {
        let cause = Cause {
            head: self.head.clone(),
            base: None,
            pull: None,
            report: None,
            author: self.author.clone(),
            approved_by: Vec::new(),
        };
        let until = u64::try_from(now().unix_seconds())? + LEASE;
        Ok(Publication {
            environment: environment.clone(),
            units: composed.units.iter().map(|unit| (unit_name(&unit.id), unit.digest.to_string())).collect(),
            secrets: self.secrets.clone(),
            causes: self.under.causes(&cause),
            cause,
            until: Timestamp::of_unix_seconds(until).context("reading the clock")?,
        })
    }

    fn follow(&self, composed: &Composed, commit: String, cause: &Cause, store: &mut Store) -> Result<Outcome> {
        let object = |unit: &CompiledUnit| {
            let mut told = composed.rendered.units.iter();
            told.find(|one| one.id == unit.id).map(|one| one.object.clone())
        };
        let followed = composed.units.iter().map(|unit| Followed {
            unit: unit_name(&unit.id),
            digest: unit.digest.to_string(),
            has_terraform: has_terraform(&unit.artifacts),
            object: object(unit),
        });
        Trail { followed: followed.collect(), commit, cause, writer: &self.writer }.follow(self.following, store)
    }

    /// Where an engine is told to deliver a unit otherwise that is the same: of that no digest says anything, and so nobody
    /// who approved one.
    fn is_told_otherwise(&self, engine: &EngineBranch, composed: &Composed) -> Result<Option<String>> {
        if !self.under.has_mandate() {
            return Ok(None);
        }
        let changed: BTreeSet<String> = engine.difference(&composed.rendered.branch)?.changed.into_iter().collect();
        let is_same = |id| !composed.news.contains_key(&unit_name(id));
        let mut told = composed.rendered.units.iter();
        let found = told.find(|one| is_same(&one.id) && changed.contains(one.file.as_str()));
        Ok(found.map(|one| {
            format!(
                "how its engine is told to deliver changes ({}), of which no report says anything: look at \
                 `pavior publish --environment {} --dry-run`, and publish once by hand",
                one.file, composed.rendered.environment
            )
        }))
    }

    /// What became of a unit that the engine was told of.
    fn told(&self, unit: &UnitName, digest: Option<&str>, state: &State, records: &[Record]) -> Became {
        let known = state.units.get(unit).cloned().unwrap_or_default();
        let is_healthy = !known.unsettled && known.healthy.as_ref().is_some_and(|one| one.digest.as_deref() == digest);
        match digest {
            None => became(
                unit,
                Is::Waiting,
                "taken from the branch: what Terraform made of it goes once its engine took it away",
            ),
            Some(_) if is_healthy => became(unit, Is::Applied, "healthy"),
            Some(_) => match known.failed.and_then(|began| note(began, records)) {
                Some(note) => became(unit, Is::Failed, &format!("its engine says: {note}")),
                None => became(unit, Is::HandedOver, "published: its engine brings it"),
            },
        }
    }
}

/// Why a step that this record began failed.
fn note(number: u64, records: &[Record]) -> Option<String> {
    records.iter().rev().find_map(|record| match &record.entry {
        Entry::Ended { began, note, .. } if *began == number => Some(note.clone().unwrap_or_default()),
        _ => None,
    })
}

fn became(unit: &UnitName, is: Is, said: &str) -> Became {
    Became { unit: unit.clone(), is, said: said.to_owned(), at: now(), revert: None }
}

fn became_of(unit: &UnitName, held: &Held) -> Option<Became> {
    match held {
        Held::Refused(why) => Some(became(unit, Is::Refused, &format!("not published: {why}"))),
        Held::Behind(before) => Some(became(unit, Is::Skipped, &format!("not published: {before} is not healthy"))),
        // `pavior apply` has said what is wrong.
        Held::WithoutTerraform => None,
    }
}

fn said_of(held: &BTreeMap<UnitName, Held>) -> String {
    let line = |(unit, held): (&UnitName, &Held)| match held {
        Held::Refused(why) => format!("{unit}: not published: {}\n", visible_line(why)),
        Held::WithoutTerraform => format!("{unit}: not published: its Terraform is not applied\n"),
        Held::Behind(before) => format!("{unit}: not published: {before} is not healthy\n"),
    };
    held.iter().map(line).collect()
}

fn outcome(held: &BTreeMap<UnitName, Held>) -> Outcome {
    if held.is_empty() { Outcome::Clean } else { Outcome::Blocked }
}

/// What is left to `pavior apply`.
fn left(here: &[CompiledUnit], publication: &Publication, state: &State) -> String {
    let environment = &publication.environment;
    let mut text = String::new();
    for unit in here.iter().filter(|unit| has_terraform(&unit.artifacts)) {
        let name = unit_name(&unit.id);
        let made = state.units.get(&name).and_then(|unit| unit.terraform.as_ref());
        if !made.is_some_and(|made| made.is(Some(&unit.digest.to_string()))) {
            text.push_str(&format!(
                "{name}: its Terraform is not applied: `pavior apply --environment {environment}`\n"
            ));
        }
    }
    for (name, unit) in state.units.iter().filter(|(name, _)| name.environment == *environment) {
        let is_told = unit.published.as_ref().is_some_and(|published| published.is(None));
        if is_told && unit.unsettled && !publication.units.contains_key(name) {
            let apply = format!("`pavior apply --environment {environment}`");
            text.push_str(&format!("{name}: goes: once its engine has taken it away, {apply} does what is left\n"));
        }
    }
    text
}

fn difference(branch: &str, difference: &Difference) -> String {
    let lines = [("create", &difference.created), ("change", &difference.changed), ("remove", &difference.removed)];
    let lines = lines.into_iter().flat_map(|(what, paths)| paths.iter().map(move |path| format!("{what} {path}\n")));
    let lines: String = lines.collect();
    if lines.is_empty() { format!("{branch} holds this already\n") } else { lines }
}
