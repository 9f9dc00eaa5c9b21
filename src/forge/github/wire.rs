//! What several answers hold: users, teams, branches as GitHub writes them, and what they are called here.

use super::call::Call;
use super::error::GitHubError;
use crate::forge::words::{Branch, CommitId, Repository, User, UserId, UserKind};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct WireUser {
    id: u64,
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl WireUser {
    pub fn id(&self) -> UserId {
        UserId(self.id)
    }

    pub fn user(self) -> User {
        let kind = match self.kind.as_str() {
            "User" => UserKind::Person,
            "Bot" => UserKind::Bot,
            _ => UserKind::Other,
        };
        User { id: UserId(self.id), login: self.login, kind }
    }
}

/// Who stands in for an account that is gone. GitHub shows `ghost` in its place; no person has the id 0.
pub(super) fn user_or_ghost(user: Option<WireUser>) -> User {
    let ghost = || User { id: UserId(0), login: "ghost".to_owned(), kind: UserKind::Other };
    user.map_or_else(ghost, WireUser::user)
}

#[derive(Deserialize)]
pub(super) struct WireRepository {
    full_name: String,
}

impl WireRepository {
    pub fn repository(&self) -> Option<Repository> {
        Repository::parse(&self.full_name)
    }
}

#[derive(Deserialize)]
pub(super) struct WireBranch {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
    repo: Option<WireRepository>,
}

impl WireBranch {
    pub fn branch(self, call: &Call) -> Result<Branch, GitHubError> {
        let commit = commit(&self.sha, call)?;
        Ok(Branch { name: self.name, commit, repository: self.repo.and_then(|repo| repo.repository()) })
    }
}

/// A commit id out of an answer.
pub(super) fn commit(text: &str, call: &Call) -> Result<CommitId, GitHubError> {
    CommitId::parse(text).ok_or_else(|| call.unreadable("it holds a commit id that is none".to_owned()))
}
