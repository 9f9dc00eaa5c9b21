//! Runs of workflows and what they left: found by the API, read as bytes of bounded size.

use super::GitHub;
use super::call::Call;
use super::error::GitHubError;
use super::wire::{WireRepository, commit};
use crate::forge::words::{Artifact, ArtifactId, Branch, PullNumber, RunId, WorkflowRun};
use serde::Deserialize;

#[derive(Deserialize)]
struct WireRun {
    id: u64,
    run_attempt: Option<u64>,
    path: String,
    event: String,
    head_branch: Option<String>,
    head_sha: String,
    head_repository: Option<WireRepository>,
    conclusion: Option<String>,
    pull_requests: Option<Vec<WireNumber>>,
}

#[derive(Deserialize)]
struct WireNumber {
    number: u64,
}

#[derive(Deserialize)]
struct WireArtifacts {
    artifacts: Vec<WireArtifact>,
}

#[derive(Deserialize)]
struct WireArtifact {
    id: u64,
    name: String,
    size_in_bytes: u64,
    expired: bool,
}

impl GitHub {
    pub async fn workflow_run(&self, id: RunId) -> Result<Option<WorkflowRun>, GitHubError> {
        let path = self.path(&["actions", "runs", &id.to_string()]);
        let call = Call::get(path.clone());
        let Some(run): Option<WireRun> = self.find(path).await? else { return Ok(None) };
        let head = Branch {
            name: run.head_branch.unwrap_or_default(),
            commit: commit(&run.head_sha, &call)?,
            repository: run.head_repository.and_then(|repository| repository.repository()),
        };
        let pulls = run.pull_requests.unwrap_or_default().into_iter().map(|pull| PullNumber(pull.number)).collect();
        let WireRun { id, run_attempt, path, event, conclusion, .. } = run;
        Ok(Some(WorkflowRun { id: RunId(id), attempt: run_attempt.unwrap_or(1), path, event, head, conclusion, pulls }))
    }

    /// Newest first.
    pub async fn artifacts(&self, run: RunId) -> Result<Vec<Artifact>, GitHubError> {
        let path = self.path(&["actions", "runs", &run.to_string(), "artifacts"]);
        let artifacts = self.list_in(path, |page: WireArtifacts| page.artifacts).await?;
        let artifact = |artifact: WireArtifact| {
            let WireArtifact { id, name, size_in_bytes: bytes, expired } = artifact;
            Artifact { id: ArtifactId(id), name, bytes, expired }
        };
        Ok(artifacts.into_iter().map(artifact).collect())
    }

    /// The archive as it is stored, not longer than the limit: `member` reads one file of it.
    pub async fn download_artifact(&self, id: ArtifactId, limit: usize) -> Result<Vec<u8>, GitHubError> {
        let call = Call::get(self.path(&["actions", "artifacts", &id.to_string(), "zip"]));
        self.fetch_elsewhere(&call, limit).await
    }
}
