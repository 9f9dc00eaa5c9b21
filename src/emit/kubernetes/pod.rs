//! Pod templates: of the workload and of jobs.

use super::container::{container, serve};
use super::containers::{Named, Role, apply_role, arrange};
use super::files::Files;
use super::labels;
use super::metrics_port;
use super::object;
use super::security;
use super::unit::ServiceUnit;
use super::volumes::Volumes;
use crate::model::Name;
use crate::provision::ContainerPlan;
use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec, TopologySpreadConstraint};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

const FILES_DIGEST: &str = "pavior.dev/files-digest";
const GRACE_SECONDS: i64 = 30;

/// The pods of something that runs all the time.
pub fn long_running(unit: &ServiceUnit<'_>, files: &Files<'_>) -> PodTemplateSpec {
    let mut template = of_workload(unit, files);
    let spread = unit.plan.replicas.max > 1;
    if let Some(spec) = template.spec.as_mut().filter(|_| spread) {
        spec.topology_spread_constraints =
            Some(["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(|key| spread_over(unit, key)).into());
    }
    template
}

/// The pods of a workload that ends.
pub fn until_done(unit: &ServiceUnit<'_>, files: &Files<'_>) -> PodTemplateSpec {
    ended_by_success(of_workload(unit, files))
}

/// The pods of a job beside the workload: one container, no storage, no ports, no probes.
pub fn of_job(
    unit: &ServiceUnit<'_>,
    files: &Files<'_>,
    component: &str,
    (name, plan): (&Name, &ContainerPlan),
) -> PodTemplateSpec {
    let mut volumes = Volumes::new(BTreeMap::new());
    let mounts = volumes.mount(name, plan, files);
    let mut main = container(name, plan, plan.user, mounts);
    apply_role(&mut main, plan, Role::Setup);
    let spec = PodSpec { containers: vec![main], ..base_spec(unit, plan.user, volumes) };
    ended_by_success(template(unit, component, files.digest(&[name]), spec))
}

fn of_workload(unit: &ServiceUnit<'_>, files: &Files<'_>) -> PodTemplateSpec {
    let user = unit.main_container().map(|(_, plan)| plan.user).unwrap_or_default();
    let mut volumes = Volumes::of_workload(unit);
    let mut make = |(name, plan): Named<'_>, role: Role| {
        let mounts = volumes.mount(name, plan, files);
        let mut made = container(name, plan, user, mounts);
        apply_role(&mut made, plan, role);
        made
    };
    let arranged = arrange(&unit.plan.containers);
    let mut containers: Vec<_> = arranged.regular.iter().map(|named| make(*named, Role::Regular)).collect();
    let first: Vec<_> = arranged.first.iter().map(|(named, role)| make(*named, *role)).collect();
    if let Some(main) = containers.first_mut() {
        serve(main, &unit.plan.ports);
        metrics_port::open(main, unit.plan);
    }
    let names: Vec<_> = unit.plan.containers.keys().collect();
    let spec =
        PodSpec { init_containers: (!first.is_empty()).then_some(first), containers, ..base_spec(unit, user, volumes) };
    template(unit, labels::WORKLOAD, files.digest(&names), spec)
}

fn base_spec(unit: &ServiceUnit<'_>, user: i64, volumes: Volumes) -> PodSpec {
    PodSpec {
        service_account_name: Some(unit.name().to_owned()),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        security_context: Some(security::of_pod(user)),
        termination_grace_period_seconds: Some(GRACE_SECONDS),
        volumes: Some(volumes.into_volumes()),
        ..PodSpec::default()
    }
}

fn template(unit: &ServiceUnit<'_>, component: &str, digest: Option<String>, spec: PodSpec) -> PodTemplateSpec {
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(labels::of_pods(unit.unit, component)),
            annotations: digest.map(|digest| BTreeMap::from([(FILES_DIGEST.to_owned(), digest)])),
            ..ObjectMeta::default()
        }),
        spec: Some(spec),
    }
}

fn ended_by_success(mut template: PodTemplateSpec) -> PodTemplateSpec {
    if let Some(spec) = &mut template.spec {
        // A new pod for each try: the logs of the failed ones stay.
        spec.restart_policy = Some("Never".to_owned());
    }
    template
}

fn spread_over(unit: &ServiceUnit<'_>, key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        label_selector: Some(object::selector(labels::component_selector(unit.name(), labels::WORKLOAD))),
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::kinds::workload::Ready;
    use crate::provision::{FileContent, FilePlan, ProvisionedUnit, Replicas};
    use serde_json::{Value, json};

    fn made(unit: &ProvisionedUnit<'_>) -> Value {
        let unit = sample::service(unit);
        serde_json::to_value(long_running(&unit, &Files::of(&unit))).unwrap()
    }

    #[test]
    fn a_pod_is_confined_and_knows_no_token() {
        let spec = &made(&sample::unit("cart"))["spec"];
        assert_eq!(
            spec["securityContext"],
            json!({
                "runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001,
                "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": { "type": "RuntimeDefault" },
            })
        );
        assert_eq!(spec["automountServiceAccountToken"], json!(false));
        assert_eq!(spec["enableServiceLinks"], json!(false));
        assert_eq!(spec["serviceAccountName"], json!("cart"));
    }

    #[test]
    fn replicas_are_spread_over_zones_and_hosts() {
        let replicas = Replicas { min: 1, max: 3, cpu: Some(70), memory: None };
        let spec = &made(&sample::unit_with("cart", |plan| plan.replicas = replicas))["spec"];
        let keys: Vec<_> =
            spec["topologySpreadConstraints"].as_array().unwrap().iter().map(|c| c["topologyKey"].clone()).collect();
        assert_eq!(keys, [json!("topology.kubernetes.io/zone"), json!("kubernetes.io/hostname")]);
        assert_eq!(made(&sample::unit("cart"))["spec"].get("topologySpreadConstraints"), None);
    }

    #[test]
    fn a_changed_file_changes_the_template() {
        let digest = |text: &str| {
            let unit = sample::unit_with("cart", |plan| {
                let content = FileContent::Text(text.to_owned());
                plan.containers[0].files.insert("/etc/a".to_owned(), FilePlan { content, mode: None });
            });
            made(&unit)["metadata"]["annotations"][FILES_DIGEST].clone()
        };
        assert_ne!(digest("a"), digest("b"));
        assert!(digest("a").is_string());
    }

    #[test]
    fn the_main_container_comes_first_and_answers() {
        let unit = sample::unit_with("cart", |plan| {
            plan.containers.insert(sample::name("log"), sample::container());
            plan.containers.insert(sample::name("proxy"), sample::waited_for(&[("main", Ready::Started)]));
        });
        let spec = &made(&unit)["spec"];
        assert_eq!(spec["containers"][0]["name"], json!("main"));
        assert_eq!(spec["containers"][0]["ports"][0]["containerPort"], json!(7070));
        assert_eq!(spec["containers"][1].get("ports"), None);
        assert_eq!(spec["initContainers"][0]["restartPolicy"], json!("Always"));
    }
}
