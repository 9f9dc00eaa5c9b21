//! Comments, reactions and labels.

use super::paging::page;
use super::reply::{Reply, Request};
use super::world::{Asker, FakeComment, World};
use serde_json::{Value, json};

const BODY_CHARACTERS: usize = 65_536;
const LABEL_CHARACTERS: usize = 50;

fn shown(world: &World, comment: &FakeComment) -> Value {
    let app = world.app.as_ref().filter(|app| comment.author == format!("{}[bot]", app.slug));
    json!({
        "id": comment.id,
        "user": world.user_json(&comment.author),
        "body": comment.body,
        "created_at": "2026-11-22T10:00:00Z",
        "updated_at": if comment.edited { "2026-11-22T10:05:00Z" } else { "2026-11-22T10:00:00Z" },
        "html_url": format!("https://github.com/{}/pull/{}#issuecomment-{}", super::REPOSITORY, comment.pull, comment.id),
        "performed_via_github_app": app.map(|app| json!({"id": app.id})),
    })
}

fn number_of(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

fn refused(body: &str) -> Option<Reply> {
    if body.trim().is_empty() {
        return Some(Reply::unprocessable("Body cannot be blank"));
    }
    let is_long = body.chars().count() > BODY_CHARACTERS;
    is_long.then(|| Reply::unprocessable("Body is too long (maximum is 65536 characters)"))
}

pub fn list(world: &World, request: &Request, number: &str) -> Reply {
    if !world.pulls.contains_key(&number_of(number)) {
        return Reply::not_found();
    }
    let comments = world.comments.iter().filter(|comment| comment.pull == number_of(number));
    page(world, request, None, comments.map(|comment| shown(world, comment)).collect())
}

pub fn create(world: &mut World, request: &Request, asker: &Asker, number: &str) -> Reply {
    let pull = number_of(number);
    if !world.pulls.contains_key(&pull) {
        return Reply::not_found();
    }
    if let Some(refusal) = refused(request.text("body")) {
        return refusal;
    }
    let id = world.comment(pull, &asker.login, request.text("body"));
    let made = world.comments.iter().find(|comment| comment.id == id);
    Reply::created(shown(world, made.unwrap()))
}

pub fn one(world: &World, id: &str) -> Reply {
    let found = world.comments.iter().find(|comment| comment.id == number_of(id));
    found.map_or_else(Reply::not_found, |comment| Reply::ok(shown(world, comment)))
}

pub fn update(world: &mut World, request: &Request, asker: &Asker, id: &str) -> Reply {
    if let Some(refusal) = refused(request.text("body")) {
        return refusal;
    }
    let Some(comment) = world.comments.iter_mut().find(|comment| comment.id == number_of(id)) else {
        return Reply::not_found();
    };
    if comment.author != asker.login {
        return Reply::error(403, "Resource not accessible by integration");
    }
    (comment.body, comment.edited) = (request.text("body").to_owned(), true);
    one(world, id)
}

pub fn delete(world: &mut World, asker: &Asker, id: &str) -> Reply {
    let Some(at) = world.comments.iter().position(|comment| comment.id == number_of(id)) else {
        return Reply::not_found();
    };
    if world.comments[at].author != asker.login {
        return Reply::error(403, "Resource not accessible by integration");
    }
    world.comments.remove(at);
    Reply { status: 204, headers: Vec::new(), body: Vec::new() }
}

pub fn react(world: &mut World, request: &Request, asker: &Asker, id: &str) -> Reply {
    let content = request.text("content").to_owned();
    if !["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"].contains(&content.as_str()) {
        return Reply::unprocessable("content is not a reaction");
    }
    let Some(comment) = world.comments.iter_mut().find(|comment| comment.id == number_of(id)) else {
        return Reply::not_found();
    };
    let is_new = comment.reactions.insert((asker.login.clone(), content.clone()));
    Reply::json(if is_new { 201 } else { 200 }, json!({"id": 1, "content": content}))
}

pub fn add_labels(world: &mut World, request: &Request, number: &str) -> Reply {
    let labels = request.texts("labels");
    if labels.iter().any(|label| label.is_empty() || label.chars().count() > LABEL_CHARACTERS) {
        return Reply::unprocessable("label is too long (maximum is 50 characters)");
    }
    let Some(pull) = world.pulls.get_mut(&number_of(number)) else { return Reply::not_found() };
    pull.labels.extend(labels);
    Reply::ok(pull.labels.iter().map(|label| json!({"name": label})).collect())
}

pub fn remove_label(world: &mut World, number: &str, label: &str) -> Reply {
    let Some(pull) = world.pulls.get_mut(&number_of(number)) else { return Reply::not_found() };
    if pull.labels.remove(label) { Reply::ok(json!([])) } else { Reply::error(404, "Label does not exist") }
}
