//! The inspection of one document: where its places are, and where its findings go.

use crate::model::{Finding, Findings, Location, Rule};
use crate::read::{Document, DocumentId, Node, NodeValue, Part, Place, locate};

pub struct Inspection<'d> {
    documents: &'d [Document],
    document: DocumentId,
    findings: &'d mut Findings,
}

impl<'d> Inspection<'d> {
    pub fn new(documents: &'d [Document], document: DocumentId, findings: &'d mut Findings) -> Inspection<'d> {
        Inspection { documents, document, findings }
    }

    pub fn document_id(&self) -> DocumentId {
        self.document
    }

    pub fn document(&self) -> &'d Document {
        &self.documents[self.document.0]
    }

    pub fn root(&self) -> &'d Node {
        self.document().root()
    }

    /// The value at a route from the root.
    pub fn place(&self, route: &[String]) -> Place {
        Place { document: self.document, route: route.to_vec(), part: Part::Value }
    }

    /// The value behind a field of `spec`.
    pub fn spec(&self, field: &str) -> Place {
        self.place(&["spec".to_owned(), field.to_owned()])
    }

    pub fn node(&self, route: &[String]) -> Option<&'d Node> {
        route.iter().try_fold(self.root(), |node, step| node.child(step))
    }

    pub fn locate(&self, place: &Place) -> Location {
        locate(self.documents, place)
    }

    /// A finding at a place of this document; the caller adds to it and reports it.
    pub fn finding(&self, rule: &'static Rule, place: &Place, message: impl Into<String>) -> Finding {
        Finding::new(rule, self.locate(place), message)
    }

    /// Runs checks and drops what they find beside unknown fields: the unknown field is the cause, and it is told.
    pub fn without_echo_of<T>(&mut self, unknown: &[Vec<String>], checks: impl FnOnce(&mut Inspection<'_>) -> T) -> T {
        let mut found = Findings::default();
        let result = checks(&mut Inspection::new(self.documents, self.document, &mut found));
        let echoes: Vec<Location> = unknown.iter().flat_map(|route| self.siblings(route)).collect();
        found.iter().filter(|finding| !echoes.contains(&finding.at)).for_each(|finding| self.report(finding.clone()));
        result
    }

    /// Where the object that holds a field is, and all of its fields.
    fn siblings(&self, field: &[String]) -> Vec<Location> {
        let Some((_, parent)) = field.split_last() else { return Vec::new() };
        let object = self.place(parent);
        let mut found = vec![self.locate(&object), self.locate(&object.clone().key())];
        if let Some(NodeValue::Mapping(entries)) = self.node(parent).map(|node| &node.value) {
            for entry in entries {
                let place = object.clone().child(entry.key.as_str());
                found.extend([self.locate(&place), self.locate(&place.key())]);
            }
        }
        found
    }

    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
