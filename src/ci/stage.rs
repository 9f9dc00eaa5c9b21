//! The first stage: a pull request judged where its author may have written everything but this program. Nothing is
//! written to GitHub; what is found is printed, and left behind as data for the second stage to compare.

use super::bot::{Bot, Occasion};
use super::judgement::Judgement;
use crate::forge::artifact::{Artifact, MOST_BYTES, compared};
use crate::forge::github::{GitHubError, member};
use crate::forge::wording::another_artifact;
use crate::forge::words::{Pull, PullNumber, RunId};
use anyhow::{Result, bail};

/// What the first stage leaves.
#[derive(Debug, Clone)]
pub struct Judged {
    pub pull: Pull,
    pub judgement: Judgement,
}

/// The file that the first stage leaves, and the name of the artifact that it becomes.
pub const REPORT: &str = "pavior-report.json";

impl Bot {
    /// # Errors
    /// When there is no such pull request, or it cannot be judged.
    pub async fn judge_only(&self, number: PullNumber, occasion: &Occasion) -> Result<Judged> {
        let Some(pull) = self.github.pull(number).await? else { bail!("#{number} is not there") };
        let judgement = self.judge_pull(&pull, occasion).await?;
        Ok(Judged { pull, judgement })
    }
}

impl Bot {
    /// What has to be said where the first stage left another report of the same commits than this one. Its author can
    /// have written it: it is read as data, decides nothing, and is nowhere repeated.
    pub(super) async fn compared_with_first_stage(&self, run: RunId, judgement: &Judgement) -> Option<String> {
        // What cannot be had, be it gone, cancelled or hidden, says nothing of this judgement.
        let left = self.left_behind(run).await.ok()??;
        match compared(&left, &judgement.json) {
            Artifact::Same | Artifact::OfOtherCommits => None,
            Artifact::Different | Artifact::NoReport => Some(another_artifact()),
        }
    }

    async fn left_behind(&self, run: RunId) -> Result<Option<Vec<u8>>> {
        let artifacts = self.github.artifacts(run).await?;
        let Some(artifact) = artifacts.into_iter().find(|one| one.name == REPORT && !one.expired) else {
            return Ok(None);
        };
        let stored = match self.github.download_artifact(artifact.id, MOST_BYTES).await {
            // No report is so large: this is none.
            Err(GitHubError::TooMany { .. }) => return Ok(Some(Vec::new())),
            stored => stored?,
        };
        // Older servers pack what is uploaded, whatever they are told.
        match stored.starts_with(b"PK") {
            true => Ok(Some(member(&stored, REPORT, MOST_BYTES as u64).unwrap_or_default())),
            false => Ok(Some(stored)),
        }
    }
}
