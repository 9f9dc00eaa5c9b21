//! `backend.tf`: where a unit keeps its state. Each unit has a state and a lock of its own.

use crate::emit::hcl::{Block, Body, Identifier};
use crate::model::kinds::environment::{GcsBackend, S3Backend};
use crate::provision::ProvisionedUnit;

pub(super) fn backend(unit: &ProvisionedUnit<'_>) -> Body {
    let settings = &unit.environment.spec.terraform.backend;
    let folder = format!("{}/{}", unit.environment.organisation, unit.state_folder());
    let backend = match (&settings.s3, &settings.gcs) {
        (Some(bucket), _) => s3(bucket, &folder),
        (None, Some(bucket)) => gcs(bucket, folder),
        (None, None) => local(),
    };
    Body::new().block(Block::new("terraform", Body::new().block(backend)))
}

fn s3(settings: &S3Backend, folder: &str) -> Block {
    let body = Body::new()
        .attribute("bucket", settings.bucket.as_str())
        .attribute("key", format!("{folder}/terraform.tfstate"))
        .attribute("region", settings.region.as_str())
        .attribute("encrypt", true)
        .attribute("use_lockfile", true)
        .optional("kms_key_id", settings.kms_key.as_deref());
    Block::new("backend", body).label(Identifier::literal("s3"))
}

fn gcs(settings: &GcsBackend, folder: String) -> Block {
    let body = Body::new().attribute("bucket", settings.bucket.as_str()).attribute("prefix", folder);
    Block::new("backend", body).label(Identifier::literal("gcs"))
}

/// The path is left open. State outlives what is compiled, so it must not lie in the folder that the next compile
/// replaces, and a path of this machine must not get into the output. Whoever applies says where:
/// `terraform init -backend-config=path=<state folder>/<unit>/terraform.tfstate`, the unit under its former name while
/// `renamedFrom` stands.
fn local() -> Block {
    Block::new("backend", Body::new()).label(Identifier::literal("local"))
}
