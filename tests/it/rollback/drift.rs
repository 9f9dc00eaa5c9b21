//! What is changed behind Terraform's back is told by unit, resource and attribute; what is merged and not applied is no drift.

use super::{Platform, terraform};
use serde_json::Value;
use std::fs;

#[test]
#[ignore = "it needs terraform: .ci/end_to_end.py runs it where that is there"]
fn what_was_changed_outside_is_told_and_a_merge_is_none_of_it() {
    let terraform = terraform();
    let platform = Platform::new(&terraform);
    platform.apply();
    let clean = platform.pavior(&["drift"]);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    assert!(
        clean.stdout.ends_with("2 units compared, 0 drifted\n") || clean.stdout.contains(", 0 drifted\n"),
        "{clean:?}"
    );

    platform.resize("small", "medium");
    let merged = platform.pavior(&["drift", "--unit", "cart"]);
    assert_eq!(merged.code, Some(0), "{merged:?}");
    assert!(merged.stdout.contains(" is merged, and not applied\n"), "{merged:?}");

    let before = platform.state();
    let edited = fs::read_to_string(platform.state_file()).unwrap().replace("256Mi", "hunter2");
    fs::write(platform.state_file(), &edited).unwrap();
    let drifted = platform.pavior(&["drift", "--format", "json", "--jobs", "2"]);
    assert_eq!(drifted.code, Some(1), "{drifted:?}");
    assert!(!drifted.stdout.contains("hunter2") && !drifted.stdout.contains("256Mi"), "{}", drifted.stdout);
    let report: Value = serde_json::from_str(&drifted.stdout).unwrap();
    let cart = report["units"].as_array().unwrap().iter().find(|one| one["unit"] == "cart").unwrap();
    assert_eq!((&report["drifted"], &cart["status"]), (&1.into(), &"drifted".into()));
    let row = &cart["drift"][0];
    assert_eq!(
        (&row["resource"], &row["is"], &row["attribute"]),
        (&"module.carts.terraform_data.this".into(), &"changed".into(), &"input.memory".into())
    );
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/drift.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&report), "{report:#}");
    assert_eq!(fs::read_to_string(platform.state_file()).unwrap(), edited, "it changes nothing");

    let mut gone = before;
    gone["resources"] = Value::Array(Vec::new());
    fs::write(platform.state_file(), gone.to_string()).unwrap();
    let missing = platform.pavior(&["drift", "--unit", "cart"]);
    assert!(missing.stdout.contains("  terraform module.carts.terraform_data.this is not there\n"), "{missing:?}");
    assert_eq!(missing.code, Some(1));
    fs::write(platform.state_file(), "not a state").unwrap();
    let broken = platform.pavior(&["drift", "--unit", "cart"]);
    assert_eq!(broken.code, Some(2), "{broken:?}");
    assert!(broken.stderr.contains("1 unit could not be compared"), "{broken:?}");
}
