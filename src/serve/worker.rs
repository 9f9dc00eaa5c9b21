//! Takes a piece of work at a time from the queue and sees to it that it is done, or tried again, or left to the sweep.

use super::act::{Act, Acted};
use super::metrics::Metrics;
use super::queue::{Piece, Queue};
use anyhow::{Context, Result, bail};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

/// Work that takes longer will not end. GitHub's limits alone may take a quarter of an hour of one call.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// After so many failures the sweep has it.
const TRIES: u32 = 4;

/// What all workers share.
pub struct Shop {
    pub queue: Arc<Queue>,
    pub act: Arc<dyn Act>,
    pub metrics: Metrics,
    /// How long work that failed first waits; four times as long each time after that.
    pub retry_after: Duration,
}

/// Until the queue is closed and empty.
pub async fn work(shop: Arc<Shop>) {
    while let Some(piece) = shop.queue.take().await {
        let begun = Instant::now();
        let acted = acted(&shop, &piece).await;
        shop.queue.done(&piece.key());
        let outcome = match acted {
            Ok(acted) => done(&shop, &piece, acted),
            Err(error) => failed(&shop, piece, &error),
        };
        shop.metrics.worked(outcome, begun.elapsed());
    }
}

/// In a task of its own, so that what panics takes no worker along.
async fn acted(shop: &Shop, piece: &Piece) -> Result<Acted> {
    let mut acting = tokio::spawn(shop.act.act(piece.repository.clone(), piece.work.clone()));
    match timeout(LONGEST, &mut acting).await {
        Ok(ended) => match ended.context("working")?? {
            Acted::Did(did) if !did.failed.is_empty() => bail!("{}", did.failed.join("; ")),
            acted => Ok(acted),
        },
        Err(_) => {
            acting.abort();
            bail!("it did not end within {} s", LONGEST.as_secs())
        }
    }
}

fn done(shop: &Shop, piece: &Piece, acted: Acted) -> &'static str {
    let repository = piece.repository.to_string();
    match acted {
        Acted::Did(did) => {
            for line in did.lines {
                info!(repository, did = line, "done");
            }
            "done"
        }
        Acted::Spread(works) => {
            info!(repository, found = works.len(), "found");
            for work in works {
                shop.queue.put_back(Piece::new(piece.repository.clone(), work));
            }
            "found"
        }
    }
}

fn failed(shop: &Arc<Shop>, piece: Piece, why: &anyhow::Error) -> &'static str {
    shop.metrics.failed(why);
    let (repository, failures) = (piece.repository.to_string(), piece.failures + 1);
    let why = format!("{why:#}");
    if failures == TRIES {
        error!(repository, failures, why, "left to the next sweep");
        return "given_up";
    }
    let pause = shop.retry_after * 4_u32.pow(piece.failures);
    warn!(repository, failures, why, again_in = pause.as_secs(), "failed");
    let queue = Arc::clone(&shop.queue);
    tokio::spawn(async move {
        sleep(pause).await;
        queue.put_back(Piece { failures, ..piece });
    });
    "failed"
}
