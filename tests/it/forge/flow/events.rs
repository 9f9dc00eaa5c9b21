//! Payloads, as GitHub puts them into the file of an event.

use crate::forge::fake::REPOSITORY;
use serde_json::{Value, json};

fn repository() -> Value {
    json!({"full_name": REPOSITORY, "default_branch": "main"})
}

pub fn pull_request(action: &str, number: u64) -> (&'static str, Value) {
    ("pull_request", json!({"action": action, "number": number, "repository": repository()}))
}

/// The first stage has ended, of this head.
pub fn workflow_run(head: &str, branch: &str, head_repository: &str) -> (&'static str, Value) {
    let run = json!({
        "id": 5, "event": "pull_request", "head_sha": head, "head_branch": branch,
        "head_repository": {"full_name": head_repository},
    });
    ("workflow_run", json!({"action": "completed", "workflow_run": run, "repository": repository()}))
}

pub fn by_hand(number: u64) -> (&'static str, Value) {
    ("workflow_dispatch", json!({"inputs": {"pull": number.to_string()}, "repository": repository()}))
}

pub fn schedule() -> (&'static str, Value) {
    ("schedule", json!({"schedule": "17 * * * *", "repository": repository()}))
}

pub fn comment(number: u64, id: u64, body: &str) -> (&'static str, Value) {
    let user = json!({"id": 1, "login": "whoever", "type": "User"});
    let comment = json!({"id": id, "body": body, "user": user});
    let issue = json!({"number": number, "pull_request": {}});
    ("issue_comment", json!({"action": "created", "issue": issue, "comment": comment, "repository": repository()}))
}

pub fn push(commit: &str) -> (&'static str, Value) {
    ("push", json!({"ref": "refs/heads/main", "after": commit, "deleted": false, "repository": repository()}))
}

pub fn merge_group(head: &str, base: &str, last: u64) -> (&'static str, Value) {
    let group = json!({
        "head_sha": head, "base_sha": base, "base_ref": "refs/heads/main",
        "head_ref": format!("refs/heads/gh-readonly-queue/main/pr-{last}-{base}"),
    });
    ("merge_group", json!({"action": "checks_requested", "merge_group": group, "repository": repository()}))
}
