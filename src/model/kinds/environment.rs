//! `Environment`: a place to run.

use super::budget::Budgeting;
use super::observability::Observability;
use super::resource_type::Provider;
use crate::model::{Date, Duration, Money, Name, Quantity, SmallMap, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A place where units run, with its limits and guards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// Permanent, or the pattern from which each pull request's own is made.
    #[serde(default, rename = "type")]
    pub kind: EnvironmentType,
    /// How careful to be: defaults of replicas and protection follow from it.
    pub class: EnvironmentClass,
    /// Who realises resources here.
    pub provider: Provider,
    /// The provider's region, such as `eu-central-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[a-z]{2,}-[a-z]+-?[0-9][a-z]?$"))]
    #[schemars(extend("patternErrorMessage" = "a region is written as the provider names it, such as `eu-central-1` or `europe-west3`"))]
    pub region: Option<String>,
    /// The Kubernetes cluster's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Name>,
    /// The Kubernetes namespace; default the environment's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Name>,
    /// The domain under which its routes live.
    #[schemars(
        regex(pattern = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
        length(max = 200)
    )]
    #[schemars(extend("patternErrorMessage" = "a domain has lower-case labels with dots between, such as `staging.boutique.example`"))]
    pub domain: String,
    /// The environment a change has to be healthy in first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotes_from: Option<Name>,
    /// Approvals that any change here needs on top of the owners'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub approvals: Option<u32>,
    /// When nothing is applied here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freeze_windows: Vec<FreezeWindow>,
    /// What the cluster has for us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// What everything here together may cost a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_budget: Option<Money>,
    /// How that budget is kept, and the daily one of a preview.
    #[serde(default)]
    pub budget: Budgeting,
    /// Where External Secrets reads values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_store: Option<SecretStore>,
    #[serde(default)]
    pub delivery: Delivery,
    /// What to ask of container images here.
    #[serde(default)]
    pub images: ImagePolicy,
    /// Guards of data. Every default is the safe one.
    #[serde(default)]
    pub protection: Protection,
    /// How traffic from outside comes in.
    #[serde(default)]
    pub gateway: Gateway,
    /// Who watches what runs here.
    #[serde(default)]
    pub observability: Observability,
    /// The storage class of volumes; default the provider's encrypted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<Name>,
    #[serde(default)]
    pub terraform: TerraformSettings,
    /// For `provider: aws`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws: Option<Aws>,
    /// For `provider: gcp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gcp: Option<Gcp>,
    /// For `type: preview`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewSettings>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentType {
    /// Always there.
    #[default]
    Permanent,
    /// Made for a pull request, and gone with it.
    Preview,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentClass {
    /// Users depend on it.
    Production,
    /// As production, for ourselves.
    Staging,
    /// May break.
    Development,
}

impl EnvironmentClass {
    /// As it stands behind `class:`.
    pub fn as_str(self) -> &'static str {
        match self {
            EnvironmentClass::Production => "production",
            EnvironmentClass::Staging => "staging",
            EnvironmentClass::Development => "development",
        }
    }
}

/// A span of days in which nothing is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FreezeWindow {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Why, for those who have to wait.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// What a cluster has for us. Becomes the namespace's quota.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capacity {
    /// Cores of all nodes together, such as `64`.
    pub cpu: Quantity,
    /// Memory of all nodes together, such as `256Gi`.
    pub memory: Quantity,
    /// How many pods may run.
    #[schemars(range(min = 1, max = 150000))]
    pub pods: u32,
    /// Storage of all volumes together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Quantity>,
}

/// A store of External Secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretStore {
    /// The store's name in the cluster.
    pub name: Name,
    /// Whether the store is there for the whole cluster or for one namespace.
    #[serde(default)]
    pub kind: SecretStoreKind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SecretStoreKind {
    /// There for the whole cluster.
    #[default]
    ClusterSecretStore,
    /// There for one namespace.
    SecretStore,
}

/// Who brings manifests into the cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// Pavior applies.
    #[default]
    Direct,
    /// Argo CD applies what Pavior renders.
    Argocd,
    /// Flux applies what Pavior renders.
    Flux,
}

impl Delivery {
    /// The engine that delivers; None where Pavior itself does.
    pub fn engine(self) -> Option<&'static str> {
        match self {
            Delivery::Direct => None,
            Delivery::Argocd => Some("Argo CD"),
            Delivery::Flux => Some("Flux"),
        }
    }
}

/// What is asked of container images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImagePolicy {
    /// Whether every image has to be pinned by digest.
    #[serde(default)]
    pub digests: DigestPolicy,
    /// Registries (with path prefixes) that images may come from; empty means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub registries: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DigestPolicy {
    /// A tag is enough.
    #[default]
    Optional,
    /// Every image names its digest.
    Required,
}

/// Guards of data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Protection {
    /// Datastores refuse to be deleted.
    pub deletion_protection: bool,
    /// How long backups are kept.
    #[schemars(range(min = 1, max = 35))]
    pub backup_retention_days: u32,
    /// Datastores stand in more than one zone.
    pub multi_zone: bool,
    /// A datastore that goes leaves a last snapshot.
    pub final_snapshot: bool,
}

impl Default for Protection {
    fn default() -> Protection {
        Protection { deletion_protection: true, backup_retention_days: 30, multi_zone: true, final_snapshot: true }
    }
}

/// How traffic from outside comes in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Gateway {
    /// The ingress class of public routes.
    pub class: Name,
    /// The ingress class of routes that only the organisation reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_class: Option<Name>,
    /// The namespace whose pods forward traffic. Load balancers that are no pods come from the private ranges instead.
    pub namespace: Name,
    /// The cert-manager issuer of certificates, where routes use one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Name>,
}

impl Default for Gateway {
    fn default() -> Gateway {
        let name = |text| Name::parse(text).expect("a literal name is valid");
        Gateway { class: name("nginx"), internal_class: None, namespace: name("ingress-nginx"), issuer: None }
    }
}

/// How Terraform runs here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TerraformSettings {
    #[serde(default)]
    pub backend: Backend,
}

/// Where Terraform keeps state. Each unit has a key of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backend {
    /// A bucket of S3, with native locking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<S3Backend>,
    /// A bucket of Google Cloud Storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gcs: Option<GcsBackend>,
    /// A folder; the default, for `local` environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalBackend>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct S3Backend {
    /// The bucket's name.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"))]
    #[schemars(extend("patternErrorMessage" = "a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens"))]
    pub bucket: String,
    /// The bucket's region.
    #[schemars(length(min = 1, max = 32))]
    pub region: String,
    /// The key that encrypts state; default the bucket's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GcsBackend {
    /// The bucket's name.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$"))]
    #[schemars(extend("patternErrorMessage" = "a bucket name has 3 to 63 lower-case letters, digits, dots, hyphens and underscores"))]
    pub bucket: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocalBackend {}

/// What already exists in the AWS account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Aws {
    /// The account's twelve digits, quoted.
    #[schemars(regex(pattern = "^[0-9]{12}$"))]
    #[schemars(extend("patternErrorMessage" = "an account is twelve digits in quotes, such as `\"123456789012\"`"))]
    pub account: String,
    /// The VPC that holds the cluster and its datastores.
    #[schemars(regex(pattern = "^vpc-[0-9a-f]{8,17}$"))]
    #[schemars(extend("patternErrorMessage" = "a VPC id looks like `vpc-0a1b2c3d4e5f67890`"))]
    pub vpc: String,
    /// Subnets without a route from the internet, in at least two zones.
    #[schemars(length(min = 2, max = 12))]
    #[schemars(extend("uniqueItems" = true))]
    pub private_subnets: Vec<String>,
    /// The address ranges of those subnets.
    #[schemars(length(min = 1, max = 12))]
    #[schemars(extend("uniqueItems" = true))]
    pub private_cidrs: Vec<String>,
    /// The address ranges of the public subnets, from where a public load balancer forwards requests to pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 12))]
    #[schemars(extend("uniqueItems" = true))]
    pub public_cidrs: Vec<String>,
    /// The security group that pods have.
    #[schemars(regex(pattern = "^sg-[0-9a-f]{8,17}$"))]
    #[schemars(extend("patternErrorMessage" = "a security group id looks like `sg-0a1b2c3d4e5f67890`"))]
    pub cluster_security_group: String,
    /// The key that encrypts; default one per resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^arn:aws[a-z-]*:kms:"))]
    #[schemars(extend("patternErrorMessage" = "a key is named by its ARN, such as `arn:aws:kms:eu-central-1:123456789012:key/...`"))]
    pub kms_key: Option<String>,
    /// The bucket that collects access logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_bucket: Option<String>,
    /// The Route 53 zone of `domain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Z0-9]{1,32}$"))]
    #[schemars(extend("patternErrorMessage" = "a hosted zone id looks like `Z0123456789ABCDEFGHIJ`"))]
    pub hosted_zone: Option<String>,
    /// The boundary of every role that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^arn:aws[a-z-]*:iam::"))]
    #[schemars(extend("patternErrorMessage" = "a boundary is named by its ARN, such as `arn:aws:iam::123456789012:policy/boundary`"))]
    pub permissions_boundary: Option<String>,
    /// The SNS topic that hears alarms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^arn:aws[a-z-]*:sns:"))]
    #[schemars(extend("patternErrorMessage" = "a topic is named by its ARN, such as `arn:aws:sns:eu-central-1:123456789012:alarms`"))]
    pub alarm_topic: Option<String>,
}

/// What already exists in the Google Cloud project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gcp {
    /// The project's id.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]{4,28}[a-z0-9]$"))]
    #[schemars(extend("patternErrorMessage" = "a project id has 6 to 30 lower-case letters, digits and hyphens and starts with a letter"))]
    pub project: String,
    /// The VPC network's self link or name.
    #[schemars(length(min = 1, max = 300))]
    pub network: String,
    /// The address ranges of its private subnets.
    #[schemars(length(min = 1, max = 12))]
    #[schemars(extend("uniqueItems" = true))]
    pub private_cidrs: Vec<String>,
    /// The key that encrypts; default Google's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

/// How previews live and end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewSettings {
    /// The permanent environment whose services a preview shares.
    pub shares: Name,
    /// How long a preview lives at most, counted from its creation; default 14d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_life: Option<Duration>,
    /// How long without requests before it sleeps; default 1h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Duration>,
    /// What one preview may cost a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<Money>,
    /// How many previews are awake at once; the others wait. Default 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub at_once: Option<u32>,
    /// Services that people come in by, such as a web site: where one of them leads to what changed, it is cloned too, with
    /// all that stands between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub through: Vec<Name>,
    /// Labels for the namespaces of previews.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub labels: SmallMap<String, String>,
    /// Of the environment of one pull request: what nobody declares.
    #[serde(skip)]
    pub instance: Option<Box<PreviewInstance>>,
}

/// One pull request's own environment, made from a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewInstance {
    pub pull: u64,
    /// What runs in it. All else that is called runs in the environment that it shares.
    pub clones: BTreeSet<Name>,
    /// Who wrote the change.
    pub author: String,
    /// Who pays.
    pub team: Option<Name>,
    /// When it is taken down at the latest. An input: the compiler has no clock.
    pub expires: Option<Timestamp>,
}
