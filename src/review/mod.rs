//! Two compilations are judged: what a change does to what is deployed, what that costs, takes, opens and cannot undo,
//! who has to approve, and what the organisation's policies say. Pure.

pub mod access;
pub mod base;
pub mod capacity;
pub mod cost;
pub mod declared;
pub mod diff;
mod direction;
pub mod effect;
mod param_place;
pub mod platform;
pub mod policy;
pub mod preflight;
mod refusal;
mod rename_hint;
pub mod requests;
pub mod reversibility;
pub mod rules;
pub mod sides;
pub mod upheaval;
pub mod verdict;
pub mod waivers;
