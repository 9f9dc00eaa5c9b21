//! `main.tf`: one `module` block per call.
//!
//! A module's label is part of the address of everything in its state, so it is the resource's name inside the unit,
//! which stays when the service is renamed.

use super::TerraformError;
use crate::emit::hcl::{Block, Body, Expression, Identifier, NotAnIdentifier};
use crate::provision::ModuleCall;
use std::collections::BTreeSet;

/// Arguments of a `module` block that Terraform reads itself.
const RESERVED: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "depends_on", "lifecycle", "locals"];

/// The calls in the order of the declaration.
pub(super) fn module_calls(calls: &[&ModuleCall]) -> Result<Body, TerraformError> {
    let mut labels = BTreeSet::new();
    calls.iter().try_fold(Body::new(), |body, call| {
        if labels.insert(&call.label) {
            Ok(body.block(module(call)?))
        } else {
            Err(TerraformError::Label { label: call.label.clone() })
        }
    })
}

fn module(call: &ModuleCall) -> Result<Block, TerraformError> {
    let misnamed = |reason: NotAnIdentifier| TerraformError::Name { module: call.label.clone(), reason };
    let label = Identifier::parse(&call.label).map_err(misnamed)?;
    let mut body = Body::new().attribute("source", format!("./modules/{}", call.folder));
    for (variable, value) in &call.variables {
        if RESERVED.contains(&variable.as_str()) {
            return Err(TerraformError::Reserved { module: call.label.clone(), variable: variable.clone() });
        }
        body = body.named(Identifier::parse(variable).map_err(misnamed)?, Expression::from(value));
    }
    Ok(Block::new("module", body).label(label))
}
