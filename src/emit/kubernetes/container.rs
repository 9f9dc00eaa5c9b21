//! One container: image, variables, compute, probes, mounts, confinement.

use super::probe;
use super::security;
use crate::model::kinds::workload::ServicePort;
use crate::model::{Name, SmallMap};
use crate::provision::{ContainerPlan, EnvironmentVariable, VariableValue};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvVar, EnvVarSource, Lifecycle, LifecycleHandler, ResourceRequirements,
    SecretKeySelector, SleepAction, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// How long a container that is to stop still answers, until all callers have heard that it goes.
const DRAIN_SECONDS: i64 = 5;
/// The longest name of a container port.
const MAX_PORT_NAME: usize = 15;

/// A container in a pod that runs as `pod_user`.
pub fn container(name: &Name, plan: &ContainerPlan, pod_user: i64, mounts: Vec<VolumeMount>) -> Container {
    Container {
        name: name.to_string(),
        image: Some(plan.image.clone()),
        image_pull_policy: Some(pull_policy(&plan.image).to_owned()),
        command: (!plan.command.is_empty()).then(|| plan.command.clone()),
        args: (!plan.args.is_empty()).then(|| plan.args.clone()),
        env: (!plan.environment.is_empty()).then(|| plan.environment.iter().map(variable).collect()),
        resources: Some(ResourceRequirements {
            requests: Some(quantities(&plan.requests)),
            limits: Some(quantities(&plan.limits)),
            claims: None,
        }),
        liveness_probe: plan.liveness_probe.as_deref().map(probe::probe),
        readiness_probe: plan.readiness_probe.as_deref().map(probe::probe),
        startup_probe: plan.startup_probe.as_deref().map(probe::probe),
        security_context: Some(security::of_container((plan.user != pod_user).then_some(plan.user))),
        volume_mounts: Some(mounts),
        ..Container::default()
    }
}

/// Makes a container the one that answers on the service's ports.
pub fn serve(container: &mut Container, ports: &SmallMap<Name, ServicePort>) {
    let mut opened: Vec<ContainerPort> = Vec::new();
    for (name, port) in ports {
        let number = port.target();
        let protocol = port.protocol().as_str();
        let same = |open: &ContainerPort| open.container_port == number && open.protocol.as_deref() == Some(protocol);
        if !opened.iter().any(same) {
            opened.push(ContainerPort {
                name: is_port_name(name).then(|| name.to_string()),
                container_port: number,
                protocol: Some(protocol.to_owned()),
                ..ContainerPort::default()
            });
        }
    }
    if !opened.is_empty() {
        container.ports = Some(opened);
        container.lifecycle = Some(Lifecycle {
            pre_stop: Some(LifecycleHandler {
                sleep: Some(SleepAction { seconds: DRAIN_SECONDS }),
                ..LifecycleHandler::default()
            }),
            ..Lifecycle::default()
        });
    }
}

/// What a tag means can change, what a digest means cannot.
fn pull_policy(image: &str) -> &'static str {
    match image.contains("@sha256:") {
        true => "IfNotPresent",
        false => "Always",
    }
}

fn variable(variable: &EnvironmentVariable) -> EnvVar {
    let (value, value_from) = match &variable.value {
        VariableValue::Text(text) => (Some(text.clone()), None),
        VariableValue::Secret { name, key } => {
            let selector = SecretKeySelector { name: name.clone(), key: key.clone(), optional: None };
            (None, Some(EnvVarSource { secret_key_ref: Some(selector), ..EnvVarSource::default() }))
        }
    };
    EnvVar { name: variable.name.clone(), value, value_from }
}

fn quantities(amounts: &BTreeMap<String, String>) -> BTreeMap<String, Quantity> {
    amounts.iter().map(|(what, amount)| (what.clone(), Quantity(amount.clone()))).collect()
}

/// Kubernetes is stricter with the names of container ports than with those of services.
fn is_port_name(name: &str) -> bool {
    name.len() <= MAX_PORT_NAME && !name.contains("--")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use serde_json::{Value, json};

    fn made(plan: &ContainerPlan) -> Value {
        serde_json::to_value(container(&sample::name("main"), plan, 10001, Vec::new())).unwrap()
    }

    #[test]
    fn variables_keep_their_order_and_secrets_are_references() {
        let text = |name: &str, text: &str| EnvironmentVariable {
            name: name.to_owned(),
            value: VariableValue::Text(text.to_owned()),
        };
        let secret = VariableValue::Secret { name: "cart-db".to_owned(), key: "password".to_owned() };
        let environment = vec![
            EnvironmentVariable { name: "PASSWORD".to_owned(), value: secret },
            text("URL", "redis://:$(PASSWORD)@host"),
            text("EMPTY", ""),
        ];
        assert_eq!(
            made(&ContainerPlan { environment, ..sample::container() })["env"],
            json!([
                { "name": "PASSWORD", "valueFrom": { "secretKeyRef": { "name": "cart-db", "key": "password" } } },
                { "name": "URL", "value": "redis://:$(PASSWORD)@host" },
                { "name": "EMPTY", "value": "" },
            ])
        );
    }

    #[test]
    fn a_container_is_confined() {
        assert_eq!(
            made(&sample::container())["securityContext"],
            json!({
                "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] }, "privileged": false,
                "readOnlyRootFilesystem": true, "runAsNonRoot": true,
            })
        );
        let other = made(&ContainerPlan { user: 20000, ..sample::container() });
        assert_eq!(other["securityContext"]["runAsUser"], json!(20000));
        assert_eq!(other["securityContext"]["runAsGroup"], json!(20000));
    }

    #[test]
    fn only_an_image_with_a_digest_may_come_from_the_node() {
        let policy = |image: &str| {
            made(&ContainerPlan { image: image.to_owned(), ..sample::container() })["imagePullPolicy"].clone()
        };
        assert_eq!(policy("a.example/b:v1"), json!("Always"));
        assert_eq!(policy(&format!("a.example/b:v1@sha256:{}", "0".repeat(64))), json!("IfNotPresent"));
    }

    #[test]
    fn requests_and_limits_are_the_declared_ones() {
        assert_eq!(
            made(&sample::container())["resources"],
            json!({ "requests": { "cpu": "200m", "memory": "64Mi" }, "limits": { "cpu": "300m", "memory": "128Mi" } })
        );
    }

    #[test]
    fn ports_are_opened_once_and_named_where_the_name_fits() {
        let port = |value: Value| sample::declared::<ServicePort>(value);
        let ports = SmallMap::from([
            (sample::name("http"), port(json!({ "port": 80, "targetPort": 8080 }))),
            (sample::name("also-http"), port(json!({ "port": 8080 }))),
            (sample::name("a-very-long-port-name"), port(json!({ "port": 53, "protocol": "UDP" }))),
        ]);
        let mut container = Container::default();
        serve(&mut container, &ports);
        assert_eq!(
            serde_json::to_value(&container.ports).unwrap(),
            json!([{ "name": "http", "containerPort": 8080, "protocol": "TCP" },
                { "containerPort": 53, "protocol": "UDP" }])
        );
        assert!(container.lifecycle.is_some());
    }
}
