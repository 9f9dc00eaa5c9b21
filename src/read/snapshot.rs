//! A snapshot: the files of one revision that Pavior reads, as text. Everything after it is a function of it.

use crate::model::RepoPath;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files by path. Line endings are LF; everything is valid UTF-8 without NUL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub files: BTreeMap<RepoPath, Arc<str>>,
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
