//! Which call is meant by a method and a path.

use super::reply::{Reply, Request};
use super::world::{Asker, World};
use super::{REPOSITORY, app, checks, comments, deployments, people, pulls, runs};
use serde_json::json;

pub fn route(world: &mut World, request: &Request, asker: &Asker) -> Reply {
    let parts = request.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["app"]) => app::app(world),
        ("POST", ["app", "installations", id, "access_tokens"]) => app::new_token(world, request, id),
        ("GET", ["user"]) => people::user(world, &asker.login),
        ("GET", ["users", login]) => people::user(world, login),
        ("GET", ["orgs", organisation, "teams", slug, "members"]) => people::team(world, request, organisation, slug),
        (method, ["repos", owner, name, rest @ ..]) if format!("{owner}/{name}") == REPOSITORY => {
            if method != "GET" && !asker.writes {
                let refusal = Reply::error(403, "Resource not accessible by integration");
                return refusal.with("x-accepted-github-permissions", "issues=write; pull_requests=write");
            }
            of_repository(world, request, asker, rest)
        }
        _ => Reply::not_found(),
    }
}

fn of_repository(world: &mut World, request: &Request, asker: &Asker, parts: &[&str]) -> Reply {
    match (request.method.as_str(), parts) {
        ("GET", ["installation"]) => app::installation(world),
        ("GET", ["collaborators", login, "permission"]) => people::permission(world, login),

        ("GET", ["pulls"]) => pulls::list(world, request),
        ("POST", ["pulls"]) => pulls::create(world, request, asker),
        ("GET", ["commits", sha, "pulls"]) => pulls::of_commit(world, request, sha),
        ("GET", ["pulls", number]) => pulls::one(world, number),
        ("GET", ["pulls", number, "files"]) => pulls::files(world, request, number),
        ("GET", ["pulls", number, "reviews"]) => pulls::reviews(world, request, number),
        ("POST", ["pulls", number, "requested_reviewers"]) => pulls::request_reviewers(world, request, number),

        ("GET", ["issues", number, "comments"]) => comments::list(world, request, number),
        ("POST", ["issues", number, "comments"]) => comments::create(world, request, asker, number),
        ("GET", ["issues", "comments", id]) => comments::one(world, id),
        ("PATCH", ["issues", "comments", id]) => comments::update(world, request, asker, id),
        ("DELETE", ["issues", "comments", id]) => comments::delete(world, asker, id),
        ("POST", ["issues", "comments", id, "reactions"]) => comments::react(world, request, asker, id),
        ("POST", ["issues", number, "labels"]) => comments::add_labels(world, request, number),
        ("DELETE", ["issues", number, "labels", label]) => comments::remove_label(world, number, label),

        ("POST", ["check-runs"]) => checks::create(world, request),
        ("GET", ["check-runs", id]) => checks::one(world, id),
        ("PATCH", ["check-runs", id]) => checks::update(world, request, id),
        ("GET", ["commits", sha, "check-runs"]) => checks::list(world, request, sha),

        ("GET", ["deployments"]) => deployments::list(world, request),
        ("POST", ["deployments"]) => deployments::create(world, request, asker),
        ("GET", ["deployments", id, "statuses"]) => deployments::statuses(world, request, id),
        ("POST", ["deployments", id, "statuses"]) => deployments::create_status(world, request, asker, id),

        ("GET", ["git", "ref", reference]) => {
            let found = reference.strip_prefix("heads/").and_then(|name| world.branches.get(name));
            let shown = |sha| Reply::ok(json!({"ref": reference, "object": {"sha": sha, "type": "commit"}}));
            found.map_or_else(Reply::not_found, shown)
        }
        ("GET", ["codeowners", "errors"]) => match &world.codeowners_errors {
            Some(errors) => Reply::ok(json!({"errors": errors})),
            None => Reply::not_found(),
        },
        ("POST", ["code-scanning", "sarifs"]) => {
            world.sarif.push(request.body.clone());
            Reply::json(202, json!({"id": "47177e22-5596-11eb-80a1-c1e54ef945c6"}))
        }
        ("GET", ["actions", "runs", id]) => runs::one(world, id),
        ("GET", ["actions", "runs", id, "artifacts"]) => runs::artifacts(world, request, id),
        ("GET", ["actions", "artifacts", id, "zip"]) => runs::download(world, id),
        _ => Reply::not_found(),
    }
}
