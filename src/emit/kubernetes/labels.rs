//! Labels: what every object carries, and the few that select pods.
//!
//! A value that Kubernetes would refuse (longer than 63 characters, a character other than letters, digits, `-`, `_`
//! and `.`, no letter or digit at an end) is made readable and ended by 16 hexadecimal digits of its hash.
//! Users and the platform may add labels, but none under `pavior.dev/` and none of those we set: selectors and network
//! policies rest on them.

use super::names;
use crate::model::kinds::resource_type::EgressTarget;
use crate::provision::{EnvironmentFacts, ProvisionedUnit, ResolvedResource};
use std::collections::BTreeMap;

pub type Labels = BTreeMap<String, String>;

const MAX_VALUE: usize = 63;
pub const NAME: &str = "app.kubernetes.io/name";
const INSTANCE: &str = "app.kubernetes.io/instance";
const COMPONENT: &str = "app.kubernetes.io/component";
const PART_OF: &str = "app.kubernetes.io/part-of";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const OWN_PREFIX: &str = "pavior.dev/";
const UNIT: &str = "pavior.dev/unit";
const ENVIRONMENT: &str = "pavior.dev/environment";
const OWNER: &str = "pavior.dev/owner";
const SHARES: &str = "pavior.dev/shares";
const PULL: &str = "pavior.dev/pull";
const TEAM: &str = "pavior.dev/team";
const EXPIRES: &str = "pavior.dev/expires";
const TIER: &str = "pavior.dev/tier";
const RESOURCE: &str = "pavior.dev/resource";

/// The component of the pods that are the service itself; pods of its jobs have others.
pub const WORKLOAD: &str = "workload";

/// The labels of every object of a unit.
pub fn of_unit(unit: &ProvisionedUnit<'_>) -> Labels {
    let facts = &unit.environment;
    let user = unit.workload.iter().flat_map(|plan| &plan.labels);
    let mut labels = foreign(facts.labels.iter().chain(user));
    labels.extend(own([
        (NAME, unit.id.name.as_str()),
        (INSTANCE, &format!("{}-{}", unit.id.name, facts.name)),
        (PART_OF, &facts.organisation),
        (MANAGED_BY, "pavior"),
        (ENVIRONMENT, &facts.name),
        (OWNER, &unit.owner),
        (TIER, unit.tier.as_str()),
    ]));
    labels
}

/// The labels of the objects of an environment itself.
pub fn of_environment(facts: &EnvironmentFacts<'_>) -> Labels {
    let mut labels = foreign(&facts.labels);
    labels.extend(own([
        (NAME, facts.name.as_str()),
        (PART_OF, &facts.organisation),
        (MANAGED_BY, "pavior"),
        (ENVIRONMENT, &facts.name),
    ]));
    labels
}

/// The labels of the namespace of a pull request's own environment, by which sweeps find it and shared services know it.
/// None of another environment's.
pub fn of_preview(facts: &EnvironmentFacts<'_>) -> Labels {
    let Some((preview, instance)) = facts.spec.preview.as_ref().and_then(|it| Some((it, it.instance.as_ref()?))) else {
        return Labels::new();
    };
    let mut labels = sharing(&preview.shares);
    labels.extend(own([(PULL, &*instance.pull.to_string())]));
    labels.extend(instance.team.iter().flat_map(|team| own([(TEAM, team.as_str())])));
    // In seconds since 1970: a moment has colons, which no label has. The annotation beside is for people.
    let expires = instance.expires.map(|expires| expires.unix_seconds().to_string());
    labels.extend(expires.iter().flat_map(|expires| own([(EXPIRES, expires.as_str())])));
    labels
}

/// Selects the namespaces of previews that share an environment.
pub fn sharing(environment: &str) -> Labels {
    own([(SHARES, environment)])
}

/// The labels of a unit's pods: with what they are a part of, and which resources they may reach.
pub fn of_pods(unit: &ProvisionedUnit<'_>, component: &str) -> Labels {
    let mut labels = of_unit(unit);
    labels.extend(component_selector(&unit.id.name, component));
    let by_pods = |resource: &&ResolvedResource| resource.egress.iter().any(|(to, _)| *to == EgressTarget::Pods);
    for resource in unit.resources.iter().filter(by_pods) {
        labels.insert(format!("{OWN_PREFIX}uses-{}", resource.name), "true".to_owned());
    }
    labels
}

/// Selects all pods of a service, those of its jobs too.
pub fn unit_selector(service: &str) -> Labels {
    own([(NAME, service), (UNIT, service)])
}

/// Selects the pods of one part of a service.
pub fn component_selector(service: &str, component: &str) -> Labels {
    own([(NAME, service), (UNIT, service), (COMPONENT, component)])
}

/// Selects the pods that realise a resource.
pub fn resource_selector(resource: &str) -> Labels {
    own([(RESOURCE, resource)])
}

/// Labels that others chose, without those that are ours.
pub fn foreign<'l>(labels: impl IntoIterator<Item = (&'l String, &'l String)>) -> Labels {
    let ours =
        |key: &str| key.starts_with(OWN_PREFIX) || [NAME, INSTANCE, COMPONENT, PART_OF, MANAGED_BY].contains(&key);
    labels.into_iter().filter(|(key, _)| !ours(key)).map(|(key, value)| (key.clone(), value_of(value))).collect()
}

fn own<const N: usize>(labels: [(&str, &str); N]) -> Labels {
    labels.into_iter().map(|(key, value)| (key.to_owned(), value_of(value))).collect()
}

/// The text as a label value, by the rule on top of this file.
pub fn value_of(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    if text.len() <= MAX_VALUE && text.chars().all(allowed) && ends(text.chars().next()) && ends(text.chars().last()) {
        return text.to_owned();
    }
    let plain: String = text.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let plain = plain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let fingerprint = names::fingerprint([text]);
    if plain.is_empty() { fingerprint } else { names::with_suffix(plain, &fingerprint, MAX_VALUE) }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_object_says_what_it_is_and_whose() {
        let unit = sample::unit_with("cart", |plan| plan.labels = sample::texts([("team.example/cost", "42")]));
        let labels = of_unit(&unit);
        for (key, value) in [
            (NAME, "cart"),
            (INSTANCE, "cart-staging"),
            (PART_OF, "acme"),
            (MANAGED_BY, "pavior"),
            (ENVIRONMENT, "staging"),
            (OWNER, "shopping"),
            (TIER, "critical"),
            ("team.example/cost", "42"),
            ("acme.example/platform", "boutique"),
        ] {
            assert_eq!(labels.get(key).map(String::as_str), Some(value), "{key}");
        }
    }

    #[test]
    fn a_user_cannot_take_our_labels() {
        let theirs = [(NAME, "checkout"), ("pavior.dev/uses-ledger", "true"), (UNIT, "checkout"), (COMPONENT, "x")];
        let unit = sample::unit_with("cart", |plan| plan.labels = sample::texts(theirs));
        let labels = of_pods(&unit, WORKLOAD);
        assert_eq!(labels[NAME], "cart");
        assert_eq!(labels[UNIT], "cart");
        assert_eq!(labels[COMPONENT], WORKLOAD);
        assert_eq!(labels.get("pavior.dev/uses-ledger"), None);
    }

    #[test]
    fn values_that_kubernetes_refuses_are_hashed() {
        assert_eq!(value_of("payments"), "payments");
        assert_eq!(value_of(""), "");
        assert_eq!(value_of(&"x".repeat(63)), "x".repeat(63));
        assert_eq!(value_of("a b"), format!("a-b-{}", names::fingerprint(["a b"])));
        assert_eq!(value_of("-a"), format!("a-{}", names::fingerprint(["-a"])));
        assert_eq!(value_of(&"x".repeat(64)).len(), 63);
    }

    proptest! {
        #[test]
        fn every_text_becomes_a_legal_and_distinct_value(one in ".{0,80}", two in ".{0,80}") {
            let value = value_of(&one);
            prop_assert!(value.len() <= MAX_VALUE);
            prop_assert_eq!(value_of(&value), value.clone());
            prop_assert_eq!(one == two, value == value_of(&two));
        }
    }
}
