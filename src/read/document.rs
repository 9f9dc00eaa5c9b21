//! Documents: parsed YAML with the span of every key and value, and the typed declarations in them.

use super::parse::roots;
use super::snapshot::Snapshot;
use crate::model::kinds::{
    Environment, GoldenPath, Incident, Kind, Metadata, Platform, PriceBook, Resource, ResourceType, SecretRequest,
    Service, Team, Waiver,
};
use crate::model::{Findings, Location, Name, RepoPath, Span};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

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
    /// Which document of the file it is.
    position: usize,
    /// Its values: trees of all documents together take far more room than their texts, so one may be given up.
    tree: OnceLock<Node>,
    /// The Score file that a service's workload stands in: the nodes of [`WORKLOAD_FIELDS`] have their spans there.
    pub workload: Option<WorkloadFile>,
}

/// The fields of a service's `spec` that a Score file gives.
pub const WORKLOAD_FIELDS: [&str; 3] = ["containers", "service", "resources"];

/// Where the workload of a service stands, when it is not the service's own file.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadFile {
    pub path: RepoPath,
    /// The text of the whole file.
    pub text: Arc<str>,
    /// Without mistakes so far. Otherwise they have been told, and the service is not to be used.
    pub whole: bool,
}

impl WorkloadFile {
    pub fn of(document: &Document, whole: bool) -> WorkloadFile {
        WorkloadFile { path: document.path.clone(), text: document.text.clone(), whole }
    }
}

impl Document {
    /// `position` says which document of the file it is.
    pub fn new(path: RepoPath, text: Arc<str>, position: usize, root: Node) -> Document {
        Document { path, text, position, tree: OnceLock::from(root), workload: None }
    }

    /// Its values. When they were given up, they are parsed again, and stay.
    pub fn root(&self) -> &Node {
        self.tree.get_or_init(|| {
            // Its mistakes were told when it was parsed first.
            let roots = roots(&self.path, &self.text, &mut Findings::default());
            let empty = Node { span: Span::default(), value: NodeValue::Null };
            roots.into_iter().nth(self.position).unwrap_or(empty)
        })
    }

    /// The same without its values, unless they are more than its text says: whoever asks for them there has them as long
    /// as the copy.
    pub fn apart(&self) -> Document {
        match self.workload {
            Some(_) => self.clone(),
            None => Document {
                path: self.path.clone(),
                text: self.text.clone(),
                position: self.position,
                tree: OnceLock::new(),
                workload: None,
            },
        }
    }

    /// Gives it other values than its text has.
    pub(super) fn set_root(&mut self, root: Node) {
        self.tree = OnceLock::from(root);
    }

    /// Gives up its values until somebody asks for them, unless they are more than its text says.
    pub(super) fn give_up_tree(&mut self) {
        if self.workload.is_none() {
            self.tree = OnceLock::new();
        }
    }

    /// Whether its values are at hand.
    pub fn has_tree(&self) -> bool {
        self.tree.get().is_some()
    }

    /// The file that the value at a route is written in, and its text.
    pub fn file_of(&self, route: &[String]) -> (&RepoPath, &Arc<str>) {
        let borrowed =
            || matches!(route, [spec, field, ..] if spec == "spec" && WORKLOAD_FIELDS.contains(&field.as_str()));
        let is_there = || self.root().child("spec").is_some_and(|spec| spec.child(&route[1]).is_some());
        match &self.workload {
            Some(file) if borrowed() && is_there() => (&file.path, &file.text),
            _ => (&self.path, &self.text),
        }
    }
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
    /// Those of all parts, in their order, in no more room than they need.
    pub fn joined(mut parts: Vec<Declarations>) -> Declarations {
        Declarations {
            teams: joined(&mut parts, |part| &mut part.teams),
            services: joined(&mut parts, |part| &mut part.services),
            environments: joined(&mut parts, |part| &mut part.environments),
            resources: joined(&mut parts, |part| &mut part.resources),
            secret_requests: joined(&mut parts, |part| &mut part.secret_requests),
            resource_types: joined(&mut parts, |part| &mut part.resource_types),
            golden_paths: joined(&mut parts, |part| &mut part.golden_paths),
            waivers: joined(&mut parts, |part| &mut part.waivers),
            incidents: joined(&mut parts, |part| &mut part.incidents),
            price_books: joined(&mut parts, |part| &mut part.price_books),
            platforms: joined(&mut parts, |part| &mut part.platforms),
            broken: joined(&mut parts, |part| &mut part.broken),
        }
    }

    /// The documents of those that are whole.
    pub(super) fn documents(&self) -> impl Iterator<Item = DocumentId> {
        fn of<S>(declared: &[Declared<S>]) -> impl Iterator<Item = DocumentId> {
            declared.iter().map(|one| one.document)
        }
        of(&self.teams)
            .chain(of(&self.services))
            .chain(of(&self.environments))
            .chain(of(&self.resources))
            .chain(of(&self.secret_requests))
            .chain(of(&self.resource_types))
            .chain(of(&self.golden_paths))
            .chain(of(&self.waivers))
            .chain(of(&self.incidents))
            .chain(of(&self.price_books))
            .chain(of(&self.platforms))
    }

    /// As they are called when `first` documents stand before them.
    pub(super) fn behind(mut self, first: usize) -> Declarations {
        self.teams.iter_mut().for_each(|one| one.document.0 += first);
        self.services.iter_mut().for_each(|one| one.document.0 += first);
        self.environments.iter_mut().for_each(|one| one.document.0 += first);
        self.resources.iter_mut().for_each(|one| one.document.0 += first);
        self.secret_requests.iter_mut().for_each(|one| one.document.0 += first);
        self.resource_types.iter_mut().for_each(|one| one.document.0 += first);
        self.golden_paths.iter_mut().for_each(|one| one.document.0 += first);
        self.waivers.iter_mut().for_each(|one| one.document.0 += first);
        self.incidents.iter_mut().for_each(|one| one.document.0 += first);
        self.price_books.iter_mut().for_each(|one| one.document.0 += first);
        self.platforms.iter_mut().for_each(|one| one.document.0 += first);
        self.broken.iter_mut().for_each(|one| one.document.0 += first);
        self
    }

    /// In the order of documents.
    pub(super) fn sort(&mut self) {
        self.teams.sort_by_key(|one| one.document);
        self.services.sort_by_key(|one| one.document);
        self.environments.sort_by_key(|one| one.document);
        self.resources.sort_by_key(|one| one.document);
        self.secret_requests.sort_by_key(|one| one.document);
        self.resource_types.sort_by_key(|one| one.document);
        self.golden_paths.sort_by_key(|one| one.document);
        self.waivers.sort_by_key(|one| one.document);
        self.incidents.sort_by_key(|one| one.document);
        self.price_books.sort_by_key(|one| one.document);
        self.platforms.sort_by_key(|one| one.document);
        self.broken.sort_by_key(|one| one.document);
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

fn joined<T>(parts: &mut [Declarations], list: fn(&mut Declarations) -> &mut Vec<T>) -> Vec<T> {
    let mut all = Vec::with_capacity(parts.iter_mut().map(|part| list(part).len()).sum());
    // Each part's own room is given back before the next one's is filled.
    parts.iter_mut().for_each(|part| all.extend(std::mem::take(list(part))));
    all
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
    let (path, text) = document.file_of(&place.route);
    let in_document = |span| Location::in_text(path.clone(), text, span);
    let mut node = document.root();
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
        Part::Within { start, end } => within(text, node, start, end),
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
fn within(file: &str, node: &Node, start: usize, end: usize) -> Span {
    let NodeValue::Text(text) = &node.value else { return node.span };
    let written = &file[node.span.range()];
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
