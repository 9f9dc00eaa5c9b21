//! For tests: declarations as JSON values become documents with exact spans, linked as in a real run.

use crate::link::{Catalog, link};
use crate::model::kinds::Declaration;
use crate::model::{Finding, Findings, RepoPath, Span};
use crate::provision::{ProvisionedUnit, provision};
use crate::read::{Declared, Document, DocumentId, Documents, Entry, Node, NodeValue, Snapshot};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

/// Documents of these declarations; `files` are other files of the snapshot.
pub fn documents(declarations: &[Value], files: &[(&str, &str)]) -> Documents {
    let mut documents = Documents { snapshot: Snapshot::of(files.iter().copied()), ..Documents::default() };
    for declaration in declarations {
        let id = DocumentId(documents.documents.len());
        let kind = declaration["kind"].as_str().unwrap();
        let name = declaration["metadata"]["name"].as_str().unwrap();
        let path = match kind {
            "ResourceType" => format!("golden-paths/resources/{name}/resource-type.yaml"),
            "PriceBook" => format!("golden-paths/prices/{name}.yaml"),
            _ => format!("catalog/{}-{name}.yaml", kind.to_lowercase()),
        };
        let mut text = String::new();
        let root = write(declaration, &mut text);
        documents.documents.push(Document::new(RepoPath::literal(&path), Arc::from(text), 0, root));
        let all = &mut documents.declarations;
        match kind {
            "Team" => all.teams.push(declared(id, declaration)),
            "Service" => all.services.push(declared(id, declaration)),
            "Environment" => all.environments.push(declared(id, declaration)),
            "Resource" => all.resources.push(declared(id, declaration)),
            "SecretRequest" => all.secret_requests.push(declared(id, declaration)),
            "ResourceType" => all.resource_types.push(declared(id, declaration)),
            "Platform" => all.platforms.push(declared(id, declaration)),
            "PriceBook" => all.price_books.push(declared(id, declaration)),
            other => panic!("a test declares a {other}"),
        }
    }
    documents
}

fn declared<S: DeserializeOwned>(document: DocumentId, declaration: &Value) -> Declared<S> {
    let Declaration { metadata, spec, .. } = serde_json::from_value::<Declaration<S>>(declaration.clone())
        .unwrap_or_else(|error| panic!("{error} in {declaration}"));
    Declared { document, metadata, spec }
}

/// JSON, one entry of a map a line: what is read back from it is where it says.
fn write(value: &Value, text: &mut String) -> Node {
    let start = text.len();
    let value = match value {
        Value::Null => {
            text.push_str("null");
            NodeValue::Null
        }
        Value::Bool(value) => {
            text.push_str(&value.to_string());
            NodeValue::Boolean(*value)
        }
        Value::Number(number) => {
            text.push_str(&number.to_string());
            number.as_i64().map_or(NodeValue::Float(number.as_f64().unwrap()), NodeValue::Integer)
        }
        Value::String(value) => {
            text.push_str(&json!(value).to_string());
            NodeValue::Text(value.clone())
        }
        Value::Array(items) => {
            text.push('[');
            let items = items.iter().map(|item| {
                let node = write(item, text);
                text.push_str(", ");
                node
            });
            let items = items.collect();
            text.push(']');
            NodeValue::Sequence(items)
        }
        Value::Object(map) => {
            text.push('{');
            let entries = map.iter().map(|(key, value)| {
                text.push('\n');
                let key_start = text.len();
                text.push_str(&json!(key).to_string());
                let key_span = Span::new(key_start, text.len());
                text.push_str(": ");
                let entry = Entry { key: key.clone(), key_span, value: write(value, text) };
                text.push(',');
                entry
            });
            let entries = entries.collect();
            text.push('}');
            NodeValue::Mapping(entries)
        }
    };
    Node { span: Span::new(start, text.len()), value }
}

/// Links and provisions; all that was said, sorted.
pub fn provisioned(documents: &Documents) -> (Vec<ProvisionedUnit<'_>>, Vec<Finding>) {
    let mut findings = Findings::default();
    let catalog: Catalog<'_> = link(documents, &mut findings);
    let units = provision(documents, &catalog, &mut findings);
    (units, findings.into_sorted())
}

/// Provisions what has to be free of mistakes.
pub fn units(documents: &Documents) -> Vec<ProvisionedUnit<'_>> {
    let (units, findings) = provisioned(documents);
    let errors: Vec<String> =
        findings.iter().filter(|f| f.rule.severity == crate::model::Severity::Error).map(shown).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    units
}

/// `path: [rule] "what is meant": message`, with the help behind.
pub fn shown(finding: &Finding) -> String {
    format!(
        "{}:{}:{} {}: {} / {}",
        finding.at.path,
        finding.at.start.line,
        finding.at.start.column,
        finding.rule.id,
        finding.message,
        finding.help.join(" ")
    )
}

/// The text that a finding points to.
pub fn pointed<'d>(documents: &'d Documents, finding: &Finding) -> &'d str {
    let document = documents.documents.iter().find(|document| document.path == finding.at.path).unwrap();
    &document.text[finding.at.span.unwrap().range()]
}

pub fn declaration(kind: &str, name: &str, spec: Value) -> Value {
    let mut metadata = json!({"name": name, "description": "A test"});
    if kind != "Platform" {
        metadata["owner"] = json!("shopping");
    }
    if kind == "Team" {
        metadata = json!({"name": name, "description": "A test"});
    }
    json!({"apiVersion": "pavior.dev/v1", "kind": kind, "metadata": metadata, "spec": spec})
}

/// What nearly every test needs: a platform, a team, and an environment of each provider.
pub fn ground() -> Vec<Value> {
    let aws = json!({
        "class": "production", "provider": "aws", "region": "eu-central-1", "cluster": "main", "domain": "shop.example",
        "secretStore": {"name": "vault"},
        "aws": {
            "account": "123456789012", "vpc": "vpc-0a1b2c3d4e", "privateSubnets": ["subnet-a", "subnet-b"],
            "privateCidrs": ["10.0.0.0/16"], "clusterSecurityGroup": "sg-0a1b2c3d4e"
        }
    });
    let cluster =
        json!({"class": "staging", "provider": "kubernetes", "domain": "staging.shop.example", "namespace": "shop"});
    vec![
        declaration(
            "Platform",
            "pavior",
            json!({"organisation": "acme", "owners": ["shopping"], "labels": {"team": "x"}}),
        ),
        declaration("Team", "shopping", json!({"forgeTeam": "@acme/shopping"})),
        declaration("Environment", "production", aws),
        declaration("Environment", "staging", cluster),
    ]
}

/// A store with a module on aws, and objects in the cluster.
pub fn redis() -> Value {
    declaration(
        "ResourceType",
        "redis",
        json!({
            "params": {"type": "object", "additionalProperties": false, "properties": {
                "memory": {"type": "string", "format": "quantity", "enum": ["1Gi", "3Gi"], "default": "1Gi", "description": "Memory"},
                "version": {"type": "string", "enum": ["7.1"], "default": "7.1", "description": "Version"},
            }},
            "classes": {"small": {"memory": "1Gi"}, "large": {"memory": "3Gi"}},
            "defaultClass": "small",
            "tables": {"nodeTypes": {"1Gi": "t4g.small", "3Gi": "t4g.medium"}},
            "outputs": {
                "host": {"description": "Host"}, "port": {"description": "Port"},
                "password": {"description": "Password", "secret": true},
            },
            "provisioners": [
                {
                    "environment": {"provider": "aws"},
                    "terraform": {"module": "./aws", "variables": {
                        "name": "${names.short(40)}", "tags": "${labels}",
                        "node_type": "${lookup(tables.nodeTypes, params.memory)}",
                        "replicas": "${environment.class == 'production' ? 1 : 0}",
                    }},
                    "outputs": {"host": {"store": "host"}, "port": 6379,
                                "password": {"store": {"path": "${store.path}/credentials", "property": "password"}}},
                    "network": {"egress": [{"to": "network", "port": 6379}]},
                    "grants": [{"actions": ["elasticache:Connect"], "resources": ["arn:aws:x:${names.short(40)}"]}],
                    "cost": [{"sku": "redis/${terraform.node_type}", "quantity": "${1 + terraform.replicas}", "unit": "node-hour"}],
                    "access": {"owner": "administer", "consumers": "read-write"},
                    "reversibility": {"memory": "in-place", "*": "in-place"},
                },
                {
                    "environment": {"provider": "kubernetes"},
                    "manifests": [{
                        "apiVersion": "v1", "kind": "Service",
                        "metadata": {"name": "${resource.name}", "namespace": "${environment.namespace}", "labels": "${labels}"},
                        "spec": {"selector": "${selector}", "ports": [{"port": 6379}]},
                    }],
                    "outputs": {"host": "${resource.name}", "port": "${3000 + 3379}",
                                "password": {"secret": {"name": "${resource.name}", "key": "password"}}},
                    "network": {"egress": [{"to": "pods", "port": "${3000 + 3379}"}]},
                    "capacity": {"memory": "${params.memory}", "pods": 1},
                },
            ],
        }),
    )
}

pub const REDIS_MODULE: (&str, &str) = (
    "golden-paths/resources/redis/aws/main.tf",
    "variable \"name\" {}\nvariable \"tags\" {}\nvariable \"node_type\" {}\nvariable \"replicas\" { default = 0 }\n",
);

/// Prices of a provider in its regions: SKU, price and unit.
pub fn price_book(name: &str, provider: &str, regions: &[&str], prices: &[(&str, &str, &str)]) -> Value {
    let line = |(sku, price, unit): &(&str, &str, &str)| {
        let line = json!({"price": price, "unit": unit, "source": "https://prices.example/", "date": "2026-10-01"});
        ((*sku).to_owned(), line)
    };
    let prices: serde_json::Map<String, Value> = prices.iter().map(line).collect();
    declaration(
        "PriceBook",
        name,
        json!({"provider": provider, "regions": regions, "currency": "USD", "prices": prices}),
    )
}

/// A service with one container and this much more in its spec.
pub fn service(name: &str, variables: Value, more: Value) -> Value {
    let mut spec = json!({"containers": {"main": {"image": "registry.example/x:1", "variables": variables}}});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    declaration("Service", name, spec)
}
