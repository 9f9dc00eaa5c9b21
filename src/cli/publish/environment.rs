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
use crate::deliver::{now, unit_id, unit_name};
use crate::emit::engines::{Rendered, belongs, branch, engine_list, is_list, is_told_by};
use crate::ledger::{Cause, Entry, Record, SecretAsked, State, Store, UnitName, Writer};
use crate::model::{Name, RepoPath, Timestamp};
use crate::provision::UnitId;
use crate::read::Documents;
use crate::report::{counted, visible_line};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
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
    /// Those that its engine is told of anew; None where it is told to take one away.
    news: BTreeMap<UnitName, Option<String>>,
    held: BTreeMap<UnitName, Held>,
    /// All that it is to run and that does not stay as it is.
    units: Vec<&'w CompiledUnit>,
    /// What of the branch is replaced by `files`; the rest stays.
    replaced: Vec<UnitId>,
    files: BTreeMap<RepoPath, String>,
    /// Of units of which nothing changes.
    same: BTreeMap<RepoPath, String>,
    /// Of all that its engine runs, or may.
    there: Vec<UnitId>,
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
        let here = self.units.iter().filter(|unit| unit.id.environment == *environment);
        let units: Vec<&CompiledUnit> = here.filter(|unit| !held.contains_key(&unit_name(&unit.id))).collect();
        if is_anew {
            news.extend(units.iter().map(|unit| (unit_name(&unit.id), Some(unit.digest.to_string()))));
        }
        let replaced: Vec<UnitId> = news.keys().filter_map(unit_id).collect();
        let same: Vec<&UnitId> =
            units.iter().map(|unit| &unit.id).filter(|id| !news.contains_key(&unit_name(id))).collect();
        let of = |is_meant: &dyn Fn(&str) -> bool| -> BTreeMap<RepoPath, String> {
            let files = rendered.branch.iter().filter(|(path, _)| is_meant(path.as_str()));
            files.map(|(path, text)| (path.clone(), text.clone())).collect()
        };
        let files = of(&|path| replaced.iter().any(|id| belongs(id, path)));
        let same = of(&|path| same.iter().any(|id| belongs(id, path)));
        let there = there(environment, state).filter_map(unit_id).collect();
        Composed { news, held, units, replaced, files, same, there, is_anew }
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
        let content = Content {
            files: &composed.files,
            keeps: &keeps,
            list: &list,
            source,
            is_sure: self.is_confirmed(environment),
        };
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
        let content = Content {
            files: &composed.files,
            keeps: &keeps,
            list: &list,
            source,
            is_sure: self.is_confirmed(environment),
        };
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
        let followed = composed.units.iter().map(|unit| Followed {
            unit: unit_name(&unit.id),
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
        let held: Vec<UnitId> = composed.held.keys().filter_map(unit_id).collect();
        let is_known = |path: &str| {
            let here = composed.units.iter().map(|unit| &unit.id).chain(&composed.there).chain(&composed.replaced);
            is_list(path) || here.chain(&held).any(|id| belongs(id, path))
        };
        if let Some(path) = files.keys().find(|path| !is_known(path)) {
            return changed(path);
        }
        for told in &rendered.units {
            let own = files.get(told.file.as_str());
            let other = || files.keys().find(|path| is_told_by(path) && belongs(&told.id, path));
            match (own, other()) {
                (Some(blob), _) if told.delivers_as(&engine.text(*blob)?) => {}
                (Some(_), _) => return changed(told.file.as_str()),
                (None, Some(other)) => return changed(other),
                (None, None) => {}
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
    fn keeps(&self, path: &str) -> bool {
        !self.is_anew && !self.replaced.iter().any(|id| belongs(id, path))
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
    for unit in composed.units.iter().filter(|unit| has_terraform(&unit.artifacts)) {
        let name = unit_name(&unit.id);
        let made = state.units.get(&name).and_then(|unit| unit.terraform.as_ref());
        if !made.is_some_and(|made| made.is(Some(&unit.digest.to_string()))) {
            text.push_str(&format!("{name}: its Terraform is not applied: {apply}\n"));
        }
    }
    for (name, unit) in state.units.iter().filter(|(name, _)| name.environment == *environment) {
        let is_told = unit.published.as_ref().is_some_and(|published| published.is(None));
        let is_wanted =
            composed.units.iter().any(|one| unit_name(&one.id) == *name) || composed.held.contains_key(name);
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
