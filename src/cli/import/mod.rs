//! `pavior import`: declarations from what a team has already. It never overwrites a file.

mod folder;

use super::repository::Repository;
use super::{Outcome, terminal};
use crate::import::{IMAGE_TO_FILL_IN, Imported, Target, backstage, compose, score};
use crate::model::kinds::ResourceType;
use crate::model::{Finding, Findings, Name, RepoPath, Severity, listed, nearest};
use crate::read::{Declarations, Declared, read};
use crate::report::{Report, human};
use crate::revisions;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use folder::{below_root, write_new};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Write declarations from a Score file, a Backstage catalog or a Compose file
#[derive(Debug, Args)]
#[command(after_long_help = WHAT)]
pub struct Import {
    /// What the file is
    #[arg(value_enum)]
    format: Format,
    /// The file, such as score.yaml, catalog-info.yaml or compose.yaml
    path: PathBuf,
    /// A folder below catalog/ to write to; default catalog/<owner>, for Score files their own folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The team that owns the services
    #[arg(long, value_name = "TEAM")]
    owner: Option<String>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    repository: Repository,
}

const WHAT: &str = "\
What cannot be carried over is told in notes on standard error; nothing is invented. An image that nobody knows is \
written as TODO, which `pavior check` refuses until it is replaced. A file that exists is never overwritten: then \
nothing is written.

Exit codes: 0 written, 1 written and something is to be filled in, 2 could not run.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// score.yaml: a Service that names it
    Score,
    /// catalog-info.yaml: Components and Groups
    Backstage,
    /// compose.yaml: services, with known databases and stores as resources
    Compose,
}

/// The largest file that is imported.
const MAX_BYTES: u64 = 1 << 20;

pub fn run(arguments: &Import) -> anyhow::Result<Outcome> {
    if let Some(owner) = arguments.owner.as_deref().filter(|owner| Name::parse(owner).is_none()) {
        bail!(
            "--owner {owner}: the name of a team has lower-case letters, digits and hyphens, and begins with a letter"
        );
    }
    let root = arguments.repository.root()?;
    let content = read_text(&arguments.path)?;
    let folder = target_folder(arguments, &root)?;
    let declared = read(revisions::load(&root, None)?.snapshot, &mut Findings::default()).declarations;
    if let Some(owner) = &arguments.owner {
        check_owner(owner, &declared)?;
    }
    let target = Target { folder, owner: arguments.owner.as_deref(), versions: versions(&declared) };
    let imported = match arguments.format {
        Format::Score => score(&content, &file_name(&arguments.path), &target),
        Format::Backstage => backstage(&content, &target),
        Format::Compose => compose(&content, &target),
    }
    .with_context(|| format!("cannot import {}", arguments.path.display()))?;
    imported.notes.iter().for_each(|note| terminal::tell(&format!("note: {note}")));
    if imported.files.is_empty() {
        bail!("{} holds nothing that can be imported", arguments.path.display());
    }
    let findings = check(&imported, arguments, &target, &content)?;
    if arguments.dry_run {
        let shown: Vec<String> = imported.files.iter().map(|(path, text)| format!("{path}\n\n{text}")).collect();
        terminal::print(&shown.join("\n"))?;
    } else {
        write_new(&root, &imported.files)?;
        terminal::print(&imported.files.keys().map(|path| format!("wrote {path}\n")).collect::<String>())?;
    }
    if arguments.owner.is_none() && arguments.format != Format::Backstage {
        terminal::tell("note: nobody owns this yet: add `owner` to `metadata`, or import with --owner");
    }
    Ok(if findings { Outcome::Blocked } else { Outcome::Clean })
}

/// Where teams are declared, the owner is one of them.
fn check_owner(owner: &str, declared: &Declarations) -> anyhow::Result<()> {
    let teams = || declared.teams.iter().map(|team| team.metadata.name.as_str());
    if declared.teams.is_empty() || teams().any(|team| team == owner) {
        return Ok(());
    }
    match nearest(owner, teams()) {
        Some(near) => bail!("--owner {owner}: there is no such team; did you mean `{near}`?"),
        None => bail!("--owner {owner}: there is no such team; declared are {}", listed(teams(), 20)),
    }
}

/// Which versions each resource type offers.
fn versions(declared: &Declarations) -> BTreeMap<String, Vec<String>> {
    let offered = |kind: &Declared<ResourceType>| {
        let values = &kind.spec.params.properties.get("version")?.values;
        let texts = values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
        Some((kind.metadata.name.to_string(), texts))
    };
    declared.resource_types.iter().filter_map(offered).collect()
}

/// Whether something is to be filled in. Anything else that our own reader refuses is not written at all.
fn check(imported: &Imported, arguments: &Import, target: &Target<'_>, content: &str) -> anyhow::Result<bool> {
    let score = match arguments.format {
        Format::Score => vec![(target.folder.join(&file_name(&arguments.path))?, Arc::from(content))],
        Format::Backstage | Format::Compose => Vec::new(),
    };
    let (snapshot, findings) = imported.findings(score);
    let blocks = |finding: &Finding| finding.severity() == Severity::Error && !is_to_fill_in(finding);
    let refused = arguments.format != Format::Score && findings.iter().any(blocks);
    let any = findings.iter().any(|finding| finding.severity() == Severity::Error);
    if !findings.is_empty() {
        let report = Report { findings, files: snapshot.files.len(), sources: snapshot.files, ..Report::default() };
        terminal::tell(human(&report, terminal::human_options(Some(50))).trim_end());
    }
    if refused {
        bail!("what was made of {} is not whole, so nothing is written", arguments.path.display());
    }
    Ok(any)
}

/// Images that have to be named or pinned by whoever knows them.
fn is_to_fill_in(finding: &Finding) -> bool {
    let is_todo = finding.message.contains(&format!("`{IMAGE_TO_FILL_IN}`"));
    finding.rule.id == "schema/image-unpinned" || (finding.rule.id == "schema/image" && is_todo)
}

fn target_folder(arguments: &Import, root: &Path) -> anyhow::Result<RepoPath> {
    let folder = match (&arguments.out, arguments.format) {
        (Some(_), Format::Score) => bail!("a service lies beside its Score file: leave out --out"),
        (Some(out), _) => below_root(root, out)?,
        (None, Format::Score) => {
            let folder = arguments.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            below_root(root, folder.unwrap_or(Path::new("."))).context(
                "a service names its Score file and lies beside it: copy the file to a folder below catalog/ first, \
                 and name the repository with --root where you are not in it",
            )?
        }
        (None, _) => match &arguments.owner {
            Some(owner) => format!("catalog/{owner}"),
            None => bail!("say where to write: --out catalog/<folder>, or --owner <team>"),
        },
    };
    match RepoPath::parse(&folder) {
        Ok(path) if folder == "catalog" || folder.starts_with("catalog/") => Ok(path),
        _ => bail!("{folder} is not below catalog/, where declarations are read"),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > MAX_BYTES {
        bail!("{} is larger than 1 MiB", path.display());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}
