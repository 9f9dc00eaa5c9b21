//! Declared probes become Kubernetes probes, field by field; what is not declared is left to Kubernetes.

use crate::model::kinds::workload::{HttpScheme, Probe};
use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Failures that a start may have when no startup probe says otherwise.
const START_FAILURES: i32 = 30;

pub fn probe(probe: &Probe) -> v1::Probe {
    v1::Probe {
        http_get: probe.http_get.as_ref().map(|get| v1::HTTPGetAction {
            path: Some(get.path.clone()),
            port: IntOrString::Int(get.port),
            scheme: get.scheme.map(|scheme| match scheme {
                HttpScheme::Http => "HTTP".to_owned(),
                HttpScheme::Https => "HTTPS".to_owned(),
            }),
            host: get.host.clone(),
            http_headers: (!get.http_headers.is_empty()).then(|| {
                get.http_headers
                    .iter()
                    .map(|header| v1::HTTPHeader { name: header.name.clone(), value: header.value.clone() })
                    .collect()
            }),
        }),
        grpc: probe.grpc.as_ref().map(|grpc| v1::GRPCAction { port: grpc.port, service: grpc.service.clone() }),
        tcp_socket: probe
            .tcp_socket
            .as_ref()
            .map(|socket| v1::TCPSocketAction { port: IntOrString::Int(socket.port), host: None }),
        exec: probe.exec.as_ref().map(|exec| v1::ExecAction { command: Some(exec.command.clone()) }),
        initial_delay_seconds: probe.initial_delay_seconds,
        period_seconds: probe.period_seconds,
        timeout_seconds: probe.timeout_seconds,
        success_threshold: probe.success_threshold,
        failure_threshold: probe.failure_threshold,
        termination_grace_period_seconds: None,
    }
}

/// A probe of health as a startup probe: one success is enough, and a slow start is no failure.
pub fn as_startup(declared: &Probe) -> v1::Probe {
    let failures = declared.failure_threshold.unwrap_or(START_FAILURES).max(START_FAILURES);
    v1::Probe { success_threshold: None, failure_threshold: Some(failures), ..probe(declared) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn declared(value: serde_json::Value) -> Probe {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_kind_of_probe_keeps_all_that_was_declared() {
        for value in [
            json!({ "httpGet": { "path": "/_healthz", "port": 8080, "scheme": "HTTPS", "host": "a.example",
                "httpHeaders": [{ "name": "Cookie", "value": "shop_session-id=x" }] }, "initialDelaySeconds": 10 }),
            json!({ "grpc": { "port": 7070, "service": "hipstershop.Cart" }, "periodSeconds": 5, "timeoutSeconds": 2 }),
            json!({ "tcpSocket": { "port": 6379 }, "successThreshold": 2, "failureThreshold": 4 }),
            json!({ "exec": { "command": ["/bin/true"] } }),
        ] {
            assert_eq!(serde_json::to_value(probe(&declared(value.clone()))).unwrap(), value);
        }
    }

    #[test]
    fn a_readiness_probe_as_startup_probe_is_patient() {
        let value = json!({ "tcpSocket": { "port": 1 }, "successThreshold": 2, "failureThreshold": 3 });
        assert_eq!(
            serde_json::to_value(as_startup(&declared(value))).unwrap(),
            json!({ "tcpSocket": { "port": 1 }, "failureThreshold": 30 })
        );
    }
}
