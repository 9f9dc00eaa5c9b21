//! The bot: who it is on GitHub, where its commits are, and the occasion on which it acts.

use super::git::{Git, Remote, Wanted};
use super::judgement::{Against, Judgement, judge};
use super::preview::Previews;
use crate::forge::comment::Sequence;
use crate::forge::deployment::Record;
use crate::forge::event::Work;
use crate::forge::github::GitHub;
use crate::forge::wording;
use crate::forge::words::{CommitId, PullNumber};
use crate::model::Date;
use anyhow::{Context, Result};

/// Cheap to clone.
#[derive(Clone)]
pub struct Bot {
    pub github: GitHub,
    pub git: Git,
    /// None where this run reaches none.
    pub previews: Option<Previews>,
}

/// When and where it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// Which of two runs is the later.
    pub sequence: Sequence,
    /// Where people find the whole report.
    pub full_report: Option<String>,
    pub today: Date,
    /// What is known of deployments beside what stands on GitHub.
    pub records: Vec<Record>,
}

/// What came of it, for the log: one line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Did {
    pub lines: Vec<String>,
    /// Of several things those that could not be done, and why.
    pub failed: Vec<String>,
}

impl Did {
    pub fn said(line: impl Into<String>) -> Did {
        Did { lines: vec![line.into()], failed: Vec::new() }
    }

    pub fn failing(why: impl Into<String>) -> Did {
        Did { lines: Vec::new(), failed: vec![why.into()] }
    }

    pub fn and(mut self, other: Did) -> Did {
        self.lines.extend(other.lines);
        self.failed.extend(other.failed);
        self
    }

    /// Also what one of several came to: that it failed keeps nobody from the others.
    pub fn and_tried(self, pull: PullNumber, outcome: Result<Did>) -> Did {
        match outcome {
            Ok(did) => self.and(did),
            Err(error) => self.and(Did::failing(format!("#{pull}: {error:#}"))),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.failed.is_empty()
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
            Work::Nothing(why) => Ok(Did::said(wording::ignored(why))),
        }
    }

    /// Compiling takes all processors: not on a thread that others wait for.
    pub(super) async fn judge(
        &self,
        tip: &CommitId,
        head: &CommitId,
        against: Against,
        occasion: &Occasion,
    ) -> Result<Judgement> {
        let (folder, tip, head, today) = (self.git.folder.clone(), tip.clone(), head.clone(), occasion.today);
        let judging = tokio::task::spawn_blocking(move || judge(&folder, &tip, &head, against, today));
        judging.await.context("judging")?
    }

    pub(super) async fn bring(&self, wanted: Vec<Wanted>) -> Result<()> {
        // Asked for each time: an App's token lasts for an hour.
        let authorization = match &self.git.remote {
            Remote::GitHub(_) => Some(self.github.git_authorization().await?),
            Remote::Other(_) => None,
        };
        self.with_git(move |git| git.bring(&wanted, authorization.as_deref())).await
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
