//! Terraform: the modules that realise a unit's own resources become a root module.
//!
//! In goes a provisioned unit, out come `terraform/main.tf`, `versions.tf`, `backend.tf` and a verbatim copy of each
//! module. Every file that is written here is read back before it is given out. Nothing in it depends on where the
//! compiler runs or writes.

mod backend;
mod module_calls;
mod root;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use super::Artifact;
use super::hcl::{self, Body, NotAnIdentifier};
use super::read_back::hcl::{HclMismatch, verify};
use crate::model::{PathError, RepoPath};
use crate::provision::{ModuleCall, ProvisionedUnit};
use std::collections::BTreeMap;

const HEADER: &str = "# Compiled by Pavior. Do not edit: change the declaration and compile again.\n\n";

/// Why a unit cannot be written as Terraform. None is a user's mistake: provisioning lets no such unit through, or the
/// writer is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TerraformError {
    #[error("module {module}: {reason}")]
    Name { module: String, reason: NotAnIdentifier },
    #[error("module {module}: {variable} is an argument of Terraform itself and cannot be a variable")]
    Reserved { module: String, variable: String },
    #[error("module file {path:?}: its path {reason}")]
    Path { path: String, reason: PathError },
    #[error("two modules of one unit are called {label}")]
    Label { label: String },
    #[error("two different modules would be copied to modules/{folder}")]
    Folder { folder: String },
    #[error(transparent)]
    Mismatch(#[from] HclMismatch),
}

/// The Terraform files of a unit, sorted by path; none for a unit that calls no module.
pub fn terraform(unit: &ProvisionedUnit<'_>) -> Result<Vec<Artifact>, TerraformError> {
    let calls: Vec<&ModuleCall> = unit
        .resources
        .iter()
        .filter(|resource| resource.own)
        .filter_map(|resource| resource.terraform.as_ref())
        .collect();
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let mut artifacts = vec![
        written("terraform/backend.tf", &backend::backend(unit))?,
        written("terraform/main.tf", &module_calls::module_calls(&calls)?)?,
        written("terraform/versions.tf", &root::versions(unit))?,
    ];
    artifacts.extend(copied(&calls)?);
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}

/// A file of ours, checked to say what was meant.
fn written(path: &str, body: &Body) -> Result<Artifact, TerraformError> {
    let path = RepoPath::literal(path);
    let text = HEADER.to_owned() + &hcl::write(body);
    verify(&path, body, &text)?;
    Ok(Artifact { path, text })
}

/// The files of every module that is called, each module once.
fn copied(calls: &[&ModuleCall]) -> Result<Vec<Artifact>, TerraformError> {
    let mut modules: BTreeMap<&str, &ModuleCall> = BTreeMap::new();
    for call in calls {
        match modules.insert(&call.folder, call) {
            Some(other) if other.files != call.files => {
                return Err(TerraformError::Folder { folder: call.folder.clone() });
            }
            _ => {}
        }
    }
    let files = modules.values().flat_map(|call| call.files.iter().map(move |(name, text)| (call, name, text)));
    files.map(|(call, name, text)| copy(&call.folder, name, text)).collect()
}

fn copy(folder: &str, name: &str, text: &str) -> Result<Artifact, TerraformError> {
    let path = format!("terraform/modules/{folder}/{name}");
    match RepoPath::parse(&path) {
        Ok(path) => Ok(Artifact { path, text: text.to_owned() }),
        Err(reason) => Err(TerraformError::Path { path, reason }),
    }
}
