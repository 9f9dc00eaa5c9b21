//! A snapshot: the files of one revision that Pavior reads, as text. Everything after it is a function of it.

use crate::known::Table;
use crate::model::kinds::Kind;
use crate::model::{Name, RepoPath};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Declarations that are known without having been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub table: Table,
    /// Services that are to be compiled. What else was read was read for their sake.
    pub wanted: BTreeSet<Name>,
    /// Services of the table that are declared no longer.
    pub gone: BTreeSet<Name>,
    /// Environment -> service -> services that call it there. Only of services that are to be compiled.
    pub called_by: BTreeMap<Name, BTreeMap<Name, BTreeSet<Name>>>,
}

impl Unread {
    pub fn declares(&self, kind: Kind, name: &str) -> bool {
        self.table.declares(kind, name)
            && !(kind == Kind::Service && self.gone.iter().any(|gone| gone.as_str() == name))
    }
}

/// What became of a file between two revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    pub before: Option<Arc<str>>,
    pub after: Option<Arc<str>>,
}

pub type Changes = BTreeMap<RepoPath, Change>;

/// Files by path. Line endings are LF; everything is valid UTF-8 without NUL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub files: BTreeMap<RepoPath, Arc<str>>,
    /// What stands in files that were not read, where that is known.
    pub unread: Option<Arc<Unread>>,
    /// Images from outside for the containers of Score files whose image is `.`: by `service` or `service/container`.
    pub images: BTreeMap<String, String>,
}

impl Snapshot {
    /// For tests and tools: path and text pairs.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Snapshot {
        let files = files.into_iter().map(|(path, text)| (RepoPath::literal(path), Arc::from(text))).collect();
        Snapshot { files, ..Snapshot::default() }
    }

    /// The files below a folder, with their paths from there.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a RepoPath, &'a str, &'a Arc<str>)> {
        self.files.iter().filter_map(move |(path, text)| {
            let rest = path.as_str().strip_prefix(folder)?.strip_prefix('/')?;
            Some((path, rest, text))
        })
    }
}
