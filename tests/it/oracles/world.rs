//! The repository that inputs are laid over: a small platform of our own, and the shipped resource types.

use super::judge::{assert_no_runner_command, assert_placed, assert_visible, without_colours};
use pavior::compile::{CompiledUnit, compile_catalog, compile_verified};
use pavior::model::{Findings, RepoPath};
use pavior::read::{Documents, Snapshot, load_directory};
use pavior::report::{HumanOptions, Paint, Report, github, human};
use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// The root of the product, whichever of its packages is built.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|folder| folder.join("pavior.yaml").is_file());
    root.expect("the product has settings").to_owned()
}

fn load(folder: &Path) -> Snapshot {
    let mut findings = Findings::default();
    let snapshot = load_directory(folder, &mut findings).expect("the folder can be read");
    assert!(findings.is_empty(), "{findings:?}");
    snapshot
}

/// `golden-paths/resources/` as it is shipped.
static RESOURCE_TYPES: LazyLock<Snapshot> = LazyLock::new(|| {
    let mut snapshot = load(&root());
    snapshot.files.retain(|path, _| path.as_str().starts_with("golden-paths/resources/"));
    snapshot
});

/// `repository/` beside this file: teams, two environments, services that ask for something of every type.
pub static REPOSITORY: LazyLock<Snapshot> = LazyLock::new(|| load(&root().join("tests/it/oracles/repository")));

/// Settings, teams and environments, without any service.
pub static BARE: LazyLock<Snapshot> = LazyLock::new(|| {
    let mut snapshot = REPOSITORY.clone();
    let is_kept = |path: &RepoPath| ["environments.yaml", "pavior.yaml", "teams.yaml"].contains(&path.file_name());
    snapshot.files.retain(|path, _| is_kept(path));
    snapshot
});

/// A repository with the shipped resource types that its texts name. (Those that nobody names cost time alone.)
pub fn with_resource_types(mut snapshot: Snapshot) -> Snapshot {
    let texts: Vec<Arc<str>> = snapshot.files.values().cloned().collect();
    let asked = |path: &RepoPath| {
        let word = match path.as_str().split('/').nth(2) {
            Some("identity") => return true,
            Some("secret") => "kind: SecretRequest".to_owned(),
            name => format!("type: {}", name.unwrap_or_default()),
        };
        texts.iter().any(|text| text.contains(&word))
    };
    for (path, text) in RESOURCE_TYPES.files.iter().filter(|(path, _)| asked(path)) {
        snapshot.files.entry(path.clone()).or_insert_with(|| text.clone());
    }
    snapshot
}

/// Compiles a repository whole, as for writing. What compiles has to read back; what is told has to be tellable.
/// Gives the units when nothing was wrong.
pub fn assert_compiles_or_tells(snapshot: Snapshot) -> Option<Vec<CompiledUnit>> {
    let mut findings = Findings::default();
    let (documents, units) =
        compile_verified(snapshot, &mut findings, &()).unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_units(&units);
    if !findings.has_errors() {
        let files = compile_catalog(&documents, &mut findings).unwrap_or_else(|error| panic!("{}", chain(&error)));
        let paths: BTreeSet<&RepoPath> = files.iter().map(|file| &file.path).collect();
        assert_eq!(paths.len(), files.len(), "a file is written twice");
    }
    let is_whole = !findings.has_errors();
    assert_tellable(documents, findings);
    is_whole.then_some(units)
}

fn assert_units(units: &[CompiledUnit]) {
    let folders: BTreeSet<String> = units.iter().map(|unit| unit.id.folder()).collect();
    assert_eq!(folders.len(), units.len(), "two units share a folder");
    for unit in units {
        let paths: BTreeSet<String> = unit.artifacts.iter().map(|file| file.path.as_str().to_lowercase()).collect();
        assert_eq!(paths.len(), unit.artifacts.len(), "a file is written twice in {}", unit.id.folder());
        for file in &unit.artifacts {
            assert!(!file.text.contains(['\0', '\u{202e}', '\r']), "{}: {}", file.path, file.text);
        }
    }
}

fn assert_tellable(documents: Documents, findings: Findings) {
    let sources = documents.snapshot.files;
    let report = Report { files: sources.len(), findings: findings.into_sorted(), sources, ..Report::default() };
    assert_placed(&report.findings, &report.sources);
    let text = human(&report, HumanOptions { limit: Some(10), width: 100, paint: Paint::Ansi });
    assert_no_runner_command(&text);
    assert_visible(&without_colours(&text));
    assert_eq!(github(&report).lines().count(), report.findings.len() + 1);
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(reason) = source {
        text.push_str(&format!(": {reason}"));
        source = reason.source();
    }
    text
}
