//! Two compilations are judged: what a change does to what is deployed, what that costs, takes, opens and cannot undo,
//! who has to approve, and what the organisation's policies say. Pure.

pub mod access;
pub mod base;
pub mod capacity;
pub mod cost;
pub mod declared;
pub mod diff;
pub mod effect;
pub mod platform;
pub mod policy;
pub mod preflight;
pub mod requests;
pub mod reversibility;
pub mod rules;
pub mod sides;
pub mod verdict;
pub mod waivers;
