//! One report value, many renderers.

use crate::model::{Finding, RepoPath};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a check found, with the texts it points into.
#[derive(Debug, Clone)]
pub struct Report {
    /// Sorted.
    pub findings: Vec<Finding>,
    pub sources: BTreeMap<RepoPath, Arc<str>>,
    /// How many files were read.
    pub files: usize,
}
