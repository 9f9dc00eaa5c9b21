//! What a file must be like to enter the snapshot: shared by the two ways of loading.
//!
//! Names and bytes come in from a source that may be hostile; what is admitted is text that every later stage may
//! trust. The rest becomes findings, which never show what a refused file holds.

use super::characters::first_hidden;
use super::selection::{is_misnamed, reads_file, reads_folder};
use super::{MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDERS, MAX_TOTAL_BYTES, messages};
use crate::model::{Finding, Findings, RepoPath};
use crate::read::Snapshot;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// What stands under a name in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    Submodule,
    /// A pipe, socket or device.
    Special,
}

/// How many hidden characters of one file are reported.
const REPORTED_CHARACTERS: usize = 10;

/// The snapshot as it grows.
pub(super) struct Admission<'f> {
    findings: &'f mut Findings,
    files: BTreeMap<RepoPath, Arc<str>>,
    /// Names as a file system that folds case and composes characters sees them. Only ever looked up.
    folded: HashMap<String, RepoPath>,
    entries: usize,
    bytes: u64,
    overflowed: bool,
    saw_platform: bool,
    saw_catalog: bool,
    /// Something below `catalog/` that declares, or was refused and might have.
    saw_declaration: bool,
}

impl<'f> Admission<'f> {
    pub fn new(findings: &'f mut Findings) -> Admission<'f> {
        Admission {
            findings,
            files: BTreeMap::new(),
            folded: HashMap::new(),
            entries: 0,
            bytes: 0,
            overflowed: false,
            saw_platform: false,
            saw_catalog: false,
            saw_declaration: false,
        }
    }

    /// Counts the names of a folder before any of them is looked at; false when there are so many in all that reading
    /// ends here.
    pub fn count_entries(&mut self, names: usize) -> bool {
        self.entries += names;
        if self.entries > MAX_ENTRIES && !self.overflowed {
            self.overflowed = true;
            self.findings.push(messages::too_many_files());
        }
        !self.overflowed
    }

    /// The path of an entry, when it is one that Pavior reads and may read. `folder` is empty at the root.
    pub fn enter(&mut self, folder: &str, name: &[u8], kind: Kind) -> Option<RepoPath> {
        if self.overflowed {
            return None;
        }
        let shown = join(folder, &String::from_utf8_lossy(name));
        if kind == Kind::File && is_misnamed(&shown) {
            let path = self.valid_path(folder, name)?;
            return self.refuse(messages::misnamed(path));
        }
        let is_read = match kind {
            Kind::File => reads_file(&shown),
            Kind::Folder => reads_folder(&shown),
            Kind::Link | Kind::Submodule | Kind::Special => reads_file(&shown) || reads_folder(&shown),
        };
        if !is_read {
            return None;
        }
        self.saw_platform |= shown == "pavior.yaml";
        self.saw_catalog |= shown == "catalog";
        self.saw_declaration |= shown.starts_with("catalog/") && kind == Kind::File;
        let path = self.valid_path(folder, name)?;
        match kind {
            Kind::File | Kind::Folder => {
                self.check_collision(&path);
                Some(path)
            }
            Kind::Link => self.refuse(messages::symbolic_link(path)),
            Kind::Submodule => self.refuse(messages::submodule(path)),
            Kind::Special => self.refuse(messages::special_file(path)),
        }
    }

    /// What was admitted so far.
    pub fn files(&self) -> &BTreeMap<RepoPath, Arc<str>> {
        &self.files
    }

    /// Takes note of a file that another one names, whatever its own name says; whether it may be read. Links and the
    /// like in the folders that are walked have been refused already.
    pub fn enter_named(&mut self, path: &RepoPath) -> bool {
        let has_room = self.count_entries(1);
        self.check_collision(path);
        has_room
    }

    /// Whether a file of this size may be read.
    pub fn has_room(&mut self, path: &RepoPath, size: u64) -> bool {
        if size > MAX_FILE_BYTES {
            self.findings.push(messages::file_too_large(path.clone()));
            return false;
        }
        self.bytes += size;
        if self.bytes > MAX_TOTAL_BYTES && !self.overflowed {
            self.overflowed = true;
            self.findings.push(messages::too_many_bytes(path.clone()));
        }
        !self.overflowed
    }

    /// Takes the bytes of a file in, if they are text.
    pub fn admit(&mut self, path: RepoPath, bytes: &[u8]) {
        match text_of(&path, bytes) {
            Ok(text) => {
                self.files.insert(path, text);
            }
            Err(findings) => findings.into_iter().for_each(|finding| self.findings.push(finding)),
        }
    }

    /// Whether `pavior.yaml` or `catalog/` was there at all.
    pub fn is_repository(&self) -> bool {
        self.saw_platform || self.saw_catalog
    }

    /// What was admitted. A run over the limits has no files: a part of a catalog must not be taken for the whole.
    pub fn finish(self) -> Snapshot {
        if self.overflowed {
            return Snapshot::default();
        }
        if !self.saw_declaration {
            self.findings.push(messages::empty_catalog());
        }
        Snapshot { files: self.files, ..Snapshot::default() }
    }

    fn refuse(&mut self, finding: Finding) -> Option<RepoPath> {
        self.saw_declaration |= finding.at.path.as_str().starts_with("catalog");
        self.findings.push(finding);
        None
    }

    fn valid_path(&mut self, folder: &str, name: &[u8]) -> Option<RepoPath> {
        let Ok(name) = std::str::from_utf8(name) else {
            return self.refuse(messages::path_not_utf8(folder, name));
        };
        // A git tree can hold a name with a slash, which is no single name.
        if name.contains('/') {
            return self.refuse(messages::path_refused(folder, name, "holds a slash"));
        }
        if name.eq_ignore_ascii_case(".git") {
            return self.refuse(messages::path_refused(folder, name, "is git's own"));
        }
        if let Some((_, c)) = first_hidden(name) {
            return self.refuse(messages::path_hidden(folder, name, c));
        }
        match RepoPath::parse(&join(folder, name)) {
            Err(error) => self.refuse(messages::path_refused(folder, name, &error.to_string())),
            Ok(path) if path.as_str().split('/').count() > MAX_FOLDERS + 1 => {
                self.refuse(messages::path_refused(folder, name, &format!("lies more than {MAX_FOLDERS} folders deep")))
            }
            Ok(path) => Some(path),
        }
    }

    fn check_collision(&mut self, path: &RepoPath) {
        match self.folded.entry(folded(path.as_str())) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(path.clone());
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                self.findings.push(messages::name_collision(path.clone(), entry.get().clone()));
            }
        }
    }
}

/// Puts a text that an editor holds in the place of a file, under the demands that files are under.
pub fn lay_over(snapshot: &mut Snapshot, path: &RepoPath, text: &str, findings: &mut Findings) {
    snapshot.files.remove(path);
    let admitted = match text.len() as u64 {
        0..=MAX_FILE_BYTES => text_of(path, text.as_bytes()),
        _ => Err(vec![messages::file_too_large(path.clone())]),
    };
    match admitted {
        Ok(text) => {
            snapshot.files.insert(path.clone(), text);
        }
        Err(refused) => refused.into_iter().for_each(|finding| findings.push(finding)),
    }
}

pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A path as file systems that ignore case and composition compare it.
fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    // Upper case first, so that letters which meet only there (`ß` and `SS`, `ſ` and `s`) meet here too.
    path.nfd().collect::<String>().to_uppercase().to_lowercase().nfd().collect()
}

/// The text of a file: UTF-8, no byte order mark, LF, nothing hidden.
pub(super) fn text_of(path: &RepoPath, bytes: &[u8]) -> Result<Arc<str>, Vec<Finding>> {
    let text = std::str::from_utf8(bytes).map_err(|error| vec![messages::not_utf8(path.clone(), bytes, error)])?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = if text.contains('\r') { text.replace("\r\n", "\n").into() } else { Arc::<str>::from(text) };
    let mut findings = Vec::new();
    let mut from = 0;
    while let Some((offset, c)) = first_hidden(&text[from..]) {
        if findings.len() == REPORTED_CHARACTERS {
            findings.push(messages::more_hidden_characters(path.clone(), &text, from + offset));
            break;
        }
        findings.push(messages::hidden_character(path.clone(), &text, from + offset, c));
        from += offset + c.len_utf8();
    }
    if findings.is_empty() { Ok(text) } else { Err(findings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_laid_over_is_under_the_demands_of_files() {
        let path = RepoPath::literal("catalog/a.yaml");
        let mut snapshot = Snapshot::of([("catalog/a.yaml", "saved")]);
        let mut findings = Findings::default();
        lay_over(&mut snapshot, &path, "\u{feff}a: b\r\n", &mut findings);
        assert_eq!(&*snapshot.files[&path], "a: b\n");
        assert!(findings.is_empty());
        lay_over(&mut snapshot, &path, "a: \0", &mut findings);
        assert!(snapshot.files.is_empty() && findings.len() == 1);
    }

    #[test]
    fn names_meet_when_some_file_system_takes_them_for_one() {
        for (a, b) in [("Foo.yaml", "foo.yaml"), ("caf\u{e9}", "cafe\u{301}"), ("stra\u{df}e", "STRASSE")] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        assert_ne!(folded("a.yaml"), folded("b.yaml"));
        assert_ne!(folded("\u{e9}"), folded("e"));
    }
}
