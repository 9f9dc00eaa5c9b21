//! Environments among each other: promoted in one direction, and none on top of another.

use super::index::Index;
use super::rules::environments;
use crate::model::kinds::Environment;
use crate::model::{Findings, Name};
use crate::read::Declared;
use std::collections::BTreeMap;

pub fn check(index: &Index<'_>, findings: &mut Findings) {
    promotion_cycles(index, findings);
    shared_namespaces(index, findings);
}

/// Each circle is told once, at its alphabetically first member.
fn promotion_cycles(index: &Index<'_>, findings: &mut Findings) {
    for (start, environment) in &index.environments {
        let mut cycle: Vec<&str> = vec![start.as_str()];
        let mut next = environment.spec.promotes_from.as_ref();
        while let Some(from) = next.filter(|from| !cycle.contains(&from.as_str())) {
            cycle.push(from);
            next = index.environments.get(from).and_then(|environment| environment.spec.promotes_from.as_ref());
        }
        let returns = next.is_some_and(|from| from == *start);
        if returns && cycle.iter().all(|member| *member >= start.as_str()) {
            let at = index.documents.locate(&environment.place(&["spec", "promotesFrom"]));
            findings.push(environments::promotion_cycle(&cycle, at));
        }
    }
}

/// Two environments in one namespace of one cluster would overwrite each other. Where no cluster is named, none is known
/// to be the same.
fn shared_namespaces(index: &Index<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<_, &Declared<Environment>> = BTreeMap::new();
    for environment in index.environments.values() {
        let Some(cluster) = &environment.spec.cluster else { continue };
        let namespace = namespace(environment);
        let Some(first) = taken.insert((home(&environment.spec), cluster, namespace), environment) else { continue };
        let place = |environment: &Declared<Environment>| {
            let route: &[&str] =
                if environment.spec.namespace.is_some() { &["spec", "namespace"] } else { &["metadata", "name"] };
            index.documents.locate(&environment.place(route))
        };
        let names = [first.metadata.name.as_str(), environment.metadata.name.as_str()];
        findings.push(environments::shared_namespace(names, namespace, cluster, place(environment), place(first)));
    }
}

/// The namespace of its units.
fn namespace(environment: &Declared<Environment>) -> &Name {
    environment.spec.namespace.as_ref().unwrap_or(&environment.metadata.name)
}

/// Within what the name of a cluster is unique: provider, account or project, region.
fn home(environment: &Environment) -> (&'static str, Option<&str>, Option<&str>) {
    let aws = environment.aws.as_ref().map(|aws| aws.account.as_str());
    let account = aws.or(environment.gcp.as_ref().map(|gcp| gcp.project.as_str()));
    (environment.provider.as_str(), account, environment.region.as_deref())
}
