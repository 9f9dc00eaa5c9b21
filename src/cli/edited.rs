//! A declaration is edited: shown as a diff, judged, and written into the work tree or proposed as a pull request.

use super::replace::replace;
use super::repository::Repository;
use super::{Outcome, terminal};
use crate::check::{Loaded, check_against};
use crate::edit::{Image, as_read, as_written, set_image};
use crate::model::kinds::{Environment, Kind, Service};
use crate::model::{Findings, RepoPath, listed, nearest};
use crate::read::{Declared, Documents, Snapshot, read, secrets};
use crate::report::{Report, human, visible_line};
use crate::revisions;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use std::path::{Path, PathBuf};

/// What becomes of the edit; without any of these it is only shown.
#[derive(Debug, Args)]
pub struct Fate {
    #[command(flatten)]
    pub repository: Repository,
    /// Change the file in the work tree
    #[arg(long)]
    write: bool,
    #[cfg(feature = "forge")]
    #[command(flatten)]
    proposal: super::proposal::Options,
}

/// The images that are to stand in one environment, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "forge"), allow(dead_code, reason = "title and body are for pull requests"))]
pub struct Wish {
    pub service: String,
    pub environment: String,
    /// By container.
    pub images: Vec<(String, String)>,
    pub title: String,
    /// For the pull request: what and why, in Markdown.
    pub body: String,
}

/// A file with the wish come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    pub path: RepoPath,
    pub before: String,
    pub after: String,
}

/// A wish, and what is to be known beside it.
pub struct Decided {
    pub wish: Wish,
    pub notes: Vec<String>,
}

/// Decides by what is declared, then does what is wanted with it.
pub fn run(fate: &Fate, decide: impl Fn(&Path, &Documents) -> Result<Decided>) -> Result<Outcome> {
    let root = fate.repository.root()?;
    #[cfg(feature = "forge")]
    if fate.proposal.is_asked_for() {
        ensure!(!fate.write, "--write and --pull-request are two ways: choose one");
        return fate.proposal.propose(&root, |loaded| judged(&root, loaded, &decide));
    }
    let Some((edited, _)) = judged(&root, revisions::load(&root, None)?, &decide)? else { return Ok(Outcome::Blocked) };
    if let (Some(edited), true) = (edited, fate.write) {
        write(&root, &edited)?;
        terminal::tell(&format!("wrote {}", edited.path));
    }
    Ok(Outcome::Clean)
}

/// Shows the diff, and what the change makes wrong. None where that blocks; no edit where all stands already as wished.
fn judged(
    root: &Path,
    loaded: Loaded,
    decide: &impl Fn(&Path, &Documents) -> Result<Decided>,
) -> Result<Option<(Option<Edited>, Wish)>> {
    let documents = read(loaded.snapshot.clone(), &mut Findings::default());
    let Decided { wish, notes } = decide(root, &documents)?;
    notes.iter().for_each(|note| terminal::tell(note));
    let Some(edited) = wish.edited(&documents)? else {
        terminal::tell(&format!("{} has that in {} already", wish.service, wish.environment));
        return Ok(Some((None, wish)));
    };
    terminal::print(&unified(&edited.path, &edited.before, &edited.after))?;
    let mut head = Loaded { snapshot: loaded.snapshot.clone(), ..loaded.clone() };
    head.snapshot.files.insert(edited.path.clone(), edited.after.as_str().into());
    let report = check_against(loaded, head)?;
    tell(&report);
    Ok((report.errors() == 0).then_some((Some(edited), wish)))
}

impl Wish {
    /// None where all stands as wished.
    fn edited(&self, documents: &Documents) -> Result<Option<Edited>> {
        let declared = service(documents, &self.service)?;
        let path = documents.document(declared.document).path.clone();
        let before = documents.snapshot.files.get(&path).context("the file of a declaration was read")?.to_string();
        let mut after = before.clone();
        for (container, image) in &self.images {
            let of = Image { service: &self.service, environment: &self.environment, container };
            after = set_image(&after, &of, image).with_context(|| format!("editing {path}"))?;
        }
        Ok((before != after).then_some(Edited { path, before, after }))
    }
}

/// The declared service of a name.
pub fn service<'d>(documents: &'d Documents, name: &str) -> Result<&'d Declared<Service>> {
    let is_broken = documents.declarations.is_broken(Kind::Service, name);
    ensure!(!is_broken, "the declaration of {} has mistakes, see `pavior check`: they come first", visible_line(name));
    let services = &documents.declarations.services;
    let found = services.iter().find(|service| service.metadata.name.as_str() == name);
    found.with_context(|| unknown("service", name, services.iter().map(|one| one.metadata.name.as_str())))
}

/// The declared environment of a name.
pub fn environment<'d>(documents: &'d Documents, name: &str) -> Result<&'d Declared<Environment>> {
    let environments = &documents.declarations.environments;
    let found = environments.iter().find(|environment| environment.metadata.name.as_str() == name);
    found.with_context(|| unknown("environment", name, environments.iter().map(|one| one.metadata.name.as_str())))
}

/// The containers of a service; never none.
///
/// # Errors
/// When it does not run in the environment.
pub fn containers(service: &Declared<Service>, environment: &str) -> Result<Vec<String>> {
    let name = &service.metadata.name;
    let enabled = service.spec.environments.get(environment).and_then(|settings| settings.enabled);
    ensure!(enabled != Some(false), "{name} does not run in {environment}: its declaration says `enabled: false`");
    ensure!(!service.spec.containers.is_empty(), "{name} declares no containers");
    Ok(service.spec.containers.keys().map(ToString::to_string).collect())
}

/// There is no such thing, but perhaps another one.
pub fn unknown<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = nearest(name, known).map(|near| format!("; did you mean {}?", listed([near], 1)));
    format!("there is no {kind} `{}`{}", visible_line(name), near.unwrap_or_default())
}

/// A text of somebody, as code in Markdown: there nothing of it is a link or a name.
pub fn code(text: &str) -> String {
    format!("`{}`", visible_line(text).replace('`', "'"))
}

/// What changes in a file, as `git diff` would show it, with what is secret covered.
pub fn unified(path: &RepoPath, before: &str, after: &str) -> String {
    let (before, after) = (covered(path, before), covered(path, after));
    let diff = similar::TextDiff::from_lines(&before, &after);
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    diff.unified_diff().context_radius(3).header(&old, &new).to_string()
}

/// As people may see it: with what is secret covered.
fn covered(path: &RepoPath, text: &str) -> String {
    let files = [(path.clone(), text.into())].into();
    let (snapshot, _) = secrets::hide(Snapshot { files, ..Snapshot::default() }, &mut Findings::default());
    snapshot.files.get(path).map(|text| text.to_string()).unwrap_or_default()
}

/// What the edit makes wrong goes beside the diff.
fn tell(report: &Report) {
    if !report.findings.is_empty() {
        terminal::tell(human(report, terminal::human_options(Some(50))).trim_end());
    }
}

/// Writes the file with what the work tree has of it, byte for byte, but for the edit.
fn write(root: &Path, edited: &Edited) -> Result<()> {
    let path: PathBuf = root.join(edited.path.as_str());
    let raw = std::fs::read_to_string(&path).with_context(|| format!("reading {}", edited.path))?;
    if as_read(&raw) != edited.before {
        bail!("{} changed meanwhile: nothing was written", edited.path);
    }
    replace(&path, as_written(&raw, &edited.after).as_bytes()).with_context(|| format!("writing {}", edited.path))
}
