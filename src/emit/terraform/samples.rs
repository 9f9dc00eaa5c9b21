//! Units for the tests of this folder.

use crate::emit::kubernetes::sample::nowhere;
use crate::model::Name;
use crate::model::kinds::environment::Environment;
use crate::model::kinds::service::Tier;
use crate::provision::{EnvironmentFacts, ModuleCall, ProvisionedUnit, ResolvedResource, UnitId, UnitKind};
use indexmap::IndexMap;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub fn aws() -> Environment {
    environment(json!({
        "class": "production", "provider": "aws", "region": "eu-central-1", "domain": "shop.example",
        "terraform": {"backend": {"s3": {"bucket": "acme-state", "region": "eu-west-1", "kmsKey": "alias/state"}}},
        "aws": {
            "account": "123456789012", "vpc": "vpc-0123456789abcdef0",
            "privateSubnets": ["subnet-0a", "subnet-0b"], "privateCidrs": ["10.0.0.0/16"],
            "clusterSecurityGroup": "sg-0123456789abcdef0"
        }
    }))
}

pub fn gcp() -> Environment {
    environment(json!({
        "class": "staging", "provider": "gcp", "region": "europe-west3", "domain": "shop.example",
        "terraform": {"backend": {"gcs": {"bucket": "acme-state"}}},
        "gcp": {"project": "acme-shop", "network": "main", "privateCidrs": ["10.0.0.0/16"]}
    }))
}

pub fn local() -> Environment {
    environment(json!({"class": "development", "provider": "local", "domain": "localhost"}))
}

fn environment(spec: Value) -> Environment {
    serde_json::from_value(spec).unwrap()
}

/// The service `cart` of the team `shopping`.
pub fn unit(environment: &Environment, resources: Vec<ResolvedResource>) -> ProvisionedUnit<'_> {
    let facts = EnvironmentFacts {
        organisation: "acme".to_owned(),
        name: name("main"),
        namespace: name("main"),
        spec: environment,
        labels: BTreeMap::new(),
        prices: Default::default(),
    };
    ProvisionedUnit {
        claims: Vec::new(),
        id: UnitId { environment: name("main"), kind: UnitKind::Service, name: name("cart") },
        identity: name("cart"),
        environment: Arc::new(facts),
        owner: name("shopping"),
        tier: Tier::Important,
        workload: None,
        resources,
    }
}

pub fn resource(call: ModuleCall) -> ResolvedResource {
    ResolvedResource {
        local: name("carts"),
        asked: nowhere(),
        provisioner: nowhere(),
        name: "cart-carts".to_owned(),
        kind: name("redis"),
        class: name("small"),
        params: serde_json::Map::new(),
        own: true,
        outputs: IndexMap::new(),
        used_outputs: BTreeSet::new(),
        secret_name: "cart-carts".to_owned(),
        terraform: Some(call),
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

/// A call of a module that takes anything and needs no provider.
pub fn call(label: &str, variables: &[(&str, Value)]) -> ModuleCall {
    let declared: String =
        variables.iter().map(|(name, _)| format!("variable \"{name}\" {{\n  type = any\n}}\n\n")).collect();
    let main = "resource \"terraform_data\" \"this\" {\n  input = var.name\n}\n";
    let files = [("main.tf", main), ("variables.tf", declared.trim_end_matches('\n'))];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), Arc::from(text.trim_end().to_owned() + "\n")));
    ModuleCall {
        label: label.to_owned(),
        folder: "redis-local".to_owned(),
        files: Arc::new(files.collect()),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}
