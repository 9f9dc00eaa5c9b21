//! A unit's manifests are brought into a cluster by `kubectl`, and watched until they are well.
//!
//! ```text
//! artifacts -> Objects in waves -> inventory -> server-side apply -> health gate; what git deleted -> pruned
//! ```
//!
//! What decides is a function of values; `Cluster` is the edge. An object is ours if an annotation says so, and it is
//! deleted only if the inventory names it besides.

mod apply;
mod drift;
mod engine;
mod error;
pub mod health;
mod inventory;
mod kubectl;
mod object;
mod previews;
mod prune;
mod scale;
mod sleep;
mod trouble;

pub use apply::Applied;
pub use drift::Drift;
pub use error::{ApplyError, Foreign, Refused, Why};
pub use health::{Gate, Health};
pub use inventory::{Inventory, Owner};
pub use kubectl::Cluster;
pub use object::{Id, Object, Objects, Wave};
pub use previews::{Found, Mark};
pub use prune::{Allowed, Confirmation, Kept, Prunable, Pruned};
pub use trouble::Conflict;
