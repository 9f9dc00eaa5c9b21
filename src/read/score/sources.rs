//! Which files Score files name: `files.*.source`, relative to the Score file.
//!
//! Loading asks it, so that nothing else beside a Score file is read; parsing asks it, so that a YAML file that is the
//! content of another is not taken for a declaration.

use super::is_score;
use crate::model::{Findings, RepoPath};
use crate::read::parse::roots;
use crate::read::{Node, NodeValue};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most files that are read because Score files name them.
pub const MAX_SOURCES: usize = 10_000;

/// Every file that a Score file below `catalog/` names as the source of a container's file.
pub fn sources(files: &BTreeMap<RepoPath, Arc<str>>) -> BTreeSet<RepoPath> {
    let mut named = BTreeSet::new();
    for (path, text) in files {
        // A plain search first: most files are no Score files, and need not be parsed twice.
        if !path.as_str().starts_with("catalog/") || !text.contains("score.dev/") {
            continue;
        }
        let documents = roots(path, text, &mut Findings::default());
        for root in documents.iter().filter(|root| is_score(path, root)) {
            named.extend(source_texts(root).filter_map(|source| resolve(path, source)).filter(|at| at != path));
        }
    }
    named.into_iter().take(MAX_SOURCES).collect()
}

fn source_texts(root: &Node) -> impl Iterator<Item = &str> {
    let containers = root.child("containers").map(children).unwrap_or_default();
    let files = containers.into_iter().filter_map(|container| container.child("files")).flat_map(children);
    files.filter_map(|file| match &file.child("source")?.value {
        NodeValue::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

fn children(node: &Node) -> Vec<&Node> {
    match &node.value {
        NodeValue::Mapping(entries) => entries.iter().map(|entry| &entry.value).collect(),
        NodeValue::Sequence(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

/// The file below `catalog/` that a path means that is written in another file; nothing when it leads elsewhere.
pub fn resolve(from: &RepoPath, relative: &str) -> Option<RepoPath> {
    if relative.is_empty() || relative.starts_with('/') {
        return None;
    }
    let mut steps: Vec<&str> = from.parent().split('/').collect();
    for step in relative.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            step => steps.push(step),
        }
    }
    let path = RepoPath::parse(&steps.join("/")).ok()?;
    path.as_str().starts_with("catalog/").then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Snapshot;

    #[test]
    fn a_path_is_relative_to_its_file_and_stays_below_the_catalog() {
        let from = RepoPath::literal("catalog/shop/score.yaml");
        let resolved = |relative| resolve(&from, relative).map(|path| path.as_str().to_owned());
        assert_eq!(resolved("./app.conf").as_deref(), Some("catalog/shop/app.conf"));
        assert_eq!(resolved("conf/../../b.yaml").as_deref(), Some("catalog/b.yaml"));
        for outside in ["../../pavior.yaml", "/etc/passwd", "../../../x", "../../.git/config", ""] {
            assert_eq!(resolved(outside), None, "{outside}");
        }
    }

    #[test]
    fn both_forms_of_files_name_sources() {
        let map = "apiVersion: score.dev/v1b1\ncontainers: {a: {files: {/x: {source: a.conf}}}}\n";
        let list = "apiVersion: score.dev/v1b1\ncontainers: {a: {files: [{target: /x, source: b.conf}]}}\n";
        let snapshot =
            Snapshot::of([("catalog/a/score.yaml", map), ("catalog/b/score.yaml", list), ("policies/score.yaml", map)]);
        let named: Vec<String> = sources(&snapshot.files).iter().map(|path| path.as_str().to_owned()).collect();
        assert_eq!(named, ["catalog/a/a.conf", "catalog/b/b.conf"]);
    }
}
