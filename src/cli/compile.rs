//! `pavior compile`: every unit's Terraform and manifests, written below one folder.

use super::repository::Repository;
use super::{Outcome, interim, source, terminal};
use crate::compile::{CompiledUnit, compile};
use crate::model::{Findings, RepoPath, listed};
use crate::provision::{UnitId, UnitKind};
use crate::report::{Align, Report, human, table};
use anyhow::{Context, bail};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Compile declarations into Terraform and Kubernetes manifests
#[derive(Debug, Args)]
pub struct Compile {
    #[command(flatten)]
    repository: Repository,
    /// Where to write <environment>/<service>/{terraform,manifests}
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Compile this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Only this environment; may be given several times
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only this service or shared resource; may be given several times
    #[arg(long, value_name = "NAME")]
    unit: Vec<String>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(arguments: &Compile) -> anyhow::Result<Outcome> {
    let root = arguments.repository.root()?;
    let loaded = source::load(&root, arguments.head.as_deref())?;
    let mut findings = loaded.findings;
    let (documents, units) = compile(loaded.snapshot, &mut findings);
    let blocked = findings.has_errors();
    if !findings.is_empty() {
        tell_findings(findings, documents.snapshot.files);
    }
    if blocked {
        terminal::tell("nothing is written before the errors are mended");
        return Ok(Outcome::Blocked);
    }
    let units = selected(units, &arguments.environment, &arguments.unit)?;
    let changes = changes(&arguments.out, &units)?;
    if !arguments.dry_run {
        write(&arguments.out, &units).with_context(|| format!("writing to {}", arguments.out.display()))?;
    }
    terminal::print(&summary(&units, &changes))?;
    Ok(Outcome::Clean)
}

/// Here the output module takes over: it writes beside and renames, and removes only what it wrote before.
fn write(out: &Path, units: &[CompiledUnit]) -> anyhow::Result<()> {
    interim::write(out, units)
}

/// Findings are no result of this command: they go to standard error.
fn tell_findings(findings: Findings, sources: BTreeMap<RepoPath, Arc<str>>) {
    let report = Report { findings: findings.into_sorted(), files: sources.len(), sources, ..Report::default() };
    terminal::tell(human(&report, terminal::human_options(Some(50))).trim_end());
}

/// Units of these environments and names; a name that nothing has is a mistake of the caller.
fn selected(units: Vec<CompiledUnit>, environments: &[String], names: &[String]) -> anyhow::Result<Vec<CompiledUnit>> {
    demand_known(environments, units.iter().map(|unit| &*unit.id.environment).collect(), "environment with units")?;
    demand_known(names, units.iter().map(|unit| &*unit.id.name).collect(), "unit")?;
    let wanted = |list: &[String], name: &str| list.is_empty() || list.iter().any(|wanted| wanted == name);
    Ok(units
        .into_iter()
        .filter(|unit| wanted(environments, &unit.id.environment) && wanted(names, &unit.id.name))
        .collect())
}

fn demand_known(wanted: &[String], known: BTreeSet<&str>, what: &str) -> anyhow::Result<()> {
    match wanted.iter().find(|name| !known.contains(name.as_str())) {
        Some(unknown) => bail!("there is no {what} `{unknown}`; there is {}", listed(known, 20)),
        None => Ok(()),
    }
}

/// What writing a unit does to the files below its folder.
#[derive(Debug, Default, PartialEq, Eq)]
struct Change {
    created: usize,
    changed: usize,
    removed: usize,
}

/// Compares every unit with what lies in its folder now.
fn changes(out: &Path, units: &[CompiledUnit]) -> anyhow::Result<Vec<Change>> {
    units.iter().map(|unit| change(&out.join(unit.id.folder()), unit)).collect()
}

fn change(folder: &Path, unit: &CompiledUnit) -> anyhow::Result<Change> {
    let mut change = Change::default();
    let mut expected = BTreeSet::new();
    for artifact in &unit.artifacts {
        let path = folder.join(artifact.path.as_str());
        match std::fs::read(&path) {
            Ok(bytes) if bytes == artifact.text.as_bytes() => {}
            Ok(_) => change.changed += 1,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => change.created += 1,
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        }
        expected.insert(path);
    }
    let found = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    change.removed = found.filter(|entry| !expected.contains(entry.path())).count();
    Ok(change)
}

/// Rows of units, by environment.
fn summary(units: &[CompiledUnit], changes: &[Change]) -> String {
    let columns = [
        ("environment", Align::Left),
        ("unit", Align::Left),
        ("files", Align::Right),
        ("digest", Align::Left),
        ("created", Align::Right),
        ("changed", Align::Right),
        ("removed", Align::Right),
    ];
    let rows: Vec<Vec<String>> = units
        .iter()
        .zip(changes)
        .map(|(unit, change)| {
            let digest = unit.digest.to_string();
            vec![
                unit.id.environment.to_string(),
                name(&unit.id),
                unit.artifacts.len().to_string(),
                digest[..12].to_owned(),
                counted(change.created),
                counted(change.changed),
                counted(change.removed),
            ]
        })
        .collect();
    let files: usize = units.iter().map(|unit| unit.artifacts.len()).sum();
    format!("{}\n{} units, {files} files\n", table(&columns, &rows), units.len())
}

fn name(unit: &UnitId) -> String {
    match unit.kind {
        UnitKind::Environment => "(environment)".to_owned(),
        UnitKind::Service => unit.name.to_string(),
        UnitKind::SharedResource => format!("{} (shared)", unit.name),
    }
}

/// Nothing is easier to overlook than a zero.
fn counted(count: usize) -> String {
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
            selected(units(), &owned(environments), &owned(names))
        };
        assert_eq!(names(&select(&[], &[]).unwrap()), ["local/cart", "local/ads", "staging/cart"]);
        assert_eq!(names(&select(&["local"], &["cart"]).unwrap()), ["local/cart"]);
        let error = select(&["prod"], &[]).unwrap_err().to_string();
        assert_eq!(error, "there is no environment with units `prod`; there is `local` and `staging`");
    }

    #[test]
    fn a_unit_is_compared_with_what_lies_in_its_folder() {
        let out = tempfile::tempdir().unwrap();
        let before = unit("local", "cart", &[("a", "1"), ("b", "1"), ("m/c", "1")]);
        assert_eq!(changes(out.path(), std::slice::from_ref(&before)).unwrap()[0].created, 3);
        write(out.path(), &[before]).unwrap();
        let after = unit("local", "cart", &[("a", "1"), ("b", "2"), ("d", "1")]);
        let changes = changes(out.path(), &[after]).unwrap();
        assert_eq!(changes, [Change { created: 1, changed: 1, removed: 1 }]);
    }

    #[test]
    fn the_summary_has_a_row_for_each_unit() {
        let units = [unit("local", "cart", &[("a", "1")])];
        let text = summary(&units, &[Change { created: 1, ..Change::default() }]);
        let digest = &units[0].digest.to_string()[..12];
        let expected = format!(
            "environment  unit  files  digest        created  changed  removed\n\
             local        cart      1  {digest}        1        -        -\n\n1 units, 1 files\n"
        );
        assert_eq!(text, expected);
    }
}
