//! Network policies: each end is open because some declaration says so, the unit's own or that of a caller.

use super::facts::Facts;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::model::Name;
use crate::model::kinds::Service;
use crate::model::kinds::resource_type::EgressTarget;
use crate::model::kinds::workload::ServicePort;
use crate::provision::ResolvedResource;
use crate::read::{Declared, NodeValue, Place};
use serde_json::Value;

impl Facts<'_> {
    pub fn network_policy(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["spec", "podSelector", "matchLabels", key] => Some(self.label(key)),
            ["spec", "policyTypes"] => Some(Traced::default(words::CLOSED)),
            ["spec", "ingress" | "egress"] => spot.is_leaf().then(|| Traced::default(words::CLOSED)),
            ["spec", "ingress", _, "from", _] => Some(self.comes_in(&Rule::of(spot)?, spot.value)),
            ["spec", "ingress", _, "ports", _] => Some(self.comes_in_on(&Rule::of(spot)?, spot.value)),
            ["spec", "egress", _, "to", _] => Some(self.is_reached(&Rule::of(spot)?, spot.value)),
            ["spec", "egress", _, "ports", _] => Some(self.is_reached_on(&Rule::of(spot)?, spot.value)),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    /// Who comes in.
    fn comes_in(&self, rule: &Rule<'_>, peer: &Value) -> Traced {
        if let Some(caller) = unit_of(peer) {
            let unit = self.world.unit(&self.environment.metadata.name, caller, true);
            let call = unit.and_then(|unit| self.call_of(unit, &self.unit.id.name));
            return match call {
                Some(place) => {
                    Traced::at(place).because(words::CALLED).of([self.name_of(caller)].into_iter().flatten())
                }
                None => Traced::default(words::CLOSED),
            };
        }
        if is_of_previews(peer) {
            return Traced::default(words::PREVIEWS);
        }
        if self.is_for_metrics(rule) {
            let namespace = self.around(&["spec", "observability", "namespace"]);
            return self.first([namespace], words::PROMETHEUS).of([self.own(&["spec", "metrics", "port"])]);
        }
        let routes = self.unit.resources.iter().filter(|resource| !resource.gateway_ports.is_empty());
        let routes: Vec<Place> = routes.map(|resource| self.local(resource)).collect();
        match peer.get("ipBlock").and_then(|block| block.get("cidr")).and_then(Value::as_str) {
            Some(cidr) => Traced::at(self.range_of(cidr)).because(words::GATEWAY).of(routes),
            None => self.first([self.around(&["spec", "gateway", "namespace"])], words::GATEWAY).of(routes),
        }
    }

    fn comes_in_on(&self, rule: &Rule<'_>, port: &Value) -> Traced {
        let number = port.get("port").and_then(Value::as_i64).unwrap_or_default();
        if rule.peers.iter().any(|peer| unit_of(peer).is_some() || is_of_previews(peer)) {
            return self.listens(self.service, number, port).because(words::CLOSED);
        }
        if self.is_for_metrics(rule) {
            return Traced::at(self.own(&["spec", "metrics", "port"])).because(words::PROMETHEUS);
        }
        let is_it = |resource: &&ResolvedResource| resource.gateway_ports.iter().any(|port| i64::from(*port) == number);
        match self.unit.resources.iter().find(is_it) {
            Some(route) => Traced::at(self.local(route))
                .because(words::GATEWAY)
                .of(self.param(route, "port"))
                .of(self.ports_of(self.service, number)),
            None => Traced::default(words::GATEWAY),
        }
    }

    /// Prometheus is the last to come in, and alone on its port.
    fn is_for_metrics(&self, rule: &Rule<'_>) -> bool {
        let metrics = self.unit.workload.as_ref().and_then(|plan| plan.metrics.as_ref());
        metrics.is_some_and(|metrics| {
            rule.is_last && rule.ports.len() == 1 && rule.ports[0].get("port") == Some(&Value::from(metrics.port))
        })
    }

    /// What is reached.
    fn is_reached(&self, rule: &Rule<'_>, peer: &Value) -> Traced {
        if rule.is_first {
            return Traced::default(words::DNS);
        }
        if let Some(callee) = unit_of(peer) {
            let call = self.call_of(self.linked, callee);
            return match call {
                Some(place) => Traced::at(place).because(words::CALLS).of(self.name_of(callee)),
                None => Traced::default(words::CLOSED),
            };
        }
        let cidr = peer.get("ipBlock").and_then(|block| block.get("cidr")).and_then(Value::as_str).unwrap_or_default();
        if let Some(declared) = self.declared_egress(rule, cidr) {
            return Traced::at(declared.child("cidr"));
        }
        match self.users_of(peer, rule).split_first() {
            Some((resource, others)) => {
                let network = cidr != "0.0.0.0/0" && !cidr.is_empty();
                let range = network.then(|| self.range_of(cidr));
                let names = if cidr.is_empty() { self.resource_name(resource) } else { Vec::new() };
                Traced::at(self.reached_by(resource))
                    .because(words::REACHES)
                    .of(range)
                    .of(names)
                    .of(self.asked_with(resource))
                    .of(others.iter().map(|other| self.local(other)))
            }
            None => Traced::default(words::IDENTITY).of(self.granting()),
        }
    }

    fn is_reached_on(&self, rule: &Rule<'_>, port: &Value) -> Traced {
        if rule.is_first {
            return Traced::default(words::DNS);
        }
        let number = port.get("port").and_then(Value::as_i64).unwrap_or_default();
        if let Some(callee) = rule.peers.iter().find_map(unit_of) {
            let callee = self.world.catalog.services.get(callee).copied();
            return self.listens(callee, number, port).because(words::CALLS);
        }
        let cidr = rule.peers.first().and_then(|peer| peer.get("ipBlock")?.get("cidr")?.as_str()).unwrap_or_default();
        if let Some(declared) = self.declared_egress(rule, cidr) {
            return Traced::at(declared.child("port"));
        }
        let users = rule.peers.first().map(|peer| self.users_of(peer, rule)).unwrap_or_default();
        match users.iter().find(|resource| resource.egress.iter().any(|(_, port)| i64::from(*port) == number)) {
            Some(resource) => {
                Traced::at(self.reached_by(resource)).because(words::REACHES).of(self.asked_with(resource))
            }
            None => Traced::default(words::IDENTITY).of(self.granting()),
        }
    }

    fn name_of(&self, service: &str) -> Option<Place> {
        self.world.catalog.services.get(service).map(|service| service.name_place())
    }

    /// The port of a service on which its containers listen by this number.
    fn listens(&self, service: Option<&Declared<Service>>, number: i64, port: &Value) -> Traced {
        let places = self.ports_of(service, number);
        let protocol = port.get("protocol").and_then(Value::as_str);
        let protocol = places.first().zip(protocol).map(|(place, _)| {
            let mut route = place.route.clone();
            route.pop();
            Place { route, ..place.clone() }.child("protocol")
        });
        let protocol = self.there(protocol);
        match places.split_first() {
            Some((first, others)) => Traced::at(first.clone()).of(others.iter().cloned()).of(protocol),
            None => Traced::default(words::TARGET_PORT),
        }
    }

    fn ports_of(&self, service: Option<&Declared<Service>>, number: i64) -> Vec<Place> {
        let Some(service) = service else { return Vec::new() };
        let ports = service.spec.service.iter().flat_map(|service| &service.ports);
        let listening = ports.filter(|(_, port): &(&Name, &ServicePort)| i64::from(port.target()) == number);
        listening
            .filter_map(|(name, _)| {
                let at = |field: &str| service.place(&["spec", "service", "ports", name, field]);
                self.there([at("targetPort"), at("port")])
            })
            .collect()
    }

    /// An address range of the environment.
    fn range_of(&self, cidr: &str) -> Place {
        let lists = [["aws", "privateCidrs"], ["aws", "publicCidrs"], ["gcp", "privateCidrs"]];
        for [provider, list] in lists {
            let place = self.around(&["spec", provider, list]);
            let Some(NodeValue::Sequence(items)) = self.world.node(&place).map(|node| &node.value) else { continue };
            let found = items.iter().position(|item| matches!(&item.value, NodeValue::Text(text) if text == cidr));
            if let Some(position) = found {
                return place.child(position.to_string());
            }
        }
        self.around(&["spec", "provider"])
    }

    /// A host outside that the service itself declares.
    fn declared_egress(&self, rule: &Rule<'_>, cidr: &str) -> Option<Place> {
        let port = rule.ports.first()?.get("port")?.as_i64()?;
        let declared = &self.service?.spec.egress;
        let position = declared.iter().position(|egress| egress.cidr == cidr && i64::from(egress.port) == port)?;
        (rule.ports.len() == 1).then(|| self.own(&["spec", "egress", &position.to_string()]))
    }

    /// The resources for which the way to a peer is open.
    fn users_of(&self, peer: &Value, rule: &Rule<'_>) -> Vec<&ResolvedResource> {
        let labels = peer.get("podSelector").and_then(|selector| selector.get("matchLabels"));
        let pods = labels.and_then(|labels| labels.get("pavior.dev/resource")).and_then(Value::as_str);
        let cidr = peer.get("ipBlock").and_then(|block| block.get("cidr")).and_then(Value::as_str);
        let wanted = match (pods, cidr) {
            (Some(_), _) => EgressTarget::Pods,
            (None, Some("0.0.0.0/0")) => EgressTarget::Internet,
            (None, _) => EgressTarget::Network,
        };
        let opens = |port: i32| rule.ports.iter().any(|open| open.get("port") == Some(&Value::from(port)));
        let is_it = |resource: &&ResolvedResource| {
            pods.is_none_or(|name| resource.name == name)
                && resource.egress.iter().any(|(to, port)| *to == wanted && opens(*port))
        };
        self.unit.resources.iter().filter(is_it).collect()
    }

    /// Where a provisioner says what its users have to reach.
    fn reached_by(&self, resource: &ResolvedResource) -> Place {
        resource.provisioner.clone().child("network").child("egress")
    }

    fn asked_with(&self, resource: &ResolvedResource) -> Vec<Place> {
        let network = self.world.node(&resource.provisioner.clone().child("network"));
        let inputs = network.map(|node| self.below(resource, node)).unwrap_or_default();
        std::iter::once(self.local(resource)).chain(inputs).collect()
    }

    /// Where the workload's permissions in the cloud come from.
    fn granting(&self) -> Vec<Place> {
        let granting = self.unit.resources.iter().filter(|resource| !resource.grants.is_empty());
        let places = granting.map(|resource| resource.provisioner.clone().child("grants"));
        self.there([self.around(&["spec", "provider"])]).into_iter().chain(places).collect()
    }
}

/// One rule of a policy.
struct Rule<'s> {
    peers: &'s [Value],
    ports: &'s [Value],
    is_first: bool,
    is_last: bool,
}

impl<'s> Rule<'s> {
    /// The rule that a place in a policy belongs to.
    fn of(spot: &'s Spot<'_>) -> Option<Rule<'s>> {
        let rules = spot.above(2)?.as_array()?;
        let index: usize = spot.raw.get(2)?.parse().ok()?;
        let rule = rules.get(index)?;
        let list = |key: &str| rule.get(key).and_then(Value::as_array).map(Vec::as_slice);
        Some(Rule {
            peers: list("from").or(list("to")).unwrap_or_default(),
            ports: list("ports").unwrap_or_default(),
            is_first: index == 0,
            is_last: index + 1 == rules.len(),
        })
    }
}

/// Whether a peer is the previews that share the environment.
fn is_of_previews(peer: &Value) -> bool {
    peer.pointer("/namespaceSelector/matchLabels/pavior.dev~1shares").is_some()
}

/// The service whose pods a peer is.
fn unit_of(peer: &Value) -> Option<&str> {
    peer.get("podSelector")?.get("matchLabels")?.get("pavior.dev/unit")?.as_str()
}
