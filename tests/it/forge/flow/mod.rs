//! `pavior ci` as it runs in Actions: the real binary, a real git repository with branches, an event in a file, and a
//! GitHub that keeps state.

pub mod applying;
pub mod events;
pub mod scene;

mod approvals;
mod asked;
mod closed;
mod commands;
mod comment;
mod deployments;
mod engines;
mod first_stage;
mod hostile;
mod limits;
mod merge_group;
mod merged;
mod previews;
mod race;
mod second_stage;
mod sweep;
mod trouble;
