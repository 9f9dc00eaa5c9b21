//! `pavior serve`: the bot as a webhook server.

use super::Outcome;
use super::identity::{credentials, secret, variable};
use crate::forge::github::{Connection, Credentials, GitHub};
use crate::forge::words::Repository;
use crate::serve::{Bots, Limits, Settings, serve};
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Serve GitHub's webhooks: the bot for organisations that prefer an App to workflows
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub struct Serve {
    /// A repository that is served; may be given several times
    #[arg(long = "repository", value_name = "OWNER/NAME", required = true, value_parser = repository)]
    repositories: Vec<Repository>,
    /// Where clones are kept; a cache of this process alone
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    listen: SocketAddr,
    /// How many pull requests are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    workers: usize,
    /// How much work may wait; what comes then is answered 503 and found by the next sweep
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    most_waiting: usize,
    /// How many connections may be open at a time; who comes then waits
    #[arg(long, value_name = "COUNT", default_value_t = 1_024)]
    most_connections: usize,
    /// How often all open pull requests are looked at, whatever was delivered
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..))]
    sweep_every: u64,
    /// How long work that was accepted goes on after SIGTERM
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    grace: u64,
}

/// GitHub gives up by then.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

const HOW: &str = "\
Deliveries go to POST /webhook. GET /healthz, /readyz and /metrics are for whoever watches over it.

Secrets come by environment variables, or by files that variables name:
  PAVIOR_WEBHOOK_SECRET[_FILE]                   signs deliveries; while it changes, one a line
  PAVIOR_APP_ID, PAVIOR_APP_PRIVATE_KEY[_FILE]   the GitHub App
  GITHUB_TOKEN[_FILE]                            a token in its place
  GITHUB_API_URL, GITHUB_SERVER_URL              GitHub Enterprise

docs/serve.md has the App's settings and what to deploy. Exit codes: 0 stopped by a signal, 2 could not run.";

pub fn run(arguments: &Serve) -> Result<Outcome> {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        .try_init()
        .map_err(|error| anyhow!("starting the log: {error}"))?;
    let settings = Settings {
        secrets: webhook_secrets()?,
        repositories: arguments.repositories.iter().cloned().collect(),
        limits: Limits { most: arguments.most_connections, headers_within: HEADERS_WITHIN },
        workers: arguments.workers,
        most_waiting: arguments.most_waiting,
        sweep_every: Duration::from_secs(arguments.sweep_every),
        retry_after: Duration::from_secs(5),
        grace: Duration::from_secs(arguments.grace),
    };
    let data = &arguments.data;
    std::fs::create_dir_all(data).with_context(|| format!("making {}", data.display()))?;
    let data = data.canonicalize().with_context(|| format!("opening {}", data.display()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting to work")?;
    let served = runtime.block_on(async {
        let api = variable("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned());
        let server = variable("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
        let github = GitHub::connect(
            Connection::new(&api, credentials(|_| Ok(()), Credentials::person)?),
            arguments.repositories[0].clone(),
        )?;
        // A wrong key is told now, and not by the first pull request.
        github.actor().await.context("asking GitHub who we are")?;
        let listener = tokio::net::TcpListener::bind(arguments.listen);
        let listener = listener.await.with_context(|| format!("listening on {}", arguments.listen))?;
        let bots = Bots::new(github, server.trim_end_matches('/'), data);
        bots.tidy(&settings.repositories);
        let mut terminated = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let mut interrupted = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
        let stop = async {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted.recv() => {}
            }
        };
        serve(listener, settings, Arc::new(bots), stop).await
    });
    // What is still being compiled is compiled for nobody.
    runtime.shutdown_background();
    served.map(|()| Outcome::Clean)
}

fn repository(text: &str) -> Result<Repository> {
    Repository::parse(text).ok_or_else(|| anyhow!("a repository is written `owner/name`"))
}

/// Several, one a line, while one takes the place of another.
fn webhook_secrets() -> Result<Vec<String>> {
    let text = secret("PAVIOR_WEBHOOK_SECRET")?.unwrap_or_default();
    let secrets: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    match secrets.is_empty() {
        true => bail!("PAVIOR_WEBHOOK_SECRET is not set: without it anybody could tell the bot what to do"),
        false => Ok(secrets),
    }
}
