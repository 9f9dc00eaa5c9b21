//! What may be written at the cursor: fields, values, names and placeholders, also in a text that is no YAML yet.

mod fields;
mod names;
mod placeholders;
mod values;

pub use names::description;

use super::analysis::Analysis;
use super::cursor::{Cursor, Slot, cursor};
use super::mention::kind_of;
use super::role::{Role, Side, Use, expands, role};
use super::{schema, text};
use crate::model::Span;
use crate::model::kinds::Kind;
use crate::read::{Document, Node};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextMode, MarkupContent, MarkupKind,
    Position, TextEdit,
};
use std::ops::Range;

/// A text in which something is being written, and what is known around it.
pub struct Scene<'a> {
    pub analysis: &'a Analysis,
    /// As the editor holds it, with LF.
    pub text: &'a str,
    /// The documents of the file when it last was YAML.
    pub trees: &'a [Document],
}

/// One thing that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    label: String,
    insert: String,
    /// A few words beside it.
    detail: String,
    /// Markdown below it.
    documentation: String,
    kind: CompletionItemKind,
    /// Those of a lower rank come first.
    rank: u8,
}

impl Choice {
    fn new(label: &str, kind: CompletionItemKind) -> Choice {
        let (detail, documentation) = (String::new(), String::new());
        Choice { label: label.to_owned(), insert: label.to_owned(), detail, documentation, kind, rank: 1 }
    }

    fn detail(self, detail: impl Into<String>) -> Choice {
        Choice { detail: detail.into(), ..self }
    }

    fn documentation(self, documentation: impl Into<String>) -> Choice {
        Choice { documentation: documentation.into(), ..self }
    }

    fn insert(self, insert: impl Into<String>) -> Choice {
        Choice { insert: insert.into(), ..self }
    }

    fn rank(self, rank: u8) -> Choice {
        Choice { rank, ..self }
    }
}

/// The cursor with what it is in.
struct Spot<'a> {
    scene: &'a Scene<'a>,
    cursor: Cursor,
    kind: Option<Kind>,
    /// The document when it last was YAML.
    tree: Option<&'a Document>,
}

impl Spot<'_> {
    fn node(&self, route: &[&str]) -> Option<&Node> {
        route.iter().try_fold(self.tree?.root(), |node, step| node.child(step))
    }
}

/// Everything that may be written at a position, best first.
pub fn complete(scene: &Scene<'_>, position: Position) -> Vec<CompletionItem> {
    let offset = text::offset(scene.text, position);
    let cursor = cursor(scene.text, offset);
    let document = &scene.text[cursor.document.clone()];
    let kind = written_kind(document);
    if in_comment(scene.text, offset) {
        return Vec::new();
    }
    let tree = nearest_tree(scene.trees, &cursor, kind);
    let spot = Spot { scene, kind, tree, cursor };
    let (choices, written) = choices(&spot, offset);
    let range = text::range(scene.text, Span::new(written.start, written.end));
    choices.into_iter().enumerate().map(|(index, choice)| item(choice, index, range)).collect()
}

fn choices(spot: &Spot<'_>, offset: usize) -> (Vec<Choice>, Range<usize>) {
    let Cursor { route, slot, written, .. } = &spot.cursor;
    if let Some(kind) = spot.kind.filter(|kind| expands(*kind, route) && *slot != Slot::Key)
        && let Some(open) = placeholders::open_at(spot.scene.text, written.start, offset)
    {
        return (placeholders::choices(spot, kind, &open), open.step);
    }
    let is_key = match slot {
        Slot::Key => true,
        Slot::Value => false,
        Slot::Open => spot.kind.is_none_or(|kind| fields::takes_keys(kind, route)),
    };
    let choices = if is_key { fields::choices(spot) } else { values::choices(spot) };
    (choices, without_quotes(spot.scene.text, written, offset))
}

fn item(choice: Choice, index: usize, range: lsp_types::Range) -> CompletionItem {
    let Choice { label, insert, detail, documentation, kind, rank } = choice;
    let documentation = (!documentation.is_empty())
        .then_some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: documentation }));
    CompletionItem {
        kind: Some(kind),
        detail: (!detail.is_empty()).then_some(detail),
        documentation,
        sort_text: Some(format!("{rank}{index:04}")),
        filter_text: Some(label.clone()),
        insert_text_mode: Some(InsertTextMode::AS_IS),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: insert })),
        label,
        ..CompletionItem::default()
    }
}

/// What stands behind `kind:` at the left margin.
fn written_kind(document: &str) -> Option<Kind> {
    let line = document.lines().find_map(|line| line.strip_prefix("kind:"))?;
    let value = line.split(" #").next().unwrap_or(line);
    Kind::parse(value.trim().trim_matches(['"', '\'']))
}

/// The tree that begins nearest to where the document begins now.
fn nearest_tree<'a>(trees: &'a [Document], cursor: &Cursor, kind: Option<Kind>) -> Option<&'a Document> {
    let start = cursor.document.start;
    let of_kind = trees.iter().filter(|tree| kind.is_none() || kind_of(tree) == kind);
    of_kind.min_by_key(|tree| tree.root().span.range().start.abs_diff(start))
}

fn in_comment(text: &str, offset: usize) -> bool {
    let line = &text[text[..offset].rfind('\n').map_or(0, |newline| newline + 1)..offset];
    line.trim_start().starts_with('#') || line.contains(" #")
}

fn without_quotes(text: &str, written: &Range<usize>, offset: usize) -> Range<usize> {
    let word = &text[written.clone()];
    let Some(quote) = word.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return written.clone() };
    let closes = word.len() > 1 && word.ends_with(quote);
    (written.start + 1).min(offset)..(written.end - usize::from(closes)).max(offset)
}

/// The role that the key, or the value, at the cursor would have, where it refers to something.
fn role_at(kind: Kind, side: Side, route: &[String]) -> Option<Role> {
    role(kind, side, route).filter(|(_, usage)| *usage == Use::Refers).map(|(role, _)| role)
}

#[cfg(test)]
mod tests;
