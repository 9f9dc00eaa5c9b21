//! Where an import writes: below the repository's root, and never over a file.

use crate::model::RepoPath;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

/// The path of a folder from the root; the folder need not exist yet.
pub fn below_root(root: &Path, folder: &Path) -> anyhow::Result<String> {
    let root = std::path::absolute(root).context("asking for the current folder")?;
    let folder = normal(&std::path::absolute(folder).context("asking for the current folder")?);
    let Ok(below) = folder.strip_prefix(normal(&root)) else {
        bail!("{} is not in the repository {}", folder.display(), root.display());
    };
    let steps = below.components().map(|step| step.as_os_str().to_string_lossy().into_owned());
    Ok(steps.collect::<Vec<_>>().join("/"))
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            step => normal.push(step),
        }
    }
    normal
}

/// Writes files that do not exist. When one of them does, none is written.
pub fn write_new(root: &Path, files: &BTreeMap<RepoPath, String>) -> anyhow::Result<()> {
    if let Some(path) = files.keys().find(|path| root.join(path.as_str()).symlink_metadata().is_ok()) {
        bail!("{path} exists already, so nothing is written");
    }
    for (path, text) in files {
        let to = root.join(path.as_str());
        let folder = to.parent().unwrap_or(root);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let file = OpenOptions::new().write(true).create_new(true).open(&to);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_exists_keeps_all_from_being_written() {
        let root = tempfile::tempdir().unwrap();
        let files = |paths: &[&str]| paths.iter().map(|path| (RepoPath::literal(path), "new".to_owned())).collect();
        write_new(root.path(), &files(&["catalog/x/b.yaml"])).unwrap();
        fs::write(root.path().join("catalog/x/b.yaml"), "old").unwrap();
        let error = write_new(root.path(), &files(&["catalog/x/a.yaml", "catalog/x/b.yaml"])).unwrap_err();
        assert_eq!(error.to_string(), "catalog/x/b.yaml exists already, so nothing is written");
        assert_eq!(fs::read_to_string(root.path().join("catalog/x/b.yaml")).unwrap(), "old");
        assert!(!root.path().join("catalog/x/a.yaml").exists());
    }

    #[test]
    fn a_folder_outside_the_root_is_refused() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(below_root(root.path(), &root.path().join("catalog/./x/../y")).unwrap(), "catalog/y");
        assert!(below_root(root.path(), &root.path().join("..")).is_err());
    }
}
