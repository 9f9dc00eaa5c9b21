//! Expressions of provisioners: bounded, the same twice (maps of CEL have no order), every problem at its place.

use super::Reached;
use pavior::provision::{Expressions, MAX_RESULT, Run, Scope};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// What the contract gives to expressions, with values of every shape.
static SCOPE: LazyLock<Scope> = LazyLock::new(|| {
    let mut scope = Scope::new("acme-production-cart-carts");
    scope.set(
        "params",
        json!({ "memory": "1Gi", "storage": "20Gi", "port": 6379, "ratio": 1.5, "ordered": true,
        "topic": "", "none": null, "keys": ["A", "B", "C"], "largest": i64::MAX, "smallest": i64::MIN }),
    );
    scope.set(
        "environment",
        json!({ "name": "production", "class": "production", "provider": "aws",
        "domain": "acme.example", "protection": { "multiZone": true, "backupRetentionDays": 30 },
        "aws": { "privateSubnets": ["subnet-a", "subnet-b"], "kmsKey": "" } }),
    );
    scope.set("tables", json!({ "nodeTypes": { "1Gi": "cache.t4g.small", "3Gi": "cache.t4g.medium" } }));
    scope.set("labels", json!({ "a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6" }));
    scope.set("resource", json!({ "name": "cart-carts", "local": "carts", "shared": false }));
    scope.set("grants", json!([{ "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::x/*"] }]));
    scope.set("hostile", json!("\u{202e}${x}\n---\n\"'"));
    scope
});

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let first = Expressions::default().evaluate(text, &Run::new(&SCOPE));
    let second = Expressions::default().evaluate(text, &Run::new(&SCOPE));
    assert_eq!(first, second, "{text}");
    match first {
        Ok(value) => {
            assert!(text.len() > MAX_RESULT || size(&value) <= MAX_RESULT + text.len(), "{text}");
            if text.contains("${") { Reached::Through } else { Reached::Refused }
        }
        Err(problem) => {
            assert!(text.get(problem.range.clone()).is_some(), "{problem:?}");
            assert!(!problem.message.is_empty());
            Reached::Told
        }
    }
}

/// In bytes of texts, as the bound counts them.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(entries) => entries.iter().map(|(key, value)| key.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
