//! The revisions that are compared: loaded as they are, from the work tree or from the object database.

use crate::check::Loaded;
use crate::model::Findings;
use crate::read::{
    HistoryBound, NotARepository, Searched, committed_on, introduced, load_directory, load_revision, merge_base,
    secrets,
};
use anyhow::Context;
use std::path::Path;

/// The work tree, or the revision where one is named.
pub fn load(root: &Path, revision: Option<&str>) -> anyhow::Result<Loaded> {
    let mut findings = Findings::default();
    let snapshot = match revision {
        None => load_directory(root, &mut findings).with_context(|| format!("reading {}", root.display())),
        Some(revision) => load_revision(root, revision, &mut findings)
            .with_context(|| format!("reading revision {revision} of {}", root.display())),
    }?;
    // Without a repository or a first commit there is no day, and the report says so where it matters.
    let as_of = committed_on(root, revision.unwrap_or("HEAD")).ok();
    Ok(Loaded { snapshot, findings, as_of })
}

/// The revision that a change is compared with: where its history parted from base's, or base itself.
pub fn base_revision(root: &Path, base: &str, head: Option<&str>, exact: bool) -> anyhow::Result<String> {
    if exact {
        return Ok(base.to_owned());
    }
    merge_base(root, base, head.unwrap_or("HEAD")).context("looking for where the change begins")
}

/// The base of a change. Before the first change there is nothing: no platform files, no declarations.
pub fn load_base(root: &Path, revision: &str) -> anyhow::Result<Loaded> {
    match load(root, Some(revision)) {
        Err(error) if error.downcast_ref::<NotARepository>().is_some() => Ok(Loaded::default()),
        loaded => loaded,
    }
}

/// Searches the commits of a change for secrets, those that are gone again too.
pub fn search_history(root: &Path, base: &str, head: Option<&str>, loaded: &mut Loaded) -> anyhow::Result<Searched> {
    let introduced = introduced(root, base, head.unwrap_or("HEAD"), HistoryBound::default())
        .context("searching the commits of the change for secrets")?;
    secrets::scan_history(&introduced, &loaded.snapshot, &mut loaded.findings);
    Ok(introduced.searched)
}
