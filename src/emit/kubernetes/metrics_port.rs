//! The port on which a workload serves its metrics: one that it has anyway, or one more, which only Prometheus reaches.

use crate::model::kinds::workload::Protocol;
use crate::provision::WorkloadPlan;
use k8s_openapi::api::core::v1::{Container, ContainerPort};

const NAME: &str = "metrics";
/// For a service that has another port of that name.
const OTHER_NAME: &str = "pavior-metrics";

/// The name of the container's port, by which a monitor finds it.
pub fn name(plan: &WorkloadPlan) -> Option<&str> {
    let metrics = plan.metrics.as_ref()?;
    let mut opened = plan.ports.iter().filter(|(_, port)| port.protocol() == Protocol::Tcp);
    match opened.find(|(_, port)| port.target() == metrics.port) {
        Some((name, _)) => Some(name),
        None if plan.ports.contains_key(NAME) => Some(OTHER_NAME),
        None => Some(NAME),
    }
}

/// Opens it on the main container.
pub fn open(container: &mut Container, plan: &WorkloadPlan) {
    let (Some(metrics), Some(name)) = (&plan.metrics, name(plan)) else { return };
    let ports = container.ports.get_or_insert_default();
    if ports.iter().all(|port| port.name.as_deref() != Some(name)) {
        ports.push(ContainerPort {
            name: Some(name.to_owned()),
            container_port: metrics.port,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::container::serve;
    use super::super::sample;
    use super::*;
    use serde_json::{Value, json};

    fn opened(ports: Value, port: i32) -> (String, Value) {
        let unit = sample::unit_with("cart", |plan| {
            plan.ports = sample::declared(ports);
            plan.metrics = Some(sample::declared(json!({ "port": port })));
        });
        let plan = unit.workload.as_ref().unwrap();
        let mut container = Container::default();
        serve(&mut container, &plan.ports);
        open(&mut container, plan);
        (name(plan).unwrap().to_owned(), json!(container.ports))
    }

    #[test]
    fn a_port_of_its_own_is_opened_once() {
        let http = json!({ "name": "http", "containerPort": 8080, "protocol": "TCP" });
        let metrics = json!({ "name": "metrics", "containerPort": 9090, "protocol": "TCP" });
        let ports = json!({ "http": { "port": 80, "targetPort": 8080 } });
        assert_eq!(opened(ports.clone(), 9090), ("metrics".to_owned(), json!([http, metrics])));
        assert_eq!(opened(ports, 8080), ("http".to_owned(), json!([http])));
        assert_eq!(opened(json!({}), 9090), ("metrics".to_owned(), json!([metrics])));
    }

    #[test]
    fn a_name_that_is_taken_is_not_taken_again() {
        let (name, ports) = opened(json!({ "metrics": { "port": 81 } }), 9090);
        assert_eq!((name.as_str(), &ports[1]["containerPort"]), ("pavior-metrics", &json!(9090)));
    }

    #[test]
    fn without_metrics_nothing_is_opened() {
        let unit = sample::unit("cart");
        let mut container = Container::default();
        open(&mut container, unit.workload.as_ref().unwrap());
        assert_eq!(container.ports, None);
    }
}
