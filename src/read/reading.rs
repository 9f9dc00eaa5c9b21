//! A snapshot comes in, documents and the declarations in them go out: files are parsed and validated a few at a time.
//!
//! The tree of a document without a mistake is given up as soon as it has been typed, unless it shall be kept: at no time
//! are there more trees than are being worked on. Only services with a Score file wait until all files are parsed.

use super::score::{attach, is_score, names_score};
use super::validate::{Trust, across_documents, validate};
use super::{Declarations, Document, DocumentId, Documents, Snapshot, parse, secrets};
use crate::model::{Findings, RepoPath};
use crate::parallel::in_chunks;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether documents without a mistake keep their trees; the others have theirs in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trees {
    Kept,
    /// They are parsed again when they are asked for.
    GivenUp,
}

/// Hides what is secret in a snapshot, parses and validates it. Mistakes are findings; what is whole is in the result.
pub fn read(snapshot: Snapshot, findings: &mut Findings) -> Documents {
    read_keeping(Trees::GivenUp, snapshot, findings)
}

/// The same, for those who ask for trees again and again.
pub fn read_keeping(trees: Trees, snapshot: Snapshot, findings: &mut Findings) -> Documents {
    // Where the caller has hidden it, there is nothing left to hide.
    let (snapshot, hidden) = secrets::hide(snapshot, findings);
    let files = parse::files(&snapshot);
    // What is compiled in part was validated before, whole or file by file.
    let trust = if snapshot.unread.is_some() { Trust::Validated } else { Trust::Nobody };
    let parts = in_chunks(&files, || (), |(), files| Part::of(files, trees, trust));
    drop(files);
    let mut documents = Vec::with_capacity(parts.iter().map(|part| part.documents.len()).sum());
    let (mut declared, mut scores, mut waiting) = (Vec::with_capacity(parts.len() + 1), Vec::new(), Vec::new());
    let mut of_values = Findings::default();
    for part in parts {
        let first = documents.len();
        documents.extend(part.documents);
        declared.push(part.declarations.behind(first));
        scores.extend(part.scores);
        waiting.extend(part.waiting.into_iter().map(|id| DocumentId(first + id.0)));
        findings.extend(part.of_syntax);
        of_values.extend(part.of_values);
    }
    let wait: BTreeSet<DocumentId> = waiting.iter().copied().collect();
    let services = documents.iter_mut().enumerate().filter(|(index, _)| wait.contains(&DocumentId(*index)));
    attach(&snapshot, scores, services.map(|(_, document)| document), findings);
    findings.extend(of_values);

    let late = in_chunks(
        &waiting,
        || (),
        |(), ids| {
            let mut findings = Findings::default();
            (validate(&documents, ids.iter().copied(), trust, &mut findings), findings)
        },
    );
    for (declarations, found) in late {
        declared.push(declarations);
        findings.extend(found);
    }
    let mut declarations = Declarations::joined(declared);
    if !waiting.is_empty() {
        declarations.sort();
    }
    across_documents(&documents, &declarations, findings);
    hidden.silence(findings);
    Documents { snapshot, documents, declarations }
}

/// What a few files hold. Ids count from the first of their documents.
struct Part {
    documents: Vec<Document>,
    declarations: Declarations,
    scores: Vec<Document>,
    /// Services that are not whole before they have the workloads of Score files.
    waiting: Vec<DocumentId>,
    of_syntax: Findings,
    of_values: Findings,
}

impl Part {
    fn of(files: &[(&RepoPath, &Arc<str>)], trees: Trees, trust: Trust) -> Part {
        let (mut of_syntax, mut of_values) = (Findings::default(), Findings::default());
        let parsed = files.iter().flat_map(|(path, text)| parse::parse_file(path, text, &mut of_syntax));
        let (scores, mut documents): (Vec<Document>, Vec<Document>) =
            parsed.partition(|document| is_score(&document.path, document.root()));
        let ids = (0..documents.len()).map(DocumentId);
        let (waiting, ready): (Vec<DocumentId>, Vec<DocumentId>) = ids.partition(|id| names_score(&documents[id.0]));
        let declarations = validate(&documents, ready, trust, &mut of_values);
        if trees == Trees::GivenUp {
            let whole = declarations.documents();
            whole.for_each(|id| documents[id.0].give_up_tree());
        }
        Part { documents, declarations, scores, waiting, of_syntax, of_values }
    }
}
