//! Who may do what to which datastore, secret, service or host, as the compiled units have it; and what differs.

use crate::model::Name;
use crate::model::kinds::resource_type::{AccessLevel, Grant};
use crate::provision::{ProvisionedUnit, ResolvedResource};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One may do something in an environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    pub who: Who,
    pub may: May,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Team(Name),
    Service(Name),
    /// Everybody who can reach the environment's gateway.
    Visitors,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum May {
    /// Of a resource, as its type says.
    Use(AccessLevel),
    /// Open connections.
    Reach,
    /// Call the provider's API: actions or a role.
    Act(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Resource {
        kind: Name,
        name: String,
    },
    Service(Name),
    /// Outside the cluster.
    Host(String),
    /// As the provider names it.
    Cloud(String),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Team(name) => write!(f, "team {name}"),
            Who::Service(name) => write!(f, "{name}"),
            Who::Visitors => f.write_str("visitors from outside"),
        }
    }
}

impl fmt::Display for May {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            May::Use(AccessLevel::None) => "no access to",
            May::Use(AccessLevel::Read) => "read access to",
            May::Use(AccessLevel::Write) => "write access to",
            May::Use(AccessLevel::ReadWrite) => "read-write access to",
            May::Use(AccessLevel::Administer) => "administrator access to",
            May::Reach => "connections to",
            May::Act(actions) => return write!(f, "{actions} on"),
        })
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Resource { kind, name } => write!(f, "{kind} {name}"),
            What::Service(name) => write!(f, "service {name}"),
            What::Host(host) => write!(f, "{host}"),
            What::Cloud(resource) => write!(f, "{resource}"),
        }
    }
}

/// All that a unit gives anybody.
pub fn accesses(unit: &ProvisionedUnit<'_>) -> BTreeSet<Access> {
    let mut all = BTreeSet::new();
    let service = unit.workload.as_ref().map(|_| Who::Service(unit.id.name.clone()));
    for resource in &unit.resources {
        of_resource(unit, resource, service.as_ref(), &mut all);
    }
    let (Some(workload), Some(who)) = (&unit.workload, service) else { return all };
    let reach = |what| Access { who: who.clone(), may: May::Reach, what };
    all.extend(workload.calls.keys().map(|callee| reach(What::Service(callee.clone()))));
    all.extend(workload.egress.iter().map(|egress| reach(What::Host(format!("{} port {}", egress.cidr, egress.port)))));
    all
}

fn of_resource(
    unit: &ProvisionedUnit<'_>,
    resource: &ResolvedResource,
    service: Option<&Who>,
    all: &mut BTreeSet<Access>,
) {
    let what = || What::Resource { kind: resource.kind.clone(), name: resource.name.clone() };
    if let Some(access) = &resource.access {
        let levels =
            [(resource.own.then(|| Who::Team(unit.owner.clone())), access.owner), (service.cloned(), access.consumers)];
        for (who, level) in levels {
            all.extend(who.filter(|_| level != AccessLevel::None).map(|who| Access {
                who,
                may: May::Use(level),
                what: what(),
            }));
        }
    }
    if !resource.gateway_ports.is_empty() {
        let what = What::Service(unit.id.name.clone());
        all.insert(Access { who: Who::Visitors, may: May::Reach, what });
    }
    let Some(service) = service else { return };
    for grant in &resource.grants {
        all.extend(of_grant(grant).map(|(may, what)| Access { who: service.clone(), may, what }));
    }
}

fn of_grant(grant: &Grant) -> impl Iterator<Item = (May, What)> {
    let actions = grant.actions.join(", ");
    let on = grant.resources.iter().map(move |resource| (May::Act(actions.clone()), What::Cloud(resource.clone())));
    let role = grant.role.iter().zip(&grant.resource);
    on.chain(role.map(|(role, resource)| (May::Act(role.clone()), What::Cloud(resource.clone()))))
}

/// What somebody gains or loses, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessChange {
    pub gained: bool,
    pub access: Access,
    pub environments: BTreeSet<Name>,
}

/// Accesses by environment.
pub type ByEnvironment = BTreeMap<Name, BTreeSet<Access>>;

/// What differs: losses first, for they break things; the same in several environments is told once.
pub fn changes(base: &ByEnvironment, head: &ByEnvironment) -> Vec<AccessChange> {
    let nothing = BTreeSet::new();
    let mut changes: BTreeMap<(bool, Access), BTreeSet<Name>> = BTreeMap::new();
    for environment in base.keys().chain(head.keys()).collect::<BTreeSet<_>>() {
        let side = |side: &'_ ByEnvironment| side.get(environment).unwrap_or(&nothing).clone();
        let (was, is) = (side(base), side(head));
        let lost = was.difference(&is).map(|access| (false, access.clone()));
        let gained = is.difference(&was).map(|access| (true, access.clone()));
        for change in lost.chain(gained) {
            changes.entry(change).or_default().insert(environment.clone());
        }
    }
    changes.into_iter().map(|((gained, access), environments)| AccessChange { gained, access, environments }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn access(who: &str, level: AccessLevel) -> Access {
        let what = What::Resource { kind: name("redis"), name: "carts".to_owned() };
        Access { who: Who::Service(name(who)), may: May::Use(level), what }
    }

    #[test]
    fn what_changes_in_two_environments_is_told_once() {
        let base = ByEnvironment::from([(name("production"), [access("cart", AccessLevel::Read)].into())]);
        let head: BTreeSet<Access> = [access("cart", AccessLevel::ReadWrite)].into();
        let head = ByEnvironment::from([(name("production"), head.clone()), (name("staging"), head)]);
        let told: Vec<String> = changes(&base, &head)
            .iter()
            .map(|change| {
                let verb = if change.gained { "gains" } else { "loses" };
                format!(
                    "{} {verb} {} {} in {}",
                    change.access.who,
                    change.access.may,
                    change.access.what,
                    change.environments.len()
                )
            })
            .collect();
        let expected =
            ["cart loses read access to redis carts in 1", "cart gains read-write access to redis carts in 2"];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_action_is_on_each_of_its_resources() {
        let grant = Grant {
            actions: vec!["s3:GetObject".to_owned(), "s3:PutObject".to_owned()],
            resources: vec!["arn:a".to_owned(), "arn:b".to_owned()],
            conditions: None,
            role: None,
            resource: None,
        };
        let told: Vec<String> = of_grant(&grant).map(|(may, what)| format!("{may} {what}")).collect();
        assert_eq!(told, ["s3:GetObject, s3:PutObject on arn:a", "s3:GetObject, s3:PutObject on arn:b"]);
    }
}
