//! Documents: parsed YAML with the span of every key and value, and the typed declarations in them.

use super::snapshot::Snapshot;
use crate::model::kinds::{
    Environment, GoldenPath, Incident, Kind, Metadata, Platform, PriceBook, Resource, ResourceType, SecretRequest,
    Service, Team, Waiver,
};
use crate::model::{Location, Name, RepoPath, Span};
use serde_json::Value;
use std::sync::Arc;

/// A YAML value with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub span: Span,
    pub value: NodeValue,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    /// The entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            NodeValue::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The child under a mapping's key or a sequence's index.
    pub fn child(&self, step: &str) -> Option<&Node> {
        match &self.value {
            NodeValue::Mapping(_) => self.entry(step).map(|entry| &entry.value),
            NodeValue::Sequence(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// The same value without spans.
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Boolean(value) => Value::Bool(*value),
            NodeValue::Integer(value) => Value::from(*value),
            NodeValue::Float(value) => Value::from(*value),
            NodeValue::Text(value) => Value::String(value.clone()),
            NodeValue::Sequence(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            NodeValue::Mapping(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
        }
    }
}

/// Names a document of one [`Documents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub usize);

/// One YAML document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub path: RepoPath,
    /// The text of the whole file.
    pub text: Arc<str>,
    pub root: Node,
}

/// A symbolic place: a document and a route of keys and indexes. It becomes a [`Location`] only when a finding is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub document: DocumentId,
    pub route: Vec<String>,
    pub part: Part,
}

/// Which part of an entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Key,
    Value,
    /// A range of bytes of a text value, as decoded.
    Within {
        start: usize,
        end: usize,
    },
}

impl Place {
    pub fn key(mut self) -> Place {
        self.part = Part::Key;
        self
    }

    pub fn within(mut self, start: usize, end: usize) -> Place {
        self.part = Part::Within { start, end };
        self
    }

    /// One step further down.
    pub fn child(mut self, step: impl Into<String>) -> Place {
        self.route.push(step.into());
        self
    }
}

/// A typed declaration and the document it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared<S> {
    pub document: DocumentId,
    pub metadata: Metadata,
    pub spec: S,
}

impl<S> Declared<S> {
    /// The value at a route from the root, such as `["spec", "owner"]`.
    pub fn place(&self, route: &[&str]) -> Place {
        let route = route.iter().map(|step| (*step).to_owned()).collect();
        Place { document: self.document, route, part: Part::Value }
    }

    /// The name in its metadata, where findings about the whole declaration point.
    pub fn name_place(&self) -> Place {
        self.place(&["metadata", "name"])
    }
}

/// All declarations, typed, each kind in the order of files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declarations {
    pub teams: Vec<Declared<Team>>,
    pub services: Vec<Declared<Service>>,
    pub environments: Vec<Declared<Environment>>,
    pub resources: Vec<Declared<Resource>>,
    pub secret_requests: Vec<Declared<SecretRequest>>,
    pub resource_types: Vec<Declared<ResourceType>>,
    pub golden_paths: Vec<Declared<GoldenPath>>,
    pub waivers: Vec<Declared<Waiver>>,
    pub incidents: Vec<Declared<Incident>>,
    pub price_books: Vec<Declared<PriceBook>>,
    /// More than one is a finding of `link`.
    pub platforms: Vec<Declared<Platform>>,
    /// What is declared but has mistakes, so that nobody calls its name unknown.
    pub broken: Vec<Broken>,
}

impl Declarations {
    /// Adds those of later documents.
    pub fn append(&mut self, later: Declarations) {
        self.teams.extend(later.teams);
        self.services.extend(later.services);
        self.environments.extend(later.environments);
        self.resources.extend(later.resources);
        self.secret_requests.extend(later.secret_requests);
        self.resource_types.extend(later.resource_types);
        self.golden_paths.extend(later.golden_paths);
        self.waivers.extend(later.waivers);
        self.incidents.extend(later.incidents);
        self.price_books.extend(later.price_books);
        self.platforms.extend(later.platforms);
        self.broken.extend(later.broken);
    }

    /// How many are whole.
    pub fn len(&self) -> usize {
        self.teams.len()
            + self.services.len()
            + self.environments.len()
            + self.resources.len()
            + self.secret_requests.len()
            + self.resource_types.len()
            + self.golden_paths.len()
            + self.waivers.len()
            + self.incidents.len()
            + self.price_books.len()
            + self.platforms.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether something of this kind and name is declared with mistakes, which have been told.
    pub fn is_broken(&self, kind: Kind, name: &str) -> bool {
        self.broken.iter().any(|broken| broken.kind == kind && broken.name.as_deref() == Some(name))
    }
}

/// A declaration with mistakes: its findings are made, its values are not to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub document: DocumentId,
    pub kind: Kind,
    /// Where it could be read.
    pub name: Option<Name>,
}

/// What reading a snapshot gives: the input of `link`.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    pub snapshot: Snapshot,
    pub documents: Vec<Document>,
    pub declarations: Declarations,
}

impl Documents {
    pub fn document(&self, id: DocumentId) -> &Document {
        &self.documents[id.0]
    }

    /// Where a symbolic place is in the text. What is absent is found at its nearest ancestor that is there.
    pub fn locate(&self, place: &Place) -> Location {
        locate(&self.documents, place)
    }
}

/// As [`Documents::locate`], for stages that have no [`Documents`] yet.
pub fn locate(documents: &[Document], place: &Place) -> Location {
    let document = &documents[place.document.0];
    let in_document = |span| Location::in_text(document.path.clone(), &document.text, span);
    let mut node = &document.root;
    let mut key_span = None;
    for step in &place.route {
        let found = match &node.value {
            NodeValue::Mapping(_) => node.entry(step).map(|entry| (&entry.value, Some(entry.key_span))),
            _ => node.child(step).map(|child| (child, None)),
        };
        let Some((child, key)) = found else { return in_document(value_span(node, key_span)) };
        node = child;
        key_span = key;
    }
    in_document(match place.part {
        Part::Key => key_span.unwrap_or(node.span),
        Part::Value => value_span(node, key_span),
        Part::Within { start, end } => within(document, node, start, end),
    })
}

/// Block collections span many lines; a person is better served by their key, or else by what they begin with.
fn value_span(node: &Node, key_span: Option<Span>) -> Span {
    match (&node.value, key_span) {
        (NodeValue::Mapping(_) | NodeValue::Sequence(_) | NodeValue::Null, Some(key)) => key,
        (NodeValue::Mapping(entries), None) => entries.first().map_or(node.span, |entry| entry.key_span),
        _ => node.span,
    }
}

/// A part of a scalar that is written as it is read; else the whole scalar.
fn within(document: &Document, node: &Node, start: usize, end: usize) -> Span {
    let NodeValue::Text(text) = &node.value else { return node.span };
    let written = &document.text[node.span.range()];
    let offset = match written.as_bytes().first() {
        Some(b'"' | b'\'') if written.get(1..written.len().saturating_sub(1)) == Some(text) => 1,
        _ if written == text => 0,
        // A part that occurs once can be found whatever the style.
        _ => match text.get(start..end) {
            Some(part) if !part.is_empty() && written.matches(part).count() == 1 => {
                let at = node.span.range().start + written.find(part).expect("it was counted");
                return Span::new(at, at + part.len());
            }
            _ => return node.span,
        },
    };
    Span::new(node.span.range().start + offset + start, node.span.range().start + offset + end)
}
