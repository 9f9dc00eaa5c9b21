//! `moved.tf`: a unit whose module calls are labelled otherwise since it was renamed tells Terraform so.
//!
//! A service's modules are called as its resources are, which a rename leaves alone; a shared resource is called as its
//! unit. The block stays as long as `renamedFrom` does: Terraform passes over it once the state has followed.

use super::TerraformError;
use crate::emit::hcl::{Block, Body, Expression, Identifier};
use crate::provision::{ModuleCall, ProvisionedUnit, UnitKind};

/// None where every call has the label it always had.
pub(super) fn moved(unit: &ProvisionedUnit<'_>, calls: &[&ModuleCall]) -> Result<Option<Body>, TerraformError> {
    let is_renamed = unit.id.kind == UnitKind::SharedResource && unit.id.name != unit.identity;
    let renamed = calls.iter().filter(|call| is_renamed && call.label == unit.id.name.as_str());
    let mut body = Body::new();
    for call in renamed {
        let step = |label: &str| match Identifier::parse(label) {
            Ok(label) => Ok(Expression::Reference(vec![Identifier::literal("module"), label])),
            Err(reason) => Err(TerraformError::Name { module: call.label.clone(), reason }),
        };
        let addresses = Body::new().attribute("from", step(&unit.identity)?).attribute("to", step(&call.label)?);
        body = body.block(Block::new("moved", addresses));
    }
    Ok((!body.items.is_empty()).then_some(body))
}
