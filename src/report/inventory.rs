//! What was checked, in numbers: what a reader wants to see when nothing is wrong.

use crate::compile::CompiledUnit;
use crate::model::Name;
use crate::model::kinds::Environment;
use crate::model::kinds::environment::EnvironmentClass;
use crate::provision::UnitKind;
use crate::read::{Declared, Documents};

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
    pub fn of(documents: &Documents, units: &[CompiledUnit], rules: usize) -> Inventory {
        let declarations = &documents.declarations;
        let mut environments: Vec<EnvironmentCount> = declarations
            .environments
            .iter()
            .map(|environment| EnvironmentCount::of(environment, documents, units))
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
    fn of(environment: &Declared<Environment>, documents: &Documents, units: &[CompiledUnit]) -> EnvironmentCount {
        let name = &environment.metadata.name;
        let here = || units.iter().filter(|unit| unit.id.environment == *name);
        let of_kind = |kind| here().filter(move |unit| unit.id.kind == kind);
        let own_resources = of_kind(UnitKind::Service).map(|unit| own_resources(documents, &unit.id.name));
        EnvironmentCount {
            name: name.clone(),
            class: match environment.spec.class {
                EnvironmentClass::Production => "production",
                EnvironmentClass::Staging => "staging",
                EnvironmentClass::Development => "development",
            },
            provider: environment.spec.provider.as_str(),
            services: of_kind(UnitKind::Service).count(),
            resources: own_resources.sum::<usize>() + of_kind(UnitKind::SharedResource).count(),
            files: here().map(|unit| unit.artifacts.len()).sum(),
        }
    }
}

/// Resources that a service has to itself.
fn own_resources(documents: &Documents, service: &Name) -> usize {
    let services = &documents.declarations.services;
    let declared = services.iter().find(|declared| declared.metadata.name == *service);
    declared.map_or(0, |declared| declared.spec.resources.values().filter(|request| request.id.is_none()).count())
}
