//! Finds the repository that a command is about.

use anyhow::{Context, bail};
use clap::Args;
use std::path::{Path, PathBuf};

/// Which repository.
#[derive(Debug, Clone, Args)]
pub struct Repository {
    /// The repository's root; default the nearest folder upwards that holds pavior.yaml or catalog/
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

impl Repository {
    pub fn is_named(&self) -> bool {
        self.root.is_some()
    }

    /// The folder, which exists.
    pub fn root(&self) -> anyhow::Result<PathBuf> {
        match &self.root {
            Some(root) if root.is_dir() => Ok(root.clone()),
            Some(root) => bail!("{} is no folder", root.display()),
            None => nearest_root(&std::env::current_dir().context("asking for the current folder")?),
        }
    }
}

fn nearest_root(start: &Path) -> anyhow::Result<PathBuf> {
    let is_root = |folder: &&Path| folder.join("pavior.yaml").is_file() || folder.join("catalog").is_dir();
    match start.ancestors().find(is_root) {
        Some(root) => Ok(root.to_owned()),
        None => bail!(
            "neither {} nor a folder above it holds pavior.yaml or catalog/; name the repository with --root",
            start.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_nearest_folder_with_a_platform_file_or_a_catalog() {
        let folder = tempfile::tempdir().unwrap();
        let (outer, inner) = (folder.path().join("outer"), folder.path().join("outer/a/inner"));
        std::fs::create_dir_all(inner.join("catalog/team")).unwrap();
        std::fs::write(outer.join("pavior.yaml"), "").unwrap();
        assert_eq!(nearest_root(&inner.join("catalog/team")).unwrap(), inner);
        assert_eq!(nearest_root(&outer.join("a")).unwrap(), outer);
    }

    #[test]
    fn a_folder_outside_any_repository_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = nearest_root(folder.path()).unwrap_err().to_string();
        assert!(error.contains("--root"), "{error}");
    }
}
