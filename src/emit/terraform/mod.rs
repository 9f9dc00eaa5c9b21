//! Terraform: the modules that realise a unit's own resources become a root module.
//!
//! In goes a provisioned unit, out come `terraform/main.tf`, `versions.tf`, `backend.tf` and a verbatim copy of each
//! module. [`verify`] reads them back, and is called before any of them reaches a disk. Nothing in them depends on where
//! the compiler runs or writes.

mod backend;
mod module_calls;
mod moved;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod versions;

use super::Artifact;
use super::hcl::{self, Body, NotAnIdentifier};
use super::read_back::{self, hcl::HclMismatch};
use crate::model::{PathError, RepoPath};
use crate::provision::{ModuleCall, ProvisionedUnit};
use serde_json::Value;
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
    #[error("{path} is not what was compiled")]
    Altered { path: RepoPath },
    #[error(transparent)]
    Mismatch(#[from] HclMismatch),
}

/// The Terraform files of a unit, sorted by path; none for a unit that calls no module.
pub fn terraform(unit: &ProvisionedUnit<'_>) -> Result<Vec<Artifact>, TerraformError> {
    let Root { written, copied } = root(unit)?;
    let written =
        written.into_iter().map(|(path, body)| Artifact { path, text: HEADER.to_owned() + &hcl::write(&body) });
    let mut artifacts: Vec<Artifact> = written.chain(copied).collect();
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}

/// What the files say that are written, not copied: blocks by kind and labels, and in them attributes.
pub fn trees(unit: &ProvisionedUnit<'_>) -> Result<Vec<(RepoPath, Value)>, TerraformError> {
    Ok(root(unit)?.written.into_iter().map(|(path, body)| (path, hcl::tree(&body))).collect())
}

/// Reads back what [`terraform`] gave for the unit: each file that we wrote says what was meant, each copy is verbatim,
/// and there is no other. `artifacts` may hold the unit's other files too.
pub fn verify(unit: &ProvisionedUnit<'_>, artifacts: &[Artifact]) -> Result<(), TerraformError> {
    let Root { written, copied } = root(unit)?;
    let ours = artifacts.iter().filter(|artifact| artifact.path.as_str().starts_with("terraform/"));
    let mut given: BTreeMap<&RepoPath, &str> = ours.map(|artifact| (&artifact.path, artifact.text.as_str())).collect();
    let altered = |path: &RepoPath| TerraformError::Altered { path: path.clone() };
    for (path, body) in &written {
        let text = given.remove(path).ok_or_else(|| altered(path))?;
        read_back::hcl::verify(path, body, text)?;
    }
    for copy in &copied {
        if given.remove(&copy.path) != Some(&copy.text) {
            return Err(altered(&copy.path));
        }
    }
    given.into_keys().next().map_or(Ok(()), |path| Err(altered(path)))
}

/// A root module before it is text.
#[derive(Default)]
struct Root {
    written: Vec<(RepoPath, Body)>,
    copied: Vec<Artifact>,
}

fn root(unit: &ProvisionedUnit<'_>) -> Result<Root, TerraformError> {
    let own = unit.resources.iter().filter(|resource| resource.own);
    let calls: Vec<&ModuleCall> = own.filter_map(|resource| resource.terraform.as_ref()).collect();
    if calls.is_empty() {
        return Ok(Root::default());
    }
    let mut written = vec![
        (RepoPath::literal("terraform/backend.tf"), backend::backend(unit)),
        (RepoPath::literal("terraform/main.tf"), module_calls::module_calls(&calls)?),
        (RepoPath::literal("terraform/versions.tf"), versions::versions(unit)),
    ];
    written.extend(moved::moved(unit, &calls)?.map(|body| (RepoPath::literal("terraform/moved.tf"), body)));
    Ok(Root { written, copied: copied(&calls)? })
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
