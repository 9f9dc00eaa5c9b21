//! A dashboard of Grafana, as the ConfigMap that its sidecar looks for: requests, objectives, what runs, what it stores.

use super::objectives::{self, Objective, recorded};
use super::panel::{Drawn, Panel, Section, laid_out};
use super::promql::{Match, series};
use super::requests::Requests;
use super::running;
use super::subject::Subject;
use crate::emit::kubernetes::{labels, object};
use crate::emit::yaml::Tree;
use k8s_openapi::api::core::v1::ConfigMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the sidecar of Grafana's Helm chart looks for.
const SIDECAR_LABEL: (&str, &str) = ("grafana_dashboard", "1");

/// As Grafana reads it. Typed, because a tree of it would take several times as long as its text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboard<'u> {
    uid: String,
    title: String,
    tags: [&'u str; 3],
    editable: bool,
    graph_tooltip: u8,
    refresh: &'static str,
    schema_version: u8,
    time: Time,
    templating: Templating,
    panels: Vec<Drawn>,
}

#[derive(Debug, Serialize)]
struct Time {
    from: &'static str,
    to: &'static str,
}

#[derive(Debug, Serialize)]
struct Templating {
    list: [Variable; 1],
}

#[derive(Debug, Serialize)]
struct Variable {
    name: &'static str,
    label: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    query: &'static str,
}

/// None for a unit that is no service.
pub fn config_map(
    subject: &Subject<'_>,
    objects: &[Tree],
    requests: Option<&Requests<'_>>,
    objectives: &[Objective],
) -> Option<ConfigMap> {
    subject.plan()?;
    let mut labels = labels::of_unit(subject.unit);
    labels.insert(SIDECAR_LABEL.0.to_owned(), SIDECAR_LABEL.1.to_owned());
    let dashboard = dashboard(subject, objects, requests, objectives);
    let text = serde_json::to_string_pretty(&dashboard).expect("its keys are texts and its numbers whole") + "\n";
    // The sidecar puts the files of all ConfigMaps into one folder.
    let file = format!("{}-{}.json", subject.facts().name, subject.name());
    Some(ConfigMap {
        metadata: object::metadata(&format!("{}.dashboard", subject.name()), subject.namespace(), &labels),
        data: Some(BTreeMap::from([(file, text)])),
        ..ConfigMap::default()
    })
}

fn dashboard<'u>(
    subject: &Subject<'u>,
    objects: &[Tree],
    requests: Option<&Requests<'_>>,
    objectives: &[Objective],
) -> Dashboard<'u> {
    let sections = vec![
        Section { title: "Requests", panels: requests.map_or_else(Vec::new, traffic) },
        Section { title: "Objectives", panels: objectives.iter().map(|one| objective(subject, one)).collect() },
        Section { title: "Replicas", panels: replicas(subject, objects) },
        Section { title: "Containers", panels: containers(subject, objects) },
        Section { title: "Runs", panels: runs(subject, objects) },
        Section { title: "Storage", panels: storage(subject, objects) },
    ];
    let environment = &subject.facts().name;
    Dashboard {
        uid: subject.dashboard_id(),
        title: format!("{} in {environment}", subject.name()),
        tags: ["pavior", environment.as_str(), subject.unit.owner.as_str()],
        editable: false,
        graph_tooltip: 1,
        refresh: "1m",
        schema_version: 39,
        time: Time { from: "now-6h", to: "now" },
        templating: Templating {
            list: [Variable { name: "datasource", label: "Prometheus", kind: "datasource", query: "prometheus" }],
        },
        panels: laid_out(sections),
    }
}

fn traffic(requests: &Requests<'_>) -> Vec<Panel> {
    let window = "$__rate_interval";
    let quantiles = [("0.5", "p50"), ("0.9", "p90"), ("0.99", "p99")];
    let quantiles = quantiles.map(|(share, legend)| (requests.quantile(share, window), legend));
    vec![
        Panel::new("Traffic", "reqps", [(requests.total(window), "requests")]),
        Panel::new(
            "Errors",
            "percentunit",
            [(format!("{} / {}", requests.errors(window), requests.total(window)), "failed requests")],
        ),
        Panel::new("Latency", "s", quantiles),
    ]
}

fn objective(subject: &Subject<'_>, objective: &Objective) -> Panel {
    let of = |metric: &str| recorded(subject, objective, metric);
    Panel::new(
        &objective.promise,
        "percentunit",
        [(of(objectives::REMAINING), "budget left"), (of(&objectives::ratio("1h")), "bad in an hour")],
    )
}

fn replicas(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Panel> {
    let deployments = running::names(objects, "Deployment").into_iter().map(|name| {
        counts(
            subject,
            ("deployment", name),
            ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"],
        )
    });
    let sets = running::names(objects, "StatefulSet").into_iter().map(|name| {
        counts(subject, ("statefulset", name), ["kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"])
    });
    deployments.chain(sets).collect()
}

fn counts(subject: &Subject<'_>, (label, name): (&str, &str), [wanted, there]: [&str; 2]) -> Panel {
    let of = |metric: &str| {
        format!("max({})", series(metric, &[Match::Is("namespace", subject.namespace()), Match::Is(label, name)]))
    };
    Panel::new(name, "short", [(of(wanted), "wanted"), (of(there), "ready")])
}

fn containers(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Panel> {
    let Some(pods) = running::pods(objects) else { return Vec::new() };
    let of = |metric: &str, more: Match<'_>| {
        series(metric, &[Match::Is("namespace", subject.namespace()), Match::Like("pod", &pods), more])
    };
    let any = Match::Not("container", "");
    let limit = |resource: &str| of("kube_pod_container_resource_limits", Match::Is("resource", resource));
    let (cpu, memory) = (of("container_cpu_usage_seconds_total", any), of("container_memory_working_set_bytes", any));
    let (throttled, periods) =
        (of("container_cpu_cfs_throttled_periods_total", any), of("container_cpu_cfs_periods_total", any));
    let restarts = of("kube_pod_container_status_restarts_total", any);
    let by = "by (pod, container)";
    let legend = "{{pod}} {{container}}";
    vec![
        Panel::new(
            "CPU",
            "short",
            [
                (format!("sum {by} (rate({cpu}[$__rate_interval]))"), legend),
                (format!("max by (container) ({})", limit("cpu")), "limit of {{container}}"),
            ],
        ),
        Panel::new(
            "Memory",
            "bytes",
            [
                (format!("max {by} ({memory})"), legend),
                (format!("max by (container) ({})", limit("memory")), "limit of {{container}}"),
            ],
        ),
        Panel::new(
            "Throttled",
            "percentunit",
            [(
                format!(
                    "sum {by} (rate({throttled}[$__rate_interval])) / sum {by} (rate({periods}[$__rate_interval]))"
                ),
                legend,
            )],
        ),
        Panel::new("Restarts", "short", [(format!("sum {by} (increase({restarts}[1h]))"), legend)]),
    ]
}

fn runs(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Panel> {
    let since = |name: &str, metric: &str| {
        let matches = [Match::Is("namespace", subject.namespace()), Match::Is("cronjob", name)];
        format!("time() - max({})", series(metric, &matches))
    };
    let crons = running::names(objects, "CronJob").into_iter();
    crons
        .map(|name| {
            Panel::new(
                name,
                "s",
                [
                    (since(name, "kube_cronjob_status_last_schedule_time"), "since the last start"),
                    (since(name, "kube_cronjob_status_last_successful_time"), "since the last success"),
                ],
            )
        })
        .collect()
}

fn storage(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Panel> {
    let claims = running::names(objects, "PersistentVolumeClaim").into_iter();
    claims
        .map(|name| {
            let matches = [Match::Is("namespace", subject.namespace()), Match::Is("persistentvolumeclaim", name)];
            let of = |metric: &str| format!("max({})", series(metric, &matches));
            Panel::new(
                name,
                "bytes",
                [(of("kubelet_volume_stats_used_bytes"), "used"), (of("kubelet_volume_stats_capacity_bytes"), "size")],
            )
        })
        .collect()
}
