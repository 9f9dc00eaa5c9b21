//! What all calls share: the connections, who we are, the clock and how far it is from GitHub's, the token of the
//! hour.

use super::GitHub;
use super::call::{Call, Caller, Repeat};
use super::clock::{Clock, SystemClock};
use super::credentials::{AppKey, Credentials, InstallationToken, Secret, seconds};
use super::error::GitHubError;
use super::path::path;
use super::transport::{Answer, Timeouts, Transport};
use crate::forge::words::{Actor, Repository};
use serde::Deserialize;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How to reach GitHub.
#[derive(Clone)]
pub struct Connection {
    /// `https://api.github.com`, or `https://ghe.example/api/v3`.
    pub api_url: String,
    pub credentials: Credentials,
    /// The longest that one call waits for limits, in all.
    pub patience: Duration,
    pub timeouts: Timeouts,
    pub clock: Arc<dyn Clock>,
}

impl Connection {
    pub fn new(api_url: &str, credentials: Credentials) -> Connection {
        Connection {
            api_url: api_url.to_owned(),
            credentials,
            patience: Duration::from_secs(15 * 60),
            timeouts: Timeouts::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

pub(super) struct Session {
    pub transport: Transport,
    pub credentials: Credentials,
    pub patience: Duration,
    pub clock: Arc<dyn Clock>,
    pub actor: OnceCell<Actor>,
    /// The calls of a dry run.
    pub noted: Option<Mutex<Vec<String>>>,
    /// Seconds by which the server is ahead of our clock.
    ahead: AtomicI64,
}

/// The token of an App for one repository. One call at a time asks for it.
#[derive(Default)]
pub(super) struct Tokens(tokio::sync::Mutex<Option<InstallationToken>>);

impl Session {
    pub fn real(connection: Connection) -> Result<Session, GitHubError> {
        Ok(Session {
            transport: Transport::new(&connection.api_url, connection.timeouts)?,
            credentials: connection.credentials,
            patience: connection.patience,
            clock: connection.clock,
            actor: OnceCell::new(),
            noted: None,
            ahead: AtomicI64::new(0),
        })
    }

    pub fn dry(connection: Connection) -> Result<Session, GitHubError> {
        Ok(Session { noted: Some(Mutex::default()), ..Session::real(connection)? })
    }

    /// What GitHub's clock shows, as far as its answers told: a clock of ours that is wrong does no harm.
    pub fn server_now(&self) -> i64 {
        self.clock.now().saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    pub fn heed_time_of(&self, answer: &Answer) {
        let Some(time) = answer.header("date").and_then(|text| httpdate::parse_http_date(text).ok()) else { return };
        let Ok(since) = time.duration_since(std::time::UNIX_EPOCH) else { return };
        let server = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        self.ahead.store(server.saturating_sub(self.clock.now()), Ordering::Relaxed);
    }
}

impl GitHub {
    /// What an App proves itself with.
    pub(super) fn claim(&self) -> Result<Secret, GitHubError> {
        match &self.session.credentials {
            Credentials::App(app) => app.claim(self.session.server_now()),
            Credentials::Bot { token, .. } | Credentials::Person { token } => Ok(token.clone()),
        }
    }

    /// The header by which git is let in. It is a secret: for an environment variable, and nothing else.
    pub async fn git_authorization(&self) -> Result<String, GitHubError> {
        Ok(self.worker_token().await?.basic("x-access-token"))
    }

    pub(super) async fn worker_token(&self) -> Result<Secret, GitHubError> {
        let app = match &self.session.credentials {
            Credentials::App(app) => app,
            Credentials::Bot { token, .. } | Credentials::Person { token } => return Ok(token.clone()),
        };
        let mut held = self.tokens.0.lock().await;
        if let Some(held) = held.as_ref().filter(|held| held.is_good(self.session.server_now())) {
            return Ok(held.token.clone());
        }
        // A call needs a token, and a token is had by a call: boxed, for the compiler's sake.
        match Box::pin(self.installation_token(app)).await {
            Ok(fresh) => Ok(held.insert(fresh).token.clone()),
            // Not to be mistaken for the absence of what the token was to be used for.
            Err(GitHubError::NotFound { call, .. }) => {
                Err(GitHubError::Unauthorized { call, message: not_installed(&self.repository) })
            }
            Err(error) => Err(error),
        }
    }

    /// Whether another token can be had than this one, which GitHub does not take.
    pub(super) async fn can_renew(&self, refused: &Secret, caller: Caller) -> bool {
        match (&self.session.credentials, caller) {
            (Credentials::Bot { .. } | Credentials::Person { .. }, _) => false,
            // A claim is made anew each time, now by the time that the refusal told.
            (Credentials::App(_), Caller::App) => true,
            (Credentials::App(_), Caller::Worker) => {
                let mut held = self.tokens.0.lock().await;
                // Another call may have renewed it meanwhile.
                if held.as_ref().is_some_and(|held| held.token == *refused) {
                    *held = None;
                }
                true
            }
        }
    }

    /// A token that opens this repository alone.
    async fn installation_token(&self, app: &AppKey) -> Result<InstallationToken, GitHubError> {
        #[derive(Deserialize)]
        struct Installation {
            id: u64,
        }
        #[derive(Deserialize)]
        struct Token {
            token: String,
            expires_at: String,
        }
        let installation = match app.installation {
            Some(installation) => installation.0,
            None => {
                let call = Call::get(self.path(&["installation"]));
                let answer = self.send(&call, Repeat::Harmless, Caller::App).await?;
                call.parse::<Installation>(&answer)?.id
            }
        };
        let place = path(&["app", "installations", &installation.to_string(), "access_tokens"]);
        let call = Call::post(place, &json!({"repositories": [self.repository.name()]}));
        // A token too many harms nobody: it ends within the hour.
        let answer = self.send(&call, Repeat::Harmless, Caller::App).await?;
        // What serde would say of it may quote it.
        let unreadable = || call.unreadable("it holds no token".to_owned());
        let token: Token = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        let ends = seconds(&token.expires_at).ok_or_else(unreadable)?;
        Ok(InstallationToken { token: Secret::new(&token.token), ends })
    }
}

fn not_installed(repository: &Repository) -> String {
    format!("the App is not installed in {repository}")
}
