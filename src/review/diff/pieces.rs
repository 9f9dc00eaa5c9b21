//! A unit's artifacts in, what they say out: objects, blocks and files as trees by address.

use super::address::Address;
use super::hcl;
use crate::emit::Artifact;
use crate::emit::read_back::manifests::ObjectId;
use crate::emit::read_back::read_yaml;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub type Pieces = BTreeMap<Address, Value>;

const KUSTOMIZATION: &str = "kustomization.yaml";

/// Everything but the lists of files, which follow from the files.
pub fn pieces(artifacts: &[&Artifact]) -> Pieces {
    let mut pieces = Pieces::new();
    for artifact in artifacts.iter().filter(|artifact| artifact.path.file_name() != KUSTOMIZATION) {
        let path = artifact.path.as_str();
        let terraform = path.strip_prefix("terraform/");
        let known = match (terraform, terraform.and_then(|path| path.strip_prefix("modules/"))) {
            (_, Some(path)) => module_file(path, &artifact.text, &mut pieces),
            (Some(name), None) => blocks(name, &artifact.text, &mut pieces),
            (None, None) => tree(path, &artifact.text, &mut pieces),
        };
        if known.is_none() {
            pieces.insert(Address::File(path.to_owned()), Value::from(artifact.text.as_str()));
        }
    }
    pieces
}

/// Files as they are: what differs where nothing that is understood does.
pub fn files(artifacts: &[&Artifact]) -> Pieces {
    let file = |artifact: &&Artifact| (Address::File(artifact.path.to_string()), Value::from(artifact.text.as_str()));
    artifacts.iter().map(file).collect()
}

/// All files of one module are one piece.
fn module_file(path: &str, text: &str, pieces: &mut Pieces) -> Option<()> {
    let (folder, file) = path.split_once('/')?;
    let module = pieces.entry(Address::ModuleFiles(folder.to_owned())).or_insert_with(|| Value::Object(Map::new()));
    module.as_object_mut()?.insert(file.to_owned(), Value::from(text));
    Some(())
}

fn blocks(file: &str, text: &str, pieces: &mut Pieces) -> Option<()> {
    let blocks = file.ends_with(".tf").then(|| hcl::blocks(text)).flatten()?;
    let address = |block: &hcl::TopLevel| {
        let name = match (block.kind.as_str(), file) {
            ("terraform", "backend.tf") => "backend".to_owned(),
            ("moved", _) => format!("moved {}", block.tree.get("to").and_then(Value::as_str).unwrap_or_default()),
            (kind, _) => [vec![kind.to_owned()], block.labels.clone()].concat().join(" "),
        };
        Address::Terraform(name)
    };
    let blocks: Pieces = blocks.into_iter().map(|block| (address(&block), block.tree)).collect();
    if blocks.keys().any(|address| pieces.contains_key(address)) {
        return None;
    }
    pieces.extend(blocks);
    Some(())
}

/// YAML that is an object stands under its address; other YAML and JSON are trees of their file.
fn tree(path: &str, text: &str, pieces: &mut Pieces) -> Option<()> {
    let (tree, address) = match path.rsplit_once('.')?.1 {
        "json" => (serde_json::from_str(text).ok()?, Address::File(path.to_owned())),
        "yaml" => {
            let tree = read_yaml(text).ok()?;
            let id = ObjectId::of(tree.as_object()?);
            let is_object = !id.kind.is_empty() && !id.name.is_empty();
            (tree, if is_object { Address::of_object(id) } else { Address::File(path.to_owned()) })
        }
        _ => return None,
    };
    if pieces.contains_key(&address) {
        return None;
    }
    pieces.insert(address, tree);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RepoPath;

    fn addresses(files: &[(&str, &str)]) -> Vec<String> {
        let artifact =
            |(path, text): &(&str, &str)| Artifact { path: RepoPath::literal(path), text: (*text).to_owned() };
        let artifacts: Vec<Artifact> = files.iter().map(artifact).collect();
        pieces(&artifacts.iter().collect::<Vec<_>>()).keys().map(|address| format!("{address:?}")).collect()
    }

    #[test]
    fn every_kind_of_file_has_its_address() {
        let found = addresses(&[
            ("manifests/a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\n"),
            ("manifests/kustomization.yaml", "resources: []\n"),
            ("terraform/main.tf", "module \"carts\" {\n}\n"),
            ("terraform/backend.tf", "terraform {\n}\n"),
            ("terraform/versions.tf", "terraform {\n}\nprovider \"aws\" {\n}\n"),
            ("terraform/modules/redis-aws/main.tf", ""),
            ("terraform/modules/redis-aws/variables.tf", ""),
            ("notes.txt", "x"),
            ("dashboard.json", "{}"),
        ]);
        let expected = [
            "Terraform(\"backend\")",
            "Terraform(\"module carts\")",
            "Terraform(\"provider aws\")",
            "Terraform(\"terraform\")",
            "ModuleFiles(\"redis-aws\")",
            "Object { group: \"apps\", kind: \"Deployment\", namespace: None, name: \"cart\" }",
            "File(\"dashboard.json\")",
            "File(\"notes.txt\")",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_is_lost_that_cannot_be_read_or_is_there_twice() {
        let object = "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n";
        let found = addresses(&[("a.yaml", object), ("b.yaml", object), ("c.yaml", "a: ["), ("terraform/x.tf", "a {")]);
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
