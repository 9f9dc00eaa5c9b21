//! What set a field: for people, for programs, and as the `provenance.json` of a unit.

mod file;
mod human;
mod json;
#[cfg(test)]
mod tests;

pub use file::{provenance_json, provenance_schema};
pub use human::explain_human;
pub use json::{explain_json, explain_schema};

use crate::model::Location;
use crate::provenance::By;

/// `catalog/cart.yaml:31:37`, or the file alone where it is meant as a whole.
fn told(at: &Location) -> String {
    match at.span {
        Some(_) => format!("{}:{}:{}", at.path, at.start.line, at.start.column),
        None => at.path.to_string(),
    }
}

/// Who speaks there, as the beginning of a sentence.
fn speaker(by: By) -> &'static str {
    match by {
        By::Declaration => "a declaration",
        By::Environment => "the environment",
        By::Platform => "the platform",
        By::Provisioner => "the resource type",
        By::GoldenPath => "a golden path",
        By::Default => "a default",
    }
}
