//! The catalog that a question is about: of the work tree, of a revision, or of a day in the past.

use crate::cli::repository::Repository;
use crate::cli::terminal;
use crate::link::{Catalog, link};
use crate::model::{Date, Findings, Timestamp};
use crate::query::{Entry, EntryKind, Register};
use crate::read::{Documents, commit_before, read};
use crate::report::inert_json;
use crate::revisions;
use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// Which catalog.
#[derive(Debug, Args)]
pub struct Source {
    #[command(flatten)]
    repository: Repository,
    /// Answer as of then: a revision, or a day (2026-11-02, as it began, UTC) or moment (2026-11-02T08:15:00Z), which
    /// means the last commit of HEAD's first-parent history that was made before it
    #[arg(long, value_name = "REV|DATE")]
    as_of: Option<String>,
}

/// What was read, before it is linked.
pub struct Opened {
    documents: Documents,
    findings: Findings,
}

/// What answers are made from.
pub struct Linked<'d> {
    pub documents: &'d Documents,
    pub catalog: Catalog<'d>,
    pub register: Register,
    pub findings: Findings,
}

impl Source {
    pub fn open(&self) -> anyhow::Result<Opened> {
        let root = self.repository.root()?;
        let revision = match self.as_of.as_deref().map(|text| (text, moment(text))) {
            None => None,
            Some((revision, None)) => Some(revision.to_owned()),
            Some((text, Some(moment))) => {
                let found = commit_before(&root, moment)
                    .with_context(|| format!("looking for the last commit before {text}"))?;
                let Some(commit) = found else { bail!("no commit of HEAD's history was made before {text}") };
                terminal::tell(&format!("as of {text}: commit {}", &commit[..commit.len().min(12)]));
                if let Some(note) = end_of_today().and_then(|today| to_come(text, moment, today)) {
                    terminal::tell(&note);
                }
                Some(commit)
            }
        };
        let mut loaded = revisions::load(&root, revision.as_deref())?;
        let documents = read(loaded.snapshot, &mut loaded.findings);
        Ok(Opened { documents, findings: loaded.findings })
    }
}

impl Opened {
    /// What is whole can be asked about; that something may be missing is told.
    pub fn link(&self) -> Linked<'_> {
        let linked = self.link_quietly();
        if linked.findings.has_errors() {
            terminal::tell(
                "the declarations have errors, so that something may be missing here; `pavior check` shows them",
            );
        }
        linked
    }

    /// For those who tell the errors themselves.
    pub fn link_quietly(&self) -> Linked<'_> {
        let mut findings = self.findings.clone();
        let catalog = link(&self.documents, &mut findings);
        let register = Register::of(&self.documents, &catalog);
        Linked { documents: &self.documents, catalog, register, findings }
    }
}

/// By this machine's clock, in UTC.
fn end_of_today() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::parse(&format!("{}T23:59:59Z", Date::of_day(since.as_secs() / 86_400)?))
}

/// Nobody knows what will be declared then.
fn to_come(text: &str, moment: Timestamp, today: Timestamp) -> Option<String> {
    (moment > today).then(|| format!("note: {text} is yet to come, so this is what HEAD holds today"))
}

/// A day is meant as it begins.
fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
}

/// Everything of this name, or why there is nothing.
pub fn named<'r>(register: &'r Register, name: &str) -> anyhow::Result<Vec<&'r Entry>> {
    match register.find(name) {
        Ok(found) => Ok(found),
        Err(Some(near)) => bail!("nothing in the catalog is called `{name}`; did you mean `{near}`?"),
        Err(None) => bail!("nothing in the catalog is called `{name}`; `pavior catalog search {name}` looks for words"),
    }
}

/// An environment that is declared.
pub fn environment(register: &Register, name: &str) -> anyhow::Result<()> {
    if register.get(EntryKind::Environment, name).is_some() {
        return Ok(());
    }
    let environments = register.entries.iter().filter(|entry| entry.kind == EntryKind::Environment);
    let known = environments.map(|entry| entry.name.as_str());
    bail!("there is no environment `{name}`; known: {}", crate::model::listed(known, 20))
}

/// An answer as programs read it.
pub fn json<T: Serialize>(answer: &T) -> anyhow::Result<String> {
    let text = serde_json::to_string_pretty(answer).context("writing the answer as JSON")?;
    Ok(inert_json(text) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_meant_as_it_begins_and_a_branch_is_no_day() {
        assert_eq!(moment("2026-11-02").map(|at| at.to_string()).as_deref(), Some("2026-11-02T00:00:00Z"));
        assert_eq!(moment("2026-11-02T08:15:00Z").map(|at| at.hour), Some(8));
        assert_eq!(moment("main"), None);
        assert_eq!(moment("2026-13-02"), None);
    }

    #[test]
    fn a_day_that_is_yet_to_come_is_told() {
        let today = Timestamp::parse("2026-11-22T23:59:59Z").unwrap();
        let told = |text: &str| to_come(text, moment(text).unwrap(), today);
        assert_eq!(told("2026-11-22"), None);
        assert_eq!(told("2026-11-22T18:00:00Z"), None);
        let note = "note: 2026-11-23 is yet to come, so this is what HEAD holds today";
        assert_eq!(told("2026-11-23").as_deref(), Some(note));
    }
}
