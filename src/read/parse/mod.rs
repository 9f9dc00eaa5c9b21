//! YAML text becomes [`Document`]s: trees of values that each know their bytes.
//!
//! The subset is the one that every reader understands alike: no anchors, tags or directives, text as keys, and no bare
//! word whose meaning depends on the reader. A snapshot comes in, documents go out in the order of files; mistakes are
//! findings, and a mistake of syntax ends its own file only. Knows no kinds and no schemas.

mod compose;
mod lines;
mod messages;
mod mistakes;
mod scalar;
mod syntax;

use super::score::sources;
use super::{Document, Node, Snapshot};
use crate::model::{Findings, RepoPath};
use mistakes::Mistakes;
use std::sync::Arc;

/// How deep mappings and lists may be nested.
pub const MAX_DEPTH: usize = 64;

/// The most values of one file.
pub const MAX_NODES: usize = 100_000;

/// The most keys of one mapping.
pub const MAX_KEYS: usize = 10_000;

/// The most documents of one file.
pub const MAX_DOCUMENTS: usize = 256;

/// The longest text, decoded.
pub const MAX_SCALAR_BYTES: usize = 256 << 10;

/// The longest key, decoded.
pub const MAX_KEY_BYTES: usize = 1 << 10;

/// The most mistakes that are reported of one file.
const MAX_MISTAKES: usize = 100;

/// Parses every YAML file of a snapshot, but for the templates of golden paths and what Score files name as content.
pub fn parse(snapshot: &Snapshot, findings: &mut Findings) -> Vec<Document> {
    files(snapshot).into_iter().flat_map(|(path, text)| parse_file(path, text, findings)).collect()
}

/// The files that are parsed, with their texts.
pub(super) fn files(snapshot: &Snapshot) -> Vec<(&RepoPath, &Arc<str>)> {
    let sources = sources(&snapshot.files);
    let is_read = |path: &RepoPath| is_parsed(path) && !sources.contains(path);
    snapshot.files.iter().filter(|(path, _)| is_read(path)).collect()
}

/// The documents of one file.
pub(super) fn parse_file(path: &RepoPath, text: &Arc<str>, findings: &mut Findings) -> Vec<Document> {
    let roots = roots(path, text, findings).into_iter().enumerate();
    roots.map(|(position, root)| Document::new(path.clone(), text.clone(), position, root)).collect()
}

/// The roots of the documents of one file.
pub fn roots(path: &RepoPath, text: &str, findings: &mut Findings) -> Vec<Node> {
    compose::compose(text, &mut Mistakes::new(path, text, findings))
}

fn is_parsed(path: &RepoPath) -> bool {
    let segments: Vec<&str> = path.as_str().split('/').collect();
    let is_template = matches!(segments.as_slice(), ["golden-paths", "services", _, "template", ..]);
    matches!(path.extension(), Some("yaml" | "yml")) && !is_template
}

#[cfg(test)]
mod tests;
