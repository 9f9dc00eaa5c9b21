//! Two compilations are judged: what a change does to what is deployed, and what it costs. Pure.

pub mod cost;
pub mod diff;
