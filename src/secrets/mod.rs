//! Secrets as people ask for them: which service needs which keys where and why, who let it, until when, where each value
//! belongs, and the command by which its owner puts it there. Declarations, units and records in, answers out; no value of
//! a secret ever comes in.
//!
//! ```text
//! SecretRequests, ProvisionedUnits -> Place of each key -> Register, with what the ledger knows -> Fault
//! ```

mod audit;
mod place;
mod put;
mod register;

pub use audit::{Fault, Found, audit, due};
pub use place::{Place, Planned, planned};
pub use put::{command, last_changed};
pub use register::{Carried, Key, Request, Standing, Written, carried, register};
