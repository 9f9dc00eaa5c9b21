//! Deployments and their states, by which GitHub shows where something runs.

use super::GitHub;
use super::call::{Call, Repeat};
use super::error::GitHubError;
use super::path::with;
use super::wire::{WireUser, commit};
use crate::forge::limit::{DESCRIPTION_BYTES, prefix};
use crate::forge::words::{
    CommitId, Deployment, DeploymentId, DeploymentState, DeploymentStatus, NewDeployment, StandingStatus,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct WireDeployment {
    id: u64,
    environment: String,
    task: String,
    sha: String,
    description: Option<String>,
    creator: Option<WireUser>,
}

#[derive(Deserialize)]
struct WireStatus {
    state: String,
    description: String,
    environment_url: Option<String>,
    log_url: Option<String>,
    creator: Option<WireUser>,
}

impl WireDeployment {
    fn deployment(self, call: &Call) -> Result<Deployment, GitHubError> {
        Ok(Deployment {
            id: DeploymentId(self.id),
            environment: self.environment,
            task: self.task,
            commit: commit(&self.sha, call)?,
            description: self.description.unwrap_or_default(),
            creator: self.creator.map(WireUser::user),
        })
    }
}

impl GitHub {
    /// Newest first.
    pub async fn deployments(
        &self,
        environment: &str,
        commit: Option<&CommitId>,
    ) -> Result<Vec<Deployment>, GitHubError> {
        let path = self.deployments_path(environment, commit);
        let call = Call::get(path.clone());
        self.list::<WireDeployment>(path).await?.into_iter().map(|wire| wire.deployment(&call)).collect()
    }

    /// The newest hundred of an environment, and there of one task where that is given; newest first.
    pub async fn recent_deployments(
        &self,
        environment: &str,
        task: Option<&str>,
    ) -> Result<Vec<Deployment>, GitHubError> {
        let path = self.deployments_path(environment, None);
        let path = task.map_or_else(|| path.clone(), |task| with(&path, "task", task));
        let path = with(&path, "per_page", "100");
        let call = Call::get(path.clone());
        self.read::<Vec<WireDeployment>>(path).await?.into_iter().map(|wire| wire.deployment(&call)).collect()
    }

    /// Tells GitHub that something is to be deployed: GitHub neither merges nor waits for checks.
    pub async fn create_deployment(&self, deployment: &NewDeployment) -> Result<DeploymentId, GitHubError> {
        let description = prefix(&deployment.description, DESCRIPTION_BYTES);
        let body = json!({
            "ref": deployment.commit.as_str(),
            "environment": deployment.environment,
            "task": deployment.task,
            "description": description,
            "transient_environment": deployment.transient,
            "production_environment": deployment.production,
            "auto_merge": false,
            "required_contexts": [],
        });
        let call = Call::post(self.path(&["deployments"]), &body);
        // One that was there before would be taken for the one that was made.
        let before = self.newest_deployment(deployment).await?;
        let look = || async {
            let newest = self.newest_deployment(deployment).await?;
            Ok(newest.filter(|newest| {
                let is_new = before.as_ref().is_none_or(|before| before.id < newest.id);
                is_new && newest.description.as_deref().unwrap_or_default() == description
            }))
        };
        let made: Option<WireDeployment> = self.create(&call, look).await?;
        Ok(DeploymentId(made.map_or(0, |made| made.id)))
    }

    /// Newest first; those in a state that we never set are left out.
    pub async fn deployment_statuses(&self, id: DeploymentId) -> Result<Vec<StandingStatus>, GitHubError> {
        let statuses: Vec<WireStatus> = self.list(self.statuses_path(id)).await?;
        Ok(statuses.into_iter().filter_map(WireStatus::status).collect())
    }

    /// The same state twice in a row is shown as one, so it may be sent again. What it replaces is not ended by GitHub:
    /// that knows of environments and not of what is in them.
    pub async fn create_deployment_status(
        &self,
        id: DeploymentId,
        status: &DeploymentStatus,
    ) -> Result<(), GitHubError> {
        let mut body = json!({
            "state": word(status.state),
            "description": prefix(&status.description, DESCRIPTION_BYTES),
            "auto_inactive": false,
        });
        for (name, url) in [("environment_url", &status.environment_url), ("log_url", &status.log_url)] {
            if let Some(url) = url {
                body[name] = json!(url);
            }
        }
        self.write(&Call::post(self.statuses_path(id), &body), Repeat::Harmless).await.map(drop)
    }

    async fn newest_deployment(&self, deployment: &NewDeployment) -> Result<Option<WireDeployment>, GitHubError> {
        let path = self.deployments_path(&deployment.environment, Some(&deployment.commit));
        let standing: Vec<WireDeployment> = self.list(path).await?;
        let same = standing.into_iter().filter(|standing| standing.task == deployment.task);
        Ok(same.max_by_key(|standing| standing.id))
    }

    fn deployments_path(&self, environment: &str, commit: Option<&CommitId>) -> String {
        let path = with(&self.path(&["deployments"]), "environment", environment);
        commit.map_or_else(|| path.clone(), |commit| with(&path, "sha", commit.as_str()))
    }

    fn statuses_path(&self, id: DeploymentId) -> String {
        self.path(&["deployments", &id.to_string(), "statuses"])
    }
}

fn word(state: DeploymentState) -> &'static str {
    match state {
        DeploymentState::Queued => "queued",
        DeploymentState::InProgress => "in_progress",
        DeploymentState::Success => "success",
        DeploymentState::Failure => "failure",
        DeploymentState::Error => "error",
        DeploymentState::Inactive => "inactive",
    }
}

fn state(word: &str) -> Option<DeploymentState> {
    Some(match word {
        "queued" => DeploymentState::Queued,
        "in_progress" => DeploymentState::InProgress,
        "success" => DeploymentState::Success,
        "failure" => DeploymentState::Failure,
        "error" => DeploymentState::Error,
        "inactive" => DeploymentState::Inactive,
        _ => return None,
    })
}

impl WireStatus {
    fn status(self) -> Option<StandingStatus> {
        let url = |url: Option<String>| url.filter(|url| !url.is_empty());
        let status = DeploymentStatus {
            state: state(&self.state)?,
            description: self.description,
            environment_url: url(self.environment_url),
            log_url: url(self.log_url),
        };
        Some(StandingStatus { status, creator: self.creator.map(WireUser::user) })
    }
}
