//! What runs somewhere, told by records in, what GitHub should show of it out. Where records come from is not known here.
//!
//! ```text
//! JSON lines -> Record ... + what stands on GitHub -> Call ... (plan), Shown ... (for the comment)
//! ```

mod lines;
mod plan;
mod record;
mod standing;
mod state;

pub use lines::{BadLine, MOST_BYTES, RecordsError, records};
pub use plan::{Call, plan};
pub use record::{Kind, Record, deployment_schema};
pub use standing::{Standing, task};
pub use state::{Shown, shown};
