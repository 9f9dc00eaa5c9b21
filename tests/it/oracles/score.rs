//! A `score.yaml`: the workload of a service that names it, the whole way; and the service that an import makes of it.

use super::Reached;
use super::imports::assert_imported;
use super::world::{BARE, assert_compiles_or_tells, with_resource_types};
use pavior::import::{self, Target};
use pavior::model::{Findings, RepoPath};
use pavior::read::lay_over;
use std::sync::Arc;

const SERVICE: &str = "apiVersion: pavior.dev/v1
kind: Service
metadata: {name: notes, description: Keeps notes, owner: shopping}
spec: {score: ./score.yaml}
";

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let target =
        Target { folder: RepoPath::literal("catalog/notes"), owner: Some("shopping"), versions: Default::default() };
    if let Ok(imported) = import::score(text, "score.yaml", &target) {
        assert_imported(&imported);
    }
    let mut snapshot = BARE.clone();
    let [service, score, source] =
        ["service", "score", "settings"].map(|name| RepoPath::literal(&format!("catalog/notes/{name}.yaml")));
    snapshot.files.insert(service, Arc::from(SERVICE));
    // Loading brings it because it is named, and only then.
    if text.contains("settings.yaml") {
        snapshot.files.insert(source, Arc::from("colour: blue\nname: ${metadata.name}\n"));
    }
    lay_over(&mut snapshot, &score, text, &mut Findings::default());
    if !snapshot.files.contains_key(&score) {
        return Reached::Refused;
    }
    if text.contains("image: .\n") {
        snapshot.images.insert("notes".to_owned(), "ghcr.io/acme/notes:v1".to_owned());
    }
    match assert_compiles_or_tells(with_resource_types(snapshot)) {
        Some(units) if units.len() > 2 => Reached::Through,
        _ => Reached::Told,
    }
}
