//! Params against the schemas of their types.

use super::*;
use crate::model::kinds::resource_type::ParamSchema;
use serde_json::json;

fn schema() -> ParamSchema {
    serde_json::from_value(json!({
        "type": "object", "additionalProperties": false, "required": ["keys"],
        "properties": {
            "memory": {"type": "string", "format": "quantity", "enum": ["1Gi", "3Gi"], "default": "1Gi", "description": "Memory"},
            "disk": {"type": "string", "format": "quantity", "default": "1Gi", "description": "Disk"},
            "days": {"type": "integer", "minimum": 1, "maximum": 30, "default": 7, "description": "Days"},
            "on": {"type": "boolean", "default": true, "description": "On"},
            "host": {"type": "string", "format": "hostname", "maxLength": 20, "default": "a", "description": "Host"},
            "path": {"type": "string", "pattern": "^/[a-z]*$", "minLength": 2, "default": "/a", "description": "Path"},
            "keys": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true, "description": "Keys",
                     "items": {"type": "string", "pattern": "^[A-Z]+$", "maxLength": 5}},
        }
    }))
    .unwrap()
}

fn said(given: Value) -> Vec<(&'static str, String, String)> {
    let mut given = given;
    given.as_object_mut().unwrap().entry("keys").or_insert(json!(["A"]));
    let found = mistakes("store", &schema(), given.as_object().unwrap());
    found.into_iter().map(|m| (m.rule.id.strip_prefix("provision/").unwrap(), m.message, m.help)).collect()
}

fn one(given: Value) -> (&'static str, String, String) {
    let mut all = said(given);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn what_is_within_bounds_passes() {
    let good = json!({"memory": "3Gi", "disk": "1.5Gi", "days": 30, "on": false, "host": "a-b.c", "path": "/x", "keys": ["A", "B"]});
    assert_eq!(said(good), []);
}

#[test]
fn an_unknown_param_comes_with_the_nearest() {
    let (rule, message, help) = one(json!({"memroy": "1Gi"}));
    assert_eq!((rule, message.as_str()), ("unknown-param", "resource type store has no param `memroy`"));
    assert!(help.starts_with("did you mean `memory`? its params are `memory`, `disk`"), "{help}");
}

#[test]
fn quotes_that_are_wrong_are_mended() {
    let found = mistakes("store", &schema(), json!({"days": "7", "keys": ["A"]}).as_object().unwrap());
    assert_eq!(found[0].message, "param `days` is a text and has to be a whole number");
    assert_eq!(found[0].replacement.as_deref(), Some("7"));
    let (rule, _, help) = one(json!({"on": "yes"}));
    assert_eq!((rule, help.as_str()), ("param-type", "write `true` or `false`"));
    assert_eq!(one(json!({"days": 1.5})).1, "param `days` is a decimal number and has to be a whole number");
    assert_eq!(one(json!({"keys": "A"})).0, "param-type");
    assert_eq!(one(json!({"disk": null})).1, "param `disk` is empty and has to be a text");
}

#[test]
fn every_bound_is_checked() {
    assert!(one(json!({"memory": "2Gi"})).2.contains("choose one of `1Gi` and `3Gi`"));
    assert_eq!(one(json!({"days": 0})).1, "param `days` is 0, which is too small");
    assert_eq!(one(json!({"days": 31})).2, "write a whole number from 1 to 30");
    assert_eq!(one(json!({"days": u64::MAX})).1, "param `days` is too large");
    assert!(one(json!({"disk": "1 GB"})).1.contains("no quantity"));
    assert!(one(json!({"host": "Not-lower"})).1.contains("no host name"));
    assert!(one(json!({"host": "a".repeat(21)})).1.contains("21 characters"));
    assert_eq!(said(json!({"path": "/"}))[0].2, "write at least 2");
    assert!(one(json!({"path": "no"})).2.contains("`^/[a-z]*$`"));
    assert_eq!(one(json!({"keys": []})).2, "give at least 1");
    assert_eq!(one(json!({"keys": ["A", "B", "C"]})).2, "give 2 at most");
    assert_eq!(one(json!({"keys": ["A", "A"]})).1, "param `keys` has \"A\" twice");
    assert_eq!(one(json!({"keys": ["A", 1]})).0, "param-type");
    assert!(one(json!({"keys": ["a"]})).1.starts_with("entry 1 of param `keys`"));
}

#[test]
fn a_missing_param_is_told_with_what_it_is_for() {
    let found = mistakes("store", &schema(), &Map::new());
    assert_eq!(found[0].message, "a resource of type store needs the param `keys`");
    assert_eq!(found[0].help, "add `keys` to its `params`: Keys");
}

#[test]
fn placeholders_in_texts_become_values() {
    let given = json!({"host": "shop.${environment.domain}", "keys": ["${metadata.name}"], "days": 3, "path": "$${x}"});
    let mut value_of = |path: &[String]| Ok(path.join("/"));
    let expanded = expand(given.as_object().unwrap(), &mut value_of).unwrap();
    assert_eq!(
        Value::Object(expanded),
        json!({"host": "shop.environment/domain", "keys": ["metadata/name"], "days": 3, "path": "${x}"})
    );
    let mut never = |_: &[String]| Err("no".to_owned());
    let wrong = expand(given.as_object().unwrap(), &mut never).unwrap_err();
    assert_eq!((wrong[0].route.as_slice(), wrong[0].range.clone()), (["host".to_owned()].as_slice(), 5..26));
    assert_eq!(wrong[1].route, ["keys", "0"]);
}

#[test]
fn resources_that_params_name_are_found() {
    let given = json!({"topic": "${resources.events.id}", "list": ["${resources.b.x}-${metadata.name}"]});
    assert_eq!(expand::resources_named(given.as_object().unwrap()), ["events", "b"]);
}
