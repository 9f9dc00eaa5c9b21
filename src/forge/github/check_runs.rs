//! Check runs: one is made or changed by as many calls as its annotations need, fifty a call, each once.

use super::GitHub;
use super::call::{Call, Repeat};
use super::error::GitHubError;
use super::path::with;
use super::wire::commit;
use crate::forge::limit::{OUTPUT_BYTES, prefix, within};
use crate::forge::words::{Annotation, AppId, CheckRun, CheckRunId, CommitId, Conclusion, Level, StandingCheckRun};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

const ANNOTATIONS_A_CALL: usize = 50;
/// GitHub asks for a second between many writes.
const PACE: Duration = Duration::from_secs(1);
const TITLE_BYTES: usize = 255;
const BUTTONS: usize = 3;

#[derive(Serialize)]
struct NewRun<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_sha: Option<&'a str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusion: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details_url: Option<&'a str>,
    external_id: &'a str,
    output: Output<'a>,
    actions: Vec<Action>,
}

/// More annotations for a check run that stands.
#[derive(Serialize)]
struct MoreOutput<'a> {
    output: Output<'a>,
}

#[derive(Serialize)]
struct Output<'a> {
    title: &'a str,
    summary: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: Cow<'a, str>,
    annotations: Vec<WireAnnotation<'a>>,
}

#[derive(Serialize)]
struct WireAnnotation<'a> {
    path: &'a str,
    start_line: u32,
    end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    annotation_level: &'static str,
    title: &'a str,
    message: Cow<'a, str>,
}

#[derive(Serialize)]
struct Action {
    label: &'static str,
    identifier: &'static str,
    description: &'static str,
}

#[derive(Deserialize)]
struct WireCheckRuns {
    check_runs: Vec<WireCheckRun>,
}

#[derive(Deserialize)]
struct WireCheckRun {
    id: u64,
    name: String,
    head_sha: String,
    app: Option<WireApp>,
    conclusion: Option<String>,
    external_id: Option<String>,
    output: Option<WireOutput>,
}

#[derive(Deserialize)]
struct WireApp {
    id: u64,
}

#[derive(Deserialize)]
struct WireOutput {
    annotations_count: usize,
}

impl GitHub {
    /// Those of this name at a commit, the newest of each app.
    pub async fn check_runs(&self, at: &CommitId, name: &str) -> Result<Vec<StandingCheckRun>, GitHubError> {
        let path = self.named_path(at, name);
        let call = Call::get(path.clone());
        self.named(path).await?.into_iter().map(|run| run.standing(&call)).collect()
    }

    pub async fn create_check_run(&self, run: &CheckRun) -> Result<CheckRunId, GitHubError> {
        let (first, more) = parts(&run.annotations);
        let call = Call::post(self.path(&["check-runs"]), &new_run(run, first, Some(run.commit.as_str())));
        // One that was there before would be taken for the one that is made now.
        let path = self.named_path(&run.commit, &run.name);
        let newest_before = self.named(path.clone()).await?.iter().map(|run| run.id).max();
        let look = || async {
            let is_made = |found: &WireCheckRun| {
                newest_before < Some(found.id) && found.external_id.as_deref() == Some(run.external_id.as_str())
            };
            Ok(self.named(path.clone()).await?.into_iter().find(is_made))
        };
        let made: Option<WireCheckRun> = self.create(&call, look).await?;
        let id = CheckRunId(made.map_or(0, |made| made.id));
        self.add_annotations(id, run, first.len(), more).await?;
        Ok(id)
    }

    /// Says all of it anew. GitHub keeps the annotations that are there: hand in only those that are not.
    pub async fn update_check_run(&self, id: CheckRunId, run: &CheckRun) -> Result<(), GitHubError> {
        let (first, more) = parts(&run.annotations);
        let standing = if run.annotations.is_empty() { 0 } else { self.annotation_count(id).await? };
        self.change(id, &new_run(run, first, None), standing, first.len()).await?;
        self.add_annotations(id, run, standing + first.len(), more).await
    }

    /// The annotations that the first call could not hold. Its verdict stands by then.
    async fn add_annotations(
        &self,
        id: CheckRunId,
        run: &CheckRun,
        mut standing: usize,
        annotations: &[Annotation],
    ) -> Result<(), GitHubError> {
        for part in annotations.chunks(ANNOTATIONS_A_CALL) {
            if !self.is_dry_run() {
                self.session.clock.sleep(PACE).await;
            }
            self.change(id, &MoreOutput { output: output(run, part) }, standing, part.len()).await?;
            standing += part.len();
        }
        Ok(())
    }

    /// GitHub adds what annotations come, so a call with some is sent again only if their number tells that the first
    /// was not heard.
    async fn change<B: Serialize>(
        &self,
        id: CheckRunId,
        body: &B,
        standing: usize,
        added: usize,
    ) -> Result<(), GitHubError> {
        let call = Call::patch(self.run_path(id), body);
        if added == 0 {
            return self.write(&call, Repeat::Harmless).await.map(drop);
        }
        let look = || async {
            let run: WireCheckRun = self.read(self.run_path(id)).await?;
            Ok(Some(run).filter(|run| run.annotation_count() >= standing + added))
        };
        self.create(&call, look).await.map(drop)
    }

    async fn annotation_count(&self, id: CheckRunId) -> Result<usize, GitHubError> {
        if self.is_dry_run() {
            return Ok(0);
        }
        Ok(self.read::<WireCheckRun>(self.run_path(id)).await?.annotation_count())
    }

    async fn named(&self, path: String) -> Result<Vec<WireCheckRun>, GitHubError> {
        self.list_in(path, |page: WireCheckRuns| page.check_runs).await
    }

    fn named_path(&self, at: &CommitId, name: &str) -> String {
        with(&self.path(&["commits", at.as_str(), "check-runs"]), "check_name", name)
    }

    fn run_path(&self, id: CheckRunId) -> String {
        self.path(&["check-runs", &id.to_string()])
    }
}

fn parts(annotations: &[Annotation]) -> (&[Annotation], &[Annotation]) {
    annotations.split_at(annotations.len().min(ANNOTATIONS_A_CALL))
}

fn new_run<'a>(run: &'a CheckRun, annotations: &'a [Annotation], head_sha: Option<&'a str>) -> NewRun<'a> {
    let action = |button: &crate::forge::words::Button| Action {
        label: button.label,
        identifier: button.identifier,
        description: button.description,
    };
    NewRun {
        name: &run.name,
        head_sha,
        status: if run.conclusion.is_some() { "completed" } else { "in_progress" },
        conclusion: run.conclusion.map(conclusion_word),
        details_url: run.details_url.as_deref(),
        external_id: &run.external_id,
        output: output(run, annotations),
        actions: run.buttons.iter().take(BUTTONS).map(action).collect(),
    }
}

fn output<'a>(run: &'a CheckRun, annotations: &'a [Annotation]) -> Output<'a> {
    Output {
        title: prefix(&run.title, TITLE_BYTES),
        summary: within(&run.summary, OUTPUT_BYTES),
        text: within(&run.text, OUTPUT_BYTES),
        annotations: annotations.iter().map(wire_annotation).collect(),
    }
}

/// An annotation as GitHub takes it: lines count from 1 and do not go backwards, columns only within one line.
fn wire_annotation(annotation: &Annotation) -> WireAnnotation<'_> {
    let start_line = annotation.start_line.max(1);
    let end_line = annotation.end_line.max(start_line);
    let columns = annotation.columns.filter(|(start, end)| start_line == end_line && 1 <= *start && start <= end);
    let message = if annotation.message.is_empty() { &annotation.title } else { &annotation.message };
    WireAnnotation {
        path: &annotation.path,
        start_line,
        end_line,
        start_column: columns.map(|(start, _)| start),
        end_column: columns.map(|(_, end)| end),
        annotation_level: match annotation.level {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Failure => "failure",
        },
        title: prefix(&annotation.title, TITLE_BYTES),
        message: within(message, OUTPUT_BYTES),
    }
}

impl WireCheckRun {
    fn annotation_count(&self) -> usize {
        self.output.as_ref().map_or(0, |output| output.annotations_count)
    }

    fn standing(self, call: &Call) -> Result<StandingCheckRun, GitHubError> {
        Ok(StandingCheckRun {
            id: CheckRunId(self.id),
            name: self.name,
            commit: commit(&self.head_sha, call)?,
            app: self.app.map(|app| AppId(app.id)),
            conclusion: self.conclusion.as_deref().map(conclusion),
            external_id: self.external_id.unwrap_or_default(),
        })
    }
}

fn conclusion_word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Success => "success",
        Conclusion::Failure => "failure",
        Conclusion::Neutral => "neutral",
        Conclusion::Cancelled => "cancelled",
        Conclusion::ActionRequired => "action_required",
    }
}

/// What ended in a way that we have no word for did not succeed.
fn conclusion(word: &str) -> Conclusion {
    match word {
        "success" => Conclusion::Success,
        "neutral" | "skipped" => Conclusion::Neutral,
        "cancelled" | "stale" => Conclusion::Cancelled,
        "action_required" => Conclusion::ActionRequired,
        _ => Conclusion::Failure,
    }
}
