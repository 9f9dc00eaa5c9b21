//! An editor without a screen: it starts `pavior lsp` and speaks the protocol with it.

use crate::repository::Repository;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Nothing takes so long, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Editor {
    repository: Repository,
    server: Child,
    to_server: Option<ChildStdin>,
    from_server: Receiver<Value>,
    /// Texts that are open, with their versions.
    open: BTreeMap<String, (String, i64)>,
    /// The diagnostics of each file, as they were published last.
    pub shown: BTreeMap<String, Vec<Value>>,
    last_id: i64,
}

impl Editor {
    /// Starts the server on a copy of the shipped repository, and nothing more.
    pub fn start() -> Editor {
        let repository = Repository::shipped();
        let mut server = Command::new(env!("CARGO_BIN_EXE_pavior"))
            .args(["lsp", "--stdio"])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary can be run");
        let (to_server, stdout) = (server.stdin.take(), server.stdout.take().expect("it is piped"));
        let (arrived, from_server) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout) {
                if arrived.send(message).is_err() {
                    break;
                }
            }
        });
        let (open, shown) = (BTreeMap::new(), BTreeMap::new());
        Editor { repository, server, to_server, from_server, open, shown, last_id: 0 }
    }

    /// The same, with the copy opened as a folder.
    pub fn start_in_folder() -> Editor {
        let mut editor = Editor::start();
        let folder = json!({ "uri": editor.uri(""), "name": "repository" });
        let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
        let answer = editor.ask("initialize", json!({ "capabilities": capabilities, "workspaceFolders": [folder] }));
        assert_eq!(answer["result"]["serverInfo"]["name"], "pavior");
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
        editor.tell("initialized", json!({}));
        editor
    }

    pub fn uri(&self, path: &str) -> String {
        let root = self.repository.root();
        format!("file://{}/{path}", root.display()).trim_end_matches('/').to_owned()
    }

    pub fn saved(&self, path: &str) -> String {
        fs::read_to_string(self.repository.root().join(path)).expect("the file is there")
    }

    pub fn save(&mut self, path: &str, text: &str) {
        fs::write(self.repository.root().join(path), text).expect("the file can be written");
    }

    pub fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "yaml", "version": 1, "text": text });
        self.open.insert(path.to_owned(), (text.to_owned(), 1));
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a part of an open text, as typing does: by its range.
    pub fn replace(&mut self, path: &str, part: &str, with: &str) {
        let (text, version) = self.open[path].clone();
        let start = text.find(part).expect("the part is in the text");
        let range = json!({ "start": position(&text, start), "end": position(&text, start + part.len()) });
        let changes = json!([{ "range": range, "text": with }]);
        let document = json!({ "uri": self.uri(path), "version": version + 1 });
        self.open.insert(path.to_owned(), (text.replacen(part, with, 1), version + 1));
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Asks about the place behind `mark` in an open text.
    pub fn at(&mut self, method: &str, path: &str, mark: &str) -> Value {
        let params = self.place(path, mark);
        let answer = self.ask(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub fn place(&self, path: &str, mark: &str) -> Value {
        let (text, _) = &self.open[path];
        let offset = text.find(mark).unwrap_or_else(|| panic!("{mark} is in {path}")) + mark.len();
        json!({
            "textDocument": { "uri": self.uri(path) },
            "position": position(text, offset),
            "context": { "includeDeclaration": true, "triggerKind": 1 }
        })
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// Sends a request and does not wait.
    pub fn send(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        self.write(json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }));
        self.last_id
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.write(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn answer(&mut self, id: i64) -> Value {
        self.wait_for(|message| message["method"].is_null() && message["id"] == id)
    }

    /// Takes messages in until one is as asked; diagnostics are kept on the way.
    pub fn wait_for(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.from_server.recv_timeout(PATIENCE).expect("the server says something");
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                let uri = params["uri"].as_str().expect("diagnostics have an address").to_owned();
                self.shown.insert(uri, params["diagnostics"].as_array().expect("a list").clone());
            }
            if is_it(&message) {
                return message;
            }
        }
    }

    /// Waits for the diagnostics of a file to be published.
    pub fn diagnostics(&mut self, path: &str) -> Vec<Value> {
        let uri = self.uri(path);
        self.wait_for(|message| {
            message["params"]["uri"] == uri.as_str() && !message["params"]["diagnostics"].is_null()
        });
        self.shown[&uri].clone()
    }

    /// `shutdown`, `exit`; the exit code.
    pub fn leave(mut self) -> Option<i32> {
        let answer = self.ask("shutdown", Value::Null);
        assert!(answer["result"].is_null() && answer["error"].is_null(), "{answer}");
        self.tell("exit", Value::Null);
        self.end()
    }

    /// Waits for the server to end, with nothing more to say to it.
    pub fn end(mut self) -> Option<i32> {
        drop(self.to_server.take());
        self.server.wait().expect("the server ends").code()
    }

    fn write(&mut self, message: Value) {
        let text = message.to_string();
        let to_server = self.to_server.as_mut().expect("the server is still spoken to");
        write!(to_server, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server listens");
        to_server.flush().expect("the server listens");
    }
}

/// Line and UTF-16 units, as the protocol counts.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    json!({ "line": line, "character": character })
}

fn read(stream: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(value) => length = value.parse().ok()?,
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
