//! Loading from real folders and real git objects, kind and hostile.

mod limits;
#[cfg(unix)]
mod links;
mod merge_base;
mod names;
#[cfg(unix)]
mod race;
mod revision;
mod sources;
mod text;

use super::*;
use crate::model::{Findings, Position};
use crate::read::Snapshot;
use gix::ObjectId;
use gix::objs::Write;
use gix::objs::tree::EntryKind;
use std::path::Path;
use tempfile::TempDir;

const SECRET: &str = "secret: of-another-place";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// A git repository, written through its object database.
struct Git {
    folder: TempDir,
    repo: gix::Repository,
}

impl Git {
    fn new() -> Git {
        let folder = tempfile::tempdir().unwrap();
        gix::init(folder.path()).unwrap();
        let repo = gix::open_opts(folder.path(), gix::open::Options::isolated()).unwrap();
        Git { folder, repo }
    }

    fn blob(&self, bytes: &[u8]) -> ObjectId {
        self.repo.write_blob(bytes).unwrap().detach()
    }

    /// A tree with its entries as they are given, even if git would refuse them.
    fn tree(&self, entries: Vec<(&str, EntryKind, ObjectId)>) -> ObjectId {
        let mut bytes = Vec::new();
        for (name, kind, id) in entries {
            bytes.extend(format!("{:o} {name}\0", kind as u16).into_bytes());
            bytes.extend(id.as_slice());
        }
        self.repo.objects.write_buf(gix::objs::Kind::Tree, &bytes).unwrap()
    }

    /// A commit on `main` of a root with `catalog` and `pavior.yaml`.
    fn commit_catalog(&self, catalog: ObjectId) -> ObjectId {
        let platform = self.blob(b"a: 1\n");
        let root = self.tree(vec![("catalog", EntryKind::Tree, catalog), ("pavior.yaml", EntryKind::Blob, platform)]);
        self.commit(root)
    }

    fn commit(&self, root: ObjectId) -> ObjectId {
        self.commit_after(root, &[])
    }

    fn commit_after(&self, root: ObjectId, parents: &[ObjectId]) -> ObjectId {
        let who = gix::actor::SignatureRef { name: "a".into(), email: "a@b".into(), time: "0 +0000" };
        let commit = self.repo.new_commit_as(who, who, "m", root, parents.to_vec()).unwrap().id;
        std::fs::write(self.repo.git_dir().join("refs/heads/main"), format!("{commit}\n")).unwrap();
        commit
    }

    fn load(&self, revision: &str) -> (Snapshot, Findings) {
        let mut findings = Findings::default();
        (load_revision(self.folder.path(), revision, &mut findings).unwrap(), findings)
    }

    fn refusal(&self, revision: &str) -> String {
        format!("{:#}", load_revision(self.folder.path(), revision, &mut Findings::default()).unwrap_err())
    }
}

fn load(folder: &Path) -> (Snapshot, Findings) {
    let mut findings = Findings::default();
    (load_directory(folder, &mut findings).unwrap(), findings)
}

fn paths(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.files.keys().map(|path| path.as_str()).collect()
}

fn ids(findings: &Findings) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

/// Loads one declaration with these bytes; gives the rules and places that refuse it.
fn admit(bytes: &[u8]) -> (Option<String>, Vec<(String, Position)>) {
    let folder = folder(&[("catalog/a.yaml", bytes)]);
    let (snapshot, findings) = load(folder.path());
    let text = snapshot.files.values().next().map(|text| text.to_string());
    (text, findings.iter().map(|finding| (finding.rule.id.to_owned(), finding.at.start)).collect())
}
