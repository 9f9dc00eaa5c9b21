//! Rules of Prometheus as the operator takes them: groups of recording rules and alerts in a `PrometheusRule`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrometheusRule {
    pub api_version: &'static str,
    pub kind: &'static str,
    pub metadata: ObjectMeta,
    pub spec: Spec,
}

#[derive(Debug, Serialize)]
pub struct Spec {
    pub groups: Vec<Group>,
}

impl PrometheusRule {
    pub fn new(metadata: ObjectMeta, groups: Vec<Group>) -> PrometheusRule {
        PrometheusRule {
            api_version: "monitoring.coreos.com/v1",
            kind: "PrometheusRule",
            metadata,
            spec: Spec { groups },
        }
    }
}

/// Rules that are evaluated one after the other.
#[derive(Debug, Serialize)]
pub struct Group {
    pub name: String,
    /// Default Prometheus' own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<&'static str>,
    pub rules: Vec<Rule>,
}

impl Group {
    /// None without rules.
    pub fn of(name: String, rules: Vec<Rule>) -> Option<Group> {
        (!rules.is_empty()).then_some(Group { name, interval: None, rules })
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Rule {
    Record(Record),
    Alert(Alert),
}

impl Rule {
    /// The same with one more label.
    pub fn labelled(mut self, label: &'static str, value: &str) -> Rule {
        let labels = match &mut self {
            Rule::Record(record) => &mut record.labels,
            Rule::Alert(alert) => &mut alert.labels,
        };
        labels.insert(label, value.to_owned());
        self
    }
}

/// A new series from others.
#[derive(Debug, Serialize)]
pub struct Record {
    pub record: String,
    pub expr: String,
    pub labels: BTreeMap<&'static str, String>,
}

/// Fires for each series that its expression gives for long enough.
#[derive(Debug, Serialize)]
pub struct Alert {
    pub alert: &'static str,
    pub expr: String,
    #[serde(rename = "for")]
    pub wait: &'static str,
    pub labels: BTreeMap<&'static str, String>,
    pub annotations: BTreeMap<&'static str, String>,
}
