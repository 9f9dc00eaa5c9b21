//! Two commits in, what Pavior says of them out, with the digest that stands for it.

use crate::forge::digest::{ReportDigest, digest};
use crate::forge::words::CommitId;
use crate::model::{Date, Finding, Findings, Label, Location, RepoPath};
use crate::preflight::{AtBase, judge as judge_change};
use crate::read::{Objects, read};
use crate::report::{self, Report, preflight_json};
use crate::revisions;
use anyhow::{Context, Result, anyhow};
use std::path::Path;

/// A change, judged.
#[derive(Debug, Clone)]
pub struct Judgement {
    pub judged: report::Judged,
    pub at_base: AtBase,
    /// The commit that head is compared with.
    pub base: CommitId,
    /// Where the branch stands that it is to be merged into.
    pub tip: CommitId,
    pub head: CommitId,
    /// The whole report, for programs.
    pub json: String,
    pub digest: ReportDigest,
    /// The findings at paths from the root of the git repository, as GitHub wants them.
    pub from_root: Report,
}

/// What a change is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The commit at which head parted from it.
    WhereItParted,
    /// It itself.
    Itself,
}

/// Judges head. `today` is the day that waivers, policy sets and freeze windows are held against.
///
/// # Errors
/// When a commit is not there, or a unit cannot be written as it was meant.
pub fn judge(folder: &Path, tip: &CommitId, head: &CommitId, against: Against, today: Date) -> Result<Judgement> {
    let exact = against == Against::Itself;
    let base = revisions::base_revision(folder, tip.as_str(), Some(head.as_str()), exact)?;
    let base = CommitId::parse(&base).ok_or_else(|| anyhow!("git gave `{base}` for a commit"))?;
    let mut at_head = revisions::load(folder, Some(head.as_str()))?;
    at_head.as_of = Some(today);
    let searched = revisions::search_history(folder, base.as_str(), Some(head.as_str()), &mut at_head)?;
    let loaded = revisions::load_base(folder, base.as_str())?;
    let (judged, mut at_base) = judge_change(loaded, at_head, &()).context("compiling")?;
    if base != *tip {
        // Who left a team since the change began may no longer speak for it.
        let now = read(revisions::load_base(folder, tip.as_str())?.snapshot, &mut Findings::default());
        if !now.declarations.teams.is_empty() {
            at_base.teams = now.declarations.teams;
        }
    }
    let judged = report::Judged { searched, base: base.short().to_owned(), head: head.short().to_owned(), ..judged };
    let json = preflight_json(&judged);
    let digest = digest(&base, head, &json);
    let from_root = from_root(&judged.report, Objects::open(folder)?.folder());
    Ok(Judgement { judged, at_base, base, tip: tip.clone(), head: head.clone(), json, digest, from_root })
}

/// The findings of a folder of the repository, at the paths that its root knows them by.
fn from_root(report: &Report, folder: &Path) -> Report {
    let moved = |path: &RepoPath| match folder.join(path.as_str()).to_str().map(RepoPath::parse) {
        Some(Ok(moved)) => moved,
        _ => path.clone(),
    };
    let at = |at: &Location| Location { path: moved(&at.path), ..at.clone() };
    let label = |label: &Label| Label { at: at(&label.at), text: label.text.clone() };
    let finding = |finding: &Finding| Finding {
        at: at(&finding.at),
        related: finding.related.iter().map(label).collect(),
        ..finding.clone()
    };
    Report {
        findings: report.findings.iter().map(finding).collect(),
        sources: report.sources.iter().map(|(path, text)| (moved(path), text.clone())).collect(),
        ..report.clone()
    }
}
