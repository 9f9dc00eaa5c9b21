//! Work on several pull requests in, the same as work on one each out: so that a server can see to it that no pull
//! request is worked on twice at a time.

use super::bot::Bot;
use crate::forge::event::{Subject, Work};
use crate::forge::words::{Pull, PullState};
use anyhow::Result;

impl Bot {
    /// None where the work is on one thing already. Of a sweep every open pull request, settled or not: whatever was
    /// missed of it is found.
    ///
    /// # Errors
    /// When GitHub does not say which pull requests are meant.
    pub async fn spread(&self, work: &Work) -> Result<Option<Vec<Work>>> {
        let one = |pull: &Pull| Subject::Pull(pull.number);
        Ok(match work {
            Work::Sweep => Some(self.github.open_pulls().await?.iter().map(|pull| report(one(pull))).collect()),
            Work::Apply { commit, .. } => {
                let pulls = self.github.pulls_of(commit).await?;
                let merged = pulls.iter().filter(|pull| pull.state == PullState::Merged);
                Some(merged.map(|pull| report(one(pull))).collect())
            }
            Work::Report { of: of @ Subject::Head { .. }, run } => {
                let pulls = self.pulls(of).await?;
                Some(pulls.iter().map(|pull| Work::Report { of: one(pull), run: *run }).collect())
            }
            Work::Button { check_run, identifier, of: of @ Subject::Head { .. }, by } => {
                let press = |pull: &Pull| Work::Button {
                    check_run: *check_run,
                    identifier: identifier.clone(),
                    of: one(pull),
                    by: by.clone(),
                };
                Some(self.pulls(of).await?.iter().map(press).collect())
            }
            Work::Report { of: Subject::Pull(_), .. }
            | Work::Button { of: Subject::Pull(_), .. }
            | Work::Command { .. }
            | Work::MergeGroup(_)
            | Work::Judge(_)
            | Work::Nothing(_) => None,
        })
    }
}

fn report(of: Subject) -> Work {
    Work::Report { of, run: None }
}
