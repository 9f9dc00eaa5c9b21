//! The workload of a service, in Score's vocabulary.

use super::keys;
use crate::model::{Name, Quantity, SmallMap};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One container of a workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Container {
    /// The image, with a tag or, better, a digest.
    #[schemars(length(min = 1, max = 512))]
    pub image: String,
    /// Replaces the image's entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Replaces the image's arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Environment variables; values may hold placeholders.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::variable_names(), "maxProperties" = 500))]
    pub variables: SmallMap<String, String>,
    /// Files to put into the container, by absolute path.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::absolute_paths(), "maxProperties" = 100))]
    pub files: SmallMap<String, File>,
    /// Volumes to mount, by absolute path.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(extend("propertyNames" = keys::absolute_paths(), "maxProperties" = 50))]
    pub volumes: SmallMap<String, Volume>,
    /// CPU and memory.
    #[serde(default, skip_serializing_if = "ContainerResources::is_empty")]
    pub resources: ContainerResources,
    /// When it fails, the container is restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Box<Probe>>,
    /// When it fails, no traffic is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Box<Probe>>,
    /// Until it succeeds, the other probes wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Box<Probe>>,
    /// Containers that this one has to come before.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    pub before: SmallMap<Name, Before>,
    /// The numeric user the container runs as; never 0. Default 10001.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 2147483647))]
    pub user: Option<i64>,
    /// Directories the container may write to; everything else is read-only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub writable: Vec<String>,
}

/// A file of a container. Exactly one of `content` and `binaryContent` is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File {
    /// The text; may hold placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 524288))]
    pub content: Option<String>,
    /// The bytes, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 524288))]
    pub binary_content: Option<String>,
    /// Octal permissions, quoted: `"0644"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^0?[0-7]{3}$"))]
    #[schemars(extend("patternErrorMessage" = "a mode is three octal digits in quotes, such as `\"0644\"`"))]
    pub mode: Option<String>,
    /// Takes the content as it is, placeholders and all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_expand: bool,
}

/// A mounted volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// A resource of type `volume`, as `${resources.<name>}`.
    pub source: String,
    /// A folder inside the volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether the container may only read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

/// What a container is promised and what it may use at most.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerResources {
    /// Promised. Default: cpu 100m, memory 128Mi.
    #[serde(default, skip_serializing_if = "ComputeAmounts::is_empty")]
    pub requests: ComputeAmounts,
    /// The most. Default: twice the cpu and as much memory as requested.
    #[serde(default, skip_serializing_if = "ComputeAmounts::is_empty")]
    pub limits: ComputeAmounts,
}

impl ContainerResources {
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

/// An amount of CPU and memory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeAmounts {
    /// Cores: `250m` is a quarter of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Quantity>,
    /// Bytes: `64Mi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Quantity>,
}

impl ComputeAmounts {
    pub fn is_empty(&self) -> bool {
        self.cpu.is_none() && self.memory.is_none()
    }
}

/// How to ask a container how it is: exactly one of `httpGet`, `grpc`, `tcpSocket`, `exec`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// Asks over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_get: Option<HttpGet>,
    /// Asks over gRPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc: Option<Grpc>,
    /// Opens a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_socket: Option<TcpSocket>,
    /// Runs a command inside the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exec: Option<Exec>,
    /// Seconds before the first try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 3600))]
    pub initial_delay_seconds: Option<i32>,
    /// Seconds between tries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3600))]
    pub period_seconds: Option<i32>,
    /// Seconds until a try counts as failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3600))]
    pub timeout_seconds: Option<i32>,
    /// Successes in a row that count as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub success_threshold: Option<i32>,
    /// Failures in a row that count as ill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub failure_threshold: Option<i32>,
}

/// A request that has to be answered with 200 to 399.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpGet {
    /// The path, with its leading slash.
    #[schemars(regex(pattern = "^/"), length(max = 1024))]
    #[schemars(extend("patternErrorMessage" = "a path starts with `/`, such as `/healthz`"))]
    pub path: String,
    /// The port of the container.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    /// `HTTP` or `HTTPS`; default `HTTP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<HttpScheme>,
    /// The host to ask for; default the pod's own address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Headers to send along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http_headers: Vec<HttpHeader>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HttpScheme {
    /// In clear.
    #[serde(rename = "HTTP")]
    Http,
    /// Over TLS; the certificate is not checked.
    #[serde(rename = "HTTPS")]
    Https,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpHeader {
    /// The header's name.
    #[schemars(regex(pattern = "^[-A-Za-z0-9]+$"), length(max = 100))]
    #[schemars(extend("patternErrorMessage" = "a header name has letters, digits and hyphens"))]
    pub name: String,
    /// The header's value.
    #[schemars(length(max = 1000))]
    pub value: String,
}

/// The standard gRPC health check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grpc {
    /// The port of the container.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    /// The name of the service to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// A connection that has to be accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TcpSocket {
    /// The port of the container.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
}

/// A command inside the container that has to exit with 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exec {
    /// The command and its arguments; no shell is around it.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
}

/// What another container waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Before {
    /// The state the other one waits for.
    pub ready: Ready,
}

/// The state that counts as ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ready {
    /// It runs.
    Started,
    /// It runs and its probes succeed.
    Healthy,
    /// It has ended well.
    Complete,
}

/// The ports that other services call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServicePorts {
    /// The ports, by name.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 50))]
    pub ports: SmallMap<Name, ServicePort>,
}

/// One port of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServicePort {
    /// What callers connect to.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    /// What the container listens on; default `port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub target_port: Option<i32>,
    /// `TCP` or `UDP`; default `TCP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
}

impl ServicePort {
    /// The port that the container listens on.
    pub fn target(&self) -> i32 {
        self.target_port.unwrap_or(self.port)
    }

    pub fn protocol(&self) -> Protocol {
        self.protocol.unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Protocol {
    /// Connections.
    #[default]
    #[serde(rename = "TCP")]
    Tcp,
    /// Datagrams.
    #[serde(rename = "UDP")]
    Udp,
}

impl Protocol {
    /// As Kubernetes has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
        }
    }
}

/// Something a workload asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceRequest {
    /// A resource type, such as `postgres`; `pavior resource-types` lists them.
    #[serde(rename = "type")]
    pub kind: Name,
    /// A size; default the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Name>,
    /// Names a shared resource: equal type, class and id is one resource for all who ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Name>,
    /// What the type lets one choose; strings may hold placeholders.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub params: serde_json::Map<String, serde_json::Value>,
    /// How much of it a month uses, in place of what the type assumes; for its price alone.
    #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
    #[schemars(schema_with = "keys::usage")]
    pub usage: SmallMap<String, u64>,
}
