//! What a unit's resources become in Terraform.

use super::samples::{aws, call, gcp, local, resource, unit};
use super::{TerraformError, terraform, verify};
use crate::emit::Artifact;
use crate::model::RepoPath;
use crate::model::kinds::environment::Environment;
use crate::provision::ModuleCall;
use proptest::prelude::*;
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn compiled(environment: &Environment, calls: Vec<ModuleCall>) -> Result<Vec<Artifact>, TerraformError> {
    terraform(&unit(environment, calls.into_iter().map(resource).collect()))
}

fn text<'a>(artifacts: &'a [Artifact], path: &str) -> &'a str {
    let found = artifacts.iter().find(|artifact| artifact.path.as_str() == path);
    &found.unwrap_or_else(|| panic!("{path} is there")).text
}

fn carts() -> ModuleCall {
    call("carts", &[("name", json!("acme-main-cart-carts")), ("memory_gib", json!(3)), ("tags", json!({"a": "b"}))])
}

#[test]
fn a_unit_without_modules_has_no_terraform() {
    assert_eq!(compiled(&aws(), Vec::new()), Ok(Vec::new()));
    let aws = aws();
    let mut used = resource(carts());
    used.own = false;
    assert_eq!(terraform(&unit(&aws, vec![used])), Ok(Vec::new()));
}

#[test]
fn every_call_is_a_module_block_in_the_order_of_the_declaration() {
    let second = ModuleCall { folder: "topic-local".to_owned(), ..call("a", &[("name", json!("${x}"))]) };
    let artifacts = compiled(&local(), vec![carts(), second]).unwrap();
    insta::assert_snapshot!(text(&artifacts, "terraform/main.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    module "carts" {
      source     = "./modules/redis-local"
      name       = "acme-main-cart-carts"
      memory_gib = 3
      tags = {
        a = "b"
      }
    }

    module "a" {
      source = "./modules/topic-local"
      name   = "$${x}"
    }
    "#);
}

#[test]
fn an_aws_unit_is_bound_to_its_account_and_tagged() {
    let artifacts = compiled(&aws(), vec![carts()]).unwrap();
    insta::assert_snapshot!(text(&artifacts, "terraform/versions.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    terraform {
      required_version = ">= 1.11.0"

      required_providers {
        aws = {
          source  = "hashicorp/aws"
          version = "~> 5.100"
        }
      }
    }

    provider "aws" {
      region              = "eu-central-1"
      allowed_account_ids = ["123456789012"]

      default_tags {
        tags = {
          organisation = "acme"
          environment  = "main"
          unit         = "main/cart"
          owner        = "shopping"
          managed-by   = "pavior"
        }
      }
    }
    "#);
    insta::assert_snapshot!(text(&artifacts, "terraform/backend.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    terraform {
      backend "s3" {
        bucket       = "acme-state"
        key          = "acme/main/cart/terraform.tfstate"
        region       = "eu-west-1"
        encrypt      = true
        use_lockfile = true
        kms_key_id   = "alias/state"
      }
    }
    "#);
}

#[test]
fn a_gcp_unit_is_bound_to_its_project() {
    let artifacts = compiled(&gcp(), vec![carts()]).unwrap();
    insta::assert_snapshot!(text(&artifacts, "terraform/versions.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    terraform {
      required_version = ">= 1.11.0"

      required_providers {
        google = {
          source  = "hashicorp/google"
          version = "~> 6.0"
        }
      }
    }

    provider "google" {
      project = "acme-shop"
      region  = "europe-west3"
    }
    "#);
    insta::assert_snapshot!(text(&artifacts, "terraform/backend.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    terraform {
      backend "gcs" {
        bucket = "acme-state"
        prefix = "acme/main/cart"
      }
    }
    "#);
}

#[test]
fn a_local_unit_needs_no_provider_and_leaves_the_place_of_state_open() {
    let artifacts = compiled(&local(), vec![carts()]).unwrap();
    insta::assert_snapshot!(text(&artifacts, "terraform/versions.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    terraform {
      required_version = ">= 1.11.0"
    }
    "#);
    insta::assert_snapshot!(text(&artifacts, "terraform/backend.tf"), @r#"
    # Compiled by Pavior. Do not edit: change the declaration and compile again.

    terraform {
      backend "local" {}
    }
    "#);
}

#[test]
fn modules_are_copied_verbatim_and_files_are_sorted() {
    let call = carts();
    let artifacts = compiled(&local(), vec![call.clone(), ModuleCall { label: "other".to_owned(), ..call }]).unwrap();
    let paths: Vec<&str> = artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "terraform/backend.tf",
            "terraform/main.tf",
            "terraform/modules/redis-local/main.tf",
            "terraform/modules/redis-local/variables.tf",
            "terraform/versions.tf",
        ]
    );
    assert_eq!(text(&artifacts, "terraform/modules/redis-local/main.tf"), &*carts().files["main.tf"]);
}

#[test]
fn what_is_not_as_compiled_does_not_pass() {
    let local = local();
    let unit = unit(&local, vec![resource(carts())]);
    let artifacts = terraform(&unit).unwrap();
    assert_eq!(verify(&unit, &artifacts), Ok(()));
    for index in 0..artifacts.len() {
        let mut altered = artifacts.clone();
        altered[index].text.push_str("\nlocals {}\n");
        let path = artifacts[index].path.as_str();
        assert!(verify(&unit, &altered).unwrap_err().to_string().starts_with(path));
        altered.remove(index);
        assert!(verify(&unit, &altered).unwrap_err().to_string().starts_with(path));
    }
    let smuggled = Artifact { path: RepoPath::literal("terraform/main_override.tf"), text: String::new() };
    let with_smuggled = [artifacts, vec![smuggled]].concat();
    let error = verify(&unit, &with_smuggled).unwrap_err();
    assert_eq!(error.to_string(), "terraform/main_override.tf is not what was compiled");
}

#[test]
fn two_modules_never_share_a_folder() {
    let other = call("other", &[("name", json!("x"))]);
    let clash = TerraformError::Folder { folder: "redis-local".to_owned() };
    assert_eq!(compiled(&local(), vec![carts(), other]), Err(clash));
}

#[test]
fn names_that_terraform_would_read_as_something_else_are_refused() {
    let refused = |call: ModuleCall| compiled(&local(), vec![call]).unwrap_err().to_string();
    assert_eq!(
        refused(call("carts", &[("source", json!("git::https://evil.example"))])),
        "module carts: source is an argument of Terraform itself and cannot be a variable"
    );
    assert!(
        refused(call("carts", &[("a = 1\n}", json!(1))]))
            .starts_with("module carts: \"a = 1\\n}\" is no Terraform name")
    );
    assert!(refused(call("carts\" {}", &[])).contains("is no Terraform name"));
    let mut escaping = carts();
    escaping.files = Arc::new([("../../main.tf".to_owned(), Arc::from(""))].into());
    assert!(refused(escaping).ends_with("its path has an empty, `.` or `..` segment"));
    assert_eq!(compiled(&local(), vec![carts(), carts()]), Err(TerraformError::Label { label: "carts".to_owned() }));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_becomes_a_second_block(
        parts in prop::collection::vec(prop::sample::select(vec![
            "\"", "}", "{", "\n", "module \"x\" ", "provisioner \"local-exec\" {", "${", "%{", "\\", "$", "#", "*/", "<<E\n", "\u{2028}",
        ]), 0..12),
        key in any::<String>(),
    ) {
        let value = parts.concat();
        let mut tags = serde_json::Map::new();
        tags.insert(value.clone(), json!(key));
        tags.insert(key, json!([value]));
        let local = local();
        let unit = unit(&local, vec![resource(call("carts", &[("name", json!(value)), ("tags", tags.into())]))]);
        let artifacts = terraform(&unit).unwrap();
        prop_assert_eq!(verify(&unit, &artifacts), Ok(()));
        let read = hcl::parse(text(&artifacts, "terraform/main.tf")).unwrap();
        prop_assert_eq!(read.iter().count(), 1);
        let module = read.blocks().next().unwrap();
        prop_assert_eq!(module.identifier(), "module");
        prop_assert_eq!(module.body.iter().count(), 3);
        prop_assert_eq!(module.body.blocks().count(), 0);
    }
}

fn run(folder: &Path, arguments: &[&str]) -> bool {
    match Command::new("terraform").args(arguments).current_dir(folder).output() {
        Ok(output) => {
            let said = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).concat();
            assert!(output.status.success(), "terraform {arguments:?}\n{said}");
            true
        }
        Err(error) => {
            println!("skipped: terraform does not run here: {error}");
            false
        }
    }
}

#[test]
fn terraform_takes_a_local_unit_through_its_whole_life() {
    let hostile =
        call("carts", &[("name", json!("${file(\"/etc/passwd\")}\n}")), ("tags", json!({"%{if}": [null, -1.5]}))]);
    let folder = tempfile::tempdir().unwrap();
    for artifact in compiled(&local(), vec![hostile]).unwrap() {
        let path = folder.path().join(artifact.path.as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, artifact.text).unwrap();
    }
    let root = folder.path().join("terraform");
    let state = format!("-backend-config=path={}", folder.path().join("state/terraform.tfstate").display());
    if !run(&root, &["fmt", "-check", "-recursive", "-diff"]) {
        return;
    }
    run(&root, &["init", &state]);
    run(&root, &["validate"]);
    run(&root, &["apply", "-auto-approve"]);
    let written = std::fs::read_to_string(folder.path().join("state/terraform.tfstate")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(state["resources"][0]["module"], "module.carts");
    assert_eq!(state["resources"][0]["instances"][0]["attributes"]["input"]["value"], "${file(\"/etc/passwd\")}\n}");
}
