//! The outline of a file: its declarations, and what each of them names.

use super::mention::{kind_of, name_of};
use super::text;
use crate::model::Span;
use crate::model::kinds::Kind;
use crate::read::{Document, Entry, NodeValue};
use lsp_types::{DocumentSymbol, SymbolKind};

/// Fields of `spec` whose entries have names worth going to.
const NAMED: &[(&str, SymbolKind)] = &[
    ("containers", SymbolKind::MODULE),
    ("resources", SymbolKind::OBJECT),
    ("jobs", SymbolKind::EVENT),
    ("environments", SymbolKind::NAMESPACE),
    ("keys", SymbolKind::KEY),
    ("classes", SymbolKind::ENUM),
    ("outputs", SymbolKind::PROPERTY),
];

/// One symbol for each declaration.
pub fn outline<'d>(documents: impl Iterator<Item = &'d Document>) -> Vec<DocumentSymbol> {
    documents.filter_map(declaration).collect()
}

fn declaration(document: &Document) -> Option<DocumentSymbol> {
    let kind = kind_of(document)?;
    let NodeValue::Mapping(entries) = &document.root().value else { return None };
    let named = document.root().child("metadata").and_then(|metadata| metadata.entry("name"));
    let selection = named.map_or(entries.first()?.key_span, |entry| entry.value.span);
    let whole = Span { start: entries.first()?.key_span.start, end: document.root().span.end.max(selection.end) };
    let name = name_of(document).unwrap_or("(without a name)");
    let children = entries.iter().find(|entry| entry.key == "spec").map(|spec| named_in(document, spec));
    Some(symbol(document, name, kind.as_str(), symbol_kind(kind), (whole, selection), children.unwrap_or_default()))
}

fn named_in(document: &Document, spec: &Entry) -> Vec<DocumentSymbol> {
    let fields = NAMED.iter().filter_map(|(field, kind)| Some((spec.value.entry(field)?, *kind)));
    let mut symbols = Vec::new();
    for (field, kind) in fields {
        let NodeValue::Mapping(entries) = &field.value.value else { continue };
        symbols.extend(entries.iter().map(|entry| {
            let whole = Span { start: entry.key_span.start, end: entry.value.span.end.max(entry.key_span.end) };
            symbol(document, &entry.key, &field.key, kind, (whole, entry.key_span), Vec::new())
        }));
    }
    symbols.sort_by_key(|symbol| symbol.range.start);
    symbols
}

fn symbol_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Team => SymbolKind::NAMESPACE,
        Kind::Environment => SymbolKind::PACKAGE,
        Kind::ResourceType | Kind::GoldenPath => SymbolKind::CLASS,
        Kind::SecretRequest => SymbolKind::KEY,
        Kind::Service | Kind::Resource | Kind::Platform => SymbolKind::OBJECT,
        Kind::Waiver | Kind::Incident | Kind::PriceBook => SymbolKind::FILE,
    }
}

fn symbol(
    document: &Document,
    name: &str,
    detail: &str,
    kind: SymbolKind,
    (whole, selection): (Span, Span),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    #[allow(deprecated, reason = "the field has to be given; tags have taken its place")]
    DocumentSymbol {
        name: name.to_owned(),
        detail: Some(detail.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range: text::range(&document.text, whole),
        selection_range: text::range(&document.text, selection),
        children: (!children.is_empty()).then_some(children),
    }
}
