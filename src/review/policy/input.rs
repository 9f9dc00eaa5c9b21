//! What a policy is asked about: one unit with its declaration, the facts of the catalog around it, and what it compiles
//! into. A published shape, `schemas/policy-input.schema.json`; docs/policies.md explains it.

use super::facts::{CapacityFacts, ChangeFacts, Compared, CostFacts};
use crate::emit::Objects;
use crate::emit::yaml::Tree;
use crate::model::Name;
use crate::model::kinds::{Service, Team};
use crate::provenance::World;
use crate::provision::{EnvironmentFacts, ProvisionedUnit, ResolvedResource, UnitId, UnitKind};
use crate::read::Declared;
use crate::review::capacity::{Demand, demand};
use crate::review::cost::bill;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Which fields of the input some policy reads. The others are not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs(Option<BTreeSet<String>>);

impl Default for Needs {
    fn default() -> Needs {
        Needs(Some(BTreeSet::new()))
    }
}

impl Needs {
    /// What all of them read together; everything, when one of them reads everything.
    pub fn of<'n>(reads: impl Iterator<Item = Option<&'n BTreeSet<String>>>) -> Needs {
        let mut all = BTreeSet::new();
        for read in reads {
            match read {
                Some(fields) => all.extend(fields.iter().cloned()),
                None => return Needs(None),
            }
        }
        Needs(Some(all))
    }

    /// Everything.
    pub fn everything() -> Needs {
        Needs(None)
    }

    pub fn has(&self, field: &str) -> bool {
        self.0.as_ref().is_none_or(|fields| fields.contains(field))
    }

    fn then<T>(&self, field: &str, make: impl FnOnce() -> T) -> Option<T> {
        self.has(field).then(make)
    }
}

/// The input of a policy.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Input of a Pavior policy")]
pub struct Input<'u> {
    /// What is judged.
    pub unit: UnitFacts,
    /// The declaration as written, defaults filled in: `kind`, `metadata`, `spec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declaration: Option<Value>,
    /// The environment: `name`, `namespace`, and the fields of its `spec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Value>,
    /// The team that owns the unit: `name`, and the fields of its `spec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Value>,
    /// Services that this one depends on, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<BTreeMap<Name, Neighbour>>,
    /// Services that depend on this one, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependents: Option<BTreeMap<Name, Neighbour>>,
    /// The secret requests of this service for this environment, by name: the fields of their `spec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets: Option<BTreeMap<Name, Value>>,
    /// What runs, after defaults and the settings of the environment. Absent where nothing runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadFacts>,
    /// The resources that the unit has or uses, by their name in the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<BTreeMap<Name, ResourceFacts>>,
    /// The compiled Kubernetes objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<Value>>")]
    pub manifests: Option<&'u [Tree]>,
    /// The compiled Terraform module calls, by label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terraform: Option<BTreeMap<String, ModuleFacts>>,
    /// What the change does to the unit. Only in the review of a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeFacts>,
    /// What the unit costs a month at list price. Absent for an environment itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostFacts>,
    /// What the unit takes of its cluster, and what there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityFacts>,
}

/// What is judged.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitFacts {
    /// The folder of its artifacts: `production/cartservice`.
    pub id: String,
    pub name: Name,
    /// `service`, `shared-resource` or `environment`.
    pub kind: &'static str,
    pub environment: Name,
    /// Absent for an environment itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// `critical`, `important` or `supporting`. Absent for an environment itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<&'static str>,
}

/// A service that calls or is called.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Neighbour {
    pub tier: &'static str,
    pub lifecycle: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// The laws and standards its data is under.
    pub compliance: Value,
}

/// What runs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadFacts {
    /// `service`, `worker`, `cron`, `job` or `static`.
    pub kind: Value,
    /// `min` and `max`.
    pub replicas: BTreeMap<&'static str, i32>,
    /// Where people read what to do when it is ill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Images by container.
    pub images: BTreeMap<Name, String>,
}

/// A resource with its params evaluated.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceFacts {
    /// The resource type.
    #[serde(rename = "type")]
    pub kind: Name,
    pub class: Name,
    pub params: Map<String, Value>,
    /// False for a shared resource that another unit realises.
    pub own: bool,
}

/// A call of a Terraform module.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModuleFacts {
    /// The folder of the module: `<type>-<provider>`.
    pub module: String,
    pub variables: Map<String, Value>,
}

/// How what is asked about stands to base.
#[derive(Debug, Clone, Copy)]
pub enum Standing<'c> {
    /// There is none.
    Alone,
    Compared(&'c Compared),
    /// It is only there, and goes.
    Goes(&'c ChangeFacts),
}

impl Standing<'_> {
    fn change(&self) -> Option<ChangeFacts> {
        match self {
            Standing::Alone => None,
            Standing::Compared(compared) => compared.change.clone(),
            Standing::Goes(change) => Some((*change).clone()),
        }
    }

    fn cost(&self, unit: &ProvisionedUnit<'_>) -> CostFacts {
        let own = bill(unit);
        match self {
            Standing::Alone => CostFacts::of(&own),
            Standing::Compared(compared) => CostFacts::compared(compared.bill.as_ref(), Some(&own)),
            Standing::Goes(_) => CostFacts::compared(Some(&own), None),
        }
    }

    fn capacity(&self, own: Demand, environment: &EnvironmentFacts<'_>) -> CapacityFacts {
        let (base, head) = match self {
            Standing::Alone => (None, own),
            Standing::Compared(compared) => (Some(compared.demand), own),
            Standing::Goes(_) => (Some(own), Demand::default()),
        };
        CapacityFacts::of(base, head, environment.spec.capacity.as_ref())
    }
}

/// The input of a service or a shared resource.
pub fn of_unit<'u>(
    world: World<'_>,
    unit: &ProvisionedUnit<'_>,
    objects: &'u Objects,
    needs: &Needs,
    standing: Standing<'_>,
) -> Input<'u> {
    let catalog = world.catalog;
    let service = catalog.services.get(&unit.id.name).filter(|_| unit.id.kind == UnitKind::Service).copied();
    let declaration = || match service {
        Some(service) => declared("Service", &service.metadata, &service.spec),
        None => catalog
            .resources
            .get(&unit.id.name)
            .map_or(Value::Null, |resource| declared("Resource", &resource.metadata, &resource.spec)),
    };
    let neighbours = |names: Option<&BTreeSet<Name>>| {
        let known = names.into_iter().flatten().filter_map(|name| catalog.services.get(name));
        known.map(|service| (service.metadata.name.clone(), Neighbour::of(service))).collect()
    };
    let (calls, callers) = match unit.id.kind {
        UnitKind::Service => (catalog.graph.calls.get(&unit.id.name), catalog.graph.called_by.get(&unit.id.name)),
        UnitKind::SharedResource | UnitKind::Environment => (None, catalog.graph.used_by.get(&unit.id.name)),
    };
    let secrets = || {
        let wanted = catalog.secret_requests.values().filter(|request| {
            request.spec.service == unit.id.name
                && service.is_some()
                && request.spec.environments.contains(&unit.id.environment)
        });
        wanted.map(|request| (request.metadata.name.clone(), json!(request.spec))).collect()
    };
    let modules = || {
        let own = unit.resources.iter().filter(|resource| resource.own);
        own.filter_map(|resource| resource.terraform.as_ref()).map(|call| {
            let variables = call.variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            (call.label.clone(), ModuleFacts { module: call.folder.clone(), variables })
        })
    };
    Input {
        unit: UnitFacts { owner: Some(unit.owner.clone()), tier: Some(unit.tier.as_str()), ..UnitFacts::of(&unit.id) },
        declaration: needs.then("declaration", declaration),
        environment: needs.then("environment", || environment_of(world, &unit.environment)),
        owner: needs.then("owner", || owner_of(catalog.teams.get(&unit.owner).copied())),
        dependencies: needs.then("dependencies", || neighbours(calls)),
        dependents: needs.then("dependents", || neighbours(callers)),
        secrets: needs.then("secrets", secrets),
        workload: unit.workload.as_ref().filter(|_| needs.has("workload")).map(|plan| WorkloadFacts {
            kind: json!(plan.kind),
            replicas: [("min", plan.replicas.min), ("max", plan.replicas.max)].into(),
            runbook: plan.runbook.clone(),
            images: plan.containers.iter().map(|(name, container)| (name.clone(), container.image.clone())).collect(),
        }),
        resources: needs.then("resources", || {
            unit.resources.iter().map(|resource| (resource.local.clone(), ResourceFacts::of(resource))).collect()
        }),
        manifests: needs.then("manifests", || objects.running.as_slice()),
        terraform: needs.then("terraform", || modules().collect()),
        change: standing.change().filter(|_| needs.has("change")),
        cost: needs.then("cost", || standing.cost(unit)),
        capacity: needs.then("capacity", || standing.capacity(demand(unit), &unit.environment)),
    }
}

/// The input of what an environment itself needs.
pub fn of_environment<'u>(
    world: World<'_>,
    facts: &EnvironmentFacts<'_>,
    objects: &'u Objects,
    needs: &Needs,
    standing: Standing<'_>,
) -> Input<'u> {
    let id = UnitId { environment: facts.name.clone(), kind: UnitKind::Environment, name: facts.name.clone() };
    let declaration = || {
        let environment = world.catalog.environments.get(&facts.name);
        environment.map_or(Value::Null, |one| declared("Environment", &one.metadata, &one.spec))
    };
    Input {
        unit: UnitFacts::of(&id),
        declaration: needs.then("declaration", declaration),
        environment: needs.then("environment", || environment_of(world, facts)),
        owner: None,
        dependencies: needs.then("dependencies", BTreeMap::new),
        dependents: needs.then("dependents", BTreeMap::new),
        secrets: needs.then("secrets", BTreeMap::new),
        workload: None,
        resources: needs.then("resources", BTreeMap::new),
        manifests: needs.then("manifests", || objects.running.as_slice()),
        terraform: needs.then("terraform", BTreeMap::new),
        change: standing.change().filter(|_| needs.has("change")),
        cost: None,
        capacity: needs.then("capacity", || standing.capacity(Demand::default(), facts)),
    }
}

/// The JSON Schema of what policies are asked about.
pub fn input_schema() -> Value {
    let mut schema = schemars::schema_for!(Input<'static>).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/policy-input.schema.json");
    schema
}

impl Input<'_> {
    pub fn into_value(self) -> Value {
        serde_json::to_value(self).expect("names and texts are keys, and numbers finite")
    }
}

impl UnitFacts {
    fn of(id: &UnitId) -> UnitFacts {
        UnitFacts {
            id: id.folder(),
            name: id.name.clone(),
            kind: match id.kind {
                UnitKind::Environment => "environment",
                UnitKind::Service => "service",
                UnitKind::SharedResource => "shared-resource",
            },
            environment: id.environment.clone(),
            owner: None,
            tier: None,
        }
    }
}

impl Neighbour {
    fn of(service: &Declared<Service>) -> Neighbour {
        Neighbour {
            tier: service.spec.tier.as_str(),
            lifecycle: json!(service.spec.lifecycle),
            owner: service.metadata.owner.clone(),
            compliance: json!(service.spec.compliance),
        }
    }
}

impl ResourceFacts {
    fn of(resource: &ResolvedResource) -> ResourceFacts {
        ResourceFacts {
            kind: resource.kind.clone(),
            class: resource.class.clone(),
            params: resource.params.clone(),
            own: resource.own,
        }
    }
}

fn declared(kind: &str, metadata: &impl Serialize, spec: &impl Serialize) -> Value {
    json!({ "kind": kind, "metadata": metadata, "spec": spec })
}

fn environment_of(world: World<'_>, facts: &EnvironmentFacts<'_>) -> Value {
    let mut value = json!(facts.spec);
    value["name"] = json!(facts.name);
    value["namespace"] = json!(facts.namespace);
    value["organisation"] = json!(world.catalog.organisation());
    value
}

fn owner_of(team: Option<&Declared<Team>>) -> Value {
    let Some(team) = team else { return json!({}) };
    let mut value = json!(team.spec);
    value["name"] = json!(team.metadata.name);
    value
}
