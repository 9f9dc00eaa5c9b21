//! The artifacts of a unit in, its objects out, in the order in which they are brought into a cluster.

use crate::emit::Artifact;
use crate::emit::read_back::read_yaml;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// Which unit an object was applied for: `production/cart`. Nobody sets it but us, and a person who hands something
/// over.
pub const OWNED_BY: &str = "pavior.dev/inventory";

const WAVE: &str = "pavior.dev/wave";
const MANIFESTS: &str = "manifests";
const OBSERVABILITY: &str = "observability";

/// What makes an object the same one, whatever version of its kind it is written in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Empty for the core group.
    pub group: String,
    pub kind: String,
    /// None for an object of the whole cluster.
    pub namespace: Option<String>,
    pub name: String,
}

/// One object as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub id: Id,
    pub api_version: String,
    pub tree: Value,
}

/// Objects that are applied together.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    pub stage: Stage,
    /// From the annotation: an object waits until all of lower numbers are well.
    pub number: u8,
    pub objects: Vec<Object>,
}

/// What comes before what, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Without which others cannot even be written: namespaces and definitions of kinds.
    Foundation,
    /// What workloads read.
    Config,
    Workload,
    /// What leads people and Prometheus to the workloads.
    Route,
}

/// All objects of a unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects {
    waves: Vec<Wave>,
}

impl Objects {
    /// Reads the manifests among a unit's artifacts.
    ///
    /// # Errors
    /// When one is no object of Kubernetes, or there twice.
    pub fn of(artifacts: &[Artifact]) -> Result<Objects> {
        let mut waves: BTreeMap<(Stage, u8), BTreeMap<Id, Object>> = BTreeMap::new();
        for artifact in artifacts {
            let path = &artifact.path;
            let is_manifest = [MANIFESTS, OBSERVABILITY].contains(&path.parent()) && path.as_str().ends_with(".yaml");
            if !is_manifest || path.file_name() == "kustomization.yaml" {
                continue;
            }
            let tree = read_yaml(&artifact.text).with_context(|| format!("{path} cannot be read"))?;
            let Some(object) = Object::of(tree) else { bail!("{path} is no object of Kubernetes") };
            let stage = if path.parent() == OBSERVABILITY { Stage::Route } else { stage(&object.id.kind) };
            let id = object.id.clone();
            let number = object.wave().with_context(|| format!("{path} is of no wave"))?;
            if waves.entry((stage, number)).or_default().insert(id.clone(), object).is_some() {
                bail!("{id} is there twice");
            }
        }
        let wave = |((stage, number), objects): ((Stage, u8), BTreeMap<Id, Object>)| Wave {
            stage,
            number,
            objects: objects.into_values().collect(),
        };
        Ok(Objects { waves: waves.into_iter().map(wave).collect() })
    }

    /// Of a unit that is to be taken away.
    pub fn none() -> Objects {
        Objects::default()
    }

    pub fn waves(&self) -> &[Wave] {
        &self.waves
    }

    /// In the order of applying.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.waves.iter().flat_map(|wave| &wave.objects)
    }

    pub fn is_empty(&self) -> bool {
        self.waves.is_empty()
    }

    /// Where the inventory of such a unit is kept: in its namespace. None for one that brings its namespace along, or
    /// has nothing in any.
    pub fn namespace(&self) -> Option<&str> {
        if self.iter().any(|object| object.id.kind == "Namespace") {
            return None;
        }
        self.iter().find_map(|object| object.id.namespace.as_deref())
    }

    /// The definitions of kinds that it brings along, as `(group, kind)`.
    pub(super) fn defines(&self, group: &str, kind: &str) -> bool {
        let definitions = self.iter().filter(|object| object.id.kind == "CustomResourceDefinition");
        definitions
            .map(|object| &object.tree["spec"])
            .any(|spec| spec["group"].as_str() == Some(group) && spec["names"]["kind"].as_str() == Some(kind))
    }
}

impl Object {
    /// None for what has no kind or no name.
    pub fn of(tree: Value) -> Option<Object> {
        let (id, api_version) = Id::of(&tree)?;
        Some(Object { id, api_version, tree })
    }

    /// The same, saying whose it is.
    pub fn owned_by(&self, owner: &str) -> Value {
        let mut tree = self.tree.clone();
        tree["metadata"]["annotations"][OWNED_BY] = json!(owner);
        tree
    }

    fn wave(&self) -> Result<u8> {
        match &self.tree["metadata"]["annotations"][WAVE] {
            Value::Null => Ok(0),
            Value::String(number) => Ok(number.parse()?),
            _ => bail!("its annotation {WAVE} is no text"),
        }
    }
}

impl Id {
    /// With the version in which the object is written.
    pub fn of(tree: &Value) -> Option<(Id, String)> {
        let api_version = tree["apiVersion"].as_str()?.to_owned();
        let group = api_version.split_once('/').map_or("", |(group, _)| group).to_owned();
        let metadata = &tree["metadata"];
        let id = Id {
            group,
            kind: tree["kind"].as_str()?.to_owned(),
            namespace: metadata["namespace"].as_str().map(str::to_owned),
            name: metadata["name"].as_str()?.to_owned(),
        };
        Some((id, api_version))
    }

    /// As little of it as kubectl needs to find it.
    pub fn reference(&self, api_version: &str) -> Value {
        let mut tree = json!({ "apiVersion": api_version, "kind": self.kind, "metadata": { "name": self.name } });
        if let Some(namespace) = &self.namespace {
            tree["metadata"]["namespace"] = json!(namespace);
        }
        tree
    }

    /// Whether data goes with it.
    pub fn is_stateful(&self) -> bool {
        const STATEFUL: [&str; 6] = [
            "Namespace",
            "CustomResourceDefinition",
            "PersistentVolumeClaim",
            "PersistentVolume",
            "StatefulSet",
            "VolumeSnapshot",
        ];
        STATEFUL.contains(&self.kind.as_str()) || !is_known(&self.group)
    }

    pub fn stage(&self) -> Stage {
        stage(&self.kind)
    }
}

/// Groups whose objects hold no data but for those named above. Anything else may be somebody's database.
fn is_known(group: &str) -> bool {
    const KNOWN: [&str; 9] = [
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "external-secrets.io",
        "generators.external-secrets.io",
        "monitoring.coreos.com",
        "cert-manager.io",
    ];
    KNOWN.contains(&group) || group.ends_with(".k8s.io")
}

fn stage(kind: &str) -> Stage {
    match kind {
        "Namespace" | "CustomResourceDefinition" => Stage::Foundation,
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "Pod"
        | "Job"
        | "CronJob"
        | "Service"
        | "HorizontalPodAutoscaler"
        | "PodDisruptionBudget" => Stage::Workload,
        "Ingress" | "Gateway" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "Certificate" | "DNSEndpoint"
        | "ServiceMonitor" | "PodMonitor" | "PrometheusRule" => Stage::Route,
        _ => Stage::Config,
    }
}

/// As kubectl takes many objects at once.
pub fn list(items: Vec<Value>) -> Value {
    json!({ "apiVersion": "v1", "kind": "List", "items": items })
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        self.namespace.iter().try_for_each(|namespace| write!(f, "{namespace}/"))?;
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RepoPath;

    fn artifact(path: &str, kind: &str, name: &str, wave: Option<&str>) -> Artifact {
        let wave = wave.map_or(String::new(), |wave| format!("\n  annotations:\n    {WAVE}: \"{wave}\""));
        let text = format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: shop{wave}\n");
        Artifact { path: RepoPath::literal(path), text }
    }

    fn told(objects: &Objects) -> Vec<(Stage, u8, Vec<&str>)> {
        let kinds = |wave: &Wave| wave.objects.iter().map(|object| object.id.kind.clone()).collect::<Vec<_>>();
        let leak = |kinds: Vec<String>| kinds.into_iter().map(|kind| &*kind.leak()).collect();
        objects.waves().iter().map(|wave| (wave.stage, wave.number, leak(kinds(wave)))).collect()
    }

    #[test]
    fn config_comes_first_then_jobs_then_what_waits_for_them_then_routes() {
        let objects = Objects::of(&[
            artifact("manifests/a.yaml", "Deployment", "cart", Some("2")),
            artifact("manifests/b.yaml", "Ingress", "cart", None),
            artifact("manifests/c.yaml", "Job", "migrate", Some("1")),
            artifact("manifests/d.yaml", "ServiceAccount", "cart", None),
            artifact("manifests/e.yaml", "Service", "cart", None),
            artifact("manifests/f.yaml", "Postgresql", "cart", None),
            artifact("observability/g.yaml", "ConfigMap", "cart.dashboard", None),
            artifact("manifests/kustomization.yaml", "Kustomization", "k", None),
            artifact("terraform/x.yaml", "Kustomization", "k", None),
        ])
        .unwrap();
        assert_eq!(
            told(&objects),
            [
                (Stage::Config, 0, vec!["Postgresql", "ServiceAccount"]),
                (Stage::Workload, 0, vec!["Service"]),
                (Stage::Workload, 1, vec!["Job"]),
                (Stage::Workload, 2, vec!["Deployment"]),
                (Stage::Route, 0, vec!["ConfigMap", "Ingress"]),
            ]
        );
        assert_eq!(objects.namespace(), Some("shop"));
    }

    #[test]
    fn what_is_no_object_or_there_twice_is_refused() {
        let of = |artifacts: &[Artifact]| Objects::of(artifacts).unwrap_err().to_string();
        let twice = [artifact("manifests/a.yaml", "Job", "x", None), artifact("manifests/b.yaml", "Job", "x", None)];
        assert_eq!(of(&twice), "Job shop/x is there twice");
        let text = "kind: Job\n".to_owned();
        assert_eq!(
            of(&[Artifact { path: RepoPath::literal("manifests/a.yaml"), text }]),
            "manifests/a.yaml is no object of Kubernetes"
        );
        assert_eq!(of(&[artifact("manifests/a.yaml", "Job", "x", Some("soon"))]), "manifests/a.yaml is of no wave");
    }

    #[test]
    fn an_object_is_the_same_in_another_version_and_holds_data_unless_known_not_to() {
        let id = |api_version: &str, kind: &str| {
            Id::of(&json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "x" } })).unwrap().0
        };
        assert_eq!(id("autoscaling/v1", "HorizontalPodAutoscaler"), id("autoscaling/v2", "HorizontalPodAutoscaler"));
        for (api_version, kind, is_stateful) in [
            ("v1", "PersistentVolumeClaim", true),
            ("apps/v1", "StatefulSet", true),
            ("acid.zalan.do/v1", "postgresql", true),
            ("apps/v1", "Deployment", false),
            ("networking.k8s.io/v1", "Ingress", false),
            ("external-secrets.io/v1", "ExternalSecret", false),
        ] {
            assert_eq!(id(api_version, kind).is_stateful(), is_stateful, "{kind}");
        }
    }

    #[test]
    fn a_unit_that_brings_its_namespace_along_is_remembered_elsewhere() {
        let namespace = artifact("manifests/a.yaml", "Namespace", "shop", None);
        let objects = Objects::of(&[namespace, artifact("manifests/b.yaml", "LimitRange", "x", None)]).unwrap();
        assert_eq!(objects.namespace(), None);
        assert_eq!(objects.waves()[0].stage, Stage::Foundation);
    }
}
