//! The repository that a case runs in: the shipped one with the case's changes, in a temporary folder.

use crate::case::read_tree;
use crate::change::apply;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// What a platform repository is made of.
const SHIPPED: [&str; 4] = ["pavior.yaml", "catalog", "golden-paths", "policies"];

/// Is taken out of a case's texts: what scanners of forges must not see in one piece is written in two.
const SEAM: char = '‿';

pub struct Repository {
    folder: TempDir,
    outs: AtomicUsize,
}

impl Repository {
    /// The shipped repository (nothing, when the case has a file `from-nothing`), changed by `base/`, committed when
    /// the command asks for a base or the past, then changed by the case itself.
    pub fn prepare(case: &Path, arguments: &[String]) -> Result<Repository, String> {
        let repository = if case.join("from-nothing").exists() { Repository::empty() } else { Repository::shipped() };
        let root = repository.root();
        overlay(&case.join("base"), &root)?;
        if arguments.iter().any(|argument| argument.starts_with("--base") || argument.starts_with("--as-of")) {
            repository.commit()?;
        }
        overlay(case, &root)?;
        Ok(repository)
    }

    /// A folder with nothing in it.
    pub fn empty() -> Repository {
        let folder = tempfile::Builder::new().prefix("pavior-case-").tempdir().expect("a folder can be made");
        fs::create_dir(folder.path().join("repository")).expect("a folder can be made");
        Repository { folder, outs: AtomicUsize::new(0) }
    }

    /// A copy of what this repository ships.
    pub fn shipped() -> Repository {
        let repository = Repository::empty();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in SHIPPED {
            copy(&shipped.join(name), &repository.root().join(name)).expect("what is shipped can be copied");
        }
        repository
    }

    /// A copy of what this repository ships, with the showcase in place of its catalog.
    pub fn showcase() -> Repository {
        let repository = Repository::shipped();
        let catalog = repository.root().join("catalog");
        fs::remove_dir_all(&catalog).expect("a catalog can be removed");
        let showcase = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/showcase/catalog");
        copy(&showcase, &catalog).expect("the showcase can be copied");
        repository
    }

    /// Writes one file, with the folders above it.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// A folder that is not there yet, for what the command writes.
    pub fn new_out(&self) -> String {
        let count = self.outs.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("out-{count}")).to_string_lossy().into_owned()
    }

    /// The id of the commit, where there is one.
    pub fn head(&self) -> Option<String> {
        let id = |name: &str| std::fs::read_to_string(self.root().join(".git").join(name)).ok();
        let head = id("HEAD")?;
        let id = id(head.trim().strip_prefix("ref: ")?)?;
        Some(id.trim().to_owned()).filter(|id| id.len() >= 10)
    }

    /// Makes a git repository of it where there is none, with everything in one commit more.
    pub fn commit(&self) -> Result<(), String> {
        self.git(&["init", "--quiet", "--initial-branch=main"])?;
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "base"])
    }

    /// Runs git in it, with nobody's settings.
    pub fn git(&self, arguments: &[&str]) -> Result<(), String> {
        let author = ["-c", "user.name=Case", "-c", "user.email=case@pavior.dev", "-c", "commit.gpgsign=false"];
        let output = Command::new("git")
            .arg("-C")
            .arg(self.root())
            .args(author)
            .args(arguments)
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .map_err(|error| format!("git: {error}"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(format!("git {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// What the first run has written.
    pub fn compiled_files(&self) -> BTreeMap<String, String> {
        read_tree(&self.folder.path().join("out-0"))
    }
}

/// `files/` is put over the repository, `links` are made, `delete` lists what goes, `change.diff` edits what is there.
fn overlay(case: &Path, root: &Path) -> Result<(), String> {
    copy(&case.join("files"), root)?;
    for path in read_tree(&case.join("files")).keys().map(|path| root.join(path)) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        if text.contains(SEAM) {
            fs::write(&path, text.replace(SEAM, "")).map_err(|error| format!("files: {}: {error}", path.display()))?;
        }
    }
    for link in fs::read_to_string(case.join("links")).unwrap_or_default().lines() {
        let (path, target) = link.split_once(" -> ").ok_or(format!("links: `{link}` is not `<path> -> <target>`"))?;
        std::os::unix::fs::symlink(target, root.join(path)).map_err(|error| format!("links: {path}: {error}"))?;
    }
    for path in fs::read_to_string(case.join("delete")).unwrap_or_default().lines() {
        let path = root.join(path);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|error| format!("delete: {}: {error}", path.display()))?;
    }
    let changes = fs::read_to_string(case.join("change.diff")).unwrap_or_default();
    apply(&changes.replace(SEAM, ""), root)
}

/// A file, or all files below a folder; nothing when it is not there.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let tail = entry.path().strip_prefix(from).map_err(|error| error.to_string())?;
        let target = if tail.as_os_str().is_empty() { to.to_owned() } else { to.join(tail) };
        let parent = target.parent().ok_or("a file is in a folder")?;
        let copied = fs::create_dir_all(parent).and_then(|()| fs::copy(entry.path(), &target));
        copied.map_err(|error| format!("{}: {error}", entry.path().display()))?;
    }
    Ok(())
}
