//! `pavior publish`: what Argo CD or Flux delivers, pushed to the branch that it follows.

mod environment;
mod held;

use super::apply::HEAD;
use super::delivery::{is_there, tell_uncommitted};
use super::following::Following;
use super::handed::Under;
use super::repository::Repository;
use super::reviewed::Reviewed;
use super::writer::writer;
use super::{Outcome, terminal};
use crate::compile::{CompiledUnit, compile_engines, compile_verified};
use crate::deliver::mandate::Turn;
use crate::deliver::{secrets_asked, told};
use crate::emit::engines::Rendered;
use crate::model::{listed, nearest};
use crate::read::{Documents, Objects};
use crate::report::visible_line;
use crate::revisions;
use anyhow::{Context, anyhow, bail};
use clap::Args;
use environment::World;
use std::path::PathBuf;

/// Push what Argo CD or Flux delivers to the branch that it follows
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Publish {
    #[command(flatten)]
    repository: Repository,
    /// An environment with `delivery: argocd` or `flux`; may be given several times. With --mandate default all
    #[arg(long, value_name = "NAME", required_unless_present = "mandate")]
    environment: Vec<String>,
    /// Publish this revision
    #[arg(long, value_name = "REV", default_value = HEAD)]
    head: String,
    /// Where the branch and the ledger are; default this clone
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// Say what would change, and push nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    reviewed: Reviewed,
    /// Most of this environment may go, and its engine may be told otherwise to deliver what is the same; may be given several
    /// times
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with = "mandate")]
    confirm: Vec<String>,
    /// Publish on this mandate, as `pavior ci --mandate` wrote it: it says which commit, what of it, and on whose word
    #[arg(long, value_name = "FILE", conflicts_with_all = ["reviewed", "yes", "head"])]
    mandate: Option<PathBuf>,
    /// Leave behind here what came of it, for `pavior ci --outcome`
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    outcome: Option<PathBuf>,
    #[command(flatten)]
    following: Following,
}

const HOW: &str = "\
The branch pavior/<environment> holds a folder for each unit with its manifests, and in _engine what tells the engine to \
deliver them. What is pushed lies on top of what is there, unless somebody else came first: then it is tried again. Equal \
content makes no commit, and what a later commit brought is not taken back.

Each unit that is brought to another digest has a record in the ledger before and after. Terraform is not the engine's: \
`pavior apply` does it.

What an engine is told has to be reviewed as what `pavior apply` does: --reviewed or --yes, or --mandate after a merge. A \
unit that nobody reviewed stays on the branch as it is, and the others go on; under a mandate so does one whose Terraform is \
not applied, or that is promoted from one which is not healthy. How an engine is told to deliver changes with --confirm alone.

With --follow the engine's objects are asked until each unit is healthy or sick with the commit that was published, and the \
ledger is told. Where a unit has Terraform that is only once Terraform was applied.

Exit codes: 0 published, or nothing to publish, and with --follow all healthy; 1 findings that block, a unit that may not be \
published, or is not known to be healthy; 2 could not run.";

pub fn run(arguments: &Publish) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let mandate = arguments.mandate.as_deref().map(|file| (file, Turn::BehindApply));
    let outcome = arguments.outcome.as_ref();
    let under = Under::open(mandate, outcome, arguments.remote.as_ref(), &root)?;
    let objects = Objects::open(&root)?;
    let head =
        objects.commit(under.head().unwrap_or(&arguments.head)).context("reading the commit that is published")?;
    let loaded = revisions::load(&root, Some(&head))?;
    let mut findings = loaded.findings;
    let (documents, units) = compile_verified(loaded.snapshot, &mut findings, &())?;
    let compiled: Vec<&CompiledUnit> = units.iter().collect();
    let engines = match findings.has_errors() {
        true => Vec::new(),
        false => compile_engines(&documents, &compiled)?,
    };
    if findings.has_errors() {
        terminal::tell_findings(findings, documents.snapshot.files);
        terminal::tell("nothing is published before the errors are mended");
        return Ok(Outcome::Blocked);
    }
    let chosen = arguments.chosen(&engines, &documents)?;
    for name in &arguments.confirm {
        is_there("environment", name, &arguments.environment.iter().map(String::as_str).collect::<Vec<_>>())
            .map_err(|why| anyhow!("--confirm: {why} among those that are published"))?;
    }
    if !under.has_mandate() && arguments.head == HEAD {
        tell_uncommitted(&root);
    }
    let world = World {
        root: &root,
        under: &under,
        documents: &documents,
        units: &units,
        reviewed: &arguments.reviewed,
        digests: arguments.reviewed.digests()?,
        confirmed: &arguments.confirm,
        secrets: secrets_asked(&documents),
        author: objects.author(&head).context("reading who wrote the commit")?,
        following: &arguments.following,
        writer: writer(&root)?,
        head,
    };
    let (mut outcome, mut became, mut failed) = (Outcome::Clean, Vec::new(), None);
    for rendered in world.in_order(chosen) {
        if arguments.dry_run {
            outcome = outcome.max(world.show(rendered)?);
            continue;
        }
        // One that cannot be told keeps nobody else from being told.
        match world.publish(rendered) {
            Ok(came) => {
                outcome = outcome.max(came.outcome);
                became.extend(came.units);
            }
            Err(error) => {
                became.extend(world.failed(rendered, &told(&error)));
                failed.get_or_insert(error.context(format!("publishing {}", rendered.environment)));
            }
        }
    }
    if !arguments.dry_run {
        let mut store = under.store(&root)?;
        store.records()?;
        under.leave(&world.head, &store.head(), became)?;
    }
    failed.map_or(Ok(outcome), Err)
}

impl Publish {
    /// By hand each one that is named has to be an engine's; a mandate is for all, and the others are `pavior apply`'s.
    fn chosen<'e>(&self, engines: &'e [Rendered], documents: &Documents) -> anyhow::Result<Vec<&'e Rendered>> {
        if self.mandate.is_some() {
            let declared: Vec<&str> =
                documents.declarations.environments.iter().map(|one| one.metadata.name.as_str()).collect();
            self.environment.iter().try_for_each(|name| is_there("environment", name, &declared))?;
            let is_asked = |one: &&Rendered| {
                self.environment.is_empty() || self.environment.iter().any(|name| one.environment.as_str() == name)
            };
            return Ok(engines.iter().filter(is_asked).collect());
        }
        self.environment.iter().map(|name| chosen(engines, name)).collect()
    }
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
