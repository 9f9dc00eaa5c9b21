//! A compiled unit in, what set each of its fields out: a line of a declaration, of an environment, of a provisioner, or
//! the words of a default.
//!
//! Nothing here is asked for while units are compiled or checked. Each kind of object is walked by its own function,
//! which says for a field where the emitters take it from. Two laws hold these functions to the truth, over the shipped
//! catalog: every leaf of every artifact has an origin; and what changes when a line is changed is exactly what names
//! that line (tests/it/provenance.rs). An emitter that takes a value from elsewhere breaks them.

mod environment;
mod facts;
mod mentions;
mod network;
mod origin;
mod pod;
mod resource;
mod storage;
mod terraform;
mod trace;
mod walk;
mod watch;
mod words;
mod workload;

pub use facts::World;
pub use origin::{By, Input, Origin, Setting};

use crate::emit::kubernetes::{self, layout};
use crate::emit::yaml::Tree;
use crate::emit::{Objects, observability, terraform as emitted};
use crate::link::ServiceUnit;
use crate::model::{FieldPath, RepoPath};
use crate::provision::{EnvironmentFacts, ProvisionedUnit, UnitId, UnitKind};
use environment::Around;
use facts::Facts;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Lines, Traced};
use walk::{Spot, walk};

/// What set the fields of a unit's artifacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    pub unit: UnitId,
    /// By path below the unit's folder.
    pub artifacts: BTreeMap<RepoPath, Traces>,
    origins: Vec<Origin>,
}

/// What set the fields of one artifact.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// What the artifact says; for a file that is copied, its text.
    pub tree: Value,
    /// In the order of the tree. A path stands for all that is below it; the empty one for the whole file.
    fields: Vec<(FieldPath, usize)>,
}

impl Provenance {
    /// What set a field, by the artifact's path below the unit's folder and the field's path as people write it,
    /// `spec.template.spec.containers[main].image`. None for a field that is not there, or that several lines set.
    pub fn origin(&self, artifact: &RepoPath, field: &str) -> Option<&Origin> {
        let traces = self.artifacts.get(artifact)?;
        let above = traces.fields.iter().find(|(path, _)| is_below(field, &path.to_string()));
        let mut below = traces.fields.iter().filter(|(path, _)| is_below(&path.to_string(), field));
        let found = match (above, below.next()) {
            (Some((_, origin)), _) => *origin,
            (None, Some((_, origin))) if below.all(|(_, other)| other == origin) => *origin,
            (None, _) => return None,
        };
        self.origins.get(found)
    }

    /// The fields of an artifact with what set them, in the order of the artifact.
    pub fn fields(&self, artifact: &RepoPath) -> impl Iterator<Item = (&FieldPath, &Origin)> {
        let fields = self.artifacts.get(artifact).into_iter().flat_map(|traces| &traces.fields);
        fields.map(|(path, origin)| (path, &self.origins[*origin]))
    }
}

/// Whether a path leads to a place at or below another.
pub fn is_below(path: &str, other: &str) -> bool {
    match path.strip_prefix(other) {
        Some(rest) => other.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']),
        None => false,
    }
}

/// What set the fields of a unit.
pub fn of_unit(world: World<'_>, unit: &ProvisionedUnit<'_>, objects: &Objects) -> Provenance {
    let mut collected = Collected::default();
    if let Some(linked) = world.unit(&unit.id.environment, &unit.id.name, unit.workload.is_some()) {
        let containers = linked.service.as_ref().map(ServiceUnit::containers).unwrap_or_default();
        if let Some(facts) = Facts::of(world, unit, linked, &containers) {
            facts.collect(objects, &mut collected);
        }
    }
    collected.told(world, unit.id.clone())
}

/// What set the fields of an environment's own objects.
pub fn of_environment(world: World<'_>, facts: &EnvironmentFacts<'_>, objects: &Objects) -> Provenance {
    let mut collected = Collected::default();
    if let Some(environment) = world.catalog.environments.get(&facts.name).copied() {
        let around = Around { world, environment };
        collected.folder(kubernetes::FOLDER, &objects.running, |_, spot| around.object(spot));
    }
    let id = UnitId { environment: facts.name.clone(), kind: UnitKind::Environment, name: facts.name.clone() };
    collected.told(world, id)
}

impl Facts<'_> {
    fn collect(&self, objects: &Objects, collected: &mut Collected) {
        // What provisioners wrote stands before what the workload needs.
        let own = self.unit.resources.iter().filter(|resource| resource.own);
        let brought: Vec<_> = own
            .clone()
            .flat_map(|resource| (0..resource.manifests.len()).map(move |index| (resource, index.to_string())))
            .collect();
        collected.folder(kubernetes::FOLDER, &objects.running, |index, spot| match brought.get(index) {
            Some((resource, manifest)) => {
                let start = resource.provisioner.clone().child("manifests").child(manifest.as_str());
                self.provisioned(spot, resource, start, spot.raw)
            }
            None => self.object(spot),
        });
        collected.folder(observability::FOLDER, &objects.watching, |_, spot| self.watching(spot));
        // A unit that cannot be written as Terraform was refused before anything was made of it.
        for (path, tree) in emitted::trees(self.unit).unwrap_or_default() {
            collected.add(path, tree, |spot| self.terraform(spot));
        }
        for (resource, call) in own.filter_map(|resource| Some((resource, resource.terraform.as_ref()?))) {
            let folder = self.module_folder(resource, &call.folder);
            for (name, text) in call.files.iter() {
                let path = RepoPath::parse(&format!("terraform/modules/{}/{name}", call.folder));
                let source = RepoPath::parse(&format!("{folder}/{name}"));
                if let (Ok(path), Ok(source)) = (path, source) {
                    collected.whole(path, text, Traced::copy(source, words::MODULE));
                }
            }
        }
    }

    /// Where the module of a resource lies in the repository.
    fn module_folder(&self, resource: &crate::provision::ResolvedResource, folder: &str) -> String {
        let beside = self.world.documents.document(resource.provisioner.document).path.parent();
        let module = folder.strip_prefix(resource.kind.as_str()).and_then(|rest| rest.strip_prefix('-'));
        format!("{beside}/{}", module.unwrap_or(folder))
    }

    /// A field of an object that runs.
    fn object(&self, spot: &Spot<'_>) -> Option<Traced> {
        match kind_of(spot.root) {
            "Deployment" | "StatefulSet" => self.long_running(spot),
            "Job" => self.job(spot),
            "CronJob" => self.cron_job(spot),
            "HorizontalPodAutoscaler" => self.autoscaler(spot),
            "PodDisruptionBudget" => self.disruption_budget(spot),
            "Service" => self.kubernetes_service(spot),
            "ServiceAccount" => self.service_account(spot),
            "NetworkPolicy" => self.network_policy(spot),
            "ConfigMap" => self.files(spot),
            "ExternalSecret" => self.external_secret(spot),
            "PersistentVolumeClaim" => self.claim(spot),
            _ => None,
        }
    }

    /// A field of an object that watches.
    fn watching(&self, spot: &Spot<'_>) -> Option<Traced> {
        match kind_of(spot.root) {
            "PrometheusRule" => self.rules(spot),
            "PodMonitor" => self.monitor(spot),
            "ConfigMap" => self.dashboard(spot),
            _ => None,
        }
    }
}

fn kind_of(object: &Value) -> &str {
    object.get("kind").and_then(Value::as_str).unwrap_or_default()
}

/// What was found out so far: each origin once.
#[derive(Default)]
struct Collected {
    artifacts: BTreeMap<RepoPath, Traces>,
    traced: IndexMap<Traced, ()>,
}

impl Collected {
    /// The objects of a folder, one a file, and the list of them.
    fn folder(&mut self, folder: &str, objects: &[Tree], trace: impl Fn(usize, &Spot<'_>) -> Option<Traced>) {
        if objects.is_empty() {
            return;
        }
        let paths = layout::paths(folder, objects);
        let list = layout::list(&paths);
        for (index, (path, object)) in paths.into_iter().zip(objects).enumerate() {
            self.add(path, Value::Object(object.clone()), |spot| trace(index, spot));
        }
        let list = Value::Object(list);
        self.add(layout::kustomization_path(folder), list, |_| Some(Traced::default(words::LIST)));
    }

    fn add(&mut self, path: RepoPath, tree: Value, trace: impl Fn(&Spot<'_>) -> Option<Traced>) {
        let found = walk(&tree, &trace);
        let fields =
            found.into_iter().map(|(path, traced)| (path, self.number(traced.unwrap_or_else(unknown)))).collect();
        self.artifacts.insert(path, Traces { tree, fields });
    }

    fn whole(&mut self, path: RepoPath, text: &str, traced: Traced) {
        let fields = vec![(FieldPath::default(), self.number(traced))];
        self.artifacts.insert(path, Traces { tree: Value::from(text), fields });
    }

    fn number(&mut self, traced: Traced) -> usize {
        let known = self.traced.get_index_of(&traced);
        known.unwrap_or_else(|| self.traced.insert_full(traced, ()).0)
    }

    fn told(self, world: World<'_>, unit: UnitId) -> Provenance {
        let mut lines = Lines::of_documents(world.documents);
        let origins = self.traced.keys().map(|traced| traced.told(&mut lines)).collect();
        Provenance { unit, artifacts: self.artifacts, origins }
    }
}

/// For a field that no function here knows: a gap that the laws look for.
fn unknown() -> Traced {
    Traced::default(UNKNOWN)
}

/// What is said of a field whose origin is not known.
pub const UNKNOWN: &str = "Pavior writes it, and cannot say from what";
