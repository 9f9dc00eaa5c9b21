//! What the platform team owns: which files of two revisions that is, where they differ, and head under those of base.
//!
//! Environments stand in the catalog and count from base all the same: a change that could make production a staging, or
//! raise its capacity, would judge itself. One that base does not declare counts from head.

use crate::model::RepoPath;
use crate::model::kinds::Environment;
use crate::read::{Declared, DocumentId, Documents, Snapshot};
use std::collections::BTreeSet;

pub fn is_platform_file(path: &RepoPath) -> bool {
    let path = path.as_str();
    path == "pavior.yaml" || path.starts_with("golden-paths/") || path.starts_with("policies/")
}

/// The platform files that differ, are new or are gone.
pub fn changed_files(base: &Snapshot, head: &Snapshot) -> BTreeSet<RepoPath> {
    let paths = base.files.keys().chain(head.files.keys()).filter(|path| is_platform_file(path));
    paths.filter(|path| base.files.get(*path) != head.files.get(*path)).cloned().collect()
}

/// The files with environments that are declared otherwise, new or gone.
pub fn changed_environments(base: &Documents, head: &Documents) -> BTreeSet<RepoPath> {
    let path = |documents: &Documents, id: DocumentId| documents.document(id).path.clone();
    let (before, after) = (&base.declarations.environments, &head.declarations.environments);
    let changed = after.iter().filter(|one| find(before, one).is_none_or(|was| !is_same(was, one)));
    let gone = before.iter().filter(|one| find(after, one).is_none());
    changed.map(|one| path(head, one.document)).chain(gone.map(|one| path(base, one.document))).collect()
}

/// Head with the platform files of base; its environments are [`govern`]ed once they are read.
pub fn governed(base: &Snapshot, head: &Snapshot) -> Snapshot {
    let platform = base.files.iter().filter(|(path, _)| is_platform_file(path));
    let declarations = head.files.iter().filter(|(path, _)| !is_platform_file(path));
    let files = platform.chain(declarations).map(|(path, text)| (path.clone(), text.clone())).collect();
    Snapshot { files, ..head.clone() }
}

/// Has the environments of head say what base says of them. They stay where head declares them.
pub fn govern(head: &mut [Declared<Environment>], base: &[Declared<Environment>]) {
    for environment in head {
        if let Some(was) = find(base, environment) {
            *environment = Declared { document: environment.document, ..was.clone() };
        }
    }
}

fn find<'e>(all: &'e [Declared<Environment>], one: &Declared<Environment>) -> Option<&'e Declared<Environment>> {
    all.iter().find(|other| other.metadata.name == one.metadata.name)
}

fn is_same(one: &Declared<Environment>, other: &Declared<Environment>) -> bool {
    (&one.metadata, &one.spec) == (&other.metadata, &other.spec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Findings;
    use crate::model::kinds::environment::EnvironmentClass;
    use crate::read::read;

    #[test]
    fn platform_files_come_from_base_and_declarations_from_head() {
        let base = Snapshot::of([("pavior.yaml", "base"), ("policies/a.rego", "base"), ("catalog/a.yaml", "base")]);
        let head = Snapshot::of([
            ("pavior.yaml", "head"),
            ("golden-paths/x/golden-path.yaml", "head"),
            ("catalog/a.yaml", "head"),
        ]);
        let governed = governed(&base, &head);
        let files: Vec<(&str, &str)> =
            governed.files.iter().map(|(path, text)| (path.as_str(), text.as_ref())).collect();
        assert_eq!(files, [("catalog/a.yaml", "head"), ("pavior.yaml", "base"), ("policies/a.rego", "base")]);
    }

    fn environment(name: &str, class: &str) -> String {
        format!(
            "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {{name: {name}, owner: t}}\nspec: {{class: {class}, \
             provider: local, domain: l.localhost}}\n"
        )
    }

    fn documents(files: &[(&str, String)]) -> Documents {
        let mut findings = Findings::default();
        let documents = read(Snapshot::of(files.iter().map(|(path, text)| (*path, text.as_str()))), &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        documents
    }

    #[test]
    fn environments_count_from_base_and_those_that_base_has_not_from_head() {
        let base = documents(&[
            ("catalog/a.yaml", environment("a", "production")),
            ("catalog/gone.yaml", environment("gone", "staging")),
            ("catalog/same.yaml", environment("same", "staging")),
        ]);
        let moved = [environment("same", "staging"), environment("a", "development")].join("---\n");
        let mut head = documents(&[("catalog/b.yaml", moved), ("catalog/new.yaml", environment("new", "development"))]);
        let changed = changed_environments(&base, &head);
        assert_eq!(
            changed.iter().map(RepoPath::as_str).collect::<Vec<_>>(),
            ["catalog/b.yaml", "catalog/gone.yaml", "catalog/new.yaml"]
        );
        govern(&mut head.declarations.environments, &base.declarations.environments);
        let named = |one: &Declared<Environment>| (one.metadata.name.to_string(), one.spec.class, one.document.0);
        let environments: Vec<_> = head.declarations.environments.iter().map(named).collect();
        assert_eq!(
            environments,
            [
                ("same".to_owned(), EnvironmentClass::Staging, 0),
                ("a".to_owned(), EnvironmentClass::Production, 1),
                ("new".to_owned(), EnvironmentClass::Development, 2),
            ]
        );
    }
}
