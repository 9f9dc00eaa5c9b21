//! The folders below the data folder that hold clones, one a repository.

use crate::forge::words::Repository;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// GitHub takes names that differ in case for one.
pub fn folder(data: &Path, repository: &Repository) -> PathBuf {
    data.join(format!("{}.git", repository.to_string().to_lowercase()))
}

/// Removes the clones of all repositories but these, and nothing that is no clone of ours: how many there were.
///
/// # Errors
/// When a folder cannot be read or removed.
pub fn remove_others(data: &Path, served: &BTreeSet<Repository>) -> io::Result<usize> {
    let kept: BTreeSet<PathBuf> = served.iter().map(|repository| folder(data, repository)).collect();
    let mut removed = 0;
    for owner in folders(data)? {
        for clone in folders(&owner)? {
            if !kept.contains(&clone) && is_clone(&clone) {
                fs::remove_dir_all(&clone)?;
                removed += 1;
            }
        }
        // Only where it is empty by now.
        let _ = fs::remove_dir(&owner);
    }
    Ok(removed)
}

/// Links lead elsewhere, and are left alone.
fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(of)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

fn is_clone(folder: &Path) -> bool {
    folder.extension().is_some_and(|ending| ending == "git")
        && folder.join("HEAD").is_file()
        && folder.join("objects").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_what_is_no_longer_served_go_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        let clone = |name: &str| {
            fs::create_dir_all(data.join(name).join("objects/pack")).unwrap();
            fs::write(data.join(name).join("HEAD"), "ref: refs/heads/main\n").unwrap();
        };
        ["acme/shop.git", "acme/old.git", "gone/shop.git", "acme/mine"].into_iter().for_each(clone);
        fs::create_dir_all(data.join("acme/empty.git")).unwrap();
        fs::write(data.join("acme/old.git.key"), "x").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::create_dir_all(elsewhere.path().join("other.git/objects")).unwrap();
        fs::write(elsewhere.path().join("other.git/HEAD"), "x").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), data.join("linked")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("other.git"), data.join("acme/linked.git")).unwrap();
        let served = [Repository::parse("Acme/Shop").unwrap()].into();
        assert_eq!(remove_others(data, &served).unwrap(), 2);
        for left in
            ["acme/shop.git/HEAD", "acme/mine/HEAD", "acme/empty.git", "acme/old.git.key", "acme/linked.git/HEAD"]
        {
            assert!(data.join(left).exists(), "{left}");
        }
        assert!(data.join("linked/other.git/HEAD").exists());
        assert!(!data.join("acme/old.git").exists() && !data.join("gone").exists());
        assert_eq!(remove_others(data, &served).unwrap(), 0);
    }
}
