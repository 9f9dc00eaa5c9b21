//! Probes: one way of asking each, and thresholds that Kubernetes takes.

use super::super::inspection::Inspection;
use super::super::shown::route_text;
use crate::model::kinds::workload::{Container, Probe};
use crate::model::{Finding, listed};
use crate::read::Place;

pub fn check(inspection: &mut Inspection, container: &Place, declared: &Container) {
    let probes = [
        ("livenessProbe", &declared.liveness_probe, true),
        ("readinessProbe", &declared.readiness_probe, false),
        ("startupProbe", &declared.startup_probe, true),
    ];
    for (field, probe, one_success) in probes {
        let Some(probe) = probe else { continue };
        let place = container.clone().child(field);
        check_action(inspection, &place, probe);
        if let (true, Some(successes @ 2..)) = (one_success, probe.success_threshold) {
            inspection.report(one_success_is_enough(inspection, &place, field, successes));
        }
    }
}

fn check_action(inspection: &mut Inspection, place: &Place, probe: &Probe) {
    let actions = [
        ("httpGet", probe.http_get.is_some()),
        ("grpc", probe.grpc.is_some()),
        ("tcpSocket", probe.tcp_socket.is_some()),
        ("exec", probe.exec.is_some()),
    ];
    let given: Vec<&str> = actions.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    match given.as_slice() {
        [] => inspection.report(no_action(inspection, place)),
        [_] => {}
        [first, .., last] => inspection.report(several_actions(inspection, place, &given, first, last)),
    }
}

fn path(inspection: &Inspection, place: &Place) -> String {
    route_text(inspection.root(), &place.route)
}

fn no_action(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::ACTION, &place.clone().key(), format!("`{}` does not say how to ask", path(inspection, place)))
        .label("asks nothing")
        .help("add one of `httpGet`, `grpc`, `tcpSocket` and `exec`, such as `httpGet: {path: /healthz, port: 8080}`")
}

fn several_actions(inspection: &Inspection, place: &Place, given: &[&str], first: &str, last: &str) -> Finding {
    let message =
        format!("`{}` asks in {} ways: {}", path(inspection, place), given.len(), listed(given.iter().copied(), 4));
    inspection
        .finding(&rules::ACTION, &place.clone().child(last).key(), message)
        .label("one way too many")
        .related(inspection.locate(&place.clone().child(first).key()), "it asks this way already")
        .help("keep one of them")
}

fn one_success_is_enough(inspection: &Inspection, place: &Place, field: &str, successes: i32) -> Finding {
    let threshold = place.clone().child("successThreshold");
    let message = format!("`{}` is {successes}, Kubernetes takes only 1 for a `{field}`", path(inspection, &threshold));
    let finding = inspection
        .finding(&rules::THRESHOLD, &threshold, message)
        .label("has to be 1")
        .help("remove it: 1 is the default");
    match finding.at.span {
        Some(span) => finding.fix(span, "1"),
        None => finding,
    }
}

pub mod rules {
    crate::model::rules! {
        ACTION = "schema/probe-action", Error,
        "A probe asks in exactly one way",
r"A probe is one question: over HTTP, over gRPC, by opening a connection, or by running a command. With none it asks
nothing; with two, Kubernetes refuses the whole workload when it is applied.

Wrong:
```yaml
readinessProbe: {httpGet: {path: /healthz, port: 8080}, tcpSocket: {port: 8080}}
```
Right:
```yaml
readinessProbe: {httpGet: {path: /healthz, port: 8080}}
```";

        THRESHOLD = "schema/probe-threshold", Error,
        "Liveness and startup probes count one success",
r"Kubernetes takes `successThreshold` above 1 only for readiness probes, where a container may come back into service
after several successes. One that lives, lives.

Wrong: `livenessProbe: {grpc: {port: 7070}, successThreshold: 3}`

Right: `readinessProbe: {grpc: {port: 7070}, successThreshold: 3}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, mended, only, service};

    fn probe(kind: &str, probe: &str) -> String {
        service(&format!("  containers: {{main: {{image: \"a/b:1\", {kind}: {probe}}}}}\n"))
    }

    #[test]
    fn a_probe_asks_in_one_way() {
        let told = "`spec.containers.main.readinessProbe` does not say how to ask";
        let text = probe("readinessProbe", "{periodSeconds: 5}");
        assert_eq!(only(&text), ("schema/probe-action".to_owned(), told.to_owned(), "readinessProbe".to_owned()));
        let told = "`spec.containers.main.readinessProbe` asks in 2 ways: `grpc` and `tcpSocket`";
        let text = probe("readinessProbe", "{grpc: {port: 1}, tcpSocket: {port: 1}}");
        assert_eq!(only(&text), ("schema/probe-action".to_owned(), told.to_owned(), "tcpSocket".to_owned()));
    }

    #[test]
    fn only_readiness_counts_successes() {
        assert_eq!(findings(&probe("readinessProbe", "{grpc: {port: 1}, successThreshold: 3}")), []);
        for kind in ["livenessProbe", "startupProbe"] {
            let text = probe(kind, "{grpc: {port: 1}, successThreshold: 3}");
            let told =
                format!("`spec.containers.main.{kind}.successThreshold` is 3, Kubernetes takes only 1 for a `{kind}`");
            assert_eq!(only(&text), ("schema/probe-threshold".to_owned(), told, "3".to_owned()));
            assert!(mended(&text, &findings(&text)[0]).contains("successThreshold: 1}"));
        }
    }

    #[test]
    fn a_probe_with_a_wrong_field_is_told_once() {
        assert_eq!(only(&probe("readinessProbe", "{htpGet: {path: /, port: 80}}")).0, "schema/unknown-field");
    }
}
