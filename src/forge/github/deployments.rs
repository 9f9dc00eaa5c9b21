//! Deployments and their states, by which GitHub shows where something runs.

use super::GitHub;
use super::call::{Call, Repeat};
use super::error::GitHubError;
use super::path::with;
use super::wire::{WireUser, commit};
use crate::forge::limit::prefix;
use crate::forge::words::{CommitId, Deployment, DeploymentId, DeploymentState, DeploymentStatus, NewDeployment};
use serde::Deserialize;
use serde_json::json;

/// GitHub takes 140 characters.
const DESCRIPTION_BYTES: usize = 140;

#[derive(Deserialize)]
struct WireDeployment {
    id: u64,
    environment: String,
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
}

impl WireDeployment {
    fn deployment(self, call: &Call) -> Result<Deployment, GitHubError> {
        Ok(Deployment {
            id: DeploymentId(self.id),
            environment: self.environment,
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

    /// Tells GitHub that something is to be deployed: GitHub neither merges nor waits for checks.
    pub async fn create_deployment(&self, deployment: &NewDeployment) -> Result<DeploymentId, GitHubError> {
        let description = prefix(&deployment.description, DESCRIPTION_BYTES);
        let body = json!({
            "ref": deployment.commit.as_str(),
            "environment": deployment.environment,
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
    pub async fn deployment_statuses(&self, id: DeploymentId) -> Result<Vec<DeploymentStatus>, GitHubError> {
        let statuses: Vec<WireStatus> = self.list(self.statuses_path(id)).await?;
        Ok(statuses.into_iter().filter_map(WireStatus::status).collect())
    }

    /// The same state twice in a row is shown as one, so it may be sent again.
    pub async fn create_deployment_status(
        &self,
        id: DeploymentId,
        status: &DeploymentStatus,
    ) -> Result<(), GitHubError> {
        let mut body = json!({
            "state": word(status.state),
            "description": prefix(&status.description, DESCRIPTION_BYTES),
            "auto_inactive": true,
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
        Ok(standing.into_iter().max_by_key(|standing| standing.id))
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
    fn status(self) -> Option<DeploymentStatus> {
        let state = state(&self.state)?;
        let url = |url: Option<String>| url.filter(|url| !url.is_empty());
        Some(DeploymentStatus {
            state,
            description: self.description,
            environment_url: url(self.environment_url),
            log_url: url(self.log_url),
        })
    }
}
