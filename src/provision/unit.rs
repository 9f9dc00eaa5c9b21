//! What provisioning gives: a unit with every value known, the input of `emit`.

use crate::link::PriceList;
use crate::model::kinds::environment::Environment;
use crate::model::kinds::observability::Metrics;
use crate::model::kinds::resource_type::{Access, EgressTarget, Grant, Reversibility};
use crate::model::kinds::service::{Disruption, Egress, Job, PreviewUse, Schedule, Slo, Tier, Workload};
use crate::model::kinds::workload::{Before, Probe, Protocol, ServicePort};
use crate::model::{Name, PriceUnit, SmallMap};
use crate::read::Place;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One service or shared resource in one environment: the atom of everything that follows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId {
    pub environment: Name,
    pub kind: UnitKind,
    pub name: Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// What an environment itself needs: namespace, quota, default-deny policies.
    Environment,
    Service,
    SharedResource,
}

impl UnitId {
    /// The folder of its artifacts below the output folder.
    pub fn folder(&self) -> String {
        match self.kind {
            UnitKind::Environment => format!("{}/_environment", self.environment),
            UnitKind::Service => format!("{}/{}", self.environment, self.name),
            UnitKind::SharedResource => format!("{}/_shared/{}", self.environment, self.name),
        }
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.folder())
    }
}

/// What emitters need to know of the environment.
#[derive(Debug, Clone)]
pub struct EnvironmentFacts<'d> {
    pub organisation: String,
    pub name: Name,
    pub namespace: Name,
    pub spec: &'d Environment,
    /// Labels of the platform, for every object.
    pub labels: BTreeMap<String, String>,
    /// What things cost here.
    pub prices: PriceList,
}

impl EnvironmentFacts<'_> {
    /// Where a load balancer that is no pod forwards requests from.
    pub fn gateway_cidrs(&self) -> impl Iterator<Item = &String> {
        let public = self.spec.aws.iter().flat_map(|aws| &aws.public_cidrs);
        self.private_cidrs().iter().chain(public)
    }

    /// The private address ranges of the provider's network; empty where none is known.
    pub fn private_cidrs(&self) -> &[String] {
        match (&self.spec.aws, &self.spec.gcp) {
            (Some(aws), _) => &aws.private_cidrs,
            (None, Some(gcp)) => &gcp.private_cidrs,
            (None, None) => &[],
        }
    }
}

/// A unit with every value known.
#[derive(Debug, Clone)]
pub struct ProvisionedUnit<'d> {
    pub id: UnitId,
    /// The name that its own resources are known by: its own, or its former one while `renamedFrom` stands.
    pub identity: Name,
    pub environment: std::sync::Arc<EnvironmentFacts<'d>>,
    pub owner: Name,
    pub tier: Tier,
    /// None for a shared resource.
    pub workload: Option<WorkloadPlan>,
    /// Own resources are realised in this unit; used ones only referred to.
    pub resources: Vec<ResolvedResource>,
    /// Hashes of the names and addresses that no other unit may have, sorted.
    pub claims: Vec<u64>,
}

impl ProvisionedUnit<'_> {
    /// Where its Terraform state is, below the organisation's: it stays where it is when the unit is renamed.
    pub fn state_folder(&self) -> String {
        UnitId { name: self.identity.clone(), ..self.id.clone() }.folder()
    }
}

/// What runs.
#[derive(Debug, Clone)]
pub struct WorkloadPlan {
    pub kind: Workload,
    /// User labels and annotations are not identity: they go on objects, never into selectors.
    pub labels: SmallMap<String, String>,
    pub containers: IndexMap<Name, ContainerPlan>,
    pub ports: SmallMap<Name, ServicePort>,
    pub schedule: Option<Schedule>,
    pub jobs: SmallMap<Name, Job>,
    /// Defaults applied: `min <= max`.
    pub replicas: Replicas,
    /// How many replicas its team counts on, where it says so.
    pub expected_replicas: Option<i32>,
    pub disruption: Option<Disruption>,
    pub egress: Vec<Egress>,
    pub preview: Option<PreviewUse>,
    /// Called services -> container ports that they listen on.
    pub calls: BTreeMap<Name, BTreeSet<(Protocol, i32)>>,
    /// Of the called services those that an environment lends to a preview, and in which namespace they are.
    pub lent: BTreeMap<Name, Name>,
    /// Calling services.
    pub called_by: BTreeSet<Name>,
    /// Whether previews call it, too.
    pub is_lent: bool,
    pub metrics: Option<Metrics>,
    pub slo: Option<Slo>,
    /// Where people read what to do when it is ill.
    pub runbook: Option<String>,
}

/// Fixed when `min == max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    pub min: i32,
    pub max: i32,
    /// Whole percents of the request.
    pub cpu: Option<i32>,
    pub memory: Option<i32>,
}

/// A container with every value known.
#[derive(Debug, Clone)]
pub struct ContainerPlan {
    pub image: String,
    pub command: Vec<String>,
    pub args: Vec<String>,
    /// In order: what a later one refers to by `$(NAME)` stands before it.
    pub environment: Vec<EnvironmentVariable>,
    pub files: IndexMap<String, FilePlan>,
    pub volumes: IndexMap<String, VolumePlan>,
    /// Quantities as text: cpu and memory, requests and limits, all set.
    pub requests: BTreeMap<String, String>,
    pub limits: BTreeMap<String, String>,
    pub liveness_probe: Option<Box<Probe>>,
    pub readiness_probe: Option<Box<Probe>>,
    pub startup_probe: Option<Box<Probe>>,
    pub before: SmallMap<Name, Before>,
    pub user: i64,
    pub writable: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentVariable {
    pub name: String,
    pub value: VariableValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableValue {
    /// Ready for Kubernetes: a `$(NAME)` in it refers to an earlier variable, a literal `$(` is already `$$(`.
    Text(String),
    /// A key of a Kubernetes Secret.
    Secret { name: String, key: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlan {
    pub content: FileContent,
    /// As given, octal.
    pub mode: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    Text(String),
    /// Base64.
    Binary(String),
    /// Text with values that are known only in the cluster: an ExternalSecret renders it.
    Secret(Vec<SecretTextPart>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretTextPart {
    Text(String),
    Output { resource: Name, output: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumePlan {
    /// The local name of the resource.
    pub resource: Name,
    pub path: Option<String>,
    pub read_only: bool,
}

/// A resource with every expression evaluated.
#[derive(Debug, Clone)]
pub struct ResolvedResource {
    /// Its name inside the unit.
    pub local: Name,
    /// Where it was asked for; for what nobody asks for, the name of the service that has it.
    pub asked: Place,
    /// The provisioner that realises it, in its resource type.
    pub provisioner: Place,
    /// Its own name: `<service>-<local>`, or the id of a shared one.
    pub name: String,
    pub kind: Name,
    pub class: Name,
    pub params: Map<String, Value>,
    /// False for a shared resource that another unit realises: no Terraform, manifests or claim then.
    pub own: bool,
    pub outputs: IndexMap<String, Output>,
    /// Outputs that this unit's placeholders use; only those are fetched.
    pub used_outputs: BTreeSet<String>,
    /// The Kubernetes Secret that carries outputs from the secret store to the workload.
    pub secret_name: String,
    pub terraform: Option<ModuleCall>,
    pub manifests: Vec<Map<String, Value>>,
    pub claim: Option<Map<String, Value>>,
    pub egress: Vec<(EgressTarget, i32)>,
    /// Container ports that the environment's gateway reaches.
    pub gateway_ports: Vec<i32>,
    pub grants: Vec<Grant>,
    pub cost: Vec<CostLine>,
    pub capacity: BTreeMap<String, String>,
    pub access: Option<Access>,
    pub reversibility: IndexMap<String, Reversibility>,
}

impl ResolvedResource {
    /// Whether it is a volume that one pod alone may write to at a time.
    pub fn is_written_by_one(&self) -> bool {
        self.claim.as_ref().is_some_and(|claim| {
            let modes = claim.get("accessModes").and_then(Value::as_array);
            !modes.is_some_and(|modes| modes.iter().any(|mode| mode == "ReadWriteMany"))
        })
    }
}

/// Where an output is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    Plain(String),
    /// In the secret store.
    Store {
        path: String,
        property: Option<String>,
    },
    /// In a Kubernetes Secret that exists.
    Secret {
        name: String,
        key: String,
    },
}

/// A call of a Terraform module.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleCall {
    /// The label of the `module` block.
    pub label: String,
    /// The folder under `modules/`: `<type>-<provider folder>`.
    pub folder: String,
    /// Files of the module: name and text.
    pub files: std::sync::Arc<BTreeMap<String, std::sync::Arc<str>>>,
    pub variables: IndexMap<String, Value>,
}

/// One evaluated line of the bill.
#[derive(Debug, Clone, PartialEq)]
pub struct CostLine {
    pub sku: String,
    /// In millionths.
    pub quantity: i64,
    pub unit: PriceUnit,
    pub assumption: Option<String>,
}
