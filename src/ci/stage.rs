//! The first stage: a pull request judged where its author may have written everything but this program. Nothing is
//! written to GitHub; what is found is printed, and left behind as data for the second stage to compare.

use super::bot::{Bot, Occasion};
use super::judgement::Judgement;
use crate::forge::github::member;
use crate::forge::wording::another_artifact;
use crate::forge::words::{Pull, PullNumber, RunId};
use anyhow::{Result, bail};

/// What the first stage leaves.
#[derive(Debug, Clone)]
pub struct Judged {
    pub pull: Pull,
    pub judgement: Judgement,
}

/// The artifact, and the one file in it that is read.
pub const ARTIFACT: &str = "pavior-report";
pub const REPORT: &str = "report.json";

/// The largest artifact, packed and unpacked.
const MOST_BYTES: usize = 16 << 20;

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
        let left = self.left_behind(run).await.ok()??;
        let is_of_the_same = left.base == judgement.judged.base && left.head == judgement.judged.head;
        (is_of_the_same && left.json != judgement.json).then(another_artifact)
    }

    async fn left_behind(&self, run: RunId) -> Result<Option<Left>> {
        let artifacts = self.github.artifacts(run).await?;
        let Some(artifact) = artifacts.into_iter().find(|one| one.name == ARTIFACT && !one.expired) else {
            return Ok(None);
        };
        let archive = self.github.download_artifact(artifact.id, MOST_BYTES).await?;
        let json = String::from_utf8(member(&archive, REPORT, MOST_BYTES as u64)?)?;
        let Commits { base, head } = serde_json::from_str(&json)?;
        Ok(Some(Left { base, head, json }))
    }
}

/// A report as it was left behind, and what it claims to be about.
struct Left {
    base: String,
    head: String,
    json: String,
}

#[derive(serde::Deserialize)]
struct Commits {
    base: String,
    head: String,
}
