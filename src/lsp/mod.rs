//! The language server: what `check` knows, while people type.
//!
//! Every answer is a function of the repository as the editor shows it: the saved files with the open texts laid over
//! them ([`workspace`]), read, linked and provisioned as everywhere else ([`analysis`]). [`session`] speaks the
//! protocol and nothing else does. Knows of no terminal and writes no file.

mod analysis;
mod answer;
mod capabilities;
mod complete;
mod cursor;
mod diagnostic;
mod flow;
mod hover;
mod mention;
mod outline;
mod resolution;
mod role;
mod schema;
mod session;
mod text;
mod uri;
mod workspace;

pub use session::{Ended, Session};

use lsp_server::{Connection, Message, RequestId};
use lsp_types::notification::{Cancel, Notification as _};
use lsp_types::{CancelParams, NumberOrString};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long nothing more may come before what has changed is checked: keys that are struck at once are checked once.
const QUIET: Duration = Duration::from_millis(5);

/// Serves the editor at standard input and output until it leaves.
///
/// # Errors
/// When what comes in is not the protocol.
pub fn serve() -> std::io::Result<Ended> {
    let (connection, threads) = Connection::stdio();
    match run(connection) {
        Some(ended) => threads.join().map(|()| ended),
        // Nobody reads what we write; whoever still holds the other end is not waited for.
        None => Ok(Ended::Abruptly),
    }
}

/// None when nobody reads what is sent.
fn run(connection: Connection) -> Option<Ended> {
    let Connection { sender, receiver } = connection;
    // The connection hands over one message at a time; this takes in all that has come, so that a request can be
    // taken back, and a change be overtaken, before its turn.
    let (arrived, inbox) = channel();
    std::thread::spawn(move || receiver.into_iter().all(|message| arrived.send(message).is_ok()));
    let mut session = Session::default();
    let mut queue = VecDeque::new();
    loop {
        queue.extend(inbox.try_iter());
        take_back(&mut queue, &mut session);
        let ended = match next(&mut queue, &inbox, session.is_stale()) {
            Ok(message) => session.handle(message),
            Err(RecvTimeoutError::Timeout) => {
                session.check();
                None
            }
            Err(RecvTimeoutError::Disconnected) => Some(Ended::Abruptly),
        };
        if !session.take_outbox().into_iter().all(|message| sender.send(message).is_ok()) {
            return None;
        }
        if ended.is_some() {
            return ended;
        }
    }
}

/// The next message; a timeout when none has come for a while and something waits to be checked.
fn next(queue: &mut VecDeque<Message>, inbox: &Receiver<Message>, is_stale: bool) -> Result<Message, RecvTimeoutError> {
    match (queue.pop_front(), is_stale) {
        (Some(message), _) => Ok(message),
        (None, true) => inbox.recv_timeout(QUIET),
        (None, false) => inbox.recv().map_err(RecvTimeoutError::from),
    }
}

/// Requests that wait and are cancelled are answered at once.
fn take_back(queue: &mut VecDeque<Message>, session: &mut Session) {
    let ids: Vec<RequestId> = queue.iter().filter_map(cancelled).collect();
    if ids.is_empty() {
        return;
    }
    queue.retain(|message| match message {
        Message::Request(request) if ids.contains(&request.id) => {
            session.cancelled(request.id.clone());
            false
        }
        message => cancelled(message).is_none(),
    });
}

/// The request that a message takes back.
fn cancelled(message: &Message) -> Option<RequestId> {
    let Message::Notification(notification) = message else { return None };
    if notification.method != Cancel::METHOD {
        return None;
    }
    let params: CancelParams = serde_json::from_value(notification.params.clone()).ok()?;
    Some(match params.id {
        NumberOrString::Number(id) => RequestId::from(id),
        NumberOrString::String(id) => RequestId::from(id),
    })
}
