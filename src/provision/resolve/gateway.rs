//! The container ports that the environment's gateway reaches.

use super::{Stage, port_number};
use crate::model::kinds::resource_type::Provisioner;
use crate::model::{Finding, Location, listed, nearest};
use crate::provision::ask::Ask;
use crate::provision::evaluate::Evaluator;
use crate::provision::rules;
use crate::read::Place;
use serde_json::Value;

/// Each ingress port is the name or number of a port of the service; what counts is where its containers listen.
pub fn ports(
    ask: &Ask<'_>,
    provisioner: &Provisioner,
    stage: &Stage<'_, '_, '_>,
    place: &Place,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> Vec<i32> {
    let mut ports = Vec::new();
    for (index, rule) in provisioner.network.ingress.iter().enumerate() {
        let place = place.clone().child("network").child("ingress").child(index.to_string()).child("port");
        let before = evaluator.reporter.errors();
        let value = evaluator.value(&rule.port, &place);
        if evaluator.reporter.errors() != before {
            continue;
        }
        match container_port(&value, stage) {
            Some(port) => ports.push(port),
            None => {
                let environment = &stage.surroundings.facts.name;
                let at = ask.param_place(evaluator.reporter.documents, environment, &["port".to_owned()]);
                let at = evaluator.reporter.locate(&at);
                let known: Vec<&str> = declared_ports(stage).map(|(name, _)| name.as_str()).collect();
                evaluator.reporter.say(unknown_port(at, ask, &value, &known));
            }
        }
    }
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn declared_ports<'s>(
    stage: &'s Stage<'_, '_, '_>,
) -> impl Iterator<Item = (&'s crate::model::Name, &'s crate::model::kinds::workload::ServicePort)> {
    let service = stage.unit.service.as_ref().and_then(|service| service.declared.spec.service.as_ref());
    service.into_iter().flat_map(|service| &service.ports)
}

fn container_port(value: &Value, stage: &Stage<'_, '_, '_>) -> Option<i32> {
    let number = port_number(value);
    let named = value.as_str();
    declared_ports(stage)
        .find(|(name, port)| named == Some(name) || number == Some(port.port))
        .map(|(_, port)| port.target())
}

fn unknown_port(at: Location, ask: &Ask<'_>, value: &Value, known: &[&str]) -> Finding {
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let finding = Finding::new(
        &rules::ROUTE_PORT,
        at,
        format!("resource {} leads to `{written}`, which is no port of its service", ask.local),
    )
    .label("no such port");
    match nearest(&written, known.iter().copied()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => finding.help("the service has no ports: declare one under `service.ports`"),
        None => finding.help(format!("its ports are {}", listed(known.iter().copied(), 10))),
    }
}
