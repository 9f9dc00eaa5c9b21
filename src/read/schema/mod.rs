//! JSON Schemas of every kind, made from the Rust types: what editors complete by and what `validate` checks by.
//!
//! Draft 7, because it is the newest draft that every editor's YAML language server takes without a warning, and
//! nothing here needs more. Everything is inlined: no `$id`, no `$ref` to resolve, and each field shows its own text.

mod bounds;
mod shape;
pub mod walk;

use crate::model::kinds::{
    Declaration, Environment, GoldenPath, Incident, Kind, Platform, PriceBook, Resource, ResourceType, SecretRequest,
    Service, Team, Waiver,
};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The dialect of every schema.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The file that knows all kinds, for editors that match one pattern to one schema.
const ANY_KIND_FILE: &str = "declaration.schema.json";

/// The schema of one kind.
pub fn schema(kind: Kind) -> Value {
    match kind {
        Kind::Team => generate::<Team>(kind),
        Kind::Service => generate::<Service>(kind),
        Kind::Environment => generate::<Environment>(kind),
        Kind::Resource => generate::<Resource>(kind),
        Kind::SecretRequest => generate::<SecretRequest>(kind),
        Kind::ResourceType => generate::<ResourceType>(kind),
        Kind::GoldenPath => generate::<GoldenPath>(kind),
        Kind::Waiver => generate::<Waiver>(kind),
        Kind::Incident => generate::<Incident>(kind),
        Kind::PriceBook => generate::<PriceBook>(kind),
        Kind::Platform => generate::<Platform>(kind),
    }
}

/// Every schema file by name: one for each kind, and one that chooses by `kind`.
pub fn all_schemas() -> BTreeMap<String, String> {
    let schemas: Vec<(Kind, Value)> = Kind::ALL.into_iter().map(|kind| (kind, schema(kind))).collect();
    let mut files = BTreeMap::from([(ANY_KIND_FILE.to_owned(), text(&any_kind(&schemas)))]);
    files.extend(schemas.iter().map(|(kind, schema)| (file_name(*kind), text(schema))));
    files
}

fn file_name(kind: Kind) -> String {
    format!("{}.schema.json", kind.slug())
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

fn generate<S: JsonSchema>(kind: Kind) -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    settings.transforms.clear();
    let settings =
        settings.with_transform(RecursiveTransform(shape::simplify)).with_transform(RecursiveTransform(bounds::bound));
    let mut schema = settings.into_generator().into_root_schema_for::<Declaration<S>>().to_value();
    schema["title"] = json!(kind.as_str());
    for keyword in ["description", "markdownDescription"] {
        schema[keyword] = schema["properties"]["spec"]["description"].clone();
    }
    schema["properties"]["kind"] = json!({
        "description": "What is declared.",
        "type": "string",
        "const": kind.as_str()
    });
    schema
}

/// Chooses the schema of a kind by the value of `kind`.
fn any_kind(schemas: &[(Kind, Value)]) -> Value {
    let names: Vec<&str> = schemas.iter().map(|(kind, _)| kind.as_str()).collect();
    let descriptions: Vec<&Value> = schemas.iter().map(|(_, schema)| &schema["description"]).collect();
    let branches: Vec<Value> = schemas
        .iter()
        .map(|(kind, _)| {
            json!({
                "if": { "required": ["kind"], "properties": { "kind": { "const": kind.as_str() } } },
                "then": { "$ref": file_name(*kind) }
            })
        })
        .collect();
    json!({
        "$schema": DRAFT,
        "title": "Declaration",
        "description": "Any declaration of Pavior; `kind` says which.",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": schemas[0].1["properties"]["apiVersion"],
            "kind": {
                "description": "What is declared.",
                "type": "string",
                "enum": names,
                "enumDescriptions": descriptions
            }
        },
        "allOf": branches
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_description_and_a_type_that_is_not_null() {
        fn visit(schema: &Value, at: &str) {
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                let at = format!("{at}.{name}");
                assert!(field["description"].as_str().is_some_and(|text| text.len() > 3), "{at} has no description");
                assert!(!field["type"].is_null(), "{at} has no type: {field}");
                visit(field, &at);
            }
            for keyword in ["additionalProperties", "items"].into_iter().filter(|keyword| !schema[*keyword].is_null()) {
                assert_ne!(schema[keyword], json!(true), "{at} lets anything in");
                visit(&schema[keyword], &format!("{at}.*"));
            }
            if schema["type"] == "object" {
                assert!(!schema["additionalProperties"].is_null(), "{at} is open");
            }
        }
        for kind in Kind::ALL {
            let schema = schema(kind);
            visit(&schema, kind.as_str());
            let text = schema.to_string();
            for absent in ["\"null\"", "$ref", "$id", "anyOf", "oneOf", "int32", "uint"] {
                assert!(!text.contains(absent), "the schema of {} holds {absent}", kind.as_str());
            }
        }
    }

    #[test]
    fn every_pattern_is_anchored_and_every_collection_bounded() {
        fn visit(schema: &Value, at: &str) {
            match schema {
                Value::Object(keywords) => {
                    if let Some(Value::String(pattern)) = keywords.get("pattern") {
                        assert!(pattern.starts_with('^'), "{at}: {pattern}");
                        let said = ["patternErrorMessage", "format"].iter().any(|key| keywords.contains_key(*key));
                        assert!(said, "{at}: nothing says {pattern} in words");
                    }
                    if keywords.get("type") == Some(&json!("array")) {
                        assert!(keywords.contains_key("maxItems"), "{at} is unbounded");
                    }
                    keywords.iter().for_each(|(key, value)| visit(value, &format!("{at}/{key}")));
                }
                Value::Array(items) => items.iter().for_each(|item| visit(item, at)),
                _ => {}
            }
        }
        Kind::ALL.into_iter().for_each(|kind| visit(&schema(kind), kind.as_str()));
    }

    #[test]
    fn an_editor_sees_defaults_choices_and_their_meaning() {
        let service = schema(Kind::Service);
        let tier = &service["properties"]["spec"]["properties"]["tier"];
        assert_eq!(tier["default"], "supporting");
        assert_eq!(tier["enum"], json!(["supporting", "important", "critical"]));
        assert_eq!(tier["enumDescriptions"][2], "The business stops.");
        let protection = &schema(Kind::Environment)["properties"]["spec"]["properties"]["protection"];
        assert_eq!(protection["properties"]["backupRetentionDays"]["default"], 30);
    }
}
