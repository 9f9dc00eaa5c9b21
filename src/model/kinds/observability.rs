//! What is watched: the metrics that a service serves, and who in an environment reads them.

use crate::model::{HttpsUrl, Name, SmallMap};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a service's own metrics are, in the text format of Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metrics {
    /// The port of the main container. It need not be one that services call.
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    /// The path, with its leading slash; default `/metrics`.
    #[serde(default = "metrics_path")]
    #[schemars(regex(pattern = "^/[A-Za-z0-9._~/-]*$"), length(max = 200))]
    #[schemars(extend("patternErrorMessage" = "a path starts with `/`, such as `/metrics`"))]
    pub path: String,
}

fn metrics_path() -> String {
    "/metrics".to_owned()
}

/// Who watches an environment. Every default fits the Prometheus Operator as its Helm chart installs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Observability {
    /// What alerts may do here; default `page` for class `production`, `ticket` for `staging`, `none` for `development`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts: Option<AlertPolicy>,
    /// Which metrics count the requests of services.
    pub requests: RequestMetrics,
    /// The namespace of Prometheus: its pods reach the ports under `metrics`, nobody else's do.
    pub namespace: Name,
    /// Labels by which Prometheus chooses its rules and monitors, such as `release: kube-prometheus-stack`.
    #[serde(skip_serializing_if = "SmallMap::is_empty")]
    pub labels: SmallMap<String, String>,
    /// The address of Grafana, for links from alerts to dashboards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grafana: Option<HttpsUrl>,
}

impl Default for Observability {
    fn default() -> Observability {
        Observability {
            alerts: None,
            requests: RequestMetrics::default(),
            namespace: Name::parse("monitoring").expect("a literal name is valid"),
            labels: SmallMap::new(),
            grafana: None,
        }
    }
}

/// What alerts may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertPolicy {
    /// Wake somebody, for what users notice.
    Page,
    /// Wait for the morning, all of them.
    Ticket,
    /// There are none.
    None,
}

/// Metrics that count requests, by who makes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RequestMetrics {
    /// The services themselves, by OpenTelemetry's conventions: `http_server_request_duration_seconds` and
    /// `rpc_server_duration_milliseconds`.
    #[default]
    OpenTelemetry,
    /// Istio's proxies: `istio_requests_total` and `istio_request_duration_milliseconds`.
    Istio,
    /// Nobody: no alert, objective or panel counts requests.
    None,
}
