//! What was checked, in numbers: what a reader wants to see when nothing is wrong.

use crate::compile::UnitOutline;
use crate::model::Name;
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::kinds::{Environment, Service};
use crate::provision::UnitKind;
use crate::read::{Declared, Documents};
use std::collections::BTreeMap;

/// Counts of declarations and of what they compile into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    pub teams: usize,
    pub services: usize,
    pub resource_types: usize,
    pub units: usize,
    /// How many rules there are.
    pub rules: usize,
    /// Sorted by name.
    pub environments: Vec<EnvironmentCount>,
}

/// One environment with what is compiled for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentCount {
    pub name: Name,
    pub class: &'static str,
    pub provider: &'static str,
    pub services: usize,
    /// Its services' own and the shared ones.
    pub resources: usize,
    /// Compiled files.
    pub files: usize,
}

impl Inventory {
    pub fn of(documents: &Documents, units: &[UnitOutline], rules: usize) -> Inventory {
        let declarations = &documents.declarations;
        let resources = own_resources(&declarations.services);
        let mut environments: Vec<EnvironmentCount> = declarations
            .environments
            .iter()
            .map(|environment| EnvironmentCount::of(environment, units, &resources))
            .collect();
        environments.sort_by(|a, b| a.name.cmp(&b.name));
        Inventory {
            teams: declarations.teams.len(),
            services: declarations.services.len(),
            resource_types: declarations.resource_types.len(),
            units: units.len(),
            rules,
            environments,
        }
    }
}

impl EnvironmentCount {
    fn of(
        environment: &Declared<Environment>,
        units: &[UnitOutline],
        resources: &BTreeMap<&Name, usize>,
    ) -> EnvironmentCount {
        let mut count = EnvironmentCount {
            name: environment.metadata.name.clone(),
            class: match environment.spec.class {
                EnvironmentClass::Production => "production",
                EnvironmentClass::Staging => "staging",
                EnvironmentClass::Development => "development",
            },
            provider: environment.spec.provider.as_str(),
            services: 0,
            resources: 0,
            files: 0,
        };
        for unit in units.iter().filter(|unit| unit.id.environment == count.name) {
            count.files += unit.files;
            match unit.id.kind {
                UnitKind::Environment => {}
                UnitKind::SharedResource => count.resources += 1,
                UnitKind::Service => {
                    count.services += 1;
                    count.resources += resources.get(&unit.id.name).copied().unwrap_or(0);
                }
            }
        }
        count
    }
}

/// How many resources each service has to itself.
fn own_resources(services: &[Declared<Service>]) -> BTreeMap<&Name, usize> {
    let own = |service: &Declared<Service>| service.spec.resources.values().filter(|one| one.id.is_none()).count();
    services.iter().map(|service| (&service.metadata.name, own(service))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::UnitId;
    use crate::read::DocumentId;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn declared<S: DeserializeOwned>(name: &str, spec: Value) -> Declared<S> {
        let metadata = serde_json::from_value(json!({"name": name})).unwrap();
        Declared { document: DocumentId(0), metadata, spec: serde_json::from_value(spec).unwrap() }
    }

    fn unit(environment: &str, kind: UnitKind, name: &str) -> UnitOutline {
        let [environment, name] = [environment, name].map(|text| Name::parse(text).unwrap());
        UnitOutline { id: UnitId { environment, kind, name }, files: 1 }
    }

    #[test]
    fn each_environment_counts_what_is_compiled_for_it() {
        let mut documents = Documents::default();
        let place = |class: &str| json!({"class": class, "provider": "local", "domain": "local.test"});
        documents.declarations.environments =
            vec![declared("staging", place("staging")), declared("local", place("development"))];
        let resources = json!({"db": {"type": "postgres"}, "events": {"type": "topic", "id": "events"}});
        documents.declarations.services = vec![declared("cart", json!({"containers": {}, "resources": resources}))];
        let units = [
            unit("local", UnitKind::Environment, "local"),
            unit("local", UnitKind::Service, "cart"),
            unit("local", UnitKind::SharedResource, "events"),
        ];
        let inventory = Inventory::of(&documents, &units, 7);
        let counts: Vec<_> = inventory
            .environments
            .iter()
            .map(|one| (&*one.name, one.class, one.services, one.resources, one.files))
            .collect();
        assert_eq!(counts, [("local", "development", 1, 2, 3), ("staging", "staging", 0, 0, 0)]);
        assert_eq!((inventory.services, inventory.units, inventory.rules), (1, 3, 7));
    }
}
