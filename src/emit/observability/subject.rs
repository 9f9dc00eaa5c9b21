//! What is watched, and what every alert about it says: whose it is, how urgent, and where to read on.

use super::rule::{Alert, Rule};
use crate::emit::kubernetes::{go_template, names};
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::kinds::observability::{AlertPolicy, Observability};
use crate::model::kinds::service::Tier;
use crate::provision::{EnvironmentFacts, ProvisionedUnit, UnitKind, WorkloadPlan};
use std::collections::BTreeMap;

/// A unit, as those see it who watch it.
pub struct Subject<'u> {
    pub unit: &'u ProvisionedUnit<'u>,
}

/// Who is hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Users are, now.
    Now,
    /// Nobody yet.
    Later,
}

/// What an alert says in its own words.
pub struct Words {
    /// One line. May hold `{{ $labels.x }}` and `{{ $value }}`; never a user's text.
    pub summary: String,
    /// What it means and where to look first.
    pub description: &'static str,
}

impl<'u> Subject<'u> {
    pub fn name(&self) -> &'u str {
        &self.unit.id.name
    }

    pub fn facts(&self) -> &'u EnvironmentFacts<'u> {
        &self.unit.environment
    }

    pub fn namespace(&self) -> &'u str {
        &self.facts().namespace
    }

    pub fn settings(&self) -> &'u Observability {
        &self.facts().spec.observability
    }

    pub fn plan(&self) -> Option<&'u WorkloadPlan> {
        self.unit.workload.as_ref()
    }

    pub fn policy(&self) -> AlertPolicy {
        self.settings().alerts.unwrap_or(match self.facts().spec.class {
            EnvironmentClass::Production => AlertPolicy::Page,
            EnvironmentClass::Staging => AlertPolicy::Ticket,
            EnvironmentClass::Development => AlertPolicy::None,
        })
    }

    /// A name for objects beside those of the workload. Services have no dots in their names, so it is nobody else's.
    pub fn object_name(&self) -> String {
        match self.unit.id.kind {
            UnitKind::Service | UnitKind::Environment => self.name().to_owned(),
            UnitKind::SharedResource => format!("{}.resource", self.name()),
        }
    }

    /// What Grafana knows the dashboard by: the same in every compile, and forty characters at most.
    pub fn dashboard_id(&self) -> String {
        let facts = self.facts();
        let fingerprint = names::fingerprint(["dashboard", &facts.organisation, &facts.name, self.name()]);
        format!("pavior-{fingerprint}")
    }

    /// Labels that say what a series or an alert is about.
    pub fn identity(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("service", self.name().to_owned()),
            ("environment", self.facts().name.to_string()),
            ("namespace", self.namespace().to_owned()),
        ])
    }

    /// An alert that fires after `wait`.
    pub fn alert(&self, alert: &'static str, urgency: Urgency, wait: &'static str, expr: String, words: Words) -> Rule {
        Rule::Alert(Alert { alert, expr, wait, labels: self.labels(urgency), annotations: self.annotations(words) })
    }

    fn labels(&self, urgency: Urgency) -> BTreeMap<&'static str, String> {
        let mut labels = self.identity();
        labels.insert("severity", self.severity(urgency).to_owned());
        labels.insert("team", self.unit.owner.to_string());
        labels.insert("tier", self.unit.tier.as_str().to_owned());
        labels
    }

    /// A page is for what users notice: never for a service that nobody outside misses for a day.
    fn severity(&self, urgency: Urgency) -> &'static str {
        match (self.policy(), urgency, self.unit.tier) {
            (AlertPolicy::Page, Urgency::Now, Tier::Important | Tier::Critical) => "page",
            (AlertPolicy::Page | AlertPolicy::Ticket | AlertPolicy::None, _, _) => "ticket",
        }
    }

    fn annotations(&self, words: Words) -> BTreeMap<&'static str, String> {
        let mut annotations =
            BTreeMap::from([("summary", words.summary), ("description", words.description.to_owned())]);
        // Prometheus renders annotations as Go templates: an address is text.
        let address = |text: &str| go_template::template(&[go_template::Part::Text(text)]);
        if let Some(plan) = self.plan() {
            if let Some(runbook) = &plan.runbook {
                annotations.insert("runbook_url", address(runbook));
            }
            if let Some(grafana) = &self.settings().grafana {
                let grafana = grafana.as_str().trim_end_matches('/');
                annotations.insert("dashboard_url", address(&format!("{grafana}/d/{}", self.dashboard_id())));
            }
        }
        annotations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::kubernetes::sample;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn alert(unit: &ProvisionedUnit<'_>, urgency: Urgency) -> Value {
        let words = Words { summary: "It is down".to_owned(), description: "Look" };
        json!(Subject { unit }.alert("Down", urgency, "5m", "vector(1)".to_owned(), words))
    }

    fn watched(class: &str, observability: Value) -> Arc<EnvironmentFacts<'static>> {
        Arc::new(sample::environment_of(json!({
            "class": class, "provider": "kubernetes", "domain": "a.example", "observability": observability,
        })))
    }

    #[test]
    fn an_alert_says_whose_it_is_and_where_to_read_on() {
        let mut unit =
            sample::unit_with("cart", |plan| plan.runbook = Some("https://runbooks.example/{{cart}}".to_owned()));
        unit.environment = watched("production", json!({ "grafana": "https://grafana.example/" }));
        let alert = alert(&unit, Urgency::Now);
        assert_eq!((&alert["alert"], &alert["for"]), (&json!("Down"), &json!("5m")));
        assert_eq!(
            alert["labels"],
            json!({ "environment": "staging", "namespace": "shop", "service": "cart", "severity": "page",
                "team": "shopping", "tier": "critical" })
        );
        let annotations = &alert["annotations"];
        assert_eq!(annotations["summary"], json!("It is down"));
        assert_eq!(annotations["runbook_url"], json!(r#"https://runbooks.example/{{ "{{" }}cart}}"#));
        let dashboard = annotations["dashboard_url"].as_str().unwrap();
        assert!(dashboard.starts_with("https://grafana.example/d/pavior-"), "{dashboard}");
    }

    #[test]
    fn a_page_is_for_what_users_of_production_notice() {
        let severity = |class: &str, tier: Tier, urgency: Urgency| {
            let mut unit = sample::unit("cart");
            unit.environment = watched(class, json!({}));
            unit.tier = tier;
            alert(&unit, urgency)["labels"]["severity"].clone()
        };
        assert_eq!(severity("production", Tier::Critical, Urgency::Now), "page");
        assert_eq!(severity("production", Tier::Critical, Urgency::Later), "ticket");
        assert_eq!(severity("production", Tier::Supporting, Urgency::Now), "ticket");
        assert_eq!(severity("staging", Tier::Critical, Urgency::Now), "ticket");
    }

    #[test]
    fn an_environment_decides_what_alerts_may_do() {
        let policy = |class: &str, settings: Value| {
            let mut unit = sample::unit("cart");
            unit.environment = watched(class, settings);
            Subject { unit: &unit }.policy()
        };
        assert_eq!(policy("development", json!({})), AlertPolicy::None);
        assert_eq!(policy("development", json!({ "alerts": "page" })), AlertPolicy::Page);
        assert_eq!(policy("production", json!({ "alerts": "none" })), AlertPolicy::None);
    }
}
