//! Pods and their containers: of the workload, and of its jobs.

use super::facts::Facts;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::model::Name;
use crate::model::kinds::workload::ServicePort;
use crate::read::Place;
use serde_json::Value;

/// Whose pods they are.
pub struct Pod<'p, 'c> {
    pub facts: &'p Facts<'c>,
    /// The job beside the workload; None for the workload itself.
    pub job: Option<&'p str>,
}

impl Pod<'_, '_> {
    /// A field of a pod template.
    pub fn template(&self, spot: &Spot<'_>, path: &[&str]) -> Option<Traced> {
        let facts = self.facts;
        match path {
            ["metadata", "labels", key @ "app.kubernetes.io/component"] => Some(match self.job {
                Some(job) => Traced::at(facts.own(&["spec", "jobs", job]).key()).because(words::COMPONENT),
                None => facts.label(key),
            }),
            ["metadata", "labels", key] => Some(facts.label(key)),
            ["metadata", "annotations", "pavior.dev/files-digest"] => Some(self.files_digest()),
            ["spec", "serviceAccountName"] => Some(Traced::at(facts.name())),
            ["spec", "automountServiceAccountToken"] => Some(Traced::default(words::NO_TOKEN)),
            ["spec", "enableServiceLinks"] => Some(Traced::default(words::NO_LINKS)),
            ["spec", "securityContext", "runAsUser" | "runAsGroup" | "fsGroup"] => Some(self.user(self.main()?)),
            ["spec", "securityContext", _] => Some(Traced::default(words::CONFINED)),
            ["spec", "terminationGracePeriodSeconds"] => Some(Traced::default(words::GRACE)),
            ["spec", "restartPolicy"] => Some(Traced::default(words::NEVER_RESTART)),
            ["spec", "topologySpreadConstraints"] => {
                let max = facts.there([facts.setting(&["scaling", "max"]), facts.own(&["spec", "scaling", "max"])]);
                Some(Traced::default(words::SPREAD).of(max.into_iter().chain([facts.name()])))
            }
            ["spec", "volumes", volume] => Some(self.volume(spot, volume)),
            ["spec", "containers" | "initContainers", container, field @ ..] => self.container(spot, container, field),
            _ => None,
        }
    }

    /// The container whose user is the pod's.
    fn main(&self) -> Option<&str> {
        let plan = self.facts.unit.workload.as_ref()?;
        let chosen = self.job.and_then(|job| plan.jobs.get(job)?.container.as_ref());
        chosen.or_else(|| plan.containers.keys().next()).map(Name::as_str)
    }

    fn at(&self, container: &str, route: &[&str]) -> Place {
        self.facts.own(&[&["spec", "containers", container], route].concat())
    }

    fn of_job(&self, route: &[&str]) -> Option<Place> {
        let job = self.job?;
        self.facts.there([self.facts.own(&[&["spec", "jobs", job], route].concat())])
    }

    fn user(&self, container: &str) -> Traced {
        self.facts.first([self.at(container, &["user"])], words::USER)
    }

    fn container(&self, spot: &Spot<'_>, container: &str, field: &[&str]) -> Option<Traced> {
        let facts = self.facts;
        match field {
            [] => None,
            ["name"] => Some(Traced::at(self.at(container, &[]).key())),
            ["image"] => Some(self.image(container)),
            ["imagePullPolicy"] => Some(self.image(container).because(words::PULL)),
            [what @ ("command" | "args"), item @ ..] => {
                let start = self.of_job(&[what]).unwrap_or_else(|| self.at(container, &[what]));
                facts.mirrored(spot, start, item)
            }
            ["env", variable] => Some(self.variable(spot, container, variable)),
            ["resources", part @ ("requests" | "limits"), what] => Some(self.amount(container, part, what)),
            [probe @ ("livenessProbe" | "readinessProbe" | "startupProbe"), rest @ ..] => {
                self.probe(spot, container, probe, rest)
            }
            ["securityContext", "runAsUser" | "runAsGroup"] => Some(self.user(container)),
            ["securityContext", _, ..] => Some(Traced::default(words::CONFINED)),
            ["volumeMounts", path] => Some(self.mount(container, path)),
            ["ports", _, what] => Some(self.port(spot, what)),
            ["lifecycle"] => {
                Some(Traced::default(words::DRAIN).of(facts.there([facts.own(&["spec", "service", "ports"])])))
            }
            ["restartPolicy"] => Some(Traced::at(self.at(container, &["before"])).because(words::SIDECAR)),
            _ => None,
        }
    }

    fn image(&self, container: &str) -> Traced {
        let own = self.at(container, &["image"]);
        Traced::at(self.facts.there([self.facts.setting(&["containers", container, "image"])]).unwrap_or(own))
    }

    fn variable(&self, spot: &Spot<'_>, container: &str, name: &str) -> Traced {
        let facts = self.facts;
        if let Some(place) = facts.variable(container, name) {
            let template = facts.containers.get(container).and_then(|container| container.variables.get(name));
            return Traced::at(place).of(template.map(|template| facts.placeholders(template)).unwrap_or_default());
        }
        let secret = spot.text(&["valueFrom", "secretKeyRef", "name"]).unwrap_or_default();
        let key = spot.text(&["valueFrom", "secretKeyRef", "key"]).unwrap_or_default();
        match facts.user_of_secret(container, secret, key) {
            Some((place, inputs)) => Traced::at(place).of(inputs).because(words::SECRET_HELPER),
            None => Traced::at(self.at(container, &["variables"])).because(words::SECRET_HELPER),
        }
    }

    /// The given amount, or what follows from the other one, or the default of both.
    fn amount(&self, container: &str, part: &str, what: &str) -> Traced {
        let facts = self.facts;
        let given = |part: &str| {
            let own = self.at(container, &["resources", part, what]);
            let there = facts.there([facts.setting(&["containers", container, part, what]), own]);
            self.of_job(&["resources", part, what]).or(there)
        };
        let setting = match self.job {
            Some(job) => facts.own(&["spec", "jobs", job, "resources", part, what]),
            None => self.at(container, &["resources", part, what]),
        };
        match (part, given(part)) {
            (_, Some(place)) => {
                let raised = self.of_job(&["resources", "requests", what]).filter(|_| part == "limits");
                Traced::at(place).of(raised)
            }
            ("limits", None) => match given("requests") {
                Some(request) => Traced::at(request).because(words::LIMIT_OF_REQUEST).unless_set(setting),
                None => Traced::default(words::LIMIT).unless_set(setting),
            },
            (_, None) => match given("limits") {
                Some(limit) => Traced::default(words::REQUEST_WITHIN_LIMIT).unless_set(setting).of([limit]),
                None => Traced::default(words::REQUEST).unless_set(setting),
            },
        }
    }

    fn probe(&self, spot: &Spot<'_>, container: &str, probe: &str, rest: &[&str]) -> Option<Traced> {
        let facts = self.facts;
        let declared = self.at(container, &[probe]);
        if facts.world.exists(&declared) {
            return facts.mirrored(spot, declared, rest);
        }
        let health = [self.at(container, &["readinessProbe"]), self.at(container, &["livenessProbe"])];
        match facts.there(health).filter(|_| probe == "startupProbe") {
            Some(health) => facts.mirrored(spot, health, rest).map(|traced| traced.because(words::STARTUP)),
            None => {
                let port = facts.unit.workload.as_ref()?.ports.keys().next()?;
                Some(Traced::default(words::FRONT_PAGE).unless_set(declared).of(self.target_port(port)))
            }
        }
    }

    /// The number on which the container listens.
    fn target_port(&self, port: &Name) -> Option<Place> {
        let at = |field: &str| self.facts.own(&["spec", "service", "ports", port, field]);
        self.facts.there([at("targetPort"), at("port")])
    }

    /// A field of an open port: of the service's port, or of its metrics.
    fn port(&self, spot: &Spot<'_>, what: &str) -> Traced {
        let facts = self.facts;
        let item = spot.above(spot.raw.len() - 1);
        let number = item.and_then(|item| item.get("containerPort")).and_then(Value::as_i64);
        let name = item.and_then(|item| item.get("name")).and_then(Value::as_str);
        let ports = facts.unit.workload.iter().flat_map(|plan| &plan.ports);
        let listens = |port: &ServicePort| Some(i64::from(port.target())) == number;
        let found = ports.filter(|(_, port)| listens(port)).max_by_key(|(own, _)| name == Some(own.as_str()));
        match (found, what) {
            (Some((port, _)), "name") => Traced::at(facts.own(&["spec", "service", "ports", port]).key()),
            (Some((port, _)), "protocol") => {
                facts.first([facts.own(&["spec", "service", "ports", port, "protocol"])], words::TCP)
            }
            (Some((port, _)), _) => match self.target_port(port) {
                Some(place) => Traced::at(place),
                None => Traced::default(words::TARGET_PORT),
            },
            (None, "containerPort") => Traced::at(facts.own(&["spec", "metrics", "port"])),
            (None, _) => Traced::default(words::METRICS_PORT).of([facts.own(&["spec", "metrics", "port"])]),
        }
    }

    fn mount(&self, container: &str, path: &str) -> Traced {
        let at = |part: &str, path: &str| self.facts.there([self.at(container, &[part, path]).key()]);
        if let Some(place) = at("files", path) {
            return Traced::at(place).because(words::FILE_MOUNT);
        }
        if let Some(place) = at("volumes", path) {
            return Traced::at(place);
        }
        self.scratch(&[container.to_owned()], |writable| writable.trim_end_matches('/') == path)
    }

    /// The entry of `writable` that asks for scratch space, or that there is always `/tmp`.
    fn scratch(&self, containers: &[String], is_it: impl Fn(&str) -> bool) -> Traced {
        let plan = self.facts.unit.workload.as_ref();
        for container in containers {
            let writable = plan.and_then(|plan| plan.containers.get(container.as_str())).map(|plan| &plan.writable);
            let position = writable.and_then(|paths| paths.iter().position(|path| is_it(path)));
            let place = position.map(|position| self.at(container, &["writable", &position.to_string()]));
            if let Some(place) = self.facts.there(place) {
                return Traced::at(place).because(words::SCRATCH);
            }
        }
        Traced::default(words::TMP)
    }

    fn volume(&self, spot: &Spot<'_>, name: &str) -> Traced {
        let facts = self.facts;
        if let Some(resource) = facts.resource(name).filter(|_| spot.value.get("persistentVolumeClaim").is_some()) {
            return Traced::at(facts.local(resource))
                .of(facts.output(resource, "claim"))
                .of(facts.resource_name(resource));
        }
        if spot.value.get("emptyDir").is_some() {
            let readable = |path: &str| path.trim_matches('/').replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            return self.scratch(&self.containers(), |path| name.contains(&readable(path).to_ascii_lowercase()));
        }
        let files = self.containers().into_iter().map(|container| self.at(&container, &["files"]));
        let mut files = files.filter(|files| facts.world.exists(files));
        let first = files.next().unwrap_or_else(|| facts.own(&["spec", "containers"]));
        Traced::at(first).of(files).of([facts.name()]).because(words::FILE_MOUNT)
    }

    fn containers(&self) -> Vec<String> {
        let plan = self.facts.unit.workload.as_ref();
        match self.job {
            Some(_) => self.main().map(str::to_owned).into_iter().collect(),
            None => plan.iter().flat_map(|plan| plan.containers.keys()).map(Name::to_string).collect(),
        }
    }

    fn files_digest(&self) -> Traced {
        let facts = self.facts;
        let (mut files, mut inputs) = (Vec::new(), Vec::new());
        for container in self.containers() {
            files.extend(facts.there([self.at(&container, &["files"])]));
            let linked = facts.containers.get(container.as_str());
            let templates = linked.into_iter().flat_map(|container| container.files.values().flatten());
            inputs.extend(templates.flat_map(|template| facts.placeholders(template)));
        }
        let first = files.first().cloned().unwrap_or_else(|| facts.own(&["spec", "containers"]));
        Traced::at(first).of(files).of(inputs).because(words::FILES_DIGEST)
    }
}
