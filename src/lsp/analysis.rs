//! A repository as the editor sees it: what it says, what is wrong with it, and where names are. Pure.

use super::mention::{Mention, Mentions, Symbol, kind_of, mentions, name_of};
use super::role::Use;
use crate::check::Loaded;
use crate::link::link;
use crate::model::{Finding, RepoPath};
use crate::provision::provision;
use crate::read::{Document, DocumentId, Documents, Trees, read_keeping};
use std::sync::Arc;

/// What one state of the repository gives.
#[derive(Debug, Default)]
pub struct Analysis {
    pub documents: Documents,
    /// Sorted.
    pub findings: Vec<Finding>,
}

impl Analysis {
    /// Reads, links and provisions: all that can find a mistake. Nothing is written, so nothing is emitted.
    pub fn of(loaded: Loaded) -> Analysis {
        let Loaded { snapshot, mut findings, .. } = loaded;
        let documents = read_keeping(Trees::Kept, snapshot, &mut findings);
        let catalog = link(&documents, &mut findings);
        provision(&documents, &catalog, &mut findings);
        drop(catalog);
        Analysis { documents, findings: findings.into_sorted() }
    }

    pub fn text(&self, path: &RepoPath) -> Option<&Arc<str>> {
        self.documents.snapshot.files.get(path)
    }

    pub fn findings_in(&self, path: &RepoPath) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.at.path == *path)
    }

    /// The documents of a file, in their order.
    pub fn documents_of(&self, path: &RepoPath) -> impl Iterator<Item = (DocumentId, &Document)> {
        let all = self.documents.documents.iter().enumerate();
        all.filter(move |(_, document)| document.path == *path).map(|(index, document)| (DocumentId(index), document))
    }

    /// What is mentioned in a file.
    pub fn mentions_in(&self, path: &RepoPath) -> Vec<Mentions> {
        self.documents_of(path).map(|(id, _)| mentions(&self.documents, id)).collect()
    }

    /// The name at a byte of a file; of several, the one that spans least.
    pub fn name_at(&self, path: &RepoPath, offset: usize) -> Option<Mention> {
        let names = self.mentions_in(path).into_iter().flat_map(|mentions| mentions.names);
        let covers = |mention: &Mention| {
            let range = mention.span.range();
            range.start <= offset && offset <= range.end
        };
        names.filter(covers).min_by_key(|mention| mention.span.range().len())
    }

    /// Where something is declared.
    pub fn declarations_of(&self, symbol: &Symbol) -> Vec<Mention> {
        let mut declared = self.mentions_of(symbol);
        declared.retain(|mention| mention.usage == Use::Declares);
        declared
    }

    /// Every mention, declarations too, in the order of files.
    pub fn mentions_of(&self, symbol: &Symbol) -> Vec<Mention> {
        let ids = (0..self.documents.documents.len()).map(DocumentId);
        let all = ids.filter(|id| self.may_mention(*id, symbol)).flat_map(|id| mentions(&self.documents, id).names);
        all.filter(|mention| is_of(&mention.symbol, symbol)).collect()
    }

    /// Cheap filter: a file that does not hold the word does not mention it.
    fn may_mention(&self, id: DocumentId, symbol: &Symbol) -> bool {
        let text = &self.documents.document(id).text;
        match symbol {
            Symbol::Container(own, _) | Symbol::Resource(own, _) => *own == id,
            Symbol::Port(service, _) => text.contains(service.as_str()),
            Symbol::Declaration(_, name) | Symbol::Api(name) | Symbol::SecretKey(_, name) => {
                text.contains(name.as_str())
            }
            Symbol::Class(_, name) | Symbol::Param(_, name) | Symbol::Output(_, name) => text.contains(name.as_str()),
        }
    }

    /// The document that declares something of this kind and name.
    pub fn declaration(&self, kind: crate::model::kinds::Kind, name: &str) -> Option<&Document> {
        let mut all = self.documents.documents.iter();
        all.find(|document| kind_of(document) == Some(kind) && name_of(document) == Some(name))
    }
}

/// `${services.a.port}` means whatever port there is.
fn is_of(mentioned: &Symbol, wanted: &Symbol) -> bool {
    match (mentioned, wanted) {
        (Symbol::Port(one, None), Symbol::Port(other, _)) | (Symbol::Port(one, _), Symbol::Port(other, None)) => {
            one == other
        }
        _ => mentioned == wanted,
    }
}
