//! Whole units: what watches them, and that nothing watches what is not there.

use super::*;
use crate::emit::kubernetes::sample;
use crate::emit::{Objects, emit, kubernetes, read_back, verify};
use crate::model::kinds::service::{Tier, Workload};
use crate::provision::{Replicas, UnitKind};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

fn in_environment(class: &str, settings: Value) -> ProvisionedUnit<'static> {
    let mut unit = sample::unit_with("cart", |plan| {
        plan.replicas = Replicas { min: 2, max: 6, cpu: Some(70), memory: None };
        plan.slo = Some(sample::declared(json!({ "availability": "99.9%", "latency": { "p99": "300ms" } })));
        plan.metrics = Some(sample::declared(json!({ "port": 9090 })));
        plan.runbook = Some("https://runbooks.example/cart".to_owned());
        plan.jobs.insert(
            sample::name("nightly"),
            sample::declared(json!({ "schedule": { "cron": "0 3 * * *" }, "command": ["clean-up"] })),
        );
    });
    unit.environment = Arc::new(sample::environment_of(json!({
        "class": class, "provider": "kubernetes", "domain": "a.example", "observability": settings,
    })));
    unit
}

fn watching(unit: &ProvisionedUnit<'_>) -> Vec<Tree> {
    objects(unit, &kubernetes::objects(unit))
}

fn of_kind(objects: &[Tree], kind: &str) -> Option<Value> {
    objects.iter().find(|object| object["kind"] == kind).map(|object| json!(object))
}

fn alerts(unit: &ProvisionedUnit<'_>) -> Vec<Value> {
    let rules = of_kind(&watching(unit), "PrometheusRule").unwrap_or_default();
    let groups = rules["spec"]["groups"].as_array().cloned().unwrap_or_default();
    let rules = groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default());
    rules.filter(|rule| rule.get("alert").is_some()).collect()
}

fn alert_names(unit: &ProvisionedUnit<'_>) -> BTreeSet<String> {
    alerts(unit).iter().filter_map(|alert| alert["alert"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_reader_of_the_rules_of_a_service_sees_this() {
    let unit = in_environment("production", json!({ "grafana": "https://grafana.example" }));
    let artifacts = emit(&unit, &Objects::of_unit(&unit)).unwrap();
    let file = artifacts.iter().find(|file| file.path.as_str() == "observability/prometheusrule-cart.yaml").unwrap();
    insta::assert_snapshot!(file.text);
}

#[test]
fn what_watches_a_unit_lies_apart_from_it_and_is_read_back() {
    let unit = in_environment("production", json!({}));
    let artifacts = emit(&unit, &Objects::of_unit(&unit)).unwrap();
    let folder = |name: &str| artifacts.iter().filter(|file| file.path.parent() == name).collect::<Vec<_>>();
    let names: Vec<_> = folder(FOLDER).iter().map(|file| file.path.file_name().to_owned()).collect();
    assert_eq!(
        names,
        ["configmap-cart.dashboard.yaml", "kustomization.yaml", "podmonitor-cart.yaml", "prometheusrule-cart.yaml"]
    );
    assert!(folder("manifests").iter().all(|file| !file.text.contains("monitoring.coreos.com")));
    assert_eq!(verify(&unit, &Objects::of_unit(&unit), &artifacts), Ok(()));
    let lost =
        artifacts.iter().filter(|file| file.path.file_name() != "podmonitor-cart.yaml").cloned().collect::<Vec<_>>();
    assert!(verify(&unit, &Objects::of_unit(&unit), &lost).is_err());
}

#[test]
fn every_alert_says_whose_it_is_and_where_the_runbook_is() {
    let alerts = alerts(&in_environment("production", json!({})));
    assert!(alerts.len() > 15, "{}", alerts.len());
    for alert in &alerts {
        for label in ["severity", "team", "tier", "service", "environment", "namespace"] {
            assert!(alert["labels"][label].as_str().is_some_and(|text| !text.is_empty()), "{label}: {alert}");
        }
        for annotation in ["summary", "description"] {
            assert!(alert["annotations"][annotation].as_str().is_some_and(|text| !text.is_empty()), "{alert}");
        }
        assert_eq!(alert["annotations"]["runbook_url"], json!("https://runbooks.example/cart"));
    }
    let pages: BTreeSet<_> = alerts
        .iter()
        .filter(|one| one["labels"]["severity"] == "page")
        .map(|one| one["alert"].as_str().unwrap())
        .collect();
    assert_eq!(pages, BTreeSet::from(["CronFailed", "CronLate", "ServiceDown", "SloBurningFast"]));
}

#[test]
fn alerts_follow_from_what_is_there() {
    let names = alert_names(&in_environment("production", json!({})));
    for name in ["AutoscalerAtMaximum", "DisruptionBudgetExceeded", "CronLate", "SloUnmeasured", "RolloutStuck"] {
        assert!(names.contains(name), "{name}");
    }
    let plain = alert_names(&ProvisionedUnit {
        environment: in_environment("staging", json!({})).environment,
        ..sample::unit("cart")
    });
    assert!(plain.contains("ErrorsHigh") && plain.contains("ServiceDown"));
    for name in ["AutoscalerAtMaximum", "DisruptionBudgetExceeded", "CronLate", "SloBurningFast", "VolumeFilling"] {
        assert!(!plain.contains(name), "{name}");
    }
}

#[test]
fn a_cron_workload_is_watched_by_the_clock() {
    let mut unit = in_environment("production", json!({}));
    if let Some(plan) = &mut unit.workload {
        plan.kind = Workload::Cron;
        plan.schedule = Some(sample::declared(json!({ "cron": "0 3 * * *" })));
    }
    let names = alert_names(&unit);
    assert!(names.contains("CronFailed") && !names.contains("ServiceDown") && !names.contains("SloBurningFast"));
}

#[test]
fn mounted_storage_is_watched_and_a_shared_one_by_its_own_unit() {
    let mut unit = in_environment("production", json!({}));
    unit.id.kind = UnitKind::SharedResource;
    unit.workload = None;
    unit.resources = vec![sample::volume("data")];
    let objects = watching(&unit);
    assert_eq!(objects.len(), 1, "no dashboard and no monitor");
    assert_eq!(objects[0]["metadata"]["name"], json!("cart.resource"));
    let names: BTreeSet<_> = ["VolumeFilling", "VolumeNearlyFull", "VolumeOutOfInodes"].map(str::to_owned).into();
    assert_eq!(alert_names(&unit), names);
    unit.resources.clear();
    assert_eq!(watching(&unit), Vec::<Tree>::new());
}

#[test]
fn development_has_a_dashboard_and_wakes_nobody() {
    let objects = watching(&in_environment("development", json!({})));
    let kinds: Vec<_> = objects.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PodMonitor", "ConfigMap"]);
}

#[test]
fn prometheus_finds_rules_and_monitors_by_the_labels_of_the_environment() {
    let labels = json!({ "release": "monitoring", "pavior.dev/owner": "mallory" });
    let objects = watching(&in_environment("production", json!({ "labels": labels })));
    for kind in ["PrometheusRule", "PodMonitor"] {
        let labels = &of_kind(&objects, kind).unwrap()["metadata"]["labels"];
        assert_eq!((&labels["release"], &labels["pavior.dev/owner"]), (&json!("monitoring"), &json!("shopping")));
    }
    let monitor = of_kind(&objects, "PodMonitor").unwrap();
    assert_eq!(
        monitor["spec"],
        json!({
            "selector": { "matchLabels": { "app.kubernetes.io/component": "workload", "app.kubernetes.io/name": "cart",
                "pavior.dev/unit": "cart" } },
            "jobLabel": "app.kubernetes.io/name",
            "podMetricsEndpoints": [{ "port": "metrics", "path": "/metrics" }],
        })
    );
}

#[test]
fn a_service_without_metrics_is_not_scraped() {
    let mut unit = in_environment("production", json!({}));
    if let Some(plan) = &mut unit.workload {
        plan.metrics = None;
    }
    assert_eq!(of_kind(&watching(&unit), "PodMonitor"), None);
}

fn dashboard(unit: &ProvisionedUnit<'_>) -> (String, Value) {
    let map = of_kind(&watching(unit), "ConfigMap").unwrap();
    assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], json!("1"));
    let (file, text) = map["data"].as_object().unwrap().iter().next().unwrap();
    (file.clone(), serde_json::from_str(text.as_str().unwrap()).unwrap())
}

#[test]
fn a_dashboard_shows_signals_objectives_and_resources() {
    let unit = in_environment("production", json!({}));
    let (file, dashboard) = dashboard(&unit);
    assert_eq!(file, "staging-cart.json");
    assert!(dashboard["uid"].as_str().is_some_and(|uid| uid.len() == 23));
    let titles: Vec<_> =
        dashboard["panels"].as_array().unwrap().iter().map(|panel| panel["title"].as_str().unwrap()).collect();
    for title in ["Traffic", "Errors", "Latency", "99.9% of requests succeed", "cart", "CPU", "Memory", "cart-nightly"]
    {
        assert!(titles.contains(&title), "{title} in {titles:?}");
    }
    assert_eq!(self::dashboard(&unit).1, dashboard, "the same in every compile");
    let other = sample::unit("checkout");
    assert_ne!(self::dashboard(&other).1["uid"], dashboard["uid"]);
}

#[test]
fn a_supporting_service_never_pages() {
    let mut unit = in_environment("production", json!({}));
    unit.tier = Tier::Supporting;
    assert!(alerts(&unit).iter().all(|alert| alert["labels"]["severity"] == "ticket"));
}

proptest! {
    /// A provisioner may name its objects by any text.
    #[test]
    fn no_name_breaks_out_of_the_rules(name in ".{1,80}") {
        let mut unit = in_environment("production", json!({}));
        let mut resource = sample::resource("cache");
        for kind in ["StatefulSet", "PersistentVolumeClaim", "CronJob", "Job"] {
            let object = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name } });
            resource.manifests.push(object.as_object().cloned().unwrap());
        }
        unit.resources.push(resource);
        let running = kubernetes::objects(&unit);
        let meant = objects(&unit, &running);
        let files = kubernetes::layout::files(FOLDER, &meant);
        prop_assert_eq!(read_back::manifests::verify(FOLDER, &files, &meant), Ok(()));
    }
}
