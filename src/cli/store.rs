//! What is known of the last revision that was compiled whole, kept in the git folder beside git's own caches. Only
//! speed depends on it: what is damaged, of another build or not to be written is as good as nothing.

use super::replace::replace;
use crate::known::{Claims, Table, Written};
use crate::model::short_hash;
use crate::read::Objects;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::UNIX_EPOCH;
use std::{env, fs};

/// Where it is kept.
pub struct Store {
    table: PathBuf,
    /// What the table says of services.
    details: PathBuf,
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
        let details = folder.join(format!("{name}-services"));
        Some(Store { table: folder.join(name), details, claims, compiler: build()? })
    }

    pub fn compiler(&self) -> &str {
        &self.compiler
    }

    pub fn table(&self) -> Option<Table> {
        let text = fs::read_to_string(&self.table).ok()?;
        let details = Mutex::new(File::open(&self.details).ok()?);
        let part = move |range: Range<usize>| part(&mut *details.lock().ok()?, range);
        Table::read(text.into(), Box::new(part), &self.compiler)
    }

    pub fn claims(&self) -> Option<Claims> {
        Claims::from_bytes(fs::read(&self.claims).ok()?)
    }

    /// The table last: it is of little use without the others.
    pub fn keep(&self, written: &Written, claims: &Claims) {
        let kept = write(&self.claims, claims.as_bytes())
            .and_then(|()| write(&self.details, written.details.as_bytes()))
            .and_then(|()| write(&self.table, written.table.as_bytes()));
        // A git folder that cannot be written costs the next run its head start, and nobody anything else.
        drop(kept);
    }
}

fn part(file: &mut File, range: Range<usize>) -> Option<String> {
    file.seek(SeekFrom::Start(u64::try_from(range.start).ok()?)).ok()?;
    let length = u64::try_from(range.len()).ok()?;
    let mut text = String::new();
    file.by_ref().take(length).read_to_string(&mut text).ok()?;
    Some(text)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder)?;
    replace(path, bytes)
}

/// Which build this is: two builds of one version may see things differently.
fn build() -> Option<String> {
    let file = env::current_exe().and_then(fs::metadata).ok()?;
    let built = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), file.len(), built.as_nanos()))
}
