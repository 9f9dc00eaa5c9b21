//! Runs of workflows and their artifacts, which lie in a storage elsewhere.

use super::paging::page;
use super::reply::{Reply, Request};
use super::world::World;
use serde_json::json;

fn number_of(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

pub fn one(world: &World, id: &str) -> Reply {
    world.runs.get(&number_of(id)).map_or_else(Reply::not_found, |run| Reply::ok(run.clone()))
}

pub fn artifacts(world: &World, request: &Request, run: &str) -> Reply {
    let found = world.artifacts.iter().rev().filter(|(_, artifact)| artifact.run == number_of(run));
    let shown = found.map(|(id, artifact)| {
        let size = artifact.zip.len();
        json!({"id": id, "name": artifact.name, "size_in_bytes": size, "expired": artifact.expired})
    });
    page(world, request, Some("artifacts"), shown.collect())
}

/// Leads to the storage: another name of this machine, so another host.
pub fn download(world: &World, id: &str) -> Reply {
    match world.artifacts.get(&number_of(id)) {
        Some(artifact) if artifact.expired => Reply::error(410, "Artifact has expired"),
        Some(_) => {
            let storage = world.url.replace("127.0.0.1", "localhost");
            Reply { status: 302, headers: Vec::new(), body: Vec::new() }
                .with("location", format!("{storage}/storage/{id}?signature=of-the-storage"))
        }
        None => Reply::not_found(),
    }
}

/// The storage knows its own signature, and refuses who brings another, as that of Azure does.
pub fn stored(world: &World, request: &Request, id: &str) -> Reply {
    if !request.authorization.is_empty() || request.query("signature") != Some("of-the-storage") {
        return Reply::error(403, "Server failed to authenticate the request");
    }
    let found = world.artifacts.get(&number_of(id));
    found.map_or_else(Reply::not_found, |artifact| Reply {
        status: 200,
        headers: Vec::new(),
        body: artifact.zip.clone(),
    })
}
