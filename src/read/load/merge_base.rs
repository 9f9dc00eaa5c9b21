//! Where a change begins: the commit that two revisions both come from.

use super::characters::visible;
use super::revision::{how_to_fetch, open, unknown_revision};
use anyhow::{Context, Result, anyhow};
use gix::{ObjectId, Repository};
use std::path::Path;

/// The id of the best common ancestor, as a revision to load.
///
/// # Errors
/// When there is no git repository, a revision is not known or no commit, or they have nothing in common.
pub fn merge_base(repository: &Path, base: &str, head: &str) -> Result<String> {
    let repo = open(repository)?;
    let (one, two) = (commit(&repo, base)?, commit(&repo, head)?);
    let found = repo.merge_base(one, two).with_context(|| nothing_in_common(&repo, base, head))?;
    match found {
        Some(found) => Ok(found.to_string()),
        None => Err(anyhow!(nothing_in_common(&repo, base, head))),
    }
}

pub(super) fn commit(repo: &Repository, revision: &str) -> Result<ObjectId> {
    let id = repo.rev_parse_single(revision).map_err(|_| unknown_revision(repo, revision))?;
    let commit = id.object().ok().and_then(|object| object.peel_to_commit().ok());
    match commit {
        Some(commit) => Ok(commit.id),
        None => Err(anyhow!(
            "revision `{}` is no commit, so it has no history; --exact takes it as it is",
            visible(revision)
        )),
    }
}

fn nothing_in_common(repo: &Repository, base: &str, head: &str) -> String {
    format!(
        "`{}` and `{}` have no commit in common that is known here; --exact compares them as they are{}",
        visible(base),
        visible(head),
        how_to_fetch(repo)
    )
}
