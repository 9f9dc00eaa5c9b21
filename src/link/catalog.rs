//! The catalog: all declarations of a repository, linked. Output of `link`, input of `provision`.

use super::graph::Graph;
use super::placeholder::Template;
use super::prices::Prices;
use crate::model::kinds::environment::{Environment, EnvironmentType};
use crate::model::kinds::service::{EnvironmentSettings, Job, Scaling, Schedule, Service, Tier};
use crate::model::kinds::workload::{ComputeAmounts, Container};
use crate::model::kinds::{Platform, Resource, ResourceType, SecretRequest, Team};
use crate::model::{Name, SmallMap};
use crate::read::{Declared, Place};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Everything by name, plus the graph and the units that are to be compiled.
#[derive(Debug, Clone, Default)]
pub struct Catalog<'d> {
    pub platform: Option<&'d Declared<Platform>>,
    pub teams: BTreeMap<&'d Name, &'d Declared<Team>>,
    pub environments: BTreeMap<&'d Name, &'d Declared<Environment>>,
    pub services: BTreeMap<&'d Name, &'d Declared<Service>>,
    pub resources: BTreeMap<&'d Name, &'d Declared<Resource>>,
    pub resource_types: BTreeMap<&'d Name, &'d Declared<ResourceType>>,
    pub secret_requests: BTreeMap<&'d Name, &'d Declared<SecretRequest>>,
    pub prices: Prices<'d>,
    pub graph: Graph,
    /// By environment, services before shared resources, by name. Only units whose declarations have no error.
    pub units: Vec<Unit<'d>>,
}

impl Catalog<'_> {
    /// The organisation's short name; `org` where no platform file says.
    pub fn organisation(&self) -> &str {
        self.platform.map_or("org", |platform| platform.spec.organisation.as_str())
    }
}

/// One service, or one shared resource, in one environment.
#[derive(Debug, Clone)]
pub struct Unit<'d> {
    pub environment: &'d Declared<Environment>,
    /// The name of the service or of the shared resource.
    pub name: Name,
    pub owner: Name,
    pub tier: Tier,
    /// None for a shared resource.
    pub service: Option<ServiceUnit<'d>>,
    /// A service's own and shared resources; a shared resource's single one. In the order of the declaration.
    pub resources: Vec<UnitResource<'d>>,
}

impl Unit<'_> {
    pub fn is_preview(&self) -> bool {
        self.environment.spec.kind == EnvironmentType::Preview
    }
}

/// A service with an environment's settings applied.
#[derive(Debug, Clone)]
pub struct ServiceUnit<'d> {
    pub declared: &'d Declared<Service>,
    /// What it sets for this environment.
    pub settings: Option<&'d EnvironmentSettings>,
    pub scaling: Scaling,
    pub schedule: Option<&'d Schedule>,
    pub jobs: &'d SmallMap<Name, Job>,
    /// Services it calls that run in this environment or in one that it shares, by name.
    pub calls: Box<[Callee<'d>]>,
    /// Services that call it and run in this environment, by name.
    pub called_by: Box<[&'d Name]>,
    /// Whether previews call it, too: a pattern of previews shares this environment.
    pub is_lent: bool,
    /// Secret requests of this service for this environment.
    pub secrets: Vec<&'d Declared<SecretRequest>>,
}

/// A service that is called.
#[derive(Debug, Clone)]
pub struct Callee<'d> {
    pub name: &'d Name,
    /// Those of its ports that are used, by name; none: all.
    pub ports: Box<[&'d Name]>,
    /// Whose it is: an environment that a preview shares. None: of this one.
    pub lent_by: Option<&'d Declared<Environment>>,
}

/// A container with an environment's settings applied and its templates parsed.
#[derive(Debug, Clone)]
pub struct UnitContainer<'d> {
    pub declared: &'d Container,
    pub image: &'d str,
    pub variables: IndexMap<String, Template>,
    /// By path; None for binary content and for `noExpand`.
    pub files: IndexMap<String, Option<Template>>,
    /// Mount path -> name of the resource.
    pub volumes: IndexMap<String, Name>,
    pub requests: ComputeAmounts,
    pub limits: ComputeAmounts,
}

/// A resource that a unit has or uses.
#[derive(Debug, Clone)]
pub struct UnitResource<'d> {
    /// Its name inside the service; for a shared resource's own unit, its id.
    pub local: Name,
    pub kind: &'d Declared<ResourceType>,
    pub class: Name,
    /// As given by the user, environment settings applied; strings may hold placeholders.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// What it is said to use a month, environment settings applied.
    pub usage: SmallMap<String, u64>,
    /// The id when it is shared.
    pub shared: Option<Name>,
    /// Where it was asked for.
    pub place: Place,
}
