//! Provisioned units become artifacts, and artifacts are read back before they are written. Emitters do
//! not see each other, but for `observability`, which watches what `kubernetes` makes.

mod artifact;
pub mod backstage;
pub mod codeowners;
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

/// What was written does not say what was meant, or cannot be written at all: a mistake of ours, never of a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    #[error(transparent)]
    Terraform(#[from] terraform::TerraformError),
    #[error(transparent)]
    Manifests(#[from] read_back::manifests::Mismatch),
}

/// All files of one unit, sorted by path.
pub fn emit(unit: &ProvisionedUnit<'_>) -> Result<Vec<Artifact>, EmitError> {
    let running = kubernetes::objects(unit);
    let mut artifacts = layout::files(kubernetes::FOLDER, &running);
    artifacts.extend(layout::files(observability::FOLDER, &observability::objects(unit, &running)));
    artifacts.extend(terraform::terraform(unit)?);
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}

/// All files that an environment itself needs, sorted by path.
pub fn emit_environment(facts: &EnvironmentFacts<'_>) -> Vec<Artifact> {
    kubernetes::environment_manifests(facts)
}

/// Reads a unit's files back: the set of objects and every field of them must be what was meant.
pub fn verify(unit: &ProvisionedUnit<'_>, artifacts: &[Artifact]) -> Result<(), EmitError> {
    let running = kubernetes::objects(unit);
    read_back::manifests::verify(kubernetes::FOLDER, artifacts, &running)?;
    read_back::manifests::verify(observability::FOLDER, artifacts, &observability::objects(unit, &running))?;
    Ok(terraform::verify(unit, artifacts)?)
}

/// The same for the files of an environment itself.
pub fn verify_environment(facts: &EnvironmentFacts<'_>, artifacts: &[Artifact]) -> Result<(), EmitError> {
    Ok(read_back::manifests::verify(kubernetes::FOLDER, artifacts, &kubernetes::environment_objects(facts))?)
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
