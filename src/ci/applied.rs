//! What became of what was merged, said where people look: a check run on the commit, the end of each pull request's
//! comment, GitHub's deployments.

use super::bot::{Bot, Did, Occasion};
use super::mandate::pulls;
use super::pull::Beside;
use crate::deliver::account::Account;
use crate::deliver::mandate::Mandate;
use crate::forge::applied::{NAME, applying, check_run, decided, lines, not_applied, records};
use crate::forge::words::{CheckRun, CommitId, PullNumber, PullState};
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// What a run left behind; None where it came to no end.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    pub mandate: &'a Mandate,
    pub account: Option<&'a Account>,
}

impl Bot {
    /// What of the tip of a branch may be applied now, with a check run on it that waits for what comes of it.
    ///
    /// # Errors
    /// As [`Bot::mandate`]; the check run says so, too.
    pub async fn decide(&self, branch: &str, occasion: &Occasion) -> Result<(Mandate, Did)> {
        let url = occasion.full_report.as_deref();
        match self.mandate(branch, occasion).await {
            Ok((mandate, did)) => {
                let head = head(&mandate)?;
                self.show(&applying(&head, url)).await?;
                let said = Did::said(decided(&mandate));
                Ok((mandate, said.and(did)))
            }
            Err(error) => {
                if let Some(head) = self.github.branch(branch).await? {
                    self.show(&not_applied(&head, &format!("{error:#}"), url)).await?;
                }
                Err(error)
            }
        }
    }

    /// Tells it. `pushed` is the commit of the event: its pull requests are told, also where nothing of them was applied.
    ///
    /// # Errors
    /// When GitHub does not answer. Doing the same again is right.
    pub async fn tell_applied(&self, pushed: &CommitId, applied: Applied<'_>, occasion: &Occasion) -> Result<Did> {
        let Applied { mandate, account } = applied;
        let (head, url) = (head(mandate)?, occasion.full_report.as_deref());
        let run = match account {
            Some(account) => check_run(&head, mandate, account, url),
            None => not_applied(&head, "the run came to no end; the ledger has what was done", url),
        };
        self.show(&run).await?;
        let mut did = Did::said(format!("{}: check {NAME}: {}", head.short(), run.title));
        let pushed = self.github.pulls_of(pushed).await?;
        let pushed = pushed.iter().filter(|pull| pull.state == PullState::Merged).map(|pull| pull.number);
        let all: BTreeSet<PullNumber> = pulls(mandate).into_iter().chain(pushed).collect();
        for pull in all {
            let beside = Beside { applied: lines(pull, mandate, account), ..Beside::default() };
            did = did.and_tried(pull, self.report(pull, &beside, occasion).await);
        }
        let records = account.map(|account| records(&head, mandate, account, url)).unwrap_or_default();
        let shown = self.show_deployments(&Occasion { records, ..occasion.clone() }).await;
        Ok(did.and(shown))
    }

    /// The one check run of its name at its commit.
    async fn show(&self, run: &CheckRun) -> Result<()> {
        let standing = self.github.check_runs(&run.commit, &run.name).await?;
        match standing.iter().max_by_key(|one| one.id) {
            Some(one) => self.github.update_check_run(one.id, run).await?,
            None => drop(self.github.create_check_run(run).await?),
        }
        Ok(())
    }
}

fn head(mandate: &Mandate) -> Result<CommitId> {
    CommitId::parse(&mandate.head).context("the mandate names no commit")
}
