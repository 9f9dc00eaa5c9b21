//! What events missed: pull requests whose comment does not speak of their head, or of today.

use super::bot::{Bot, Did, Occasion};
use super::pull::Beside;
use crate::forge::check_run::NAME;
use crate::forge::comment::Marker;
use crate::forge::digest::ReportDigest;
use crate::forge::words::Pull;
use anyhow::Result;

impl Bot {
    /// One that cannot be judged keeps nobody from the others; the first failure is told when all were looked at.
    pub(super) async fn sweep(&self, occasion: &Occasion) -> Result<Did> {
        let (mut did, mut failed) = (Did::default(), None);
        for pull in self.github.open_pulls().await? {
            let swept = match self.is_judged(&pull).await {
                Ok(true) => continue,
                Ok(false) => self.report(pull.number, &Beside::default(), occasion).await,
                Err(error) => Err(error),
            };
            match swept {
                Ok(more) => did = did.and(more),
                Err(error) => drop(failed.get_or_insert(error.context(format!("sweeping #{}", pull.number)))),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(did),
        }
    }

    /// Whether a comment and a concluded check run speak of its head.
    async fn is_judged(&self, pull: &Pull) -> Result<bool> {
        let head = &pull.head.commit;
        let (own, comments) = (self.github.actor().await?, self.github.comments(pull.number).await?);
        let ours = comments.iter().filter(|comment| comment.author.id == own.user);
        let marker = ours.filter_map(|comment| Marker::of(&comment.body)).find(|marker| marker.pull == pull.number);
        let Some(marker) = marker.filter(|marker| marker.head == *head) else { return Ok(false) };
        let runs = self.github.check_runs(head, NAME).await?;
        let is_of_it = |digest: ReportDigest| digest == marker.digest;
        Ok(runs
            .iter()
            .any(|run| run.conclusion.is_some() && ReportDigest::parse(&run.external_id).is_some_and(is_of_it)))
    }
}
