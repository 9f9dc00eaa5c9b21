//! The name and payload of an event in, what to look at out. Nothing else of a payload is believed: titles, commits,
//! states and permissions are read from the API when they are needed.

mod delivery;
mod environment;
mod payload;
mod signature;
mod subject;

pub use delivery::{Deliveries, DeliveryId, Seen};
pub use environment::{EnvironmentError, Job};
pub use signature::{MOST_BYTES, Received, Refusal, verify};
pub use subject::Subject;

use super::command;
use super::words::{CheckRunId, CommentId, CommitId, InstallationId, PullNumber, Repository, RunId, User};
use payload::{CheckEvent, CommentEvent, DispatchEvent, Envelope, MergeGroupEvent};
use payload::{PullEvent, PushEvent, ReviewEvent, WorkflowRunEvent, read};

/// Who got the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// A job of GitHub Actions: which workflow runs has been decided, and so has what its token may do.
    Workflow,
    /// A webhook server, with the app's own token for everything.
    Server,
}

/// What happened, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub repository: Option<Repository>,
    pub installation: Option<InstallationId>,
    /// What its repository calls the branch that is applied.
    pub default_branch: Option<String>,
    pub work: Work,
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Judge a pull request and write nothing to GitHub: its author may have written all that is at hand.
    Judge(PullNumber),
    /// Judge it and say so on it. `run` is the run of the first stage, where there was one.
    Report {
        of: Subject,
        run: Option<RunId>,
    },
    /// Judge what the merge queue would make of the branch.
    MergeGroup(MergeGroup),
    /// The default branch has a new commit.
    Apply {
        branch: String,
        commit: CommitId,
    },
    /// Somebody told the bot something. The text is to be read again.
    Command {
        pull: PullNumber,
        comment: CommentId,
    },
    /// Somebody pressed a button of a check run. `by` may do it only if they may do it now.
    Button {
        check_run: CheckRunId,
        identifier: String,
        of: Subject,
        by: User,
    },
    /// Look at everything: what was missed, what is due.
    Sweep,
    Nothing(Ignored),
}

/// Commits of a merge queue, to be judged together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeGroup {
    pub head: CommitId,
    /// What it is built on: the branch, or the group before it.
    pub base: CommitId,
    /// The branch that it will be merged into.
    pub branch: String,
    /// The last pull request in it, as the queue's branch names it.
    pub last: Option<PullNumber>,
}

/// Why there is nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ignored {
    /// Events of this name change nothing that the bot says.
    Event(String),
    /// This action of it does not.
    Action {
        event: String,
        action: String,
    },
    OtherBranch(String),
    BranchDeleted,
    /// A comment on an issue.
    NoPull,
    /// Nobody is told anything, or by a bot.
    NoCommand,
    /// Of a workflow that judges nothing.
    OtherRun(String),
}

/// A payload that is not what GitHub sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payload of {event} is not what GitHub sends: {problem}")]
pub struct PayloadError {
    pub event: String,
    pub problem: String,
}

/// What an event asks for.
///
/// # Errors
/// When the payload lacks what every event of its name has.
pub fn event(name: &str, payload: &[u8], receiver: Receiver) -> Result<Event, PayloadError> {
    let failed = |problem: String| PayloadError { event: name.to_owned(), problem };
    if payload.trim_ascii_start().first() != Some(&b'{') {
        return Err(failed("it is no object".to_owned()));
    }
    let envelope: Envelope = read(payload).map_err(failed)?;
    let work = work(name, payload, &envelope, receiver).map_err(failed)?;
    let default_branch = envelope.default_branch().map(str::to_owned);
    Ok(Event { repository: envelope.repository(), installation: envelope.installation(), default_branch, work })
}

fn work(name: &str, payload: &[u8], envelope: &Envelope, receiver: Receiver) -> Result<Work, String> {
    let action = envelope.action().unwrap_or_default();
    let ignored = || Ok(Work::Nothing(Ignored::Action { event: name.to_owned(), action: action.to_owned() }));
    match name {
        "pull_request" => pull(&read(payload)?, action, receiver).map_or_else(ignored, Ok),
        "pull_request_target" => {
            let event: PullEvent = read(payload)?;
            Ok(Work::report(event.number))
        }
        "pull_request_review" => {
            let event: ReviewEvent = read(payload)?;
            match (receiver, action) {
                (Receiver::Workflow, _) => Ok(Work::Judge(event.pull_request.number)),
                (Receiver::Server, "submitted" | "dismissed") => Ok(Work::report(event.pull_request.number)),
                (Receiver::Server, _) => ignored(),
            }
        }
        "workflow_run" => match (receiver, action) {
            (Receiver::Workflow, "completed") => run_of(&read(payload)?),
            _ => ignored(),
        },
        "merge_group" if action == "checks_requested" => group(&read(payload)?),
        "push" => push(&read(payload)?, envelope),
        "schedule" => Ok(Work::Sweep),
        "workflow_dispatch" => dispatch(&read(payload)?),
        "issue_comment" => comment(&read(payload)?, action).map_or_else(ignored, Ok),
        "check_run" if action == "requested_action" => button(&read(payload)?),
        "check_run" | "check_suite" if action == "rerequested" => {
            let event: CheckEvent = read(payload)?;
            Ok(Work::Report { of: event.subject()?, run: None })
        }
        "merge_group" | "check_run" | "check_suite" => ignored(),
        other => Ok(Work::Nothing(Ignored::Event(other.to_owned()))),
    }
}

impl Work {
    fn report(pull: PullNumber) -> Work {
        Work::Report { of: Subject::Pull(pull), run: None }
    }
}

fn pull(event: &PullEvent, action: &str, receiver: Receiver) -> Option<Work> {
    let changes_what_is_said = match action {
        "opened" | "reopened" | "synchronize" | "closed" | "ready_for_review" | "converted_to_draft" => true,
        "edited" => event.base_changed(),
        _ => false,
    };
    match receiver {
        // A job that passes without having judged would satisfy a required check.
        Receiver::Workflow => Some(Work::Judge(event.number)),
        Receiver::Server => changes_what_is_said.then(|| Work::report(event.number)),
    }
}

/// The second stage: what the first one was about, by its commit. The list of pull requests in the payload is empty for
/// forks, and is left aside for all.
fn run_of(event: &WorkflowRunEvent) -> Result<Work, String> {
    let run = &event.workflow_run;
    if !matches!(run.event.as_str(), "pull_request" | "pull_request_review") {
        return Ok(Work::Nothing(Ignored::OtherRun(run.event.clone())));
    }
    Ok(Work::Report { of: run.subject()?, run: Some(run.id) })
}

fn group(event: &MergeGroupEvent) -> Result<Work, String> {
    let group = &event.merge_group;
    Ok(Work::MergeGroup(MergeGroup {
        head: payload::commit(&group.head_sha)?,
        base: payload::commit(&group.base_sha)?,
        branch: payload::branch(&group.base_ref).to_owned(),
        last: queued_pull(&group.head_ref),
    }))
}

/// `refs/heads/gh-readonly-queue/main/pr-104-929f82…` names 104.
pub fn queued_pull(reference: &str) -> Option<PullNumber> {
    let (_, last) = payload::branch(reference).strip_prefix("gh-readonly-queue/")?.rsplit_once('/')?;
    let (number, commit) = last.strip_prefix("pr-")?.split_once('-')?;
    CommitId::parse(commit)?;
    number.parse().ok().map(PullNumber)
}

fn push(event: &PushEvent, envelope: &Envelope) -> Result<Work, String> {
    let branch = payload::branch(&event.reference);
    if envelope.default_branch() != Some(branch) || branch == event.reference {
        return Ok(Work::Nothing(Ignored::OtherBranch(branch.to_owned())));
    }
    if event.deleted {
        return Ok(Work::Nothing(Ignored::BranchDeleted));
    }
    Ok(Work::Apply { branch: branch.to_owned(), commit: payload::commit(&event.after)? })
}

/// By hand: of one pull request, or of everything.
fn dispatch(event: &DispatchEvent) -> Result<Work, String> {
    match event.pull()? {
        Some(number) => Ok(Work::report(number)),
        None => Ok(Work::Sweep),
    }
}

fn comment(event: &CommentEvent, action: &str) -> Option<Work> {
    let pull = event.issue.number;
    let nothing = |reason| Some(Work::Nothing(reason));
    if event.issue.pull_request.is_none() {
        return nothing(Ignored::NoPull);
    }
    let texts = [Some(event.comment.body.as_str()), event.former_text()];
    let says_something = texts.into_iter().flatten().any(command::is_spoken_to);
    if event.comment.is_of_a_bot() || !says_something {
        return nothing(Ignored::NoCommand);
    }
    match action {
        "created" => Some(Work::Command { pull, comment: event.comment.id }),
        // An approval that was written there counts no longer.
        "edited" | "deleted" => Some(Work::report(pull)),
        _ => None,
    }
}

fn button(event: &CheckEvent) -> Result<Work, String> {
    let (check_run, identifier, by) = event.button()?;
    Ok(Work::Button { check_run, identifier, of: event.subject()?, by })
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
