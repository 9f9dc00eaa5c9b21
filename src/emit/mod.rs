//! Provisioned units become artifacts, and artifacts are read back before they are written. Emitters do
//! not see each other, but for `observability`, which watches what `kubernetes` makes.

mod artifact;
pub mod backstage;
pub mod codeowners;
pub mod engines;
pub mod hcl;
pub mod kubernetes;
pub mod observability;
pub mod read_back;
pub mod terraform;
pub mod yaml;

pub use artifact::Artifact;

use kubernetes::layout;

use crate::link::Catalog;
use crate::model::Findings;
use crate::provision::{EnvironmentFacts, ProvisionedUnit};
use crate::query::Register;
use crate::read::Documents;
use yaml::Tree;

/// What was written does not say what was meant, or cannot be written at all: a mistake of ours, never of a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    #[error(transparent)]
    Terraform(#[from] terraform::TerraformError),
    #[error(transparent)]
    Manifests(#[from] read_back::manifests::Mismatch),
}

/// What is brought into a cluster, as it is meant: made once for all who write it, judge it or say where it is from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects {
    pub running: Vec<Tree>,
    /// What watches those that run.
    pub watching: Vec<Tree>,
}

impl Objects {
    pub fn of_unit(unit: &ProvisionedUnit<'_>) -> Objects {
        let running = kubernetes::objects(unit);
        let watching = observability::objects(unit, &running);
        Objects { running, watching }
    }

    pub fn of_environment(facts: &EnvironmentFacts<'_>) -> Objects {
        Objects { running: kubernetes::environment_objects(facts), watching: Vec::new() }
    }
}

/// All files of one unit with these objects, sorted by path.
pub fn emit(unit: &ProvisionedUnit<'_>, objects: &Objects) -> Result<Vec<Artifact>, EmitError> {
    let mut artifacts = emit_objects(objects);
    artifacts.extend(terraform::terraform(unit)?);
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}

/// The files of objects, sorted by path: all that an environment itself needs.
pub fn emit_objects(objects: &Objects) -> Vec<Artifact> {
    let mut artifacts = layout::files(kubernetes::FOLDER, &objects.running);
    artifacts.extend(layout::files(observability::FOLDER, &objects.watching));
    artifacts
}

/// Reads a unit's files back: the set of objects and every field of them must be what was meant.
pub fn verify(unit: &ProvisionedUnit<'_>, objects: &Objects, artifacts: &[Artifact]) -> Result<(), EmitError> {
    verify_objects(objects, artifacts)?;
    Ok(terraform::verify(unit, artifacts)?)
}

/// The same for the files of objects.
pub fn verify_objects(objects: &Objects, artifacts: &[Artifact]) -> Result<(), EmitError> {
    read_back::manifests::verify(kubernetes::FOLDER, artifacts, &objects.running)?;
    Ok(read_back::manifests::verify(observability::FOLDER, artifacts, &objects.watching)?)
}

/// The files that are of no unit but of the whole repository: its Backstage entities and CODEOWNERS, sorted by path.
pub fn emit_catalog(
    documents: &Documents,
    catalog: &Catalog<'_>,
    findings: &mut Findings,
) -> Result<Vec<Artifact>, EmitError> {
    let mut artifacts = backstage::artifacts(&Register::of(documents, catalog), catalog)?;
    artifacts.extend(codeowners::codeowners(documents, catalog, findings));
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}
