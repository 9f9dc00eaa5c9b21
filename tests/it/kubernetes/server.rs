//! A real API server by the convention of envtest: `KUBEBUILDER_ASSETS` is a folder with `etcd` and `kube-apiserver`,
//! and perhaps `kubectl` and `kube-controller-manager`. Started once for all flows, on loopback, gone with this process.

use super::kubectl::run;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub struct Server {
    folder: TempDir,
    pub kubectl: PathBuf,
    /// They end when their standard inputs do.
    processes: Vec<Child>,
}

const KINDS: [(&str, &str, &str, &str); 3] = [
    ("external-secrets.io", "v1", "ExternalSecret", "externalsecrets"),
    ("generators.external-secrets.io", "v1alpha1", "Password", "passwords"),
    ("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules"),
];

/// The one of this process. Panics where there is none: who asks has looked for `KUBEBUILDER_ASSETS`.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

impl Server {
    fn start() -> Server {
        let assets = PathBuf::from(std::env::var_os("KUBEBUILDER_ASSETS").expect("KUBEBUILDER_ASSETS names no folder"));
        let beside = assets.join("kubectl");
        let kubectl = if beside.exists() { beside } else { "kubectl".into() };
        let folder = tempfile::Builder::new().prefix("pavior-envtest-").tempdir().unwrap();
        let mut server = Server { folder, kubectl, processes: Vec::new() };
        let [client, peer, port] = free_ports();
        let path = |name: &str| server.folder.path().join(name).to_str().unwrap().to_owned();
        let (etcd, key, tokens) = (format!("http://127.0.0.1:{client}"), path("accounts.key"), path("tokens.csv"));
        let made = Command::new("openssl").args(["genrsa", "-out", &key, "2048"]).stderr(Stdio::null()).status();
        assert!(made.unwrap().success(), "openssl makes the key of service accounts");
        fs::write(&tokens, "for-tests-alone,admin,admin,system:masters\n").unwrap();
        let processes = vec![
            server.spawn(
                &assets.join("etcd"),
                &[
                    format!("--data-dir={}", path("etcd")),
                    format!("--listen-client-urls={etcd}"),
                    format!("--advertise-client-urls={etcd}"),
                    format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
                    "--unsafe-no-fsync".to_owned(),
                ],
            ),
            server.spawn(
                &assets.join("kube-apiserver"),
                &[
                    format!("--etcd-servers={etcd}"),
                    format!("--cert-dir={}", path("certificates")),
                    format!("--secure-port={port}"),
                    format!("--token-auth-file={tokens}"),
                    format!("--service-account-key-file={key}"),
                    format!("--service-account-signing-key-file={key}"),
                    "--bind-address=127.0.0.1".to_owned(),
                    "--authorization-mode=RBAC".to_owned(),
                    "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
                    "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
                    // There is nobody who would make the accounts that pods run under.
                    "--disable-admission-plugins=ServiceAccount".to_owned(),
                ],
            ),
        ];
        server.processes.extend(processes);
        fs::write(server.kubeconfig(), kubeconfig(port, &path("certificates/apiserver.crt"))).unwrap();
        server.until_ready();
        let manager = assets.join("kube-controller-manager");
        if manager.exists() {
            let options = [format!("--kubeconfig={}", path("kubeconfig")), "--leader-elect=false".to_owned()];
            let manager = server.spawn(&manager, &options);
            server.processes.push(manager);
        }
        server.define();
        server
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// The shell waits for the end of its standard input, which ends with this process, however that ends.
    fn spawn(&self, program: &Path, options: &[String]) -> Child {
        let name = program.file_name().unwrap().to_str().unwrap();
        let log = File::create(self.folder.path().join(format!("{name}.log"))).unwrap();
        Command::new("sh")
            .args(["-c", r#""$@" </dev/null & cat; kill -9 $!"#, "sh"])
            .arg(program)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let kubeconfig = format!("--kubeconfig={}", self.kubeconfig().display());
        let arguments: Vec<&str> = [kubeconfig.as_str()].into_iter().chain(arguments.iter().copied()).collect();
        run(&self.kubectl, &arguments)
    }

    fn until_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(90);
        let kubeconfig = format!("--kubeconfig={}", self.kubeconfig().display());
        loop {
            let asked = Command::new(&self.kubectl).args([kubeconfig.as_str(), "get", "--raw", "/readyz"]).output();
            if asked.is_ok_and(|output| output.status.success()) {
                return;
            }
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.path().join("kube-apiserver.log")).unwrap_or_default();
                panic!("the API server is not ready: {}", log.lines().last().unwrap_or("nothing"));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Kinds that operators bring: as much of them as the API server needs.
    fn define(&self) {
        for (group, version, kind, plural) in KINDS {
            let file = self.folder.path().join(format!("{plural}.yaml"));
            fs::write(&file, definition(group, version, kind, plural)).unwrap();
            self.kubectl(&["apply", "-f", file.to_str().unwrap()]);
            self.kubectl(&["wait", "--for=condition=Established", "--timeout=60s", &format!("crd/{plural}.{group}")]);
        }
    }
}

fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn kubeconfig(port: u16, authority: &str) -> String {
    format!(
        r#"apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: "{authority}"}}
users:
- name: test
  user: {{token: for-tests-alone}}
contexts:
- name: test
  context: {{cluster: test, user: test}}
current-context: test
"#
    )
}

fn definition(group: &str, version: &str, kind: &str, plural: &str) -> String {
    format!(
        r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {plural}.{group}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: {kind}, plural: {plural}}}
  versions:
  - name: {version}
    served: true
    storage: true
    subresources: {{status: {{}}}}
    schema:
      openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}
"#
    )
}
