//! `pavior ci`: the one command of every workflow. It sees what happened, reads how things stand, and makes GitHub say so.

use super::handing::Handing;
use super::identity::{credentials, variable};
use super::preview::Place;
use super::replace::replace;
use super::writer::writer;
use super::{Outcome, terminal};
use crate::ci::{Bot, Did, Git, Judgement, Occasion, Previews, REPORT, Remote};
use crate::forge::comment::Sequence;
use crate::forge::deployment::{MOST_BYTES, Record, records};
use crate::forge::event::{Job, Receiver, Work, event};
use crate::forge::github::{Connection, Credentials, GitHub};
use crate::forge::wording::{code, could_not_run};
use crate::forge::workflow_command::{MOST_SUMMARY_BYTES, Token, masks, output, stopped};
use crate::model::Date;
use crate::report::{HumanOptions, Paint, github, github_failure, preflight_human, preflight_markdown};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Do in a workflow of GitHub Actions what its event asks for
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Ci {
    /// Read GitHub, write nothing to it, and print every call that would have been made
    #[arg(long)]
    dry_run: bool,
    /// The folder of the declarations
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Fetch commits from here instead of from the repository on GitHub
    #[arg(long, value_name = "URL")]
    remote: Option<String>,
    /// The longest that one call waits for GitHub's rate limits
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,
    /// Records of what was deployed, one JSON object a line: shown as GitHub's deployments once the event's own work is done
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// On a push, or where a comment says `/pavior apply`: what of the branch may be applied and on whose word, written here for `pavior apply --mandate`; with
    /// --outcome, read from here
    #[arg(long, value_name = "FILE")]
    mandate: Option<PathBuf>,
    /// What `pavior apply` came to: told on the commit and on the pull requests; several where runs shared the work
    #[arg(long, value_name = "FILE", requires = "mandate")]
    outcome: Vec<PathBuf>,
    /// The file in which the first stage leaves its report; default that of PAVIOR_REPORT
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Bring previews up and down, in the cluster that the pattern names; default whether PAVIOR_PREVIEWS is `true`
    #[arg(long)]
    previews: bool,
    #[command(flatten)]
    place: Place,
}

const HOW: &str = "\
The event is read from GITHUB_EVENT_NAME and GITHUB_EVENT_PATH, as GitHub Actions sets them; everything else is read from \
GitHub's API, by GITHUB_TOKEN, or as an App by PAVIOR_APP_ID and PAVIOR_APP_PRIVATE_KEY.

  pull_request, pull_request_review   judge, print, leave the report as a file; write nothing to GitHub
  pull_request_target, workflow_run   judge again, then comment, check run, labels, reviewers
  issue_comment, check_run            commands and buttons
  merge_group                         hold what would be merged against what was reviewed
  push                                tell merged pull requests what became of them; with --mandate, count what may be
                                      applied, and with --outcome, tell what was
  schedule, workflow_dispatch         look at every open pull request, or at one

With --records, any but the first stage also makes GitHub's deployments say what the records say; \
schemas/deployment.schema.json describes one.

docs/ci.md has the workflows. Exit codes: 0 done, 1 findings that block (in the first stage), 2 could not run.";

pub fn run(arguments: &Ci) -> Result<Outcome> {
    let run = Job::of(|name| std::env::var(name).ok())?;
    let outcome = happened(arguments, &run);
    if let Err(error) = &outcome {
        // Where people look first, and not below a thousand lines of log.
        terminal::print(&github_failure(&format!("{error:#}")))?;
        summarise(&run, &format!("{}\n", could_not_run(&format!("{error:#}"))))?;
    }
    outcome
}

fn happened(arguments: &Ci, run: &Job) -> Result<Outcome> {
    let payload = fs::read(&run.payload).with_context(|| format!("reading {}", run.payload.display()))?;
    let happened = event(&run.event, &payload, Receiver::Workflow)?;
    // Before anything is done: of a file with one bad line nothing is.
    let records = arguments.records.as_deref().map_or_else(|| Ok(Vec::new()), told)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting to work")?;
    runtime.block_on(async {
        let bot = bot(arguments, run)?;
        let sequence = Sequence { run: run.run.0, attempt: run.attempt };
        let occasion = Occasion { sequence, full_report: Some(run.url()), today: today()?, records };
        match &happened.work {
            Work::Judge(_) if arguments.records.is_some() => {
                bail!(
                    "--records is for a run that may write: in a job of {}, the pull request may have written them",
                    run.event
                )
            }
            Work::Judge(pull) => {
                let judged = bot.judge_only(*pull, &occasion).await?;
                first_stage(arguments, run, &judged.judgement)
            }
            work => {
                let handing =
                    arguments.mandate.as_deref().map(|mandate| Handing { mandate, outcome: &arguments.outcome });
                let did = match (handing, &happened.default_branch) {
                    (Some(handing), Some(branch)) => handing.act(&bot, work, branch, &occasion).await,
                    _ => bot.act(work, &occasion).await,
                };
                // What runs does so whatever came of the event.
                let shown = bot.show_deployments(&occasion).await;
                let shown = shown.and(bot.act_on_previews(work, &occasion).await);
                if arguments.dry_run {
                    terminal::print(&stopped(&lines(&bot.github.noted_calls()), &token()?)?)?;
                }
                second_stage(run, &did.unwrap_or_else(|error| Did::failing(format!("{error:#}"))).and(shown))
            }
        }
    })
}

fn told(path: &Path) -> Result<Vec<Record>> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes));
    file.with_context(|| format!("reading {}", path.display()))?;
    records(&bytes).with_context(|| format!("{} cannot be used, so nothing was done", path.display()))
}

/// What was done, in the log and in the summary of the job.
fn second_stage(run: &Job, did: &Did) -> Result<Outcome> {
    if !did.lines.is_empty() {
        terminal::print(&stopped(&lines(&did.lines), &token()?)?)?;
    }
    let items: Vec<String> = did.lines.iter().map(|line| format!("- {}", code(line))).collect();
    summarise(run, &lines(&items))?;
    match did.failed.as_slice() {
        [] => Ok(Outcome::Clean),
        failed => bail!("{}", failed.join("; ")),
    }
}

fn summarise(run: &Job, markdown: &str) -> Result<()> {
    run.summary.as_ref().map_or(Ok(()), |summary| append(summary, markdown))
}

fn lines(all: &[String]) -> String {
    all.iter().map(|line| format!("{line}\n")).collect()
}

fn bot(arguments: &Ci, run: &Job) -> Result<Bot> {
    let mut connection = Connection::new(&run.api, credentials(masked, Credentials::actions)?);
    connection.patience = Duration::from_secs(arguments.wait);
    let repository = run.repository.clone();
    let github = match arguments.dry_run {
        true => GitHub::dry_run(connection, repository)?,
        false => GitHub::connect(connection, repository)?,
    };
    let remote = match &arguments.remote {
        Some(remote) => Remote::Other(remote.clone()),
        None => Remote::GitHub(format!("{}/{}.git", run.server, run.repository)),
    };
    let folder = arguments.root.canonicalize().with_context(|| format!("opening {}", arguments.root.display()))?;
    let is_asked = arguments.previews || variable("PAVIOR_PREVIEWS").as_deref() == Some("true");
    // A dry run changes nothing anywhere.
    let previews = match is_asked && !arguments.dry_run {
        true => Some(Previews { site: arguments.place.site(&folder)?, writer: writer(&folder)? }),
        false => None,
    };
    Ok(Bot { github, git: Git { folder, remote }, previews })
}

/// Before anything else is printed: whatever goes wrong later cannot show it.
fn masked(key: &str) -> Result<()> {
    terminal::print(&masks(key))
}

/// Prints, and leaves behind for the second stage.
fn first_stage(arguments: &Ci, run: &Job, judgement: &Judgement) -> Result<Outcome> {
    let judged = &judgement.judged;
    let options = HumanOptions { limit: Some(50), width: 120, paint: Paint::Plain };
    let token = token()?;
    terminal::print(&stopped(&preflight_human(judged, options), &token)?)?;
    terminal::print(&github(&judgement.from_root))?;
    let given = std::env::var_os("PAVIOR_REPORT").filter(|path| !path.is_empty()).map(PathBuf::from);
    let kept = arguments.report.clone().or(given).unwrap_or_else(|| REPORT.into());
    replace(&kept, judgement.json.as_bytes()).with_context(|| format!("writing {}", kept.display()))?;
    let markdown = preflight_markdown(judged);
    match markdown.len() <= MOST_SUMMARY_BYTES {
        true => summarise(run, &markdown)?,
        false => summarise(run, "The report is larger than GitHub shows: it is in the artifact of this run.\n")?,
    }
    if let Some(outputs) = &run.outputs {
        append(outputs, &output("digest", judgement.digest.as_str(), &token)?)?;
    }
    Ok(if judged.report.errors() > 0 { Outcome::Blocked } else { Outcome::Clean })
}

fn append(path: &Path, text: &str) -> Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| format!("writing {}", path.display()))
}

/// Nobody can guess it: the name of a run of sixteen bytes of the system's randomness.
fn token() -> Result<Token> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).context("asking the system for random bytes")?;
    Ok(Token::new(random))
}

/// The day by this machine's clock, in UTC: freeze windows and waivers are held against today, not against the date that a
/// commit claims.
fn today() -> Result<Date> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).context("reading the clock")?;
    Date::of_day(since.as_secs() / 86_400).context("the clock is far off")
}
