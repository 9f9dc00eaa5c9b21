//! `Service`: something that runs, with all that it needs and promises.

use super::Link;
use super::keys;
use super::observability::Metrics;
use super::workload::{ComputeAmounts, Container, ContainerResources, ResourceRequest, ServicePorts};
use crate::model::{Duration, HttpsUrl, Name, Percent, SmallMap};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A workload with its owner, promises, needs and per-environment settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// How much hurts when it is down.
    #[serde(default)]
    pub tier: Tier,
    /// How far along it is.
    #[serde(default)]
    pub lifecycle: Lifecycle,
    /// The larger whole that it is a part of, as Backstage has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Name>,
    /// Where its source code is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<HttpsUrl>,
    /// Its runbook, decisions, API definitions and other documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub docs: Vec<Document>,
    /// Where else to look: dashboards, design, tickets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What law or standard its data is under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub compliance: Vec<Compliance>,
    /// The template it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub golden_path: Option<GoldenPathUse>,
    /// The APIs it provides and consumes.
    #[serde(default, skip_serializing_if = "Apis::is_empty")]
    pub apis: Apis,
    /// What its callers can rely on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo: Option<Slo>,
    /// Where its own metrics are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
    /// What kind of thing runs.
    #[serde(default)]
    pub workload: Workload,
    /// When it runs, for `workload: cron`: five cron fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// A Score file with the workload, relative to this file: in place of `containers`, `service` and `resources`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub score: Option<String>,
    /// The containers, by name; the first is the main one. Needed, unless `score` names a file that has them.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(extend("minProperties" = 1, "maxProperties" = 20))]
    pub containers: SmallMap<Name, Container>,
    /// The ports that other services call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServicePorts>,
    /// What it asks the platform for.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub resources: SmallMap<Name, ResourceRequest>,
    /// Services it needs that no placeholder shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub depends_on: Vec<Name>,
    /// Work beside the main workload: migrations before a deployment, scheduled clean-ups.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub jobs: SmallMap<Name, Job>,
    /// How many replicas run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
    /// How many replicas may be away at once when nodes are drained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disruption: Option<Disruption>,
    /// Hosts outside the cluster that it calls: nothing else outside is reachable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<Egress>,
    /// How it takes part in previews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewUse>,
    /// Its former name; keeps its data when it is renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Name>,
    /// What differs per environment.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub environments: SmallMap<Name, EnvironmentSettings>,
}

/// How much hurts when a service is down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Nobody outside notices for a day.
    #[default]
    Supporting,
    /// Users notice within the hour.
    Important,
    /// The business stops.
    Critical,
}

impl Tier {
    /// As it stands behind `tier:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Supporting => "supporting",
            Tier::Important => "important",
            Tier::Critical => "critical",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lifecycle {
    /// May change or go any day.
    Experimental,
    /// Others may depend on it.
    #[default]
    Production,
    /// Still runs, but nothing new should depend on it.
    Deprecated,
}

/// What kind of thing runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// Answers requests.
    #[default]
    Service,
    /// Runs all the time and answers nobody.
    Worker,
    /// Runs by the clock.
    Cron,
    /// Runs once per deployment.
    Job,
    /// A web server with files.
    Static,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compliance {
    /// Personal data of people in the European Union.
    Gdpr,
    /// Card data.
    Pci,
    /// Health data.
    Hipaa,
    /// In scope of the SOC 2 audit.
    Soc2,
}

/// A document: in the source repository (`path`) or elsewhere (`url`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// What the document is.
    pub kind: DocumentKind,
    /// The language of an API definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ApiFormat>,
    /// A path in the repository of `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<HttpsUrl>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// Where to start.
    Readme,
    /// What to do when it is ill.
    Runbook,
    /// An architecture decision record, or a folder of them.
    Adr,
    /// An API definition.
    Api,
    /// How it is doing.
    Dashboard,
    /// Anything else.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApiFormat {
    /// OpenAPI.
    Openapi,
    /// Protocol buffers.
    Grpc,
    /// GraphQL.
    Graphql,
    /// AsyncAPI.
    Asyncapi,
}

/// The golden path a service follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldenPathUse {
    /// The golden path's name.
    pub name: Name,
    /// `major.minor.patch`
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+\.[0-9]+$"))]
    #[schemars(extend("patternErrorMessage" = "a version has three numbers with dots between, such as `1.4.0`"))]
    pub version: String,
}

/// The APIs of a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Apis {
    /// APIs that others may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<Api>,
    /// Names of APIs that other services provide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub consumes: Vec<Name>,
}

impl Apis {
    pub fn is_empty(&self) -> bool {
        self.provides.is_empty() && self.consumes.is_empty()
    }
}

/// An API that a service provides. Its name is unique in the catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Api {
    /// The API's name, unique in the catalog.
    pub name: Name,
    /// The language of its definition.
    pub format: ApiFormat,
    /// The definition's path in the repository of `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A promise to callers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Slo {
    /// The share of requests that succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Percent>,
    /// Response times by percentile.
    #[serde(default, skip_serializing_if = "Latency::is_empty")]
    pub latency: Latency,
    /// What the promise is counted over; default 30d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Duration>,
}

/// Response times by percentile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Latency {
    /// Half of all requests are answered in this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<Duration>,
    /// Nine of ten requests are answered in this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<Duration>,
    /// Nineteen of twenty requests are answered in this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<Duration>,
    /// All but one request of a hundred are answered in this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<Duration>,
}

impl Latency {
    pub fn is_empty(&self) -> bool {
        self.p50.is_none() && self.p90.is_none() && self.p95.is_none() && self.p99.is_none()
    }
}

/// Five cron fields and the zone they are read in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// minute hour day-of-month month day-of-week, such as `0 3 * * *`.
    #[schemars(length(min = 9, max = 100))]
    pub cron: String,
    /// An IANA time zone; default UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"), length(max = 64))]
    #[schemars(extend("patternErrorMessage" = "a time zone is named as IANA does, such as `Europe/Berlin`"))]
    pub time_zone: Option<String>,
}

/// Work beside the main workload. Without a schedule it runs before each deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Job {
    /// When it runs; without it: before each deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// The container whose image, variables and files it takes; default the main one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Name>,
    /// Replaces the image's entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Replaces the image's arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// CPU and memory.
    #[serde(default, skip_serializing_if = "ContainerResources::is_empty")]
    pub resources: ContainerResources,
    /// Tries before it counts as failed; default 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 20))]
    pub retries: Option<i32>,
    /// How long it may take; default 1h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// How many replicas. `min` equal to `max` means no autoscaling.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scaling {
    /// Default 2 where the environment is of class `production`, else 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1000))]
    pub min: Option<i32>,
    /// Default `min`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub max: Option<i32>,
    /// Share of the requested CPU at which replicas are added; default 70%.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Percent>,
    /// Share of the requested memory at which replicas are added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Percent>,
    /// How many replicas to count on when its cost is estimated; default half-way between `min` and `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1000))]
    pub expected: Option<i32>,
}

/// How many replicas may be away at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disruption {
    /// How many replicas may be away at the same time.
    #[schemars(range(min = 1, max = 1000))]
    pub max_unavailable: i32,
}

/// A host outside the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Egress {
    /// An address range such as `203.0.113.0/24`. Names cannot be matched by network policies.
    #[schemars(length(min = 1, max = 64))]
    pub cidr: String,
    /// The port it listens on.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    /// Why it is called.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// How a service takes part in previews.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewUse {
    /// Whether a preview starts it at all.
    #[serde(default = "super::yes")]
    pub enabled: bool,
    /// What its datastores hold in a preview.
    #[serde(default)]
    pub data: PreviewData,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreviewData {
    /// Nothing.
    #[default]
    Empty,
    /// Filled by the service's job named `seed`.
    Seed,
}

/// What differs in one environment. Everything is typed; there are no free merges.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentSettings {
    /// Whether it runs there at all; default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Field by field in place of `scaling`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
    /// In place of `schedule`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What differs per container.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub containers: SmallMap<Name, ContainerSettings>,
    /// What differs per resource.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub resources: SmallMap<Name, ResourceSettings>,
}

/// What differs for one container in one environment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerSettings {
    /// In place of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512))]
    pub image: Option<String>,
    /// Added to the container's variables; the same name replaces.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::variable_names(), "maxProperties" = 500))]
    pub variables: SmallMap<String, String>,
    /// In place of `resources.requests`, field by field.
    #[serde(default, skip_serializing_if = "ComputeAmounts::is_empty")]
    pub requests: ComputeAmounts,
    /// In place of `resources.limits`, field by field.
    #[serde(default, skip_serializing_if = "ComputeAmounts::is_empty")]
    pub limits: ComputeAmounts,
}

/// What differs for one resource in one environment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceSettings {
    /// In place of the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Name>,
    /// Added to the resource's params; the same name replaces.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub params: serde_json::Map<String, serde_json::Value>,
    /// How much of it a month uses, in place of what the type assumes; for its price alone.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(schema_with = "keys::usage")]
    pub usage: SmallMap<String, u64>,
}
