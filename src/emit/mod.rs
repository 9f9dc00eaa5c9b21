//! Provisioned units become artifacts, and every artifact is read back before it is given out. No emitter sees another.

mod artifact;
pub mod hcl;
pub mod kubernetes;
pub mod read_back;
pub mod terraform;
pub mod yaml;

pub use artifact::Artifact;

use crate::provision::{EnvironmentFacts, ProvisionedUnit};

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
    let mut artifacts = kubernetes::manifests(unit);
    read_back::manifests::verify(&artifacts, &kubernetes::objects(unit))?;
    artifacts.extend(terraform::terraform(unit)?);
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(artifacts)
}

/// All files that an environment itself needs, sorted by path.
pub fn emit_environment(facts: &EnvironmentFacts<'_>) -> Result<Vec<Artifact>, EmitError> {
    let artifacts = kubernetes::environment_manifests(facts);
    read_back::manifests::verify(&artifacts, &kubernetes::environment_objects(facts))?;
    Ok(artifacts)
}
