//! A change that Pavior proposes: a branch with one commit, and a pull request for it. However often it is asked for, there
//! is one.

use super::bot::Bot;
use super::git::{Remote, Wanted};
use crate::edit::{Revert, Sick, revert};
use crate::forge::words::{CommitId, NewPull, PullNumber, PullState};
use crate::model::RepoPath;
use crate::revisions::load;
use anyhow::{Context, Result, ensure};

/// Branches of Pavior's own begin so. No other is ever written.
const OWN: &str = "pavior/";

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The branch that it is for.
    pub base: String,
    /// The commit of it that the texts were made of.
    pub at: CommitId,
    /// As they are to be read; None: the file goes.
    pub files: Vec<(RepoPath, Option<String>)>,
    pub branch: String,
    pub title: String,
    pub body: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposed {
    Opened(PullNumber),
    /// It was open already, and stays as it is.
    Open(PullNumber),
    /// It was closed or merged before, and was not opened again.
    Over(PullNumber),
    /// Nothing was written: this is a dry run.
    Noted,
}

impl Proposal {
    /// `at` is the commit of `base` that the revert was made on.
    pub fn of(revert: Revert, base: String, at: CommitId) -> Proposal {
        let Revert { files, branch, title, body } = revert;
        Proposal { base, at, files, branch, title, body }
    }
}

impl Bot {
    /// Where a branch stands, with its commit brought here.
    ///
    /// # Errors
    /// When there is no such branch, or GitHub or git do not answer.
    pub async fn tip(&self, branch: &str) -> Result<CommitId> {
        let tip = self.github.branch(branch).await?;
        let tip = tip.with_context(|| format!("{} has no branch {branch:?}", self.github.repository()))?;
        self.bring(vec![Wanted::Commit(tip.clone())]).await?;
        Ok(tip)
    }

    /// Opens the pull request that takes a unit's declaration back on the tip of a branch, once for all times.
    ///
    /// # Errors
    /// As [`Bot::propose`], and where it cannot be taken back by machine: the message says what to do by hand.
    pub async fn take_back(&self, sick: &Sick<'_>, base: &str) -> Result<Proposed> {
        let at = self.tip(base).await?;
        let healthy = CommitId::parse(sick.healthy).context("the last healthy commit is named by no full id")?;
        self.bring(vec![Wanted::Commit(healthy.clone())]).await?;
        let snapshot = |commit: &CommitId| anyhow::Ok(load(&self.git.folder, Some(commit.as_str()))?.snapshot);
        let revert = revert(sick, &snapshot(&at)?, &snapshot(&healthy)?)?;
        self.propose_once(&Proposal::of(revert, base.to_owned(), at)).await
    }

    /// Opens a pull request, unless one is open for the same branch. One that is over stands in nobody's way.
    ///
    /// # Errors
    /// When GitHub or git do not answer, or somebody else writes the same branch. What was written by then stands, and
    /// doing the same again is right.
    pub async fn propose(&self, proposal: &Proposal) -> Result<Proposed> {
        ensure!(proposal.branch.starts_with(OWN), "{} is no branch of Pavior's", proposal.branch);
        if let Some(open) = self.github.pull_between(&proposal.branch, &proposal.base).await? {
            return Ok(Proposed::Open(open));
        }
        let work = proposal.clone();
        let commit =
            self.with_git(move |git| git.commit_on(&work.at, &work.files, &format!("{}\n\n{}", work.title, work.body)));
        let commit = commit.await?;
        if !self.github.is_dry_run() {
            self.publish(&commit, &proposal.branch).await?;
        }
        let pull = NewPull {
            title: proposal.title.clone(),
            body: proposal.body.clone(),
            head: proposal.branch.clone(),
            base: proposal.base.clone(),
        };
        Ok(self.github.create_pull(&pull).await?.map_or(Proposed::Noted, Proposed::Opened))
    }

    /// The same, once for all times: what somebody closed or merged is not proposed again.
    ///
    /// # Errors
    /// As [`Bot::propose`].
    pub async fn propose_once(&self, proposal: &Proposal) -> Result<Proposed> {
        let pulls = self.github.pulls_from(self.github.repository(), &proposal.branch).await?;
        let over = pulls.iter().find(|pull| pull.base.name == proposal.base && pull.state != PullState::Open);
        match over {
            Some(over) if pulls.iter().all(|pull| pull.state != PullState::Open) => Ok(Proposed::Over(over.number)),
            _ => self.propose(proposal).await,
        }
    }

    async fn publish(&self, commit: &CommitId, branch: &str) -> Result<()> {
        let stands = self.github.branch(branch).await?;
        if stands.as_ref() == Some(commit) {
            return Ok(());
        }
        let authorization = match &self.git.remote {
            Remote::GitHub(_) => Some(self.github.git_authorization().await?),
            Remote::Other(_) => None,
        };
        let (commit, branch) = (commit.clone(), branch.to_owned());
        self.with_git(move |git| git.push(&commit, &branch, stands.as_ref(), authorization.as_deref())).await
    }
}
