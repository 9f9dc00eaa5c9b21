//! The HTTP around the state: a thread of its own, so that tests with and without a runtime, and processes, can call.

use super::app;
use super::reply::{Reply, Request, decoded};
use super::route::route;
use super::runs;
use super::trouble::{Kind, Trouble};
use super::world::World;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// GitHub refuses what is larger.
const BODY_BYTES: usize = 25 << 20;

pub struct Server {
    pub url: String,
    _stop: oneshot::Sender<()>,
}

#[derive(Clone)]
struct Shared {
    world: Arc<Mutex<World>>,
    prefix: String,
}

impl Server {
    pub fn start(world: Arc<Mutex<World>>, prefix: &str) -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}{prefix}", listener.local_addr().unwrap());
        let shared = Shared { world, prefix: prefix.to_owned() };
        let (stop, stopped) = oneshot::channel::<()>();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let router = Router::new().fallback(answer).with_state(shared);
                tokio::select! {
                    served = axum::serve(listener, router) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Server { url, _stop: stop }
    }
}

async fn answer(State(shared): State<Shared>, request: http::Request<Body>) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES).await else { return response(Reply::error(413, "Too large")) };
    let Some(path) = parts.uri.path().strip_prefix(&shared.prefix) else { return response(Reply::not_found()) };
    let query = parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let request = Request {
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: query.map(|(name, value)| (decoded(name), decoded(value))).collect(),
        authorization: header("authorization"),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    if header("user-agent").is_empty() {
        return response(Reply::error(403, "Request forbidden by administrative rules. User-Agent is missing"));
    }
    meet(&shared.world, &request).await;
    match within(&shared.world, &request) {
        Some(reply) => response(reply),
        None => std::future::pending().await,
    }
}

/// Waits for the others of a meeting, where a call is of one.
async fn meet(world: &Mutex<World>, request: &Request) {
    let lock = || world.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(at) = lock().meetings.iter_mut().position(|meeting| meeting.awaits(request)) else { return };
    let all_came = || {
        let meeting = &lock().meetings[at];
        meeting.come == meeting.of
    };
    while !all_came() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

/// The answer, or none where there is silence.
fn within(world: &Mutex<World>, request: &Request) -> Option<Reply> {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.requests.push(request.clone());
    let Some(mut trouble) = take_trouble(&mut world, request) else { return Some(handle(&mut world, request)) };
    let (does, reply) = match &mut trouble.kind {
        Kind::Instead(reply) => (false, Some(Some(reply.clone()))),
        Kind::After(reply) => (true, Some(Some(reply.clone()))),
        Kind::Silence => (false, Some(None)),
        Kind::SilenceAfter => (true, Some(None)),
        Kind::Meanwhile(happens) => {
            happens(&mut world);
            (true, None)
        }
    };
    let done = does.then(|| handle(&mut world, request));
    trouble.times -= 1;
    world.troubles.push(trouble);
    reply.unwrap_or(done)
}

/// The first trouble that is meant for a call and does not spare it.
fn take_trouble(world: &mut World, request: &Request) -> Option<Trouble> {
    let at = world.troubles.iter().position(|trouble| trouble.is_for(request))?;
    if world.troubles[at].spared > 0 {
        world.troubles[at].spared -= 1;
        return None;
    }
    Some(world.troubles.remove(at))
}

fn handle(world: &mut World, request: &Request) -> Reply {
    if let Some(id) = request.path.strip_prefix("/storage/") {
        return runs::stored(world, request, id);
    }
    match app::who_asks(world, request) {
        Ok(asker) => route(world, request, &asker),
        Err(refusal) => refusal,
    }
    .with("date", httpdate::fmt_http_date(std::time::SystemTime::now()))
}

fn response(reply: Reply) -> http::Response<Body> {
    let mut response = http::Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}
