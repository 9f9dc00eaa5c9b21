//! Deployments and their statuses.

use super::paging::page;
use super::reply::{Reply, Request};
use super::world::{Asker, FakeDeployment, World};
use serde_json::{Value, json};

const DESCRIPTION_CHARACTERS: usize = 140;
const STATES: [&str; 7] = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];

fn shown(world: &World, deployment: &FakeDeployment) -> Value {
    let value = &deployment.value;
    json!({
        "id": deployment.id, "sha": value["ref"], "ref": value["ref"], "environment": value["environment"],
        "task": value["task"].as_str().unwrap_or("deploy"),
        "description": value["description"], "creator": world.user_json(&deployment.creator),
    })
}

fn is_too_long(request: &Request) -> bool {
    request.text("description").chars().count() > DESCRIPTION_CHARACTERS
}

pub fn list(world: &World, request: &Request) -> Reply {
    let is_meant = |deployment: &&FakeDeployment| {
        let same = |query: &str, field: &str| request.query(query).is_none_or(|value| deployment.value[field] == value);
        same("environment", "environment") && same("sha", "ref") && same("task", "task")
    };
    let found = world.deployments.iter().rev().filter(is_meant);
    page(world, request, None, found.map(|deployment| shown(world, deployment)).collect())
}

pub fn create(world: &mut World, request: &Request, asker: &Asker) -> Reply {
    if request.text("ref").is_empty() || is_too_long(request) {
        return Reply::unprocessable("ref is missing or description too long");
    }
    if request.body["auto_merge"] != false {
        return Reply::error(409, "Conflict merging main into the branch");
    }
    let (id, creator, value) = (world.id(), asker.login.clone(), request.body.clone());
    let deployment = FakeDeployment { id, creator, value, statuses: Vec::new() };
    let shown = shown(world, &deployment);
    world.deployments.push(deployment);
    Reply::created(shown)
}

pub fn statuses(world: &World, request: &Request, id: &str) -> Reply {
    let found = world.deployments.iter().find(|deployment| deployment.id.to_string() == id);
    let Some(deployment) = found else { return Reply::not_found() };
    page(world, request, None, deployment.statuses.iter().rev().cloned().collect())
}

pub fn create_status(world: &mut World, request: &Request, asker: &Asker, id: &str) -> Reply {
    if !STATES.contains(&request.text("state")) || is_too_long(request) {
        return Reply::unprocessable("state is none or description too long");
    }
    let mut status = request.body.clone();
    status["creator"] = world.user_json(&asker.login);
    let found = world.deployments.iter_mut().find(|deployment| deployment.id.to_string() == id);
    let Some(deployment) = found else { return Reply::not_found() };
    deployment.statuses.push(status.clone());
    let environment = deployment.value["environment"].clone();
    // What GitHub does unless it is told not to: whatever else runs there is over.
    if status["auto_inactive"] != false && status["state"] == "success" {
        let others = world.deployments.iter_mut().filter(|one| one.id.to_string() != id);
        for other in others.filter(|one| one.value["environment"] == environment) {
            other.statuses.push(json!({"state": "inactive", "description": ""}));
        }
    }
    Reply::created(status)
}
