//! Check runs, with what GitHub refuses of them.

use super::paging::page;
use super::reply::{Reply, Request};
use super::world::{FakeCheckRun, World};
use serde_json::{Value, json};

const ANNOTATIONS: usize = 50;
const OUTPUT_CHARACTERS: usize = 65_535;
const MESSAGE_BYTES: usize = 64 << 10;
const CONCLUSIONS: [&str; 7] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

fn is_annotation(annotation: &Value) -> bool {
    let number = |name: &str| annotation[name].as_u64();
    let (Some(start @ 1..), Some(end)) = (number("start_line"), number("end_line")) else { return false };
    let columns = (number("start_column"), number("end_column"));
    let are_columns = match columns {
        (None, None) => true,
        (Some(from @ 1..), Some(to)) => start == end && from <= to,
        _ => false,
    };
    let level = annotation["annotation_level"].as_str().unwrap_or_default();
    let message = annotation["message"].as_str().unwrap_or_default();
    start <= end
        && are_columns
        && ["notice", "warning", "failure"].contains(&level)
        && (1..=MESSAGE_BYTES).contains(&message.len())
        && length(&annotation["title"]) <= 255
        && length(&annotation["path"]) > 0
}

fn refused(body: &Value) -> Option<Reply> {
    let refuse = |reason: &str| Some(Reply::unprocessable(reason));
    if body["status"] == "completed" && body["conclusion"].is_null() {
        return refuse("conclusion is missing");
    }
    if body["conclusion"].as_str().is_some_and(|word| !CONCLUSIONS.contains(&word)) {
        return refuse("conclusion is none");
    }
    let actions = body["actions"].as_array().cloned().unwrap_or_default();
    let is_action = |action: &Value| {
        length(&action["label"]) <= 20 && length(&action["identifier"]) <= 20 && length(&action["description"]) <= 40
    };
    if actions.len() > 3 || !actions.iter().all(is_action) {
        return refuse("actions are too many or too long");
    }
    let output = &body["output"];
    if output.is_null() {
        return None;
    }
    if length(&output["title"]) == 0 || length(&output["summary"]) == 0 {
        return refuse("title and summary are needed");
    }
    if length(&output["summary"]) > OUTPUT_CHARACTERS || length(&output["text"]) > OUTPUT_CHARACTERS {
        return refuse("Only 65535 characters are allowed");
    }
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    if annotations.len() > ANNOTATIONS {
        return refuse("No more than 50 annotations are allowed");
    }
    if annotations.iter().all(is_annotation) { None } else { refuse("an annotation is invalid") }
}

impl FakeCheckRun {
    fn take(&mut self, body: &Value) {
        self.calls += 1;
        for (name, value) in body.as_object().into_iter().flatten() {
            self.value[name] = value.clone();
        }
        self.annotations.extend(body["output"]["annotations"].as_array().cloned().unwrap_or_default());
    }

    fn shown(&self) -> Value {
        let text = |name: &str| self.value[name].clone();
        json!({
            "id": self.id, "name": text("name"), "head_sha": text("head_sha"), "status": text("status"),
            "conclusion": text("conclusion"), "external_id": text("external_id"), "app": {"id": 15_368},
            "output": {"annotations_count": self.annotations.len()},
        })
    }
}

pub fn create(world: &mut World, request: &Request) -> Reply {
    if request.text("name").is_empty() || request.text("head_sha").len() != 40 {
        return Reply::unprocessable("name and head_sha are needed");
    }
    if let Some(refusal) = refused(&request.body) {
        return refusal;
    }
    let mut run = FakeCheckRun { id: world.id(), value: json!({}), annotations: Vec::new(), calls: 0 };
    run.take(&request.body);
    let shown = run.shown();
    world.check_runs.push(run);
    Reply::created(shown)
}

pub fn update(world: &mut World, request: &Request, id: &str) -> Reply {
    if let Some(refusal) = refused(&request.body) {
        return refusal;
    }
    match world.check_runs.iter_mut().find(|run| run.id.to_string() == id) {
        Some(run) => {
            run.take(&request.body);
            Reply::ok(run.shown())
        }
        None => Reply::not_found(),
    }
}

pub fn one(world: &World, id: &str) -> Reply {
    let found = world.check_runs.iter().find(|run| run.id.to_string() == id);
    found.map_or_else(Reply::not_found, |run| Reply::ok(run.shown()))
}

pub fn list(world: &World, request: &Request, sha: &str) -> Reply {
    let name = request.query("check_name");
    let is_meant =
        |run: &&FakeCheckRun| run.value["head_sha"] == sha && name.is_none_or(|name| run.value["name"] == name);
    let runs = world.check_runs.iter().rev().filter(is_meant).map(FakeCheckRun::shown);
    page(world, request, Some("check_runs"), runs.collect())
}
