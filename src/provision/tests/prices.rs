//! Resource types that count in what they are priced in, and what a month uses of a resource.

use crate::provision::fixture::{REDIS_MODULE, documents, ground, pointed, price_book, provisioned, redis, service};
use serde_json::{Value, json};

/// What is said of a cart whose store is billed like this, with a price for each node and hour.
fn of_a_cart(billed: Value, assumed: Value, carts: Value) -> Vec<(&'static str, String, Vec<String>)> {
    let mut kind = redis();
    kind["spec"]["provisioners"][0]["cost"] = json!([billed]);
    kind["spec"]["usage"] = assumed;
    let mut all = ground();
    all.extend([
        kind,
        price_book("list", "aws", &["eu-central-1"], &[("redis/t4g.small", "0.032", "node-hour")]),
        service("cart", json!({"HOST": "${resources.carts.host}"}), json!({"resources": {"carts": carts}})),
    ]);
    let documents = documents(&all, &[REDIS_MODULE]);
    let (_, findings) = provisioned(&documents);
    let told = |one: &crate::model::Finding| (one.rule.id, pointed(&documents, one).to_owned(), one.help.clone());
    findings.iter().filter(|one| one.rule.id.starts_with("provision/")).map(told).collect()
}

#[test]
fn a_quantity_is_counted_in_the_unit_of_the_price() {
    let billed = |unit: &str| json!({"sku": "redis/${terraform.node_type}", "quantity": 1, "unit": unit});
    let carts = || json!({"type": "redis"});
    assert_eq!(of_a_cart(billed("node-hour"), json!({}), carts()), []);
    let said = of_a_cart(billed("node-month"), json!({}), carts());
    let help = vec!["count in `node-hour`, and make `quantity` fit".to_owned()];
    assert_eq!(said, [("provision/price-unit", "\"node-month\"".to_owned(), help)]);
}

#[test]
fn usage_is_of_words_that_the_type_knows() {
    let billed = json!({"sku": "redis/reads", "quantity": "${usage.reads}", "unit": "million-requests"});
    let assumed = json!({"reads": {"default": 5, "description": "Reads"}});
    assert_eq!(of_a_cart(billed.clone(), assumed.clone(), json!({"type": "redis", "usage": {"reads": 7}})), []);
    let said = of_a_cart(billed.clone(), assumed, json!({"type": "redis", "usage": {"raeds": 7}}));
    let help = vec!["did you mean `reads`?".to_owned()];
    assert_eq!(said, [("provision/unknown-usage", "\"raeds\"".to_owned(), help)]);
    let billed = json!({"sku": "redis/x", "quantity": 1, "unit": "gb-month"});
    let said = of_a_cart(billed, json!({}), json!({"type": "redis", "usage": {"reads": 7}}));
    assert_eq!(said[0].2, ["its price follows from its params alone; leave `usage` out"]);
}

#[test]
fn usage_is_for_the_price_alone() {
    let mut kind = redis();
    kind["spec"]["usage"] = json!({"reads": {"default": 5, "description": "Reads"}});
    kind["spec"]["provisioners"][0]["terraform"]["variables"]["replicas"] = json!("${usage.reads}");
    let mut all = ground();
    let carts = json!({"resources": {"carts": {"type": "redis"}}});
    all.extend([kind, service("cart", json!({"HOST": "${resources.carts.host}"}), carts)]);
    let documents = documents(&all, &[REDIS_MODULE]);
    let (_, findings) = provisioned(&documents);
    assert!(
        findings.iter().any(|one| one.rule.id == "provision/expression"),
        "what is deployed does not follow from it"
    );
}
