//! Object trees become files: one object a file, and a kustomization over them.

use super::names;
use crate::emit::Artifact;
use crate::emit::yaml::{Tree, document};
use crate::model::RepoPath;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const MAX_FILE_NAME: usize = 200;

/// The files of the objects in a folder, sorted by path; none if there are no objects.
pub fn files(folder: &str, objects: &[Tree]) -> Vec<Artifact> {
    if objects.is_empty() {
        return Vec::new();
    }
    let mut files: BTreeMap<RepoPath, String> =
        paths(folder, objects).into_iter().zip(objects.iter().map(document)).collect();
    let list = list(&files.keys().cloned().collect::<Vec<_>>());
    files.insert(kustomization_path(folder), document(&list));
    files.into_iter().map(|(path, text)| Artifact { path, text }).collect()
}

/// The file of each object, in the order of the objects.
pub fn paths(folder: &str, objects: &[Tree]) -> Vec<RepoPath> {
    let mut taken = BTreeSet::new();
    let path = |object: &Tree| {
        let stem = stem(object);
        let free = (1..).map(|number| match number {
            1 => format!("{folder}/{stem}.yaml"),
            _ => format!("{folder}/{stem}-{number}.yaml"),
        });
        let path = free.into_iter().find(|path| !taken.contains(path)).unwrap_or_default();
        taken.insert(path.clone());
        RepoPath::literal(&path)
    };
    objects.iter().map(path).collect()
}

/// The file that lists the others of a folder.
pub fn kustomization_path(folder: &str) -> RepoPath {
    RepoPath::literal(&format!("{folder}/kustomization.yaml"))
}

/// The kustomization over these files.
pub fn list(files: &[RepoPath]) -> Tree {
    let mut files: Vec<&str> = files.iter().map(RepoPath::file_name).collect();
    files.sort_unstable();
    Tree::from_iter([
        ("apiVersion".to_owned(), json!("kustomize.config.k8s.io/v1beta1")),
        ("kind".to_owned(), json!("Kustomization")),
        ("resources".to_owned(), files.into()),
    ])
}

/// `<kind>-<name>`: a provisioner may name its objects by any text, so what no file name may hold is replaced.
fn stem(object: &Tree) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text(object.get("kind"));
    let name = text(object.get("metadata").and_then(|metadata| metadata.get("name")));
    let stem = format!("{kind}-{name}").to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let starts_well = stem.starts_with(|c: char| c.is_ascii_lowercase());
    if stem.len() <= MAX_FILE_NAME && stem.chars().all(plain) && starts_well {
        return stem;
    }
    let readable = format!("object-{}", names::readable(&stem));
    names::with_suffix(&readable, &names::fingerprint([kind.as_str(), &name]), MAX_FILE_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::read_back::manifests::{Mismatch, verify};
    use proptest::prelude::*;

    const FOLDER: &str = "manifests";

    fn object(kind: &str, name: &str) -> Tree {
        let Value::Object(tree) = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name } }) else {
            unreachable!("the literal is an object")
        };
        tree
    }

    fn paths(objects: &[Tree]) -> Vec<String> {
        files(FOLDER, objects).iter().map(|file| file.path.to_string()).collect()
    }

    #[test]
    fn one_object_is_one_file_and_the_kustomization_lists_them_sorted() {
        let files = files(FOLDER, &[object("Service", "b"), object("ConfigMap", "a.files")]);
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            ["manifests/configmap-a.files.yaml", "manifests/kustomization.yaml", "manifests/service-b.yaml"]
        );
        assert!(files[1].text.ends_with(
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- configmap-a.files.yaml\n- service-b.yaml\n"
        ));
    }

    #[test]
    fn without_objects_there_are_no_files() {
        assert_eq!(files(FOLDER, &[]), []);
    }

    #[test]
    fn objects_of_one_kind_and_name_do_not_overwrite_each_other() {
        assert_eq!(
            paths(&[object("Service", "a"), object("Service", "a")]),
            ["manifests/kustomization.yaml", "manifests/service-a-2.yaml", "manifests/service-a.yaml"]
        );
    }

    #[test]
    fn an_object_that_is_there_twice_is_noticed() {
        let twice = [object("Service", "a"), object("Service", "a")];
        assert!(matches!(verify(FOLDER, &files(FOLDER, &twice), &twice), Err(Mismatch::Repeated(_))));
    }

    proptest! {
        #[test]
        fn any_name_gives_a_path_inside_the_folder(kind in ".{0,40}", name in ".{0,300}") {
            let objects = [object(&kind, &name), object("Service", "a")];
            let files = files(FOLDER, &objects);
            prop_assert_eq!(files.len(), 3);
            prop_assert!(files.iter().all(|file| file.path.parent() == FOLDER));
            prop_assert_eq!(verify(FOLDER, &files, &objects), Ok(()));
        }
    }
}
