//! What was written is read again by readers that share no code with the writers, and compared with what was meant.

pub mod hcl;
pub mod manifests;
mod yaml_reader;
mod yaml_scalar;

pub use yaml_reader::{Unreadable, read_yaml};
