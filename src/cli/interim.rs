//! Stands in for `read::load_directory`, `read::load_revision` and `output::write` until they are merged: the
//! integrator deletes this file and points `source::load` and `compile::write` at them.

use crate::compile::CompiledUnit;
use crate::model::{Findings, RepoPath};
use crate::read::Snapshot;
use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

pub fn load_directory(root: &Path, _findings: &mut Findings) -> anyhow::Result<Snapshot> {
    let mut snapshot = Snapshot::default();
    for top in ["pavior.yaml", "catalog", "golden-paths", "policies"] {
        for entry in walkdir::WalkDir::new(root.join(top)).sort_by_file_name().into_iter().flatten() {
            let path = entry.path().strip_prefix(root).context("a walk stays below its root")?;
            let path = path.to_str().and_then(|path| RepoPath::parse(path).ok());
            if let (true, Some(path)) = (entry.file_type().is_file(), path) {
                snapshot.files.insert(path, Arc::from(std::fs::read_to_string(entry.path())?));
            }
        }
    }
    Ok(snapshot)
}

pub fn load_revision(repository: &Path, revision: &str, _findings: &mut Findings) -> anyhow::Result<Snapshot> {
    let git = |arguments: &[&str]| -> anyhow::Result<String> {
        let output = Command::new("git").arg("-C").arg(repository).args(arguments).output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?)
    };
    let mut snapshot = Snapshot::default();
    for name in git(&["ls-tree", "-r", "-z", "--name-only", "--end-of-options", revision])?.split_terminator('\0') {
        let folder = name.split('/').next().unwrap_or(name);
        if matches!(folder, "pavior.yaml" | "catalog" | "golden-paths" | "policies")
            && let Ok(path) = RepoPath::parse(name)
        {
            snapshot.files.insert(path, Arc::from(git(&["show", "--end-of-options", &format!("{revision}:{name}")])?));
        }
    }
    Ok(snapshot)
}

/// As `output::Written`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub created: Vec<RepoPath>,
    pub changed: Vec<RepoPath>,
    pub restored: Vec<RepoPath>,
    pub removed: Vec<RepoPath>,
    pub kept: Vec<RepoPath>,
    pub unchanged: usize,
}

pub fn plan(out: &Path, units: &[CompiledUnit]) -> anyhow::Result<Written> {
    let mut written = Written::default();
    let mut expected = std::collections::BTreeSet::new();
    for (path, text) in files(units)? {
        match std::fs::read_to_string(out.join(path.as_str())) {
            Ok(found) if found == text => written.unchanged += 1,
            Ok(_) => written.changed.push(path.clone()),
            Err(_) => written.created.push(path.clone()),
        }
        expected.insert(path);
    }
    for entry in walkdir::WalkDir::new(out).sort_by_file_name().into_iter().flatten() {
        let path = entry.path().strip_prefix(out).context("a walk stays below its root")?.to_str();
        if let (true, Some(path)) = (entry.file_type().is_file(), path.and_then(|path| RepoPath::parse(path).ok()))
            && !expected.contains(&path)
        {
            written.removed.push(path);
        }
    }
    Ok(written)
}

pub fn write(out: &Path, units: &[CompiledUnit]) -> anyhow::Result<Written> {
    let written = plan(out, units)?;
    for (path, text) in files(units)? {
        let path = out.join(path.as_str());
        std::fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
        std::fs::write(path, text)?;
    }
    written.removed.iter().try_for_each(|path| std::fs::remove_file(out.join(path.as_str())))?;
    Ok(written)
}

fn files(units: &[CompiledUnit]) -> anyhow::Result<Vec<(RepoPath, &str)>> {
    let files = units.iter().flat_map(|unit| unit.artifacts.iter().map(move |artifact| (unit, artifact)));
    files
        .map(|(unit, artifact)| {
            Ok((RepoPath::parse(&unit.id.folder())?.join(artifact.path.as_str())?, &*artifact.text))
        })
        .collect()
}
