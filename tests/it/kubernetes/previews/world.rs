//! A platform of its own with a pattern of previews, its pull requests as branches, and `pavior preview` on a real API
//! server. There is no kubelet: a thread says of pods that they are ready, of all but those whose image
//! is sick, and of secrets that they are there.

use super::super::server::server;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

pub struct World {
    folder: tempfile::TempDir,
}

const WEB: &str = "\
kind: Service
metadata: {name: web, owner: platform}
spec:
  containers:
    main:
      image: example.com/web:1
      variables: {CART: 'http://${services.cart.host}:${services.cart.ports.http}'}
  service: {ports: {http: {port: 8080}}}
";

const CART: &str = "\
kind: Service
metadata: {name: cart, owner: platform}
spec:
  containers:
    main:
      image: example.com/cart:1
      variables: {BUCKET: '${resources.carts.name}'}
  service: {ports: {http: {port: 8080}}}
  resources: {carts: {type: bucket}}
";

impl World {
    /// `organisation` is by what previews of one test are told from those of another.
    pub fn new(organisation: &str) -> World {
        kubelet();
        let world = World { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.path().join("catalog")).unwrap();
        fs::create_dir_all(world.path().join("golden-paths/resources")).unwrap();
        let bucket = concat!(env!("CARGO_MANIFEST_DIR"), "/golden-paths/resources/bucket");
        let copied = Command::new("cp").args(["-r", bucket]).arg(world.path().join("golden-paths/resources")).status();
        assert!(copied.unwrap().success());
        let platform = format!(
            "kind: Platform\nmetadata: {{name: test}}\nspec: {{organisation: {organisation}, owners: [platform]}}\n"
        );
        let environment = |name: &str, more: &str| {
            format!(
                "kind: Environment\nmetadata: {{name: {name}, owner: platform}}\n\
                 spec: {{class: development, provider: local, cluster: test, domain: {name}.test{more}}}\n"
            )
        };
        let preview = ", type: preview, preview: {shares: staging, idle: 1h, maximumLife: 3d, atOnce: 2}";
        world.write("pavior.yaml", &platform);
        world.write(
            "catalog/team.yaml",
            "kind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@acme/platform'}\n",
        );
        world.write("catalog/staging.yaml", &environment("staging", &format!(", namespace: staging-{organisation}")));
        world.write("catalog/preview.yaml", &environment("preview", preview));
        world.write("catalog/web.yaml", WEB);
        world.write("catalog/cart.yaml", CART);
        world.git(&["init", "--quiet", "--initial-branch", "main"]);
        world.commit("a shop");
        world.git(&["switch", "--quiet", "--create", "change"]);
        world
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.path().join(path), format!("apiVersion: pavior.dev/v1\n{text}")).unwrap();
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=jo", "-c", "user.email=jo@localhost", "-c", "commit.gpgSign=false"];
        let output = Command::new("git").current_dir(self.path()).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// What a pull request changes: a line of a service.
    pub fn push(&self, service: &str, from: &str, to: &str) {
        let file = self.path().join(format!("catalog/{service}.yaml"));
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(file, text.replace(from, to)).unwrap();
        self.commit(to);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pavior"));
        command.current_dir(self.path()).args(arguments).env("GITHUB_ACTOR", "jo");
        command
    }

    /// `pavior preview`, in the cluster.
    fn there(&self, arguments: &[&str]) -> Command {
        let server = server();
        let mut command = self.command(&["preview"]);
        command.args(arguments).arg("--kubectl").arg(&server.kubectl).arg("--kubeconfig").arg(server.kubeconfig());
        if !arguments.contains(&"--deadline") {
            command.args(["--deadline", "60"]);
        }
        command
    }

    /// What it prints, and its exit code.
    pub fn preview(&self, arguments: &[&str]) -> (String, Option<i32>) {
        told(self.there(arguments).output().unwrap())
    }

    pub fn up(&self, pull: u64) -> (String, Option<i32>) {
        self.preview(&["up", "--apply", "--base", "main", "--pull", &pull.to_string()])
    }

    pub fn down(&self, pull: u64) -> (String, Option<i32>) {
        self.preview(&["down", "--pull", &pull.to_string()])
    }

    /// Killed at a step that is named.
    pub fn killed_at(&self, point: &str, arguments: &[&str]) {
        let output = self.there(arguments).env("PAVIOR_KILL_AT", point).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&format!("killed at {point}")) && output.status.code().is_none(), "{point}: {said}");
    }

    pub fn begun(&self, arguments: &[&str]) -> Child {
        self.there(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Of a preview, as the ledger has it.
    pub fn phase(&self, pull: u64) -> String {
        let (text, code) = told(self.command(&["preview", "list", "--all", "--format", "json"]).output().unwrap());
        assert_eq!(code, Some(0), "{text}");
        let list: Value = serde_json::from_str(&text).unwrap();
        let previews = list["previews"].as_array().unwrap();
        let found = previews.iter().find(|one| one["pull"] == pull);
        found.map_or_else(String::new, |one| one["phase"].as_str().unwrap().to_owned())
    }

    /// What Terraform keeps of a preview, by unit.
    pub fn states(&self, pull: u64) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.path().join(format!(".git/pavior/terraform/pr-{pull}"))) else {
            return Vec::new();
        };
        let files =
            files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|it| it == "tfstate"));
        let states = files.filter(|file| {
            let state: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
            state["resources"].as_array().is_some_and(|all| !all.is_empty())
        });
        states.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    }
}

pub fn told(output: Output) -> (String, Option<i32>) {
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{text}{}", String::from_utf8_lossy(&output.stderr));
    (text + &String::from_utf8_lossy(&output.stderr), output.status.code())
}

/// Of a preview's Deployment, by the path of a field.
pub fn field(pull: u64, deployment: &str, path: &str) -> String {
    let (namespace, path) = (format!("pr-{pull}"), format!("jsonpath={path}"));
    server().kubectl(&["get", "deployment", deployment, "-n", &namespace, "-o", &path])
}

pub const IMAGE: &str = "{.spec.template.spec.containers[0].image}";
pub const REPLICAS: &str = "{.spec.replicas}";

pub fn deployments(pull: u64) -> Vec<String> {
    let namespace = format!("pr-{pull}");
    let names = server().kubectl(&["get", "deployments", "-n", &namespace, "-o", "jsonpath={.items[*].metadata.name}"]);
    names.split_whitespace().map(str::to_owned).collect()
}

pub fn is_there(namespace: &str) -> bool {
    !server().kubectl(&["get", "namespace", namespace, "--ignore-not-found", "-o", "name"]).trim().is_empty()
}

/// One for all previews, as long as this process lives.
fn kubelet() {
    static KUBELET: OnceLock<()> = OnceLock::new();
    KUBELET.get_or_init(|| {
        server();
        thread::spawn(|| {
            loop {
                // Pods may go while they are spoken of.
                let _ = std::panic::catch_unwind(ready);
                let _ = std::panic::catch_unwind(synced);
                thread::sleep(Duration::from_millis(300));
            }
        });
    });
}

fn ready() {
    let pods = server().kubectl(&["get", "pods", "-A", "-l", "app.kubernetes.io/managed-by=pavior", "-o", "json"]);
    let pods: Value = serde_json::from_str(&pods).unwrap();
    for pod in pods["items"].as_array().into_iter().flatten() {
        let namespace = pod["metadata"]["namespace"].as_str().unwrap();
        let image = pod["spec"]["containers"][0]["image"].as_str().unwrap();
        if !namespace.starts_with("pr-") || image.ends_with(":sick") || pod["status"]["phase"] == "Running" {
            continue;
        }
        let ready = r#"[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]"#;
        let status = format!(
            r#"{{"status":{{"phase":"Running","conditions":{ready},"containerStatuses":[{{"name":"main","image":"x","imageID":"x","ready":true,"restartCount":0,"state":{{"running":{{}}}}}}]}}}}"#
        );
        let name = pod["metadata"]["name"].as_str().unwrap();
        let patch = ["patch", "pod", name, "-n", namespace, "--subresource=status", "--type=merge", "-p", &status];
        let _ = std::panic::catch_unwind(|| server().kubectl(&patch));
    }
}

/// As the External Secrets operator would say it.
fn synced() {
    let secrets = server().kubectl(&["get", "externalsecrets.external-secrets.io", "-A", "-o", "json"]);
    let secrets: Value = serde_json::from_str(&secrets).unwrap();
    for secret in secrets["items"].as_array().into_iter().flatten() {
        let (metadata, status) = (&secret["metadata"], &secret["status"]);
        let synced = format!("{}-x", metadata["generation"]);
        let namespace = metadata["namespace"].as_str().unwrap();
        if !namespace.starts_with("pr-") || status["syncedResourceVersion"] == *synced {
            continue;
        }
        let ready = r#"[{"type":"Ready","status":"True","reason":"SecretSynced"}]"#;
        let status = format!(r#"{{"status":{{"conditions":{ready},"syncedResourceVersion":"{synced}"}}}}"#);
        let name = format!("externalsecrets.external-secrets.io/{}", metadata["name"].as_str().unwrap());
        let patch = ["patch", &name, "-n", namespace, "--subresource=status", "--type=merge", "-p", &status];
        let _ = std::panic::catch_unwind(|| server().kubectl(&patch));
    }
}
