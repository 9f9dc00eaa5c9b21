//! The bot: who it is on GitHub, where its commits are, and the occasion on which it acts.

use super::git::Git;
use super::judgement::{Against, Judgement, judge};
use crate::forge::comment::Sequence;
use crate::forge::event::Work;
use crate::forge::github::GitHub;
use crate::forge::words::{CommitId, PullNumber};
use crate::model::Date;
use anyhow::{Context, Result};

/// Cheap to clone.
#[derive(Clone)]
pub struct Bot {
    pub github: GitHub,
    pub git: Git,
}

/// When and where it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// Which of two runs is the later.
    pub sequence: Sequence,
    /// Where people find the whole report.
    pub full_report: Option<String>,
    pub today: Date,
}

/// What came of it, for the log: one line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Did(pub Vec<String>);

impl Did {
    pub fn said(line: impl Into<String>) -> Did {
        Did(vec![line.into()])
    }

    pub fn and(mut self, other: Did) -> Did {
        self.0.extend(other.0);
        self
    }
}

impl Bot {
    /// Does what is to be done.
    ///
    /// # Errors
    /// When GitHub or git do not answer, or what they answer cannot be used. What was written by then stands, and doing
    /// the same again is right.
    pub async fn act(&self, work: &Work, occasion: &Occasion) -> Result<Did> {
        match work {
            Work::Report { of, run } => self.report_all(of, *run, occasion).await,
            Work::MergeGroup(group) => self.judge_group(group, occasion).await,
            Work::Apply { commit, .. } => self.tell_merged(commit, occasion).await,
            Work::Command { pull, comment } => self.answer(*pull, *comment, occasion).await,
            Work::Button { identifier, of, by, .. } => self.press(identifier, of, by, occasion).await,
            Work::Sweep => self.sweep(occasion).await,
            Work::Judge(pull) => Ok(Did::said(only_judged(*pull))),
            Work::Nothing(why) => Ok(Did::said(format!("nothing to do: {why:?}"))),
        }
    }

    /// Compiling takes all processors: not on a thread that others wait for.
    pub(super) async fn judge(
        &self,
        base: &CommitId,
        head: &CommitId,
        against: Against,
        today: Date,
    ) -> Result<Judgement> {
        let (folder, base, head) = (self.git.folder.clone(), base.clone(), head.clone());
        let judging = tokio::task::spawn_blocking(move || judge(&folder, &base, &head, against, today));
        judging.await.context("judging")?
    }

    pub(super) async fn with_git<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Git) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let git = self.git.clone();
        tokio::task::spawn_blocking(move || work(&git)).await.context("running git")?
    }
}

fn only_judged(pull: PullNumber) -> String {
    format!("#{pull} is judged by the job of its own workflow, which writes nothing here")
}
