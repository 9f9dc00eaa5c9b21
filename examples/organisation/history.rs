//! A git repository with two commits, `HEAD~1` and `HEAD`, and its work tree.

use crate::pack::Pack;
use crate::repository::Files;
use anyhow::{Context, bail};
use gix::ObjectId;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Kind, Tree, WriteTo};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Writes the repository into `folder`, which is empty or not there. Head is base with the `changed` files.
pub fn write(folder: &Path, base: &Files, changed: &Files) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty", folder.display());
    }
    let mut head = base.clone();
    head.extend(changed.clone());
    let mut pack = Pack::default();
    let base = commit(&mut pack, base, Vec::new(), "The organisation as it is")?;
    let message = format!("Change {} services", changed.len());
    let head_commit = commit(&mut pack, &head, vec![base], &message)?;
    let git = folder.join(".git");
    gix::init(folder).context("making the git repository")?;
    pack.write(&git.join("objects/pack"))?;
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n")?;
    fs::write(git.join("refs/heads/main"), format!("{head_commit}\n"))?;
    for (path, text) in &head {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn commit(pack: &mut Pack, files: &Files, parents: Vec<ObjectId>, message: &str) -> anyhow::Result<ObjectId> {
    let mut root = Folder::default();
    for (path, text) in files {
        let blob = pack.insert(Kind::Blob, text.as_bytes())?;
        root.insert(path, blob);
    }
    let tree = root.write(pack)?;
    let time = gix::date::Time { seconds: 1_760_000_000, offset: 0 };
    let author = gix::actor::Signature { name: "Acme".into(), email: "platform@acme.example".into(), time };
    let commit = Commit {
        tree,
        parents: parents.into_iter().collect(),
        author: author.clone(),
        committer: author,
        encoding: None,
        message: message.into(),
        extra_headers: Vec::new(),
    };
    let mut bytes = Vec::new();
    commit.write_to(&mut bytes)?;
    Ok(pack.insert(Kind::Commit, &bytes)?)
}

/// A folder on its way to becoming a tree object.
#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    files: BTreeMap<String, ObjectId>,
}

impl Folder {
    fn insert(&mut self, path: &str, blob: ObjectId) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder.to_owned()).or_default().insert(rest, blob),
            None => {
                self.files.insert(path.to_owned(), blob);
            }
        }
    }

    fn write(&self, pack: &mut Pack) -> anyhow::Result<ObjectId> {
        let entry =
            |name: &String, kind: EntryKind, oid| Entry { mode: kind.into(), filename: name.as_str().into(), oid };
        let mut entries: Vec<Entry> =
            self.files.iter().map(|(name, blob)| entry(name, EntryKind::Blob, *blob)).collect();
        for (name, folder) in &self.folders {
            entries.push(entry(name, EntryKind::Tree, folder.write(pack)?));
        }
        entries.sort();
        let mut bytes = Vec::new();
        Tree { entries }.write_to(&mut bytes)?;
        Ok(pack.insert(Kind::Tree, &bytes)?)
    }
}
