//! Payloads, as far as they are read. GitHub adds fields as it likes; what is not named here is not looked at.

use super::Subject;
use crate::forge::words::{
    CheckRunId, CommentId, CommitId, InstallationId, PullNumber, Repository, RunId, User, UserId, UserKind,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, String> {
    serde_json::from_slice(payload).map_err(|error| error.to_string())
}

pub fn commit(text: &str) -> Result<CommitId, String> {
    CommitId::parse(text).ok_or_else(|| format!("`{}` is no commit id", text.escape_debug()))
}

/// `refs/heads/main` is `main`; what is no branch stays as it is.
pub fn branch(reference: &str) -> &str {
    reference.strip_prefix("refs/heads/").unwrap_or(reference)
}

/// What stands around every event. Of events that are of no interest it may have any shape.
#[derive(Debug, Deserialize)]
pub struct Envelope {
    #[serde(default)]
    action: Value,
    #[serde(default)]
    repository: Value,
    #[serde(default)]
    installation: Value,
}

impl Envelope {
    pub fn action(&self) -> Option<&str> {
        self.action.as_str()
    }

    pub fn repository(&self) -> Option<Repository> {
        Repository::parse(self.repository.get("full_name")?.as_str()?)
    }

    pub fn installation(&self) -> Option<InstallationId> {
        self.installation.get("id")?.as_u64().map(InstallationId)
    }

    pub fn default_branch(&self) -> Option<&str> {
        self.repository.get("default_branch")?.as_str()
    }
}

#[derive(Debug, Deserialize)]
pub struct PullEvent {
    pub number: PullNumber,
    #[serde(default)]
    changes: Value,
}

impl PullEvent {
    pub fn base_changed(&self) -> bool {
        self.changes.get("base").is_some()
    }
}

#[derive(Debug, Deserialize)]
pub struct ReviewEvent {
    pub pull_request: Numbered,
}

#[derive(Debug, Deserialize)]
pub struct Numbered {
    pub number: PullNumber,
}

#[derive(Debug, Deserialize)]
pub struct WorkflowRunEvent {
    pub workflow_run: Run,
}

#[derive(Debug, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub event: String,
    head_sha: String,
    head_branch: Option<String>,
    /// Null where the fork is gone.
    head_repository: Option<RepositoryName>,
}

#[derive(Debug, Deserialize)]
struct RepositoryName {
    full_name: String,
}

impl Run {
    pub fn subject(&self) -> Result<Subject, String> {
        Ok(Subject::Head {
            commit: commit(&self.head_sha)?,
            repository: self.head_repository.as_ref().and_then(|one| Repository::parse(&one.full_name)),
            branch: self.head_branch.clone(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub struct MergeGroupEvent {
    pub merge_group: Group,
}

#[derive(Debug, Deserialize)]
pub struct Group {
    pub head_sha: String,
    pub head_ref: String,
    pub base_sha: String,
    pub base_ref: String,
}

#[derive(Debug, Deserialize)]
pub struct PushEvent {
    #[serde(rename = "ref")]
    pub reference: String,
    pub after: String,
    #[serde(default)]
    pub deleted: bool,
}

#[derive(Debug, Deserialize)]
pub struct DispatchEvent {
    #[serde(default)]
    inputs: Value,
}

impl DispatchEvent {
    /// What was filled in; an empty field is none.
    pub fn pull(&self) -> Result<Option<PullNumber>, String> {
        let written = match self.inputs.get("pull") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().trim_start_matches('#').to_owned(),
            Some(other) => other.to_string(),
        };
        let number = written.parse().map_err(|_| format!("`{}` is no number", written.escape_debug()))?;
        Ok(Some(PullNumber(number)))
    }
}

#[derive(Debug, Deserialize)]
pub struct CommentEvent {
    pub issue: Issue,
    pub comment: WrittenComment,
    #[serde(default)]
    changes: Value,
}

#[derive(Debug, Deserialize)]
pub struct Issue {
    pub number: PullNumber,
    /// Only of pull requests.
    pub pull_request: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub struct WrittenComment {
    pub id: CommentId,
    #[serde(default)]
    pub body: String,
    user: Option<Account>,
}

impl WrittenComment {
    pub fn is_of_a_bot(&self) -> bool {
        self.user.as_ref().is_none_or(|user| user.kind != "User")
    }
}

impl CommentEvent {
    /// What it said before it was edited.
    pub fn former_text(&self) -> Option<&str> {
        self.changes.get("body")?.get("from")?.as_str()
    }
}

#[derive(Debug, Deserialize)]
struct Account {
    id: UserId,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl Account {
    fn user(&self) -> User {
        let kind = match self.kind.as_str() {
            "User" => UserKind::Person,
            "Bot" => UserKind::Bot,
            _ => UserKind::Other,
        };
        User { id: self.id, login: self.login.clone(), kind }
    }
}

#[derive(Debug, Deserialize)]
pub struct CheckEvent {
    check_run: Option<Check>,
    check_suite: Option<Check>,
    requested_action: Option<Requested>,
    sender: Option<Account>,
}

#[derive(Debug, Deserialize)]
struct Check {
    id: u64,
    head_sha: String,
}

#[derive(Debug, Deserialize)]
struct Requested {
    identifier: String,
}

impl CheckEvent {
    pub fn subject(&self) -> Result<Subject, String> {
        let check = self.check_run.as_ref().or(self.check_suite.as_ref()).ok_or("it names no check")?;
        Ok(Subject::Head { commit: commit(&check.head_sha)?, repository: None, branch: None })
    }

    /// Which button of which check run, and who pressed it.
    pub fn button(&self) -> Result<(CheckRunId, String, User), String> {
        let check = self.check_run.as_ref().ok_or("it names no check run")?;
        let requested = self.requested_action.as_ref().ok_or("it names no action")?;
        let by = self.sender.as_ref().ok_or("it names nobody")?;
        Ok((CheckRunId(check.id), requested.identifier.clone(), by.user()))
    }
}
