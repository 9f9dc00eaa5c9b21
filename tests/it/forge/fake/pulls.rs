//! Pull requests, their files, reviews and reviewers.

use super::REPOSITORY;
use super::paging::page;
use super::reply::{Reply, Request};
use super::world::{Asker, FakePull, World};
use serde_json::{Value, json};

/// GitHub lists no more.
const LISTED_FILES: usize = 3_000;

fn number_of(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

fn shown(world: &World, number: u64, pull: &FakePull) -> Value {
    let repository = pull.head_repository.as_ref().map(|name| json!({"full_name": name}));
    json!({
        "number": number,
        "title": pull.title,
        "state": pull.state,
        "draft": pull.draft,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit.as_ref().unwrap_or(&pull.head),
        "user": world.user_json(&pull.author),
        "base": {"ref": "main", "sha": pull.base, "repo": {"full_name": REPOSITORY}},
        "head": {"ref": pull.head_branch, "sha": pull.head, "repo": repository},
        "labels": pull.labels.iter().map(|label| json!({"name": label})).collect::<Vec<_>>(),
        "requested_reviewers": pull.reviewers.iter().map(|login| world.user_json(login)).collect::<Vec<_>>(),
        "requested_teams": pull.team_reviewers.iter().map(|slug| json!({"slug": slug})).collect::<Vec<_>>(),
    })
}

fn shown_where(world: &World, request: &Request, is_meant: impl Fn(&FakePull) -> bool) -> Reply {
    let pulls = world.pulls.iter().rev().filter(|(_, pull)| is_meant(pull));
    page(world, request, None, pulls.map(|(number, pull)| shown(world, *number, pull)).collect())
}

pub fn list(world: &World, request: &Request) -> Reply {
    let state = request.query("state").unwrap_or("open");
    let head = request.query("head");
    shown_where(world, request, |pull| {
        let owner = pull.head_repository.as_deref().and_then(|name| name.split('/').next()).unwrap_or("unknown");
        let name = format!("{owner}:{}", pull.head_branch);
        (state == "all" || state == pull.state) && head.is_none_or(|head| head == name)
    })
}

pub fn create(world: &mut World, request: &Request, asker: &Asker) -> Reply {
    let (branch, title) = (request.text("head").to_owned(), request.text("title").to_owned());
    if title.is_empty() || title.chars().count() > 256 || request.text("base") != "main" {
        return Reply::unprocessable("title is missing or too long, or base is invalid");
    }
    if world.pulls.values().any(|pull| pull.state == "open" && pull.head_branch == branch) {
        return Reply::unprocessable(&format!("A pull request already exists for acme:{branch}."));
    }
    let number = world.pulls.keys().next_back().copied().unwrap_or_default() + 1;
    let pull = world.pull(number, &asker.login);
    (pull.title, pull.head_branch) = (title, branch);
    Reply::created(shown(world, number, &world.pulls[&number]))
}

pub fn of_commit(world: &World, request: &Request, sha: &str) -> Reply {
    shown_where(world, request, |pull| pull.head == sha || pull.merge_commit.as_deref() == Some(sha))
}

pub fn one(world: &World, number: &str) -> Reply {
    let number = number_of(number);
    let Some(pull) = world.pulls.get(&number) else { return Reply::not_found() };
    let mut value = shown(world, number, pull);
    value["changed_files"] = json!(pull.files.len());
    value["merged_by"] = if pull.merged_at.is_some() { world.user_json(&pull.author) } else { Value::Null };
    Reply::ok(value)
}

pub fn files(world: &World, request: &Request, number: &str) -> Reply {
    let Some(pull) = world.pulls.get(&number_of(number)) else { return Reply::not_found() };
    let files = pull.files.iter().take(LISTED_FILES).map(|path| json!({"filename": path, "status": "modified"}));
    page(world, request, None, files.collect())
}

pub fn reviews(world: &World, request: &Request, number: &str) -> Reply {
    let Some(pull) = world.pulls.get(&number_of(number)) else { return Reply::not_found() };
    page(world, request, None, pull.reviews.clone())
}

pub fn request_reviewers(world: &mut World, request: &Request, number: &str) -> Reply {
    let (users, teams) = (request.texts("reviewers"), request.texts("team_reviewers"));
    let may_review = |login: &String| world.users.get(login).is_some_and(|user| user.permission.0 != "none");
    let is_team = |slug: &String| world.teams.keys().any(|(_, found)| found == slug);
    let stranger = users.iter().find(|login| !may_review(login));
    let (stranger, no_team) = (stranger.cloned(), teams.iter().any(|slug| !is_team(slug)));
    let Some(pull) = world.pulls.get_mut(&number_of(number)) else { return Reply::not_found() };
    if users.contains(&pull.author) {
        return Reply::unprocessable("Review cannot be requested from pull request author.");
    }
    if stranger.is_some() || no_team {
        return Reply::unprocessable("Reviews may only be requested from collaborators.");
    }
    pull.reviewers.extend(users);
    pull.team_reviewers.extend(teams);
    Reply::created(json!({"number": number_of(number)}))
}
