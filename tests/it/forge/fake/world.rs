//! The state, and how a test sets it up.

use super::app::App;
use super::reply::Request;
use super::trouble::{Meeting, Trouble};
use super::{READ_TOKEN, REPOSITORY, TOKEN};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The head of every pull request until a test says otherwise.
pub const COMMIT: &str = "00000000000000000000000000000000000000a1";
const BASE: &str = "00000000000000000000000000000000000000b0";

/// A commit id that ends with these digits.
pub fn commit(end: &str) -> String {
    format!("{end:0>40}")
}

pub struct World {
    pub url: String,
    pub users: BTreeMap<String, FakeUser>,
    /// By organisation and slug.
    pub teams: BTreeMap<(String, String), Vec<String>>,
    pub pulls: BTreeMap<u64, FakePull>,
    pub comments: Vec<FakeComment>,
    pub check_runs: Vec<FakeCheckRun>,
    pub deployments: Vec<FakeDeployment>,
    pub branches: BTreeMap<String, String>,
    pub runs: BTreeMap<u64, Value>,
    pub artifacts: BTreeMap<u64, FakeArtifact>,
    /// None where there is no such file.
    pub codeowners_errors: Option<Vec<Value>>,
    pub sarif: Vec<Value>,
    /// By token: who it is, and whether they may write.
    pub tokens: BTreeMap<String, Asker>,
    pub app: Option<App>,
    pub troubles: Vec<Trouble>,
    pub requests: Vec<Request>,
    pub meetings: Vec<Meeting>,
    next_id: u64,
}

#[derive(Debug, Clone)]
pub struct Asker {
    pub login: String,
    pub writes: bool,
}

#[derive(Debug, Clone)]
pub struct FakeUser {
    pub id: u64,
    pub kind: &'static str,
    /// The old word and the role, `("write", "maintain")`.
    pub permission: (&'static str, &'static str),
}

#[derive(Debug, Clone)]
pub struct FakePull {
    pub title: String,
    pub author: String,
    pub state: &'static str,
    pub merged_at: Option<String>,
    pub draft: bool,
    pub base: String,
    pub head: String,
    pub head_branch: String,
    pub head_repository: Option<String>,
    /// What its merge made; its head where nothing is said.
    pub merge_commit: Option<String>,
    pub labels: BTreeSet<String>,
    pub reviewers: BTreeSet<String>,
    pub team_reviewers: BTreeSet<String>,
    pub reviews: Vec<Value>,
    pub files: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct FakeComment {
    pub id: u64,
    pub pull: u64,
    pub author: String,
    pub body: String,
    /// Whether it is no longer as it was first written.
    pub edited: bool,
    /// Who reacted, and how.
    pub reactions: BTreeSet<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct FakeCheckRun {
    pub id: u64,
    /// What was said of it, later words over earlier.
    pub value: Value,
    pub annotations: Vec<Value>,
    pub calls: usize,
}

#[derive(Debug, Clone)]
pub struct FakeDeployment {
    pub id: u64,
    pub creator: String,
    pub value: Value,
    pub statuses: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct FakeArtifact {
    pub run: u64,
    pub name: String,
    pub zip: Vec<u8>,
    pub expired: bool,
}

impl World {
    pub fn new() -> World {
        let asker = |writes| Asker { login: "github-actions[bot]".to_owned(), writes };
        let mut world = World {
            url: String::new(),
            users: BTreeMap::new(),
            teams: BTreeMap::new(),
            pulls: BTreeMap::new(),
            comments: Vec::new(),
            check_runs: Vec::new(),
            deployments: Vec::new(),
            branches: BTreeMap::from([("main".to_owned(), BASE.to_owned())]),
            runs: BTreeMap::new(),
            artifacts: BTreeMap::new(),
            codeowners_errors: Some(Vec::new()),
            sarif: Vec::new(),
            tokens: BTreeMap::from([(TOKEN.to_owned(), asker(true)), (READ_TOKEN.to_owned(), asker(false))]),
            app: None,
            troubles: Vec::new(),
            requests: Vec::new(),
            meetings: Vec::new(),
            next_id: 1_000,
        };
        world.user("github-actions[bot]", 41_898_282, "Bot", ("none", "none"));
        world
    }

    pub fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Somebody who may write.
    pub fn writer(&mut self, login: &str) -> &mut FakeUser {
        self.person(login, ("write", "write"))
    }

    pub fn reader(&mut self, login: &str) -> &mut FakeUser {
        self.person(login, ("read", "read"))
    }

    pub fn person(&mut self, login: &str, permission: (&'static str, &'static str)) -> &mut FakeUser {
        let id = self.users.get(login).map(|user| user.id);
        let id = id.unwrap_or_else(|| self.id());
        self.user(login, id, "User", permission)
    }

    pub fn user(
        &mut self,
        login: &str,
        id: u64,
        kind: &'static str,
        permission: (&'static str, &'static str),
    ) -> &mut FakeUser {
        self.users.insert(login.to_owned(), FakeUser { id, kind, permission });
        self.users.get_mut(login).unwrap()
    }

    pub fn team(&mut self, organisation: &str, slug: &str, members: &[&str]) {
        let members = members.iter().map(|login| (*login).to_owned()).collect();
        self.teams.insert((organisation.to_owned(), slug.to_owned()), members);
    }

    /// An open pull request of a writer, from a branch of the repository itself.
    pub fn pull(&mut self, number: u64, author: &str) -> &mut FakePull {
        if !self.users.contains_key(author) {
            self.writer(author);
        }
        let pull = FakePull {
            title: format!("Change {number}"),
            author: author.to_owned(),
            state: "open",
            merged_at: None,
            draft: false,
            base: BASE.to_owned(),
            head: COMMIT.to_owned(),
            head_branch: format!("change-{number}"),
            head_repository: Some(REPOSITORY.to_owned()),
            merge_commit: None,
            labels: BTreeSet::new(),
            reviewers: BTreeSet::new(),
            team_reviewers: BTreeSet::new(),
            reviews: Vec::new(),
            files: Vec::new(),
        };
        self.pulls.insert(number, pull);
        self.pulls.get_mut(&number).unwrap()
    }

    /// A comment that somebody writes; its id.
    pub fn comment(&mut self, pull: u64, author: &str, body: &str) -> u64 {
        let id = self.id();
        let (author, body) = (author.to_owned(), body.to_owned());
        self.comments.push(FakeComment { id, pull, author, body, edited: false, reactions: BTreeSet::new() });
        id
    }

    /// Moves the head of a pull request.
    pub fn push(&mut self, pull: u64, commit: &str) {
        self.pulls.get_mut(&pull).unwrap().head = commit.to_owned();
    }

    /// A review of the commit that is the head now; `state` as GitHub writes it, `APPROVED`.
    pub fn review(&mut self, pull: u64, author: &str, state: &str) {
        let user = self.user_json(author);
        let (id, pull) = (self.id(), self.pulls.get_mut(&pull).unwrap());
        pull.reviews.push(json!({"id": id, "user": user, "state": state, "commit_id": pull.head, "body": ""}));
    }

    /// An artifact of a run; its id.
    pub fn artifact(&mut self, run: u64, name: &str, zip: Vec<u8>) -> u64 {
        let id = self.id();
        self.artifacts.insert(id, FakeArtifact { run, name: name.to_owned(), zip, expired: false });
        id
    }

    /// As GitHub shows somebody; null where there is no such account.
    pub fn user_json(&self, login: &str) -> Value {
        let Some(user) = self.users.get(login) else { return Value::Null };
        json!({"id": user.id, "login": login, "type": user.kind})
    }
}
