//! Every mention of a name in a document: where it is declared and where it is referred to.

use super::role::{Role, Side, Use, expands, role, type_route};
use crate::link::{Reference, Template};
use crate::model::Span;
use crate::model::kinds::Kind;
use crate::read::{Document, DocumentId, Documents, Node, NodeValue, Part, Place};
use std::ops::Range;

/// Something that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symbol {
    Declaration(Kind, String),
    /// A container of one service.
    Container(DocumentId, String),
    /// A resource of one service, by its local name.
    Resource(DocumentId, String),
    Api(String),
    /// Service and port; none is its only port.
    Port(String, Option<String>),
    /// Request and key.
    SecretKey(String, String),
    /// Resource type and class, param or output.
    Class(String, String),
    Param(String, String),
    Output(String, String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub symbol: Symbol,
    pub document: DocumentId,
    pub span: Span,
    pub usage: Use,
}

/// A placeholder as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    pub path: Vec<String>,
    pub span: Span,
}

/// What a document says by name, and the placeholders in it.
#[derive(Debug, Default)]
pub struct Mentions {
    pub names: Vec<Mention>,
    pub placeholders: Vec<Placeholder>,
}

/// The kind that a document says it is of.
pub fn kind_of(document: &Document) -> Option<Kind> {
    text(document.root().child("kind")?).and_then(Kind::parse)
}

/// The name in a document's metadata.
pub fn name_of(document: &Document) -> Option<&str> {
    text(document.root().child("metadata")?.child("name")?)
}

pub fn mentions(documents: &Documents, id: DocumentId) -> Mentions {
    let document = documents.document(id);
    let mut reader = Reader { documents, id, document, kind: kind_of(document), found: Mentions::default() };
    reader.node(document.root(), &mut Vec::new());
    reader.found
}

struct Reader<'d> {
    documents: &'d Documents,
    id: DocumentId,
    document: &'d Document,
    kind: Option<Kind>,
    found: Mentions,
}

impl Reader<'_> {
    fn node(&mut self, node: &Node, route: &mut Vec<String>) {
        let Some(kind) = self.kind else { return };
        match &node.value {
            NodeValue::Mapping(entries) => {
                for entry in entries {
                    route.push(entry.key.clone());
                    self.word(kind, Side::Key, route, &entry.key, entry.key_span);
                    self.node(&entry.value, route);
                    route.pop();
                }
            }
            NodeValue::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    route.push(index.to_string());
                    self.node(item, route);
                    route.pop();
                }
            }
            NodeValue::Text(text) => {
                self.word(kind, Side::Value, route, text, inner(node.span, text));
                if text.contains("${") && expands(kind, route) {
                    self.placeholders(text, route);
                }
            }
            NodeValue::Null | NodeValue::Boolean(_) | NodeValue::Integer(_) | NodeValue::Float(_) => {}
        }
    }

    fn word(&mut self, kind: Kind, side: Side, route: &[String], text: &str, span: Span) {
        let Some((role, usage)) = role(kind, side, route) else { return };
        let Some(symbol) = self.symbol(kind, role, route, text) else { return };
        self.found.names.push(Mention { symbol, document: self.id, span, usage });
    }

    fn symbol(&self, kind: Kind, role: Role, route: &[String], name: &str) -> Option<Symbol> {
        let name = name.to_owned();
        let of_type = || type_of(self.document, kind, route);
        Some(match role {
            Role::Declaration(kind) => Symbol::Declaration(kind, name),
            Role::Container => Symbol::Container(self.id, name),
            Role::Resource => Symbol::Resource(self.id, name),
            Role::Api => Symbol::Api(name),
            Role::Port => Symbol::Port(name_of(self.document)?.to_owned(), Some(name)),
            Role::SecretKey => Symbol::SecretKey(name_of(self.document)?.to_owned(), name),
            Role::Class => Symbol::Class(of_type()?, name),
            Role::Param => Symbol::Param(of_type()?, name),
            Role::Output => Symbol::Output(of_type()?, name),
        })
    }

    fn placeholders(&mut self, text: &str, route: &[String]) {
        let Ok(template) = Template::parse(text) else { return };
        for (path, range) in template.placeholders() {
            let Some(span) = self.span(route, range) else { continue };
            self.found.placeholders.push(Placeholder { path: path.to_vec(), span });
            let steps = steps(text, range);
            for (step, symbol) in self.steps_of(path) {
                if let Some(span) = steps.get(step).and_then(|range| self.span(route, range)) {
                    let mention = Mention { symbol, document: self.id, span, usage: Use::Refers };
                    self.found.names.push(mention);
                }
            }
        }
    }

    /// What the steps of a placeholder name.
    fn steps_of(&self, path: &[String]) -> Vec<(usize, Symbol)> {
        let service = |name: &str| (1, Symbol::Declaration(Kind::Service, name.to_owned()));
        match Reference::of(path) {
            Ok(Reference::Resource(name)) => vec![(1, Symbol::Resource(self.id, name.to_owned()))],
            Ok(Reference::ResourceOutput { resource, output }) => {
                let own = (1, Symbol::Resource(self.id, resource.to_owned()));
                let route = ["spec", "resources", resource].map(str::to_owned);
                let of_type = type_of(self.document, Kind::Service, &route);
                let output = of_type.map(|of_type| (2, Symbol::Output(of_type, output.to_owned())));
                std::iter::once(own).chain(output).collect()
            }
            Ok(Reference::ServiceHost(name)) => vec![service(name)],
            Ok(Reference::ServicePort { service: name, port }) => {
                let symbol = Symbol::Port(name.to_owned(), port.map(str::to_owned));
                vec![service(name), (path.len() - 1, symbol)]
            }
            Ok(Reference::SecretKey { request, key }) => vec![
                (1, Symbol::Declaration(Kind::SecretRequest, request.to_owned())),
                (2, Symbol::SecretKey(request.to_owned(), key.to_owned())),
            ],
            Ok(Reference::Metadata(_) | Reference::Environment(_)) | Err(_) => Vec::new(),
        }
    }

    fn span(&self, route: &[String], range: &Range<usize>) -> Option<Span> {
        let place = Place { document: self.id, route: route.to_vec(), part: Part::Value };
        self.documents.locate(&place.within(range.start, range.end)).span
    }
}

/// The resource type that a class, param or output at this route is of.
pub fn type_of(document: &Document, kind: Kind, route: &[String]) -> Option<String> {
    let route = type_route(kind, route)?;
    let node = route.iter().try_fold(document.root(), |node, step| node.child(step))?;
    text(node).map(str::to_owned)
}

/// Without the quotes around it.
fn inner(span: Span, text: &str) -> Span {
    let range = span.range();
    match range.len() == text.len() + 2 {
        true => Span::new(range.start + 1, range.end - 1),
        false => span,
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}

/// The steps of a placeholder that stands at `range`; none where a step is escaped.
fn steps(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let inner = &text[range.start + 2..range.end - 1];
    if inner.contains('\\') {
        return Vec::new();
    }
    let mut at = range.start + 2 + (inner.len() - inner.trim_start().len());
    let mut steps = Vec::new();
    for step in inner.trim().split('.') {
        steps.push(at..at + step.len());
        at += step.len() + 1;
    }
    steps
}
