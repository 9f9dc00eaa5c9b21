//! Secrets in the commits of a change: what they introduced comes in, findings go out.
//!
//! A secret that one commit adds and the next removes is in the history that is merged, and was readable since it was
//! pushed.

use super::find::{Hit, find};
use super::{MAX_TOLD, covered_path, is_exempt, wording};
use crate::model::{Finding, Findings, RepoPath};
use crate::read::Snapshot;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A file as a commit left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntroducedFile {
    /// In short.
    pub commit: String,
    pub path: RepoPath,
    pub text: Arc<str>,
    /// The text that the change began with, if there was one.
    pub before: Option<Arc<str>>,
}

/// How much of a change was searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Searched {
    pub commits: usize,
    /// Files as a commit left them.
    pub files: usize,
    /// Of these, as of those that are no text, only the names were searched.
    pub too_large: usize,
    pub binary: usize,
}

/// What the commits of a change introduced, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Introduced {
    pub files: Vec<IntroducedFile>,
    pub searched: Searched,
    /// How many bytes of files may be read, in MiB, where that or the number of commits was too few.
    pub cut: Option<u64>,
    /// Why nothing could be read.
    pub unknown: Option<String>,
}

/// Tells of secrets that the change began without and that head has not at the same place: those are told there.
pub fn scan_history(introduced: &Introduced, head: &Snapshot, findings: &mut Findings) {
    let mut told: BTreeSet<(RepoPath, String)> = BTreeSet::new();
    for file in &introduced.files {
        for finding in found_in(file, head, &mut told) {
            findings.push(finding);
        }
    }
    if let Some(mebibytes) = introduced.cut {
        findings.push(wording::history_cut(introduced.searched.commits, mebibytes));
    }
    if let Some(why) = &introduced.unknown {
        findings.push(wording::history_unknown(why));
    }
}

fn found_in(file: &IntroducedFile, head: &Snapshot, told: &mut BTreeSet<(RepoPath, String)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = file.path.as_str();
    let in_name = find(name);
    let path = covered_path(&file.path, &in_name);
    if !in_name.is_empty() && !head.files.contains_key(&file.path) && told.insert((file.path.clone(), String::new())) {
        findings.extend(in_name.iter().map(|hit| wording::in_path(path.clone(), &hit.shown(name))));
    }
    let mut hits = find(&file.text);
    hits.truncate(MAX_TOLD);
    hits.retain(|hit| !is_exempt(&file.text, hit));
    if hits.is_empty() {
        return findings;
    }
    let elsewhere = file.before.iter().chain(head.files.get(&file.path));
    let known: BTreeSet<String> =
        elsewhere.flat_map(|text| find(text).into_iter().map(|hit| value(text, &hit)).collect::<Vec<_>>()).collect();
    for hit in hits {
        let value = value(&file.text, &hit);
        if !known.contains(&value) && told.insert((file.path.clone(), value)) {
            let line = file.text[..hit.pieces[0].start].matches('\n').count() + 1;
            findings.push(wording::in_commit(path.clone(), &file.commit, line, &hit.shown(&file.text)));
        }
    }
    findings
}

/// All that is written for a secret: to compare, never to show.
fn value(text: &str, hit: &Hit) -> String {
    hit.pieces.iter().map(|piece| &text[piece.clone()]).collect()
}
