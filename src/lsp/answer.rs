//! The answers to what an editor asks about a place in a file.

use super::diagnostic::{self, Files};
use super::workspace::Workspace;
use super::{complete, hover, outline, text};
use crate::model::RepoPath;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CompletionItem, DocumentSymbol, Hover, HoverContents, Location,
    MarkupContent, MarkupKind, Position, Range, WorkspaceEdit,
};

pub fn completion(workspace: &Workspace, path: &RepoPath, position: Position) -> Vec<CompletionItem> {
    workspace.scene(path).map(|scene| complete::complete(&scene, position)).unwrap_or_default()
}

pub fn hover(workspace: &mut Workspace, path: &RepoPath, position: Position) -> Option<Hover> {
    let analysis = workspace.analysis();
    let source = analysis.text(path)?;
    let found = hover::hover(analysis, path, text::offset(source, position))?;
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: found.markdown }),
        range: Some(text::range(source, found.span)),
    })
}

/// Where the name at a position is declared.
pub fn definition(workspace: &mut Workspace, path: &RepoPath, position: Position) -> Vec<Location> {
    let analysis = workspace.analysis();
    let Some(source) = analysis.text(path) else { return Vec::new() };
    let Some(name) = analysis.name_at(path, text::offset(source, position)) else { return Vec::new() };
    let declared = analysis.declarations_of(&name.symbol);
    locations(workspace, declared)
}

/// Every mention of the name at a position, in the order of files.
pub fn references(workspace: &mut Workspace, path: &RepoPath, position: Position, declarations: bool) -> Vec<Location> {
    let analysis = workspace.analysis();
    let Some(source) = analysis.text(path) else { return Vec::new() };
    let Some(name) = analysis.name_at(path, text::offset(source, position)) else { return Vec::new() };
    let mut mentions = analysis.mentions_of(&name.symbol);
    if !declarations {
        mentions.retain(|mention| mention.usage == super::role::Use::Refers);
    }
    locations(workspace, mentions)
}

fn locations(workspace: &mut Workspace, mentions: Vec<super::mention::Mention>) -> Vec<Location> {
    let places: Vec<(RepoPath, Range)> = {
        let documents = &workspace.analysis().documents;
        let place = |mention: super::mention::Mention| {
            let document = documents.document(mention.document);
            (document.path.clone(), text::range(&document.text, mention.span))
        };
        mentions.into_iter().map(place).collect()
    };
    places.into_iter().filter_map(|(path, range)| Some(Location { uri: workspace.uri(&path)?, range })).collect()
}

pub fn symbols(workspace: &mut Workspace, path: &RepoPath) -> Vec<DocumentSymbol> {
    outline::outline(workspace.analysis().documents_of(path).map(|(_, document)| document))
}

/// What mends the findings at a range.
#[allow(clippy::mutable_key_type, reason = "the protocol's map is keyed by addresses, which do not change")]
pub fn code_actions(workspace: &mut Workspace, path: &RepoPath, range: Range) -> Vec<CodeActionOrCommand> {
    workspace.analysis();
    let workspace = &*workspace;
    let Some(uri) = workspace.uri(path) else { return Vec::new() };
    let mut actions = Vec::new();
    for finding in workspace.findings_in(path) {
        let Some(mended) = diagnostic::mended(finding, workspace) else { continue };
        let shown = diagnostic::diagnostic(finding, workspace);
        if !touch(shown.range, range) && !touch(mended.edit.range, range) {
            continue;
        }
        let changes = std::iter::once((uri.clone(), vec![mended.edit])).collect();
        actions.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: mended.title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![shown]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(mended.certain),
            ..CodeAction::default()
        }));
    }
    actions
}

fn touch(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}
