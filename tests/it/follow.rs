//! `pavior publish --follow` by the real binary. There is no engine here: what Flux and Argo CD write into their objects is
//! answered by a script in place of kubectl.

#![allow(clippy::unwrap_used, reason = "what is set up for a test is there, or the test fails")]

use crate::publish::{git, pavior, world};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A kubectl that answers what an engine would have.
pub struct Engine {
    folder: tempfile::TempDir,
    kubectl: String,
}

impl Engine {
    pub fn new() -> Engine {
        let folder = tempfile::tempdir().unwrap();
        let kubectl = folder.path().join("kubectl");
        let path = folder.path().display();
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> {path}/calls\ncat > {path}/asked\n[ -f {path}/broken ] && cat {path}/broken >&2 && exit 1\n\
             cat {path}/answer\n"
        );
        fs::write(&kubectl, script).unwrap();
        fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.path().join("answer"), "").unwrap();
        Engine { kubectl: kubectl.to_str().unwrap().to_owned(), folder }
    }

    pub fn kubectl(&self) -> &str {
        &self.kubectl
    }

    pub fn says(&self, objects: &[Value]) {
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
        fs::write(self.folder.path().join("answer"), list.to_string()).unwrap();
    }

    fn breaks(&self, said: &str) {
        fs::write(self.folder.path().join("broken"), said).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// What Flux writes of all that the branch has, as it is there.
    pub fn all(&self, repository: &Path, environment: &str, ready: &str, message: &str) -> Vec<Value> {
        let branch = format!("pavior/{environment}");
        let commit = git(repository, &["rev-parse", &branch]);
        let files = git(repository, &["ls-tree", "--name-only", &branch, "_engine/"]);
        let names = files.lines().filter_map(|file| file.strip_prefix("_engine/kustomization-")?.strip_suffix(".yaml"));
        names.map(|name| kustomization(name, &commit, ready, message)).collect()
    }
}

/// As the kustomize-controller of Flux 2 writes it.
fn kustomization(name: &str, commit: &str, ready: &str, message: &str) -> Value {
    let revision = format!("pavior/staging@sha1:{commit}");
    let reason = if ready == "True" { "ReconciliationSucceeded" } else { "HealthCheckFailed" };
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
        "metadata": { "name": name, "namespace": "flux-system", "generation": 1 },
        "status": {
            "observedGeneration": 1, "lastAttemptedRevision": revision, "lastAppliedRevision": revision,
            "conditions": [{ "type": "Ready", "status": ready, "reason": reason, "message": message }],
        },
    })
}

/// As the application controller of Argo CD writes it.
fn application(name: &str, commit: &str, health: &str) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": { "name": name, "namespace": "argocd" },
        "status": {
            "sync": { "status": "Synced", "revision": commit },
            "health": { "status": health },
            "operationState": { "phase": "Succeeded", "syncResult": { "revision": commit } },
        },
    })
}

#[test]
fn what_flux_says_of_the_published_commit_is_what_the_ledger_says() {
    let folder = tempfile::tempdir().unwrap();
    let (source, remote) = world(folder.path(), "engine-flux-follows-a-branch");
    let engine = Engine::new();
    let follow = |deadline: &str| {
        let publish =
            ["publish", "--environment", "staging", "--yes", "--remote", &remote, "--follow", "--deadline", deadline];
        pavior(&source, &[&publish[..], &["--kubectl", engine.kubectl(), "--context", "management"]].concat())
    };
    let log = || pavior(&source, &["audit", "log", "--limit", "1000", "--remote", &remote]).0;

    let (told, code) = follow("0");
    assert!(told.contains("staging/cart: not known yet: its engine does not have it yet\n"), "{told}");
    assert!(told.contains("0 of 3 units healthy; the ledger ends with ") && code == Some(1), "{told}");
    assert!(!log().contains("health"), "what is not known is not written");
    let calls = engine.read("calls");
    assert_eq!(calls.lines().count(), 1, "one call for all: {calls}");
    assert!(calls.contains("--context management") && calls.contains("get -f - --ignore-not-found -o json"), "{calls}");
    assert_eq!(engine.read("asked").matches("\"kind\":\"Kustomization\"").count(), 3);

    let remote_folder = Path::new(&remote);
    let mut sick = engine.all(remote_folder, "staging", "True", "applied");
    let at = sick.iter().position(|object| object["metadata"]["name"] == "cart-staging").unwrap();
    sick[at] =
        engine.all(remote_folder, "staging", "False", "timeout waiting for\n\u{1b}[31mDeployment/cart")[at].clone();
    engine.says(&sick);
    let (told, code) = follow("1");
    let line = told.lines().find(|line| line.starts_with("staging/cart: ")).unwrap();
    assert!(
        line.starts_with("staging/cart: sick: it is not ready: timeout") && line.ends_with("Deployment/cart"),
        "{told}"
    );
    assert!(!told.contains('\u{1b}') && told.contains("revert the merge"), "{told}");
    assert!(told.contains("2 of 3 units healthy") && code == Some(1), "{told}");
    assert!(log().contains("staging/_shared/carts: health begins"), "{}", log());

    engine.says(&engine.all(remote_folder, "staging", "True", "applied"));
    let (told, code) = follow("60");
    assert!(told.contains("staging/cart: healthy\n") && code == Some(0), "{told}");
    let records = log().lines().count();
    assert!(follow("60").0.contains("3 of 3 units healthy"));
    assert_eq!(log().lines().count(), records, "what is said already is not said again");
    assert_eq!(pavior(&source, &["audit", "verify", "--remote", &remote]).1, Some(0));

    let file = source.join("catalog/all.yaml");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("cart:1.2.3", "cart:1.2.4")).unwrap();
    git(&source, &["commit", "--quiet", "--all", "-m", "next"]);
    let (told, code) = follow("0");
    assert!(told.contains("staging/cart: not known yet: the engine is at ") && code == Some(1), "{told}");
    engine.breaks("error: no matches for kind \"Kustomization\" in version \"kustomize.toolkit.fluxcd.io/v1\"\n");
    let (told, code) = follow("60");
    assert!(told.contains("name the one where the engine is with --context") && code == Some(2), "{told}");
    engine.breaks("Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout\n");
    let (told, code) = follow("1");
    assert!(told.contains("not known yet: the engine's cluster does not answer") && code == Some(1), "{told}");
    let (told, code) = pavior(&source, &["publish", "--environment", "staging", "--deadline", "5"]);
    assert!(told.contains("--follow") && code == Some(2), "{told}");
}

#[test]
fn what_argo_cd_says_of_another_commit_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (source, remote) = world(folder.path(), "engine-argocd-follows-a-branch");
    let engine = Engine::new();
    let published = pavior(&source, &["publish", "--environment", "staging", "--yes", "--remote", &remote]);
    assert_eq!(published.1, Some(0), "{}", published.0);
    let commit = git(Path::new(&remote), &["rev-parse", "pavior/staging"]);
    let files = git(Path::new(&remote), &["ls-tree", "--name-only", "pavior/staging", "_engine/"]);
    let names: Vec<&str> =
        files.lines().filter_map(|file| file.strip_prefix("_engine/application-")?.strip_suffix(".yaml")).collect();
    let says = |commit: &str, health: &str| {
        engine.says(&names.iter().map(|name| application(name, commit, health)).collect::<Vec<_>>());
        let follow =
            ["publish", "--environment", "staging", "--yes", "--remote", &remote, "--follow", "--deadline", "1"];
        pavior(&source, &[&follow[..], &["--kubectl", engine.kubectl()]].concat())
    };
    let (told, code) = says(&"0".repeat(40), "Healthy");
    assert!(told.contains("not known yet: the engine is at 000") && code == Some(1), "{told}");
    let (told, code) = says(&commit, "Progressing");
    assert!(told.contains("not known yet: it is Synced and Progressing") && code == Some(1), "{told}");
    let (told, code) = says(&commit, "Healthy");
    assert!(told.contains("staging/cart: healthy\n") && code == Some(0), "{told}");
}
