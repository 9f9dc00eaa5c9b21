//! One session with one editor: what it says comes in, answers and diagnostics go out.

use super::workspace::{Workspace, root_of};
use super::{answer, capabilities, uri};
use crate::model::RepoPath;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit,
    Initialized, LogMessage, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, GotoDefinition, HoverRequest, Initialize, References,
    Request as _, Shutdown,
};
use lsp_types::{
    CodeActionKind, CompletionList, CompletionResponse, DocumentSymbolResponse, GotoDefinitionResponse,
    InitializeParams, LogMessageParams, MessageType, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// `shutdown`, then `exit`.
    Orderly,
    /// `exit` out of turn, or the editor went away.
    Abruptly,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    BeforeInitialize,
    Running,
    AfterShutdown,
}

#[derive(Default)]
pub struct Session {
    phase: Phase,
    client: InitializeParams,
    /// By root.
    workspaces: BTreeMap<PathBuf, Workspace>,
    outbox: Vec<Message>,
}

impl Session {
    /// What is to be sent, in this order.
    pub fn take_outbox(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.outbox)
    }

    /// Whether something has changed that was not checked yet.
    pub fn is_stale(&self) -> bool {
        self.workspaces.values().any(Workspace::is_stale)
    }

    /// Checks what has changed and tells the editor what is wrong now.
    pub fn check(&mut self) {
        let checked = catch_unwind(AssertUnwindSafe(|| {
            let mut changed = Vec::new();
            for workspace in self.workspaces.values_mut().filter(|workspace| workspace.is_stale()) {
                workspace.analysis();
                changed.extend(workspace.changed_diagnostics());
            }
            changed
        }));
        match checked {
            Ok(changed) => changed.into_iter().for_each(|params| self.notify::<PublishDiagnostics>(params)),
            Err(_) => self.log(MessageType::ERROR, panicked("checking the repository")),
        }
    }

    /// Takes one message in; says how the session ended when it is the last.
    pub fn handle(&mut self, message: Message) -> Option<Ended> {
        match message {
            Message::Request(request) => {
                let response = self.respond(request);
                self.outbox.push(Message::Response(response));
                None
            }
            Message::Notification(notification) if notification.method == Exit::METHOD => {
                Some(if self.phase == Phase::AfterShutdown { Ended::Orderly } else { Ended::Abruptly })
            }
            Message::Notification(notification) => {
                let method = notification.method.clone();
                if catch_unwind(AssertUnwindSafe(|| self.hear(notification))).is_err() {
                    self.log(MessageType::ERROR, panicked(&method));
                }
                None
            }
            // Of what we ask, nothing needs an answer.
            Message::Response(_) => None,
        }
    }

    /// For a request that was taken back before it was answered.
    pub fn cancelled(&mut self, id: RequestId) {
        let response = Response::new_err(id, ErrorCode::RequestCanceled as i32, "cancelled".to_owned());
        self.outbox.push(Message::Response(response));
    }

    fn respond(&mut self, request: Request) -> Response {
        let Request { id, method, params, .. } = request;
        let result = match (self.phase, method.as_str()) {
            (Phase::BeforeInitialize, Initialize::METHOD) => self.initialize(params),
            (Phase::BeforeInitialize, _) => Err(refused(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (Phase::AfterShutdown, _) => Err(refused(ErrorCode::InvalidRequest, "after `shutdown` comes `exit`")),
            (Phase::Running, Initialize::METHOD) => Err(refused(ErrorCode::InvalidRequest, "initialized already")),
            (Phase::Running, Shutdown::METHOD) => {
                self.phase = Phase::AfterShutdown;
                Ok(Value::Null)
            }
            (Phase::Running, method) => catch_unwind(AssertUnwindSafe(|| self.answer(method, params)))
                .unwrap_or_else(|_| Err(refused(ErrorCode::InternalError, &panicked(method)))),
        };
        match result {
            Ok(value) => Response::new_ok(id, value),
            Err(error) => Response::new_err(id, error.code, error.message),
        }
    }

    fn initialize(&mut self, params: Value) -> Result<Value, ResponseError> {
        self.client = parsed(params)?;
        self.phase = Phase::Running;
        json(capabilities::answer())
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        match method {
            Completion::METHOD => self.ask::<Completion>(params, |session, params| {
                let place = params.text_document_position;
                let (workspace, path) = session.locate(&place.text_document.uri)?;
                let items = answer::completion(workspace, &path, place.position);
                Some(CompletionResponse::List(CompletionList { is_incomplete: false, items }))
            }),
            HoverRequest::METHOD => self.ask::<HoverRequest>(params, |session, params| {
                let place = params.text_document_position_params;
                let (workspace, path) = session.locate(&place.text_document.uri)?;
                answer::hover(workspace, &path, place.position)
            }),
            GotoDefinition::METHOD => self.ask::<GotoDefinition>(params, |session, params| {
                let place = params.text_document_position_params;
                let (workspace, path) = session.locate(&place.text_document.uri)?;
                Some(GotoDefinitionResponse::Array(answer::definition(workspace, &path, place.position)))
            }),
            References::METHOD => self.ask::<References>(params, |session, params| {
                let place = params.text_document_position;
                let (workspace, path) = session.locate(&place.text_document.uri)?;
                let declarations = params.context.include_declaration;
                Some(answer::references(workspace, &path, place.position, declarations))
            }),
            DocumentSymbolRequest::METHOD => self.ask::<DocumentSymbolRequest>(params, |session, params| {
                let (workspace, path) = session.locate(&params.text_document.uri)?;
                Some(DocumentSymbolResponse::Nested(answer::symbols(workspace, &path)))
            }),
            CodeActionRequest::METHOD => self.ask::<CodeActionRequest>(params, |session, params| {
                let (workspace, path) = session.locate(&params.text_document.uri)?;
                let wants = |kinds: &Vec<CodeActionKind>| {
                    let quick_fix = CodeActionKind::QUICKFIX;
                    kinds.iter().any(|kind| kind.as_str().is_empty() || *kind == quick_fix)
                };
                match params.context.only.as_ref().is_none_or(wants) {
                    true => Some(answer::code_actions(workspace, &path, params.range)),
                    false => Some(Vec::new()),
                }
            }),
            unknown => Err(refused(ErrorCode::MethodNotFound, &format!("`{unknown}` is not answered here"))),
        }
    }

    fn ask<R: lsp_types::request::Request>(
        &mut self,
        params: Value,
        answer: impl FnOnce(&mut Session, R::Params) -> R::Result,
    ) -> Result<Value, ResponseError> {
        let params: R::Params = parsed(params)?;
        json(answer(self, params))
    }

    fn hear(&mut self, notification: Notification) {
        if self.phase != Phase::Running {
            return;
        }
        let Notification { method, params, .. } = notification;
        let heard = match method.as_str() {
            Initialized::METHOD => {
                self.open_folders();
                self.outbox.extend(capabilities::watch(&self.client));
                Ok(())
            }
            DidOpenTextDocument::METHOD => self.listen::<DidOpenTextDocument>(params, |session, params| {
                let document = params.text_document;
                session.open_repository(&document.uri);
                if let Some((workspace, path)) = session.locate(&document.uri) {
                    workspace.open_buffer(path, document.uri, document.version, document.text);
                }
            }),
            DidChangeTextDocument::METHOD => self.listen::<DidChangeTextDocument>(params, |session, params| {
                if let Some((workspace, path)) = session.locate(&params.text_document.uri) {
                    workspace.edit_buffer(path, params.text_document.version, params.content_changes);
                }
            }),
            DidCloseTextDocument::METHOD => self.listen::<DidCloseTextDocument>(params, |session, params| {
                if let Some((workspace, path)) = session.locate(&params.text_document.uri) {
                    workspace.close_buffer(&path);
                }
                session.reload();
            }),
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => {
                self.reload();
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = heard {
            self.log(MessageType::ERROR, format!("{method}: {}", error.message));
        }
    }

    fn listen<N: lsp_types::notification::Notification>(
        &mut self,
        params: Value,
        hear: impl FnOnce(&mut Session, N::Params),
    ) -> Result<(), ResponseError> {
        hear(self, parsed(params)?);
        Ok(())
    }

    /// The repositories of the folders that the editor has open, so that all their mistakes are seen at once.
    #[allow(deprecated, reason = "editors that know no workspace folders name a root")]
    fn open_folders(&mut self) {
        let folders = self.client.workspace_folders.iter().flatten().map(|folder| folder.uri.clone());
        let mut addresses: Vec<Uri> = folders.collect();
        if addresses.is_empty() {
            addresses.extend(self.client.root_uri.clone());
        }
        addresses.iter().for_each(|address| self.open_repository(address));
    }

    fn open_repository(&mut self, address: &Uri) {
        let Some(path) = uri::path_of(address) else { return };
        let Some(root) = root_of(&path).filter(|root| !self.workspaces.contains_key(*root)) else { return };
        match Workspace::open(root) {
            Ok(workspace) => {
                self.workspaces.insert(root.to_owned(), workspace);
            }
            Err(error) => self.log(MessageType::WARNING, format!("{error:#}")),
        }
    }

    fn reload(&mut self) {
        let failures: Vec<String> = self
            .workspaces
            .values_mut()
            .filter_map(|workspace| workspace.reload().err().map(|error| format!("{error:#}")))
            .collect();
        failures.into_iter().for_each(|failure| self.log(MessageType::WARNING, failure));
    }

    /// The repository that a file belongs to, and the file in it; none for files that are not ours.
    fn locate(&mut self, address: &Uri) -> Option<(&mut Workspace, RepoPath)> {
        let path = uri::path_of(address)?;
        let root = path.ancestors().find(|folder| self.workspaces.contains_key(*folder))?.to_owned();
        let workspace = self.workspaces.get_mut(&root)?;
        let path = workspace.path_of(&path)?;
        Some((workspace, path))
    }

    fn log(&mut self, typ: MessageType, message: String) {
        self.notify::<LogMessage>(LogMessageParams { typ, message });
    }

    fn notify<N: lsp_types::notification::Notification>(&mut self, params: N::Params) {
        self.outbox.push(Message::Notification(Notification::new(N::METHOD.to_owned(), params)));
    }
}

fn parsed<T: DeserializeOwned>(params: Value) -> Result<T, ResponseError> {
    serde_json::from_value(params).map_err(|error| refused(ErrorCode::InvalidParams, &error.to_string()))
}

fn json<T: serde::Serialize>(value: T) -> Result<Value, ResponseError> {
    serde_json::to_value(value).map_err(|error| refused(ErrorCode::InternalError, &error.to_string()))
}

fn refused(code: ErrorCode, message: &str) -> ResponseError {
    ResponseError { code: code as i32, message: message.to_owned(), data: None }
}

fn panicked(what: &str) -> String {
    format!("a bug of Pavior: {what} failed; the details are on standard error")
}
