//! For tests: a small organisation of two teams, four services, a shared database and two environments.

use super::register::Register;
use crate::link::{Catalog, link};
use crate::model::Findings;
use crate::provision::fixture;
use crate::read::Documents;
use serde_json::{Value, json};

/// A declaration.
pub fn declaration(kind: &str, metadata: Value, spec: Value) -> Value {
    json!({"apiVersion": "pavior.dev/v1", "kind": kind, "metadata": metadata, "spec": spec})
}

pub fn declarations() -> Vec<Value> {
    let team = |name: &str, channel: &str| {
        let spec = json!({
            "forgeTeam": format!("@acme/{name}"), "channel": channel,
            "members": [{"login": format!("{name}-lead"), "name": "Lea Lead"}, {"login": "Both"}],
            "onCall": {"rotation": format!("{name}-primary"), "url": format!("https://oncall.example/{name}")},
        });
        declaration("Team", json!({"name": name, "description": format!("The {name} team")}), spec)
    };
    let kind = |name: &str| {
        let spec = json!({
            "params": {"type": "object", "additionalProperties": false, "properties": {}},
            "classes": {"small": {}}, "defaultClass": "small", "standalone": true,
            "outputs": {}, "provisioners": [{"environment": {"provider": "local"}, "outputs": {}}],
        });
        declaration("ResourceType", json!({"name": name, "owner": "money"}), spec)
    };
    let environment = |name: &str, class: &str| {
        let spec = json!({"class": class, "provider": "local", "domain": format!("{name}.example")});
        declaration("Environment", json!({"name": name, "owner": "money"}), spec)
    };
    let service = |name: &str, owner: &str, mut more: Value| {
        more["containers"] = json!({"main": {"image": "example.com/app:1"}});
        more["service"] = json!({"ports": {"http": {"port": 80}}});
        let source = format!("https://github.com/acme/{name}/tree/main/src/{name}");
        more["source"] = json!(source);
        let metadata = json!({
            "name": name, "owner": owner, "description": format!("Does what a {name} does"), "tags": ["rust"],
            "annotations": {"pagerduty.com/service-id": "P1"}, "labels": {"team-size": "two"},
        });
        declaration("Service", metadata, more)
    };
    let orders = json!({"orders": {"type": "postgres", "class": "small", "id": "orders"}});
    vec![
        declaration(
            "Platform",
            json!({"name": "acme", "description": "All of Acme"}),
            json!({
                "organisation": "acme", "owners": ["money"], "forge": {"kind": "github", "repository": "acme/platform"},
            }),
        ),
        team("front", "#front"),
        team("money", "#money"),
        kind("postgres"),
        kind("redis"),
        environment("laptop", "development"),
        environment("production", "production"),
        declaration(
            "Resource",
            json!({"name": "orders", "owner": "money", "description": "Every order there ever was"}),
            json!({"type": "postgres", "class": "small"}),
        ),
        service(
            "shop",
            "front",
            json!({
                "tier": "critical", "system": "store", "dependsOn": ["checkout"], "workload": "static",
                "resources": {"sessions": {"type": "redis", "class": "small"}},
            }),
        ),
        service(
            "checkout",
            "front",
            json!({
                "tier": "critical", "system": "store", "dependsOn": ["ledger"], "resources": orders,
                "apis": {"provides": [{"name": "checkout-api", "format": "openapi", "path": "api/openapi.yaml"}],
                         "consumes": ["booking"]},
                "docs": [{"kind": "runbook", "path": "docs/runbook.md"}, {"kind": "adr", "path": "docs/adr"}],
                "slo": {"availability": "99.9%", "latency": {"p99": "300ms"}},
            }),
        ),
        service(
            "ledger",
            "money",
            json!({"tier": "important", "apis": {"provides": [{"name": "booking", "format": "grpc"}]}}),
        ),
        service(
            "report",
            "money",
            json!({
                "workload": "worker", "dependsOn": ["ledger"], "resources": orders,
                "environments": {"laptop": {"enabled": false}},
            }),
        ),
    ]
}

/// The sample, linked. Its links have no error.
pub fn with_sample<T>(ask: impl FnOnce(&Documents, &Catalog<'_>, &Register) -> T) -> T {
    let documents = fixture::documents(&declarations(), &[]);
    let mut findings = Findings::default();
    let catalog = link(&documents, &mut findings);
    assert!(!findings.has_errors(), "{:?}", findings.into_sorted());
    let register = Register::of(&documents, &catalog);
    ask(&documents, &catalog, &register)
}
