//! The declaration kinds, one file each. Values only: no spans, no I/O.

mod amounts;
pub mod budget;
pub mod environment;
pub mod golden_path;
pub mod incident;
pub mod keys;
pub mod observability;
pub mod platform;
pub mod price_book;
pub mod resource;
pub mod resource_type;
pub mod secret_request;
pub mod service;
pub mod team;
pub mod waiver;
pub mod workload;

pub use environment::Environment;
pub use golden_path::GoldenPath;
pub use incident::Incident;
pub use platform::Platform;
pub use price_book::PriceBook;
pub use resource::Resource;
pub use resource_type::ResourceType;
pub use secret_request::SecretRequest;
pub use service::Service;
pub use team::Team;
pub use waiver::Waiver;

use super::{HttpsUrl, Name, SmallMap};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The only `apiVersion` there is.
pub const API_VERSION: &str = "pavior.dev/v1";

/// Every kind, in the order in which people meet them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Team,
    Service,
    Environment,
    Resource,
    SecretRequest,
    ResourceType,
    GoldenPath,
    Waiver,
    Incident,
    PriceBook,
    Platform,
}

impl Kind {
    pub const ALL: [Kind; 11] = [
        Kind::Team,
        Kind::Service,
        Kind::Environment,
        Kind::Resource,
        Kind::SecretRequest,
        Kind::ResourceType,
        Kind::GoldenPath,
        Kind::Waiver,
        Kind::Incident,
        Kind::PriceBook,
        Kind::Platform,
    ];

    /// As it stands behind `kind:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Team => "Team",
            Kind::Service => "Service",
            Kind::Environment => "Environment",
            Kind::Resource => "Resource",
            Kind::SecretRequest => "SecretRequest",
            Kind::ResourceType => "ResourceType",
            Kind::GoldenPath => "GoldenPath",
            Kind::Waiver => "Waiver",
            Kind::Incident => "Incident",
            Kind::PriceBook => "PriceBook",
            Kind::Platform => "Platform",
        }
    }

    /// As it stands in file names: `schemas/<slug>.schema.json`.
    pub fn slug(self) -> &'static str {
        match self {
            Kind::Team => "team",
            Kind::Service => "service",
            Kind::Environment => "environment",
            Kind::Resource => "resource",
            Kind::SecretRequest => "secret-request",
            Kind::ResourceType => "resource-type",
            Kind::GoldenPath => "golden-path",
            Kind::Waiver => "waiver",
            Kind::Incident => "incident",
            Kind::PriceBook => "price-book",
            Kind::Platform => "platform",
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether declarations of this kind stand in platform files, so that those of the base revision count. Environments
    /// stand in the catalog and count from base as well: see `review::platform`.
    pub fn is_platform(self) -> bool {
        match self {
            Kind::ResourceType | Kind::GoldenPath | Kind::PriceBook | Kind::Platform => true,
            Kind::Team | Kind::Service | Kind::Environment | Kind::Resource => false,
            Kind::SecretRequest | Kind::Waiver | Kind::Incident => false,
        }
    }
}

/// What stands around every `spec`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declaration<S> {
    /// The version of the declaration language; always `pavior.dev/v1`.
    pub api_version: ApiVersion,
    /// What is declared.
    pub kind: String,
    /// Who and what it is about.
    pub metadata: Metadata,
    pub spec: S,
}

/// The version of the declaration language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    #[serde(rename = "pavior.dev/v1")]
    V1,
}

/// Who and what a declaration is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// Unique among all declarations of its kind.
    pub name: Name,
    /// One sentence that tells a stranger what this is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 500))]
    pub description: String,
    /// The team that answers for it: the name of a `Team`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 30))]
    #[schemars(extend("uniqueItems" = true))]
    pub tags: Vec<Name>,
    /// Kubernetes labels for every object that is compiled from this.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub labels: SmallMap<String, String>,
    /// Free notes for tools and people; copied to the catalog, never to the cluster.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(extend("additionalProperties" = serde_json::json!({ "type": "string", "maxLength": 262_144 })))]
    pub annotations: SmallMap<String, String>,
}

/// A link with a title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Link {
    /// What a reader finds there.
    #[schemars(length(min = 1, max = 100))]
    pub title: String,
    /// Where it leads.
    pub url: HttpsUrl,
}

/// For `skip_serializing_if` and defaults that are true.
pub(crate) fn yes() -> bool {
    true
}
