//! Services get the workloads of the Score files that they name.

use super::normal::normal;
use super::sources::resolve;
use super::translate::{Workload, translate};
use super::{rules, schema};
use crate::model::{Findings, Location, RepoPath};
use crate::read::validate::follows_score;
use crate::read::{Document, DocumentId, Entry, Node, NodeValue, Snapshot, WORKLOAD_FIELDS, WorkloadFile};
use std::collections::{BTreeMap, BTreeSet};

/// A Score file, whole or not.
struct ScoreFile {
    document: Document,
    /// Follows the schema of Score. Otherwise its mistakes have been told.
    whole: bool,
}

/// Gives the workloads of Score files to the services that name them: to those of `documents` that [`names_score`].
pub fn attach<'d>(
    snapshot: &Snapshot,
    scores: Vec<Document>,
    documents: impl IntoIterator<Item = &'d mut Document>,
    findings: &mut Findings,
) {
    let scores = checked(scores, findings);
    let mut named = BTreeSet::new();
    for document in documents {
        let mut attachment = Attachment { snapshot, scores: &scores, findings };
        named.extend(attachment.attach(document));
    }
    for (path, score) in scores.iter().filter(|(path, _)| !named.contains(*path)) {
        let at = locate(&score.document, score.document.root().child("metadata").unwrap_or(score.document.root()));
        findings.push(rules::no_service(path.as_str(), &lines(score), at));
    }
}

/// The Score files by path, each in its normal form and checked by itself.
fn checked(documents: Vec<Document>, findings: &mut Findings) -> BTreeMap<RepoPath, ScoreFile> {
    let mut scores: BTreeMap<RepoPath, ScoreFile> = BTreeMap::new();
    for mut document in documents {
        if let Some(first) = scores.get_mut(&document.path) {
            first.whole = false;
            let first_at = locate(&first.document, first.document.root());
            findings.push(rules::several(locate(&document, document.root()), first_at));
            continue;
        }
        let before = findings.errors();
        let root = document.root().clone();
        let root = normal(root, |node| locate(&document, node), &mut |finding| findings.push(finding));
        document.set_root(root);
        check_version(&document, findings);
        let follows = follows_score(std::slice::from_ref(&document), DocumentId(0), findings);
        let whole = follows && findings.errors() == before;
        scores.insert(document.path.clone(), ScoreFile { document, whole });
    }
    scores
}

fn check_version(document: &Document, findings: &mut Findings) {
    match document.root().child("apiVersion") {
        Some(Node { value: NodeValue::Text(version), .. }) if version == schema::VERSION => {}
        Some(node @ Node { value: NodeValue::Text(version), span }) => {
            findings.push(rules::version(Some(version), locate(document, node), Some(*span)));
        }
        Some(node) => findings.push(rules::version(Some(""), locate(document, node), None)),
        None => findings.push(rules::version(None, locate(document, document.root()), None)),
    }
}

/// Whether a document is a service whose workload stands in a Score file.
pub fn names_score(document: &Document) -> bool {
    let kind = document.root().child("kind").map(|kind| &kind.value);
    matches!(kind, Some(NodeValue::Text(kind)) if kind == "Service") && score_of(document).is_some()
}

/// The node of `spec.score`, and its text.
fn score_of(document: &Document) -> Option<(&Node, &str)> {
    let node = document.root().child("spec")?.child("score")?;
    match &node.value {
        NodeValue::Text(text) => Some((node, text)),
        _ => None,
    }
}

/// One service on its way to a workload.
struct Attachment<'a> {
    snapshot: &'a Snapshot,
    scores: &'a BTreeMap<RepoPath, ScoreFile>,
    findings: &'a mut Findings,
}

impl<'a> Attachment<'a> {
    /// Gives a service the workload that it names; the path of the Score file, where there is one.
    fn attach(&mut self, document: &mut Document) -> Option<RepoPath> {
        let found = self.find(document);
        let workload = match found {
            Some(score) if self.is_alone(document) && self.has_name_of(document, score) && score.whole => {
                translate(&score.document, name_of(document), self.snapshot, self.findings)
            }
            _ => None,
        };
        document.workload = Some(match (found, &workload) {
            (Some(score), Some(_)) => WorkloadFile::of(&score.document, true),
            _ => WorkloadFile::of(document, false),
        });
        let mut root = document.root().clone();
        graft(&mut root, workload.unwrap_or_default());
        document.set_root(root);
        found.map(|score| score.document.path.clone())
    }

    fn find(&mut self, document: &Document) -> Option<&'a ScoreFile> {
        let (node, written) = score_of(document)?;
        let path = resolve(&document.path, written).filter(|path| self.snapshot.files.contains_key(path));
        let Some(path) = path else {
            let names = self.scores.keys().map(|path| relative(&document.path, path)).collect::<Vec<_>>();
            let at = locate(document, node);
            self.findings.push(rules::no_file(written, at, names.iter().map(String::as_str)));
            return None;
        };
        let found = self.scores.get(&path);
        // A file that could not be parsed has been told.
        if found.is_none() && !self.findings.iter().any(|finding| finding.at.path == path) {
            self.findings.push(rules::not_score(written, locate(document, node)));
        }
        found
    }

    /// Whether the service has no workload of its own beside the Score file.
    fn is_alone(&mut self, document: &Document) -> bool {
        let (Some(spec), Some((score, _))) = (document.root().child("spec"), score_of(document)) else { return true };
        let own: Vec<&Entry> = WORKLOAD_FIELDS.iter().filter_map(|field| spec.entry(field)).collect();
        for entry in &own {
            let at = Location::in_text(document.path.clone(), &document.text, entry.key_span);
            self.findings.push(rules::both(&entry.key, at, locate(document, score)));
        }
        own.is_empty()
    }

    fn has_name_of(&mut self, document: &Document, score: &ScoreFile) -> bool {
        let (Some(service), Some(own)) = (name_node(document.root()), name_node(score.document.root())) else {
            return true;
        };
        match (&service.value, &own.value) {
            (NodeValue::Text(name), NodeValue::Text(written)) if name != written => {
                let at = locate(&score.document, own);
                self.findings.push(rules::another_name(written, name, at, own.span, locate(document, service)));
                false
            }
            _ => true,
        }
    }
}

/// Puts the workload's fields into the service's `spec`.
fn graft(root: &mut Node, workload: Workload) {
    let NodeValue::Mapping(entries) = &mut root.value else { return };
    let spec = entries.iter_mut().find(|entry| entry.key == "spec").map(|entry| &mut entry.value.value);
    if let Some(NodeValue::Mapping(spec)) = spec {
        spec.extend(workload);
    }
}

fn name_node(root: &Node) -> Option<&Node> {
    root.child("metadata")?.child("name")
}

fn name_of(document: &Document) -> &str {
    match name_node(document.root()).map(|node| &node.value) {
        Some(NodeValue::Text(name)) => name,
        _ => "",
    }
}

fn locate(document: &Document, node: &Node) -> Location {
    let span = match &node.value {
        NodeValue::Mapping(entries) => entries.first().map_or(node.span, |entry| entry.key_span),
        _ => node.span,
    };
    Location::in_text(document.path.clone(), &document.text, span)
}

/// The path from one file to another, as far as they share folders.
fn relative(from: &RepoPath, to: &RepoPath) -> String {
    to.as_str().strip_prefix(&format!("{}/", from.parent())).unwrap_or(to.as_str()).to_owned()
}

/// The service that a Score file lacks, to paste.
fn lines(score: &ScoreFile) -> String {
    let name = match name_of(&score.document) {
        "" => "<name>",
        name => name,
    };
    format!(
        "# yaml-language-server: $schema={}schemas/service.schema.json\napiVersion: pavior.dev/v1\nkind: Service\n\
         metadata:\n  name: {name}\n  description: <what it is for>\n  owner: <team>\nspec:\n  tier: supporting\n  \
         score: ./{}",
        "../".repeat(score.document.path.as_str().matches('/').count()),
        score.document.path.file_name()
    )
}
