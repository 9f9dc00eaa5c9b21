//! A file is written beside its place, then renamed into it: nobody ever reads half of one.

use std::path::Path;
use std::{fs, io, process};

pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", process::id()));
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path).inspect_err(|_| drop(fs::remove_file(&beside)))
}
