//! Which container of a service comes before which: in a circle there is no first, and nobody is healthy without a probe.

use super::index::Index;
use super::rules::waiting as rules;
use crate::model::kinds::Service;
use crate::model::kinds::workload::{Container, Ready};
use crate::model::{Findings, Name, SmallMap};
use crate::read::Declared;

/// Tells of circles, each once at its first member, and of health that nobody asks for.
pub fn check_waiting(index: &Index<'_>, service: &Declared<Service>, findings: &mut Findings) {
    let containers = &service.spec.containers;
    let place = |container: &Name, later: &Name| {
        index.documents.locate(&service.place(&["spec", "containers", container, "before", later]).key())
    };
    let mut told: Vec<&Name> = Vec::new();
    for (name, container) in containers {
        if let Some(circle) = circle(containers, name).filter(|circle| !circle.iter().any(|one| told.contains(one))) {
            let second = circle.get(1).copied().unwrap_or(name);
            findings.push(rules::circle(&circle, place(name, second)));
            told.extend(circle);
        }
        let has_probe = [&container.liveness_probe, &container.readiness_probe, &container.startup_probe];
        if has_probe.into_iter().all(Option::is_none) {
            let healthy = container.before.iter().filter(|(_, before)| before.ready == Ready::Healthy);
            healthy.for_each(|(later, _)| findings.push(rules::no_probe(name, later, place(name, later))));
        }
    }
}

/// The shortest way from a container back to itself.
fn circle<'c>(containers: &'c SmallMap<Name, Container>, start: &'c Name) -> Option<Vec<&'c Name>> {
    let mut ways: Vec<Vec<&Name>> = vec![vec![start]];
    let mut seen: Vec<&Name> = Vec::new();
    let mut next = 0;
    while let Some(way) = ways.get(next).cloned() {
        next += 1;
        let Some(container) = way.last().and_then(|last| containers.get(*last)) else { continue };
        for later in container.before.keys() {
            if later == start {
                return Some(way);
            }
            if !seen.contains(&later) {
                seen.push(later);
                ways.push(way.iter().copied().chain([later]).collect());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn containers(before: &[(&str, &[&str])]) -> SmallMap<Name, Container> {
        let container = |(name, later): &(&str, &[&str])| {
            let later: serde_json::Map<String, Value> =
                later.iter().map(|later| ((*later).to_owned(), json!({"ready": "started"}))).collect();
            let container = json!({"image": "x/y:1", "before": later});
            (Name::parse(name).unwrap(), serde_json::from_value(container).unwrap())
        };
        before.iter().map(container).collect()
    }

    #[test]
    fn a_circle_is_found_from_each_of_its_members_and_from_nobody_else() {
        let all = containers(&[("a", &["b"]), ("b", &["c", "d"]), ("c", &["b"]), ("d", &[]), ("e", &["e"])]);
        let from = |name: &str| circle(&all, &Name::parse(name).unwrap()).map(|way| way.len());
        assert_eq!([from("a"), from("b"), from("c"), from("d"), from("e")], [None, Some(2), Some(2), None, Some(1)]);
    }
}
