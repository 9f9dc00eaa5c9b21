//! `/pavior apply` and `/pavior unlock`, in the job that may: who says so and of what is read anew, and whoever is not sure
//! to be dead keeps what they hold.

use super::bot::{Bot, Did, Occasion};
use super::git::Wanted;
use super::judgement::Judgement;
use super::mandate::{affected_at, shows};
use super::pull::Beside;
use crate::deliver::now;
use crate::forge::asked::{NotAsked, Prospect, Unlocked, unlocked};
use crate::forge::command::{Command, commands};
use crate::forge::words::{CommentId, CommitId, Pull, PullNumber, PullState, RunId, User};
use crate::ledger::{Entry, Lease, Outcome, Record, State, UnitName, Writer};
use crate::read::Objects;
use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// What a comment asks of the job that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Apply the default branch again.
    Apply,
    Unlock {
        by: User,
    },
    Nothing(NotAsked),
}

impl Bot {
    /// What a comment asks for, if who wrote it may ask for that now. `branch` is the default one: of no other is anything
    /// ever applied.
    ///
    /// # Errors
    /// When GitHub or git do not answer.
    pub async fn asked(
        &self,
        pull: PullNumber,
        comment: CommentId,
        branch: &str,
        occasion: &Occasion,
    ) -> Result<Asked> {
        let comment = self.github.comment(comment).await?.filter(|comment| !comment.is_edited);
        let Some(comment) = comment else { return Ok(Asked::Nothing(NotAsked::Gone)) };
        let told = commands(&comment.body).into_iter().flatten();
        let mut told = told.filter(|command| matches!(command, Command::Apply(_) | Command::Unlock));
        let Some(command) = told.next() else { return Ok(Asked::Nothing(NotAsked::NoCommand)) };
        let needed = command.least_permission();
        if self.github.permission(&comment.author).await? < needed {
            let (login, command) = (comment.author.login, command.name());
            return Ok(Asked::Nothing(NotAsked::NotAllowed { login, command, needed }));
        }
        let found = self.github.pull(pull).await?;
        let merged = found.filter(|pull| pull.state == PullState::Merged && pull.base.name == branch);
        let Some(merged) = merged else { return Ok(Asked::Nothing(NotAsked::NotMerged(pull))) };
        match command {
            Command::Apply(named) => {
                let judgement = self.judge_merged(&merged, self.before(&merged).await?.as_ref(), occasion).await?;
                match named.names(&judgement.digest) {
                    true => Ok(Asked::Apply),
                    false => Ok(Asked::Nothing(NotAsked::AnotherDigest(pull))),
                }
            }
            _ => Ok(Asked::Unlock { by: comment.author }),
        }
    }

    /// The commit that a pull request was merged into.
    async fn before(&self, pull: &Pull) -> Result<Option<String>> {
        let Some(commit) = pull.merge_commit.clone() else { return Ok(None) };
        self.bring(vec![Wanted::Commit(commit.clone())]).await?;
        let line = self.with_git(move |git| {
            let objects = Objects::open(&git.folder)?;
            objects.line(commit.as_str(), 2)
        });
        Ok(line.await?.into_iter().nth(1))
    }

    /// Gives back what a run of this pull request holds that is dead, in the name of who says so.
    ///
    /// # Errors
    /// When GitHub or git do not answer, or the ledger cannot be written.
    pub async fn unlock(&self, number: PullNumber, by: &User, occasion: &Occasion) -> Result<Did> {
        let Some(pull) = self.github.pull(number).await? else { return Ok(Did::default()) };
        let judgement = self.judge_merged(&pull, self.before(&pull).await?.as_ref(), occasion).await?;
        let state = self.ledger().await?;
        let shown: BTreeSet<UnitName> = shows(&judgement).into_keys().collect();
        let (mut all, mut dead) = (Vec::new(), Vec::new());
        for (token, lease) in state.leases.iter().filter(|(_, lease)| lease.until > now()) {
            if !is_of(&state, lease, number, &shown) {
                continue;
            }
            let scope = lease.scope.clone();
            match self.ended(lease).await? {
                Some(true) => {
                    all.push(Unlocked::Returned { scope, by: by.login.clone(), at: now() });
                    dead.push(*token);
                }
                Some(false) => all.push(Unlocked::Alive { scope, run: lease.run.clone().unwrap_or_default() }),
                None => all.push(Unlocked::Unknown { scope, holder: lease.holder.clone(), until: lease.until }),
            }
        }
        if !dead.is_empty() {
            self.give_back(dead, by, number, occasion).await?;
        }
        let line = unlocked(&all);
        let said = Did::said(format!("#{number}: {line}"));
        let beside = Beside { applied: vec![line], ..Beside::default() };
        Ok(said.and(self.report(number, &beside, occasion).await?))
    }

    /// Whether the run that holds it has come to its end, by GitHub's own word; None where that cannot be said.
    async fn ended(&self, lease: &Lease) -> Result<Option<bool>> {
        let run = lease.run.as_deref().and_then(|run| run_of(run, &self.github.repository().to_string()));
        let Some(run) = run else { return Ok(None) };
        // A run that was started again is one run: it has no conclusion while it works.
        Ok(self.github.workflow_run(run).await?.map(|run| run.conclusion.is_some()))
    }

    async fn give_back(&self, dead: Vec<u64>, by: &User, pull: PullNumber, occasion: &Occasion) -> Result<()> {
        let (actor, run) = (by.login.clone(), occasion.full_report.clone());
        let writer = Writer { version: env!("CARGO_PKG_VERSION").to_owned(), actor, run };
        let note = format!("its run is dead, and its lock was given up on #{pull}");
        self.with_store(move |mut store| {
            let entries = |records: &[Record]| Ok(given_up(&State::of(records), &dead, &note));
            store.append(&writer, now, entries).context("giving the lock up").map(drop)
        })
        .await
    }

    /// What a head would change of what the ledger says is deployed, and what of its branch is not deployed yet.
    pub(super) async fn prospect(&self, pull: &Pull, judgement: &Judgement) -> Result<Prospect> {
        let shown: BTreeSet<UnitName> = shows(judgement).into_keys().collect();
        let (head, tip) = (judgement.head.clone(), judgement.tip.clone());
        let state = self.ledger().await?;
        let both = self.with_git(move |git| {
            let affected = |commit: &CommitId| affected_at(&git.folder, commit.as_str(), &state);
            Ok((affected(&head)?, affected(&tip)?))
        });
        let (mut own, mut others) = both.await?;
        own.retain(|unit| shown.contains(unit));
        others.retain(|unit| !shown.contains(unit));
        Ok(Prospect { own, others, is_from_fork: pull.is_from_fork() })
    }
}

/// Of a unit that this pull request changes, and of no other one's run.
fn is_of(state: &State, lease: &Lease, pull: PullNumber, shown: &BTreeSet<UnitName>) -> bool {
    let Some(unit) = &lease.scope.unit else { return false };
    let unit = UnitName { environment: lease.scope.environment.clone(), unit: unit.clone() };
    match state.open.values().find(|intent| intent.unit == unit) {
        Some(intent) => intent.change.pull == Some(pull.0),
        None => shown.contains(&unit),
    }
}

/// What was begun under these leases has an end, and they are returned; those that somebody has returned meanwhile are not.
fn given_up(state: &State, dead: &[u64], note: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for token in dead {
        let Some(lease) = state.leases.get(token) else { continue };
        let open = state.open.iter().filter(|(_, intent)| {
            intent.unit.environment == lease.scope.environment && Some(&intent.unit.unit) == lease.scope.unit.as_ref()
        });
        entries.extend(open.map(|(began, _)| Entry::Ended {
            began: *began,
            outcome: Outcome::Interrupted,
            took: 0,
            note: Some(note.to_owned()),
        }));
        entries.push(Entry::Returned { lease: *token });
    }
    entries
}

/// `https://github.com/acme/shop/actions/runs/17`, of this repository alone.
fn run_of(address: &str, repository: &str) -> Option<RunId> {
    let (_, rest) = address.strip_prefix("https://")?.split_once('/')?;
    let number = rest.strip_prefix(repository)?.strip_prefix("/actions/runs/")?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok().map(RunId))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_of_this_repository_is_asked_for() {
        let run = |text| run_of(text, "acme/shop");
        assert_eq!(run("https://github.com/acme/shop/actions/runs/17"), Some(RunId(17)));
        for other in [
            "https://github.com/acme/other/actions/runs/17",
            "https://github.com/acme/shop/actions/runs/17/attempts/2",
            "https://github.com/acme/shop/actions/runs/../../x",
            "local:4711",
            "",
        ] {
            assert_eq!(run(other), None, "{other}");
        }
    }
}
