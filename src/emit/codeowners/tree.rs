//! Files and their owners become few patterns: a folder whose files all have the same owners is one.

use super::owners::Owners;
use crate::model::RepoPath;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
struct Folder<'o> {
    folders: BTreeMap<&'o str, Folder<'o>>,
    files: BTreeMap<&'o str, &'o Owners>,
}

/// Patterns with their owners, what holds others first; files that `rest` owns need none.
pub fn rules<'o>(files: &'o BTreeMap<&RepoPath, Owners>, rest: &Owners) -> Vec<(String, &'o Owners)> {
    let mut root = Folder::default();
    for (path, owners) in files {
        let mut folder = &mut root;
        let mut segments: Vec<&str> = path.as_str().split('/').collect();
        let file = segments.pop().unwrap_or_default();
        for segment in segments {
            folder = folder.folders.entry(segment).or_default();
        }
        folder.files.insert(file, owners);
    }
    let mut found = Vec::new();
    collect(&root, "/", rest, &mut found);
    found
}

fn collect<'o>(folder: &Folder<'o>, path: &str, rest: &Owners, found: &mut Vec<(String, &'o Owners)>) {
    let add = |pattern: String, owners: &'o Owners, found: &mut Vec<(String, &'o Owners)>| {
        if owners != rest {
            found.push((pattern, owners));
        }
    };
    for (name, inner) in &folder.folders {
        let path = format!("{path}{}/", escaped(name));
        match inner.only_owners() {
            Some(owners) => add(path, owners, found),
            None => collect(inner, &path, rest, found),
        }
    }
    for (name, owners) in &folder.files {
        add(format!("{path}{}", escaped(name)), owners, found);
    }
}

impl<'o> Folder<'o> {
    /// The owners of all files here and below, where they agree.
    fn only_owners(&self) -> Option<&'o Owners> {
        let mut all = self.files.values().copied().map(Some).chain(self.folders.values().map(Folder::only_owners));
        let first = all.next()??;
        all.all(|owners| owners == Some(first)).then_some(first)
    }
}

/// As GitHub reads a pattern: a space would end it, `#` begin a comment, brackets and backslashes mean themselves only
/// behind a backslash. `*`, `?` and a leading `!` cannot be in a path, or not at the beginning of a pattern.
fn escaped(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for c in segment.chars() {
        if matches!(c, ' ' | '#' | '[' | ']' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owners(name: &str) -> Owners {
        Owners::from([format!("@acme/{name}")])
    }

    /// The owners that GitHub finds: those of the last pattern that matches.
    fn owner_of<'r>(path: &str, rules: &'r [(String, &'r Owners)], rest: &'r Owners) -> &'r Owners {
        let plain = |pattern: &str| pattern.replace("\\ ", " ").replace("\\#", "#");
        let matches = |pattern: &str| match plain(pattern) {
            folder if folder.ends_with('/') => format!("/{path}").starts_with(&folder),
            file => format!("/{path}") == file,
        };
        rules.iter().rev().find(|(pattern, _)| matches(pattern)).map_or(rest, |(_, owners)| *owners)
    }

    #[test]
    fn a_folder_with_one_stranger_inside_is_not_one_rule() {
        let paths = ["catalog/a/1.yaml", "catalog/a/2.yaml", "catalog/b/3.yaml"].map(RepoPath::literal);
        let files = BTreeMap::from([(&paths[0], owners("x")), (&paths[1], owners("y")), (&paths[2], owners("y"))]);
        let patterns: Vec<String> = rules(&files, &owners("rest")).into_iter().map(|(pattern, _)| pattern).collect();
        assert_eq!(patterns, ["/catalog/a/1.yaml", "/catalog/a/2.yaml", "/catalog/b/"]);
    }

    proptest! {
        #[test]
        fn every_file_has_exactly_its_owners_by_the_last_pattern_that_matches(
            chosen in proptest::collection::btree_map("(a|b c|d#e)(/(a|b c|d#e)){0,3}/[xyz]\\.yaml", 0..4usize, 1..20)
        ) {
            let paths: Vec<(RepoPath, Owners)> = chosen
                .iter()
                .map(|(path, owner)| (RepoPath::literal(path), owners(["w", "x", "y", "z"][*owner])))
                .collect();
            let files: BTreeMap<&RepoPath, Owners> = paths.iter().map(|(path, owner)| (path, owner.clone())).collect();
            let rest = owners("w");
            let rules = rules(&files, &rest);
            for (path, expected) in &paths {
                prop_assert_eq!(owner_of(path.as_str(), &rules, &rest), expected);
            }
        }
    }
}
