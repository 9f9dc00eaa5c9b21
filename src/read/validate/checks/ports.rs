//! The ports of a service: names that Kubernetes takes, each number once.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::Finding;
use crate::model::kinds::workload::{Protocol, ServicePorts};
use crate::read::Place;

/// The longest name of a port.
const LONGEST: usize = 15;

pub fn check(inspection: &mut Inspection, service: &ServicePorts) {
    let ports = inspection.spec("service").child("ports");
    let mut seen: Vec<(&str, i32, Protocol)> = Vec::new();
    for (name, port) in &service.ports {
        if let Some(fault) = name_fault(name) {
            inspection.report(wrong_name(inspection, &ports.clone().child(name.as_str()), name, &fault));
        }
        let protocol = port.protocol.unwrap_or(Protocol::Tcp);
        match seen.iter().find(|(_, number, other)| (*number, *other) == (port.port, protocol)) {
            Some((first, ..)) => inspection.report(same_number(inspection, &ports, first, name, port.port)),
            None => seen.push((name.as_str(), port.port, protocol)),
        }
    }
}

fn name_fault(name: &str) -> Option<String> {
    match name.len() > LONGEST {
        true => Some(format!("it has {} characters and {LONGEST} are the most", name.len())),
        false => name.contains("--").then(|| "it has two hyphens in a row".to_owned()),
    }
}

fn wrong_name(inspection: &Inspection, place: &Place, name: &str, fault: &str) -> Finding {
    inspection
        .finding(&rules::NAME, &place.clone().key(), format!("{} is no name of a port: {fault}", shown(name)))
        .label("not a port name for Kubernetes")
        .help("choose a short name, such as `http`, `grpc` or `metrics`")
}

fn same_number(inspection: &Inspection, ports: &Place, first: &str, second: &str, number: i32) -> Finding {
    let at = |name: &str| ports.clone().child(name).child("port");
    inspection
        .finding(&rules::NUMBER, &at(second), format!("the ports `{first}` and `{second}` are both {number}"))
        .label("the same port again")
        .related(inspection.locate(&at(first)), format!("`{first}` has it"))
        .help("give each port a number of its own; several may have the same `targetPort`")
}

pub mod rules {
    crate::model::rules! {
        NAME = "schema/port-name", Error,
        "A port's name has at most 15 characters",
r"Kubernetes takes names of ports as the registry of service names has them: 15 characters at most, no two hyphens in a
row.

Wrong: `ports: {administration-http: {port: 8081}}`

Right: `ports: {admin: {port: 8081}}`";

        NUMBER = "schema/port-number", Error,
        "Each port of a service has a number of its own",
r"Callers connect to a number. Two ports with one number and protocol cannot be told apart, and Kubernetes refuses them.

Wrong: `ports: {http: {port: 80}, admin: {port: 80}}`

Right: `ports: {http: {port: 80}, admin: {port: 81, targetPort: 8081}}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};

    #[test]
    fn a_long_name_is_told_with_the_limit() {
        let text = service("  service: {ports: {administration-ui: {port: 80}}}\n");
        let told = "`administration-ui` is no name of a port: it has 17 characters and 15 are the most";
        assert_eq!(only(&text), ("schema/port-name".to_owned(), told.to_owned(), "administration-ui".to_owned()));
        assert_eq!(only(&service("  service: {ports: {a--b: {port: 80}}}\n")).0, "schema/port-name");
        assert_eq!(findings(&service("  service: {ports: {exactly-fifteen: {port: 80}}}\n")), []);
    }

    #[test]
    fn a_number_is_used_once_per_protocol() {
        let text = service("  service: {ports: {http: {port: 80}, admin: {port: 80}}}\n");
        let finding = &findings(&text)[0];
        assert_eq!(
            (finding.rule.id, finding.message.as_str()),
            ("schema/port-number", "the ports `http` and `admin` are both 80")
        );
        assert!(finding.at.span > finding.related[0].at.span);
        assert_eq!(
            findings(&service("  service: {ports: {dns: {port: 53}, dns-udp: {port: 53, protocol: UDP}}}\n")),
            []
        );
    }
}
