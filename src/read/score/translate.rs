//! A Score file that follows its schema becomes the fields of a service: the same nodes, their spans in the Score file.

use super::resources::{Realised, meaning, realised};
use super::sources::resolve;
use super::text::{self, Meaning, escaped};
use super::{IMAGE_FROM_OUTSIDE, rules};
use crate::model::{Finding, Findings, Location};
use crate::read::{Document, Entry, Node, NodeValue, Snapshot};
use std::collections::BTreeMap;

/// The fields of a service's `spec` that a Score file gives.
pub type Workload = Vec<Entry>;

/// The workload of the service of this name. Nothing, when mistakes were found; they are reported.
pub fn translate(document: &Document, service: &str, snapshot: &Snapshot, findings: &mut Findings) -> Option<Workload> {
    let before = findings.errors();
    let mut translation = Translation { document, service, snapshot, findings, resources: known_resources(document) };
    let mut workload = Vec::new();
    for entry in entries(document.root()) {
        match &*entry.key {
            "containers" => workload.push(translation.containers(entry)),
            "resources" => workload.push(translation.resources(entry)),
            "service" => workload.push(entry.clone()),
            _ => {}
        }
    }
    (findings.errors() == before).then_some(workload)
}

fn known_resources(document: &Document) -> BTreeMap<String, Realised> {
    let resources = document.root().child("resources").map(entries).unwrap_or_default();
    resources.iter().map(|entry| (entry.key.clone(), realised_as(entry))).collect()
}

/// A `service` is about the workload that its params name, or else its id, or else its own name.
fn realised_as(entry: &Entry) -> Realised {
    let param = |name| entry.value.child("params").and_then(|params| params.child(name)).and_then(text_of);
    let target = param("workload").or_else(|| entry.value.child("id").and_then(text_of)).unwrap_or(&entry.key);
    realised(entry.value.child("type").and_then(text_of).unwrap_or_default(), target, param("port"))
}

/// One Score file on its way to a service.
struct Translation<'a> {
    document: &'a Document,
    service: &'a str,
    snapshot: &'a Snapshot,
    findings: &'a mut Findings,
    resources: BTreeMap<String, Realised>,
}

impl Translation<'_> {
    fn containers(&mut self, containers: &Entry) -> Entry {
        mapped(containers, |container| {
            Some(mapped(container, |field| Some(self.container_field(&container.key, field))))
        })
    }

    fn container_field(&mut self, container: &str, field: &Entry) -> Entry {
        match &*field.key {
            "image" => self.image(container, field),
            "variables" => mapped(field, |variable| Some(self.text_entry(variable))),
            "files" => mapped(field, |file| Some(self.file(file))),
            "volumes" => mapped(field, |volume| Some(mapped(volume, |field| Some(self.volume_field(field))))),
            "resources" => mapped(field, |amounts| Some(mapped(amounts, |amount| Some(amount_as_ours(amount))))),
            "livenessProbe" | "readinessProbe" => one_probe(field),
            _ => field.clone(),
        }
    }

    /// `.` is the image that the run was given for this container, where it was given one.
    fn image(&self, container: &str, field: &Entry) -> Entry {
        let given = self.snapshot.images.get(&format!("{}/{container}", self.service));
        match given.or_else(|| self.snapshot.images.get(self.service)) {
            Some(image) if text_of(&field.value) == Some(IMAGE_FROM_OUTSIDE) => with_text(field, image.clone()),
            _ => field.clone(),
        }
    }

    fn file(&mut self, file: &Entry) -> Entry {
        let no_expand = file.value.child("noExpand").is_some_and(|node| node.value == NodeValue::Boolean(true));
        if let Some(source) = file.value.entry("source") {
            for other in ["content", "binaryContent"].iter().filter_map(|other| file.value.entry(other)) {
                let at = self.locate_key(other);
                let first = self.locate_key(source);
                self.report(rules::source_and_content(&other.key, at, first));
            }
        }
        mapped(file, |field| match &*field.key {
            "source" => self.content_of(field).map(|content| match no_expand {
                true => content,
                false => self.text_entry(&content),
            }),
            "content" if !no_expand => Some(self.text_entry(field)),
            _ => Some(field.clone()),
        })
    }

    /// The content of a file from the repository, where its source is written.
    fn content_of(&mut self, source: &Entry) -> Option<Entry> {
        let written = text_of(&source.value)?;
        let path = resolve(&self.document.path, written);
        match path.and_then(|path| self.snapshot.files.get(&path)) {
            Some(text) => Some(Entry { key: "content".to_owned(), ..with_text(source, text.to_string()) }),
            None => {
                let at = self.locate(&source.value);
                self.report(rules::no_source(written, at));
                None
            }
        }
    }

    /// A bare name of a resource is its placeholder; a folder in the volume begins without a slash.
    fn volume_field(&mut self, field: &Entry) -> Entry {
        match (&*field.key, text_of(&field.value)) {
            ("source", Some(name)) if self.resources.contains_key(name) => {
                with_text(field, format!("${{resources.{name}}}"))
            }
            ("source", _) => self.text_entry(field),
            ("path", Some(path)) => with_text(field, path.trim_start_matches('/').to_owned()),
            _ => field.clone(),
        }
    }

    fn resources(&mut self, resources: &Entry) -> Entry {
        mapped(resources, |resource| {
            let Some(Realised::Resource(kind)) = self.resources.get(&resource.key).cloned() else { return None };
            Some(mapped(resource, |field| match (&*field.key, text_of(&field.value)) {
                ("type", _) => Some(with_text(field, kind.clone())),
                ("class", Some("default")) | ("metadata", _) => None,
                ("params", _) => Some(Entry { value: self.texts(&field.value), ..field.clone() }),
                _ => Some(field.clone()),
            }))
        })
    }

    /// All texts in a value.
    fn texts(&mut self, node: &Node) -> Node {
        let value = match &node.value {
            NodeValue::Text(text) => NodeValue::Text(self.text(node, text)),
            NodeValue::Sequence(items) => NodeValue::Sequence(items.iter().map(|item| self.texts(item)).collect()),
            NodeValue::Mapping(fields) => {
                let field = |field: &Entry| Entry { value: self.texts(&field.value), ..field.clone() };
                NodeValue::Mapping(fields.iter().map(field).collect())
            }
            scalar => scalar.clone(),
        };
        Node { span: node.span, value }
    }

    fn text_entry(&mut self, entry: &Entry) -> Entry {
        Entry { value: self.texts(&entry.value), ..entry.clone() }
    }

    /// A text in Score's placeholders, said in ours.
    fn text(&mut self, node: &Node, text: &str) -> String {
        let mut unknown = Vec::new();
        let translated = text::translate(text, |path| match path {
            [root, name] if root == "metadata" && name == "name" => Meaning::Same,
            [root, rest @ ..] if root == "metadata" => self.metadata(rest).unwrap_or_else(|| {
                unknown.push(rest.join("."));
                Meaning::Same
            }),
            [root, name, outputs @ ..] if root == "resources" => match self.resources.get(name) {
                Some(resource) => meaning(resource, name, outputs),
                None => Meaning::Same,
            },
            _ => Meaning::Same,
        });
        let metadata = self.document.root().child("metadata");
        for path in unknown {
            let known = metadata.map(entries).unwrap_or_default().iter().map(|entry| entry.key.as_str());
            self.findings.push(rules::unknown_metadata(&path, self.locate(node), known));
        }
        translated.unwrap_or_else(|_| {
            self.findings.push(rules::dollar(self.locate(node)));
            escaped(text)
        })
    }

    /// What stands in the metadata of the file; of a collection, its JSON, as the reference implementation has it.
    fn metadata(&self, path: &[String]) -> Option<Meaning> {
        let metadata = self.document.root().child("metadata")?;
        let node = path.iter().try_fold(metadata, |node, step| node.child(step))?;
        Some(Meaning::Literal(match &node.value {
            NodeValue::Text(text) => text.clone(),
            _ => node.to_json().to_string(),
        }))
    }

    fn locate(&self, node: &Node) -> Location {
        Location::in_text(self.document.path.clone(), &self.document.text, node.span)
    }

    fn locate_key(&self, entry: &Entry) -> Location {
        Location::in_text(self.document.path.clone(), &self.document.text, entry.key_span)
    }

    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// Score prefers the command where both are given; Kubernetes takes one.
fn one_probe(probe: &Entry) -> Entry {
    let runs = probe.value.child("exec").is_some();
    mapped(probe, |field| (!(runs && field.key == "httpGet")).then(|| field.clone()))
}

/// Kubernetes calls a thousand bytes `k`.
fn amount_as_ours(amount: &Entry) -> Entry {
    match text_of(&amount.value).and_then(|text| text.strip_suffix('K')) {
        Some(number) if amount.key == "memory" => with_text(amount, format!("{number}k")),
        _ => amount.clone(),
    }
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        NodeValue::Mapping(entries) => entries,
        _ => &[],
    }
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}

fn with_text(entry: &Entry, text: String) -> Entry {
    Entry { value: Node { span: entry.value.span, value: NodeValue::Text(text) }, ..entry.clone() }
}

/// An entry whose value is a mapping, each field of it changed or left out.
fn mapped(entry: &Entry, field: impl FnMut(&Entry) -> Option<Entry>) -> Entry {
    let value = match &entry.value.value {
        NodeValue::Mapping(fields) => NodeValue::Mapping(fields.iter().filter_map(field).collect()),
        other => other.clone(),
    };
    Entry { value: Node { span: entry.value.span, value }, ..entry.clone() }
}
