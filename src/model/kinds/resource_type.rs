//! `ResourceType`: something a service may ask for, and how each provider realises it. Pure data.

use super::amounts::amount_or_expression;
use super::keys;
use crate::model::Name;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::amounts::{CostItem, ResourceCapacity, UsageAssumption};

/// A resource type with its provisioners. Strings of a provisioner may hold `${...}` expressions in CEL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceType {
    /// Every service has exactly one, without asking.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub implicit: bool,
    /// Does its work without being referred to: a route, a DNS record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standalone: bool,
    /// What users may choose: a JSON Schema of a bounded, defaulted object.
    pub params: ParamSchema,
    /// Presets of params, by name; what the user gives wins.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 20))]
    pub classes: IndexMap<Name, serde_json::Map<String, Value>>,
    /// The class of those who name none.
    pub default_class: Name,
    /// Constant look-up tables for expressions.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::words(), "maxProperties" = 50))]
    pub tables: IndexMap<String, IndexMap<String, Value>>,
    /// What is assumed about use where nobody says it, for `cost`: whole numbers that expressions read as `usage.<word>`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::words(), "maxProperties" = 50))]
    pub usage: IndexMap<String, UsageAssumption>,
    /// What placeholders may name. `"*"` is one output per entry of `params.keys`.
    #[schemars(extend("propertyNames" = keys::words_or_all(), "maxProperties" = 50))]
    pub outputs: IndexMap<String, OutputDeclaration>,
    /// How it is realised; the first whose environment matches is taken.
    #[schemars(length(min = 1, max = 20))]
    pub provisioners: Vec<Provisioner>,
}

/// The subset of JSON Schema in which params are described.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParamSchema {
    /// Always `object`.
    #[serde(rename = "type")]
    pub kind: ObjectType,
    /// Always false: unknown params are errors.
    #[schemars(extend("const" = false))]
    pub additional_properties: bool,
    /// Params that have no default and must be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub required: Vec<String>,
    /// The params, by name.
    #[schemars(extend("propertyNames" = keys::words(), "maxProperties" = 50))]
    pub properties: IndexMap<String, Param>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObjectType {
    Object,
}

/// One param.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Param {
    /// What kind of value it takes.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// What it does, for `pavior resource-types`.
    #[schemars(length(min = 1, max = 500))]
    pub description: String,
    /// The value where the user gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The values to choose from.
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// What a text stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<ParamFormat>,
    /// The smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// The fewest characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// The most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// A regular expression that a text has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The fewest entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    /// The most entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    /// Whether no entry may stand twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique_items: bool,
    /// What each entry of an array has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<ParamItems>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamType {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    Array,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamFormat {
    /// A Kubernetes quantity such as `10Gi`.
    Quantity,
    /// A host name.
    Hostname,
}

/// Entries of an array param.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParamItems {
    /// What kind of value an entry is.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The values to choose from.
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// A regular expression that a text has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The fewest characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// The most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
}

/// What one output is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutputDeclaration {
    /// What a reader of the placeholder gets.
    #[schemars(length(min = 1, max = 300))]
    pub description: String,
    /// Never a plain value: a reference from end to end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// Who realises resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Gcp,
    /// In the cluster itself.
    Kubernetes,
    /// Terraform's own `terraform_data`: a real plan and state with no account.
    Local,
}

impl Provider {
    pub fn as_str(self) -> &'static str {
        match self {
            Provider::Aws => "aws",
            Provider::Gcp => "gcp",
            Provider::Kubernetes => "kubernetes",
            Provider::Local => "local",
        }
    }
}

/// How one kind of environment realises a resource type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provisioner {
    /// The environments it is for.
    pub environment: EnvironmentMatch,
    /// How Terraform makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<TerraformModule>,
    /// Whole Kubernetes objects; string leaves may hold expressions, keys may not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manifests: Vec<serde_json::Map<String, Value>>,
    /// A PersistentVolumeClaim spec that the workload mounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<serde_json::Map<String, Value>>,
    /// Every declared output, from where it comes.
    #[schemars(extend("propertyNames" = keys::words_or_all(), "maxProperties" = 50))]
    pub outputs: IndexMap<String, OutputSource>,
    /// What the consumer's network policy has to let through.
    #[serde(default, skip_serializing_if = "Network::is_empty")]
    pub network: Network,
    /// What the consumer's identity may do in the cloud.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost: Vec<CostItem>,
    /// What it takes from the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<ResourceCapacity>,
    /// Who gets which access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// What a change of each param means; `"*"` for the rest, `delete` for its end.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::words_or_all()))]
    pub reversibility: IndexMap<String, Reversibility>,
}

/// The environments a provisioner is for: all that is given has to match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentMatch {
    /// The provider of the environment.
    pub provider: Provider,
    /// The class of the environment; absent means any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<super::environment::EnvironmentClass>,
}

/// A Terraform module beside the declaration, and its variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TerraformModule {
    /// A folder beside this file, such as `./aws`.
    #[schemars(regex(pattern = "^\\./[a-z][a-z0-9-]*$"))]
    #[schemars(extend("patternErrorMessage" = "a module is a folder beside this file, such as `./aws`"))]
    pub module: String,
    /// Every variable of the module that has no default; values may hold expressions.
    #[serde(default)]
    #[schemars(extend("propertyNames" = keys::words()))]
    pub variables: IndexMap<String, Value>,
}

/// Where an output comes from. A plain value, or exactly one of `store` and `secret`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OutputSource {
    Reference(OutputReference),
    Boolean(bool),
    Integer(i64),
    Text(String),
}

/// A place where the value is once it exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutputReference {
    /// In the secret store: a property of the JSON at the resource's path, or at a path of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreReference>,
    /// In a Kubernetes Secret that the manifests cause to exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretKeyReference>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum StoreReference {
    Property(String),
    At(StoreLocation),
}

/// A property of the JSON at a path of the secret store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoreLocation {
    /// The path in the secret store.
    pub path: String,
    /// Absent: the whole secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretKeyReference {
    /// The Secret's name.
    pub name: String,
    /// The key inside the Secret.
    pub key: String,
}

/// What network policies have to let through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    /// What consumers have to reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<NetworkEgress>,
    /// Who has to reach the consumers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<NetworkIngress>,
}

impl Network {
    pub fn is_empty(&self) -> bool {
        self.egress.is_empty() && self.ingress.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkEgress {
    /// What has to be reached.
    pub to: EgressTarget,
    /// A port number, or an expression of one.
    #[schemars(schema_with = "amount_or_expression")]
    pub port: Value,
}

/// What a workload may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EgressTarget {
    /// The private address ranges of the environment.
    Network,
    /// Addresses outside, such as a cloud's API.
    Internet,
    /// The pods of this resource.
    Pods,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkIngress {
    /// Who has to reach it.
    pub from: IngressSource,
    /// A port number or the name of a service port, or an expression of one.
    #[schemars(schema_with = "amount_or_expression")]
    pub port: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IngressSource {
    /// The environment's gateway.
    Gateway,
}

/// What an identity may do: on AWS `actions` and `resources`, on Google Cloud `role` and `resource`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grant {
    /// The actions of IAM, such as `s3:GetObject`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// The ARNs they are allowed on, computed from deterministic names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// When it holds, on AWS: a list of `{test, variable, values}`, or an expression of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Value>,
    /// The role of Google Cloud, such as `roles/pubsub.publisher`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What the role is granted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// Who gets which access to what is inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Access {
    /// The owning team.
    pub owner: AccessLevel,
    /// Services that use it.
    pub consumers: AccessLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccessLevel {
    /// No access.
    None,
    /// Reads what is inside.
    Read,
    /// Adds to what is inside and cannot read it.
    Write,
    /// Reads and changes what is inside.
    ReadWrite,
    /// May do everything.
    Administer,
}

/// What a change means for the data: one answer, or one for each direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Reversibility {
    Always(ChangeEffect),
    ByDirection(DirectedEffect),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectedEffect {
    /// What raising the value means.
    pub increase: ChangeEffect,
    /// What lowering the value means.
    pub decrease: ChangeEffect,
    /// Why one of them is refused, for the people who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub because: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeEffect {
    /// Nothing is replaced.
    InPlace,
    /// Replaced, and the data comes along.
    ReplaceKeepsData,
    /// Replaced by an empty one.
    ReplaceLosesData,
    /// For `delete`: there is no data in it, and it can be made anew from its declaration.
    HoldsNoData,
    /// For `delete`: a backup or snapshot stays.
    KeepsData,
    /// For `delete`: the data is gone.
    LosesData,
    /// Cannot be undone at all.
    Irreversible,
    /// Cannot be carried out: the provider refuses it, or does nothing. Such a change is not merged.
    Refused,
}
