//! Units to test on: a small cart service in a staging environment of AWS, to be changed by each test.

use super::unit::ServiceUnit;
use crate::model::kinds::environment::Environment;
use crate::model::kinds::resource_type::EgressTarget;
use crate::model::kinds::service::{Tier, Workload};
use crate::model::kinds::workload::{Before, Ready, ServicePort};
use crate::model::{Name, SmallMap};
use crate::provision::{
    ContainerPlan, EnvironmentFacts, Output, ProvisionedUnit, Replicas, ResolvedResource, UnitId, UnitKind,
    WorkloadPlan,
};
use crate::read::{DocumentId, Part, Place};
use indexmap::IndexMap;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn texts<const N: usize>(entries: [(&str, &str); N]) -> SmallMap<String, String> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn amounts(cpu: &str, memory: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("cpu".to_owned(), cpu.to_owned()), ("memory".to_owned(), memory.to_owned())])
}

/// A declared thing, as its YAML would be.
pub fn declared<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// An environment of AWS called `staging`, in the namespace `shop`.
pub fn environment() -> EnvironmentFacts<'static> {
    environment_of(json!({
        "class": "staging", "provider": "aws", "region": "eu-central-1", "cluster": "main", "domain": "shop.example",
        "capacity": { "cpu": "32", "memory": "64Gi", "pods": 200, "storage": "500Gi" },
        "secretStore": { "name": "aws" },
        "aws": { "account": "123456789012", "vpc": "vpc-0123456789abcdef0", "clusterSecurityGroup": "sg-0123456789abcdef0",
            "privateSubnets": ["subnet-a", "subnet-b"], "privateCidrs": ["10.0.0.0/20", "10.0.16.0/20"] },
    }))
}

pub fn environment_of(spec: Value) -> EnvironmentFacts<'static> {
    EnvironmentFacts {
        organisation: "acme".to_owned(),
        name: name("staging"),
        namespace: name("shop"),
        spec: Box::leak(Box::new(declared::<Environment>(spec))),
        labels: BTreeMap::from([("acme.example/platform".to_owned(), "boutique".to_owned())]),
        prices: Default::default(),
    }
}

pub fn container() -> ContainerPlan {
    ContainerPlan {
        image: "registry.example/cart:v1".to_owned(),
        command: Vec::new(),
        args: Vec::new(),
        environment: Vec::new(),
        files: IndexMap::new(),
        volumes: IndexMap::new(),
        requests: amounts("200m", "64Mi"),
        limits: amounts("300m", "128Mi"),
        liveness_probe: None,
        readiness_probe: None,
        startup_probe: None,
        before: SmallMap::new(),
        user: 10001,
        writable: Vec::new(),
    }
}

/// A container that others wait for.
pub fn waited_for(others: &[(&str, Ready)]) -> ContainerPlan {
    let before = others.iter().map(|(other, ready)| (name(other), Before { ready: *ready })).collect();
    ContainerPlan { before, ..container() }
}

pub fn unit(service: &str) -> ProvisionedUnit<'static> {
    unit_with(service, |_| ())
}

pub fn unit_with(service: &str, change: impl FnOnce(&mut WorkloadPlan)) -> ProvisionedUnit<'static> {
    let grpc: ServicePort = declared(json!({ "port": 7070 }));
    let mut plan = WorkloadPlan {
        kind: Workload::Service,
        labels: SmallMap::new(),
        containers: IndexMap::from([(name("main"), container())]),
        ports: SmallMap::from([(name("grpc"), grpc)]),
        schedule: None,
        jobs: SmallMap::new(),
        replicas: Replicas { min: 1, max: 1, cpu: None, memory: None },
        expected_replicas: None,
        disruption: None,
        egress: Vec::new(),
        preview: None,
        calls: BTreeMap::new(),
        lent: BTreeMap::new(),
        called_by: BTreeSet::new(),
        is_lent: false,
        metrics: None,
        slo: None,
        runbook: None,
    };
    change(&mut plan);
    ProvisionedUnit {
        claims: Vec::new(),
        id: UnitId { environment: name("staging"), kind: UnitKind::Service, name: name(service) },
        identity: name(service),
        environment: Arc::new(environment()),
        owner: name("shopping"),
        tier: Tier::Critical,
        workload: Some(plan),
        resources: Vec::new(),
    }
}

pub fn service<'u>(unit: &'u ProvisionedUnit<'u>) -> ServiceUnit<'u> {
    ServiceUnit::of(unit).unwrap()
}

/// A place in documents that a test does not have.
pub fn nowhere() -> Place {
    Place { document: DocumentId(0), route: Vec::new(), part: Part::Value }
}

/// An own resource without anything in it.
pub fn resource(local: &str) -> ResolvedResource {
    ResolvedResource {
        local: name(local),
        asked: nowhere(),
        provisioner: nowhere(),
        name: format!("cart-{local}"),
        kind: name("redis"),
        class: name("small"),
        params: serde_json::Map::new(),
        own: true,
        outputs: IndexMap::new(),
        used_outputs: BTreeSet::new(),
        secret_name: format!("cart-{local}-outputs"),
        terraform: None,
        manifests: Vec::new(),
        claim: None,
        egress: Vec::new(),
        gateway_ports: Vec::new(),
        grants: Vec::new(),
        cost: Vec::new(),
        capacity: BTreeMap::new(),
        access: None,
        reversibility: IndexMap::new(),
    }
}

/// A Redis whose host, port and password come from the secret store, the host unused.
pub fn redis() -> ResolvedResource {
    let store = |property: &str| Output::Store {
        path: "acme/staging/cart/carts".to_owned(),
        property: Some(property.to_owned()),
    };
    ResolvedResource {
        outputs: IndexMap::from([
            ("host".to_owned(), store("host")),
            ("port".to_owned(), Output::Plain("6379".to_owned())),
            ("password".to_owned(), store("password")),
            ("unused".to_owned(), store("unused")),
        ]),
        used_outputs: ["host", "port", "password"].map(str::to_owned).into(),
        egress: vec![(EgressTarget::Network, 6379)],
        ..resource("carts")
    }
}

/// A volume that each replica has one of.
pub fn volume(local: &str) -> ResolvedResource {
    let Value::Object(claim) = json!({
        "accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": { "requests": { "storage": "10Gi" } },
    }) else {
        unreachable!("the literal is an object")
    };
    ResolvedResource { claim: Some(claim), kind: name("volume"), ..resource(local) }
}
