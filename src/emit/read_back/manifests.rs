//! The manifests of a unit are read again: the set of objects and every field of them must be what was meant.

use super::{Unreadable, read_yaml};
use crate::emit::Artifact;
use crate::emit::yaml::Tree;
use crate::model::RepoPath;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What makes an object one of its kind in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    pub api_version: String,
    pub kind: String,
    /// None for an object of the whole cluster.
    pub namespace: Option<String>,
    pub name: String,
}

impl ObjectId {
    /// Absent fields are empty.
    pub fn of(tree: &Tree) -> ObjectId {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let metadata = |key: &str| text(tree.get("metadata").and_then(|metadata| metadata.get(key)));
        ObjectId {
            api_version: text(tree.get("apiVersion")).unwrap_or_default(),
            kind: text(tree.get("kind")).unwrap_or_default(),
            namespace: metadata("namespace"),
            name: metadata("name").unwrap_or_default(),
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.api_version, self.kind)?;
        self.namespace.iter().try_for_each(|namespace| write!(f, "{namespace}/"))?;
        f.write_str(&self.name)
    }
}

/// How the written manifests differ from what was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error("{path} {reason}")]
    Unreadable { path: RepoPath, reason: Unreadable },
    #[error("{path} is no object")]
    NoObject { path: RepoPath },
    #[error("{0} is there twice")]
    Repeated(ObjectId),
    #[error("{0} was meant but not written")]
    Missing(ObjectId),
    #[error("{0} was written but not meant")]
    Unexpected(ObjectId),
    #[error("{0} was not written as it was meant")]
    Different(ObjectId),
    #[error("{path} does not list exactly the files beside it")]
    Kustomization { path: RepoPath },
    #[error("there are {0} kustomizations in place of one")]
    Kustomizations(usize),
}

/// Compares the written manifests of a folder, kustomization and all, with the objects they were made from. Other
/// artifacts of the unit are not looked at.
pub fn verify(folder: &str, artifacts: &[Artifact], expected: &[Tree]) -> Result<(), Mismatch> {
    let manifests = artifacts.iter().filter(|artifact| artifact.path.parent() == folder);
    let (kustomizations, objects): (Vec<_>, Vec<_>) =
        manifests.partition(|artifact| artifact.path.file_name() == "kustomization.yaml");
    verify_objects(&objects, expected)?;
    match kustomizations.as_slice() {
        [] if objects.is_empty() => Ok(()),
        [kustomization] => verify_kustomization(kustomization, &objects),
        _ => Err(Mismatch::Kustomizations(kustomizations.len())),
    }
}

/// Compares files of one object each with what they were made from.
pub fn verify_objects(objects: &[&Artifact], expected: &[Tree]) -> Result<(), Mismatch> {
    let mut meant = BTreeMap::new();
    for tree in expected {
        let id = ObjectId::of(tree);
        if meant.insert(id.clone(), tree).is_some() {
            return Err(Mismatch::Repeated(id));
        }
    }
    for artifact in objects {
        let tree = read_object(artifact)?;
        let id = ObjectId::of(&tree);
        match meant.remove(&id) {
            None => return Err(Mismatch::Unexpected(id)),
            Some(expected) if *expected != tree => return Err(Mismatch::Different(id)),
            Some(_) => {}
        }
    }
    match meant.into_keys().next() {
        Some(id) => Err(Mismatch::Missing(id)),
        None => Ok(()),
    }
}

fn read_object(artifact: &Artifact) -> Result<Tree, Mismatch> {
    match read_yaml(&artifact.text) {
        Ok(Value::Object(tree)) => Ok(tree),
        Ok(_) => Err(Mismatch::NoObject { path: artifact.path.clone() }),
        Err(reason) => Err(Mismatch::Unreadable { path: artifact.path.clone(), reason }),
    }
}

fn verify_kustomization(kustomization: &Artifact, objects: &[&Artifact]) -> Result<(), Mismatch> {
    let tree = read_object(kustomization)?;
    let mut files: Vec<_> = objects.iter().map(|artifact| artifact.path.file_name()).collect();
    files.sort_unstable();
    let listed = tree.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if listed.iter().map(Value::as_str).eq(files.into_iter().map(Some)) {
        Ok(())
    } else {
        Err(Mismatch::Kustomization { path: kustomization.path.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::yaml::document;
    use serde_json::json;

    fn object(name: &str, data: &str) -> Tree {
        let Value::Object(tree) = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": "shop" }, "data": { "k": data },
        }) else {
            unreachable!("the literal is an object")
        };
        tree
    }

    fn file(name: &str, text: String) -> Artifact {
        Artifact { path: RepoPath::literal(&format!("manifests/{name}.yaml")), text }
    }

    fn written(objects: &[Tree]) -> Vec<Artifact> {
        let name = |object: &Tree| ObjectId::of(object).name;
        let mut files: Vec<_> = objects.iter().map(|object| file(&name(object), document(object))).collect();
        let list: String = objects.iter().map(|object| format!("- {}.yaml\n", name(object))).collect();
        files.push(file("kustomization", format!("resources:\n{list}")));
        files
    }

    #[test]
    fn what_was_written_as_meant_is_accepted() {
        let meant = [object("a", "1"), object("b", "x\n---\nkind: ClusterRoleBinding\n")];
        assert_eq!(verify("manifests", &written(&meant), &meant), Ok(()));
    }

    #[test]
    fn every_difference_is_found() {
        let (a, b) = (object("a", "1"), object("b", "2"));
        let both = [a.clone(), b.clone()];
        assert_eq!(verify("manifests", &written(&both), &both[..1]), Err(Mismatch::Unexpected(ObjectId::of(&b))));
        assert_eq!(verify("manifests", &written(&both[..1]), &both), Err(Mismatch::Missing(ObjectId::of(&b))));
        assert_eq!(
            verify("manifests", &written(&both), &[a.clone(), object("b", "3")]),
            Err(Mismatch::Different(ObjectId::of(&b)))
        );
        assert_eq!(
            verify("manifests", &written(&both), &[a.clone(), a.clone()]),
            Err(Mismatch::Repeated(ObjectId::of(&a)))
        );
    }

    #[test]
    fn a_second_document_in_a_file_is_found() {
        let meant = [object("a", "1")];
        let mut files = written(&meant);
        files[0].text.push_str("---\nkind: ClusterRoleBinding\n");
        let path = files[0].path.clone();
        assert_eq!(
            verify("manifests", &files, &meant),
            Err(Mismatch::Unreadable { path, reason: Unreadable::Documents(2) })
        );
    }

    #[test]
    fn a_file_that_the_kustomization_does_not_list_is_found() {
        let meant = [object("a", "1")];
        let mut files = written(&meant);
        files[1].text = "resources: []\n".to_owned();
        let path = files[1].path.clone();
        assert_eq!(verify("manifests", &files, &meant), Err(Mismatch::Kustomization { path }));
        files.pop();
        assert_eq!(verify("manifests", &files, &meant), Err(Mismatch::Kustomizations(0)));
        assert_eq!(verify("manifests", &[], &[]), Ok(()));
    }

    #[test]
    fn an_object_is_told_by_version_kind_namespace_and_name() {
        assert_eq!(ObjectId::of(&object("a", "1")).to_string(), "v1 ConfigMap shop/a");
    }
}
