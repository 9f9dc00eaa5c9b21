//! The inventory: every file that we wrote, with the hash of its bytes. It lies in the folder that it describes.

use super::folder::{Folder, Found};
use super::refusal::Refusal;
use crate::model::RepoPath;
use blake3::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Its name in the output folder.
pub(super) const INVENTORY: &str = ".pavior-inventory.json";

const VERSION: u64 = 1;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Inventory {
    pub files: BTreeMap<RepoPath, Hash>,
    /// What a run that has not ended was going to write. Empty in a folder at rest.
    pub pending: BTreeMap<RepoPath, Hash>,
}

/// What our bytes at a path may be: at least one is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub listed: Option<Hash>,
    pub pending: Option<Hash>,
}

impl Known {
    pub(super) fn is_ours(&self, there: Hash) -> bool {
        self.listed == Some(there) || self.pending == Some(there)
    }
}

/// The inventory as it is written. The checksum covers the rest, so that an edit by hand is noticed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u64,
    checksum: String,
    files: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pending: BTreeMap<String, String>,
}

/// Looks at the version before anything else, since what else there is depends on it.
#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// A folder that is neither empty nor has an inventory is somebody else's.
pub(super) fn require_ours(folder: &Folder, out: &Path) -> anyhow::Result<()> {
    if folder.has_inventory()? || folder.is_empty()? {
        Ok(())
    } else {
        Err(Refusal::NotOurs { out: out.into() }.into())
    }
}

/// Reads it; a folder that has none is new.
pub(super) fn load(folder: &Folder, out: &Path) -> anyhow::Result<Inventory> {
    match folder.look_at_top(INVENTORY)? {
        Found::Nothing => {
            require_ours(folder, out)?;
            Ok(Inventory::default())
        }
        Found::File(bytes) => Ok(Inventory::parse(&bytes, &out.join(INVENTORY))?),
        Found::Obstacle { path, what } => Err(Refusal::Obstacle { path, what }.into()),
    }
}

impl Inventory {
    /// None for a path that is not ours.
    pub(super) fn known(&self, path: &RepoPath) -> Option<Known> {
        let known = Known { listed: self.files.get(path).copied(), pending: self.pending.get(path).copied() };
        (known.listed.is_some() || known.pending.is_some()).then_some(known)
    }

    fn parse(bytes: &[u8], at: &Path) -> Result<Inventory, Refusal> {
        let damaged = |reason: String| Refusal::Damaged { inventory: at.into(), reason };
        let Version { version } = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if version > VERSION {
            return Err(Refusal::Newer { inventory: at.into(), version });
        }
        let document: Document = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        let inventory = Inventory {
            files: parsed(&document.files).ok_or_else(|| damaged("a path or hash is none".to_owned()))?,
            pending: parsed(&document.pending).ok_or_else(|| damaged("a path or hash is none".to_owned()))?,
        };
        if inventory.checksum() == document.checksum {
            Ok(inventory)
        } else {
            Err(damaged("its checksum does not match".to_owned()))
        }
    }

    /// The bytes of the file: the same for the same content, one line a file.
    pub(super) fn text(&self) -> String {
        let spelled = |files: &BTreeMap<RepoPath, Hash>| {
            files.iter().map(|(path, hash)| (path.to_string(), hash.to_hex().to_string())).collect()
        };
        let document = Document {
            version: VERSION,
            checksum: self.checksum(),
            files: spelled(&self.files),
            pending: spelled(&self.pending),
        };
        serde_json::to_string_pretty(&document).expect("maps of text are JSON") + "\n"
    }

    fn checksum(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for files in [&self.files, &self.pending] {
            hasher.update(&(files.len() as u64).to_le_bytes());
            for (path, hash) in files {
                hasher.update(&(path.as_str().len() as u64).to_le_bytes());
                hasher.update(path.as_str().as_bytes());
                hasher.update(hash.as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn parsed(files: &BTreeMap<String, String>) -> Option<BTreeMap<RepoPath, Hash>> {
    files.iter().map(|(path, hash)| Some((RepoPath::parse(path).ok()?, Hash::from_hex(hash).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory() -> Inventory {
        let hash = |text: &str| blake3::hash(text.as_bytes());
        Inventory {
            files: [(RepoPath::literal("a/b.tf"), hash("b"))].into(),
            pending: [(RepoPath::literal("a/c.tf"), hash("c"))].into(),
        }
    }

    fn parse(text: &str) -> Result<Inventory, Refusal> {
        Inventory::parse(text.as_bytes(), Path::new("out/.pavior-inventory.json"))
    }

    #[test]
    fn an_inventory_reads_back_as_itself() {
        assert_eq!(parse(&inventory().text()), Ok(inventory()));
        assert_eq!(parse(&Inventory::default().text()), Ok(Inventory::default()));
    }

    #[test]
    fn an_edit_by_hand_is_noticed() {
        let text = inventory().text();
        for edited in [
            text.replace("a/b.tf", "a/x.tf"),
            text.replace("a/b.tf", "../b.tf"),
            text.replace("pending", "ignored"),
            text.replacen("\"version\": 1", "\"version\": \"1\"", 1),
            text[..text.len() / 2].to_owned(),
            String::new(),
        ] {
            assert!(matches!(parse(&edited), Err(Refusal::Damaged { .. })), "{edited}");
        }
        let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
        assert!(matches!(parse(&newer), Err(Refusal::Newer { version: 2, .. })));
    }
}
