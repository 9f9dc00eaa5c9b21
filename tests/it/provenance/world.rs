//! What the laws of provenance are tried on: the shipped platform with one service that uses everything.

use pavior::compile::compile_kept;
use pavior::emit::Artifact;
use pavior::model::{Findings, RepoPath};
use pavior::provenance::Provenance;
use pavior::read::{Documents, Snapshot, load_directory};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What this repository ships.
pub fn shipped() -> Snapshot {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut snapshot = load_directory(root, &mut Findings::default()).expect("the repository is read");
    let is_ours = |path: &RepoPath| {
        ["catalog/", "golden-paths/", "pavior.yaml"].iter().any(|start| path.as_str().starts_with(start))
    };
    snapshot.files.retain(|path, _| is_ours(path));
    snapshot
}

/// The shipped platform with the catalog that uses every provisioner.
pub fn showcase() -> Snapshot {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/showcase");
    let mut snapshot = load_directory(&root, &mut Findings::default()).expect("the showcase is read");
    snapshot.files.retain(|path, _| path.as_str().starts_with("catalog/"));
    let platform = shipped().files.into_iter().filter(|(path, _)| !path.as_str().starts_with("catalog/"));
    snapshot.files.extend(platform);
    snapshot
}

/// The shipped platform, two environments and one of its services, with services that use all there is.
pub fn rich() -> Snapshot {
    let mut snapshot = shipped();
    let stays = |path: &RepoPath| {
        let path = path.as_str();
        path == "pavior.yaml"
            || path.starts_with("golden-paths/resources/")
            || path.starts_with("catalog/teams/")
            || ["production.yaml", "preview.yaml", "cartservice.yaml"].iter().any(|name| path.ends_with(name))
    };
    snapshot.files.retain(|path, _| stays(path));
    for (path, old, new) in [
        ("catalog/environments/production.yaml", "  promotesFrom: staging\n", ""),
        ("catalog/environments/preview.yaml", "shares: staging", "shares: production"),
        ("catalog/environments/preview.yaml", "    through: [frontend]\n", ""),
        (
            "catalog/shopping/cartservice.yaml",
            "    local: {scaling: {min: 1, max: 1}}\n    staging: {scaling: {min: 1, max: 2}}\n",
            "",
        ),
    ] {
        let file = snapshot.files.get_mut(&RepoPath::literal(path)).expect("the file is shipped");
        assert!(file.contains(old), "{path}");
        *file = Arc::from(file.replace(old, new));
    }
    for (path, text) in
        [("catalog/rich.yaml", RICH), ("catalog/clock.yaml", CLOCK), ("catalog/notes/score.yaml", SCORE)]
    {
        snapshot.files.insert(RepoPath::literal(path), Arc::from(text));
    }
    snapshot
}

/// A unit, its files, and what set their fields.
pub type Traced = BTreeMap<String, (Vec<Artifact>, Provenance)>;

/// None when there is a mistake in it.
pub fn traced(snapshot: Snapshot) -> Result<(Documents, Traced), String> {
    let mut findings = Findings::default();
    let keep = |source: pavior::compile::Source<'_, '_>, artifacts| {
        (source.id().to_string(), (artifacts, source.provenance()))
    };
    let (documents, units) = compile_kept(snapshot, &mut findings, &(), keep).map_err(|e| e.to_string())?;
    match findings.has_errors() {
        true => Err(findings.into_sorted().into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n")),
        false => Ok((documents, units.into_iter().collect())),
    }
}

const RICH: &str = r#"apiVersion: pavior.dev/v1
kind: Service
metadata:
  name: rich
  owner: shopping
  labels: {shop: toys}
spec:
  tier: important
  source: https://github.com/acme/rich
  docs:
    - {kind: readme, path: README.md}
    - {kind: runbook, path: docs/runbook.md}
  slo: {availability: 99.5%, latency: {p95: 250ms}, window: 28d}
  metrics: {port: 9464, path: /metrics}
  containers:
    main:
      image: registry.example/rich:v1
      command: [/bin/rich, serve]
      args: ["--verbose"]
      variables:
        CART: ${services.cartservice.host}:${services.cartservice.port}
        REGION: ${environment.domain}/${metadata.owner}
        BUCKET: ${resources.pictures.name}
        DSN: postgres://${resources.db.username}:${resources.db.password}@${resources.db.host}/x
        QUEUE: ${resources.tasks.url}
        TOKEN: ${secrets.rich-token.TOKEN}
        CACHE: ${resources.cache.host}
      files:
        /etc/rich/app.conf: {content: "domain = ${environment.domain}", mode: "0440"}
        /etc/rich/secret.conf: {content: "token = ${secrets.rich-token.TOKEN}"}
      volumes:
        /var/lib/rich: {source: "${resources.data}"}
      resources:
        requests: {cpu: 150m}
        limits: {memory: 300Mi}
      startupProbe: {httpGet: {path: /up, port: 8080}, failureThreshold: 20}
      readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 7}
      user: 20000
      writable: [/var/cache/rich]
    proxy:
      image: registry.example/proxy:v3
      before: {main: {ready: started}}
  service:
    ports:
      http: {port: 80, targetPort: 8080}
      grpc-admin: {port: 9000}
  resources:
    data: {type: volume, params: {size: 3Gi}}
    db: {type: postgres, class: small}
    pictures: {type: bucket}
    tasks: {type: queue}
    web: {type: route, params: {host: "rich.${environment.domain}", port: http}}
    cache: {type: redis, id: shared-cache, class: small}
  dependsOn: [site]
  jobs:
    migrate: {command: [/bin/rich, migrate], retries: 5, resources: {requests: {memory: 200Mi}}}
    sweep: {schedule: {cron: "0 3 * * *", timeZone: Europe/Berlin}, args: [sweep], timeout: 20m}
  disruption: {maxUnavailable: 1}
  egress:
    - {cidr: 203.0.113.0/24, port: 8443, reason: The bank}
  environments:
    production:
      containers:
        main: {image: "registry.example/rich:v2", limits: {cpu: 900m}, variables: {REGION: "p-${environment.region}"}}
      resources: {db: {class: medium}}
---
apiVersion: pavior.dev/v1
kind: SecretRequest
metadata: {name: rich-token, owner: shopping}
spec:
  service: rich
  environments: [production, preview]
  keys:
    TOKEN: {description: Opens the door}
  reason: The door is closed
  rotation: 90d
  expires: 2027-06-30
  approvers: [platform]
"#;

const CLOCK: &str = r#"apiVersion: pavior.dev/v1
kind: Service
metadata: {name: clock, owner: shopping}
spec:
  workload: cron
  schedule: {cron: "5 4 * * *"}
  containers:
    main:
      image: registry.example/clock:v1
      variables: {CACHE: "${resources.cache.host}"}
  resources:
    cache: {type: redis, id: shared-cache, class: small}
  environments:
    preview: {schedule: {cron: "7 4 * * *"}}
---
apiVersion: pavior.dev/v1
kind: Resource
metadata: {name: orders, owner: checkout}
spec:
  type: queue
  environments: {production: {class: large}}
---
apiVersion: pavior.dev/v1
kind: Service
metadata: {name: notes, owner: ads}
spec:
  tier: critical
  score: notes/score.yaml
  scaling: {max: 4}
  environments:
    production: {scaling: {max: 3}}
---
apiVersion: pavior.dev/v1
kind: Service
metadata: {name: site, owner: ads}
spec:
  workload: static
  containers:
    main: {image: "registry.example/site:v1", resources: {requests: {cpu: 50m, memory: 32Mi}}}
  service: {ports: {http: {port: 8080}}}
  scaling: {min: 2, max: 5, cpu: 60%, memory: 80%}
"#;

const SCORE: &str = r#"apiVersion: score.dev/v1b1
metadata: {name: notes}
containers:
  web:
    image: registry.example/notes:v1
    variables: {HOST: "${resources.db.host}"}
    resources:
      limits: {memory: 200Mi, cpu: 250m}
service:
  ports:
    www: {port: 80, targetPort: 8080}
resources:
  db: {type: postgres}
"#;
