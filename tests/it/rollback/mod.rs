//! `pavior rollback`, `quarantine` and `drift` by the real binary, real git and real Terraform, and what Terraform has to
//! withstand. Without a `terraform` on the path they are skipped, and say so.

mod by_hand;
mod drift;
mod platform;
mod threats;

use platform::{Platform, terraform};
