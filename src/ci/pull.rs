//! One pull request: judged as it stands now, and everything that GitHub shows of that made so.

use super::answer::Told;
use super::bot::{Bot, Did, Occasion};
use super::evidence::Counted;
use super::git::Wanted;
use super::judgement::{Against, Judgement};
use crate::forge::applied::renewed;
use crate::forge::check_run::{
    Judgement as Checked, NAME, RECHECK, annotations, check_run, could_not_run, in_progress,
};
use crate::forge::comment::Fate;
use crate::forge::digest::ReportDigest;
use crate::forge::event::Subject;
use crate::forge::github::GitHubError;
use crate::forge::labels::{label_changes, labels};
use crate::forge::reviewers::{Asked, affected, broken, reviewers};
use crate::forge::wording;
use crate::forge::words::{CheckRun, CheckRunId, CommitId, Pull, PullNumber, PullState, RunId};
use crate::report::sarif;
use anyhow::Result;

/// What belongs beside a report.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The run that judged it first, and whose report should be the same.
    pub first_stage: Option<RunId>,
    /// What somebody told the bot to do.
    pub told: Option<Told>,
    /// What became of what was merged: lines of [`crate::forge::applied`].
    pub applied: Vec<String>,
    /// What else has to be said.
    pub remarks: Vec<String>,
}

/// A pull request, judged and said.
struct Said {
    check_run: CheckRun,
    judgement: Judgement,
    counted: Counted,
    did: Did,
}

/// How often a head may move on while it is being judged. Whoever moves it makes an event of their own.
const MOVES: usize = 3;

impl Bot {
    /// All pull requests that are meant. What one of them comes to keeps nobody from the others.
    pub(super) async fn report_all(&self, of: &Subject, run: Option<RunId>, occasion: &Occasion) -> Result<Did> {
        let mut did = Did::default();
        for pull in self.pulls(of).await? {
            let beside = Beside { first_stage: run, ..Beside::default() };
            did = did.and_tried(pull.number, self.report(pull.number, &beside, occasion).await);
        }
        match did.is_empty() {
            true => Ok(Did::said(wording::nothing_there(of))),
            false => Ok(did),
        }
    }

    pub(super) async fn pulls(&self, of: &Subject) -> Result<Vec<Pull>> {
        let found = match of {
            Subject::Pull(number) => self.github.pull(*number).await?.into_iter().collect(),
            // GitHub lists no pull request of a fork by its commit, but by its branch.
            Subject::Head { repository: Some(repository), branch: Some(branch), .. } => {
                self.github.pulls_from(repository, branch).await?
            }
            Subject::Head { commit, .. } => self.github.pulls_of(commit).await?,
        };
        Ok(found.into_iter().filter(|pull| of.is(pull)).collect())
    }

    /// Judges a pull request and says so on it.
    pub(super) async fn report(&self, number: PullNumber, beside: &Beside, occasion: &Occasion) -> Result<Did> {
        let Some(mut pull) = self.github.pull(number).await? else {
            return Ok(Did::said(format!("#{number} is not there")));
        };
        for _ in 0..MOVES {
            let said = match pull.state {
                PullState::Open => self.report_open(&pull, beside, occasion).await?,
                PullState::Merged | PullState::Closed => return self.report_closed(&pull, beside, occasion).await,
            };
            let Some(now) = self.github.pull(number).await? else { return Ok(said) };
            if now.head.commit == pull.head.commit && now.state == pull.state {
                return Ok(said);
            }
            pull = now;
        }
        Ok(Did::said(format!("#{number} keeps moving on: the run of its last push will judge it")))
    }

    async fn report_open(&self, pull: &Pull, beside: &Beside, occasion: &Occasion) -> Result<Did> {
        let head = &pull.head.commit;
        let standing = self.github.check_runs(head, NAME).await?;
        let ours =
            standing.iter().filter(|run| ReportDigest::parse(&run.external_id).is_some()).max_by_key(|run| run.id);
        let begun = match ours {
            Some(_) => None,
            None => Some(self.github.create_check_run(&in_progress(head)).await?),
        };
        match self.judge_and_say(pull, beside, occasion).await {
            Ok(Said { check_run, judgement, counted, did }) => {
                let same = ours.filter(|run| run.external_id == check_run.external_id);
                self.conclude(begun, same.map(|run| run.id), &check_run).await?;
                let did = did.and(concluded(pull, &check_run));
                // The verdict stands, whatever comes of these.
                let did = did.and(self.label(pull, &judgement).await?).and(self.ask(pull, &judgement, &counted).await?);
                Ok(did.and(self.scan(pull, &judgement).await))
            }
            Err(error) => {
                // Whoever waits for the check must not wait for ever.
                let failed = could_not_run(head, &format!("{error:#}"), occasion.full_report.as_deref());
                match self.conclude(begun, None, &failed).await {
                    Ok(()) => Err(error),
                    Err(second) => Err(error.context(format!("the check run could not be told either: {second:#}"))),
                }
            }
        }
    }

    /// GitHub keeps the annotations of a check run, so those of another report get a run of their own.
    async fn conclude(&self, begun: Option<CheckRunId>, same: Option<CheckRunId>, run: &CheckRun) -> Result<()> {
        match (begun, same) {
            (Some(id), _) => self.github.update_check_run(id, run).await?,
            (None, Some(id)) => {
                let told = CheckRun { annotations: Vec::new(), ..run.clone() };
                self.github.update_check_run(id, &told).await?;
            }
            (None, None) => drop(self.github.create_check_run(run).await?),
        }
        Ok(())
    }

    async fn judge_and_say(&self, pull: &Pull, beside: &Beside, occasion: &Occasion) -> Result<Said> {
        let judgement = self.judge_pull(pull, occasion).await?;
        let mut remarks = beside.remarks.clone();
        let mut answered = None;
        if let Some(told) = &beside.told {
            let answers = self.answers(told, pull, &judgement).await?;
            remarks.extend(answers.iter().filter_map(|answer| answer.remark.clone()));
            answered = Some(answers);
        }
        if let Some(run) = beside.first_stage {
            remarks.extend(self.compared_with_first_stage(run, &judgement).await);
        }
        let counted = self.count(pull, &judgement, occasion).await?;
        let mut did = self.say(pull, &judgement, &counted, &Fate::Open, &remarks, occasion).await?;
        if let (Some(told), Some(answers)) = (&beside.told, answered) {
            did = did.and(self.react(told, &answers).await?);
        }
        let checked = Checked {
            head: &judgement.head,
            digest: &judgement.digest,
            standing: &counted.standing,
            full_report: occasion.full_report.as_deref(),
            remarks: &remarks,
            buttons: &[RECHECK],
        };
        let check_run = check_run(&judgement.judged, &checked);
        let check_run = CheckRun { annotations: annotations(&judgement.from_root), ..check_run };
        Ok(Said { check_run, judgement, counted, did })
    }

    /// Against where its base branch stands now: what GitHub remembers of that is as old as the last push.
    pub(super) async fn judge_pull(&self, pull: &Pull, occasion: &Occasion) -> Result<Judgement> {
        let tip = match pull.state {
            PullState::Open => self.github.branch(&pull.base.name).await?,
            // By now it may hold the very commits that are to be judged.
            PullState::Merged | PullState::Closed => None,
        };
        let tip = tip.unwrap_or_else(|| pull.base.commit.clone());
        let head = pull.head.commit.clone();
        self.bring(vec![Wanted::HeadOf(pull.number, head.clone()), Wanted::Commit(tip.clone())]).await?;
        self.judge(&tip, &head, Against::WhereItParted, occasion).await
    }

    /// What became of it, below the report that stands there. Where there is none, nobody asked.
    async fn report_closed(&self, pull: &Pull, beside: &Beside, occasion: &Occasion) -> Result<Did> {
        let number = pull.number;
        let mut did = Did::default();
        if let Some(told) = beside.told.as_ref().filter(|_| pull.state != PullState::Merged) {
            did = self.react(told, &told.too_late()).await?;
        }
        let stands = self.stands_with_lines(number).await?;
        if stands.is_none() && beside.applied.is_empty() {
            return Ok(did.and(Did::said(format!("#{number} is over, and nothing was said on it"))));
        }
        let (stands, applied) = stands.map_or_else(Default::default, |(stands, lines)| (Some(stands), lines));
        let fate = match pull.state {
            PullState::Merged => {
                let by = pull.merged_by.as_ref().map(|user| user.login.clone());
                Fate::Merged { by, commit: pull.merge_commit.clone(), applied: renewed(applied, &beside.applied) }
            }
            PullState::Open | PullState::Closed => Fate::Closed,
        };
        let judgement = match stands.as_ref().filter(|stands| stands.head == pull.head.commit) {
            // The report that people saw.
            Some(stands) => {
                let wanted = vec![Wanted::HeadOf(number, stands.head.clone()), Wanted::Commit(stands.base.clone())];
                self.bring(wanted).await?;
                self.judge(&stands.base, &stands.head, Against::Itself, occasion).await?
            }
            None => self.judge_pull(pull, occasion).await?,
        };
        let counted = self.count(pull, &judgement, occasion).await?;
        let mut remarks = Vec::new();
        if let Some(told) = beside.told.as_ref().filter(|_| pull.state == PullState::Merged) {
            let answers = self.answers(told, pull, &judgement).await?;
            remarks.extend(answers.iter().filter_map(|answer| answer.remark.clone()));
            did = did.and(self.react(told, &answers).await?);
        }
        // What was applied is said, however late: it is of no report.
        let sequence = match stands.filter(|_| !beside.applied.is_empty()) {
            Some(stands) => occasion.sequence.max(stands.sequence),
            None => occasion.sequence,
        };
        let occasion = Occasion { sequence, ..occasion.clone() };
        Ok(did.and(self.say(pull, &judgement, &counted, &fate, &remarks, &occasion).await?))
    }

    async fn label(&self, pull: &Pull, judgement: &Judgement) -> Result<Did> {
        let changes = label_changes(&pull.labels, &labels(&judgement.judged));
        let add: Vec<String> = changes.add.into_iter().collect();
        self.github.add_labels(pull.number, &add).await?;
        for label in &changes.remove {
            self.github.remove_label(pull.number, label).await?;
        }
        let said = |what: &str, labels: Vec<String>| match labels.is_empty() {
            true => Did::default(),
            false => Did::said(format!("#{}: {what} {}", pull.number, labels.join(", "))),
        };
        Ok(said("labelled", add).and(said("no longer labelled", changes.remove.into_iter().collect())))
    }

    /// Nobody is asked to look at a draft.
    async fn ask(&self, pull: &Pull, judgement: &Judgement, counted: &Counted) -> Result<Did> {
        if pull.draft {
            return Ok(Did::default());
        }
        let at_base = &judgement.at_base;
        let broken = broken(&judgement.judged.preflight.diff);
        let mut affected = affected(&broken, &at_base.graph, |service| at_base.owners.get(service).cloned());
        let platform = &judgement.judged.preflight.platform;
        affected.extend(platform.iter().flat_map(|effect| effect.teams_to_tell().cloned()));
        let asked = Asked { pull, reviews: &counted.reviews, members: &counted.members };
        let wanted = reviewers(&counted.needed, &affected, &counted.teams, &asked);
        if wanted.users.is_empty() && wanted.teams.is_empty() {
            return Ok(Did::default());
        }
        let (users, teams): (Vec<String>, Vec<String>) =
            (wanted.users.into_iter().collect(), wanted.teams.into_iter().collect());
        match self.github.request_reviewers(pull.number, &users, &teams).await {
            Ok(refused) => {
                let organisation = self.github.repository().owner();
                let users = users.iter().filter(|one| !refused.contains(one)).map(|user| format!("@{user}"));
                let teams =
                    teams.iter().filter(|one| !refused.contains(one)).map(|team| format!("@{organisation}/{team}"));
                let asked: Vec<String> = users.chain(teams).collect();
                let mut did = Did::default();
                if !asked.is_empty() {
                    did = did.and(Did::said(format!("#{}: asked {} for a review", pull.number, asked.join(", "))));
                }
                if !refused.is_empty() {
                    let refused = refused.join(", ");
                    did =
                        did.and(Did::said(format!("#{}: GitHub lets nobody ask {refused} for a review", pull.number)));
                }
                Ok(did)
            }
            // A token that may not ask: the comment names them all the same.
            Err(error @ (GitHubError::Forbidden { .. } | GitHubError::NotFound { .. })) => {
                Ok(Did::said(format!("#{}: nobody could be asked: {error}", pull.number)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// For code scanning, where the repository has it.
    async fn scan(&self, pull: &Pull, judgement: &Judgement) -> Did {
        let reference = format!("refs/pull/{}/head", pull.number);
        match self.github.upload_sarif(&judgement.head, &reference, &sarif(&judgement.from_root)).await {
            Ok(()) => Did::default(),
            Err(error) => Did::said(format!("#{}: nothing for code scanning: {error}", pull.number)),
        }
    }

    /// Tells the pull requests of a merged commit what became of them.
    pub(super) async fn tell_merged(&self, commit: &CommitId, occasion: &Occasion) -> Result<Did> {
        let mut did = Did::default();
        for pull in self.github.pulls_of(commit).await? {
            if pull.state == PullState::Merged {
                let told = self.report(pull.number, &Beside::default(), occasion).await;
                did = did.and_tried(pull.number, told);
            }
        }
        match did.is_empty() {
            true => Ok(Did::said(format!("{} came without a pull request", commit.short()))),
            false => Ok(did),
        }
    }
}

/// What the check run says, for the log.
fn concluded(pull: &Pull, run: &CheckRun) -> Did {
    Did::said(format!("#{}: check {}: {}", pull.number, run.name, run.title))
}
