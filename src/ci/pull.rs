//! One pull request: judged as it stands now, and everything that GitHub shows of that made so.

use super::bot::{Bot, Did, Occasion};
use super::evidence::Counted;
use super::judgement::{Against, Judgement};
use crate::forge::check_run::{Judgement as Checked, NAME, RECHECK, check_run, could_not_run, in_progress};
use crate::forge::comment::{About, Decision, Fate, Marker, body, decide};
use crate::forge::digest::ReportDigest;
use crate::forge::event::Subject;
use crate::forge::github::GitHubError;
use crate::forge::labels::{label_changes, labels};
use crate::forge::reviewers::{Asked, affected, broken, reviewers};
use crate::forge::words::{CheckRun, CheckRunId, CommitId, Pull, PullNumber, PullState, RunId};
use crate::report::sarif;
use anyhow::{Context, Result, bail};

/// What belongs beside a report.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// What nobody should overlook: sentences of `forge::wording`.
    pub remarks: Vec<String>,
    /// The run that judged it first, and whose report should be the same.
    pub first_stage: Option<RunId>,
}

/// How often a head may move on while it is being judged. Whoever moves it makes an event of their own.
const MOVES: usize = 3;

impl Bot {
    /// All pull requests that are meant. What one of them comes to keeps nobody from the others.
    pub(super) async fn report_all(&self, of: &Subject, run: Option<RunId>, occasion: &Occasion) -> Result<Did> {
        let mut did = Did::default();
        for pull in self.pulls(of).await? {
            let beside = Beside { remarks: Vec::new(), first_stage: run };
            did = did.and(self.report(pull.number, &beside, occasion).await?);
        }
        match did.0.is_empty() {
            true => Ok(Did::said("no open pull request has this head any more")),
            false => Ok(did),
        }
    }

    pub(super) async fn pulls(&self, of: &Subject) -> Result<Vec<Pull>> {
        let found = match of {
            Subject::Pull(number) => self.github.pull(*number).await?.into_iter().collect(),
            // GitHub lists no pull request of a fork by its commit, but by its branch.
            Subject::Head { repository: Some(repository), branch: Some(branch), .. } => {
                self.github.open_pulls_from(repository, branch).await?
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
                PullState::Merged | PullState::Closed => return self.report_closed(&pull, occasion).await,
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
            Ok((check_run, did)) => {
                let same = ours.filter(|run| run.external_id == check_run.external_id);
                self.conclude(begun, same.map(|run| run.id), &check_run).await?;
                Ok(did)
            }
            Err(error) => {
                // Whoever waits for the check must not wait for ever.
                let failed = could_not_run(head, &format!("{error:#}"), occasion.full_report.as_deref());
                self.conclude(begun, None, &failed).await.context("saying on the check run why it failed")?;
                Err(error)
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

    async fn judge_and_say(&self, pull: &Pull, beside: &Beside, occasion: &Occasion) -> Result<(CheckRun, Did)> {
        let judgement = self.judge_pull(pull, occasion).await?;
        let mut remarks = beside.remarks.clone();
        if let Some(run) = beside.first_stage {
            remarks.extend(self.compared_with_first_stage(run, &judgement).await);
        }
        let counted = self.count(pull, &judgement, occasion).await?;
        let full_report = occasion.full_report.as_deref();
        let did = self.say(pull, &judgement, &counted, &Fate::Open, &remarks, occasion).await?;
        let did = did.and(self.label(pull, &judgement).await?).and(self.ask(pull, &judgement, &counted).await?);
        let did = did.and(self.scan(pull, &judgement).await?);
        let checked = Checked {
            head: &judgement.head,
            digest: &judgement.digest,
            standing: &counted.standing,
            full_report,
            remarks: &remarks,
            buttons: &[RECHECK],
        };
        Ok((check_run(&judgement.judged, &checked), did))
    }

    pub(super) async fn judge_pull(&self, pull: &Pull, occasion: &Occasion) -> Result<Judgement> {
        let (number, base) = (pull.number, pull.base.name.clone());
        self.with_git(move |git| git.fetch_pull(number, &base)).await?;
        let (base, head) = (&pull.base.commit, &pull.head.commit);
        let wanted = [base.clone(), head.clone()];
        if !self.with_git(move |git| Ok(git.has(&[&wanted[0], &wanted[1]]))).await? {
            bail!("GitHub says that the head of #{number} is {}, and does not give it away", head.short());
        }
        self.judge(base, head, Against::WhereItParted, occasion.today).await
    }

    /// The one comment.
    async fn say(
        &self,
        pull: &Pull,
        judgement: &Judgement,
        counted: &Counted,
        fate: &Fate,
        remarks: &[String],
        occasion: &Occasion,
    ) -> Result<Did> {
        let Judgement { judged, base, head, digest, .. } = judgement;
        let (base, head, digest) = (base.clone(), head.clone(), digest.clone());
        let marker = Marker { pull: pull.number, head, base, digest, sequence: occasion.sequence };
        let full_report = occasion.full_report.as_deref();
        let about = About { marker: &marker, standing: &counted.standing, fate, remarks, full_report };
        let text = body(judged, &about);
        let own = self.github.actor().await?;
        let number = pull.number;
        // Read again: what was read for counting may be old by now.
        let standing = self.github.comments(number).await?;
        match decide(&standing, &own, &marker, &pull.head.commit, &text) {
            Decision::Create => {
                let made = self.github.create_comment_once(number, &text, &Marker::beginning(number)).await?;
                Ok(Did::said(format!("#{number}: commented {}", made.url)))
            }
            Decision::Update(id) => {
                self.github.update_comment(id, &text).await?;
                Ok(Did::said(format!("#{number}: comment {id} updated")))
            }
            Decision::Leave(id) => Ok(Did::said(format!("#{number}: comment {id} says so already"))),
            Decision::Outdated => Ok(Did::said(format!("#{number}: a later run has commented"))),
        }
    }

    /// What became of it, below the report that stands there. Where there is none, nobody asked.
    async fn report_closed(&self, pull: &Pull, occasion: &Occasion) -> Result<Did> {
        let number = pull.number;
        let (own, comments) = (self.github.actor().await?, self.github.comments(number).await?);
        let is_ours = |text: &str| Marker::of(text).is_some_and(|marker| marker.pull == number);
        if !comments.iter().any(|comment| comment.author.id == own.user && is_ours(&comment.body)) {
            return Ok(Did::said(format!("#{number} is over, and nothing was said on it")));
        }
        let fate = match pull.state {
            PullState::Merged => {
                let by = pull.merged_by.as_ref().map(|user| user.login.clone());
                Fate::Merged { by, commit: pull.merge_commit.clone() }
            }
            PullState::Open | PullState::Closed => Fate::Closed,
        };
        let judgement = self.judge_pull(pull, occasion).await?;
        let counted = self.count(pull, &judgement, occasion).await?;
        self.say(pull, &judgement, &counted, &fate, &[], occasion).await
    }

    async fn label(&self, pull: &Pull, judgement: &Judgement) -> Result<Did> {
        let changes = label_changes(&pull.labels, &labels(&judgement.judged));
        let add: Vec<String> = changes.add.into_iter().collect();
        self.github.add_labels(pull.number, &add).await?;
        for label in &changes.remove {
            self.github.remove_label(pull.number, label).await?;
        }
        Ok(Did(add.into_iter().map(|label| format!("#{}: labelled {label}", pull.number)).collect()))
    }

    /// Nobody is asked to look at a draft.
    async fn ask(&self, pull: &Pull, judgement: &Judgement, counted: &Counted) -> Result<Did> {
        if pull.draft {
            return Ok(Did::default());
        }
        let at_base = &judgement.at_base;
        let broken = broken(&judgement.judged.preflight.diff);
        let affected = affected(&broken, &at_base.graph, |service| at_base.owners.get(service).cloned());
        let asked = Asked { pull, reviews: &counted.reviews, members: &counted.members };
        let wanted = reviewers(&counted.needed, &affected, &counted.teams, &asked);
        if wanted.users.is_empty() && wanted.teams.is_empty() {
            return Ok(Did::default());
        }
        let (users, teams): (Vec<String>, Vec<String>) =
            (wanted.users.into_iter().collect(), wanted.teams.into_iter().collect());
        match self.github.request_reviewers(pull.number, &users, &teams).await {
            Ok(refused) => {
                let asked: Vec<String> = users.into_iter().chain(teams).filter(|one| !refused.contains(one)).collect();
                Ok(Did::said(format!("#{}: asked {}", pull.number, asked.join(", "))))
            }
            // A token that may not ask: the comment names them all the same.
            Err(error @ (GitHubError::Forbidden { .. } | GitHubError::NotFound { .. })) => {
                Ok(Did::said(format!("#{}: nobody could be asked: {error}", pull.number)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// For code scanning, where the repository has it.
    async fn scan(&self, pull: &Pull, judgement: &Judgement) -> Result<Did> {
        let reference = format!("refs/pull/{}/head", pull.number);
        match self.github.upload_sarif(&judgement.head, &reference, &sarif(&judgement.judged.report)).await {
            Ok(()) => Ok(Did::default()),
            Err(
                error @ (GitHubError::Forbidden { .. } | GitHubError::NotFound { .. } | GitHubError::TooMany { .. }),
            ) => Ok(Did::said(format!("no code scanning: {error}"))),
            Err(error) => Err(error.into()),
        }
    }

    /// Tells the pull requests of a merged commit what became of them.
    pub(super) async fn tell_merged(&self, commit: &CommitId, occasion: &Occasion) -> Result<Did> {
        let mut did = Did::default();
        for pull in self.github.pulls_of(commit).await? {
            if pull.state == PullState::Merged {
                did = did.and(self.report(pull.number, &Beside::default(), occasion).await?);
            }
        }
        Ok(did)
    }
}
