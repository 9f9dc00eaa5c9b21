//! Secrets: whatever looks like one is found in every text and every name of a file, told, and hidden.
//!
//! A snapshot comes in. It goes out with all but the first characters of each secret covered, byte for byte, before
//! anything else reads it: no later stage, finding or report can show what it never had. Findings from before are
//! covered, too.

mod assigned;
mod checksum;
mod decode;
mod detect;
mod families;
mod find;
mod history;
mod innocent;
pub mod rules;
mod view;
mod wording;

pub use history::{Introduced, IntroducedFile, Searched, scan_history};
pub use wording::exempted;

use super::Snapshot;
use crate::model::{Finding, Findings, Label, Location, RepoPath, Rule, Span};
use crate::parallel::in_chunks;
use find::{Hit, find};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use wording::EXEMPTION;

/// The most secrets of one file that are told one by one. All are hidden.
const MAX_TOLD: usize = 100;

/// What may be told of a secret.
#[derive(Debug, Clone)]
struct Shown {
    rule: &'static Rule,
    name: &'static str,
    /// Its first characters, four at the most.
    start: String,
    certain: bool,
    /// Somebody said that it is none, and that does not count.
    refused_exemption: bool,
}

/// The parts of files that hold secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    parts: BTreeMap<RepoPath, Vec<Range<usize>>>,
}

impl Hidden {
    /// Takes back what was found wrong with a text that had been covered: it was never written.
    pub fn silence(&self, findings: &mut Findings) {
        if !self.parts.is_empty() {
            findings.retain(|finding| is_secret(finding.rule) || !self.covers(&finding.at));
        }
    }

    fn covers(&self, at: &Location) -> bool {
        let (Some(parts), Some(span)) = (self.parts.get(&at.path), at.span) else { return false };
        let span = span.range();
        parts.iter().any(|part| part.start < span.end.max(span.start + 1) && span.start < part.end)
    }
}

/// Whether a rule is about secrets: those are told even where base has them, too.
pub fn is_secret(rule: &Rule) -> bool {
    rule.id.starts_with("secret/")
}

/// Tells of every secret, and gives the snapshot without them. Does nothing the second time.
pub fn hide(snapshot: Snapshot, findings: &mut Findings) -> (Snapshot, Hidden) {
    if snapshot.is_covered {
        return (snapshot, Hidden::default());
    }
    cover_findings(findings);
    let files: Vec<(&RepoPath, &Arc<str>)> = snapshot.files.iter().collect();
    let found = in_chunks(
        &files,
        || (),
        |(), files| files.iter().filter_map(|(path, text)| Found::of(path, text)).collect::<Vec<_>>(),
    );
    let found: Vec<Found> = found.into_iter().flatten().collect();
    let (mut snapshot, mut hidden) = (Snapshot { is_covered: true, ..snapshot }, Hidden::default());
    for file in found {
        let text = snapshot.files.remove(&file.written_path);
        file.findings.into_iter().for_each(|finding| findings.push(finding));
        snapshot.exempt.extend(file.exempt);
        if !file.parts.is_empty() {
            hidden.parts.insert(file.path.clone(), file.parts);
        }
        snapshot.files.extend(file.text.or(text).map(|text| (file.path, text)));
    }
    (snapshot, hidden)
}

/// What was found in one file.
struct Found {
    written_path: RepoPath,
    path: RepoPath,
    /// Covered; None where nothing had to be.
    text: Option<Arc<str>>,
    parts: Vec<Range<usize>>,
    findings: Vec<Finding>,
    exempt: Vec<Location>,
}

impl Found {
    /// None where there is nothing, as nearly everywhere.
    fn of(written_path: &RepoPath, text: &str) -> Option<Found> {
        let (in_name, hits) = (find(written_path.as_str()), find(text));
        if in_name.is_empty() && hits.is_empty() {
            return None;
        }
        let path = covered_path(written_path, &in_name);
        let mut findings: Vec<Finding> =
            in_name.iter().map(|hit| wording::in_path(path.clone(), &hit.shown(written_path.as_str()))).collect();
        let mut hits = hits;
        let others = hits.split_off(hits.len().min(MAX_TOLD));
        let (exempt, mut told): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(|hit| is_exempt(text, hit));
        let at = |hit: &Hit| Location::in_text(path.clone(), text, first_line(text, &hit.pieces[0]));
        let shown = |hit: &Hit| {
            let refused_exemption = line_of(text, hit.pieces[0].start).contains(EXEMPTION);
            Shown { refused_exemption, ..hit.shown(text) }
        };
        findings.extend(told.iter().map(|hit| wording::in_text(at(hit), &shown(hit))));
        findings.extend(others.first().map(|hit| wording::and_more(at(hit), hit.rule, others.len())));
        let exempt = exempt.iter().map(at).collect();
        told.extend(others);
        Some(Found {
            text: (!told.is_empty()).then(|| covered(text, &told, '*').into()),
            parts: told.iter().flat_map(|hit| hit.pieces.clone()).collect(),
            exempt,
            written_path: written_path.clone(),
            path,
            findings,
        })
    }
}

fn first_line(text: &str, part: &Range<usize>) -> Span {
    let length = text[part.clone()].find('\n').unwrap_or(part.len());
    Span::new(part.start, part.start + length)
}

fn line_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    &text[start..end]
}

/// `# pavior:not-a-secret <why>` at the end of the line. Never for what is a secret beyond doubt.
fn is_exempt(text: &str, hit: &Hit) -> bool {
    let line = line_of(text, hit.pieces[0].start);
    let reason = line.rsplit_once(EXEMPTION).filter(|(before, _)| before.trim_end().ends_with(['#', '/']));
    !hit.certain && reason.is_some_and(|(_, reason)| reason.trim().chars().count() >= 3)
}

/// A text with everything of its secrets covered but their first characters; blanks stay, so that lines and structure
/// do. A piece never begins with what YAML would take for an alias.
fn covered(text: &str, hits: &[Hit], cover: char) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for hit in hits {
        let kept = hit.shown(text).start.len();
        for (number, piece) in hit.pieces.iter().enumerate() {
            let from = piece.start + if number == 0 { kept } else { 0 };
            for (index, byte) in bytes[from..piece.end].iter_mut().enumerate() {
                if !matches!(byte, b' ' | b'\n' | b'\t') {
                    *byte = if from + index == piece.start { b'x' } else { cover as u8 };
                }
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "x".repeat(text.len()))
}

fn covered_path(path: &RepoPath, hits: &[Hit]) -> RepoPath {
    if hits.is_empty() {
        return path.clone();
    }
    let covered = covered(path.as_str(), hits, '~');
    RepoPath::parse(&covered).unwrap_or_else(|_| RepoPath::literal("catalog/hidden"))
}

/// What stages before this one have said may hold names of files that were refused.
fn cover_findings(findings: &mut Findings) {
    if findings.is_empty() {
        return;
    }
    for mut finding in std::mem::take(findings).into_vec() {
        if !is_secret(finding.rule) {
            finding.message = covered_words(&finding.message);
            finding.label = covered_words(&finding.label);
            finding.help = finding.help.iter().map(|help| covered_words(help)).collect();
            let place = |at: Location| Location { path: covered_path(&at.path, &find(at.path.as_str())), ..at };
            finding.at = place(finding.at);
            let label = |label: Label| Label { at: place(label.at), text: covered_words(&label.text) };
            finding.related = finding.related.into_iter().map(label).collect();
        }
        findings.push(finding);
    }
}

/// The same words, with what looks like a secret covered.
pub fn covered_words(text: &str) -> String {
    let hits = find(text);
    if hits.is_empty() { text.to_owned() } else { covered(text, &hits, '*') }
}
