//! `pavior ci --mandate`, before and behind `pavior apply`: what may be applied is counted and handed over, and what came of it
//! is told.

use super::replace::replace;
use crate::ci::{Applied, Asked, Bot, Did, Occasion, handed};
use crate::deliver::account::Account;
use crate::deliver::mandate::Mandate;
use crate::forge::event::Work;
use crate::forge::words::CommitId;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The files between the steps.
#[derive(Debug, Clone, Copy)]
pub struct Handing<'a> {
    pub mandate: &'a Path,
    /// None are there before the apply.
    pub outcome: &'a [PathBuf],
}

impl Handing<'_> {
    /// `branch` is the default one. Where nothing is to be applied no mandate is left behind.
    ///
    /// # Errors
    /// When GitHub, git or the ledger do not answer, or a file is none of ours.
    pub async fn act(&self, bot: &Bot, work: &Work, branch: &str, occasion: &Occasion) -> Result<Did> {
        if !self.outcome.is_empty() {
            return self.tell(bot, work, occasion).await;
        }
        match work {
            Work::Apply { branch, .. } => self.decide(bot, branch, occasion).await,
            Work::Command { pull, comment } => match bot.asked(*pull, *comment, branch, occasion).await? {
                Asked::Apply => self.decide(bot, branch, occasion).await,
                Asked::Unlock { by } => bot.unlock(*pull, &by, occasion).await,
                Asked::Nothing(why) => Ok(Did::said(format!("#{pull}: nothing to do: {why}"))),
            },
            // Started by hand: whatever was missed is found, for the ledger says what is deployed.
            Work::Sweep => self.decide(bot, branch, occasion).await,
            work => bot.act(work, occasion).await,
        }
    }

    async fn decide(&self, bot: &Bot, branch: &str, occasion: &Occasion) -> Result<Did> {
        let (mandate, did) = bot.decide(branch, occasion).await?;
        let text = serde_json::to_string_pretty(&mandate).context("writing the mandate")?;
        replace(self.mandate, format!("{text}\n").as_bytes())
            .with_context(|| format!("writing {}", self.mandate.display()))?;
        Ok(did)
    }

    async fn tell(&self, bot: &Bot, work: &Work, occasion: &Occasion) -> Result<Did> {
        let mandate = handed(self.mandate, Mandate::read)?;
        // A run that was killed leaves none, and of a part nobody can say what the rest is.
        let is_whole = self.outcome.iter().all(|file| file.exists());
        let accounts = self.outcome.iter().filter(|_| is_whole).map(|file| handed(file, Account::read));
        let account = Account::of_all(accounts.collect::<Result<_>>()?);
        let pushed = match work {
            Work::Apply { commit, .. } => commit.clone(),
            _ => CommitId::parse(&mandate.head).context("the mandate names no commit")?,
        };
        bot.tell_applied(&pushed, Applied { mandate: &mandate, account: account.as_ref() }, occasion).await
    }
}
