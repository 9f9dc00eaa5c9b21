//! Answers keep their shapes, whatever is asked.

use super::*;
use crate::explain::{answer, choose, sample};
use crate::provenance::Provenance;
use crate::provision::UnitId;
use serde_json::Value;

fn valid(text: &str, schema: &Value) -> Value {
    let validator = jsonschema::validator_for(schema).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

#[test]
fn the_provenance_of_every_unit_is_valid_and_the_same_every_time() {
    let (units, again) = (sample::units(), sample::units());
    assert_eq!(units.len(), 4);
    for (unit, again) in units.iter().zip(&again) {
        let text = provenance_json(unit);
        assert_eq!(text, provenance_json(again));
        let value = valid(&text, &provenance_schema());
        assert_eq!(value["unit"], unit.unit.folder());
    }
}

#[test]
fn the_provenance_of_a_unit_keeps_its_shape() {
    let cart = sample::units().into_iter().find(|unit: &Provenance| unit.unit.folder() == "one/cart").unwrap();
    let text = provenance_json(&cart);
    let account = text.split("\n    \"").find(|part| part.starts_with("manifests/serviceaccount-cart.yaml")).unwrap();
    insta::assert_snapshot!(account.trim_end());
}

#[test]
fn every_field_is_found_in_the_file_by_its_path_or_that_of_every_item() {
    for unit in sample::units() {
        let file: Value = serde_json::from_str(&provenance_json(&unit)).unwrap();
        for path in unit.artifacts.keys() {
            let lines = file["artifacts"][path.as_str()].as_array().unwrap();
            for (field, origin) in unit.fields(path) {
                let (exact, every) = (field.to_string(), field.of_every_item());
                let has = |line: &&Value, path: &str| line["fields"].as_array().unwrap().iter().any(|one| one == path);
                let found: Vec<&Value> = lines.iter().filter(|line| has(line, &exact) || has(line, &every)).collect();
                assert_eq!(found.len(), 1, "{path} {exact}");
                assert_eq!(found[0]["at"].as_str(), origin.at.as_ref().map(told).as_deref(), "{path} {exact}");
            }
        }
    }
}

#[test]
fn every_answer_is_valid_against_its_schema() {
    let found = sample::units();
    let ids: Vec<UnitId> = found.iter().map(|unit| unit.unit.clone()).collect();
    for field in [None, Some("limits.memory"), Some("resources.limits"), Some("maxUnavailable")] {
        let chosen = choose("cart", &ids, &found).unwrap();
        let Ok(answers) = answer(&chosen, field) else { continue };
        let value = valid(&explain_json(&answers), &explain_schema());
        assert!(value["fields"].as_array().is_some_and(|fields| !fields.is_empty()), "{field:?}");
    }
}
