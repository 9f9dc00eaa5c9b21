//! Who may talk to a unit's pods and whom they may talk to: nobody, but for the edges that declarations have.

use super::labels;
use super::network_peer::{self as peer, Port};
use super::object;
use super::unit::ServiceUnit;
use crate::emit::yaml::Tree;
use crate::model::kinds::resource_type::{EgressTarget, Provider};
use crate::model::kinds::workload::Protocol;
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicySpec,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a pod of EKS gets its role's credentials.
const EKS_POD_IDENTITY: (&str, i32) = ("169.254.170.23/32", 80);
/// Where a pod of GKE gets its service account's credentials: of each workload alone, not of the node.
const GKE_WORKLOAD_IDENTITY: [(&str, i32); 2] = [("169.254.169.252/32", 988), ("169.254.169.254/32", 80)];

pub fn network_policy(unit: &ServiceUnit<'_>) -> Tree {
    object::tree(&NetworkPolicy {
        metadata: unit.metadata(unit.name()),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(object::selector(labels::unit_selector(unit.name()))),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: Some(ingress(unit)),
            egress: Some(egress(unit)),
        }),
    })
}

fn ingress(unit: &ServiceUnit<'_>) -> Vec<NetworkPolicyIngressRule> {
    let mut rules = Vec::new();
    let ports: BTreeSet<Port> = unit.plan.ports.values().map(|port| (port.protocol(), port.target())).collect();
    let mut callers: Vec<_> =
        unit.plan.called_by.iter().map(|caller| peer::pods(labels::unit_selector(caller))).collect();
    if unit.plan.is_lent {
        // Which of them calls is said by the policies there: those let out along declared edges only.
        callers.push(peer::namespaces(labels::sharing(&unit.facts().name)));
    }
    rules.extend(allow_from(callers, ports));

    let gateway_ports: BTreeSet<Port> = unit
        .unit
        .resources
        .iter()
        .flat_map(|resource| &resource.gateway_ports)
        .map(|port| (Protocol::Tcp, *port))
        .collect();
    let facts = unit.facts();
    let mut gateway = vec![peer::namespace(&facts.spec.gateway.namespace)];
    if facts.spec.provider == Provider::Aws {
        // A load balancer of AWS is no pod: it comes from the subnets.
        gateway.extend(facts.gateway_cidrs().map(|cidr| peer::addresses(cidr)));
    }
    rules.extend(allow_from(gateway, gateway_ports));
    rules.extend(metrics(unit));
    rules
}

/// Prometheus reads what the service serves for it.
fn metrics(unit: &ServiceUnit<'_>) -> Option<NetworkPolicyIngressRule> {
    let port = unit.plan.metrics.as_ref()?.port;
    allow_from(vec![peer::namespace(&unit.facts().spec.observability.namespace)], [(Protocol::Tcp, port)].into())
}

fn egress(unit: &ServiceUnit<'_>) -> Vec<NetworkPolicyEgressRule> {
    let mut rules = vec![dns()];
    for (callee, ports) in &unit.plan.calls {
        let pods = labels::unit_selector(callee);
        let pods = match unit.plan.lent.get(callee) {
            Some(namespace) => peer::pods_in(namespace, pods),
            None => peer::pods(pods),
        };
        rules.extend(allow_to(vec![pods], ports.clone()));
    }
    for (peers, ports) in resources(unit).into_values() {
        rules.extend(allow_to(peers, ports));
    }
    for declared in &unit.plan.egress {
        rules.extend(allow_to(vec![peer::addresses(&declared.cidr)], [(Protocol::Tcp, declared.port)].into()));
    }
    for (cidr, port) in identity(unit) {
        rules.extend(allow_to(vec![peer::addresses(cidr)], [(Protocol::Tcp, port)].into()));
    }
    rules
}

/// Names are looked up by every pod.
pub fn dns() -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule {
        to: Some(vec![peer::namespace("kube-system")]),
        ports: Some([(Protocol::Tcp, 53), (Protocol::Udp, 53)].map(peer::port).into()),
    }
}

/// What the resources need, one rule for each destination.
fn resources(unit: &ServiceUnit<'_>) -> BTreeMap<Destination, (Vec<NetworkPolicyPeer>, BTreeSet<Port>)> {
    let mut rules: BTreeMap<Destination, (Vec<NetworkPolicyPeer>, BTreeSet<Port>)> = BTreeMap::new();
    for resource in &unit.unit.resources {
        for (target, port) in &resource.egress {
            let (destination, peers) = match target {
                EgressTarget::Network => {
                    let cidrs = unit.facts().private_cidrs();
                    (Destination::Network, cidrs.iter().map(|cidr| peer::addresses(cidr)).collect())
                }
                EgressTarget::Internet => (Destination::Internet, vec![peer::internet()]),
                EgressTarget::Pods => (
                    Destination::Pods(resource.name.clone()),
                    vec![peer::pods(labels::resource_selector(&resource.name))],
                ),
            };
            rules.entry(destination).or_insert((peers, BTreeSet::new())).1.insert((Protocol::Tcp, *port));
        }
    }
    rules
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Destination {
    Network,
    Internet,
    Pods(String),
}

/// Where a unit that was granted something gets the credentials for it.
fn identity(unit: &ServiceUnit<'_>) -> Vec<(&'static str, i32)> {
    if unit.unit.resources.iter().all(|resource| resource.grants.is_empty()) {
        return Vec::new();
    }
    match unit.facts().spec.provider {
        Provider::Aws => vec![EKS_POD_IDENTITY],
        Provider::Gcp => GKE_WORKLOAD_IDENTITY.into(),
        Provider::Kubernetes | Provider::Local => Vec::new(),
    }
}

/// None without peers or ports: to Kubernetes an empty list means everybody.
fn allow_from(from: Vec<NetworkPolicyPeer>, ports: BTreeSet<Port>) -> Option<NetworkPolicyIngressRule> {
    (!from.is_empty() && !ports.is_empty()).then(|| NetworkPolicyIngressRule {
        from: Some(from),
        ports: Some(ports.into_iter().map(peer::port).collect()),
    })
}

fn allow_to(to: Vec<NetworkPolicyPeer>, ports: BTreeSet<Port>) -> Option<NetworkPolicyEgressRule> {
    (!to.is_empty() && !ports.is_empty())
        .then(|| NetworkPolicyEgressRule { to: Some(to), ports: Some(ports.into_iter().map(peer::port).collect()) })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::kinds::resource_type::Grant;
    use crate::provision::ProvisionedUnit;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn spec(unit: &ProvisionedUnit<'_>) -> Value {
        network_policy(&sample::service(unit))["spec"].clone()
    }

    fn pods_of(service: &str) -> Value {
        json!({ "podSelector": { "matchLabels": { "app.kubernetes.io/name": service, "pavior.dev/unit": service } } })
    }

    fn dns_rule() -> Value {
        json!({
            "ports": [{ "port": 53, "protocol": "TCP" }, { "port": 53, "protocol": "UDP" }],
            "to": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } } }],
        })
    }

    #[test]
    fn without_edges_only_names_can_be_looked_up() {
        assert_eq!(
            spec(&sample::unit("cart")),
            json!({
                "podSelector": { "matchLabels": { "app.kubernetes.io/name": "cart", "pavior.dev/unit": "cart" } },
                "policyTypes": ["Ingress", "Egress"], "ingress": [], "egress": [dns_rule()],
            })
        );
    }

    #[test]
    fn callers_come_in_on_the_container_ports_and_callees_are_reached_on_theirs() {
        let unit = sample::unit_with("cart", |plan| {
            plan.called_by = [sample::name("frontend")].into();
            plan.calls = [(sample::name("currency"), [(Protocol::Tcp, 7000), (Protocol::Udp, 7001)].into())].into();
            plan.ports.values_mut().next().unwrap().target_port = Some(8080);
        });
        let spec = spec(&unit);
        assert_eq!(
            spec["ingress"],
            json!([{ "from": [pods_of("frontend")], "ports": [{ "port": 8080, "protocol": "TCP" }] }])
        );
        assert_eq!(
            spec["egress"][1],
            json!({
                "to": [pods_of("currency")],
                "ports": [{ "port": 7000, "protocol": "TCP" }, { "port": 7001, "protocol": "UDP" }],
            })
        );
    }

    #[test]
    fn a_gateway_comes_in_on_its_ports_and_on_aws_from_the_subnets() {
        let mut unit = sample::unit("cart");
        let mut route = sample::resource("route");
        route.gateway_ports = vec![8080];
        unit.resources.push(route);
        let gateway =
            json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "ingress-nginx" } } });
        let ports = json!([{ "port": 8080, "protocol": "TCP" }]);
        let subnets = ["10.0.0.0/20", "10.0.16.0/20"].map(|cidr| json!({ "ipBlock": { "cidr": cidr } }));
        assert_eq!(spec(&unit)["ingress"], json!([{ "from": [gateway, subnets[0], subnets[1]], "ports": ports }]));
        let facts = json!({ "class": "development", "provider": "kubernetes", "domain": "a.example" });
        unit.environment = Arc::new(sample::environment_of(facts));
        assert_eq!(spec(&unit)["ingress"], json!([{ "from": [gateway], "ports": ports }]));
    }

    #[test]
    fn prometheus_comes_in_on_the_metrics_port_alone() {
        let unit = sample::unit_with("cart", |plan| plan.metrics = Some(sample::declared(json!({ "port": 9090 }))));
        let prometheus =
            json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "monitoring" } } });
        assert_eq!(
            spec(&unit)["ingress"],
            json!([{ "from": [prometheus], "ports": [{ "port": 9090, "protocol": "TCP" }] }])
        );
    }

    #[test]
    fn resources_open_what_they_say() {
        let mut unit = sample::unit("cart");
        let resource = |local: &str, target, port| crate::provision::ResolvedResource {
            egress: vec![(target, port)],
            ..sample::resource(local)
        };
        unit.resources = vec![
            resource("db", EgressTarget::Network, 5432),
            resource("files", EgressTarget::Internet, 443),
            resource("cache", EgressTarget::Pods, 6379),
            resource("more", EgressTarget::Network, 6380),
        ];
        let egress = spec(&unit)["egress"].clone();
        assert_eq!(egress.as_array().map(Vec::len), Some(4));
        assert_eq!(
            egress[1],
            json!({
                "ports": [{ "port": 5432, "protocol": "TCP" }, { "port": 6380, "protocol": "TCP" }],
                "to": [{ "ipBlock": { "cidr": "10.0.0.0/20" } }, { "ipBlock": { "cidr": "10.0.16.0/20" } }],
            })
        );
        assert_eq!(egress[2]["to"][0]["ipBlock"]["cidr"], json!("0.0.0.0/0"));
        assert_eq!(
            egress[3]["to"],
            json!([{ "podSelector": { "matchLabels": { "pavior.dev/resource": "cart-cache" } } }])
        );
    }

    #[test]
    fn an_unknown_network_opens_nothing() {
        let mut unit = sample::unit("cart");
        unit.resources.push(sample::redis());
        let facts = json!({ "class": "development", "provider": "kubernetes", "domain": "a.example" });
        unit.environment = Arc::new(sample::environment_of(facts));
        assert_eq!(spec(&unit)["egress"], json!([dns_rule()]));
    }

    #[test]
    fn declared_ranges_are_reached_on_the_declared_port_alone() {
        let unit = sample::unit_with("cart", |plan| {
            plan.egress =
                vec![sample::declared(json!({ "cidr": "203.0.113.0/24", "port": 443, "reason": "card networks" }))];
        });
        assert_eq!(
            spec(&unit)["egress"][1],
            json!({ "to": [{ "ipBlock": { "cidr": "203.0.113.0/24" } }], "ports": [{ "port": 443, "protocol": "TCP" }] })
        );
    }

    #[test]
    fn who_was_granted_something_reaches_the_identity_agent() {
        let mut unit = sample::unit("cart");
        let mut bucket = sample::resource("bucket");
        bucket.grants = vec![Grant { actions: vec!["s3:GetObject".to_owned()], ..sample::declared(json!({})) }];
        unit.resources.push(bucket);
        assert_eq!(
            spec(&unit)["egress"][1],
            json!({ "to": [{ "ipBlock": { "cidr": "169.254.170.23/32" } }], "ports": [{ "port": 80, "protocol": "TCP" }] })
        );
    }

    #[test]
    fn previews_come_in_where_they_share_and_go_out_to_what_they_share() {
        let lends = sample::unit_with("cart", |plan| plan.is_lent = true);
        let previews = json!({ "namespaceSelector": { "matchLabels": { "pavior.dev/shares": "staging" } } });
        assert_eq!(spec(&lends)["ingress"][0]["from"], json!([previews]));
        let borrows = sample::unit_with("cart", |plan| {
            let ads = crate::model::Name::parse("ads").unwrap();
            plan.calls.insert(ads.clone(), [(Protocol::Tcp, 9555)].into());
            plan.lent.insert(ads, crate::model::Name::parse("shop").unwrap());
        });
        let mut there = pods_of("ads");
        there["namespaceSelector"] = json!({ "matchLabels": { "kubernetes.io/metadata.name": "shop" } });
        assert_eq!(spec(&borrows)["egress"][1]["to"], json!([there]));
    }
}
