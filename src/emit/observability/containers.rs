//! Alerts about a unit's containers, from kube-state-metrics and cadvisor: they need nothing of the software inside.

use super::promql::{Match, series};
use super::rule::Rule;
use super::running;
use super::subject::{Subject, Urgency, Words};
use crate::emit::yaml::Tree;

/// What tells containers apart, however many copies of an exporter report them.
const BY: &str = "by (namespace, pod, container)";

pub fn alerts(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Rule> {
    let Some(pods) = running::pods(objects) else { return Vec::new() };
    let of = |metric: &str, more: Match<'_>| {
        series(metric, &[Match::Is("namespace", subject.namespace()), Match::Like("pod", &pods), more])
    };
    let any = Match::Not("container", "");
    let later = |alert, wait, expr, words| subject.alert(alert, Urgency::Later, wait, expr, words);
    let waiting = |reasons| of("kube_pod_container_status_waiting_reason", Match::Like("reason", reasons));
    let restarts = of("kube_pod_container_status_restarts_total", any);
    let killed = of("kube_pod_container_status_last_terminated_reason", Match::Is("reason", "OOMKilled"));
    let throttled = of("container_cpu_cfs_throttled_periods_total", any);
    let periods = of("container_cpu_cfs_periods_total", any);
    let memory = of("container_memory_working_set_bytes", any);
    let limit = of("kube_pod_container_resource_limits", Match::Is("resource", "memory"));
    let pending = of("kube_pod_status_phase", Match::Is("phase", "Pending"));
    vec![
        later(
            "ContainerCrashLooping",
            "10m",
            format!("max {BY} (max_over_time({}[5m])) >= 1", waiting("CrashLoopBackOff")),
            said(subject, "container {{ $labels.container }} of {{ $labels.pod }} crashes again and again", CRASHES),
        ),
        later(
            "ContainerNotStarting",
            "10m",
            format!("max {BY} ({}) >= 1", waiting("ImagePullBackOff|ErrImagePull|InvalidImageName|CreateContainer.*")),
            said(subject, "container {{ $labels.container }} of {{ $labels.pod }} cannot start", NOT_STARTING),
        ),
        later(
            "ContainerRestarting",
            "0s",
            format!("sum {BY} (increase({restarts}[1h])) > 3"),
            said(
                subject,
                "container {{ $labels.container }} of {{ $labels.pod }} restarted {{ $value | humanize }} times in an hour",
                CRASHES,
            ),
        ),
        later(
            "ContainerOutOfMemory",
            "0s",
            format!("(sum {BY} (increase({restarts}[15m])) > 0) and (max {BY} ({killed}) == 1)"),
            said(subject, "container {{ $labels.container }} of {{ $labels.pod }} was killed for its memory", MEMORY),
        ),
        later(
            "ContainerMemoryNearLimit",
            "15m",
            format!("max {BY} ({memory}) / max {BY} ({limit}) > 0.9"),
            said(
                subject,
                "container {{ $labels.container }} of {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory",
                MEMORY,
            ),
        ),
        later(
            "ContainerThrottled",
            "30m",
            format!("sum {BY} (increase({throttled}[5m])) / sum {BY} (increase({periods}[5m])) > 0.5"),
            said(
                subject,
                "container {{ $labels.container }} of {{ $labels.pod }} is throttled {{ $value | humanizePercentage }} of the time",
                THROTTLED,
            ),
        ),
        later(
            "PodPending",
            "15m",
            format!("max by (namespace, pod) ({pending}) == 1"),
            said(subject, "pod {{ $labels.pod }} finds no place to run", PENDING),
        ),
    ]
}

const CRASHES: &str = "Read the last words of the container: kubectl logs --previous. A change that went out just \
    before is the likeliest cause.";
const NOT_STARTING: &str = "The image cannot be pulled, or a Secret or ConfigMap that the container needs is missing. \
    kubectl describe pod says which.";
const MEMORY: &str = "At its limit a container is killed at once. Raise `resources.limits.memory`, or find what grows.";
const THROTTLED: &str = "The container wants more CPU than `resources.limits.cpu` lets it have: requests get slow.";
const PENDING: &str = "No node has what the pod requests, the quota of the namespace is used up, or a volume is not \
    there. kubectl describe pod says which.";

fn said(subject: &Subject<'_>, what: &str, description: &'static str) -> Words {
    Words { summary: format!("{}: {what}", subject.name()), description }
}
