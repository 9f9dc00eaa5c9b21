//! `pavior publish`: what Argo CD or Flux delivers, pushed to the branch that it follows.

use super::following::{Following, Trail};
use super::repository::Repository;
use super::writer::writer;
use super::{Outcome, terminal};
use crate::compile::{CompiledUnit, compile_engines, compile_verified};
use crate::deliver::follow::Followed;
use crate::deliver::publish::{Content, Difference, EngineBranch, Published};
use crate::deliver::published::{Publication, publish_recorded};
use crate::deliver::terraform::has_terraform;
use crate::deliver::{now, secrets_asked, unit_name};
use crate::emit::engines::{Rendered, branch};
use crate::ledger::{Cause, State, Store, Upstream};
use crate::model::{Timestamp, listed, nearest};
use crate::read::Objects;
use crate::report::{counted, visible_line};
use crate::revisions;
use anyhow::{Context, bail};
use clap::Args;

/// Push what Argo CD or Flux delivers to the branch that it follows
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Publish {
    #[command(flatten)]
    repository: Repository,
    /// An environment with `delivery: argocd` or `flux`
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// Publish this revision
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    /// Where the branch and the ledger are; default this clone
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// Say what would change, and push nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    following: Following,
}

const HOW: &str = "\
The branch pavior/<environment> holds a folder for each unit with its manifests, and in _engine what tells the engine to \
deliver them. What is pushed lies on top of what is there, unless somebody else came first: then it is tried again. Equal \
content makes no commit, and what a later commit brought is not taken back.

Each unit that is brought to another digest has a record in the ledger before and after. Terraform is not the engine's: \
`pavior apply` does it.

With --follow the engine's objects are asked until each unit is healthy or sick with the commit that was published, and the \
ledger is told. Where a unit has Terraform that is only once Terraform was applied.

Exit codes: 0 published, or nothing to publish, and with --follow all healthy; 1 findings that block, or a unit that is not \
known to be healthy; 2 could not run.";

/// How long nobody else publishes the environment.
const LEASE: u64 = 900;

pub fn run(arguments: &Publish) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let loaded = revisions::load(&root, Some(&arguments.head))?;
    let mut findings = loaded.findings;
    let (documents, units) = compile_verified(loaded.snapshot, &mut findings, &())?;
    let compiled: Vec<&CompiledUnit> = units.iter().collect();
    let engines = match findings.has_errors() {
        true => Vec::new(),
        false => compile_engines(&documents, &compiled, &mut findings)?,
    };
    if findings.has_errors() {
        terminal::tell_findings(findings, documents.snapshot.files);
        terminal::tell("nothing is published before the errors are mended");
        return Ok(Outcome::Blocked);
    }
    let rendered = chosen(&engines, &arguments.environment)?;
    let remote = arguments.remote.clone().map(|address| Upstream { address, authorization: None });
    let target = branch(&rendered.environment);
    let engine = EngineBranch::open(root.clone(), remote.clone(), &target)?;
    if arguments.dry_run {
        terminal::print(&difference(&target, &engine.difference(&rendered.branch)?))?;
        return Ok(Outcome::Clean);
    }
    let objects = Objects::open(&root)?;
    let source = objects.commit(&arguments.head).context("reading the commit that is published")?;
    let here = || units.iter().filter(|unit| unit.id.environment == rendered.environment);
    let publication = Publication {
        environment: rendered.environment.clone(),
        units: here().map(|unit| (unit_name(&unit.id), unit.digest.to_string())).collect(),
        secrets: secrets_asked(&documents),
        cause: Cause {
            head: source.clone(),
            base: None,
            pull: None,
            report: None,
            author: objects.author(&arguments.head).context("reading who wrote the commit")?,
            approved_by: Vec::new(),
        },
        until: Timestamp::of_unix_seconds(u64::try_from(now().unix_seconds())? + LEASE).context("reading the clock")?,
    };
    let writer = writer(&root)?;
    let mut store = Store::open(root, remote)?;
    store.refresh()?;
    let content =
        Content { files: &rendered.branch, source: source.parse().context("reading the commit that is published")? };
    let published = publish_recorded(&mut store, &engine, content, &publication, &writer, &now)?;
    terminal::print(&match &published {
        Published::Nothing { commit } => format!("{target} holds this already: {commit}\n"),
        Published::Pushed { commit } => {
            format!("{target} is at {commit}: {}\n", counted(rendered.branch.len(), "file"))
        }
        Published::Superseded { by } => format!("{target} was published from a later commit, {by}: left alone\n"),
    })?;
    let (Published::Nothing { commit } | Published::Pushed { commit }) = published else { return Ok(Outcome::Clean) };
    let here: Vec<&CompiledUnit> = here().collect();
    terminal::print(&left(&here, &publication, &State::of(store.records()?)))?;
    let object = |unit: &CompiledUnit| rendered.units.iter().find(|(id, _)| *id == unit.id).map(|(_, one)| one.clone());
    let followed = here.iter().map(|unit| Followed {
        unit: unit_name(&unit.id),
        digest: unit.digest.to_string(),
        has_terraform: has_terraform(&unit.artifacts),
        object: object(unit),
    });
    let (cause, commit) = (&publication.cause, commit.to_string());
    Trail { followed: followed.collect(), commit, cause, writer: &writer }.follow(&arguments.following, &mut store)
}

/// What is left to `pavior apply`.
fn left(here: &[&CompiledUnit], publication: &Publication, state: &State) -> String {
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

fn chosen<'e>(engines: &'e [Rendered], name: &str) -> anyhow::Result<&'e Rendered> {
    let known = || engines.iter().map(|one| one.environment.as_str());
    match engines.iter().find(|one| one.environment.as_str() == name) {
        Some(rendered) => Ok(rendered),
        None if engines.is_empty() => {
            bail!("no environment is delivered by an engine: say `delivery: argocd` or `delivery: flux` in one")
        }
        None => match nearest(name, known()) {
            Some(near) => {
                bail!("no environment `{}` is delivered by an engine; did you mean {near}?", visible_line(name))
            }
            None => bail!(
                "no environment `{}` is delivered by an engine; there are {}",
                visible_line(name),
                listed(known(), 10)
            ),
        },
    }
}

fn difference(branch: &str, difference: &Difference) -> String {
    let lines = [("create", &difference.created), ("change", &difference.changed), ("remove", &difference.removed)];
    let lines = lines.into_iter().flat_map(|(what, paths)| paths.iter().map(move |path| format!("{what} {path}\n")));
    let lines: String = lines.collect();
    if lines.is_empty() { format!("{branch} holds this already\n") } else { lines }
}
