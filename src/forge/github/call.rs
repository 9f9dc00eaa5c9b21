//! One call, sent until GitHub has answered it or patience is at its end: waits for limits, renews a token that has
//! run out, follows a repository that moved, tries reads again. A write is sent again only after an answer that says
//! that nothing was done.

use super::GitHub;
use super::credentials::Secret;
use super::error::GitHubError;
use super::transport::{Answer, Broken, Sent, Target};
use super::waiting;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::time::Duration;

/// As much of an answer as is read: the longest page of a hundred comments is 25 MB of JSON at the very worst.
const ANSWER_BYTES: usize = 32 << 20;
const JSON: &str = "application/vnd.github+json";
/// How often a call may be led to another place of the API.
const REDIRECTIONS: u32 = 3;

#[derive(Debug, Clone)]
pub(super) struct Call {
    pub method: Method,
    /// With its query.
    pub path: String,
    pub body: Option<String>,
}

/// Without the query and the body: for people.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

impl Call {
    pub fn get(path: String) -> Call {
        Call { method: Method::GET, path, body: None }
    }

    pub fn delete(path: String) -> Call {
        Call { method: Method::DELETE, path, body: None }
    }

    pub fn post<B: Serialize>(path: String, body: &B) -> Call {
        Call::with_body(Method::POST, path, body)
    }

    pub fn patch<B: Serialize>(path: String, body: &B) -> Call {
        Call::with_body(Method::PATCH, path, body)
    }

    fn with_body<B: Serialize>(method: Method, path: String, body: &B) -> Call {
        let body = serde_json::to_string(body).expect("our own structs of strings and numbers become JSON");
        Call { method, path, body: Some(body) }
    }

    pub fn parse<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, GitHubError> {
        serde_json::from_slice(&answer.body).map_err(|error| self.unreadable(error.to_string()))
    }

    pub fn unreadable(&self, reason: String) -> GitHubError {
        GitHubError::Unreadable { call: self.to_string(), reason }
    }
}

/// Whether a call may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It reads, or doing it twice is doing it once.
    Harmless,
    Never,
}

/// As whom a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// As what works in the repository.
    Worker,
    /// As the App itself, by a signed claim.
    App,
}

/// How often, and for how long, a call was sent in vain.
#[derive(Default)]
struct Trials {
    waited: Duration,
    limited: u32,
    failed: u32,
    moved: u32,
    renewed: bool,
}

impl GitHub {
    pub(super) async fn read<T: DeserializeOwned>(&self, path: String) -> Result<T, GitHubError> {
        let call = Call::get(path);
        call.parse(&self.send(&call, Repeat::Harmless, Caller::Worker).await?)
    }

    /// None where GitHub has no such thing.
    pub(super) async fn find<T: DeserializeOwned>(&self, path: String) -> Result<Option<T>, GitHubError> {
        match self.read(path).await {
            Err(GitHubError::NotFound { .. }) => Ok(None),
            read => read.map(Some),
        }
    }

    /// None in a dry run, which only notes the call down.
    pub(super) async fn write(&self, call: &Call, repeat: Repeat) -> Result<Option<Answer>, GitHubError> {
        if self.notes_down(call) {
            return Ok(None);
        }
        self.send(call, repeat, Caller::Worker).await.map(Some)
    }

    /// Makes something that must not be there twice: when nobody knows whether it was made, looks before trying again.
    pub(super) async fn create<T, F>(&self, call: &Call, look: impl Fn() -> F) -> Result<Option<T>, GitHubError>
    where
        T: DeserializeOwned,
        F: Future<Output = Result<Option<T>, GitHubError>>,
    {
        let mut turn = 0;
        loop {
            let made = self.write(call, Repeat::Never).await;
            match made.and_then(|answer| answer.map(|answer| call.parse(&answer)).transpose()) {
                Err(error) if error.may_have_happened() => {
                    self.session.clock.sleep(waiting::after_failure(turn)).await;
                    if let Some(found) = look().await? {
                        return Ok(Some(found));
                    }
                    turn += 1;
                    if turn == waiting::READS {
                        return Err(error);
                    }
                }
                made => return made,
            }
        }
    }

    pub(super) async fn send(&self, call: &Call, repeat: Repeat, caller: Caller) -> Result<Answer, GitHubError> {
        let answer = self.exchange(call, repeat, caller).await?;
        if answer.status < 300 { Ok(answer) } else { Err(GitHubError::of_answer(call, &answer)) }
    }

    /// An answer of success, or one that leads out of the API.
    async fn exchange(&self, call: &Call, repeat: Repeat, caller: Caller) -> Result<Answer, GitHubError> {
        let mut trials = Trials::default();
        let mut path = call.path.clone();
        loop {
            let token = self.token(caller).await?;
            let target = Target::Api { path: &path, authorization: token.header()? };
            let body = call.body.as_deref();
            let sent = Sent { method: &call.method, target, accept: JSON, body, limit: ANSWER_BYTES };
            let answer = match self.session.transport.send(&sent).await {
                Err(Broken::TooLarge) => return Err(too_large(call, ANSWER_BYTES)),
                Err(Broken::Connection(reason)) => {
                    let error = GitHubError::Unavailable { call: call.to_string(), reason };
                    self.try_again(repeat, &mut trials, error).await?;
                    continue;
                }
                Ok(answer) => answer,
            };
            self.session.heed_time_of(&answer);
            match answer.status {
                200..=299 => return Ok(answer),
                301 | 302 | 307 | 308 => match self.moved(call, &answer, &mut trials) {
                    Some(moved) => path = moved,
                    None => return Ok(answer),
                },
                401 if !trials.renewed && self.can_renew(&token, caller).await => trials.renewed = true,
                500.. => self.try_again(repeat, &mut trials, GitHubError::of_answer(call, &answer)).await?,
                _ => self.wait(call, &answer, &mut trials).await?,
            }
        }
    }

    /// Lets the time pass that a limit asks for; any other refusal is an error, as is more than may be waited.
    async fn wait(&self, call: &Call, answer: &Answer, trials: &mut Trials) -> Result<(), GitHubError> {
        let Some(wait) = waiting::asked(answer, self.session.server_now(), trials.limited) else {
            return Err(GitHubError::of_answer(call, answer));
        };
        if trials.waited + wait > self.session.patience {
            return Err(GitHubError::RateLimited { call: call.to_string(), wait });
        }
        self.session.clock.sleep(wait).await;
        trials.waited += wait;
        trials.limited += 1;
        Ok(())
    }

    async fn try_again(&self, repeat: Repeat, trials: &mut Trials, error: GitHubError) -> Result<(), GitHubError> {
        if repeat == Repeat::Never || trials.failed + 1 == waiting::READS {
            return Err(error);
        }
        self.session.clock.sleep(waiting::after_failure(trials.failed)).await;
        trials.failed += 1;
        Ok(())
    }

    /// Where the repository is now. A write follows only where GitHub keeps its method.
    fn moved(&self, call: &Call, answer: &Answer, trials: &mut Trials) -> Option<String> {
        let keeps_method = call.method == Method::GET || matches!(answer.status, 307 | 308);
        trials.moved += 1;
        let path = self.session.transport.path_of(answer.header("location")?)?;
        (keeps_method && trials.moved <= REDIRECTIONS).then(|| path.to_owned())
    }

    /// What is somewhere else that GitHub leads to, such as an artifact: never with our token.
    pub(super) async fn fetch_elsewhere(&self, call: &Call, limit: usize) -> Result<Vec<u8>, GitHubError> {
        let mut trials = Trials::default();
        loop {
            match self.fetch_once(call, limit).await {
                Err(error @ GitHubError::Unavailable { .. }) => {
                    self.try_again(Repeat::Harmless, &mut trials, error).await?;
                }
                fetched => return fetched,
            }
        }
    }

    async fn fetch_once(&self, call: &Call, limit: usize) -> Result<Vec<u8>, GitHubError> {
        let unavailable = |reason: String| GitHubError::Unavailable { call: call.to_string(), reason };
        let address = self.location(call).await?;
        let target = Target::Elsewhere(&address);
        let sent = Sent { method: &Method::GET, target, accept: "*/*", body: None, limit };
        match self.session.transport.send(&sent).await {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => Err(unavailable(format!("the storage answers {}", answer.status))),
            Err(Broken::TooLarge) => Err(too_large(call, limit)),
            // Its address is signed: it gives access, so no word of it is passed on.
            Err(Broken::Connection(_)) => Err(unavailable("the storage breaks off".to_owned())),
        }
    }

    /// The address outside of the API that a call answers with.
    async fn location(&self, call: &Call) -> Result<String, GitHubError> {
        let answer = self.exchange(call, Repeat::Harmless, Caller::Worker).await?;
        let address = answer.header("location").map(str::to_owned);
        address.ok_or_else(|| call.unreadable("it leads to no address".to_owned()))
    }

    /// The token to call with.
    async fn token(&self, caller: Caller) -> Result<Secret, GitHubError> {
        match caller {
            Caller::App => self.claim(),
            Caller::Worker => self.worker_token().await,
        }
    }
}

fn too_large(call: &Call, limit: usize) -> GitHubError {
    GitHubError::TooMany { call: call.to_string(), limit: format!("{limit} bytes") }
}
