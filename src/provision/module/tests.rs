//! What a module may hold.

use super::check;
use crate::model::RepoPath;
use std::collections::BTreeMap;

fn said(text: &str) -> Vec<String> {
    let mut variables = BTreeMap::new();
    let path = RepoPath::literal("golden-paths/resources/x/aws/main.tf");
    let found = check::file(&path, text, &mut variables, true);
    found.into_iter().map(|f| format!("{}:{} {}", f.at.start.line, f.at.start.column, f.message)).collect()
}

#[test]
fn plain_modules_pass() {
    let text = r#"
terraform {
  required_version = ">= 1.11.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
variable "name" { type = string }
variable "tags" {
  type    = map(string)
  default = {}
}
data "aws_region" "current" {}
ephemeral "aws_secretsmanager_random_password" "this" {}
resource "terraform_data" "this" { input = var.name }
module "inner" { source = "./inner" }
moved {
  from = aws_s3_bucket.a
  to   = aws_s3_bucket.b
}
output "name" { value = "${var.name}-x" }
"#;
    assert_eq!(said(text), [""; 0]);
    let mut variables = BTreeMap::new();
    check::file(&RepoPath::literal("a.tf"), text, &mut variables, true);
    assert_eq!(variables, BTreeMap::from([("name".to_owned(), false), ("tags".to_owned(), true)]));
}

#[test]
fn what_runs_calls_or_reaches_out_is_refused_at_its_line() {
    for (text, place, part) in [
        ("resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {\n  }\n}", "2:3", "`provisioner`"),
        ("resource \"aws_instance\" \"a\" {\n  connection {\n  }\n}", "2:3", "`connection`"),
        ("data \"external\" \"a\" {}", "1:1", "external"),
        ("data \"http\" \"a\" {}", "1:1", "http"),
        ("check \"x\" {\n  data \"http\" \"a\" {}\n}", "2:3", "http"),
        ("data \"terraform_remote_state\" \"a\" {}", "1:1", "remote_state"),
        ("resource \"random_password\" \"a\" {}", "1:1", "hashicorp/random"),
        ("resource \"local_file\" \"a\" {}", "1:1", "hashicorp/local"),
        ("locals {\n  a = file(\"/etc/passwd\")\n}", "2:7", "`file`"),
        ("output \"a\" {\n  value = \"${upper(filebase64(var.x))}\"\n}", "2:20", "`filebase64`"),
        ("locals {\n  a = [for x in fileset(path.module, \"*\") : x]\n}", "2:17", "`fileset`"),
        ("terraform {\n  backend \"s3\" {}\n}", "2:3", "`backend`"),
        ("terraform {\n  cloud {}\n}", "2:3", "`backend`"),
        ("provider \"aws\" {\n  region = \"x\"\n}", "1:1", "configured `provider`"),
        ("module \"a\" {\n  source = \"git::https://x/y\"\n}", "1:1", "not `./...`"),
        ("module \"a\" {\n  source = \"./../../y\"\n}", "1:1", "not `./...`"),
        ("import {\n  to = a.b\n  id = \"x\"\n}", "1:1", "`import`"),
        ("removed {\n  from = a.b\n}", "1:1", "`removed`"),
        ("terraform {\n  required_providers {\n    x = { source = \"evil/x\" }\n  }\n}", "3:9", "evil/x"),
        ("resource \"a\" {", "1:14", "cannot be read"),
    ] {
        let found = said(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].starts_with(place), "{text}: {found:?}");
        assert!(found[0].contains(part), "{text}: {found:?}");
    }
}

#[test]
fn a_bomb_of_brackets_is_a_finding() {
    assert_eq!(said(&format!("a = {}", "[".repeat(100_000))).len(), 1);
}

#[test]
fn files_that_terraform_would_read_unseen_are_smuggled() {
    for name in [
        "override.tf",
        "main_override.tf",
        "x/main_override.tf.json",
        "terraform.tfvars",
        "a.auto.tfvars",
        "a.auto.tfvars.json",
        ".terraformrc",
        "main.tf.json",
        ".terraform/modules/x.tf",
        "terraform.tfstate",
    ] {
        assert!(check::is_smuggled(name), "{name}");
    }
    for name in ["main.tf", "README.md", "overrides.tf", "inner/variables.tf"] {
        assert!(!check::is_smuggled(name), "{name}");
    }
}
