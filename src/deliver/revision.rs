//! One commit as it is delivered: its units with their artifacts, which of them need which, and what their environments
//! ask for.

use super::asked::secrets_asked;
use super::plan::{Compiled, Plannable, by_name};
use super::provider_lock::{self, ProviderLock};
use crate::check::Loaded;
use crate::compile::compile_verified_linked;
use crate::ledger::SecretAsked;
use crate::ledger::UnitName;
use crate::link::Graph;
use crate::model::kinds::environment::{Delivery, Environment, EnvironmentClass};
use crate::model::{Findings, Name, RepoPath};
use crate::read::{Documents, read};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What a commit says.
#[derive(Debug)]
pub struct Revision {
    pub units: Compiled,
    pub environments: BTreeMap<Name, Setting>,
    /// What is asked for with each unit.
    pub secrets: BTreeMap<UnitName, Vec<SecretAsked>>,
    graph: Graph,
    /// Which builds of providers it trusts.
    pub lock: ProviderLock,
}

/// What an environment asks of those who deliver to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub class: EnvironmentClass,
    pub delivery: Delivery,
    pub promotes_from: Option<Name>,
    /// None: there is no cluster, and manifests are brought nowhere.
    pub cluster: Option<Name>,
    /// How many have to approve a change.
    pub approvals: u32,
}

/// A revision, or what is wrong with it.
pub enum Delivered {
    Compiled(Box<Revision>),
    Wrong { findings: Findings, documents: Box<Documents> },
}

impl Setting {
    pub fn of(spec: &Environment) -> Setting {
        Setting {
            class: spec.class,
            delivery: spec.delivery,
            promotes_from: spec.promotes_from.clone(),
            cluster: spec.cluster.clone(),
            approvals: spec.approvals.unwrap_or(0),
        }
    }

    /// As a revision has it, without compiling that. None where it declares no such environment.
    pub fn at(loaded: Loaded, environment: &Name) -> Option<Setting> {
        let documents = read(loaded.snapshot, &mut Findings::default());
        let declared = documents.declarations.environments.iter().find(|one| one.metadata.name == *environment)?;
        Some(Setting::of(&declared.spec))
    }

    /// Whether anything that is merged may be applied there.
    pub fn asks_for_no_approval(&self) -> bool {
        self.class == EnvironmentClass::Development && self.approvals == 0
    }
}

impl Revision {
    /// # Errors
    /// When a unit cannot be written as it was meant, or the lock file of providers cannot be read.
    pub fn of(loaded: Loaded) -> Result<Delivered> {
        let lock = loaded.snapshot.files.get(&RepoPath::literal(provider_lock::FILE));
        let lock = lock.map_or(Ok(ProviderLock::default()), |text| ProviderLock::read(text))?;
        let mut findings = loaded.findings;
        let (documents, graph, units) = compile_verified_linked(loaded.snapshot, &mut findings, &(), Plannable::of)?;
        if findings.has_errors() {
            return Ok(Delivered::Wrong { findings, documents: Box::new(documents) });
        }
        let mut environments = BTreeMap::new();
        // A pattern is nobody's environment: previews are made from it.
        let declared = &documents.declarations.environments;
        let patterns: BTreeSet<&Name> =
            declared.iter().filter(|one| one.spec.preview.is_some()).map(|one| &one.metadata.name).collect();
        let units = units.into_iter().filter(|one: &Plannable| !patterns.contains(&one.unit.id.environment)).collect();
        for declaration in declared.iter().filter(|one| !patterns.contains(&one.metadata.name)) {
            environments.insert(declaration.metadata.name.clone(), Setting::of(&declaration.spec));
        }
        let (units, secrets) = (by_name(units), secrets_asked(&documents));
        Ok(Delivered::Compiled(Box::new(Revision { units, environments, secrets, graph, lock })))
    }

    /// What has to be done before this unit: what its environment needs, what it uses there, and itself in the environment
    /// that its own is promoted from.
    pub fn after(&self, unit: &UnitName) -> BTreeSet<UnitName> {
        let here = |name: &str| UnitName { unit: name.to_owned(), ..unit.clone() };
        let mut after = BTreeSet::new();
        if unit.unit != ENVIRONMENT {
            after.insert(here(ENVIRONMENT));
        }
        if let Some(name) = Name::parse(&unit.unit) {
            after.extend(self.graph.calls.get(&name).into_iter().flatten().map(|callee| here(callee.as_str())));
            let used = self.graph.used_by.iter().filter(|(_, users)| users.contains(&name));
            after.extend(used.map(|(resource, _)| here(&format!("_shared/{resource}"))));
        }
        let before = self.environments.get(&unit.environment).and_then(|setting| setting.promotes_from.clone());
        after.extend(before.map(|environment| UnitName { environment, ..unit.clone() }));
        after.remove(unit);
        after
    }

    /// What goes, goes last: when all that stays no longer uses it; and what an environment needs, behind all the rest.
    pub fn after_going(&self, unit: &UnitName, going: &BTreeSet<UnitName>) -> BTreeSet<UnitName> {
        let is_service = |name: &UnitName| !name.unit.starts_with('_');
        let stays = self.units.keys().filter(|name| name.environment == unit.environment).cloned();
        let others = going.iter().filter(|name| {
            name.environment == unit.environment && is_service(name) && !is_service(unit)
                || name.environment == unit.environment && name.unit != ENVIRONMENT && unit.unit == ENVIRONMENT
        });
        stays.chain(others.cloned()).filter(|name| name != unit).collect()
    }
}

/// The unit of an environment itself.
const ENVIRONMENT: &str = "_environment";
