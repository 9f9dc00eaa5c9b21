//! Previews where they run: what is to be done to one is claimed in the ledger, done in a cluster and by Terraform, and
//! written down.
//!
//! ```text
//! ledger + Facts -> settle -> carry_out: claim under a lease -> Cluster (Ground: Terraform, kubectl) -> close
//!                                         the lease is extended for as long as that takes
//! ```

mod carry;
mod ground;
mod settle;
mod shown;
mod site;

pub use carry::{Carried, Claimed, Cluster, LEASE, carry_out};
pub use ground::{Compile, Ground};
pub use settle::{Order, Settled, settle};
pub use shown::{Proposed, propose, shown};
pub use site::{Around, Site};
