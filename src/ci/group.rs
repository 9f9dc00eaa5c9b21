//! A merge queue's commit: judged as it would be merged, and held against what was reviewed.

use super::bot::{Bot, Did, Occasion};
use super::git::Wanted;
use super::judgement::Against;
use crate::forge::approvals::Standing;
use crate::forge::check_run::{Judgement as Checked, annotations, check_run, could_not_run, in_progress};
use crate::forge::event::MergeGroup;
use crate::forge::merge_group::unreviewed;
use crate::forge::wording;
use crate::forge::words::{CheckRun, Conclusion, Pull, PullNumber};
use crate::review::diff::Diff;
use anyhow::{Result, bail};

impl Bot {
    pub(super) async fn judge_group(&self, group: &MergeGroup, occasion: &Occasion) -> Result<Did> {
        let id = self.github.create_check_run(&in_progress(&group.head)).await?;
        let judged = self.group_check(group, occasion).await;
        let run = match &judged {
            Ok(run) => run.clone(),
            Err(error) => could_not_run(&group.head, &format!("{error:#}"), occasion.full_report.as_deref()),
        };
        self.github.update_check_run(id, &run).await?;
        judged.map(|run| Did::said(format!("merge group {}: {}", group.head.short(), run.title)))
    }

    async fn group_check(&self, group: &MergeGroup, occasion: &Occasion) -> Result<CheckRun> {
        let (head, base) = (group.head.clone(), group.base.clone());
        self.bring(vec![Wanted::Commit(head), Wanted::Commit(base)]).await?;
        let judgement = self.judge(&group.base, &group.head, Against::Itself, occasion).await?;
        let mut reviewed: Vec<(PullNumber, Diff)> = Vec::new();
        let mut waiting = Vec::new();
        for pull in self.pulls_in(group).await? {
            let own = self.judge_pull(&pull, occasion).await?;
            if !self.count(&pull, &own, occasion).await?.standing.is_approved() {
                waiting.push(pull.number);
            }
            reviewed.push((pull.number, own.judged.preflight.diff));
        }
        if reviewed.is_empty() {
            bail!("the queue does not say whose changes these are");
        }
        let diffs: Vec<(PullNumber, &Diff)> = reviewed.iter().map(|(number, diff)| (*number, diff)).collect();
        let unseen = unreviewed(&judgement.judged.preflight.diff, &diffs);
        let mut remarks = Vec::new();
        if !unseen.is_empty() {
            let units: Vec<String> = unseen.iter().map(ToString::to_string).collect();
            let pulls: Vec<PullNumber> = reviewed.iter().map(|(number, _)| *number).collect();
            remarks.push(wording::not_reviewed(&units, &pulls));
        }
        remarks.extend(waiting.iter().map(|pull| wording::not_approved(*pull)));
        // Approvals are of pull requests: they were counted there.
        let standing = Standing::default();
        let checked = Checked {
            head: &judgement.head,
            digest: &judgement.digest,
            standing: &standing,
            full_report: occasion.full_report.as_deref(),
            remarks: &remarks,
            buttons: &[],
        };
        let run = check_run(&judgement.judged, &checked);
        let run = CheckRun { annotations: annotations(&judgement.from_root), ..run };
        Ok(match remarks.first() {
            None => run,
            Some(_) => CheckRun { conclusion: Some(Conclusion::Failure), title: wording::not_as_reviewed(), ..run },
        })
    }

    /// The pull request that the queue's branch is named after, and those whose commits came along.
    async fn pulls_in(&self, group: &MergeGroup) -> Result<Vec<Pull>> {
        let mut pulls = Vec::new();
        if let Some(last) = group.last {
            pulls.extend(self.github.pull(last).await?);
        }
        for pull in self.github.pulls_of(&group.head).await? {
            if pulls.iter().all(|known| known.number != pull.number) {
                pulls.push(pull);
            }
        }
        Ok(pulls)
    }
}
