//! The language server: whatever is typed, wherever the cursor is, every question is answered.
//!
//! An input is text with the cursor at the first `‸`, or at its end; the session is a real one, on real files.

use super::Reached;
use super::world::{BARE, root};
use lsp_server::{Message, Notification, Request, RequestId};
use pavior::lsp::Session;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fs;

const CURSOR: char = '‸';

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(session());
}

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let (before, after) = text.split_once(CURSOR).unwrap_or((text, ""));
    let whole = format!("{before}{after}");
    let lines = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    let position = json!({ "line": lines, "character": column });
    SESSION.with_borrow_mut(|session| {
        let document = json!({ "uri": address(), "languageId": "yaml", "version": 1, "text": whole });
        tell(session, "textDocument/didOpen", json!({ "textDocument": document }));
        let place = json!({ "textDocument": { "uri": address() }, "position": position });
        let completion = ask(session, "textDocument/completion", &place);
        assert_edits(&completion, &whole);
        let mut answered = completion["items"].as_array().is_some_and(|items| !items.is_empty());
        // The rest needs the whole repository to be read and linked; not every input has to pay for that.
        if data.len().is_multiple_of(8) {
            answered |= ask_about_the_repository(session, &place);
        }
        if answered { Reached::Through } else { Reached::Told }
    })
}

fn ask_about_the_repository(session: &mut Session, place: &Value) -> bool {
    let hover = ask(session, "textDocument/hover", place);
    ask(session, "textDocument/definition", place);
    let mut with_context = place.clone();
    with_context["context"] = json!({ "includeDeclaration": true });
    ask(session, "textDocument/references", &with_context);
    ask(session, "textDocument/documentSymbol", place);
    let mut in_range = place.clone();
    in_range["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": place["position"] });
    in_range["context"] = json!({ "diagnostics": [] });
    ask(session, "textDocument/codeAction", &in_range);
    session.check();
    session.take_outbox().iter().for_each(assert_well);
    !hover.is_null()
}

/// Every range that would be replaced is on one line, around the cursor, in the text.
fn assert_edits(completion: &Value, text: &str) {
    for item in completion["items"].as_array().into_iter().flatten() {
        let range = &item["textEdit"]["range"];
        let [start, end] = ["start", "end"].map(|side| {
            let [line, character] = ["line", "character"].map(|part| range[side][part].as_u64().expect("a number"));
            (line, character)
        });
        assert!(start <= end && end.0 as usize <= text.matches('\n').count(), "{item} in {text:?}");
    }
}

fn session() -> Session {
    let folder = folder();
    for (path, text) in &BARE.files {
        let file = folder.join(path.as_str());
        fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(file, text.as_bytes()).expect("a file can be written");
    }
    let mut session = Session::default();
    let response = ask(&mut session, "initialize", &json!({ "capabilities": {} }));
    assert!(response["capabilities"].is_object());
    tell(&mut session, "initialized", json!({}));
    session
}

fn folder() -> std::path::PathBuf {
    root().join("target/editor-oracle")
}

fn address() -> String {
    format!("file://{}/catalog/typed.yaml", folder().display())
}

fn tell(session: &mut Session, method: &str, params: Value) {
    let ended = session.handle(Message::Notification(Notification { method: method.to_owned(), params }));
    assert_eq!(ended, None);
    session.take_outbox().iter().for_each(assert_well);
}

fn ask(session: &mut Session, method: &str, params: &Value) -> Value {
    let request = Request { id: RequestId::from(1), method: method.to_owned(), params: params.clone() };
    session.handle(Message::Request(request));
    let mut answer = None;
    for message in session.take_outbox() {
        assert_well(&message);
        if let Message::Response(response) = message {
            answer = response.response_result.ok();
        }
    }
    answer.expect("every request has an answer")
}

/// The session survives a panic and says so; here that is a failure.
fn assert_well(message: &Message) {
    match message {
        Message::Response(response) => assert!(response.response_result.is_ok(), "{response:?}"),
        Message::Notification(notification) => {
            let is_log = notification.method == "window/logMessage";
            assert!(!is_log, "{:?}", notification.params);
        }
        Message::Request(_) => {}
    }
}
