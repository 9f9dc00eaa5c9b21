//! A delivery as it came in, how it is answered out; what is to be done goes into the queue. Knows nothing of HTTP.

use super::queue::{Piece, Put, Queue};
use crate::forge::event::{Deliveries, DeliveryId, Received, Receiver, Refusal, Seen, Work, event, verify};
use crate::forge::words::Repository;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// As many deliveries as are remembered: GitHub lets nobody deliver again what is older than three days.
const REMEMBERED: usize = 10_000;

pub struct Intake {
    /// Several while one takes the place of another.
    secrets: Vec<String>,
    repositories: BTreeSet<Repository>,
    deliveries: Mutex<Deliveries>,
    queue: Arc<Queue>,
}

/// Headers, as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'h> {
    pub received: Received<'h>,
    /// `X-GitHub-Event`.
    pub event: Option<&'h str>,
    /// `X-GitHub-Delivery`.
    pub delivery: Option<&'h str>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Queued(Repository),
    /// The same waits already.
    Joined(Repository),
    /// It was here before.
    Again,
    /// Another body under the id of one that was here.
    Conflict(DeliveryId),
    /// There is nothing to do.
    Ignored,
    /// Of a repository that is not served here.
    Elsewhere(Repository),
    /// Not now: GitHub shows it as failed.
    Full,
    /// Signed, and not what GitHub sends.
    Malformed(String),
    Refused(Refusal),
}

impl Taken {
    pub fn status(&self) -> u16 {
        match self {
            Taken::Queued(_) | Taken::Joined(_) => 202,
            Taken::Again | Taken::Ignored | Taken::Elsewhere(_) => 200,
            Taken::Conflict(_) => 409,
            Taken::Malformed(_) => 400,
            Taken::Full => 503,
            Taken::Refused(refusal) => refusal.status(),
        }
    }

    /// For metrics and logs.
    pub fn outcome(&self) -> &'static str {
        match self {
            Taken::Queued(_) => "queued",
            Taken::Joined(_) => "joined",
            Taken::Again => "again",
            Taken::Conflict(_) => "conflict",
            Taken::Ignored => "ignored",
            Taken::Elsewhere(_) => "elsewhere",
            Taken::Full => "full",
            Taken::Malformed(_) => "malformed",
            Taken::Refused(_) => "refused",
        }
    }
}

impl Intake {
    pub fn new(secrets: Vec<String>, repositories: BTreeSet<Repository>, queue: Arc<Queue>) -> Intake {
        Intake { secrets, repositories, deliveries: Mutex::new(Deliveries::new(REMEMBERED)), queue }
    }

    /// Nothing is parsed, and nothing remembered, before the signature is right.
    pub fn take(&self, headers: &Headers<'_>, body: &[u8]) -> Taken {
        if let Err(refusal) = self.verify(headers.received, body) {
            return Taken::Refused(refusal);
        }
        let (Some(name), Some(id)) = (headers.event, headers.delivery.and_then(DeliveryId::parse)) else {
            return Taken::Malformed("it has no X-GitHub-Event, or no X-GitHub-Delivery that is a UUID".to_owned());
        };
        match self.deliveries().see(&id, name, body) {
            Seen::New => {}
            Seen::Again | Seen::SameBody => return Taken::Again,
            Seen::Conflict => return Taken::Conflict(id),
        }
        let happened = match event(name, body, Receiver::Server) {
            Ok(happened) => happened,
            Err(error) => return Taken::Malformed(error.to_string()),
        };
        let (Some(repository), work) = (happened.repository, happened.work) else { return Taken::Ignored };
        if matches!(work, Work::Nothing(_)) {
            return Taken::Ignored;
        }
        if !self.repositories.contains(&repository) {
            return Taken::Elsewhere(repository);
        }
        match self.queue.put(Piece::new(repository.clone(), work)) {
            Put::New => Taken::Queued(repository),
            Put::Joined => Taken::Joined(repository),
            Put::Full => {
                self.deliveries().forget(&id);
                Taken::Full
            }
        }
    }

    /// All secrets are tried, so that the time tells nobody which of them it was.
    fn verify(&self, received: Received<'_>, body: &[u8]) -> Result<(), Refusal> {
        let tried = self.secrets.iter().map(|secret| verify(secret.as_bytes(), received, body));
        let tried: Vec<Result<(), Refusal>> = tried.collect();
        if tried.iter().any(Result::is_ok) { Ok(()) } else { tried.first().copied().unwrap_or(Err(Refusal::Forged)) }
    }

    fn deliveries(&self) -> std::sync::MutexGuard<'_, Deliveries> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
