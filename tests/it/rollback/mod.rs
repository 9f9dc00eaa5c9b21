//! `pavior rollback`, `quarantine` and `drift` by the real binary, real git and real Terraform, and what Terraform has to
//! withstand: `.ci/end_to_end.py --only "ways back"`.

#![allow(clippy::unwrap_used, reason = "what is set up for a test is there, or the test fails")]

mod by_hand;
mod drift;
mod engine;
mod platform;
mod threats;

use platform::{Platform, terraform};
