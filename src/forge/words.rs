//! What GitHub's things are called here: ids, and of each thing the few fields that a decision rests on. No I/O.

use std::collections::BTreeSet;
use std::fmt;

/// A commit by its full id, lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitId(String);

impl CommitId {
    /// None unless it is 40 or 64 hexadecimal digits: nothing else is ever handed to git or put into an address.
    pub fn parse(text: &str) -> Option<CommitId> {
        let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| CommitId(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl TryFrom<String> for CommitId {
    type Error = String;

    fn try_from(text: String) -> Result<CommitId, String> {
        CommitId::parse(&text).ok_or_else(|| format!("{text:?} is no full id of a commit"))
    }
}

impl From<CommitId> for String {
    fn from(id: CommitId) -> String {
        id.0
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `owner/name`, of characters that GitHub allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    owner: String,
    name: String,
}

impl Repository {
    pub fn parse(text: &str) -> Option<Repository> {
        let (owner, name) = text.split_once('/')?;
        let is_plain = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            (1..=100).contains(&part.len()) && part.bytes().all(allowed) && !matches!(part, "." | "..")
        };
        (is_plain(owner) && is_plain(name)).then(|| Repository { owner: owner.to_owned(), name: name.to_owned() })
    }

    pub fn owner(&self) -> &str {
        &self.owner
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

macro_rules! number {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
            #[serde(transparent)]
            pub struct $name(pub u64);

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )*
    };
}

number! {
    /// What stands behind `#` in people's words.
    PullNumber,
    /// Who somebody is, whatever they are called today.
    UserId,
    AppId,
    InstallationId,
    CommentId,
    CheckRunId,
    DeploymentId,
    RunId,
    ArtifactId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    Person,
    Bot,
    /// Organisations and what GitHub may invent: never counted as a person.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub login: String,
    pub kind: UserKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    None,
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullState {
    Open,
    Closed,
    Merged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    pub number: PullNumber,
    pub title: String,
    pub state: PullState,
    pub draft: bool,
    pub author: User,
    pub base: Branch,
    pub head: Branch,
    pub labels: BTreeSet<String>,
    pub merged_by: Option<User>,
    pub merge_commit: Option<CommitId>,
    pub requested_users: BTreeSet<String>,
    pub requested_teams: BTreeSet<String>,
}

impl Pull {
    /// Whether its head is in a repository that others own, or in none any more.
    pub fn is_from_fork(&self) -> bool {
        self.head.repository.is_none() || self.head.repository != self.base.repository
    }
}

/// A pull request as it should be opened, between two branches of this repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPull {
    pub title: String,
    pub body: String,
    pub head: String,
    pub base: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// As its author called it: never a part of a command or an address without being escaped.
    pub name: String,
    pub commit: CommitId,
    /// None where the fork is gone.
    pub repository: Option<Repository>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub author: User,
    /// The app that wrote it, where one did.
    pub app: Option<AppId>,
    pub body: String,
    pub url: String,
    /// Whether it is not as it was first written: others with write access may change it, and GitHub does not say who did.
    pub is_edited: bool,
}

/// Who the bot is there: comments of nobody else are its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub login: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
    Pending,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// None where the account is gone.
    pub author: Option<User>,
    pub state: ReviewState,
    /// The commit that was looked at.
    pub commit: Option<CommitId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    Eyes,
    ThumbsUp,
    ThumbsDown,
    Confused,
    Rocket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    Success,
    Failure,
    Neutral,
    Cancelled,
    ActionRequired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Notice,
    Warning,
    Failure,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    pub path: String,
    pub start_line: u32,
    pub end_line: u32,
    /// Only where both lines are one: GitHub refuses others.
    pub columns: Option<(u32, u32)>,
    pub level: Level,
    pub title: String,
    pub message: String,
}

/// A button of a check run. GitHub takes three: label 20 characters, identifier 20, description 40.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: &'static str,
    pub identifier: &'static str,
    pub description: &'static str,
}

/// What a check run should be. All annotations: the caller of the API splits them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    pub name: String,
    pub commit: CommitId,
    /// None while it is being worked on.
    pub conclusion: Option<Conclusion>,
    pub title: String,
    pub summary: String,
    pub text: String,
    pub annotations: Vec<Annotation>,
    pub buttons: Vec<Button>,
    pub details_url: Option<String>,
    /// What the bot finds it by again: the digest of the report.
    pub external_id: String,
}

/// A check run that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingCheckRun {
    pub id: CheckRunId,
    pub name: String,
    pub commit: CommitId,
    pub app: Option<AppId>,
    pub conclusion: Option<Conclusion>,
    pub external_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: String,
    pub previous_path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    /// It waits to be made.
    Queued,
    /// It is being made.
    InProgress,
    /// It runs.
    Success,
    /// It was made, and does not run as it should.
    Failure,
    /// It could not be made.
    Error,
    /// It is gone.
    Inactive,
}

/// A deployment as it should be told to GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeployment {
    pub environment: String,
    /// What of the environment it is about.
    pub task: String,
    pub commit: CommitId,
    pub description: String,
    /// Made for a pull request, and gone after it.
    pub transient: bool,
    pub production: bool,
}

/// A deployment that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    pub id: DeploymentId,
    pub environment: String,
    pub task: String,
    pub commit: CommitId,
    pub description: String,
    /// None where the account is gone.
    pub creator: Option<User>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentStatus {
    pub state: DeploymentState,
    pub description: String,
    /// Where it can be looked at.
    pub environment_url: Option<String>,
    pub log_url: Option<String>,
}

/// A status that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingStatus {
    pub status: DeploymentStatus,
    /// None where the account is gone.
    pub creator: Option<User>,
}

/// A run of a workflow, as the API tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    pub id: RunId,
    pub attempt: u64,
    /// The file it was made from, `.github/workflows/check.yml`.
    pub path: String,
    pub event: String,
    pub head: Branch,
    /// None while it runs.
    pub conclusion: Option<String>,
    /// GitHub leaves them out where the head is in a fork.
    pub pulls: Vec<PullNumber>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    pub id: ArtifactId,
    pub name: String,
    pub bytes: u64,
    pub expired: bool,
}

/// What GitHub finds wrong in CODEOWNERS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeOwnersError {
    pub path: String,
    pub line: u64,
    pub message: String,
}
