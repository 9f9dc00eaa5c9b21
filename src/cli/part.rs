//! Two revisions, compared by compiling no more of them than differs, where that can be done.

use super::progress::Progress;
use super::store::Store;
use crate::compile::{Source, compile_linked};
use crate::known::Table;
use crate::model::{Findings, RepoPath};
use crate::partial::{Files, Known, Parts, Revision, UnitFacts, compile_parts, known};
use crate::read::Objects;
use crate::revisions;
use anyhow::Result;
use std::path::Path;
use std::sync::Arc;

/// The parts that differ, and how many blobs were read for that.
pub struct InPart {
    pub parts: Parts,
    pub blobs: usize,
}

/// None where everything has to be compiled.
///
/// # Errors
/// When a revision is not known, or git's objects are damaged.
pub fn compile(root: &Path, base: &str, head: &str) -> Result<Option<InPart>> {
    let objects = Objects::open(root)?;
    let Some(store) = Store::of(&objects) else { return Ok(None) };
    let two = Two { store: &store, base: objects.tree(base)?, head: objects.tree(head)?, objects: &objects };
    if let Some(table) = store.table()
        && let Some(parts) = two.since(&table)?
    {
        return Ok(Some(InPart { parts, blobs: objects.blobs_read() }));
    }
    if !two.may_be_compiled_in_part()? {
        return Ok(None);
    }
    let Some(table) = learn(root, base, &two.base, &store)? else { return Ok(None) };
    Ok(two.since(&table)?.map(|parts| InPart { parts, blobs: objects.blobs_read() }))
}

/// Two revisions of one repository, by the ids of their trees.
struct Two<'a> {
    objects: &'a Objects,
    store: &'a Store,
    base: String,
    head: String,
}

impl Two<'_> {
    fn since(&self, table: &Table) -> Result<Option<Parts>> {
        let changes = |tree: &str| self.objects.differences(&table.header.tree, tree, &table.header.named_files);
        let (Some(base), Some(head)) = (changes(&self.base)?, changes(&self.head)?) else {
            return Ok(None);
        };
        let known = Known { table, claims: &|| self.store.claims() };
        let (base_files, head_files) = (self.tree(&self.base), self.tree(&self.head));
        let base = Revision { files: &base_files, changes: &base };
        let head = Revision { files: &head_files, changes: &head };
        compile_parts(&known, &base, &head)
    }

    /// Whether it is worth learning all of base: not where platform files differ.
    fn may_be_compiled_in_part(&self) -> Result<bool> {
        let differences = self.objects.differences(&self.base, &self.head, &[])?;
        Ok(differences.is_some_and(|files| files.keys().all(|path| path.as_str().starts_with("catalog/"))))
    }

    fn tree<'t>(&'t self, tree: &'t str) -> Tree<'t> {
        Tree { objects: self.objects, tree }
    }
}

/// Compiles a revision whole and keeps what is to be known of it. None where it has errors.
fn learn(root: &Path, revision: &str, tree: &str, store: &Store) -> Result<Option<Table>> {
    let loaded = revisions::load_base(root, revision)?;
    let mut findings: Findings = loaded.findings;
    let facts = |source: Source<'_, '_>, _| UnitFacts::of(source);
    let (documents, graph, units) = compile_linked(loaded.snapshot, &mut findings, &Progress::start(), facts)?;
    if findings.has_errors() {
        return Ok(None);
    }
    let Some((written, claims)) = known(&documents, &graph, &units, store.compiler(), tree) else { return Ok(None) };
    store.keep(&written, &claims);
    Ok(written.table(store.compiler()))
}

/// The files of one tree.
struct Tree<'a> {
    objects: &'a Objects,
    tree: &'a str,
}

impl Files for Tree<'_> {
    fn read(&self, path: &RepoPath) -> Result<Option<Arc<str>>> {
        self.objects.file(self.tree, path)
    }

    fn below(&self, folder: &str) -> Result<Vec<RepoPath>> {
        self.objects.below(self.tree, folder)
    }
}
