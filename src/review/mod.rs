//! Two compilations are judged: what a change does to what is deployed. Pure.

pub mod diff;
