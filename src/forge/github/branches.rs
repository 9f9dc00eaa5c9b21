//! Where a branch stands.

use super::GitHub;
use super::call::Call;
use super::error::GitHubError;
use super::wire::commit;
use crate::forge::words::CommitId;
use serde::Deserialize;

#[derive(Deserialize)]
struct WireReference {
    object: WireObject,
}

#[derive(Deserialize)]
struct WireObject {
    sha: String,
}

impl GitHub {
    /// The commit at its tip, if there is such a branch.
    pub async fn branch(&self, name: &str) -> Result<Option<CommitId>, GitHubError> {
        if !can_be_a_branch(name) {
            return Ok(None);
        }
        let path = self.path(&["git", "ref", &format!("heads/{name}")]);
        let call = Call::get(path.clone());
        let reference: Option<WireReference> = self.find(path).await?;
        reference.map(|reference| commit(&reference.object.sha, &call)).transpose()
    }
}

/// Git allows no part of a branch to begin with a dot or to be empty: such a name might lead elsewhere in the API.
fn can_be_a_branch(name: &str) -> bool {
    name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a44_a_branch_that_git_does_not_allow_is_never_asked_for() {
        for name in ["", "/", "a//b", "../../user", "a/..", "a/.b", "."] {
            assert!(!can_be_a_branch(name), "{name}");
        }
        for name in ["main", "feature/a", "$(id)", "-oProxyCommand=x", "a\";b"] {
            assert!(can_be_a_branch(name), "{name}");
        }
    }
}
