//! An environment as emitters and expressions see it.

use super::expression::Known;
use super::names::WORKLOAD_KINDS;
use super::reporter::Reporter;
use super::rules;
use super::unit::EnvironmentFacts;
use crate::link::{Catalog, Unit};
use crate::model::kinds::Environment;
use crate::model::kinds::environment::{Aws, EnvironmentClass, Gcp, SecretStoreKind};
use crate::model::kinds::resource_type::Provider;
use crate::model::kinds::service::Tier;
use crate::model::{Finding, Location, Name};
use crate::read::Declared;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What all units of an environment share.
#[derive(Debug, Clone)]
pub struct Surroundings<'d> {
    pub declared: &'d Declared<Environment>,
    pub facts: Arc<EnvironmentFacts<'d>>,
    /// The root `environment` of expressions.
    pub value: Arc<Known>,
    pub organisation: Arc<Known>,
    /// Shared resources that are realised here: owner and tier by id.
    pub shared: BTreeMap<Name, (Name, Tier)>,
    /// Within what the names of a workload's objects are unique here, for each of [`WORKLOAD_KINDS`].
    pub scopes: Vec<Arc<str>>,
}

/// None when settings are missing that the provider's resources need.
pub fn surroundings<'d>(
    catalog: &Catalog<'d>,
    declared: &'d Declared<Environment>,
    reporter: &mut Reporter<'_, 'd>,
) -> Option<Surroundings<'d>> {
    let is_service_here =
        |unit: &Unit<'_>| unit.service.is_some() && unit.environment.metadata.name == declared.metadata.name;
    let missing = missing_settings(&declared.spec, catalog.units.iter().any(is_service_here));
    if !missing.is_empty() {
        let at = reporter.locate(&declared.place(&["spec", "provider"]));
        reporter.say(settings_missing(at, declared, &missing));
        return None;
    }
    let facts = EnvironmentFacts {
        organisation: catalog.organisation().to_owned(),
        name: declared.metadata.name.clone(),
        namespace: declared.spec.namespace.clone().unwrap_or_else(|| declared.metadata.name.clone()),
        spec: &declared.spec,
        labels: catalog
            .platform
            .iter()
            .flat_map(|platform| &platform.spec.labels)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        prices: catalog.prices.list(declared.spec.provider, declared.spec.region.as_deref()),
    };
    let organisation = Known::new(json!({ "name": facts.organisation }));
    let value = Known::new(value_of(&facts));
    let is_shared_here = |unit: &&Unit<'_>| unit.service.is_none() && unit.environment.metadata.name == facts.name;
    let shared = catalog.units.iter().filter(is_shared_here);
    let shared = shared.map(|unit| (unit.name.clone(), (unit.owner.clone(), unit.tier))).collect();
    let scopes = WORKLOAD_KINDS.iter().map(|kind| format!("{}/{kind}", facts.name).into()).collect();
    Some(Surroundings { declared, facts: Arc::new(facts), value, organisation, shared, scopes })
}

/// Shared resources alone need no cluster: services do, and not only for where they run. Their identity is bound there.
fn missing_settings(spec: &Environment, has_services: bool) -> Vec<&'static str> {
    let needed: &[(&'static str, bool)] = match spec.provider {
        Provider::Aws => {
            let needs_cluster = spec.cluster.is_none() && has_services;
            &[("region", spec.region.is_none()), ("cluster", needs_cluster), ("aws", spec.aws.is_none())]
        }
        Provider::Gcp => &[("region", spec.region.is_none()), ("gcp", spec.gcp.is_none())],
        Provider::Kubernetes | Provider::Local => &[],
    };
    needed.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect()
}

fn settings_missing(at: Location, declared: &Declared<Environment>, missing: &[&str]) -> Finding {
    let provider = declared.spec.provider.as_str();
    let names = crate::model::listed(missing.iter().copied(), 5);
    Finding::new(
        &rules::ENVIRONMENT_SETTINGS,
        at,
        format!("environment {} is on {provider}, but does not set {names}", declared.metadata.name),
    )
    .label(format!("resources on {provider} need {names}"))
    .help(format!("add {names} to its `spec`"))
}

pub fn class_name(class: EnvironmentClass) -> &'static str {
    match class {
        EnvironmentClass::Production => "production",
        EnvironmentClass::Staging => "staging",
        EnvironmentClass::Development => "development",
    }
}

/// Optional texts are empty where absent, so that expressions compare and never miss.
fn value_of(facts: &EnvironmentFacts<'_>) -> Value {
    let spec = facts.spec;
    let protection = &spec.protection;
    let gateway = &spec.gateway;
    let store = spec.secret_store.as_ref();
    let store_kind = match store.map(|store| store.kind).unwrap_or_default() {
        SecretStoreKind::ClusterSecretStore => "ClusterSecretStore",
        SecretStoreKind::SecretStore => "SecretStore",
    };
    let mut value = json!({
        "name": facts.name.as_str(),
        "class": class_name(spec.class),
        "provider": spec.provider.as_str(),
        "region": spec.region.as_deref().unwrap_or_default(),
        "cluster": spec.cluster.as_deref().unwrap_or_default(),
        "namespace": facts.namespace.as_str(),
        "domain": spec.domain,
        "protection": {
            "deletionProtection": protection.deletion_protection,
            "backupRetentionDays": protection.backup_retention_days,
            "multiZone": protection.multi_zone,
            "finalSnapshot": protection.final_snapshot,
        },
        "privateCidrs": facts.private_cidrs(),
        "storageClass": spec.storage_class.as_deref().unwrap_or(default_storage_class(spec.provider)),
        "gateway": {
            "class": gateway.class.as_str(),
            "internalClass": gateway.internal_class.as_deref().unwrap_or(&gateway.class),
            "namespace": gateway.namespace.as_str(),
            "issuer": gateway.issuer.as_deref().unwrap_or_default(),
        },
        "secretStore": {
            "name": store.map_or(DEFAULT_SECRET_STORE, |store| store.name.as_str()),
            "kind": store_kind,
        },
    });
    if let Some(aws) = &spec.aws {
        value["aws"] = aws_value(aws);
    }
    if let Some(gcp) = &spec.gcp {
        value["gcp"] = gcp_value(gcp);
    }
    value
}

/// The store of environments that name none.
pub const DEFAULT_SECRET_STORE: &str = "default";

/// What the providers' clusters call their encrypted storage.
fn default_storage_class(provider: Provider) -> &'static str {
    match provider {
        Provider::Aws => "gp3",
        Provider::Gcp => "premium-rwo",
        Provider::Kubernetes | Provider::Local => "standard",
    }
}

fn aws_value(aws: &Aws) -> Value {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    json!({
        "account": aws.account,
        "vpc": aws.vpc,
        "privateSubnets": aws.private_subnets,
        "privateCidrs": aws.private_cidrs,
        "clusterSecurityGroup": aws.cluster_security_group,
        "kmsKey": text(&aws.kms_key),
        "logBucket": text(&aws.log_bucket),
        "hostedZone": text(&aws.hosted_zone),
        "permissionsBoundary": text(&aws.permissions_boundary),
        "alarmTopic": text(&aws.alarm_topic),
    })
}

fn gcp_value(gcp: &Gcp) -> Value {
    json!({
        "project": gcp.project,
        "network": gcp.network,
        "privateCidrs": gcp.private_cidrs,
        "kmsKey": gcp.kms_key.clone().unwrap_or_default(),
    })
}
