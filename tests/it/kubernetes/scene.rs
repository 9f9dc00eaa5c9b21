//! A flow's own namespace in a cluster, a unit in it, and what others do there.

use super::kubectl::{Kubectl, run};
use super::server::server;
use pavior::deliver::kubernetes::{Allowed, Cluster, Confirmation, Id, Objects, Owner};
use pavior::emit::Artifact;
use pavior::ledger::UnitName;
use pavior::model::{Name, RepoPath};
use serde_json::Value;
use std::time::Duration;

pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Scene {
    pub cluster: Cluster,
    pub kubectl: Kubectl,
    flow: String,
    is_real: bool,
}

impl Scene {
    pub fn recorded(flow: &str) -> Scene {
        Scene::of(Kubectl::recorded(flow), flow, false)
    }

    pub fn real(flow: &str) -> Scene {
        let server = server();
        Scene::of(Kubectl::real(&server.kubectl, &server.kubeconfig()), flow, true)
    }

    fn of(kubectl: Kubectl, flow: &str, is_real: bool) -> Scene {
        let cluster = Cluster { program: kubectl.program(), kubeconfig: None, context: None };
        let scene = Scene { cluster, kubectl, flow: flow.to_owned(), is_real };
        scene.others(&["create", "namespace", &scene.namespace()]);
        scene
    }

    /// A real flow may become the recorded one.
    pub fn ended(&self) {
        if self.is_real && std::env::var_os("PAVIOR_BLESS").is_some() {
            self.kubectl.keep(&self.flow);
        }
    }

    /// Of this flow alone, so that flows can run side by side.
    pub fn namespace(&self) -> String {
        let short: String = self.flow.chars().filter(|c| *c != '_').take(40).collect();
        format!("flow-{short}")
    }

    /// Somebody else runs kubectl in the namespace.
    pub fn others(&self, arguments: &[&str]) -> String {
        run(&self.cluster.program, arguments)
    }

    /// Somebody else in the namespace.
    pub fn others_here(&self, arguments: &[&str]) -> String {
        let namespace = self.namespace();
        let here: Vec<&str> = ["-n", &namespace].into_iter().chain(arguments.iter().copied()).collect();
        self.others(&here)
    }

    /// An object of the namespace, as it is now.
    pub fn live(&self, what: &str) -> Option<Value> {
        let text = self.others_here(&["get", what, "-o", "json", "--ignore-not-found"]);
        (!text.trim().is_empty()).then(|| serde_json::from_str(&text).unwrap())
    }

    pub fn owner(&self, token: u64) -> Owner {
        let unit = UnitName { environment: Name::parse("staging").unwrap(), unit: "cart".to_owned() };
        Owner { unit, namespace: Some(self.namespace()), digest: Some(format!("digest-{token}")), token }
    }

    /// A unit of these documents, in the namespace.
    pub fn unit(&self, documents: &[&str]) -> Objects {
        let artifact = |(number, text): (usize, &&str)| Artifact {
            path: RepoPath::parse(&format!("manifests/{number}.yaml")).unwrap(),
            text: text.replace("@HERE", &self.namespace()),
        };
        Objects::of(&documents.iter().enumerate().map(artifact).collect::<Vec<_>>()).unwrap()
    }

    /// What the inventory names.
    pub fn recorded_objects(&self) -> Vec<String> {
        let inventory = self.cluster.inventory(&self.owner(0)).unwrap();
        inventory.map_or_else(Vec::new, |inventory| inventory.objects.keys().map(|id| id.kind.clone()).collect())
    }
}

/// All of these may go.
pub fn all_of(objects: &Objects, confirmation: Confirmation) -> Allowed {
    Allowed { may_go: objects.iter().map(|object| object.id.clone()).collect(), confirmation }
}

/// Kinds and names, to compare with.
pub fn told(ids: &[Id]) -> Vec<String> {
    ids.iter().map(|id| format!("{} {}", id.kind, id.name)).collect()
}

pub const CONFIG: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cart\n  namespace: @HERE\ndata:\n  a: b\n";
pub const ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: @HERE\n";
pub const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  namespace: @HERE\nspec:\n  selector:\n    app: cart\n  ports:\n  - name: http\n    port: 80\n";
pub const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: cart\n  namespace: @HERE\nspec:\n  accessModes:\n  - ReadWriteOnce\n  resources:\n    requests:\n      storage: 1Gi\n";
pub const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: @HERE
spec:
  replicas: 1
  selector:
    matchLabels:
      app: cart
  template:
    metadata:
      labels:
        app: cart
    spec:
      containers:
      - name: main
        image: registry.example/cart:v1
"#;
pub const INGRESS: &str = r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: @HERE
spec:
  rules:
  - host: cart.example
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: cart
            port:
              name: http
"#;
pub const JOB: &str = r#"apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  namespace: @HERE
  annotations:
    pavior.dev/wave: "1"
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: registry.example/cart:v1
"#;
