//! What is asked of a unit from outside: its own addresses by HTTP or gRPC, and its error rate of Prometheus. What to ask is
//! read from its objects; `curl` asks it.

use super::super::object::{Object, Objects};
use super::grpc;
use super::standing::{Standing, not_yet};
use serde_json::Value;
use std::fmt;
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

const SECONDS: &str = "10";
/// What a curl needs of our environment.
const PASSED_ON: [&str; 9] = [
    "PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// Where questions can be put.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Of the Prometheus that watches the environment: `http://prometheus.monitoring:9090`.
    pub prometheus: Option<String>,
    /// Whether public addresses can be reached from here.
    pub is_public_reachable: bool,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Answered well by a status below 400; where the declaration names no path to look at, below 500.
    Http { url: String, below: u16 },
    /// Answered well by `SERVING`; the empty service is the server as a whole.
    Grpc { url: String, service: String },
    /// A PromQL expression of `> bool`: 1 is too much.
    Query { prometheus: String, expression: String, what: String },
    /// Declared, but nobody can be asked.
    Unasked { what: String, why: String },
}

/// What there is to ask about these objects.
pub fn probes(objects: &Objects, addresses: &Addresses) -> Vec<Probe> {
    let public = objects.iter().filter(|object| object.id.kind == "Ingress").flat_map(|object| public(objects, object));
    let public = public.map(|probe| match addresses.is_public_reachable {
        true => probe,
        false => Probe::Unasked { what: probe.to_string(), why: "public addresses are not asked from here".to_owned() },
    });
    let rules = objects.iter().filter(|object| object.id.kind == "PrometheusRule").flat_map(conditions);
    let queries = rules.map(|(what, expression)| match &addresses.prometheus {
        Some(prometheus) => Probe::Query { prometheus: prometheus.clone(), expression, what },
        None => Probe::Unasked { what, why: "no address of Prometheus was given".to_owned() },
    });
    public.chain(queries).collect()
}

/// Of each host what its backend's readiness probe looks at, else its first path.
fn public(objects: &Objects, ingress: &Object) -> Vec<Probe> {
    let spec = &ingress.tree["spec"];
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let is_encrypted =
        |host: &str| items(&spec["tls"]).iter().flat_map(|tls| items(&tls["hosts"])).any(|one| one == host);
    let probe = |rule: &Value| {
        let host = rule["host"].as_str().filter(|host| !host.contains('*'))?;
        let first = &rule["http"]["paths"][0];
        let service = first["backend"]["service"]["name"].as_str().unwrap_or_default();
        let scheme = if is_encrypted(host) { "https" } else { "http" };
        let url = |path: &str| format!("{scheme}://{host}{path}");
        Some(match readiness(objects, service) {
            Some(Readiness::Path(path)) => Probe::Http { url: url(&path), below: 400 },
            Some(Readiness::Grpc { service }) => Probe::Grpc { url: url(grpc::METHOD), service },
            None => Probe::Http { url: url(first["path"].as_str().unwrap_or("/")), below: 500 },
        })
    };
    items(&spec["rules"]).iter().filter_map(probe).collect()
}

/// What a container says of when it is ready.
enum Readiness {
    Path(String),
    Grpc { service: String },
}

fn readiness(objects: &Objects, workload: &str) -> Option<Readiness> {
    let mut runs = objects.iter().filter(|object| object.id.name == workload);
    runs.find_map(|object| {
        let containers = object.tree["spec"]["template"]["spec"]["containers"].as_array()?;
        containers.iter().find_map(|container| {
            let probe = &container["readinessProbe"];
            let path = probe["httpGet"]["path"].as_str().map(|path| Readiness::Path(path.to_owned()));
            let service = || probe["grpc"]["service"].as_str().unwrap_or_default().to_owned();
            path.or_else(|| probe["grpc"].is_object().then(|| Readiness::Grpc { service: service() }))
        })
    })
}

/// What the unit's own alerts say is too many errors, over their shortest window: a longer one would still remember the
/// version before.
fn conditions(rules: &Object) -> Vec<(String, String)> {
    let groups = rules.tree["spec"]["groups"].as_array().cloned().unwrap_or_default();
    let all = groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default());
    let condition = |rule: Value| {
        let expression = rule["expr"].as_str()?;
        let short = match rule["alert"].as_str()? {
            "ErrorsHigh" => expression,
            "SloBurningFast" => shortest(expression)?,
            _ => return None,
        };
        let (left, right) = short.rsplit_once(" > ")?;
        let what = rule["annotations"]["summary"].as_str().filter(|summary| !summary.contains("{{"));
        Some((what.unwrap_or("too many requests fail").to_owned(), format!("{left} > bool {right}")))
    };
    all.filter_map(condition).collect()
}

/// `... and service:slo_errors:ratio_rate5m{...} > (14.4 * 0.001)) or ...`
fn shortest(expression: &str) -> Option<&str> {
    let begin = &expression[expression.find("service:slo_errors:ratio_rate5m")?..];
    let threshold = begin.find(" > (")?;
    Some(&begin[..threshold + begin[threshold..].find(')')? + 1])
}

impl Probe {
    /// # Errors
    /// Why it could not be asked: then it has neither passed nor failed.
    pub fn ask(&self) -> Result<Standing, String> {
        match self {
            Probe::Http { url, below } => {
                let answer = curl(&["--output", "/dev/null", "--write-out", "%{http_code}", "--", url], None)?;
                Ok(of_status(String::from_utf8_lossy(&answer).trim(), *below))
            }
            Probe::Grpc { url, service } => {
                let version = if url.starts_with("https:") { "--http2" } else { "--http2-prior-knowledge" };
                let headers = ["--header", "Content-Type: application/grpc", "--header", "TE: trailers"];
                let question = grpc::question(service);
                let answer =
                    curl(&[&[version], &headers[..], &["--data-binary", "@-", "--", url]].concat(), Some(&question))?;
                Ok(grpc::answer(&answer))
            }
            Probe::Query { prometheus, expression, what } => {
                let url = format!("{}/api/v1/query", prometheus.trim_end_matches('/'));
                let question = format!("query={expression}");
                let answer = curl(&["--data-urlencode", &question, "--", &url], None)?;
                of_answer(&String::from_utf8_lossy(&answer), what)
            }
            Probe::Unasked { why, .. } => Err(why.clone()),
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Probe::Http { url: what, .. }
            | Probe::Grpc { url: what, .. }
            | Probe::Query { what, .. }
            | Probe::Unasked { what, .. } => f.write_str(what),
        }
    }
}

/// An answer of no status is none: `000`.
fn of_status(status: &str, below: u16) -> Standing {
    match status.parse::<u16>() {
        Ok(code) if (100..below).contains(&code) => Standing::Ready,
        Ok(code) if code >= 100 => not_yet(format!("it answers with {code}")),
        _ => not_yet("it does not answer"),
    }
}

fn of_answer(answer: &str, what: &str) -> Result<Standing, String> {
    let tree: Value = serde_json::from_str(answer).map_err(|_| "Prometheus does not answer in JSON".to_owned())?;
    if tree["status"].as_str() != Some("success") {
        return Err("Prometheus does not understand the question".to_owned());
    }
    let series = tree["data"]["result"].as_array().map_or(&[][..], Vec::as_slice);
    if series.is_empty() {
        return Err("nobody counts its requests yet".to_owned());
    }
    match series.iter().any(|one| one["value"][1].as_str() == Some("1")) {
        true => Ok(not_yet(what)),
        false => Ok(Standing::Ready),
    }
}

/// No redirection is followed, no file of settings is read.
fn curl(arguments: &[&str], question: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let mut command = Command::new("curl");
    command.process_group(0);
    command.args([
        "--disable",
        "--silent",
        "--proto",
        "=http,https",
        "--max-time",
        SECONDS,
        "--max-filesize",
        "1000000",
    ]);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
    command.stdin(if question.is_some() { Stdio::piped() } else { Stdio::null() });
    command.env_clear().envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    let mut process = command.spawn().map_err(|error| format!("curl cannot be started: {error}"))?;
    if let Some((mut stdin, question)) = process.stdin.take().zip(question) {
        // Who ends without reading it has an answer of its own.
        drop(stdin.write_all(question));
    }
    let output = process.wait_with_output().map_err(|error| format!("curl does not end: {error}"))?;
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::Artifact;
    use crate::model::RepoPath;

    const RULES: &str = r#"apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: web
spec:
  groups:
  - name: web
    rules:
    - alert: SloBurningFast
      expr: (service:slo_errors:ratio_rate1h{service="web"} > (14.4 * 0.001) and service:slo_errors:ratio_rate5m{service="web"} > (14.4 * 0.001)) or (x > (6 * 0.001))
      annotations:
        summary: web breaks its promise
    - alert: ErrorsHigh
      expr: (a or 0 * b) / b > 0.05
      annotations:
        summary: "web: {{ $value }} of requests fail"
    - alert: ServiceDown
      expr: x > 0
"#;
    const INGRESS: &str = r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  tls:
  - hosts:
    - web.example
  rules:
  - host: web.example
    http:
      paths:
      - path: /shop
        backend:
          service:
            name: web
"#;

    fn objects() -> Objects {
        let artifact = |path: &str, text: &str| Artifact { path: RepoPath::literal(path), text: text.to_owned() };
        Objects::of(&[artifact("observability/a.yaml", RULES), artifact("manifests/b.yaml", INGRESS)]).unwrap()
    }

    #[test]
    fn what_is_asked_follows_from_the_objects() {
        let addresses = Addresses { prometheus: Some("http://prometheus".to_owned()), is_public_reachable: true };
        let asked: Vec<String> = probes(&objects(), &addresses)
            .iter()
            .map(|probe| match probe {
                Probe::Http { url, below } => format!("{url} below {below}"),
                Probe::Grpc { url, service } => format!("{url} of {service}"),
                Probe::Query { expression, what, .. } => format!("{what}: {expression}"),
                Probe::Unasked { .. } => "unasked".to_owned(),
            })
            .collect();
        assert_eq!(
            asked,
            [
                "https://web.example/shop below 500",
                "web breaks its promise: service:slo_errors:ratio_rate5m{service=\"web\"} > bool (14.4 * 0.001)",
                "too many requests fail: (a or 0 * b) / b > bool 0.05",
            ]
        );
    }

    #[test]
    fn who_is_ready_by_grpc_is_asked_by_grpc() {
        const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: main
        readinessProbe:
          grpc:
            port: 7070
            service: shop.Cart
"#;
        let artifact = |path: &str, text: &str| Artifact { path: RepoPath::literal(path), text: text.to_owned() };
        let files = [artifact("manifests/a.yaml", DEPLOYMENT), artifact("manifests/b.yaml", INGRESS)];
        let addresses = Addresses { prometheus: None, is_public_reachable: true };
        let url = "https://web.example/grpc.health.v1.Health/Check".to_owned();
        assert_eq!(
            probes(&Objects::of(&files).unwrap(), &addresses),
            [Probe::Grpc { url, service: "shop.Cart".to_owned() }]
        );
    }

    #[test]
    fn what_nobody_can_be_asked_is_skipped_and_has_not_passed() {
        let probes = probes(&objects(), &Addresses::default());
        assert_eq!(probes.len(), 3);
        assert!(probes.iter().all(|probe| probe.ask().is_err()));
        let empty = r#"{"status":"success","data":{"result":[]}}"#;
        assert_eq!(of_answer(empty, "x"), Err("nobody counts its requests yet".to_owned()));
        assert!(of_answer("<html>", "x").is_err());
    }

    #[test]
    fn answers_are_judged() {
        let answer = |value: &str| format!(r#"{{"status":"success","data":{{"result":[{{"value":[1,"{value}"]}}]}}}}"#);
        assert_eq!(of_answer(&answer("1"), "x breaks"), Ok(not_yet("x breaks")));
        assert_eq!(of_answer(&answer("0"), "x breaks"), Ok(Standing::Ready));
        assert_eq!(of_status("302", 400), Standing::Ready);
        assert_eq!(of_status("404", 400), not_yet("it answers with 404"));
        assert_eq!(of_status("404", 500), Standing::Ready);
        assert_eq!(of_status("000", 400), not_yet("it does not answer"));
    }
}
