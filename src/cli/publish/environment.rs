//! One environment: what its branch is to hold is put together, pushed and followed.

use super::held::{Held, there};
use crate::cli::following::{Following, Trail};
use crate::cli::handed::Under;
use crate::cli::reviewed::{Digests, Reviewed};
use crate::cli::{Outcome, terminal};
use crate::compile::CompiledUnit;
use crate::deliver::account::{Became, Is};
use crate::deliver::follow::Followed;
use crate::deliver::publish::{Content, Difference, EngineBranch, Published};
use crate::deliver::published::{Publication, publish_recorded};
use crate::deliver::terraform::has_terraform;
use crate::deliver::{now, unit_name};
use crate::emit::engines::{Rendered, branch, engine_list, is_list, is_told_by, owner};
use crate::ledger::{Cause, Entry, Record, SecretAsked, State, Store, UnitName, Writer};
use crate::model::{Name, RepoPath, Timestamp};
use crate::read::Documents;
use crate::report::{counted, visible_line};
use anyhow::{Context, Result, bail};
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
    /// Environments of which most may go, and whose engines may be told otherwise.
    pub confirmed: &'w [String],
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

/// What is to become of an environment's branch.
struct Composed<'w> {
    environment: Name,
    /// Those that its engine is told of anew, whose files are replaced; None where it is told to take one away.
    news: BTreeMap<UnitName, Option<String>>,
    held: BTreeMap<UnitName, Held>,
    /// All that it is to run and that does not stay as it is.
    units: BTreeMap<UnitName, &'w CompiledUnit>,
    /// Of those that it is told of anew.
    files: BTreeMap<RepoPath, String>,
    /// Of units of which nothing changes.
    same: BTreeMap<RepoPath, String>,
    /// All that its engine runs, or may.
    there: BTreeSet<UnitName>,
    /// All that does not stay is written anew, and what belongs to nobody goes.
    is_anew: bool,
}

impl World<'_> {
    pub fn is_confirmed(&self, environment: &Name) -> bool {
        self.confirmed.iter().any(|name| environment.as_str() == name)
    }

    fn compose(&self, rendered: &Rendered, state: &State, is_anew: bool) -> Composed<'_> {
        let environment = &rendered.environment;
        let news = self.news(environment, state);
        let held = self.held(rendered, &news, state);
        let digest = |wanted: Option<&CompiledUnit>| wanted.map(|wanted| wanted.digest.to_string());
        let mut news: BTreeMap<UnitName, Option<String>> =
            news.into_iter().map(|(unit, wanted)| (unit, digest(wanted))).collect();
        news.retain(|unit, _| !held.contains_key(unit));
        let units = self.here(environment).map(|unit| (unit_name(&unit.id), unit));
        let units: BTreeMap<UnitName, &CompiledUnit> = units.filter(|(unit, _)| !held.contains_key(unit)).collect();
        if is_anew {
            news.extend(units.iter().map(|(name, unit)| (name.clone(), Some(unit.digest.to_string()))));
        }
        let there = there(environment, state).cloned().collect();
        let (files, same) = (BTreeMap::new(), BTreeMap::new());
        let mut composed =
            Composed { environment: environment.clone(), news, held, units, files, same, there, is_anew };
        for (path, text) in &rendered.branch {
            let Some(unit) = composed.unit_of(path.as_str()) else { continue };
            if composed.news.contains_key(&unit) {
                composed.files.insert(path.clone(), text.clone());
            } else if composed.units.contains_key(&unit) {
                composed.same.insert(path.clone(), text.clone());
            }
        }
        composed
    }

    /// Says what would change.
    ///
    /// # Errors
    /// When git or the ledger cannot be read.
    pub fn show(&self, rendered: &Rendered) -> Result<Outcome> {
        let environment = &rendered.environment;
        let mut store = self.under.store(self.root)?;
        let (engine, source) = (self.engine(environment)?, self.source()?);
        let (composed, why) = self.composed(rendered, &engine, &State::of(store.records()?))?;
        terminal::print(&said_of(&composed.held))?;
        if let Some(why) = why {
            terminal::tell(&format!("{environment}: {why}"));
            return Ok(Outcome::Blocked);
        }
        let keeps = |path: &str| composed.keeps(path);
        let content = self.content(&composed, &keeps, source);
        terminal::print(&difference(&branch(environment), &engine.difference(content)?))?;
        Ok(outcome(&composed.held))
    }

    /// # Errors
    /// When git, the ledger or the branch cannot be read or written.
    pub fn publish(&self, rendered: &Rendered) -> Result<Came> {
        let environment = &rendered.environment;
        let mut store = self.under.store(self.root)?;
        let state = State::of(store.records()?);
        let (engine, source, target) = (self.engine(environment)?, self.source()?, branch(environment));
        let (composed, why) = self.composed(rendered, &engine, &state)?;
        if let Some(said) = self.is_late()? {
            terminal::print(&format!("{environment}: {said}\n"))?;
            let units = composed.news.keys().map(|unit| became(unit, Is::Superseded, &said)).collect();
            return Ok(Came { outcome: Outcome::Clean, units });
        }
        terminal::print(&said_of(&composed.held))?;
        let mut units: Vec<Became> = composed.held.iter().filter_map(|(unit, held)| became_of(unit, held)).collect();
        if let Some(why) = why {
            terminal::tell(&format!("{environment}: {why}"));
            units.extend(composed.news.keys().map(|unit| became(unit, Is::Refused, &why)));
            return Ok(Came { outcome: Outcome::Blocked, units });
        }
        if composed.units.is_empty() && composed.news.is_empty() {
            terminal::print(&format!("{target}: there is nothing to publish\n"))?;
            return Ok(Came { outcome: outcome(&composed.held), units });
        }
        let publication = self.publication(environment, &composed)?;
        let keeps = |path: &str| composed.keeps(path);
        let content = self.content(&composed, &keeps, source);
        let may_push = |tip| match self.is_late()?.or(self.otherwise(&engine, tip, rendered, &composed)?) {
            Some(why) => bail!(why),
            None => Ok(()),
        };
        let published = publish_recorded(&mut store, &engine, content, &publication, &self.writer, &now, &may_push)?;
        terminal::print(&match &published {
            Published::Nothing { commit } => format!("{target} holds this already: {commit}\n"),
            Published::Pushed { commit } => {
                format!("{target} is at {commit}: {}\n", counted(composed.news.len(), "unit"))
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
        terminal::print(&left(environment, &composed, &State::of(store.records()?)))?;
        let followed = self.follow(rendered, &composed, commit, &publication.cause, &mut store)?;
        let records = store.records()?;
        let state = State::of(records);
        units.extend(composed.news.iter().map(|(unit, digest)| told(unit, digest.as_deref(), &state, records)));
        Ok(Came { outcome: outcome(&composed.held).max(followed), units })
    }

    /// When it cannot even be tried: what the mandate says of its units is not done.
    pub fn failed(&self, rendered: &Rendered, why: &str) -> Vec<Became> {
        let asked = self.under.names(&rendered.environment);
        asked.iter().map(|unit| became(unit, Is::Failed, &format!("not published: {why}"))).collect()
    }

    /// Whether something newer is merged.
    fn is_late(&self) -> Result<Option<String>> {
        let tip = self.under.tip_now(self.root).transpose()?.filter(|tip| *tip != self.head);
        Ok(tip.map(|tip| format!("{tip} is merged by now, and its own run tells the engine")))
    }

    /// What is to become of the branch; or why nothing does, before somebody has said so by hand.
    fn composed(
        &self,
        rendered: &Rendered,
        engine: &EngineBranch,
        state: &State,
    ) -> Result<(Composed<'_>, Option<String>)> {
        let environment = &rendered.environment;
        let composed = self.compose(rendered, state, false);
        let Some(why) = self.otherwise(engine, engine.newest()?, rendered, &composed)? else {
            return Ok((composed, None));
        };
        if !self.is_confirmed(environment) {
            let by = if self.under.has_mandate() { "publish once by hand, with" } else { "say" };
            let why = format!("{why}: look into it, and {by} --confirm {environment} if that is meant");
            return Ok((composed, Some(why)));
        }
        // One half told by one engine and the other by another is no environment.
        match composed.held.keys().next() {
            Some(held) => {
                let why = format!("{why}; not even --confirm does that while {held} has to stay as it is");
                Ok((composed, Some(why)))
            }
            None => Ok((self.compose(rendered, state, true), None)),
        }
    }

    fn content<'c>(
        &self,
        composed: &'c Composed<'_>,
        keeps: &'c dyn Fn(&str) -> bool,
        source: gix::ObjectId,
    ) -> Content<'c> {
        Content {
            files: &composed.files,
            keeps,
            list: &list,
            source,
            is_sure: self.is_confirmed(&composed.environment),
        }
    }

    fn engine(&self, environment: &Name) -> Result<EngineBranch> {
        EngineBranch::open(self.root.to_owned(), self.under.upstream().cloned(), &branch(environment))
    }

    fn source(&self) -> Result<gix::ObjectId> {
        self.head.parse().context("reading the commit that is published")
    }

    fn publication(&self, environment: &Name, composed: &Composed<'_>) -> Result<Publication> {
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
            units: composed.news.clone(),
            is_anew: composed.is_anew,
            secrets: self.secrets.clone(),
            causes: self.under.causes(&cause),
            cause,
            until: Timestamp::of_unix_seconds(until).context("reading the clock")?,
        })
    }

    fn follow(
        &self,
        rendered: &Rendered,
        composed: &Composed<'_>,
        commit: String,
        cause: &Cause,
        store: &mut Store,
    ) -> Result<Outcome> {
        let object = |unit: &CompiledUnit| {
            let mut told = rendered.units.iter();
            told.find(|one| one.id == unit.id).map(|one| one.object.clone())
        };
        let followed = composed.units.iter().map(|(name, unit)| Followed {
            unit: name.clone(),
            digest: unit.digest.to_string(),
            has_terraform: has_terraform(&unit.artifacts),
            object: object(unit),
        });
        Trail { followed: followed.collect(), commit, cause, writer: &self.writer }.follow(self.following, store)
    }

    /// How an engine is told to deliver is in no digest, and so nobody approves it with one. Where it would be told otherwise,
    /// or the branch is not as it was published, that is why nothing is pushed upon this commit.
    fn otherwise(
        &self,
        engine: &EngineBranch,
        tip: Option<gix::ObjectId>,
        rendered: &Rendered,
        composed: &Composed<'_>,
    ) -> Result<Option<String>> {
        if composed.is_anew {
            return Ok(None);
        }
        if tip.is_none() && !composed.there.is_empty() {
            return Ok(Some("its branch is gone, and units are said to be there".to_owned()));
        }
        let files = engine.files(tip)?;
        let changed = |path: &str| {
            Ok(Some(format!(
                "how its engine is told to deliver changes, or its branch was changed ({path}), of which no report says anything"
            )))
        };
        let is_known = |path: &str| is_list(path) || composed.unit_of(path).is_some_and(|unit| composed.knows(&unit));
        if let Some(path) = files.keys().find(|path| !is_known(path)) {
            return changed(path);
        }
        let told = files.keys().filter(|path| is_told_by(path));
        let told: BTreeMap<UnitName, &String> = told.filter_map(|path| Some((composed.unit_of(path)?, path))).collect();
        for one in &rendered.units {
            match files.get(one.file.as_str()) {
                Some(blob) if one.delivers_as(&engine.text(*blob)?) => {}
                Some(_) => return changed(one.file.as_str()),
                // Another engine is told of it.
                None => {
                    if let Some(other) = told.get(&unit_name(&one.id)) {
                        return changed(other);
                    }
                }
            }
        }
        for (path, text) in &composed.same {
            if files.get(path.as_str()) != Some(&engine.name_of(text)?) {
                return changed(path.as_str());
            }
        }
        Ok(None)
    }
}

impl Composed<'_> {
    /// Whose a file of the branch is.
    fn unit_of(&self, path: &str) -> Option<UnitName> {
        let unit = owner(self.environment.as_str(), path)?;
        Some(UnitName { environment: self.environment.clone(), unit })
    }

    fn knows(&self, unit: &UnitName) -> bool {
        let is_merged = self.units.contains_key(unit) || self.held.contains_key(unit);
        is_merged || self.there.contains(unit) || self.news.contains_key(unit)
    }

    fn keeps(&self, path: &str) -> bool {
        !self.is_anew && self.unit_of(path).is_none_or(|unit| !self.news.contains_key(&unit))
    }
}

fn list(paths: &[&str]) -> Option<(RepoPath, String)> {
    engine_list(paths.iter().copied())
}

/// What became of a unit that the engine was told of.
fn told(unit: &UnitName, digest: Option<&str>, state: &State, records: &[Record]) -> Became {
    const GOES: &str = "taken from the branch: what Terraform made of it goes once its engine took it away";
    let known = state.units.get(unit).cloned().unwrap_or_default();
    let is_healthy = !known.unsettled && known.healthy.as_ref().is_some_and(|one| one.digest.as_deref() == digest);
    match digest {
        None => became(unit, Is::Waiting, GOES),
        Some(_) if is_healthy => became(unit, Is::Applied, "healthy"),
        Some(_) => match known.failed.and_then(|began| note(began, records)) {
            Some(note) => became(unit, Is::Failed, &format!("its engine says: {note}")),
            None => became(unit, Is::HandedOver, "published: its engine brings it"),
        },
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
        Held::Behind(on) => Some(became(unit, Is::Skipped, &format!("not published: it waits for {on}"))),
        // `pavior apply` has said what is wrong.
        Held::WithoutTerraform => None,
    }
}

fn said_of(held: &BTreeMap<UnitName, Held>) -> String {
    let line = |(unit, held): (&UnitName, &Held)| match held {
        Held::Refused(why) => format!("{unit}: not published: {}\n", visible_line(why)),
        Held::WithoutTerraform => format!("{unit}: not published: its Terraform is not applied\n"),
        Held::Behind(on) => format!("{unit}: not published: it waits for {on}\n"),
    };
    held.iter().map(line).collect()
}

fn outcome(held: &BTreeMap<UnitName, Held>) -> Outcome {
    if held.is_empty() { Outcome::Clean } else { Outcome::Blocked }
}

/// What is left to `pavior apply`.
fn left(environment: &Name, composed: &Composed<'_>, state: &State) -> String {
    let mut text = String::new();
    let apply = format!("`pavior apply --environment {environment}`");
    for (name, unit) in composed.units.iter().filter(|(_, unit)| has_terraform(&unit.artifacts)) {
        let made = state.units.get(name).and_then(|unit| unit.terraform.as_ref());
        if !made.is_some_and(|made| made.is(Some(&unit.digest.to_string()))) {
            text.push_str(&format!("{name}: its Terraform is not applied: {apply}\n"));
        }
    }
    for (name, unit) in state.units.iter().filter(|(name, _)| name.environment == *environment) {
        let is_told = unit.published.as_ref().is_some_and(|published| published.is(None));
        let is_wanted = composed.units.contains_key(name) || composed.held.contains_key(name);
        if is_told && unit.unsettled && !is_wanted {
            text.push_str(&format!("{name}: goes: once its engine has taken it away, {apply} does what is left\n"));
        }
    }
    text
}

fn difference(branch: &str, difference: &Difference) -> String {
    let lines = [("create", &difference.created), ("change", &difference.changed), ("remove", &difference.removed)];
    let lines = lines.into_iter().flat_map(|(what, paths)| paths.iter().map(move |path| format!("{what} {path}\n")));
    match (lines.collect::<String>(), difference.is_new) {
        (lines, true) if lines.is_empty() => format!("there is no {branch}, and nothing to publish\n"),
        (lines, false) if lines.is_empty() => format!("{branch} holds this already\n"),
        (lines, _) => lines,
    }
}
