//! One repository: its files, the texts that the editor holds in their place, and what is known of them together.

use super::analysis::Analysis;
use super::complete::Scene;
use super::diagnostic::{Files, diagnostic};
use super::{text, uri};
use crate::check::Loaded;
use crate::model::{Finding, Findings, RepoPath};
use crate::read::{Document, Snapshot, lay_over, load_directory, parse, reads_file};
use lsp_types::{Diagnostic, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub struct Workspace {
    root: PathBuf,
    /// The files as they are saved.
    disk: Loaded,
    buffers: BTreeMap<RepoPath, Buffer>,
    analysis: Analysis,
    /// Something has changed since the analysis was made.
    stale: bool,
    /// The editor has not been told what the analysis has found.
    untold: bool,
    /// What the editor shows now, and at which address.
    published: BTreeMap<RepoPath, (Uri, Vec<Diagnostic>)>,
}

/// A file that is open in the editor.
struct Buffer {
    uri: Uri,
    version: i32,
    /// As the editor holds it.
    raw: String,
    /// With LF.
    text: String,
    /// The documents when the text last was YAML.
    trees: Vec<Document>,
}

/// The repository that a file belongs to: the nearest folder upwards with settings or a catalog.
pub fn root_of(path: &Path) -> Option<&Path> {
    let is_root = |folder: &&Path| folder.join("pavior.yaml").is_file() || folder.join("catalog").is_dir();
    path.ancestors().find(is_root)
}

impl Workspace {
    pub fn open(root: &Path) -> anyhow::Result<Workspace> {
        let mut workspace = Workspace {
            root: root.to_owned(),
            disk: Loaded::default(),
            buffers: BTreeMap::new(),
            analysis: Analysis::default(),
            stale: true,
            untold: true,
            published: BTreeMap::new(),
        };
        workspace.reload()?;
        Ok(workspace)
    }

    /// Reads the saved files again. Those that were read before stay when they cannot be.
    pub fn reload(&mut self) -> anyhow::Result<()> {
        let mut findings = Findings::default();
        let snapshot = load_directory(&self.root, &mut findings)?;
        let loaded = Loaded { snapshot, findings, as_of: None };
        if loaded.snapshot != self.disk.snapshot || loaded.findings != self.disk.findings {
            self.disk = loaded;
            self.stale = true;
        }
        Ok(())
    }

    /// The path of a file inside the repository, when it is one that Pavior reads.
    pub fn path_of(&self, path: &Path) -> Option<RepoPath> {
        let inside = path.strip_prefix(&self.root).ok()?;
        let steps: Option<Vec<&str>> = inside.iter().map(|step| step.to_str()).collect();
        RepoPath::parse(&steps?.join("/")).ok().filter(|path| reads_file(path.as_str()))
    }

    pub fn open_buffer(&mut self, path: RepoPath, uri: Uri, version: i32, raw: String) {
        let buffer = Buffer { uri, version, text: String::new(), raw, trees: Vec::new() };
        self.take(path, buffer);
    }

    pub fn edit_buffer(&mut self, path: RepoPath, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        if let Some(mut buffer) = self.buffers.remove(&path) {
            changes.into_iter().for_each(|change| text::edit(&mut buffer.raw, change));
            buffer.version = version;
            self.take(path, buffer);
        }
    }

    pub fn close_buffer(&mut self, path: &RepoPath) {
        self.stale |= self.buffers.remove(path).is_some();
    }

    fn take(&mut self, path: RepoPath, mut buffer: Buffer) {
        buffer.text = match buffer.raw.contains('\r') {
            true => buffer.raw.replace("\r\n", "\n"),
            false => buffer.raw.clone(),
        };
        let mut admitted = Snapshot::default();
        lay_over(&mut admitted, &path, &buffer.text, &mut Findings::default());
        let trees = parse(&admitted, &mut Findings::default());
        if !trees.is_empty() {
            buffer.trees = trees;
        }
        self.buffers.insert(path, buffer);
        self.stale = true;
    }

    /// Whether the editor may show what is no longer so.
    pub fn is_stale(&self) -> bool {
        self.stale || self.untold
    }

    /// What is known about the repository as the editor shows it.
    pub fn analysis(&mut self) -> &Analysis {
        if self.stale {
            // Even if it panics, it is not tried again before something changes.
            self.stale = false;
            self.untold = true;
            self.analysis = Analysis::of(self.loaded());
        }
        &self.analysis
    }

    /// The saved files with the open texts laid over them.
    fn loaded(&self) -> Loaded {
        let mut snapshot = self.disk.snapshot.clone();
        let mut findings = Findings::default();
        let saved = self.disk.findings.iter().filter(|finding| !self.buffers.contains_key(&finding.at.path));
        saved.for_each(|finding| findings.push(finding.clone()));
        for (path, buffer) in &self.buffers {
            lay_over(&mut snapshot, path, &buffer.text, &mut findings);
        }
        Loaded { snapshot, findings, as_of: None }
    }

    /// What is needed to complete in an open file. Not waited for: names come from the last analysis.
    pub fn scene(&self, path: &RepoPath) -> Option<Scene<'_>> {
        let buffer = self.buffers.get(path)?;
        Some(Scene { analysis: &self.analysis, text: &buffer.text, trees: &buffer.trees })
    }

    /// The text of a file that the last analysis was made of, or the one that was refused.
    pub fn shown_text(&self, path: &RepoPath) -> Option<&str> {
        self.analysis.text(path).map(|text| &**text).or_else(|| Some(self.buffers.get(path)?.text.as_str()))
    }

    /// What the last analysis has found in a file.
    pub fn findings_in(&self, path: &RepoPath) -> impl Iterator<Item = &Finding> {
        self.analysis.findings_in(path)
    }

    /// The diagnostics of every file where they are not what the editor shows already.
    pub fn changed_diagnostics(&mut self) -> Vec<PublishDiagnosticsParams> {
        self.untold = false;
        let mut current: BTreeMap<RepoPath, (Uri, Vec<Diagnostic>)> = BTreeMap::new();
        for finding in &self.analysis.findings {
            let path = &finding.at.path;
            if let Some(uri) = self.uri(path) {
                let (_, shown) = current.entry(path.clone()).or_insert_with(|| (uri, Vec::new()));
                shown.push(diagnostic(finding, self));
            }
        }
        let params = |path: &RepoPath, uri: &Uri, diagnostics: &[Diagnostic]| PublishDiagnosticsParams {
            uri: uri.clone(),
            diagnostics: diagnostics.to_vec(),
            version: self.buffers.get(path).map(|buffer| buffer.version),
        };
        let is_gone = |path: &RepoPath, uri: &Uri| current.get(path).is_none_or(|(now, _)| now != uri);
        let gone = self.published.iter().filter(|(path, (uri, _))| is_gone(path, uri));
        let mut changed: Vec<_> = gone.map(|(path, (uri, _))| params(path, uri, &[])).collect();
        let new = current.iter().filter(|(path, shown)| self.published.get(*path) != Some(*shown));
        changed.extend(new.map(|(path, (uri, diagnostics))| params(path, uri, diagnostics)));
        self.published = current;
        changed
    }
}

impl Files for Workspace {
    fn text(&self, path: &RepoPath) -> Option<&str> {
        self.shown_text(path)
    }

    /// As the editor wrote it, where it has the file open.
    fn uri(&self, path: &RepoPath) -> Option<Uri> {
        match self.buffers.get(path) {
            Some(buffer) => Some(buffer.uri.clone()),
            None => uri::uri_of(&self.root.join(path.as_str())),
        }
    }
}
