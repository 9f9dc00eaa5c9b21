//! Alerts about replicas: enough of them, new ones that come up, room to scale, room for a node to go.

use super::promql::{Match, series};
use super::rule::Rule;
use super::running;
use super::subject::{Subject, Urgency, Words};
use crate::emit::yaml::Tree;

pub fn alerts(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Rule> {
    let mut rules = Vec::new();
    for name in running::names(objects, "Deployment") {
        let of = Series { subject, label: "deployment", name };
        let (there, wanted) =
            (of.largest("kube_deployment_status_replicas_available"), of.largest("kube_deployment_spec_replicas"));
        rules.extend(missing(&of, &there, &wanted));
        rules.push(rollout_stuck(&of));
    }
    for name in running::names(objects, "StatefulSet") {
        let of = Series { subject, label: "statefulset", name };
        let (there, wanted) =
            (of.largest("kube_statefulset_status_replicas_ready"), of.largest("kube_statefulset_replicas"));
        rules.extend(missing(&of, &there, &wanted));
    }
    for name in running::names(objects, "HorizontalPodAutoscaler") {
        rules.extend(autoscaler(&Series { subject, label: "horizontalpodautoscaler", name }));
    }
    for name in running::names(objects, "PodDisruptionBudget") {
        rules.push(disruption_budget(&Series { subject, label: "poddisruptionbudget", name }));
    }
    rules
}

/// The series of kube-state-metrics about one object.
struct Series<'s, 'u> {
    subject: &'s Subject<'u>,
    label: &'static str,
    name: &'s str,
}

impl Series<'_, '_> {
    /// One value, however many copies of the exporter report it.
    fn largest(&self, metric: &str) -> String {
        self.largest_where(metric, &[])
    }

    fn largest_where(&self, metric: &str, more: &[Match<'_>]) -> String {
        let mut matches = vec![Match::Is("namespace", self.subject.namespace()), Match::Is(self.label, self.name)];
        matches.extend(more);
        format!("max by (namespace, {}) ({})", self.label, series(metric, &matches))
    }

    fn alert(
        &self,
        alert: &'static str,
        urgency: Urgency,
        wait: &'static str,
        expr: String,
        what: &str,
        description: &'static str,
    ) -> Rule {
        let words = Words { summary: format!("{}: {what}", self.subject.name()), description };
        self.subject.alert(alert, urgency, wait, expr, words)
    }
}

fn missing(of: &Series<'_, '_>, there: &str, wanted: &str) -> [Rule; 2] {
    [
        of.alert(
            "ServiceDown",
            Urgency::Now,
            "3m",
            format!("({there} == 0) and ({wanted} > 0)"),
            "no replica is ready",
            "Nobody is served. Look at the alerts about its containers, at its last change, and at what it depends on.",
        ),
        of.alert(
            "ReplicasMissing",
            Urgency::Later,
            "15m",
            format!("({there} < {wanted}) and ({there} > 0)"),
            "only {{ $value }} replicas are ready",
            "It serves with fewer replicas than it should: the next failure may be one too many.",
        ),
    ]
}

fn rollout_stuck(of: &Series<'_, '_>) -> Rule {
    let stuck = [Match::Is("condition", "Progressing"), Match::Is("status", "false")];
    of.alert(
        "RolloutStuck",
        Urgency::Later,
        "1m",
        format!("{} == 1", of.largest_where("kube_deployment_status_condition", &stuck)),
        "a new version does not come up",
        "The old replicas still serve. Find out why the new ones are not ready, or roll back.",
    )
}

fn autoscaler(of: &Series<'_, '_>) -> [Rule; 2] {
    let current = of.largest("kube_horizontalpodautoscaler_status_current_replicas");
    let most = of.largest("kube_horizontalpodautoscaler_spec_max_replicas");
    let blind = [Match::Is("condition", "ScalingActive"), Match::Is("status", "false")];
    [
        of.alert(
            "AutoscalerAtMaximum",
            Urgency::Later,
            "30m",
            format!("{current} >= {most}"),
            "the autoscaler is at its maximum of {{ $value }} replicas",
            "More load would find no more replicas. Raise `scaling.max`, or find out what brings the load.",
        ),
        of.alert(
            "AutoscalerBlind",
            Urgency::Later,
            "15m",
            format!("{} == 1", of.largest_where("kube_horizontalpodautoscaler_status_condition", &blind)),
            "the autoscaler sees no metrics",
            "It neither adds nor removes replicas. The metrics server is away, or no replica runs.",
        ),
    ]
}

fn disruption_budget(of: &Series<'_, '_>) -> Rule {
    let healthy = of.largest("kube_poddisruptionbudget_status_current_healthy");
    let needed = of.largest("kube_poddisruptionbudget_status_desired_healthy");
    of.alert(
        "DisruptionBudgetExceeded",
        Urgency::Later,
        "15m",
        format!("{healthy} < {needed}"),
        "more replicas are away than its disruption budget allows",
        "Nodes cannot be drained until replicas are back.",
    )
}
