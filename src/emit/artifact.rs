//! Artifacts: the files that the compiler makes.

use crate::model::RepoPath;

/// One file, by its path below the unit's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    pub path: RepoPath,
    pub text: String,
}
