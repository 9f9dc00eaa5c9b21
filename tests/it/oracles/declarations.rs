//! Declarations: files as somebody might write them, the whole way to artifacts that are read back.
//!
//! An input is text. A line `===== path` begins a file; what stands before the first is `catalog/a.yaml`.

use super::Reached;
use super::world::{BARE, assert_compiles_or_tells, with_resource_types};
use pavior::compile::Digest;
use pavior::model::{Findings, RepoPath};
use pavior::read::{Snapshot, lay_over, reads_file};
use std::collections::BTreeMap;

const MARK: &str = "===== ";

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let files = files(text);
    let units = assert_compiles_or_tells(laid_over(&files));
    let Some(units) = units else { return Reached::Told };
    // Of names of files nothing depends, so neither does anything on their order.
    let is_plain = |path: &RepoPath| path.as_str().starts_with("catalog/") && !BARE.files.contains_key(path);
    let is_plain = files.iter().all(|(path, _)| is_plain(path)) && !text.contains("score");
    if is_plain && files.len() > 1 && data.len().is_multiple_of(4) {
        let last = files.len() - 1;
        let texts = files.iter().rev().map(|(_, text)| *text);
        let turned: Vec<(RepoPath, &str)> = (0..=last).map(name).zip(texts).collect();
        let again = assert_compiles_or_tells(laid_over(&turned)).expect("the same declarations are whole");
        assert_eq!(digests(&units), digests(&again), "the order of files matters");
    }
    // Two environments have a unit each, whatever else there is.
    if units.len() > 2 { Reached::Through } else { Reached::Told }
}

fn digests(units: &[pavior::compile::CompiledUnit]) -> Vec<(String, Digest)> {
    units.iter().map(|unit| (unit.id.folder(), unit.digest)).collect()
}

fn name(number: usize) -> RepoPath {
    RepoPath::literal(&format!("catalog/file-{number}.yaml"))
}

fn files(text: &str) -> Vec<(RepoPath, &str)> {
    let mut files: Vec<(RepoPath, &str)> = Vec::new();
    let (mut path, mut start, mut at) = (Some(RepoPath::literal("catalog/a.yaml")), 0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(written) = line.strip_prefix(MARK) {
            files.extend(path.map(|path| (path, &text[start..at])));
            path = RepoPath::parse(written.trim()).ok().filter(|path| reads_file(path.as_str()));
            start = at + line.len();
        }
        at += line.len();
    }
    files.extend(path.map(|path| (path, &text[start..])));
    files.retain(|(_, text)| !text.trim().is_empty());
    // The last of one path counts.
    files.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect()
}

fn laid_over(files: &[(RepoPath, &str)]) -> Snapshot {
    let mut snapshot = BARE.clone();
    files.iter().for_each(|(path, text)| lay_over(&mut snapshot, path, text, &mut Findings::default()));
    with_resource_types(snapshot)
}
