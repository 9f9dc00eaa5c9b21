//! Loads what a command reads: the work tree as it is, or a revision from the object database.

use crate::check::Loaded;
use crate::model::Findings;
use crate::read::{NotARepository, committed_on, load_directory, load_revision};
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

/// The base of a change. Before the first change there is nothing: no platform files, no declarations.
pub fn load_base(root: &Path, revision: &str) -> anyhow::Result<Loaded> {
    match load(root, Some(revision)) {
        Err(error) if error.downcast_ref::<NotARepository>().is_some() => Ok(Loaded::default()),
        loaded => loaded,
    }
}
