//! Two compilations are judged: what a change does to what is deployed, and what the organisation's policies say. Pure.

pub mod diff;
pub mod policy;
pub mod waivers;
