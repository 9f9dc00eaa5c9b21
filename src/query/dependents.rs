//! What breaks when this changes: everything that needs it, directly or through others.

use super::VERSION;
use super::ask::{Ask, ask};
use super::entry::{Entry, EntryKind, Reference};
use super::register::Register;
use crate::link::Catalog;
use crate::model::kinds::service::Tier;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The answer of `pavior catalog dependents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dependents {
    pub version: u32,
    pub of: Reference,
    /// Highest tier first, then the nearest, then by name. Without `transitive` the direct ones alone.
    pub dependents: Vec<Dependent>,
    /// How many need it through others, whether they are listed or not.
    pub indirect: usize,
    /// The owners of those listed: whom to tell before a change. The most concerned first.
    pub teams: Vec<TeamReached>,
}

/// One service that needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dependent {
    pub name: String,
    pub tier: Tier,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub environments: Vec<String>,
    /// 1: it needs it itself.
    pub distance: usize,
    /// The services between, the nearest to the target first; empty when it needs it itself.
    pub through: Vec<String>,
}

/// A team that owns dependents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamReached {
    #[serde(flatten)]
    pub ask: Ask,
    pub services: Vec<String>,
}

/// Who needs `of`; none when nothing can depend on things of its kind.
pub fn dependents(
    register: &Register,
    catalog: &Catalog<'_>,
    of: &Entry,
    reach: fn(&Dependent) -> bool,
) -> Option<Dependents> {
    let found = all(register, catalog, of)?;
    let indirect = found.iter().filter(|dependent| dependent.distance > 1).count();
    let dependents: Vec<Dependent> = found.into_iter().filter(reach).collect();
    let teams = teams(catalog, &dependents);
    Some(Dependents { version: VERSION, of: of.reference(), dependents, indirect, teams })
}

/// Breadth first over callers, so that each is reached on a shortest way.
fn all(register: &Register, catalog: &Catalog<'_>, of: &Entry) -> Option<Vec<Dependent>> {
    let mut seen = BTreeSet::new();
    if of.kind == EntryKind::Service {
        seen.insert(of.name.clone());
    }
    let mut frontier: Vec<(String, Vec<String>)> =
        direct(catalog, of)?.into_iter().map(|name| (name, Vec::new())).collect();
    let mut found = Vec::new();
    while !frontier.is_empty() {
        let mut next = Vec::new();
        for (name, through) in frontier {
            if !seen.insert(name.clone()) {
                continue;
            }
            let Some(entry) = register.get(EntryKind::Service, &name) else { continue };
            let mut beyond = through.clone();
            beyond.push(name.clone());
            for caller in catalog.graph.called_by.get(name.as_str()).into_iter().flatten() {
                next.push((caller.to_string(), beyond.clone()));
            }
            found.push(Dependent {
                name,
                tier: entry.tier.unwrap_or_default(),
                owner: entry.owner.clone(),
                environments: entry.environments.clone(),
                distance: beyond.len(),
                through,
            });
        }
        frontier = next;
    }
    found.sort_by(|a, b| (Reverse(a.tier), a.distance, &a.name).cmp(&(Reverse(b.tier), b.distance, &b.name)));
    Some(found)
}

/// Services that need it themselves, by name.
pub fn direct(catalog: &Catalog<'_>, of: &Entry) -> Option<BTreeSet<String>> {
    let graph = &catalog.graph;
    let names = match of.kind {
        EntryKind::Service => {
            graph.called_by.get(of.name.as_str()).into_iter().flatten().map(ToString::to_string).collect()
        }
        EntryKind::Resource => match of.name.split_once('.') {
            Some((service, _)) => BTreeSet::from([service.to_owned()]),
            None => graph.used_by.get(of.name.as_str()).into_iter().flatten().map(ToString::to_string).collect(),
        },
        EntryKind::Api => {
            let consumes = catalog
                .services
                .iter()
                .filter(|(_, service)| service.spec.apis.consumes.iter().any(|api| **api == *of.name));
            consumes.map(|(name, _)| name.to_string()).collect()
        }
        EntryKind::System
        | EntryKind::Team
        | EntryKind::Environment
        | EntryKind::SecretRequest
        | EntryKind::ResourceType => return None,
    };
    Some(names)
}

/// The teams of these, those with the most services first.
fn teams(catalog: &Catalog<'_>, dependents: &[Dependent]) -> Vec<TeamReached> {
    let mut services: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for dependent in dependents {
        if let Some(owner) = &dependent.owner {
            services.entry(owner).or_default().push(dependent.name.clone());
        }
    }
    let reached =
        services.into_iter().filter_map(|(team, services)| Some(TeamReached { ask: ask(catalog, team)?, services }));
    let mut reached: Vec<TeamReached> = reached.collect();
    reached.sort_by_key(|team| Reverse(team.services.len()));
    reached
}

#[cfg(test)]
mod tests {
    use super::super::sample::with_sample;
    use super::*;

    fn names(of: &str, reach: fn(&Dependent) -> bool) -> Vec<String> {
        with_sample(|_, catalog, register| {
            let of = register.find(of).unwrap()[0];
            let answer = dependents(register, catalog, of, reach).unwrap();
            answer
                .dependents
                .iter()
                .map(|one| format!("{} {} {}", one.name, one.distance, one.through.join(">")))
                .collect()
        })
    }

    #[test]
    fn the_highest_tier_comes_first_and_the_way_is_told() {
        assert_eq!(names("ledger", |_| true), ["checkout 1 ", "shop 2 checkout", "report 1 "]);
        assert_eq!(names("ledger", |one| one.distance == 1), ["checkout 1 ", "report 1 "]);
    }

    #[test]
    fn a_shared_resource_reaches_the_callers_of_its_users() {
        assert_eq!(names("orders", |_| true), ["checkout 1 ", "shop 2 checkout", "report 1 "]);
    }

    #[test]
    fn an_own_resource_reaches_its_service_and_an_api_those_who_say_they_use_it() {
        assert_eq!(names("shop.sessions", |_| true), ["shop 1 "]);
        assert_eq!(names("sessions", |_| true), ["shop 1 "]);
        assert_eq!(names("api/booking", |_| true), ["checkout 1 ", "shop 2 checkout"]);
    }

    #[test]
    fn teams_are_those_of_what_is_listed() {
        with_sample(|_, catalog, register| {
            let of = register.find("ledger").unwrap()[0];
            let answer = dependents(register, catalog, of, |one| one.distance == 1).unwrap();
            assert_eq!(answer.indirect, 1);
            let teams: Vec<_> = answer.teams.iter().map(|team| (team.ask.team.as_str(), team.services.len())).collect();
            assert_eq!(teams, [("front", 1), ("money", 1)]);
            let team = register.find("team/money").unwrap()[0];
            assert_eq!(dependents(register, catalog, team, |_| true), None);
        });
    }
}
