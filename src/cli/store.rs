//! What is known of the last revision that was compiled whole, kept in the git folder beside git's own caches. Only
//! speed depends on it: what is damaged, of another build or not to be written is as good as nothing.

use crate::known::{Claims, Table};
use crate::model::short_hash;
use crate::read::Objects;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{env, fs};

/// Where it is kept.
pub struct Store {
    table: PathBuf,
    claims: PathBuf,
    compiler: String,
}

/// The folder below the git folder.
const FOLDER: &str = "pavior";

impl Store {
    /// One for each folder of a repository that Pavior is run in.
    pub fn of(objects: &Objects) -> Option<Store> {
        let folder = objects.git_folder().join(FOLDER);
        let name = format!("known-{:016x}", short_hash(objects.folder().as_os_str().as_encoded_bytes()));
        let claims = folder.join(format!("{name}-claims"));
        Some(Store { table: folder.join(name), claims, compiler: build()? })
    }

    pub fn compiler(&self) -> &str {
        &self.compiler
    }

    pub fn table(&self) -> Option<Table> {
        Table::read(fs::read_to_string(&self.table).ok()?.into(), &self.compiler)
    }

    pub fn claims(&self) -> Option<Claims> {
        Claims::from_bytes(fs::read(&self.claims).ok()?)
    }

    /// The claims first: a table whose claims are not there is of little use.
    pub fn keep(&self, table: &Table, claims: &Claims) {
        let kept = write(&self.claims, claims.as_bytes()).and_then(|()| write(&self.table, table.written().as_bytes()));
        // A git folder that cannot be written costs the next run its head start, and nobody anything else.
        drop(kept);
    }
}

/// Beside it, then in its place.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder)?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path).inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Which build this is: two builds of one version may see things differently.
fn build() -> Option<String> {
    let file = env::current_exe().and_then(fs::metadata).ok()?;
    let built = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), file.len(), built.as_nanos()))
}
