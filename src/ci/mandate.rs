//! What may be applied of what is merged: the tip of the branch, the ledger, and the pull requests in between read anew at
//! this moment in, a mandate out. The decision itself is `deliver::mandate`'s.

use super::bot::{Bot, Did, Occasion};
use super::evidence::Counted;
use super::git::{Remote, Wanted};
use super::judgement::{Against, Judgement};
use crate::deliver::mandate::{Mandate, Reviewed, Since, Wish, decide};
use crate::deliver::{Affected, Delivered, Revision, Setting, affected_of, engine_of, is_done, now, unit_name};
use crate::forge::applied::{blocks, could_not_be_judged, does_not_compile};
use crate::forge::wording;
use crate::forge::words::{CommitId, Pull, PullNumber, PullState};
use crate::ledger::{State, Store, UnitName, UnitState, Upstream};
use crate::model::Name;
use crate::model::kinds::environment::EnvironmentClass;
use crate::read::{Objects, merge_base};
use crate::revisions;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Commits of the branch whose pull requests are looked for, each by a call. Of a unit that was refused for longer, nobody
/// asks any more who reviewed it.
const MOST_COMMITS: usize = 100;

/// Commits at which it is looked what an environment asked for.
const MOST_SETTINGS: usize = 10;

/// The tip of the branch held against the ledger.
struct Wanting {
    wishes: Vec<Wish>,
    /// The commits of the branch, the newest first.
    line: Vec<String>,
    classes: BTreeMap<Name, EnvironmentClass>,
}

impl Bot {
    /// What of the tip of a branch may be applied now, and on whose word.
    ///
    /// # Errors
    /// When the tip does not compile, or GitHub, git or the ledger cannot be read.
    pub async fn mandate(&self, branch: &str, occasion: &Occasion) -> Result<(Mandate, Did)> {
        let head = self.tip(branch).await?;
        let state = self.ledger().await?;
        let tip = head.clone();
        let wanting = self.with_git(move |git| wanting(&git.folder, tip.as_str(), &state)).await?;
        let (reviewed, did) = self.reviewed_since(&wanting, branch, occasion).await?;
        let units = decide(&wanting.wishes, &reviewed);
        let mandate = Mandate::new(head.to_string(), branch.to_owned(), now(), units, &reviewed);
        Ok((Mandate { environments: wanting.classes, ..mandate }, did))
    }

    /// What the ledger says by now.
    pub(super) async fn ledger(&self) -> Result<State> {
        self.with_store(|mut store| Ok(State::of(store.records()?))).await
    }

    pub(super) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let authorization = match &self.git.remote {
            Remote::GitHub(_) => Some(self.github.git_authorization().await?),
            Remote::Other(_) => None,
        };
        self.with_git(move |git| {
            let (Remote::GitHub(address) | Remote::Other(address)) = git.remote.clone();
            let store = Store::open(git.folder.clone(), Some(Upstream { address, authorization }))?;
            store.refresh()?;
            work(store)
        })
        .await
    }

    /// The merged pull requests behind the commits of the branch, for as long as one more could matter.
    async fn reviewed_since(
        &self,
        wanting: &Wanting,
        branch: &str,
        occasion: &Occasion,
    ) -> Result<(Vec<Reviewed>, Did)> {
        let (mut reviewed, mut seen, mut did) = (Vec::new(), BTreeSet::new(), Did::default());
        for (age, commit) in wanting.line.iter().enumerate() {
            if wanting.wishes.iter().all(|wish| wish.is_settled(&reviewed, age)) {
                break;
            }
            let commit = CommitId::parse(commit).context("git gave no id of a commit")?;
            for pull in self.github.pulls_of(&commit).await? {
                let is_meant = pull.state == PullState::Merged && pull.base.name == branch;
                if !is_meant || !seen.insert(pull.number) {
                    continue;
                }
                // What cannot be judged gives no word, and takes none from the others.
                match self.reviewed(&pull, age, &wanting.line, occasion).await {
                    Ok(found) => reviewed.push(found),
                    Err(error) => did = did.and(Did::failing(could_not_be_judged(pull.number, &error))),
                }
            }
        }
        Ok((reviewed, did))
    }

    async fn reviewed(&self, pull: &Pull, age: usize, line: &[String], occasion: &Occasion) -> Result<Reviewed> {
        let judgement = self.judge_merged(pull, line.get(age + 1), occasion).await?;
        let counted = self.count(pull, &judgement, occasion).await?;
        Ok(Reviewed {
            pull: pull.number.0,
            age,
            base: judgement.base.to_string(),
            report: judgement.digest.to_string(),
            author: pull.author.login.clone(),
            approved_by: approvers(&counted),
            lacks: lacks(&judgement, &counted),
            shows: shows(&judgement),
        })
    }

    /// Its head against where it parted from its branch, by what the API and git say: the comment that stands there could
    /// have been edited. `before` is the commit that it was merged into.
    pub(super) async fn judge_merged(
        &self,
        pull: &Pull,
        before: Option<&String>,
        occasion: &Occasion,
    ) -> Result<Judgement> {
        let (head, base) = (pull.head.commit.clone(), pull.base.commit.clone());
        self.bring(vec![Wanted::HeadOf(pull.number, head.clone()), Wanted::Commit(base.clone())]).await?;
        let (from, to) = (base.clone(), head.clone());
        let has_it = self.with_git(move |git| Ok(is_behind(&git.folder, to.as_str(), from.as_str()))).await?;
        let tip = match before.and_then(|commit| CommitId::parse(commit)).filter(|_| has_it) {
            Some(before) => before,
            None => base,
        };
        self.judge(&tip, &head, Against::WhereItParted, occasion).await
    }
}

/// Whether a commit is in the history of another one.
fn is_behind(folder: &Path, commit: &str, tip: &str) -> bool {
    merge_base(folder, commit, tip).is_ok_and(|common| common == commit)
}

/// The units of a commit that are not as the ledger has them.
pub(super) fn affected_at(folder: &Path, head: &str, state: &State) -> Result<Vec<UnitName>> {
    Ok(affected(&compiled(folder, head)?, state).into_iter().map(|one| one.unit).collect())
}

fn compiled(folder: &Path, head: &str) -> Result<Revision> {
    match Revision::of(revisions::load(folder, Some(head))?)? {
        Delivered::Compiled(revision) => Ok(*revision),
        Delivered::Wrong { .. } => bail!("{}", does_not_compile(head)),
    }
}

/// Those of which a run has something to do: where an engine delivers that is Terraform, and to tell the engine.
fn affected(revision: &Revision, state: &State) -> Vec<Affected> {
    let is_left = |unit: &UnitName| {
        let (wanted, state) = (revision.units.get(unit), state.units.get(unit));
        let digest = wanted.map(|wanted| wanted.unit.digest.to_string());
        let published = state.and_then(|state| state.published.as_ref());
        let is_told = published.is_some_and(|published| published.is(digest.as_deref()));
        engine_of(revision, unit, state).is_none() || !is_done(wanted, state) || !is_told
    };
    let mut all = affected_of(&revision.units, state, is_left);
    for one in &mut all {
        let known = state.units.get(&one.unit);
        // How an engine's unit is may never be known: nobody has to follow it.
        if engine_of(revision, &one.unit, known).is_some() {
            one.from = known.and_then(UnitState::runs).cloned();
        }
    }
    all
}

fn wanting(folder: &Path, head: &str, state: &State) -> Result<Wanting> {
    let revision = compiled(folder, head)?;
    let line = Objects::open(folder)?.line(head, MOST_COMMITS)?;
    let since = |affected: &Affected| {
        let Some(healthy) = &affected.from else { return Since::Ever };
        match line.iter().position(|commit| *commit == healthy.commit) {
            Some(count) => Since::Commits(count),
            None if is_behind(folder, &healthy.commit, head) => Since::Ever,
            None => Since::Rewritten,
        }
    };
    let affected = affected(&revision, state);
    let environments: BTreeSet<&Name> = affected.iter().map(|one| &one.unit.environment).collect();
    let asks_for_none = environments.into_iter().filter(|name| asks_for_none(folder, &revision, state, name)).cloned();
    let asks_for_none: BTreeSet<Name> = asks_for_none.collect();
    let wish = |affected: Affected| Wish {
        since: since(&affected),
        from: affected.from.and_then(|healthy| healthy.digest),
        to: affected.to,
        asks_for_none: asks_for_none.contains(&affected.unit.environment),
        unit: affected.unit,
    };
    let wishes = affected.into_iter().map(wish).collect();
    let classes = revision.environments.iter().map(|(name, setting)| (name.clone(), setting.class)).collect();
    Ok(Wanting { wishes, line, classes })
}

/// Whether an environment asks for no approval, now and as it was when something was last brought there: what nobody
/// reviewed cannot say so for itself. One that is gone asks for all that it asked for.
fn asks_for_none(folder: &Path, now: &Revision, state: &State, environment: &Name) -> bool {
    if !now.environments.get(environment).is_some_and(Setting::asks_for_no_approval) {
        return false;
    }
    let units = state.units.iter().filter(|(unit, _)| unit.environment == *environment);
    let mut healthy: Vec<(u64, &String)> =
        units.filter_map(|(_, unit)| unit.runs()).map(|one| (one.record, &one.commit)).collect();
    healthy.sort_unstable();
    let mut commits: Vec<&String> = healthy.into_iter().rev().map(|(_, commit)| commit).collect();
    commits.dedup();
    commits.into_iter().take(MOST_SETTINGS).all(|commit| {
        let loaded = revisions::load(folder, Some(commit));
        loaded.is_ok_and(|loaded| Setting::at(loaded, environment).is_some_and(|then| then.asks_for_no_approval()))
    })
}

fn approvers(counted: &Counted) -> Vec<String> {
    let approved: BTreeSet<&String> = counted.standing.teams.iter().flat_map(|team| &team.approved).collect();
    approved.into_iter().cloned().collect()
}

/// Why a pull request gives no word.
fn lacks(judgement: &Judgement, counted: &Counted) -> Option<String> {
    match (judgement.judged.report.errors(), counted.standing.is_approved()) {
        (0, true) => None,
        (0, false) => Some(wording::waits_for(&counted.standing)),
        (errors, _) => Some(blocks(errors)),
    }
}

/// What a report shows of each unit. One that moved is gone where it was, and comes where it is.
pub(super) fn shows(judgement: &Judgement) -> BTreeMap<UnitName, (Option<String>, Option<String>)> {
    let mut shows = BTreeMap::new();
    for change in &judgement.judged.preflight.diff.units {
        let [base, head] = [change.base, change.head].map(|digest| digest.map(|digest| digest.to_string()));
        match &change.from {
            Some(from) => {
                shows.insert(unit_name(from), (base, None));
                shows.insert(unit_name(&change.unit), (None, head));
            }
            None => drop(shows.insert(unit_name(&change.unit), (base, head))),
        }
    }
    shows
}

/// What a run wrote for the next step.
///
/// # Errors
/// When there is no such file, or it is none of ours.
pub fn handed<T>(file: &Path, read: impl Fn(&[u8]) -> Result<T, String>) -> Result<T> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    read(&bytes).map_err(|why| anyhow!("{}: {why}", file.display()))
}

/// The pull requests of a mandate.
pub(super) fn pulls(mandate: &Mandate) -> BTreeSet<PullNumber> {
    mandate.pulls.iter().map(|pull| PullNumber(pull.number)).collect()
}
