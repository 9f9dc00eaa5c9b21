//! Connections in, requests to the router out: no more connections than there is room for, and none that takes its time
//! over headers.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::warn;

/// What a connection holds of what is read and written.
const BUFFER: usize = 64 << 10;
/// After the system had no connection to give: it has run out of something.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// As many connections at a time. Who comes then waits in the system's queue.
    pub most: usize,
    /// The headers of a request have to be there so soon after the connection, or after the request before.
    pub headers_within: Duration,
}

/// Until `told` changes or its sender is gone; then until the requests that were begun are answered.
pub async fn serve_all(listener: TcpListener, router: Router, limits: Limits, mut told: watch::Receiver<()>) {
    let room = Arc::new(Semaphore::new(limits.most.max(1)));
    let mut open = JoinSet::new();
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await.expect("nobody closes it");
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            _ = told.changed() => break,
        };
        match accepted {
            Ok((stream, _)) => drop(open.spawn(serve_one(stream, router.clone(), limits, told.clone(), permit))),
            Err(error) => {
                warn!(why = error.to_string(), "no connection can be taken");
                sleep(PAUSE).await;
            }
        }
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn serve_one(
    stream: TcpStream,
    router: Router,
    limits: Limits,
    mut told: watch::Receiver<()>,
    _room: OwnedSemaphorePermit,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.headers_within).max_buf_size(BUFFER);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    // How a connection ends is its own affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = told.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
