//! `pavior compile`: every unit's Terraform and manifests, written below one folder.

use super::images::Images;
use super::repository::Repository;
use super::timings::{TimingOptions, Timings};
use super::{Outcome, terminal};
use crate::compile::{CompiledUnit, Digest, compile_catalog, compile_engines, compile_verified_kept};
use crate::emit::Artifact;
use crate::model::{RepoPath, listed};
use crate::output::{Written, files_of, preview_files, write_files};
use crate::provision::{UnitId, UnitKind};
use crate::report::{Align, counted, provenance_json, table};
use crate::revisions;
use anyhow::{Context, bail};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Compile declarations into Terraform and Kubernetes manifests
#[derive(Debug, Args)]
pub struct Compile {
    #[command(flatten)]
    repository: Repository,
    /// Where to write <environment>/<service>/{terraform,manifests}, catalog/ and CODEOWNERS; afterwards it holds what
    /// was asked for and nothing else that Pavior ever wrote there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Compile this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Only this environment, without the catalog; may be given several times
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only this service or shared resource, without the catalog; may be given several times
    #[arg(long, value_name = "NAME")]
    unit: Vec<String>,
    #[command(flatten)]
    images: Images,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    timings: TimingOptions,
}

pub fn run(arguments: &Compile) -> anyhow::Result<Outcome> {
    let timings = Timings::start(arguments.timings);
    let root = arguments.repository.root()?;
    let loaded = arguments.images.given_to(revisions::load(&root, arguments.head.as_deref())?)?;
    timings.loaded(loaded.snapshot.files.len());
    let mut findings = loaded.findings;
    let selection = Selection { environments: &arguments.environment, names: &arguments.unit };
    let (documents, units) = compile_verified_kept(loaded.snapshot, &mut findings, &timings, |source, artifacts| {
        let provenance = selection.has(&source.id()).then(|| provenance_json(&source.provenance()));
        (CompiledUnit::new(source.id(), artifacts), provenance.unwrap_or_default())
    })?;
    let everything = arguments.environment.is_empty() && arguments.unit.is_empty();
    let catalog = match everything && !findings.has_errors() {
        true => {
            let mut catalog = compile_catalog(&documents, &mut findings)?;
            let compiled: Vec<&CompiledUnit> = units.iter().map(|(unit, _)| unit).collect();
            let engines = compile_engines(&documents, &compiled)?;
            catalog.extend(engines.into_iter().flat_map(|one| one.objects));
            catalog
        }
        false => Vec::new(),
    };
    let blocked = findings.has_errors();
    if !findings.is_empty() {
        terminal::tell_findings(findings, documents.snapshot.files);
    }
    if blocked {
        terminal::tell("nothing is written before the errors are mended");
        return Ok(Outcome::Blocked);
    }
    let (units, provenances): (Vec<CompiledUnit>, Vec<String>) = selection.of(units)?.into_iter().unzip();
    let mut files = files_of(&units)?;
    for (unit, text) in units.iter().zip(&provenances) {
        let path = RepoPath::parse(&format!("{}/{PROVENANCE}", unit.id.folder()));
        files.insert(path.with_context(|| format!("the provenance of unit {}", unit.id))?, text);
    }
    files.extend(catalog.iter().map(|artifact| (artifact.path.clone(), artifact.text.as_str())));
    let written = match arguments.dry_run {
        true => preview_files(&arguments.out, files),
        false => write_files(&arguments.out, &files),
    }?;
    timings.written(written.created.len() + written.changed.len() + written.restored.len());
    for path in &written.kept {
        terminal::tell(&format!("{path} is no longer compiled, but was changed by hand: it is left alone"));
    }
    terminal::print(&summary(&units, &catalog, &written))?;
    timings.reported();
    timings.tell();
    Ok(Outcome::Clean)
}

/// The file beside a unit's artifacts that says what set their fields. It is no artifact, so that no digest depends on
/// it: a comment that moves lines deploys nothing.
const PROVENANCE: &str = "provenance.json";

/// The units that were asked for.
struct Selection<'a> {
    environments: &'a [String],
    names: &'a [String],
}

impl Selection<'_> {
    fn has(&self, unit: &UnitId) -> bool {
        let wanted = |list: &[String], name: &str| list.is_empty() || list.iter().any(|wanted| wanted == name);
        wanted(self.environments, &unit.environment) && wanted(self.names, &unit.name)
    }

    /// Those of all units; a name that nothing has is a mistake of the caller.
    fn of<T>(&self, units: Vec<(CompiledUnit, T)>) -> anyhow::Result<Vec<(CompiledUnit, T)>> {
        let all = || units.iter().map(|(unit, _)| &unit.id);
        demand_known(self.environments, all().map(|id| &*id.environment).collect(), "environment with units")?;
        demand_known(self.names, all().map(|id| &*id.name).collect(), "unit")?;
        Ok(units.into_iter().filter(|(unit, _)| self.has(&unit.id)).collect())
    }
}

fn demand_known(wanted: &[String], known: BTreeSet<&str>, what: &str) -> anyhow::Result<()> {
    match wanted.iter().find(|name| !known.contains(name.as_str())) {
        Some(unknown) => bail!("there is no {what} `{unknown}`; known: {}", listed(known, 20)),
        None => Ok(()),
    }
}

/// Rows of units by environment, one for the catalog, a last one for files of units that are no more.
fn summary(units: &[CompiledUnit], catalog: &[Artifact], written: &Written) -> String {
    if units.is_empty() && written.removed.is_empty() {
        return "nothing to compile: no service runs in any environment\n".to_owned();
    }
    let columns = [
        ("environment", Align::Left),
        ("unit", Align::Left),
        ("files", Align::Right),
        ("digest", Align::Left),
        ("created", Align::Right),
        ("changed", Align::Right),
        ("removed", Align::Right),
    ];
    let changes = Changes::of(units, written);
    let mut rows: Vec<Vec<String>> = units.iter().map(|unit| row(unit, &changes)).collect();
    if !catalog.is_empty() {
        let names = ["-".to_owned(), "(catalog)".to_owned()];
        rows.push(cells(names, catalog.len(), Digest::of(catalog), changes.under(CATALOG)));
    }
    let gone = changes.under("").removed + if catalog.is_empty() { changes.under(CATALOG).removed } else { 0 };
    if gone > 0 {
        let cells = ["-", "(no longer compiled)", "-", "-", "-", "-", &gone.to_string()];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    let of_units: usize = units.iter().map(|unit| unit.artifacts.len()).sum();
    let files = counted(of_units + units.len() + catalog.len(), "file");
    format!("{}\n{}, {files}\n", table(&columns, &rows), counted(units.len(), "unit"))
}

fn row(unit: &CompiledUnit, changes: &Changes) -> Vec<String> {
    let names = [unit.id.environment.to_string(), name(&unit.id)];
    // The provenance stands beside the artifacts.
    cells(names, unit.artifacts.len() + 1, unit.digest, changes.under(&unit.id.folder()))
}

fn cells([environment, name]: [String; 2], files: usize, digest: Digest, change: Change) -> Vec<String> {
    vec![
        environment,
        name,
        files.to_string(),
        digest.to_string()[..12].to_owned(),
        number(change.created),
        number(change.changed),
        number(change.removed),
    ]
}

/// Where most of the files are that are of no unit.
const CATALOG: &str = "catalog";

fn is_of_no_unit(path: &RepoPath) -> bool {
    let top = path.as_str().split('/').next().unwrap_or_default();
    [CATALOG, "argocd", "flux", "CODEOWNERS"].contains(&top)
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Change {
    created: usize,
    changed: usize,
    removed: usize,
}

/// What happened below each unit's folder; below none of them, under the empty name.
struct Changes {
    by_folder: BTreeMap<String, Change>,
}

impl Changes {
    fn of(units: &[CompiledUnit], written: &Written) -> Changes {
        let folders: BTreeSet<String> = units.iter().map(|unit| unit.id.folder()).collect();
        let folder_of = |path: &RepoPath| {
            let mut ends = path.as_str().rmatch_indices('/').map(|(end, _)| &path.as_str()[..end]);
            let folder = ends.find(|folder| folders.contains(*folder));
            match folder {
                Some(folder) => folder.to_owned(),
                None if is_of_no_unit(path) => CATALOG.to_owned(),
                None => String::new(),
            }
        };
        let mut changes = Changes { by_folder: BTreeMap::new() };
        let mut count = |paths: &[RepoPath], add: fn(&mut Change)| {
            paths.iter().for_each(|path| add(changes.by_folder.entry(folder_of(path)).or_default()));
        };
        count(&written.created, |change| change.created += 1);
        count(&written.changed, |change| change.changed += 1);
        count(&written.restored, |change| change.changed += 1);
        count(&written.removed, |change| change.removed += 1);
        changes
    }

    fn under(&self, folder: &str) -> Change {
        self.by_folder.get(folder).copied().unwrap_or_default()
    }
}

fn name(unit: &UnitId) -> String {
    match unit.kind {
        UnitKind::Environment => "(environment)".to_owned(),
        UnitKind::Service => unit.name.to_string(),
        UnitKind::SharedResource => format!("{} (shared)", unit.name),
    }
}

/// Nothing is easier to overlook than a zero.
fn number(count: usize) -> String {
    if count == 0 { "-".to_owned() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::Digest;
    use crate::emit::Artifact;
    use crate::model::{Name, RepoPath};

    fn unit(environment: &str, service: &str, files: &[(&str, &str)]) -> CompiledUnit {
        let name = |text| Name::parse(text).unwrap();
        let artifacts: Vec<Artifact> = files
            .iter()
            .map(|(path, text)| Artifact { path: RepoPath::literal(path), text: (*text).to_owned() })
            .collect();
        CompiledUnit {
            id: UnitId { environment: name(environment), kind: UnitKind::Service, name: name(service) },
            digest: Digest::of(&artifacts),
            artifacts,
        }
    }

    fn names(units: &[CompiledUnit]) -> Vec<String> {
        units.iter().map(|unit| unit.id.to_string()).collect()
    }

    #[test]
    fn units_are_selected_by_environment_and_name() {
        let units = || vec![unit("local", "cart", &[]), unit("local", "ads", &[]), unit("staging", "cart", &[])];
        let select = |environments: &[&str], names: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let (environments, names) = (owned(environments), owned(names));
            let selection = Selection { environments: &environments, names: &names };
            let units = units().into_iter().map(|unit| (unit, ())).collect();
            Ok::<_, anyhow::Error>(selection.of(units)?.into_iter().map(|(unit, ())| unit).collect::<Vec<_>>())
        };
        assert_eq!(names(&select(&[], &[]).unwrap()), ["local/cart", "local/ads", "staging/cart"]);
        assert_eq!(names(&select(&["local"], &["cart"]).unwrap()), ["local/cart"]);
        let error = select(&["prod"], &[]).unwrap_err().to_string();
        assert_eq!(error, "there is no environment with units `prod`; known: `local` and `staging`");
    }

    #[test]
    fn the_summary_says_what_happened_to_each_unit_and_to_what_is_gone() {
        let paths = |paths: &[&str]| paths.iter().map(|path| RepoPath::literal(path)).collect::<Vec<_>>();
        let units = [unit("local", "cart", &[("a", "1"), ("b", "1")]), unit("staging", "cart", &[("a", "1")])];
        let written = Written {
            created: paths(&["local/cart/a"]),
            changed: paths(&["staging/cart/a"]),
            restored: paths(&["local/cart/b"]),
            removed: paths(&["staging/cart/old/x", "staging/ads/y", "z"]),
            ..Written::default()
        };
        let [one, two] = [&units[0], &units[1]].map(|unit| unit.digest.to_string()[..12].to_owned());
        let expected = format!(
            "\
environment  unit                  files  digest        created  changed  removed
local        cart                      3  {one}        1        1        -
staging      cart                      2  {two}        -        1        1
-            (no longer compiled)      -  -                   -        -        2

2 units, 5 files
"
        );
        assert_eq!(summary(&units, &[], &written), expected);
        assert!(summary(&[], &[], &Written::default()).starts_with("nothing to compile"));
    }

    #[test]
    fn the_catalog_has_a_row_of_its_own_and_is_gone_when_it_is_not_asked_for() {
        let paths = |paths: &[&str]| paths.iter().map(|path| RepoPath::literal(path)).collect::<Vec<_>>();
        let units = [unit("local", "cart", &[("a", "1")])];
        let catalog = [Artifact { path: RepoPath::literal("CODEOWNERS"), text: "* @a/b\n".to_owned() }];
        let written =
            Written { created: paths(&["CODEOWNERS"]), removed: paths(&["catalog/old.yaml"]), ..Written::default() };
        let row = |text: &str| text.lines().find(|line| line.starts_with('-')).map(str::to_owned).unwrap();
        let shown = row(&summary(&units, &catalog, &written));
        assert!(
            shown.starts_with("-            (catalog)      1  ") && shown.ends_with("1        -        1"),
            "{shown}"
        );
        let shown = row(&summary(&units, &[], &written));
        assert!(shown.contains("(no longer compiled)") && shown.ends_with('1'), "{shown}");
    }
}
