//! Score files: workloads in the words of the Score specification v1b1 (score.dev), read as they are.
//!
//! Parsed documents come in; the Score files among them go out as the workload of the services that name them by
//! `spec.score`. Every later stage sees one service and finds its mistakes where they were written. `docs/score.md`
//! says what becomes of what. Knows no other declaration than the service that names a file.

mod attach;
mod normal;
mod resources;
pub mod rules;
pub mod schema;
mod sources;
pub(crate) mod text;
#[cfg(test)]
mod tests;
mod translate;

pub use attach::{attach, names_score};
pub use sources::{resolve, sources};

use super::{Node, NodeValue};
use crate::model::RepoPath;

/// What an `image` is in a Score file that is given its image from outside.
pub const IMAGE_FROM_OUTSIDE: &str = ".";

/// Whether a document below `catalog/` is a Score workload: it says so, or its file is called so and it is nothing else.
pub fn is_score(path: &RepoPath, root: &Node) -> bool {
    let version = root.child("apiVersion").map(|version| &version.value);
    let says_so = matches!(version, Some(NodeValue::Text(version)) if version.starts_with("score.dev/"));
    let is_called_so = matches!(path.file_name(), "score.yaml" | "score.yml") && root.child("kind").is_none();
    path.as_str().starts_with("catalog/") && (says_so || is_called_so)
}
