//! Which pull requests an event is about.

use crate::forge::words::{CommitId, Pull, PullNumber, Repository};

/// One by its number, or all that have a commit for their head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Pull(PullNumber),
    Head {
        commit: CommitId,
        /// Where it was pushed to. None where nobody said, and then any repository will do.
        repository: Option<Repository>,
        branch: Option<String>,
    },
}

impl Subject {
    /// Whether a pull request, as the API has it now, is meant.
    pub fn is(&self, pull: &Pull) -> bool {
        match self {
            Subject::Pull(number) => pull.number == *number,
            Subject::Head { commit, repository, branch } => {
                pull.head.commit == *commit
                    && repository.as_ref().is_none_or(|one| pull.head.repository.as_ref() == Some(one))
                    && branch.as_ref().is_none_or(|one| pull.head.name == *one)
            }
        }
    }
}
