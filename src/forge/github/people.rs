//! What somebody may do in the repository, and who is in a team.

use super::GitHub;
use super::error::GitHubError;
use super::path::path;
use super::wire::WireUser;
use crate::forge::words::{Permission, User};
use serde::Deserialize;

#[derive(Deserialize)]
struct WirePermission {
    permission: String,
    role_name: Option<String>,
    user: Option<WireUser>,
}

impl WirePermission {
    fn permission(&self) -> Permission {
        // The role is finer, but an organisation may call its own roles as it likes: the old word bounds it.
        match (self.permission.as_str(), self.role_name.as_deref()) {
            ("admin", _) => Permission::Admin,
            ("write", Some("maintain")) => Permission::Maintain,
            ("write", _) => Permission::Write,
            ("read", Some("triage")) => Permission::Triage,
            ("read", _) => Permission::Read,
            _ => Permission::None,
        }
    }
}

impl GitHub {
    /// What they may do now. Logins change hands: who answers to this one today and is somebody else may do nothing.
    pub async fn permission(&self, user: &User) -> Result<Permission, GitHubError> {
        let path = self.path(&["collaborators", &user.login, "permission"]);
        let answer: Option<WirePermission> = self.find(path).await?;
        let is_same = |answer: &WirePermission| answer.user.as_ref().is_some_and(|found| found.id() == user.id);
        Ok(answer.filter(is_same).map_or(Permission::None, |answer| answer.permission()))
    }

    /// With those of the teams below it. None where there is no such team, or where the token may not see it: that of
    /// a workflow never may.
    pub async fn team_members(&self, organisation: &str, team: &str) -> Result<Option<Vec<User>>, GitHubError> {
        let path = path(&["orgs", organisation, "teams", team, "members"]);
        match self.list::<WireUser>(path).await {
            Err(GitHubError::NotFound { .. } | GitHubError::Forbidden { .. }) => Ok(None),
            members => Ok(Some(members?.into_iter().map(WireUser::user).collect())),
        }
    }
}
