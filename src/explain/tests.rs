//! Questions about a small repository.

use super::sample::units;
use super::*;
use crate::provenance::By;

/// `unit artifact field`, or what is unclear.
fn asked(what: &str, field: Option<&str>) -> Result<Vec<String>, String> {
    let found = units();
    let ids: Vec<UnitId> = found.iter().map(|one| one.unit.clone()).collect();
    let answers = choose(what, &ids, &found).and_then(|artifacts| {
        let answers = answer(&artifacts, field)?;
        let mut told = Vec::new();
        for answer in answers {
            let start = format!("{} {}", answer.unit, answer.artifact.file_name());
            told.extend(answer.fields.iter().map(|field| format!("{start} {}={}", field.path, field.value)));
        }
        Ok(told)
    });
    answers.map_err(|unclear| unclear.to_string())
}

const MEMORY: &str = "deployment-cart.yaml spec.template.spec.containers[main].resources.limits.memory=\"1Gi\"";

#[test]
fn an_artifact_is_named_with_the_output_folder_or_without() {
    for folder in ["", "out/", "./", "/tmp/x/out/"] {
        let path = format!("{folder}one/cart/manifests/deployment-cart.yaml");
        assert_eq!(asked(&path, Some("limits.memory")), Ok(vec![format!("one/cart {MEMORY}")]));
    }
}

#[test]
fn a_service_is_meant_in_all_its_environments() {
    let both = vec![format!("one/cart {MEMORY}"), format!("two/cart {MEMORY}")];
    assert_eq!(asked("cart", Some("containers.main.resources.limits.memory")), Ok(both));
    assert_eq!(asked("two/cart", Some("limits.memory")), Ok(vec![format!("two/cart {MEMORY}")]));
}

#[test]
fn what_may_be_several_fields_lists_them() {
    let unclear = asked("one/cart", Some("memory")).unwrap_err();
    assert!(unclear.starts_with("`memory` may be any of 2 fields"), "{unclear}");
    assert!(unclear.contains("manifests/deployment-cart.yaml spec.template"), "{unclear}");
}

#[test]
fn a_slip_is_answered_with_what_was_meant() {
    assert!(asked("carts", None).unwrap_err().ends_with("did you mean `cart`?"));
    assert!(asked("one/carts", None).unwrap_err().ends_with("did you mean `one/cart`?"));
    let file = asked("one/cart/manifests/deployment-carts.yaml", None).unwrap_err();
    assert!(file.ends_with("did you mean `one/cart/manifests/deployment-cart.yaml`?"), "{file}");
    let field = asked("one/cart", Some("limits.memoy")).unwrap_err();
    assert_eq!(field, "there is no field `limits.memoy`; did you mean `limits.memory`?");
}

#[test]
fn a_branch_is_answered_by_all_fields_below_it() {
    let fields = asked("one/cart/manifests/deployment-cart.yaml", Some("resources.limits")).unwrap();
    assert_eq!(fields.len(), 2, "{fields:?}");
}

#[test]
fn an_origin_is_found_by_unit_artifact_and_field() {
    let units = units();
    let path = crate::model::RepoPath::literal("manifests/deployment-cart.yaml");
    let origin = |field: &str| units.iter().find(|one| one.unit.folder() == "one/cart").unwrap().origin(&path, field);
    let memory = origin("spec.template.spec.containers[main].resources.limits.memory").unwrap();
    assert_eq!((memory.by, memory.route.as_str()), (By::Declaration, "spec.containers.main.resources.limits.memory"));
    let replicas = origin("spec.replicas").unwrap();
    assert_eq!((replicas.by, replicas.setting.as_ref().unwrap().route.as_str()), (By::Default, "spec.scaling.min"));
    assert_eq!(origin("spec.template.spec.containers"), None, "several lines set it");
    assert_eq!(origin("spec.nothing"), None);
}
