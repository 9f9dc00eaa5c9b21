//! How pods are reached: one name for all of them, and for stateful workloads one for each.

use super::labels;
use super::names;
use super::object;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

const MAX_NAME: usize = 63;

/// The name that callers use. None for a workload without ports.
pub fn service(unit: &ServiceUnit<'_>) -> Option<Tree> {
    let ports = ports(unit)?;
    Some(object::tree(&Service {
        metadata: unit.metadata(unit.name()),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(labels::component_selector(unit.name(), labels::WORKLOAD)),
            ports: Some(ports),
            ..ServiceSpec::default()
        }),
        status: None,
    }))
}

pub fn headless_name(unit: &ServiceUnit<'_>) -> String {
    names::fit(&format!("{}-headless", unit.name()), MAX_NAME)
}

/// Gives each pod of a StatefulSet a name of its own.
pub fn headless(unit: &ServiceUnit<'_>) -> Tree {
    object::tree(&Service {
        metadata: unit.metadata(&headless_name(unit)),
        spec: Some(ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            selector: Some(labels::component_selector(unit.name(), labels::WORKLOAD)),
            ports: ports(unit),
            ..ServiceSpec::default()
        }),
        status: None,
    })
}

fn ports(unit: &ServiceUnit<'_>) -> Option<Vec<ServicePort>> {
    let ports = unit.plan.ports.iter().map(|(name, port)| ServicePort {
        name: Some(name.to_string()),
        port: port.port,
        target_port: Some(IntOrString::Int(port.target())),
        protocol: Some(port.protocol().as_str().to_owned()),
        app_protocol: app_protocol(name).map(str::to_owned),
        ..ServicePort::default()
    });
    Some(ports.collect()).filter(|ports: &Vec<_>| !ports.is_empty())
}

/// What gateways and meshes need to know: gRPC is HTTP/2 without TLS, which no gateway guesses.
fn app_protocol(port: &str) -> Option<&'static str> {
    match port.split('-').next() {
        Some("grpc") => Some("kubernetes.io/h2c"),
        Some("http") => Some("http"),
        Some("https") => Some("https"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::SmallMap;
    use serde_json::json;

    #[test]
    fn callers_reach_the_container_port_by_name_and_protocol() {
        let unit = sample::unit_with("cart", |plan| {
            plan.ports = SmallMap::from([
                (sample::name("http"), sample::declared(json!({ "port": 80, "targetPort": 8080 }))),
                (sample::name("grpc-admin"), sample::declared(json!({ "port": 7070 }))),
                (sample::name("dns"), sample::declared(json!({ "port": 53, "protocol": "UDP" }))),
            ]);
        });
        let tree = service(&sample::service(&unit)).unwrap();
        assert_eq!(
            tree["spec"]["ports"],
            json!([
                { "name": "http", "appProtocol": "http", "port": 80, "protocol": "TCP", "targetPort": 8080 },
                { "name": "grpc-admin", "appProtocol": "kubernetes.io/h2c", "port": 7070, "protocol": "TCP", "targetPort": 7070 },
                { "name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53 },
            ])
        );
        assert_eq!(tree["spec"]["type"], json!("ClusterIP"));
    }

    #[test]
    fn only_the_workloads_pods_answer_not_those_of_its_jobs() {
        let unit = sample::unit("cart");
        let tree = service(&sample::service(&unit)).unwrap();
        assert_eq!(
            tree["spec"]["selector"],
            json!({ "app.kubernetes.io/name": "cart", "app.kubernetes.io/component": "workload", "pavior.dev/unit": "cart" })
        );
    }

    #[test]
    fn without_ports_there_is_no_service() {
        let unit = sample::unit_with("cart", |plan| plan.ports = SmallMap::new());
        assert_eq!(service(&sample::service(&unit)), None);
        assert_eq!(headless(&sample::service(&unit))["spec"]["clusterIP"], json!("None"));
    }
}
