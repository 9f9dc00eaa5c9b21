//! Deployments: records, and what stands on GitHub, brought together.

use super::bot::{Bot, Did, Occasion};
use crate::forge::deployment::{Call, Record, Shown, Standing, plan, shown, task};
use crate::forge::github::GitHubError;
use crate::forge::words::{Deployment, DeploymentId, Pull, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Previews whose statuses are read for a comment, each by a call.
const MOST_PREVIEWS: usize = 20;

impl Bot {
    /// Makes GitHub show what the records of this occasion say. One environment keeps nobody from the others.
    pub async fn show_deployments(&self, occasion: &Occasion) -> Did {
        let mut environments: BTreeMap<&str, Vec<Record>> = BTreeMap::new();
        for record in &occasion.records {
            environments.entry(record.environment.as_str()).or_default().push(record.clone());
        }
        let mut did = Did::default();
        for (environment, records) in environments {
            did = match self.show_in(environment, &records, &mut did).await {
                Ok(()) => did,
                Err(error) => did.and(Did::failing(format!("deployments of {environment}: {error}"))),
            };
        }
        did
    }

    async fn show_in(&self, environment: &str, records: &[Record], did: &mut Did) -> Result<(), GitHubError> {
        let standing = self.standing(environment, records).await?;
        let calls = plan(records, &standing);
        if calls.is_empty() {
            did.lines.push(format!("deployments of {environment} are shown as they should be"));
        }
        for call in calls {
            let (id, statuses, said) = match call {
                Call::Tell { of, status } => (of, vec![status], format!("deployment {of} of {environment}")),
                Call::Create { deployment, statuses } => {
                    let id = self.github.create_deployment(&deployment).await?;
                    (id, statuses, format!("deployment of {} to {environment}", deployment.commit.short()))
                }
            };
            for status in statuses {
                self.github.create_deployment_status(id, &status).await?;
                did.lines.push(format!("{said}: {}", status.description));
            }
        }
        Ok(())
    }

    /// Ours of this environment, as far as these records can change them: of their commits, and of each unit the newest
    /// down to the one that runs, which ended all before it.
    async fn standing(&self, environment: &str, records: &[Record]) -> Result<Vec<Standing>, GitHubError> {
        let own = self.github.actor().await?.user;
        let mut known: BTreeMap<DeploymentId, Standing> = BTreeMap::new();
        let commits: BTreeSet<_> = records.iter().map(|record| &record.commit).collect();
        let tasks: BTreeSet<String> = records.iter().map(|record| task(record.unit.as_deref())).collect();
        for commit in commits {
            for one in self.github.deployments(environment, Some(commit)).await? {
                if tasks.contains(&one.task) && Standing::is_ours(&one, own) {
                    known.insert(one.id, self.standing_of(&one, own).await?);
                }
            }
        }
        for task in &tasks {
            for one in self.github.recent_deployments(environment, Some(task)).await? {
                if !Standing::is_ours(&one, own) || one.task != *task {
                    continue;
                }
                let standing = match known.get(&one.id) {
                    Some(standing) => standing.clone(),
                    None => self.standing_of(&one, own).await?,
                };
                let runs = standing.runs();
                known.insert(one.id, standing);
                if runs {
                    break;
                }
            }
        }
        Ok(known.into_values().collect())
    }

    async fn standing_of(&self, deployment: &Deployment, own: UserId) -> Result<Standing, GitHubError> {
        let statuses = self.github.deployment_statuses(deployment.id).await?;
        Ok(Standing::of(deployment, statuses, own))
    }

    /// How the previews of a pull request stand: by what GitHub shows, and by the records of this occasion. A report is
    /// worth more than they are: where GitHub does not say, they are left out.
    pub(super) async fn previews(&self, pull: &Pull, occasion: &Occasion) -> Vec<Shown> {
        let environment = Record::preview_environment(pull.number);
        let is_here = |record: &&Record| record.environment.as_str() == environment;
        let records: Vec<Record> = occasion.records.iter().filter(is_here).cloned().collect();
        let standing = self.standing_previews(&environment).await.unwrap_or_default();
        shown(&environment, &records, &standing)
    }

    async fn standing_previews(&self, environment: &str) -> Result<Vec<Standing>, GitHubError> {
        let recent = self.github.recent_deployments(environment, None).await?;
        if recent.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.github.actor().await?.user;
        let (mut standing, mut settled) = (Vec::new(), BTreeSet::new());
        for one in recent.iter().filter(|one| Standing::is_ours(one, own)) {
            if standing.len() == MOST_PREVIEWS {
                break;
            }
            if settled.contains(&one.task) {
                continue;
            }
            let found = self.standing_of(one, own).await?;
            if found.runs() {
                settled.insert(one.task.clone());
            }
            standing.push(found);
        }
        Ok(standing)
    }
}
