//! Two compilations are judged: what a change does to what is deployed, what that costs, takes, opens and cannot undo,
//! who has to approve, and what the organisation's policies say. Pure.

pub mod access;
pub mod base;
pub mod capacity;
pub mod cost;
pub mod diff;
mod direction;
mod param_place;
pub mod policy;
pub mod preflight;
mod refusal;
mod rename_hint;
pub mod reversibility;
pub mod rules;
pub mod upheaval;
pub mod verdict;
pub mod waivers;
