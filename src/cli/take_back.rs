//! A unit was rolled back: what takes its declaration back is shown, or opened as a pull request.

use super::edited::unified;
use super::terminal;
use crate::edit::{Sick, revert};
use crate::ledger::UnitName;
use crate::report::visible_line;
use crate::revisions;
#[cfg(feature = "forge")]
use anyhow::Context;
use anyhow::Result;
use std::path::Path;

/// The unit that went back, by the commit that it goes away from and the one that it was healthy with.
pub struct Back<'a> {
    pub unit: &'a UnitName,
    pub healthy: &'a str,
    pub bad: &'a str,
    pub digest: Option<String>,
    pub why: &'a str,
}

impl Back<'_> {
    fn sick(&self) -> Sick<'_> {
        let Back { unit, healthy, bad, digest, why } = self;
        Sick { unit, digest: digest.as_deref(), bad, healthy, why }
    }

    /// Prints the change that would take its declaration back.
    pub fn show(&self, root: &Path) -> Result<()> {
        let sick = self.sick();
        let snapshot = |commit: &str| anyhow::Ok(revisions::load(root, Some(commit))?.snapshot);
        let (head, healthy) = (snapshot(self.bad)?, snapshot(sick.healthy)?);
        let revert = revert(&sick, &head, &healthy)?;
        terminal::tell(&visible_line(&revert.title));
        for (path, after) in &revert.files {
            let before = head.files.get(path).map_or("", |text| text);
            terminal::print(&unified(path, before, after.as_deref().unwrap_or_default()))?;
        }
        Ok(())
    }

    /// Opens the pull request that takes it back, once for all times.
    #[cfg(feature = "forge")]
    pub fn propose(&self, root: &Path, base: &str) -> Result<()> {
        let bot = super::proposal::bot(root, None, false)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting to work")?;
        let proposed = runtime.block_on(bot.take_back(&self.sick(), base))?;
        terminal::tell(&format!("{}: its declaration is taken back: {proposed:?}", self.unit));
        Ok(())
    }
}
