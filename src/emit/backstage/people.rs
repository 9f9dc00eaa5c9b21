//! Teams become Groups, their members Users.

use super::entity::{Entity, entity_name, links, reference};
use crate::link::Catalog;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn groups(catalog: &Catalog<'_>) -> Vec<Entity> {
    catalog
        .teams
        .iter()
        .map(|(name, team)| {
            let spec = &team.spec;
            let on_call = spec.on_call.as_ref().and_then(|on_call| {
                Some((format!("On call: {}", on_call.rotation), on_call.url.as_ref()?.to_string()))
            });
            let slug = spec.forge_team.trim_start_matches('@').to_owned();
            let all: Vec<(String, String)> = on_call.into_iter().chain(links(&spec.links)).collect();
            Entity::new("Group", name)
                .metadata(&team.metadata)
                .annotations([("github.com/team-slug".to_owned(), slug)])
                .links(&all)
                .spec(json!({"type": "team", "profile": {"displayName": name}, "children": []}))
        })
        .collect()
}

/// One for each login; a person may be in several teams, and logins have no case.
pub fn users(catalog: &Catalog<'_>) -> Vec<Entity> {
    let mut people: BTreeMap<String, (&str, Option<&str>, Vec<String>)> = BTreeMap::new();
    for (team, declared) in &catalog.teams {
        for member in &declared.spec.members {
            let (_, name, teams) =
                people.entry(entity_name(&member.login)).or_insert_with(|| (&member.login, None, Vec::new()));
            *name = name.or(member.name.as_deref());
            let group = reference("group", team);
            if !teams.contains(&group) {
                teams.push(group);
            }
        }
    }
    people
        .into_values()
        .map(|(login, name, teams)| {
            let profile = name.map_or(Value::Null, |name| json!({"displayName": name}));
            Entity::new("User", login)
                .annotations([("github.com/user-login".to_owned(), login.to_owned())])
                .spec(json!({"profile": profile, "memberOf": teams}))
        })
        .collect()
}
