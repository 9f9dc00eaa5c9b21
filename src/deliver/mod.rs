//! What is merged becomes what runs: which units are affected, what Terraform would do to them, and whether that is what
//! was announced. Real engines, at the edge.

mod affected;
mod announced;
mod plan;
pub mod preview;
pub mod engine_status;
pub mod publish;
pub mod published;
pub mod plan_json;
pub mod terraform;

pub use affected::{Affected, affected, unit_name};
pub use announced::{Announced, Surplus, Told};
pub use plan::{Compiled, Ends, Plannable, TerraformPlan, UnitPlan, affected_of, by_name, commits, plan};
