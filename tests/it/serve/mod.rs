//! The webhook server: its door in this process, and the real binary between GitHub's deliveries and GitHub's API.

#![allow(clippy::unwrap_used, reason = "what is set up for a test is there, or the test fails")]

mod client;
mod declaration;
mod deliveries;
mod harness;
mod lasting;
mod load;
mod process;
mod stopping;
