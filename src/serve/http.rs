//! HTTP around the intake: sizes, times, and what is asked by whoever watches over the server.

use super::intake::{Headers, Intake, Taken};
use super::worker::Shop;
use crate::forge::event::{MOST_BYTES, Received, Refusal};
use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tracing::{error, info, warn};

/// GitHub gives up by then.
const PATIENCE: Duration = Duration::from_secs(10);
/// All bodies that are being read at a time, in KiB: whoever sends them need not know the secret.
const BODIES: usize = 64 << 10;

pub struct Gate {
    pub intake: Intake,
    pub shop: Arc<Shop>,
    pub is_ready: AtomicBool,
    bodies: Semaphore,
}

impl Gate {
    pub fn new(intake: Intake, shop: Arc<Shop>) -> Gate {
        Gate { intake, shop, is_ready: AtomicBool::new(false), bodies: Semaphore::new(BODIES) }
    }
}

pub fn router(gate: Arc<Gate>) -> Router {
    Router::new()
        .route("/webhook", post(webhook))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(gate)
}

async fn ready(State(gate): State<Arc<Gate>>) -> (StatusCode, &'static str) {
    match gate.is_ready.load(Ordering::Relaxed) {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}

async fn metrics(State(gate): State<Arc<Gate>>) -> Response {
    match gate.shop.metrics.text(gate.shop.queue.len()) {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn webhook(State(gate): State<Arc<Gate>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let status = match read(&gate, body).await {
        Ok((body, _room)) => {
            let taken = gate.intake.take(&headers(&parts.headers), &body);
            tell(&gate, &taken, &parts.headers);
            taken.status()
        }
        Err(Unread::TooLarge) => {
            let taken = Taken::Refused(Refusal::TooLarge);
            tell(&gate, &taken, &parts.headers);
            taken.status()
        }
        Err(Unread::Late) => {
            gate.shop.metrics.delivered("late");
            408
        }
        Err(Unread::NoRoom) => {
            gate.shop.metrics.delivered("no_room");
            503
        }
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

enum Unread {
    TooLarge,
    /// It did not come in time.
    Late,
    /// Too many others are being read.
    NoRoom,
}

/// The whole body, and the room that it takes.
async fn read(gate: &Gate, body: Body) -> Result<(axum::body::Bytes, SemaphorePermit<'_>), Unread> {
    let announced = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
    if announced.is_some_and(|bytes| bytes > MOST_BYTES) {
        return Err(Unread::TooLarge);
    }
    let room = u32::try_from(announced.unwrap_or(MOST_BYTES) / 1024 + 1).map_err(|_| Unread::TooLarge)?;
    let Ok(Ok(room)) = timeout(PATIENCE, gate.bodies.acquire_many(room)).await else { return Err(Unread::NoRoom) };
    match timeout(PATIENCE, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(bytes)) => Ok((bytes, room)),
        Ok(Err(_)) => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Late),
    }
}

fn headers(all: &HeaderMap) -> Headers<'_> {
    // One that is there twice, or is no text, is as good as none.
    let one = |name: &str| {
        let mut values = all.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
    };
    let content_encoding = match all.contains_key(header::CONTENT_ENCODING) {
        true => Some(one("content-encoding").unwrap_or("unknown")),
        false => None,
    };
    let received =
        Received { signature: one("x-hub-signature-256"), content_type: one("content-type"), content_encoding };
    Headers { received, event: one("x-github-event"), delivery: one("x-github-delivery") }
}

/// One line of the log. Of a payload it holds the repository and nothing else, of a delivery that GitHub did not sign
/// nothing at all.
fn tell(gate: &Gate, taken: &Taken, all: &HeaderMap) {
    let outcome = taken.outcome();
    gate.shop.metrics.delivered(outcome);
    let Headers { event, delivery, .. } = headers(all);
    match taken {
        Taken::Queued(repository) | Taken::Joined(repository) | Taken::Elsewhere(repository) => {
            info!(event, delivery, repository = repository.to_string(), outcome, "delivery");
        }
        Taken::Again | Taken::Ignored => info!(event, delivery, outcome, "delivery"),
        Taken::Conflict(id) => {
            let delivery = id.to_string();
            error!(security = true, delivery, outcome, "another body under the id of a delivery that was here");
        }
        Taken::Malformed(why) => warn!(event, delivery, why, outcome, "delivery"),
        Taken::Full => warn!(event, delivery, outcome, "the queue is full"),
        Taken::Refused(refusal) => warn!(why = refusal.to_string(), outcome, "delivery"),
    }
}
