//! Users, what they may do, teams.

use super::paging::page;
use super::reply::{Reply, Request};
use super::world::World;
use serde_json::{Value, json};

pub fn user(world: &World, login: &str) -> Reply {
    match world.user_json(login) {
        Value::Null => Reply::not_found(),
        user => Reply::ok(user),
    }
}

pub fn permission(world: &World, login: &str) -> Reply {
    let Some(user) = world.users.get(login) else { return Reply::not_found() };
    let (permission, role) = user.permission;
    Reply::ok(json!({"permission": permission, "role_name": role, "user": world.user_json(login)}))
}

pub fn team(world: &World, request: &Request, organisation: &str, slug: &str) -> Reply {
    match world.teams.get(&(organisation.to_owned(), slug.to_owned())) {
        Some(members) => page(world, request, None, members.iter().map(|login| world.user_json(login)).collect()),
        None => Reply::not_found(),
    }
}
