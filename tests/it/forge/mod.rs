//! The bot against GitHub: against a fake that keeps state and can be made to stumble, and against GitHub's own
//! description of its API (`described`, run by `.ci/end_to_end.py`).

#![allow(clippy::unwrap_used, reason = "what is set up for a test is there, or the test fails")]

pub mod fake;

mod app;
mod artifacts;
mod described;
pub mod flow;
mod limits;
mod names;
mod people;
mod proposals;
mod pulls;
mod waiting;
mod writes;
