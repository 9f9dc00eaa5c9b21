//! A bot for each repository: its own token, its own clone below the data folder.

use super::act::{Act, Acted, Acting};
use super::clones::{folder, remove_others};
use crate::ci::{Bot, Git, Occasion, Remote};
use crate::forge::comment::Sequence;
use crate::forge::event::Work;
use crate::forge::github::GitHub;
use crate::forge::words::Repository;
use crate::model::Date;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing::{info, warn};

/// Clones share everything.
#[derive(Clone)]
pub struct Bots {
    github: GitHub,
    /// `https://github.com`, or an Enterprise server.
    server: String,
    data: PathBuf,
    known: Arc<Mutex<BTreeMap<Repository, Bot>>>,
}

impl Bots {
    pub fn new(github: GitHub, server: &str, data: PathBuf) -> Bots {
        Bots { github, server: server.to_owned(), data, known: Arc::default() }
    }

    /// Clones of what is no longer served take room and nothing else: that they cannot be removed stops nobody.
    pub fn tidy(&self, served: &BTreeSet<Repository>) {
        match remove_others(&self.data, served) {
            Ok(0) => {}
            Ok(clones) => info!(clones, "removed what is no longer served"),
            Err(error) => warn!(why = error.to_string(), "clones that are no longer served are not removed"),
        }
    }

    /// One at a time: a clone is made once.
    fn of(&self, repository: &Repository) -> Result<Bot> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bot) = known.get(repository) {
            return Ok(bot.clone());
        }
        let folder = folder(&self.data, repository);
        let remote = Remote::GitHub(format!("{}/{repository}.git", self.server));
        let bot = Bot { github: self.github.on(repository.clone()), git: Git { folder, remote }, previews: None };
        bot.git.make()?;
        known.insert(repository.clone(), bot.clone());
        Ok(bot)
    }
}

impl Act for Bots {
    fn act(&self, repository: Repository, work: Work) -> Acting {
        let bots = self.clone();
        Box::pin(async move {
            let making = tokio::task::spawn_blocking(move || bots.of(&repository));
            let bot = making.await.context("making a clone")??;
            if let Some(works) = bot.spread(&work).await? {
                return Ok(Acted::Spread(works));
            }
            // Taken before anything is read: who began later has read later.
            bot.act(&work, &occasion()?).await.map(Acted::Did)
        })
    }
}

/// Milliseconds are far above the numbers that GitHub gives to runs of workflows: whoever changes over from them is newer.
fn occasion() -> Result<Occasion> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("reading the clock")?;
    let run = u64::try_from(since.as_millis()).context("the clock is far off")?;
    let today = Date::of_day(since.as_secs() / 86_400).context("the clock is far off")?;
    Ok(Occasion { sequence: Sequence { run, attempt: 1 }, full_report: None, today, records: Vec::new() })
}
