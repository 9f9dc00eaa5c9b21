//! Compiling in part answers what compiling everything answers, or nothing: along random histories of a repository,
//! with the mistakes that people make.
#![allow(clippy::unwrap_used)]

use pavior::compile::{CompiledUnit, Source, compile_kept, compile_linked};
use pavior::known::{Claims, Written};
use pavior::model::{Findings, RepoPath};
use pavior::partial::{Files, Known, Revision, UnitFacts, compile_parts, known};
use pavior::read::{Change, Changes, Documents, Snapshot, load_directory};
use pavior::review::diff::{Diff, Side, diff};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// The same numbers every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// A service in as few words as its edits need.
#[derive(Debug, Clone)]
struct Service {
    name: String,
    folder: &'static str,
    image: usize,
    port: usize,
    port_name: &'static str,
    calls: BTreeSet<String>,
    /// Calls of one environment alone.
    calls_in_local: BTreeSet<String>,
    literal: Option<String>,
    replicas: usize,
    redis: Option<&'static str>,
    shared: bool,
    host: Option<usize>,
    in_previews: bool,
    renamed_from: Option<String>,
    comment: usize,
    job: bool,
    secret: bool,
    api: Option<&'static str>,
    consumes: Option<&'static str>,
}

impl Service {
    fn new(number: usize) -> Service {
        Service {
            name: format!("svc-{number}"),
            folder: "shop",
            image: 1,
            port: 8080,
            port_name: "http",
            calls: BTreeSet::new(),
            calls_in_local: BTreeSet::new(),
            literal: None,
            replicas: 2,
            redis: None,
            shared: false,
            host: None,
            in_previews: true,
            renamed_from: None,
            comment: 0,
            job: false,
            secret: false,
            api: None,
            consumes: None,
        }
    }

    fn text(&self) -> String {
        let Service { name, image, port, port_name, replicas, .. } = self;
        let mut variables = String::from("{PORT: \"8080\"");
        let address = |callee: &str| format!("\"${{services.{callee}.host}}:${{services.{callee}.port}}\"");
        for callee in &self.calls {
            write!(variables, ", {}_ADDR: {}", callee.replace('-', "_").to_uppercase(), address(callee)).unwrap();
        }
        if let Some(literal) = &self.literal {
            write!(variables, ", LITERAL: \"{literal}\"").unwrap();
        }
        if self.redis.is_some() {
            variables.push_str(", REDIS: \"${resources.cache.host}:${resources.cache.port}\"");
        }
        if self.shared {
            variables.push_str(", SHARED: \"${resources.common.host}\"");
        }
        if self.secret {
            write!(variables, ", TOKEN: \"${{secrets.{name}-token.TOKEN}}\"").unwrap();
        }
        variables.push('}');
        let mut resources = String::new();
        if let Some(class) = self.redis {
            write!(resources, "cache: {{type: redis, class: {class}}}, ").unwrap();
        }
        if self.shared {
            resources.push_str("common: {type: redis, id: common-cache}, ");
        }
        if let Some(host) = self.host {
            write!(resources, "web: {{type: route, params: {{host: h{host}.example.com, port: {port_name}}}}}, ")
                .unwrap();
        }
        let mut more = String::new();
        if let Some(former) = &self.renamed_from {
            writeln!(more, "  renamedFrom: {former}").unwrap();
        }
        if self.job {
            more.push_str("  jobs: {migrate: {command: [/migrate], before: deployment}}\n");
        }
        if !self.in_previews {
            more.push_str("  preview: {enabled: false}\n");
        }
        let provides = self.api.map(|api| format!("provides: [{{name: {api}, type: grpc}}]"));
        let consumes = self.consumes.map(|api| format!("consumes: [{api}]"));
        let apis: Vec<String> = provides.into_iter().chain(consumes).collect();
        if !apis.is_empty() {
            writeln!(more, "  apis: {{{}}}", apis.join(", ")).unwrap();
        }
        if !self.calls_in_local.is_empty() {
            let local: Vec<String> = self
                .calls_in_local
                .iter()
                .map(|callee| format!("LOCAL_{}: {}", callee.replace('-', "_").to_uppercase(), address(callee)))
                .collect();
            writeln!(
                more,
                "  environments: {{local: {{containers: {{main: {{variables: {{{}}}}}}}}}}}",
                local.join(", ")
            )
            .unwrap();
        }
        format!(
            "# {}\napiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: {name}, description: It is {name}, owner: \
             shop}}\nspec:\n  tier: supporting\n  containers:\n    main:\n      image: registry.example/{name}:v{image}\n      \
             variables: {variables}\n      resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{cpu: 200m, memory: \
             128Mi}}}}\n      livenessProbe: {{tcpSocket: {{port: 8080}}}}\n      readinessProbe: {{tcpSocket: {{port: \
             8080}}}}\n  service: {{ports: {{{port_name}: {{port: {port}, targetPort: 8080}}}}}}\n  resources: \
             {{{resources}}}\n  scaling: {{min: {replicas}, max: {replicas}}}\n{more}",
            self.comment
        )
    }
}

/// A repository of them.
#[derive(Debug, Clone)]
struct World {
    services: Vec<Service>,
    born: usize,
    memory: usize,
    platform: BTreeMap<RepoPath, Arc<str>>,
}

const LOCAL: &str = "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {name: local, description: Here, owner: \
                     shop}\nspec: {class: development, provider: local, domain: l.localhost, terraform: {backend: {local: {}}}}\n";
const TEAM: &str = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: shop, description: All of us}\nspec: {forgeTeam: \
                    \"@acme/shop\"}\n";
const SETTINGS: &str = "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: acme}\nspec: {organisation: acme, owners: \
                        [shop]}\n";

impl World {
    fn new(services: usize) -> World {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shipped = load_directory(root, &mut Findings::default()).unwrap();
        let types = ["redis", "route", "secret", "identity"].map(|kind| format!("golden-paths/resources/{kind}/"));
        let platform =
            shipped.files.into_iter().filter(|(path, _)| types.iter().any(|kind| path.as_str().starts_with(kind)));
        let platform =
            platform.map(|(path, text)| (path, text.replace("owner: platform", "owner: shop").into())).collect();
        World { services: (0..services).map(Service::new).collect(), born: services, memory: 16, platform }
    }

    fn files(&self) -> BTreeMap<RepoPath, Arc<str>> {
        let mut files = self.platform.clone();
        let mut write = |path: &str, text: String| files.insert(RepoPath::literal(path), text.into());
        write("pavior.yaml", SETTINGS.to_owned());
        write("catalog/shop.yaml", TEAM.to_owned());
        write("catalog/environments/local.yaml", LOCAL.to_owned());
        let preview = format!(
            "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {{name: preview, description: A change, owner: shop}}\nspec: \
             {{type: preview, class: development, provider: kubernetes, cluster: c, domain: p.example.com, capacity: {{cpu: \
             \"8\", memory: {}Gi, pods: 40, storage: 20Gi}}, secretStore: {{name: s}}, gateway: {{class: nginx, namespace: ingress}}, preview: {{shares: \
             local, maximumLife: 14d, idle: 1h}}}}\n",
            self.memory
        );
        write("catalog/environments/preview.yaml", preview);
        for service in &self.services {
            let (name, folder) = (&service.name, service.folder);
            if service.secret {
                let request = format!(
                    "apiVersion: pavior.dev/v1\nkind: SecretRequest\nmetadata: {{name: {name}-token, description: A token, owner: \
                     shop}}\nspec: {{service: {name}, reason: It has to ask somebody, environments: [local, preview], keys: \
                     {{TOKEN: {{description: It}}}}, rotation: 90d, approvers: [shop]}}\n"
                );
                write(&format!("catalog/{folder}/{name}.secret.yaml"), request);
            }
            write(&format!("catalog/{folder}/{name}.yaml"), service.text());
        }
        files
    }

    /// One edit, good or bad, and what it was.
    fn edit(&mut self, chance: &mut Chance) -> &'static str {
        let count = self.services.len();
        let at = chance.below(count);
        let other = self.services[chance.below(count)].name.clone();
        let free = chance.below(9);
        let service = &mut self.services[at];
        match chance.below(24) {
            0..=2 => {
                service.image += 1;
                "image"
            }
            3 => {
                service.replicas = 1 + free;
                "replicas"
            }
            4..=6 => {
                if !service.calls.remove(&other) {
                    service.calls.insert(other);
                }
                "call"
            }
            7 => {
                if !service.calls_in_local.remove(&other) {
                    service.calls_in_local.insert(other);
                }
                "call in one environment"
            }
            8 => {
                service.port = 8000 + free;
                "port"
            }
            9 => {
                service.port_name = ["http", "web", "grpc"][free % 3];
                "name of a port"
            }
            10 => {
                service.redis = [None, Some("small"), Some("large")][free % 3];
                "resource"
            }
            11 => {
                service.shared = !service.shared;
                "shared resource"
            }
            12 => {
                service.host = (free < 6).then_some(free);
                "host"
            }
            13 => {
                service.in_previews = !service.in_previews;
                "in previews"
            }
            14 => {
                let number = self.born;
                self.born += 1;
                let mut born = Service::new(number);
                born.calls.insert(other);
                self.services.push(born);
                "new service"
            }
            15 => {
                if count > 3 {
                    self.services.remove(at);
                }
                "deleted service"
            }
            16 => {
                let former = std::mem::replace(&mut service.name, format!("svc-{}", self.born));
                self.born += 1;
                service.renamed_from = (free < 6).then_some(former);
                "renamed service"
            }
            17 => {
                service.folder = ["shop", "pay"][free % 2];
                "moved file"
            }
            18 => {
                service.comment += 1;
                "comment"
            }
            19 => {
                service.job = !service.job;
                "job"
            }
            20 => {
                service.secret = !service.secret;
                "secret"
            }
            21 => {
                service.literal = Some(format!("{other}:{}", 8000 + free));
                "literal address"
            }
            22 => {
                service.api = [None, Some("orders"), Some("carts")][free % 3];
                self.services[(at + 1) % count].consumes = [None, Some("orders")][free % 2];
                "api"
            }
            _ => {
                self.memory += 1;
                "environment"
            }
        }
    }
}

/// A state of the repository with all that there is to know of it.
struct State {
    files: BTreeMap<RepoPath, Arc<str>>,
    documents: Documents,
    units: Vec<CompiledUnit>,
    known: Option<(Written, Claims)>,
    errors: usize,
}

impl State {
    fn of(world: &World) -> State {
        let files = world.files();
        let snapshot = Snapshot { files: files.clone(), ..Snapshot::default() };
        let mut findings = Findings::default();
        let keep =
            |source: Source<'_, '_>, artifacts| (CompiledUnit::new(source.id(), artifacts), UnitFacts::of(source));
        let (documents, graph, kept) = compile_linked(snapshot, &mut findings, &(), keep).unwrap();
        let (units, facts): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
        let errors = findings.errors();
        let known = if errors == 0 { known(&documents, &graph, &facts, "test", "0") } else { None };
        State { files, documents, units, known, errors }
    }

    fn since(&self, earlier: &State) -> Changes {
        let paths: BTreeSet<&RepoPath> = self.files.keys().chain(earlier.files.keys()).collect();
        let differ = paths.into_iter().filter(|path| self.files.get(*path) != earlier.files.get(*path));
        let change =
            |path: &RepoPath| Change { before: earlier.files.get(path).cloned(), after: self.files.get(path).cloned() };
        differ.map(|path| (path.clone(), change(path))).collect()
    }

    fn side(&self) -> Side<'_> {
        Side { documents: &self.documents, units: &self.units }
    }
}

impl Files for State {
    fn read(&self, path: &RepoPath) -> anyhow::Result<Option<Arc<str>>> {
        Ok(self.files.get(path).cloned())
    }

    fn below(&self, folder: &str) -> anyhow::Result<Vec<RepoPath>> {
        Ok(self.files.keys().filter(|path| path.as_str().starts_with(&format!("{folder}/"))).cloned().collect())
    }
}

/// The diff by compiling in part; None where everything is to be compiled.
fn diff_in_part(earliest: &State, base: &State, head: &State) -> Option<Diff> {
    let (written, claims) = earliest.known.clone()?;
    let table = &written.table("test").unwrap();
    let known = Known { table, claims: &|| Some(claims.clone()) };
    let (at_base, at_head) = (base.since(earliest), head.since(earliest));
    let base = Revision { files: base, changes: &at_base };
    let head = Revision { files: head, changes: &at_head };
    let parts = compile_parts(&known, &base, &head).unwrap()?;
    let mut diff = diff(
        Side { documents: &parts.base.documents, units: &parts.base.units },
        Side { documents: &parts.head.documents, units: &parts.head.units },
    );
    diff.unchanged += parts.others;
    Some(diff)
}

#[test]
fn compiling_in_part_answers_what_compiling_everything_answers() {
    let mut asked: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for seed in 0..histories() {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let mut world = World::new(7);
        let mut earliest = State::of(&world);
        assert_eq!(earliest.errors, 0, "{:?}", errors(&world));
        let mut base = State::of(&world);
        for step in 0..10 {
            let mut next = world.clone();
            let edit = next.edit(&mut chance);
            let head = State::of(&next);
            let answer = diff_in_part(&earliest, &base, &head);
            let count = asked.entry(edit).or_default();
            count[0] += 1;
            count[1] += usize::from(answer.is_some());
            let place = format!("seed {seed}, step {step}: {edit}");
            if let Some(answer) = answer {
                assert_eq!((base.errors, head.errors), (0, 0), "{place}");
                assert_eq!(answer, diff(base.side(), head.side()), "{place}");
            }
            // A mistake is mended before the next edit; now and then somebody compiles everything.
            if head.errors > 0 {
                continue;
            }
            if chance.below(4) == 0 {
                earliest = State::of(&next);
            }
            (world, base) = (next, head);
        }
    }
    println!("{asked:?}");
    let usual =
        ["image", "replicas", "call", "call in one environment", "comment", "resource", "port", "new service", "job"];
    let [all, answered] = usual.iter().filter_map(|edit| asked.get(edit)).fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
    assert!(answered * 2 > all, "usual edits are compiled in part {answered} times of {all}");
}

/// More on demand: `PAVIOR_HISTORIES=1000`.
fn histories() -> u64 {
    std::env::var("PAVIOR_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(6)
}

fn errors(world: &World) -> Vec<String> {
    let mut findings = Findings::default();
    let snapshot = Snapshot { files: world.files(), ..Snapshot::default() };
    compile_kept(snapshot, &mut findings, &(), |_, _| ()).unwrap();
    findings
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| format!("{}: {}", finding.at.path, finding.message))
        .collect()
}
