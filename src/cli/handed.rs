//! `pavior apply --mandate`: carries out what `pavior ci` found to be reviewed, and leaves behind what came of it.

use super::delivery::Delivery;
use super::replace::replace;
use crate::deliver::account::{Account, Became, Is};
use crate::deliver::machine::Conclusion;
use crate::deliver::mandate::{Mandate, Turn, Word};
use crate::deliver::now;
use crate::git::{git, run};
use crate::ledger::{Cause, Head, Store, UnitName, Upstream};
use crate::model::{Name, Timestamp};
use crate::read::Objects;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub struct Handed {
    /// Carry out this mandate, as `pavior ci --mandate` wrote it: it says which commit, what of it, and on whose word
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["reviewed", "yes", "head", "branch", "pull", "author", "approved_by"])]
    mandate: Option<PathBuf>,
    /// Leave behind here what came of it, for `pavior ci --outcome`
    #[arg(long, value_name = "FILE")]
    outcome: Option<PathBuf>,
}

/// A run, and what it was handed.
pub struct Under {
    mandate: Option<Mandate>,
    outcome: Option<PathBuf>,
    upstream: Option<Upstream>,
    reverts: Mutex<BTreeMap<UnitName, u64>>,
    tip: Mutex<Option<(Instant, String)>>,
}

/// Where the branch stands is asked again after this long.
const TIP_IS_KNOWN: Duration = Duration::from_secs(10);

/// Where the tip of the branch is kept: nobody else writes it.
const TIP: &str = "refs/pavior/tip";

impl Handed {
    /// # Errors
    /// When there is no such mandate, it is too old, or nobody says who we are.
    pub fn open(&self, delivery: &Delivery, root: &Path) -> Result<Under> {
        let mandate = self.mandate.as_deref().map(|file| (file, Turn::First));
        Under::open(mandate, self.outcome.as_ref(), delivery.remote.as_ref(), root)
    }
}

fn read(file: &Path, turn: Turn) -> Result<Mandate> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let mandate = Mandate::read(&bytes).map_err(|why| anyhow!("{}: {why}", file.display()))?;
    match mandate.is_stale(now(), turn) {
        Some(why) => bail!("{}: {why}", file.display()),
        None => Ok(mandate),
    }
}

/// The repository on the forge, with what lets us in there, unless another one is named.
#[cfg(feature = "forge")]
fn upstream(root: &Path, given: Option<Upstream>) -> Result<Option<Upstream>> {
    use crate::ci::Remote;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting to work")?;
    // Its connections belong to the runtime.
    let _entered = runtime.enter();
    let bot = super::proposal::bot(root, given.as_ref().map(|one| one.address.as_str()), false)?;
    match bot.git.remote {
        Remote::Other(address) => Ok(Some(Upstream { address, authorization: None })),
        Remote::GitHub(address) => {
            let authorization = Some(runtime.block_on(bot.github.git_authorization())?);
            Ok(Some(Upstream { address, authorization }))
        }
    }
}

#[cfg(not(feature = "forge"))]
fn upstream(_: &Path, given: Option<Upstream>) -> Result<Option<Upstream>> {
    Ok(given)
}

impl Under {
    /// # Errors
    /// When there is no such mandate, it is too old, or nobody says who we are.
    pub fn open(
        mandate: Option<(&Path, Turn)>,
        outcome: Option<&PathBuf>,
        remote: Option<&String>,
        root: &Path,
    ) -> Result<Under> {
        let mandate = mandate.map(|(file, turn)| read(file, turn)).transpose()?;
        let given = remote.cloned().map(|address| Upstream { address, authorization: None });
        let upstream = match &mandate {
            Some(_) => upstream(root, given)?,
            None => given,
        };
        let (reverts, tip) = (Mutex::default(), Mutex::default());
        Ok(Under { mandate, outcome: outcome.cloned(), upstream, reverts, tip })
    }

    /// Where the ledger is, and branches are pushed.
    pub fn upstream(&self) -> Option<&Upstream> {
        self.upstream.as_ref()
    }

    /// The units of an environment of which the mandate says anything.
    pub fn names(&self, environment: &Name) -> Vec<UnitName> {
        let all = self.mandate.iter().flat_map(|mandate| &mandate.units).map(|one| &one.unit);
        all.filter(|unit| unit.environment == *environment).cloned().collect()
    }

    pub fn has_mandate(&self) -> bool {
        self.mandate.is_some()
    }

    /// The commit that is to be carried out, where the mandate says so.
    pub fn head(&self) -> Option<&str> {
        self.mandate.as_ref().map(|mandate| mandate.head.as_str())
    }

    /// The ledger, as it is by now.
    pub fn store(&self, root: &Path) -> Result<Store> {
        let store = Store::open(root.to_owned(), self.upstream.clone())?;
        store.refresh()?;
        Ok(store)
    }

    /// What the mandate says of a unit: None where there is no mandate, Some(None) where the unit may be applied.
    pub fn refusal(&self, unit: &UnitName, digest: Option<&str>) -> Option<Option<String>> {
        self.mandate.as_ref().map(|mandate| mandate.refusal(unit, digest))
    }

    /// On whose word each unit is applied; `run` is that of the run as a whole.
    pub fn causes(&self, run: &Cause) -> BTreeMap<UnitName, Cause> {
        let units = self.mandate.iter().flat_map(|mandate| &mandate.units);
        let given = units.filter_map(|one| match &one.word {
            Word::Given(given) => Some((one.unit.clone(), (**given).clone())),
            Word::Refused { .. } => None,
        });
        let cause = |(unit, given): (UnitName, crate::deliver::mandate::Given)| {
            let cause = Cause {
                head: run.head.clone(),
                base: given.base,
                pull: given.pull,
                report: given.report,
                author: given.author.unwrap_or_else(|| run.author.clone()),
                approved_by: given.approved_by,
            };
            (unit, cause)
        };
        given.map(cause).collect()
    }

    /// Where the branch stands on the remote by now; None where there is no mandate.
    pub fn tip(&self, root: &Path) -> Option<Result<String>> {
        let (mandate, upstream) = (self.mandate.as_ref()?, self.upstream.as_ref()?);
        let mut known = self.tip.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tip)) = known.as_ref().filter(|(at, _)| at.elapsed() < TIP_IS_KNOWN) {
            return Some(Ok(tip.clone()));
        }
        let tip = fetched(root, upstream, &mandate.branch);
        if let Ok(tip) = &tip {
            *known = Some((Instant::now(), tip.clone()));
        }
        Some(tip)
    }

    /// The same, asked anew.
    pub fn tip_now(&self, root: &Path) -> Option<Result<String>> {
        *self.tip.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.tip(root)
    }

    /// A pull request takes this unit's declaration back.
    pub fn takes_back(&self, unit: &UnitName, pull: u64) {
        self.reverts.lock().unwrap_or_else(PoisonError::into_inner).insert(unit.clone(), pull);
    }

    /// Leaves behind what came of it, where that is asked for.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn account(&self, head: &str, ledger: &Head, units: Vec<(UnitName, Conclusion, Timestamp)>) -> Result<()> {
        let reverts = self.reverts.lock().unwrap_or_else(PoisonError::into_inner);
        let became = units.into_iter().map(|(unit, conclusion, at)| Became {
            revert: reverts.get(&unit).copied(),
            is: Is::of(&conclusion),
            said: conclusion.to_string(),
            unit,
            at,
        });
        self.leave(head, ledger, became.collect())
    }

    /// The same, of what is known by now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn leave(&self, head: &str, ledger: &Head, units: Vec<Became>) -> Result<()> {
        let Some(file) = &self.outcome else { return Ok(()) };
        let account = Account::new(head.to_owned(), ledger.to_string(), units);
        let text = serde_json::to_string_pretty(&account).context("writing what came of it")?;
        replace(file, format!("{text}\n").as_bytes()).with_context(|| format!("writing {}", file.display()))
    }
}

fn fetched(root: &Path, upstream: &Upstream, branch: &str) -> Result<String> {
    let mut command = git(root);
    command.args(["fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules"]);
    command.arg("--").arg(&upstream.address).arg(format!("+refs/heads/{branch}:{TIP}"));
    upstream.authorize(&mut command);
    run(command).context("looking where the branch stands")?;
    Objects::open(root)?.commit(TIP)
}
