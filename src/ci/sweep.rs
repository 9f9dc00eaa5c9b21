//! What events missed: pull requests whose comment and check run do not speak of their head, or that wait for approvals.

use super::bot::{Bot, Did, Occasion};
use super::pull::Beside;
use crate::forge::check_run::NAME;
use crate::forge::digest::ReportDigest;
use crate::forge::words::{Conclusion, Pull};
use anyhow::Result;

impl Bot {
    pub(super) async fn sweep(&self, occasion: &Occasion) -> Result<Did> {
        let pulls = self.github.open_pulls().await?;
        let (count, mut did, mut found) = (pulls.len(), Did::default(), 0);
        for pull in pulls {
            let swept = match self.is_settled(&pull).await {
                Ok(true) => continue,
                Ok(false) => self.report(pull.number, &Beside::default(), occasion).await,
                Err(error) => Err(error),
            };
            found += 1;
            did = did.and_tried(pull.number, swept);
        }
        Ok(Did::said(format!("looked at open pull requests: {count}, to be judged: {found}")).and(did))
    }

    /// Whether a comment and a concluded check run speak of its head, and nobody is waited for.
    async fn is_settled(&self, pull: &Pull) -> Result<bool> {
        let head = &pull.head.commit;
        let marker = self.stands(pull.number).await?;
        let Some(marker) = marker.filter(|marker| marker.head == *head) else { return Ok(false) };
        let runs = self.github.check_runs(head, NAME).await?;
        let is_of_it = |digest: ReportDigest| digest == marker.digest;
        // An approval or its withdrawal may have been missed.
        let is_settled =
            |conclusion: Option<Conclusion>| !matches!(conclusion, None | Some(Conclusion::ActionRequired));
        Ok(runs
            .iter()
            .any(|run| is_settled(run.conclusion) && ReportDigest::parse(&run.external_id).is_some_and(is_of_it)))
    }
}
