//! One service as its team writes it. Its number decides everything: name, team, calls, resources, sizes.

use crate::chance::Chance;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Services of one team.
pub const TEAM: usize = 8;
/// Teams whose services talk through one topic.
const TOPIC: usize = 4;

const DOMAINS: [&str; 24] = [
    "account",
    "billing",
    "cart",
    "catalogue",
    "checkout",
    "claim",
    "contract",
    "customer",
    "delivery",
    "discount",
    "invoice",
    "ledger",
    "loyalty",
    "media",
    "notification",
    "order",
    "payment",
    "price",
    "product",
    "profile",
    "review",
    "search",
    "shipping",
    "stock",
];
const ROLES: [&str; 12] = [
    "api",
    "gateway",
    "history",
    "import",
    "index",
    "planner",
    "projection",
    "reader",
    "router",
    "rules",
    "store",
    "view",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Grpc,
    Http,
    Worker,
    Cron,
}

impl Shape {
    fn of(index: usize) -> Shape {
        match index % 20 {
            7 | 13 => Shape::Worker,
            17 => Shape::Cron,
            3 | 6 | 9 | 12 | 15 | 18 => Shape::Http,
            _ => Shape::Grpc,
        }
    }

    fn answers(self) -> bool {
        matches!(self, Shape::Grpc | Shape::Http)
    }
}

/// What the head commit changes in a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Image,
    Variable,
    Scaling,
}

impl Change {
    pub fn number(number: usize) -> Change {
        [Change::Image, Change::Variable, Change::Scaling][number % 3]
    }
}

pub fn name(index: usize) -> String {
    let (domain, role) = (DOMAINS[index % DOMAINS.len()], ROLES[index / DOMAINS.len() % ROLES.len()]);
    format!("{domain}-{role}-{index}")
}

pub fn team(index: usize) -> String {
    format!("team-{}", index / TEAM)
}

pub fn path(index: usize) -> String {
    format!("catalog/{}/{}.yaml", team(index), name(index))
}

/// The topic of some teams, and the number of the team that owns it.
pub fn topic(index: usize) -> (String, usize) {
    let owner = index / TEAM / TOPIC * TOPIC;
    (format!("events-{owner}"), owner)
}

/// The secret request of a service that has one.
pub fn secret_request(index: usize, environments: &[&str]) -> Option<(String, String)> {
    if !Service::of(index).has_secret {
        return None;
    }
    let (name, team) = (name(index), team(index));
    let text = format!(
        "# yaml-language-server: $schema=../../schemas/secret-request.schema.json\n\
         apiVersion: pavior.dev/v1\nkind: SecretRequest\nmetadata:\n  name: {name}-partner\n  \
         description: The key of the partner that {name} calls\n  owner: {team}\nspec:\n  service: {name}\n  \
         environments: [{}]\n  keys:\n    API_KEY: {{description: Identifies us to the partner}}\n  \
         reason: The partner answers only to those whom it knows\n  rotation: 90d\n  expires: 2027-06-30\n  \
         approvers: [platform]\n",
        environments.join(", ")
    );
    Some((format!("catalog/{team}/{name}.secret.yaml"), text))
}

/// Its own chance, so that callers can ask for it.
fn tier(index: usize) -> &'static str {
    const TIERS: [&str; 5] = ["critical", "important", "important", "supporting", "supporting"];
    Chance::of(index + (1 << 30)).one(&TIERS)
}

/// What chance decided about a service.
struct Service {
    index: usize,
    shape: Shape,
    callees: BTreeSet<usize>,
    resources: Vec<&'static str>,
    has_secret: bool,
    chance: Chance,
}

impl Service {
    fn of(index: usize) -> Service {
        let shape = Shape::of(index);
        let mut chance = Chance::of(index);
        let mut callees = BTreeSet::new();
        for _ in 0..chance.below(7).min(index) {
            // Only earlier ones, so there is no circle; the first service answers.
            let callee = (0..=chance.popular_below(index)).rev().find(|callee| Shape::of(*callee).answers());
            // Nobody critical needs what is merely supporting: the shipped policies would not have it.
            callees.extend(callee.filter(|callee| tier(index) != "critical" || tier(*callee) != "supporting"));
        }
        let wanted = [("postgres", 22), ("redis", 15), ("bucket", 8), ("topic", 10)];
        let mut resources: Vec<&str> =
            wanted.into_iter().filter(|(_, share)| chance.percent(*share)).map(|(kind, _)| kind).collect();
        match shape {
            Shape::Worker => resources.push("queue"),
            Shape::Http if chance.percent(30) => resources.push("route"),
            Shape::Http | Shape::Grpc | Shape::Cron => {}
        }
        let has_secret = chance.percent(8);
        Service { index, shape, callees, resources, has_secret, chance }
    }
}

/// The declaration.
pub fn declaration(index: usize, environments: &[&str], change: Option<Change>) -> String {
    let mut service = Service::of(index);
    let change = match (change, service.shape) {
        // What runs by the clock does not scale.
        (Some(Change::Scaling), Shape::Cron) => Some(Change::Image),
        _ => change,
    };
    let mut text = String::new();
    header(&mut text, &mut service);
    apis(&mut text, &service);
    containers(&mut text, &mut service, change);
    needs(&mut text, &mut service);
    scaling(&mut text, &mut service, environments, change);
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a string takes all that is written");
    text.push('\n');
}

fn header(text: &mut String, service: &mut Service) {
    let (name, team) = (name(service.index), team(service.index));
    let language = service.chance.one(&["go", "java", "kotlin", "python", "rust", "typescript"]);
    let tier = tier(service.index);
    // The policies ask for this word where the internet reaches a service.
    let public = if service.resources.contains(&"route") { ", public" } else { "" };
    let workload = match service.shape {
        Shape::Worker => "  workload: worker\n",
        Shape::Cron => "  workload: cron\n  schedule: {cron: 17 3 * * *}\n",
        Shape::Grpc | Shape::Http => "",
    };
    line(
        text,
        format_args!(
            "# yaml-language-server: $schema=../../schemas/service.schema.json\napiVersion: pavior.dev/v1\n\
             kind: Service\nmetadata:\n  name: {name}\n  description: Part of what {team} does for customers\n  \
             owner: {team}\n  tags: [{language}{public}]\nspec:\n  tier: {tier}\n  system: system-{}\n\
             {workload}  source: https://github.com/acme/{name}\n  docs:\n    - {{kind: readme, path: README.md}}\n    \
             - {{kind: runbook, url: \"https://runbooks.acme.example/{name}\"}}",
            service.index / TEAM / TOPIC
        ),
    );
    if service.chance.percent(30) {
        line(text, format_args!("  compliance: [gdpr]"));
    }
}

/// Every service that answers provides one API, and every caller lists what it consumes.
fn apis(text: &mut String, service: &Service) {
    if !service.shape.answers() && service.callees.is_empty() {
        return;
    }
    line(text, format_args!("  apis:"));
    if service.shape.answers() {
        let format = if service.shape == Shape::Grpc { "grpc" } else { "openapi" };
        let name = name(service.index);
        line(text, format_args!("    provides:\n      - {{name: {name}, format: {format}, path: api/{format}}}"));
    }
    if !service.callees.is_empty() {
        let names: Vec<String> = service.callees.iter().map(|callee| name(*callee)).collect();
        line(text, format_args!("    consumes: [{}]", names.join(", ")));
    }
}

fn containers(text: &mut String, service: &mut Service, change: Option<Change>) {
    let patch = service.chance.below(30) + usize::from(change == Some(Change::Image));
    let level = if change == Some(Change::Variable) { "debug" } else { "info" };
    line(
        text,
        format_args!(
            "  containers:\n    main:\n      image: ghcr.io/acme/{}/{}:v1.{}.{patch}\n      variables:\n        \
             LOG_LEVEL: {level}",
            team(service.index),
            name(service.index),
            service.chance.below(20),
        ),
    );
    for callee in &service.callees {
        let name = name(*callee);
        let variable = name.replace('-', "_").to_uppercase();
        line(text, format_args!("        {variable}_ADDR: ${{services.{name}.host}}:${{services.{name}.port}}"));
    }
    for (name, value) in service.resources.iter().flat_map(|kind| variables(kind)) {
        line(text, format_args!("        {name}: {value}"));
    }
    if service.has_secret {
        line(text, format_args!("        PARTNER_API_KEY: ${{secrets.{}-partner.API_KEY}}", name(service.index)));
    }
    let cpu = service.chance.one(&["50m", "100m", "200m", "500m"]);
    let memory = service.chance.one(&["64Mi", "128Mi", "256Mi", "512Mi"]);
    line(
        text,
        format_args!(
            "      resources:\n        requests: {{cpu: {cpu}, memory: {memory}}}\n        \
             limits: {{cpu: \"1\", memory: 1Gi}}"
        ),
    );
    match service.shape {
        Shape::Grpc => line(
            text,
            format_args!(
                "      readinessProbe: {{grpc: {{port: 8443}}}}\n      \
                 livenessProbe: {{grpc: {{port: 8443}}, initialDelaySeconds: 10}}\n  service:\n    ports:\n      \
                 grpc: {{port: 8443}}"
            ),
        ),
        Shape::Http => line(
            text,
            format_args!(
                "      readinessProbe: {{httpGet: {{path: /ready, port: 8080}}}}\n      \
                 livenessProbe: {{httpGet: {{path: /alive, port: 8080}}, initialDelaySeconds: 10}}\n  service:\n    \
                 ports:\n      http: {{port: 80, targetPort: 8080}}"
            ),
        ),
        Shape::Worker | Shape::Cron => {}
    }
}

/// Variables that use a resource.
fn variables(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "postgres" => &[
            ("DATABASE_HOST", "${resources.database.host}"),
            ("DATABASE_PORT", "${resources.database.port}"),
            ("DATABASE_NAME", "${resources.database.database}"),
            ("DATABASE_USER", "${resources.database.username}"),
            ("DATABASE_PASSWORD", "${resources.database.password}"),
        ],
        "redis" => {
            &[("REDIS_URL", "${resources.cache.host}:${resources.cache.port},password=${resources.cache.password}")]
        }
        "bucket" => &[("BUCKET", "${resources.files.name}"), ("BUCKET_ENDPOINT", "${resources.files.endpoint}")],
        "topic" => &[("EVENTS_TOPIC", "${resources.events.id}"), ("EVENTS_REGION", "${resources.events.region}")],
        "queue" => &[("WORK_QUEUE", "${resources.work.url}"), ("WORK_REGION", "${resources.work.region}")],
        _ => &[],
    }
}

fn needs(text: &mut String, service: &mut Service) {
    if service.resources.is_empty() {
        return;
    }
    line(text, format_args!("  resources:"));
    for kind in std::mem::take(&mut service.resources) {
        match kind {
            "postgres" => {
                let class = service.chance.one(&["small", "small", "medium", "large"]);
                line(text, format_args!("    database: {{type: postgres, class: {class}}}"));
            }
            "redis" => line(text, format_args!("    cache: {{type: redis, class: small}}")),
            "bucket" => line(text, format_args!("    files: {{type: bucket}}")),
            "topic" => line(text, format_args!("    events: {{type: topic, id: {}}}", topic(service.index).0)),
            "queue" => line(text, format_args!("    work: {{type: queue, params: {{visibilityTimeoutSeconds: 60}}}}")),
            _ => {
                let host = format!("{}.${{environment.domain}}", name(service.index));
                line(text, format_args!("    web: {{type: route, params: {{host: \"{host}\", healthPath: /ready}}}}"));
            }
        }
    }
}

fn scaling(text: &mut String, service: &mut Service, environments: &[&str], change: Option<Change>) {
    if service.shape.answers() {
        line(
            text,
            format_args!("  slo: {{availability: 99.9%, latency: {{p99: {}ms}}}}", 100 + service.chance.below(9) * 100),
        );
    }
    if service.shape == Shape::Cron {
        return;
    }
    let min = 2 + service.chance.below(3);
    let max = min + 2 + service.chance.below(6) + usize::from(change == Some(Change::Scaling));
    line(text, format_args!("  scaling: {{min: {min}, max: {max}, cpu: 70%}}"));
    let small: Vec<&&str> = environments.iter().filter(|name| **name != "production").collect();
    if small.is_empty() {
        return;
    }
    line(text, format_args!("  environments:"));
    for environment in small {
        line(text, format_args!("    {environment}: {{scaling: {{min: 1, max: 2}}}}"));
    }
}
