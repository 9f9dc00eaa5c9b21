//! What watches a unit: alerts, objectives, the monitor, the dashboard.

use super::facts::Facts;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::model::kinds::service::DocumentKind;
use crate::read::Place;

impl Facts<'_> {
    pub fn rules(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["spec", "groups", _, "name"] => Some(Traced::at(self.name()).because(words::ALERT)),
            ["spec", "groups", _, "interval"] => Some(Traced::default(words::OBJECTIVE)),
            ["spec", "groups", _, "rules", _, "labels", label] => Some(self.alert_label(label, spot)),
            ["spec", "groups", _, "rules", _, "annotations", annotation] => Some(self.annotation(annotation, spot)),
            ["spec", "groups", _, "rules", _, "expr"] => Some(self.expression(spot)),
            ["spec", "groups", _, "rules", _, _] => spot.is_leaf().then(|| Traced::default(words::ALERT)),
            ["spec", ..] => None,
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    fn alert_label(&self, label: &str, spot: &Spot<'_>) -> Traced {
        match label {
            "service" => Traced::at(self.name()),
            "environment" => Traced::at(self.environment_name()),
            "namespace" => self.namespace(),
            "team" => Traced::at(self.owner()),
            "tier" => self.tier(),
            "severity" => Traced::default(words::SEVERITY).of(self.severity()),
            "slo" => self.objective(spot).map_or_else(|| Traced::default(words::OBJECTIVE), Traced::at),
            _ => Traced::default(words::ALERT),
        }
    }

    fn severity(&self) -> Vec<Place> {
        let policy = [self.around(&["spec", "observability", "alerts"]), self.around(&["spec", "class"])];
        self.there(policy).into_iter().chain(self.tier().places()).collect()
    }

    fn annotation(&self, annotation: &str, spot: &Spot<'_>) -> Traced {
        match annotation {
            "runbook_url" => self.runbook(),
            "dashboard_url" => Traced::at(self.around(&["spec", "observability", "grafana"])).of(self.dashboard_id()),
            "summary" => Traced::default(words::ALERT).of([self.name()]).of(self.objective(spot)),
            _ => Traced::default(words::ALERT),
        }
    }

    /// The document that says what to do.
    fn runbook(&self) -> Traced {
        let documents = self.service.map(|service| service.spec.docs.as_slice()).unwrap_or_default();
        let has_address = |index: &usize| {
            let document = &documents[*index];
            let source = self.service.is_some_and(|service| service.spec.source.is_some());
            document.kind == DocumentKind::Runbook && (document.url.is_some() || (document.path.is_some() && source))
        };
        match (0..documents.len()).find(has_address) {
            Some(index) => {
                let at = |field: &str| self.own(&["spec", "docs", &index.to_string(), field]);
                match self.there([at("url")]) {
                    Some(url) => Traced::at(url),
                    None => Traced::at(at("path")).of([self.own(&["spec", "source"])]),
                }
            }
            None => Traced::default(words::ALERT),
        }
    }

    /// What series are told apart by.
    fn identity_of_series(&self) -> Vec<Place> {
        let mut places = vec![self.name(), self.environment_name()];
        places.extend(self.namespace().places());
        places
    }

    fn expression(&self, spot: &Spot<'_>) -> Traced {
        let made_of = self.identity_of_series().into_iter().chain(self.requests());
        let window = self.there([self.own(&["spec", "slo", "window"])]);
        match self.objective(spot) {
            Some(objective) => Traced::at(objective).because(words::OBJECTIVE).of(window).of(made_of),
            None => Traced::default(words::ALERT).of(made_of).of(self.claims()),
        }
    }

    /// The promise that a rule is about, by its label.
    fn objective(&self, spot: &Spot<'_>) -> Option<Place> {
        let rule = spot.above(5)?;
        let slo = rule.get("labels")?.get("slo")?.as_str()?;
        match slo.strip_prefix("latency-") {
            Some(percentile) => self.there([self.own(&["spec", "slo", "latency", percentile])]),
            None => self.there([self.own(&["spec", "slo", slo])]),
        }
    }

    /// Where requests are counted, and by which names.
    fn requests(&self) -> Vec<Place> {
        let settings = [self.around(&["spec", "observability", "requests"]), self.own(&["spec", "service", "ports"])];
        settings.into_iter().filter(|place| self.world.exists(place)).collect()
    }

    /// Names of claims that are watched.
    fn claims(&self) -> Vec<Place> {
        let claims = self.unit.resources.iter().filter(|resource| resource.own);
        claims.flat_map(|resource| [self.full_name(resource), self.output(resource, "claim")].concat()).collect()
    }

    fn dashboard_id(&self) -> Vec<Place> {
        let mut places = self.organisation().places();
        places.extend([self.environment_name(), self.name()]);
        places
    }

    pub fn dashboard(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["data", _] => {
                let slo = self.there([self.own(&["spec", "slo"])]);
                let made_of = self.identity_of_series().into_iter().chain(self.dashboard_id()).chain(self.requests());
                Some(Traced::default(words::DASHBOARD).of(made_of).of([self.owner()]).of(slo).of(self.claims()))
            }
            ["metadata", "labels", "grafana_dashboard"] => Some(Traced::default(words::DASHBOARD)),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    pub fn monitor(&self, spot: &Spot<'_>) -> Option<Traced> {
        let metrics = |field: &str| self.own(&["spec", "metrics", field]);
        match spot.steps {
            ["spec", "selector", "matchLabels", key] => Some(self.label(key)),
            ["spec", "jobLabel"] => Some(Traced::default(words::ALERT)),
            ["spec", "podMetricsEndpoints", _, "port"] => {
                Some(Traced::default(words::METRICS_PORT).of([metrics("port")]))
            }
            ["spec", "podMetricsEndpoints", _, "path"] => Some(self.first([metrics("path")], words::ALERT)),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }
}
