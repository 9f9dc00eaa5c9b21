//! What is known of a revision that compiled without an error: for each declaration where it stands, for each service
//! who calls it and what of it others can see. By this a later revision is compiled in part, without reading the rest.
//!
//! It is a text of sorted lines, looked up by halves: nothing is built from it, so that it costs nothing to have.

mod claims;
mod lines;
mod service;
mod table;

pub use claims::{Claims, claim};
pub use service::ServiceRow;
pub use table::{Details, Header, Named, Row, Table, Written};

/// At most so many environments: a set of them is a number.
pub const MAX_ENVIRONMENTS: usize = 64;

/// Environments by their place in [`Header::environments`], one bit each.
pub type Environments = u64;
