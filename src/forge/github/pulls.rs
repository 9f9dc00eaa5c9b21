//! Pull requests: one, all that are open, those of a commit or a branch; their files; whom they ask for a review.

use super::GitHub;
use super::call::{Call, Repeat};
use super::error::GitHubError;
use super::path::with;
use super::wire::{WireBranch, WireUser, commit, user_or_ghost};
use crate::forge::limit::{COMMENT_BYTES, TITLE_BYTES, prefix, within};
use crate::forge::words::{ChangedFile, CommitId, NewPull, Pull, PullNumber, PullState, Repository};
use serde::Deserialize;
use serde_json::json;

/// GitHub lists no more files of a pull request than these.
const LISTED_FILES: u64 = 3_000;

#[derive(Deserialize)]
struct WirePull {
    number: u64,
    title: String,
    state: String,
    #[serde(default)]
    draft: bool,
    merged_at: Option<String>,
    user: Option<WireUser>,
    base: WireBranch,
    head: WireBranch,
    labels: Vec<WireLabel>,
    merged_by: Option<WireUser>,
    merge_commit_sha: Option<String>,
    #[serde(default)]
    requested_reviewers: Vec<WireUser>,
    #[serde(default)]
    requested_teams: Vec<WireTeam>,
    changed_files: Option<u64>,
}

#[derive(Deserialize)]
struct WireLabel {
    name: String,
}

#[derive(Deserialize)]
struct WireTeam {
    slug: String,
}

#[derive(Deserialize)]
struct WireFile {
    filename: String,
    previous_filename: Option<String>,
}

impl WirePull {
    fn pull(self, call: &Call) -> Result<Pull, GitHubError> {
        let state = match (self.merged_at.is_some(), self.state.as_str()) {
            (true, _) => PullState::Merged,
            (false, "open") => PullState::Open,
            (false, _) => PullState::Closed,
        };
        let merge_commit = match state {
            PullState::Merged => self.merge_commit_sha.as_deref().map(|sha| commit(sha, call)).transpose()?,
            // Before, it is a trial merge that nothing may rest on.
            PullState::Open | PullState::Closed => None,
        };
        Ok(Pull {
            number: PullNumber(self.number),
            title: self.title,
            state,
            draft: self.draft,
            author: user_or_ghost(self.user),
            base: self.base.branch(call)?,
            head: self.head.branch(call)?,
            labels: self.labels.into_iter().map(|label| label.name).collect(),
            merged_by: self.merged_by.map(WireUser::user),
            merge_commit,
            requested_users: self.requested_reviewers.into_iter().map(|user| user.user().login).collect(),
            requested_teams: self.requested_teams.into_iter().map(|team| team.slug).collect(),
        })
    }
}

impl GitHub {
    pub async fn pull(&self, number: PullNumber) -> Result<Option<Pull>, GitHubError> {
        let path = self.pull_path(number, &[]);
        let call = Call::get(path.clone());
        self.find::<WirePull>(path).await?.map(|pull| pull.pull(&call)).transpose()
    }

    pub async fn open_pulls(&self) -> Result<Vec<Pull>, GitHubError> {
        self.pulls(with(&self.path(&["pulls"]), "state", "open")).await
    }

    /// Those whose head is this branch of this repository, a fork or our own; also those that are over.
    pub async fn pulls_from(&self, head: &Repository, branch: &str) -> Result<Vec<Pull>, GitHubError> {
        let path = with(&self.path(&["pulls"]), "state", "all");
        let pulls = self.pulls(with(&path, "head", &format!("{}:{branch}", head.owner()))).await?;
        // GitHub overlooks a filter that it cannot read, and one owner may have several forks.
        let is_meant = |pull: &Pull| pull.head.name == branch && pull.head.repository.as_ref() == Some(head);
        Ok(pulls.into_iter().filter(is_meant).collect())
    }

    /// That which is open for these branches of this repository; there is one at most.
    pub async fn pull_between(&self, head: &str, base: &str) -> Result<Option<PullNumber>, GitHubError> {
        let pulls = self.pulls_from(&self.repository, head).await?;
        let is_open = |pull: &&Pull| pull.state == PullState::Open && pull.base.name == base;
        Ok(pulls.iter().find(is_open).map(|pull| pull.number))
    }

    /// Opens one, from a branch of this repository; None in a dry run. Where one is open for the same branches, that is the
    /// answer.
    pub async fn create_pull(&self, pull: &NewPull) -> Result<Option<PullNumber>, GitHubError> {
        let body = json!({
            "title": prefix(&pull.title, TITLE_BYTES),
            "body": within(&pull.body, COMMENT_BYTES),
            "head": pull.head,
            "base": pull.base,
        });
        #[derive(Deserialize)]
        struct Made {
            number: u64,
        }
        let call = Call::post(self.path(&["pulls"]), &body);
        let look = || async {
            let found = self.pull_between(&pull.head, &pull.base).await?;
            Ok(found.map(|number| Made { number: number.0 }))
        };
        match self.create(&call, look).await {
            // That is how GitHub says that there is one.
            Err(error @ GitHubError::Unprocessable { .. }) => match self.pull_between(&pull.head, &pull.base).await? {
                Some(number) => Ok(Some(number)),
                None => Err(error),
            },
            made => Ok(made?.map(|made| PullNumber(made.number))),
        }
    }

    /// Those that brought a commit in or would. GitHub may leave out those of forks.
    pub async fn pulls_of(&self, commit: &CommitId) -> Result<Vec<Pull>, GitHubError> {
        self.pulls(self.path(&["commits", commit.as_str(), "pulls"])).await
    }

    /// Every changed file, or an error: what is decided on a part of them is wrong.
    pub async fn changed_files(&self, number: PullNumber) -> Result<Vec<ChangedFile>, GitHubError> {
        let path = self.pull_path(number, &["files"]);
        let too_many = |count: u64| {
            let limit = format!("the {LISTED_FILES} files that GitHub lists: {count} files change");
            GitHubError::TooMany { call: Call::get(path.clone()).to_string(), limit }
        };
        let pull: WirePull = self.read(self.pull_path(number, &[])).await?;
        let count = pull.changed_files.unwrap_or_default();
        if count > LISTED_FILES {
            return Err(too_many(count));
        }
        let files: Vec<WireFile> = self.list(path.clone()).await?;
        if files.len() as u64 != count {
            let reason =
                format!("{} files are listed and {count} counted; a push may have come in between", files.len());
            return Err(Call::get(path).unreadable(reason));
        }
        let file = |file: WireFile| ChangedFile { path: file.filename, previous_path: file.previous_filename };
        Ok(files.into_iter().map(file).collect())
    }

    /// Asks for reviews. Those whom GitHub does not let review here are left out and named in the answer.
    pub async fn request_reviewers(
        &self,
        number: PullNumber,
        users: &[String],
        teams: &[String],
    ) -> Result<Vec<String>, GitHubError> {
        if users.is_empty() && teams.is_empty() {
            return Ok(Vec::new());
        }
        match self.request(number, users, teams).await {
            Err(GitHubError::Unprocessable { .. }) => {}
            requested => return requested.map(|()| Vec::new()),
        }
        // One who may not spoils it for all, and GitHub does not say who.
        let mut refused = Vec::new();
        let each = users.iter().map(|user| (std::slice::from_ref(user), [].as_slice()));
        for (users, teams) in each.chain(teams.iter().map(|team| ([].as_slice(), std::slice::from_ref(team)))) {
            match self.request(number, users, teams).await {
                Err(GitHubError::Unprocessable { .. }) => refused.extend(users.iter().chain(teams).cloned()),
                requested => requested?,
            }
        }
        Ok(refused)
    }

    async fn request(&self, number: PullNumber, users: &[String], teams: &[String]) -> Result<(), GitHubError> {
        let path = self.pull_path(number, &["requested_reviewers"]);
        let call = Call::post(path, &json!({"reviewers": users, "team_reviewers": teams}));
        self.write(&call, Repeat::Harmless).await.map(drop)
    }

    async fn pulls(&self, path: String) -> Result<Vec<Pull>, GitHubError> {
        let call = Call::get(path.clone());
        self.list::<WirePull>(path).await?.into_iter().map(|pull| pull.pull(&call)).collect()
    }

    pub(super) fn pull_path(&self, number: PullNumber, rest: &[&str]) -> String {
        let number = number.to_string();
        self.path(&[&["pulls", &number], rest].concat())
    }
}
