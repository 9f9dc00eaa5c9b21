//! Which series count the requests of a service: by OpenTelemetry's conventions, or by Istio's.
//!
//! Histograms have the boundaries that each convention prescribes. For a time between two of them, the share of faster
//! requests is interpolated as `histogram_quantile` does.

use super::promql::{Match, decimal, series};
use super::subject::Subject;
use crate::model::kinds::observability::RequestMetrics;
use crate::model::kinds::service::Workload;
use crate::model::kinds::workload::ServicePort;
use crate::provision::WorkloadPlan;

/// Boundaries in milliseconds. OpenTelemetry's advice for HTTP, and its default for RPC, but for zero.
const OPEN_TELEMETRY: [u32; 14] = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];
/// Istio's, but for half a millisecond and those above a minute.
const ISTIO: [u32; 14] = [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];
/// Codes of gRPC that are the server's fault: unknown, deadline exceeded, unimplemented, internal, unavailable, data loss.
const GRPC_FAULTS: &str = "2|4|12|13|14|15";
const HTTP_FAULTS: &str = "5..";

/// Where the requests of one service are counted.
pub struct Requests<'u> {
    matches: Vec<Match<'u>>,
    count: &'static str,
    histogram: &'static str,
    /// The label and the pattern of what counts as an error.
    fault: (&'static str, &'static str),
    boundaries: &'static [u32],
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

impl<'u> Requests<'u> {
    /// None where nobody counts them, and for what answers no requests.
    pub fn of(subject: &Subject<'u>) -> Option<Requests<'u>> {
        let plan = subject.plan()?;
        let answers = match plan.kind {
            Workload::Service | Workload::Static => !plan.ports.is_empty(),
            Workload::Worker | Workload::Cron | Workload::Job => false,
        };
        if !answers {
            return None;
        }
        let own = vec![Match::Is("namespace", subject.namespace()), Match::Is("job", subject.name())];
        match (subject.settings().requests, speaks_grpc(plan)) {
            (RequestMetrics::None, _) => None,
            (RequestMetrics::OpenTelemetry, false) => Some(Requests {
                matches: own,
                count: "http_server_request_duration_seconds_count",
                histogram: "http_server_request_duration_seconds_bucket",
                fault: ("http_response_status_code", HTTP_FAULTS),
                boundaries: &OPEN_TELEMETRY,
                unit: Unit::Seconds,
            }),
            (RequestMetrics::OpenTelemetry, true) => Some(Requests {
                matches: own,
                count: "rpc_server_duration_milliseconds_count",
                histogram: "rpc_server_duration_milliseconds_bucket",
                fault: ("rpc_grpc_status_code", GRPC_FAULTS),
                boundaries: &OPEN_TELEMETRY,
                unit: Unit::Milliseconds,
            }),
            (RequestMetrics::Istio, grpc) => Some(Requests {
                matches: vec![
                    Match::Is("reporter", "destination"),
                    Match::Is("destination_workload_namespace", subject.namespace()),
                    Match::Is("destination_canonical_service", subject.name()),
                ],
                count: "istio_requests_total",
                histogram: "istio_request_duration_milliseconds_bucket",
                fault: match grpc {
                    true => ("grpc_response_status", GRPC_FAULTS),
                    false => ("response_code", HTTP_FAULTS),
                },
                boundaries: &ISTIO,
                unit: Unit::Milliseconds,
            }),
        }
    }

    /// Requests a second.
    pub fn total(&self, window: &str) -> String {
        self.rate(self.count, &[], window)
    }

    /// Failed requests a second; zero where none ever failed.
    pub fn errors(&self, window: &str) -> String {
        let (label, pattern) = self.fault;
        let errors = self.rate(self.count, &[Match::Like(label, pattern)], window);
        format!("({errors} or 0 * {})", self.total(window))
    }

    /// Requests a second that took longer.
    pub fn slower_than(&self, milliseconds: u64, window: &str) -> String {
        format!("clamp_min({} - {}, 0)", self.total(window), self.faster_than(milliseconds, window))
    }

    /// The time in which this share of requests was answered, in seconds.
    pub fn quantile(&self, share: &str, window: &str) -> String {
        let quantile = format!(
            "histogram_quantile({share}, sum by (le) (rate({}[{window}])))",
            series(self.histogram, &self.matches)
        );
        match self.unit {
            Unit::Seconds => quantile,
            Unit::Milliseconds => format!("{quantile} / 1000"),
        }
    }

    fn faster_than(&self, milliseconds: u64, window: &str) -> String {
        let above = self.boundaries.iter().position(|boundary| u64::from(*boundary) >= milliseconds);
        // Slower than the last boundary, nothing is told apart: the promise is kept a little better than promised.
        let above = above.unwrap_or(self.boundaries.len() - 1);
        let (high, low) = (self.boundaries[above], if above == 0 { 0 } else { self.boundaries[above - 1] });
        if u64::from(high) <= milliseconds {
            return self.bucket(high, window);
        }
        let weight = (milliseconds as f64 - f64::from(low)) / f64::from(high - low);
        let part = format!("{} * {}", decimal(weight), self.bucket(high, window));
        match low {
            0 => part,
            _ => format!("({part} + {} * {})", decimal(1.0 - weight), self.bucket(low, window)),
        }
    }

    fn bucket(&self, milliseconds: u32, window: &str) -> String {
        let boundary = match self.unit {
            Unit::Seconds => f64::from(milliseconds) / 1_000.0,
            Unit::Milliseconds => f64::from(milliseconds),
        };
        let text = boundary.to_string();
        // Prometheus 3 writes whole boundaries as `1.0`, Prometheus 2 as the service does.
        let whole = format!("{text}([.]0)?");
        let le = if boundary.fract() == 0.0 { Match::Like("le", &whole) } else { Match::Is("le", &text) };
        self.rate(self.histogram, &[le], window)
    }

    fn rate(&self, metric: &str, more: &[Match<'_>], window: &str) -> String {
        let matches: Vec<Match<'_>> = self.matches.iter().chain(more).copied().collect();
        format!("sum(rate({}[{window}]))", series(metric, &matches))
    }
}

/// By its first port: its name says so, or a gRPC probe asks it.
fn speaks_grpc(plan: &WorkloadPlan) -> bool {
    let Some((name, port)) = plan.ports.first() else { return false };
    name.starts_with("grpc") || is_probed(plan, port)
}

fn is_probed(plan: &WorkloadPlan, port: &ServicePort) -> bool {
    let probes = plan.containers.values().flat_map(|container| [&container.readiness_probe, &container.liveness_probe]);
    probes.flatten().any(|probe| probe.grpc.as_ref().is_some_and(|grpc| grpc.port == port.target()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::kubernetes::sample;
    use crate::provision::ProvisionedUnit;
    use serde_json::json;
    use std::sync::Arc;

    fn unit(port: &str, requests: &str) -> ProvisionedUnit<'static> {
        let mut unit = sample::unit_with("cart", |plan| {
            plan.ports = [(sample::name(port), sample::declared(json!({ "port": 8080 })))].into();
        });
        unit.environment = Arc::new(sample::environment_of(json!({
            "class": "production", "provider": "kubernetes", "domain": "a.example",
            "observability": { "requests": requests },
        })));
        unit
    }

    fn with<T>(port: &str, requests: &str, ask: impl FnOnce(&Requests<'_>) -> T) -> Option<T> {
        let unit = unit(port, requests);
        Requests::of(&Subject { unit: &unit }).as_ref().map(ask)
    }

    #[test]
    fn requests_are_counted_by_the_convention_and_the_protocol() {
        let total = |port, requests| with(port, requests, |requests| requests.total("5m"));
        assert_eq!(
            total("http", "openTelemetry").as_deref(),
            Some(r#"sum(rate(http_server_request_duration_seconds_count{namespace="shop",job="cart"}[5m]))"#)
        );
        assert_eq!(
            total("grpc", "openTelemetry").as_deref(),
            Some(r#"sum(rate(rpc_server_duration_milliseconds_count{namespace="shop",job="cart"}[5m]))"#)
        );
        assert!(total("http", "istio").unwrap().contains(r#"istio_requests_total{reporter="destination","#));
        assert_eq!(total("http", "none"), None);
    }

    #[test]
    fn what_answers_nobody_has_no_requests() {
        let unit = sample::unit_with("cart", |plan| plan.kind = Workload::Worker);
        assert!(Requests::of(&Subject { unit: &unit }).is_none());
    }

    #[test]
    fn a_grpc_probe_shows_the_protocol() {
        let unit = sample::unit_with("cart", |plan| {
            plan.ports = [(sample::name("api"), sample::declared(json!({ "port": 80, "targetPort": 7070 })))].into();
            plan.containers[0].readiness_probe = Some(sample::declared(json!({ "grpc": { "port": 7070 } })));
        });
        assert!(Requests::of(&Subject { unit: &unit }).unwrap().total("5m").contains("rpc_server_duration"));
    }

    #[test]
    fn no_error_ever_is_zero_errors_and_not_nothing() {
        let errors = with("http", "openTelemetry", |requests| requests.errors("5m")).unwrap();
        assert!(errors.contains(r#"http_response_status_code=~"5.."}[5m])) or 0 * sum("#), "{errors}");
    }

    #[test]
    fn a_time_between_two_boundaries_is_interpolated() {
        let faster = |milliseconds| with("http", "openTelemetry", |requests| requests.faster_than(milliseconds, "5m"));
        let bucket = |le| {
            format!(r#"sum(rate(http_server_request_duration_seconds_bucket{{namespace="shop",job="cart",{le}}}[5m]))"#)
        };
        let (quarter, half) = (bucket(r#"le="0.25""#), bucket(r#"le="0.5""#));
        assert_eq!(faster(500), Some(half.clone()));
        assert_eq!(faster(300), Some(format!("(0.2 * {half} + 0.8 * {quarter})")));
        assert_eq!(faster(1_000), Some(bucket(r#"le=~"1([.]0)?""#)));
        assert_eq!(faster(1), Some(format!("0.2 * {}", bucket(r#"le="0.005""#))));
        assert_eq!(faster(60_000), Some(bucket(r#"le=~"10([.]0)?""#)));
    }
}
