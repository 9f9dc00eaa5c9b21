//! Services of both sides in, a hint for each that looks like another one under a new name: without `renamedFrom` the
//! old one goes with its data.

use super::rules;
use crate::model::Findings;
use crate::model::kinds::Service;
use crate::read::{Declared, Documents};
use serde_json::Value;
use std::collections::BTreeSet;

/// From how many hundredths of what both say on they are taken for the same.
const ALIKE: usize = 80;

/// Tells of services that come while one that says the same, and has the same owner, goes.
pub fn hint_renames(base: &Documents, head: &Documents, findings: &mut Findings) {
    let (was, is) = (&base.declarations.services, &head.declarations.services);
    let missing = |one: &Declared<Service>, from: &[Declared<Service>]| {
        from.iter().all(|other| other.metadata.name != one.metadata.name)
    };
    let explained: BTreeSet<&str> =
        is.iter().filter_map(|one| one.spec.renamed_from.as_ref()).map(|name| name.as_str()).collect();
    let gone = was.iter().filter(|one| missing(one, is) && !explained.contains(one.metadata.name.as_str()));
    let gone: Vec<(&Declared<Service>, BTreeSet<String>)> = gone.map(|one| (one, statements(one))).collect();
    if gone.is_empty() {
        return;
    }
    for new in is.iter().filter(|one| missing(one, was) && one.spec.renamed_from.is_none()) {
        let says = statements(new);
        let likeness = gone
            .iter()
            .filter(|(old, _)| old.metadata.owner == new.metadata.owner)
            .map(|(old, said)| (share(said, &says), *old))
            .max_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.metadata.name.cmp(&one.metadata.name)));
        if let Some((percent, old)) = likeness.filter(|(percent, _)| *percent >= ALIKE) {
            let at = head.locate(&new.name_place());
            findings.push(rules::looks_renamed(&old.metadata.name, &new.metadata.name, percent, at));
        }
    }
}

/// In hundredths, of what both say together.
fn share(one: &BTreeSet<String>, other: &BTreeSet<String>) -> usize {
    let all = one.len() + other.len();
    (200 * one.intersection(other).count()).checked_div(all).unwrap_or(0)
}

/// Each value of a declaration with the way to it, whatever the service is called.
fn statements(service: &Declared<Service>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let spec = serde_json::to_value(&service.spec).unwrap_or_default();
    collect(&spec, String::new(), service.metadata.name.as_str(), &mut all);
    all
}

fn collect(value: &Value, route: String, name: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| collect(value, format!("{route}/{key}"), name, all));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, format!("{route}/-"), name, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            all.insert(format!("{route}={}", value.to_string().replace(name, "<itself>")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::fixture::{declaration, documents, pointed};
    use serde_json::json;
    use std::slice::from_ref;

    fn service(name: &str, owner: &str, image: &str, more: Value) -> Value {
        let mut spec = json!({
            "tier": "important",
            "containers": {"main": {"image": image, "variables": {"A": "1", "B": "2", "SELF": name}}},
            "service": {"ports": {"http": {"port": 8080}}},
            "resources": {"db": {"type": "postgres", "class": "small"}},
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        let mut service = declaration("Service", name, spec);
        service["metadata"]["owner"] = json!(owner);
        service
    }

    fn told(base: &[Value], head: &[Value]) -> Vec<String> {
        let (base, head) = (documents(base, &[]), documents(head, &[]));
        let mut findings = Findings::default();
        hint_renames(&base, &head, &mut findings);
        findings.into_vec().iter().map(|one| format!("{} ({})", one.help[0], pointed(&head, one))).collect()
    }

    #[test]
    fn a_service_that_comes_as_its_likeness_goes_may_be_renamed() {
        let old = service("cart", "shopping", "x/cart:1", json!({}));
        let new = service("basket", "shopping", "x/basket:1", json!({}));
        let hint = "if it is the same service under a new name, write `renamedFrom: cart` into its `spec`: then its \
                    resources keep their names and their data";
        assert_eq!(told(from_ref(&old), from_ref(&new)), [format!("{hint} (\"basket\")")]);
        let said = service("basket", "shopping", "x/basket:1", json!({"renamedFrom": "cart"}));
        assert_eq!(told(from_ref(&old), &[said]), [""; 0]);
        assert_eq!(told(from_ref(&old), &[old.clone(), new]), [""; 0], "the old one stays");
    }

    #[test]
    fn another_owner_or_another_likeness_is_another_service() {
        let old = service("cart", "shopping", "x/cart:1", json!({}));
        assert_eq!(told(from_ref(&old), &[service("basket", "ads", "x/basket:1", json!({}))]), [""; 0]);
        let other = json!({"tier": "critical", "resources": {"cache": {"type": "redis"}}, "service": {}});
        assert_eq!(told(&[old], &[service("basket", "shopping", "y:2", other)]), [""; 0]);
    }
}
