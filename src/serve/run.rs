//! The server from its first sweep to its last piece of work.

use super::act::Act;
use super::connections::{Limits, serve_all};
use super::http::{Gate, router};
use super::intake::Intake;
use super::metrics::Metrics;
use super::queue::{Piece, Queue};
use super::worker::{Shop, work};
use crate::forge::event::Work;
use crate::forge::words::Repository;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{info, warn};

/// How it works.
#[derive(Clone)]
pub struct Settings {
    /// Any of these may have signed a delivery.
    pub secrets: Vec<String>,
    /// The repositories that are served; events of others are left aside.
    pub repositories: BTreeSet<Repository>,
    pub limits: Limits,
    /// How much is worked on at a time.
    pub workers: usize,
    /// The most that waits of what events asked for.
    pub most_waiting: usize,
    pub sweep_every: Duration,
    /// How long work that failed first waits.
    pub retry_after: Duration,
    /// How long it goes on once it is told to stop.
    pub grace: Duration,
}

/// Serves until `stop`, then ends what was accepted, for as long as `grace` allows. What is not done by then is found by
/// the sweep of the next start.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    act: Arc<dyn Act>,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let queue = Arc::new(Queue::new(settings.most_waiting));
    let intake = Intake::new(settings.secrets, settings.repositories.clone(), Arc::clone(&queue));
    let shop = Shop { queue: Arc::clone(&queue), act, metrics: Metrics::new(), retry_after: settings.retry_after };
    let gate = Arc::new(Gate::new(intake, Arc::new(shop)));
    info!(address = listener.local_addr().context("asking for our address")?.to_string(), "listening");
    let (tell, told) = watch::channel(());
    let mut serving = tokio::spawn(serve_all(listener, router(Arc::clone(&gate)), settings.limits, told));
    let mut workers: JoinSet<()> = (0..settings.workers.max(1)).map(|_| work(Arc::clone(&gate.shop))).collect();
    let sweeping = tokio::spawn(sweep(Arc::clone(&queue), settings.repositories, settings.sweep_every));
    gate.is_ready.store(true, Ordering::Relaxed);
    tokio::select! {
        ended = &mut serving => return ended.context("serving"),
        () = stop => {}
    }
    info!(waiting = queue.len(), "stopping");
    gate.is_ready.store(false, Ordering::Relaxed);
    sweeping.abort();
    queue.close();
    drop(tell);
    let deadline = Instant::now() + settings.grace;
    let all = async { while workers.join_next().await.is_some() {} };
    if timeout_at(deadline, all).await.is_err() {
        warn!(waiting = queue.len(), "stopped before everything was done: the next sweep finds it");
    }
    // Whoever keeps a connection open is not waited for.
    let _ = timeout_at(deadline, serving).await;
    info!("stopped");
    Ok(())
}

/// At once, for what came while nobody listened, and by the clock, for what did not come.
async fn sweep(queue: Arc<Queue>, repositories: BTreeSet<Repository>, every: Duration) {
    loop {
        for repository in &repositories {
            queue.put_back(Piece::new(repository.clone(), Work::Sweep));
        }
        sleep(every).await;
    }
}
