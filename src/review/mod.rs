//! Two compilations are judged: what a change does to what is deployed, what that costs, takes, opens and cannot undo,
//! and who has to approve. Pure.

pub mod access;
pub mod capacity;
pub mod cost;
pub mod diff;
pub mod preflight;
pub mod reversibility;
pub mod rules;
pub mod verdict;
