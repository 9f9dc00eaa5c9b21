//! What runs, how often, and how it is reached: the objects of a service, by their kind.

use super::facts::Facts;
use super::pod::Pod;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::model::kinds::service::Workload;
use crate::read::Place;

impl Facts<'_> {
    /// A Deployment or StatefulSet.
    pub fn long_running(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["kind"] => Some(Traced::default(words::WORKLOAD_SHAPE).of(self.there([self.own(&["spec", "workload"])]))),
            ["spec", "replicas"] => Some(self.replicas().of(self.there(self.scaling("max")))),
            ["spec", "revisionHistoryLimit"] => Some(Traced::default(words::REVISIONS)),
            ["spec", "strategy" | "updateStrategy"] => Some(Traced::default(words::ROLLING)),
            ["spec", "serviceName"] => Some(Traced::at(self.name()).because(words::ONE_NAME_EACH)),
            ["spec", "selector", "matchLabels", key] => Some(self.label(key)),
            ["spec", "template", rest @ ..] => Pod { facts: self, job: None }.template(spot, rest),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    /// A Job, of the workload or beside it.
    pub fn job(&self, spot: &Spot<'_>) -> Option<Traced> {
        let component = ["spec", "template", "metadata", "labels", COMPONENT];
        let job = job_of(spot, &component);
        match spot.steps {
            ["spec", rest @ ..] => self.job_spec(spot, job, rest),
            ["metadata", "labels", ..] | ["metadata", "namespace"] => self.metadata(spot, || Traced::at(self.name())),
            _ => self.metadata(spot, || self.job_name(job).because(words::JOB_NAME)),
        }
    }

    /// A CronJob, of the workload or beside it.
    pub fn cron_job(&self, spot: &Spot<'_>) -> Option<Traced> {
        let component = ["spec", "jobTemplate", "spec", "template", "metadata", "labels", COMPONENT];
        let job = job_of(spot, &component);
        match spot.steps {
            ["spec", "schedule"] => Some(self.schedule(job, "cron", words::CRON)),
            ["spec", "timeZone"] => Some(self.schedule(job, "timeZone", words::UTC)),
            ["spec", "jobTemplate", "metadata", "labels", key] => Some(self.label(key)),
            ["spec", "jobTemplate", "spec", rest @ ..] => self.job_spec(spot, job, rest),
            ["spec", "jobTemplate", ..] => None,
            ["spec", _] => Some(Traced::default(words::CRON)),
            _ => self.metadata(spot, || self.job_name(job)),
        }
    }

    fn job_name(&self, job: Option<&str>) -> Traced {
        Traced::at(self.name()).of(job.map(|job| self.own(&["spec", "jobs", job]).key()))
    }

    fn schedule(&self, job: Option<&str>, field: &str, default: &'static str) -> Traced {
        match job {
            Some(job) => self.first([self.own(&["spec", "jobs", job, "schedule", field])], default),
            // An environment's schedule takes the place of the whole.
            None if self.world.exists(&self.setting(&["schedule"])) => {
                self.first([self.setting(&["schedule", field])], default)
            }
            None => self.first([self.own(&["spec", "schedule", field])], default),
        }
    }

    fn job_spec(&self, spot: &Spot<'_>, job: Option<&str>, path: &[&str]) -> Option<Traced> {
        let setting = |field: &str, default| match job {
            Some(job) => self.first([self.own(&["spec", "jobs", job, field])], default),
            None => Traced::default(default),
        };
        match path {
            ["backoffLimit"] => Some(setting("retries", words::RETRIES)),
            ["activeDeadlineSeconds"] => Some(setting("timeout", words::TIMEOUT)),
            ["ttlSecondsAfterFinished"] => Some(Traced::default(words::KEPT)),
            ["template", rest @ ..] => Pod { facts: self, job }.template(spot, rest),
            _ => None,
        }
    }

    pub fn scaling(&self, field: &str) -> [Place; 2] {
        [self.setting(&["scaling", field]), self.own(&["spec", "scaling", field])]
    }

    /// The fewest replicas.
    fn replicas(&self) -> Traced {
        let class = self.there([self.around(&["spec", "class"])]);
        let plan = self.unit.workload.as_ref();
        if let Some(min) = self.there(self.scaling("min")) {
            return Traced::at(min);
        }
        let [_, setting] = self.scaling("min");
        match self.there(self.scaling("max")) {
            Some(max) => Traced::at(max).of(class).because(words::WITHIN_MAX).unless_set(setting),
            None if plan.is_some_and(|plan| matches!(plan.kind, Workload::Cron | Workload::Job)) => {
                Traced::default(words::REPLICAS)
            }
            None if self.unit.resources.iter().any(|resource| resource.is_written_by_one()) => {
                Traced::default(words::REPLICAS_OF_VOLUME).unless_set(setting)
            }
            None => Traced::default(words::REPLICAS).unless_set(setting).of(class),
        }
    }

    pub fn autoscaler(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["spec", "minReplicas"] => Some(self.replicas()),
            ["spec", "maxReplicas"] => Some(self.first(self.scaling("max"), words::AS_MIN)),
            ["spec", "scaleTargetRef", "name"] => Some(Traced::at(self.name())),
            ["spec", "scaleTargetRef", _] => Some(Traced::default(words::WORKLOAD_SHAPE)),
            ["spec", "metrics", _] => {
                let share = spot.text(&["resource", "name"]).unwrap_or("cpu");
                Some(self.first(self.scaling(share), words::CPU_TARGET))
            }
            ["spec", "behavior"] => Some(Traced::default(words::SCALING_PACE)),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    pub fn disruption_budget(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["spec", "maxUnavailable"] => {
                Some(self.first([self.own(&["spec", "disruption", "maxUnavailable"])], words::ONE_AWAY))
            }
            ["spec", "selector", "matchLabels", key] => Some(self.label(key)),
            ["spec", "unhealthyPodEvictionPolicy"] => Some(Traced::default(words::SICK_PODS)),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    pub fn kubernetes_service(&self, spot: &Spot<'_>) -> Option<Traced> {
        let port = |name: &str, field: &str| self.own(&["spec", "service", "ports", name, field]);
        match spot.steps {
            ["spec", "type"] => Some(Traced::default(words::INSIDE)),
            ["spec", "clusterIP"] => Some(Traced::default(words::ONE_NAME_EACH)),
            ["spec", "selector", key] => Some(self.label(key)),
            ["spec", "ports", name, "name"] => Some(Traced::at(self.own(&["spec", "service", "ports", name]).key())),
            ["spec", "ports", name, "port"] => Some(Traced::at(port(name, "port"))),
            ["spec", "ports", name, "targetPort"] => {
                let set = self.there([port(name, "targetPort")]).map(Traced::at);
                Some(set.unwrap_or_else(|| Traced::at(port(name, "port")).because(words::TARGET_PORT)))
            }
            ["spec", "ports", name, "protocol"] => Some(self.first([port(name, "protocol")], words::TCP)),
            ["spec", "ports", name, "appProtocol"] => {
                Some(Traced::at(self.own(&["spec", "service", "ports", name]).key()).because(words::APP_PROTOCOL))
            }
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }

    pub fn service_account(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["automountServiceAccountToken"] => Some(Traced::default(words::NO_TOKEN)),
            _ => self.metadata(spot, || Traced::at(self.name())),
        }
    }
}

const COMPONENT: &str = "app.kubernetes.io/component";

/// The job that the pods of an object are of; None for those of the workload.
fn job_of<'s>(spot: &Spot<'s>, component: &[&str]) -> Option<&'s str> {
    let component = component.iter().try_fold(spot.root, |value, step| value.get(step))?;
    component.as_str()?.strip_prefix("job-")
}
