//! `pavior apply` on a real API server: an image that never becomes ready is merged, and the unit is back on what was
//! healthy. There is no kubelet: a thread says of pods that they are ready, of all but those whose image is sick.

use super::server::server;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const DECLARATIONS: [(&str, &str); 4] = [
    ("pavior.yaml", "kind: Platform\nmetadata: {name: test}\nspec: {organisation: acme, owners: [platform]}\n"),
    ("catalog/team.yaml", "kind: Team\nmetadata: {name: platform}\nspec: {forgeTeam: '@acme/platform'}\n"),
    (
        "catalog/rollback.yaml",
        "kind: Environment\nmetadata: {name: rollback, owner: platform}\n\
         spec: {class: development, provider: kubernetes, cluster: test, domain: rollback.test}\n",
    ),
    (
        "catalog/cart.yaml",
        "kind: Service\nmetadata: {name: cart, owner: platform}\n\
         spec:\n  # What people wrote stays.\n  containers: {main: {image: 'example.com/cart:1'}}\n  \
         service: {ports: {http: {port: 8080}}}\n",
    ),
];

struct Platform {
    folder: tempfile::TempDir,
}

impl Platform {
    fn new() -> Platform {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform { folder };
        fs::create_dir(platform.path().join("catalog")).unwrap();
        for (path, text) in DECLARATIONS {
            fs::write(platform.path().join(path), format!("apiVersion: pavior.dev/v1\n{text}")).unwrap();
        }
        platform.git(&["init", "--quiet", "--initial-branch", "main"]);
        platform.commit("cart");
        platform
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=jo", "-c", "user.email=jo@localhost", "-c", "commit.gpgSign=false"];
        let output = Command::new("git").current_dir(self.path()).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn pavior(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pavior")).current_dir(self.path()).args(arguments).output().unwrap()
    }

    /// What it prints, and its exit code.
    fn apply(&self, more: &[&str]) -> (String, Option<i32>) {
        self.in_cluster(&[&["apply", "--yes", "--soak", "1"], more].concat())
    }

    fn in_cluster(&self, command: &[&str]) -> (String, Option<i32>) {
        let server = server();
        let kubeconfig = server.kubeconfig();
        let (kubectl, kubeconfig) = (server.kubectl.to_str().unwrap(), kubeconfig.to_str().unwrap());
        let output = self.pavior(&[command, &["--kubectl", kubectl, "--kubeconfig", kubeconfig]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        println!("{text}{}", String::from_utf8_lossy(&output.stderr));
        (text, output.status.code())
    }
}

/// Says of each pod that it is ready, but of those whose image is sick.
fn kubelet(is_done: &AtomicBool) {
    while !is_done.load(Ordering::Relaxed) {
        let pods: Value =
            serde_json::from_str(&server().kubectl(&["get", "pods", "-n", "rollback", "-o", "json"])).unwrap();
        for pod in pods["items"].as_array().into_iter().flatten() {
            let (name, image) = (pod["metadata"]["name"].as_str(), pod["spec"]["containers"][0]["image"].as_str());
            let (Some(name), Some(image)) = (name, image) else { continue };
            if image.ends_with(":sick") || pod["status"]["phase"] == "Running" {
                continue;
            }
            let ready = r#"[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]"#;
            let status = format!(
                r#"{{"status":{{"phase":"Running","conditions":{ready},"containerStatuses":[{{"name":"main","image":"x","imageID":"x","ready":true,"restartCount":0,"state":{{"running":{{}}}}}}]}}}}"#
            );
            let arguments =
                ["patch", "pod", name, "-n", "rollback", "--subresource=status", "--type=merge", "-p", &status];
            // It may be gone by now.
            let _ = std::panic::catch_unwind(|| server().kubectl(&arguments));
        }
        thread::sleep(Duration::from_millis(300));
    }
}

fn image() -> String {
    let path = "jsonpath={.spec.template.spec.containers[0].image}";
    server().kubectl(&["get", "deployment", "cart", "-n", "rollback", "-o", path])
}

pub fn an_image_that_never_becomes_ready_is_taken_back() {
    let (platform, is_done) = (Platform::new(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| kubelet(&is_done));
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| live(&platform)));
        is_done.store(true, Ordering::Relaxed);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

fn live(platform: &Platform) {
    let (text, code) = platform.apply(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("rollback/cart: healthy\n"), "{text}");
    assert_eq!(image(), "example.com/cart:1");

    let declaration = platform.path().join("catalog/cart.yaml");
    let good = fs::read_to_string(&declaration).unwrap();
    fs::write(&declaration, good.replace("cart:1", "cart:sick")).unwrap();
    platform.commit("a new cart");
    let (text, code) = platform.apply(&["--deadline", "30"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("rollback/cart: rolled back: Deployment rollback/cart: it is not well after 3"), "{text}");
    // What would be proposed is printed.
    assert!(text.contains("-  containers: {main: {image: 'example.com/cart:sick'}}\n"), "{text}");
    assert!(text.contains("+  containers: {main: {image: 'example.com/cart:1'}}\n"), "{text}");
    assert_eq!(image(), "example.com/cart:1");
    assert!(platform.pavior(&["audit", "verify"]).status.success());

    let (text, code) = platform.apply(&[]);
    assert_eq!((text.contains("not applied: this digest is quarantined"), code), (true, Some(1)), "{text}");
    fs::write(&declaration, &good).unwrap();
    platform.commit("the cart of before");
    assert_eq!(platform.apply(&[]), ("nothing to do: all is as the ledger says\n".to_owned(), Some(0)));

    by_hand(platform, &declaration);

    fs::remove_file(&declaration).unwrap();
    platform.commit("no cart");
    let (text, code) = platform.apply(&[]);
    assert_eq!((text.contains("rollback/cart: taken away\n"), code), (true, Some(0)), "{text}");
    assert_eq!(
        server().kubectl(&[
            "get",
            "deployments,services,configmaps",
            "-n",
            "rollback",
            "-l",
            "app.kubernetes.io/name=cart",
            "-o",
            "name"
        ]),
        ""
    );
}

/// What somebody took away behind our back is told, and comes again with the way back that a person chooses.
fn by_hand(platform: &Platform, declaration: &Path) {
    let text = fs::read_to_string(declaration).unwrap();
    fs::write(declaration, text.replace("cart:1", "cart:2")).unwrap();
    platform.commit("a slow cart");
    assert_eq!(platform.apply(&[]).1, Some(0));
    let (text, code) = platform.in_cluster(&["drift"]);
    assert_eq!(code, Some(0), "{text}");
    server().kubectl(&["delete", "service", "cart", "-n", "rollback"]);
    let (text, code) = platform.in_cluster(&["drift"]);
    assert!(text.contains("Service rollback/cart") && code == Some(1), "{text}");
    let (text, code) = platform.in_cluster(&["rollback", "rollback/cart", "--why", "it is slow", "--soak", "1"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(image(), "example.com/cart:1");
    assert!(server().kubectl(&["get", "service", "-n", "rollback", "-o", "name"]).contains("service/cart"));
    assert!(platform.pavior(&["audit", "verify"]).status.success());
}
