//! The workflows and the action that users copy, and our own: what none of them may do.

use serde_yaml_ng::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All workflows and the action, by path.
fn files() -> Vec<(PathBuf, String)> {
    let workflows = std::fs::read_dir(root().join(".github/workflows")).expect("the folder is there");
    let mut paths: Vec<PathBuf> = workflows.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.push(root().join("action.yml"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// What is wrong with a file, a sentence each.
fn faults(text: &str) -> Vec<String> {
    let file: Value = serde_yaml_ng::from_str(text).expect("it is YAML");
    let mut faults = Vec::new();
    for line in text.lines().filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("uses: ")) {
        if !is_pinned(line) {
            faults.push(format!("`{line}` is not pinned by a hash with its version behind it"));
        }
    }
    // An event without settings is null, and there.
    let is_on = |event: &str| file["on"].as_mapping().is_some_and(|events| events.contains_key(event));
    let on_pulls = is_on("pull_request") || is_on("pull_request_review");
    if is_on("pull_request_target") {
        faults.push("pull_request_target is not needed".to_owned());
    }
    if let Some(jobs) = file["jobs"].as_mapping() {
        if file["permissions"].as_mapping().is_none_or(|permissions| !permissions.is_empty()) {
            faults.push("a job that says nothing of permissions has some".to_owned());
        }
        for (name, job) in jobs {
            let name = name.as_str().unwrap_or_default();
            faults.extend(job_faults(name, job, on_pulls));
        }
    }
    for step in file["runs"]["steps"].as_sequence().into_iter().flatten() {
        faults.extend(step_faults("the action", step));
    }
    faults
}

/// `owner/name@<40 digits> # v1.2.3`
fn is_pinned(uses: &str) -> bool {
    let Some((_, pin)) = uses.split_once('@') else { return false };
    let Some((hash, version)) = pin.split_once(" # v") else { return false };
    hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && version.split('.').count() == 3
}

fn job_faults(name: &str, job: &Value, on_pulls: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let permissions = job["permissions"].as_mapping();
    let writes = permissions.is_none_or(|all| all.values().any(|value| value.as_str() != Some("read")));
    let condition = job["if"].as_str().unwrap_or_default();
    if on_pulls && writes && !condition.starts_with("github.event_name == 'merge_group' && ") {
        faults.push(format!("{name} runs for pull requests and may write"));
    }
    if job["timeout-minutes"].as_u64().is_none() {
        faults.push(format!("{name} may run for six hours"));
    }
    for step in job["steps"].as_sequence().into_iter().flatten() {
        faults.extend(step_faults(name, step));
        let uses = step["uses"].as_str().unwrap_or_default();
        if uses.starts_with("actions/checkout@") && step["with"]["persist-credentials"].as_bool() != Some(false) {
            faults.push(format!("{name} leaves the token in the work tree"));
        }
        let reference = step["with"]["ref"].as_str().unwrap_or_default();
        if writes && !matches!(reference, "" | "${{ github.event.repository.default_branch }}") {
            faults.push(format!("{name} may write and checks out `{reference}`"));
        }
        if writes && (!step["run"].is_null() || uses.contains("cache") || !step["with"]["cache"].is_null()) {
            faults.push(format!("{name} may write and runs or caches something else than pavior"));
        }
    }
    faults
}

fn step_faults(name: &str, step: &Value) -> Vec<String> {
    let is_pasted = step["run"].as_str().is_some_and(|script| script.contains("${{"));
    let mut faults = Vec::new();
    if is_pasted {
        faults.push(format!("{name} pastes an expression into a script"));
    }
    if serde_yaml_ng::to_string(step)
        .is_ok_and(|text| text.contains("github.actor") || text.contains("triggering_actor"))
    {
        faults.push(format!("{name} asks for the name of who started it"));
    }
    faults
}

#[test]
fn a45_a60_a61_a62_no_workflow_trusts_a_pull_request() {
    let files = files();
    assert!(files.len() >= 6, "{files:?}");
    for (path, text) in files {
        assert_eq!(faults(&text), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn what_a_workflow_may_not_do_would_be_found() {
    let bad = "
on:
  pull_request_target:
  pull_request:
jobs:
  bad:
    permissions: {contents: write}
    steps:
      - uses: actions/checkout@v7
        with: {ref: '${{ github.event.pull_request.head.sha }}'}
      - uses: actions/cache@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: echo ${{ github.event.pull_request.title }} ${{ github.actor }}
";
    let faults = faults(bad);
    for expected in [
        "pull_request_target is not needed",
        "is not pinned",
        "says nothing of permissions",
        "runs for pull requests and may write",
        "six hours",
        "leaves the token",
        "checks out `${{ github.event.pull_request.head.sha }}`",
        "caches something else",
        "pastes an expression",
        "asks for the name",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:#?}");
    }
}

#[test]
fn a62_our_own_action_is_pinned_to_a_commit_of_ours_that_has_it() {
    let git = |arguments: &[&str]| Command::new("git").current_dir(root()).args(arguments).output();
    // An archive of the sources has no history to look into, nor has a shallow clone.
    let depth = git(&["rev-parse", "--is-shallow-repository"]);
    if !depth.is_ok_and(|output| output.stdout == b"false\n") {
        return;
    }
    let mut pins = Vec::new();
    for (_, text) in files() {
        let own = text.split("uses: pavior/pavior@").skip(1);
        pins.extend(own.filter_map(|rest| rest.get(..40)).map(str::to_owned));
    }
    assert!(pins.len() >= 5, "{pins:?}");
    pins.sort();
    pins.dedup();
    assert_eq!(pins.len(), 1, "all workflows run the same action");
    let has = git(&["cat-file", "-e", &format!("{}:action.yml", pins[0])]).expect("git runs");
    let is_ours = git(&["merge-base", "--is-ancestor", &pins[0], "HEAD"]).expect("git runs");
    assert!(has.status.success() && is_ours.status.success(), "{}", pins[0]);
}
