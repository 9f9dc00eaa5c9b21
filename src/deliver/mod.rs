//! What is merged becomes what runs: which units are affected, what Terraform would do to them, and whether that is what
//! was announced. Real engines, at the edge.

pub mod account;
mod affected;
mod announced;
mod asked;
mod attributes;
mod by_hand;
mod direct;
pub mod drift;
mod drive;
mod fail_point;
mod handover;
mod journal;
pub mod kubernetes;
pub mod machine;
pub mod mandate;
mod plan;
pub mod preview;
pub mod engine_status;
pub mod follow;
pub mod publish;
pub mod published;
pub mod plan_json;
pub mod process;
pub mod provider_lock;
mod revision;
mod shard;
pub mod terraform;
mod told;

pub use affected::{Affected, affected, unit_name};
pub use announced::{Announced, Surplus, Told};
pub use asked::secrets_asked;
pub use by_hand::{Foreseen, WayBack};
pub use direct::{Direct, Given, Patience};
pub use drive::{Prospect, Sick, Spectator, Work, drive};
pub use handover::{engine_of, is_done};
pub use journal::{Journal, now};
pub use plan::{Compiled, Ends, Plannable, TerraformPlan, UnitPlan, affected_of, by_name, commits, plan};
pub use revision::{Delivered, Revision, Setting};
pub use shard::Shard;
pub use told::told;
