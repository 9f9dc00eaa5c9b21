//! Two commits in, what Pavior says of them out, with the digest that stands for it.

use crate::forge::digest::{ReportDigest, digest};
use crate::forge::words::CommitId;
use crate::model::Date;
use crate::preflight::{AtBase, judge as judge_change};
use crate::report::{self, preflight_json};
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
    pub head: CommitId,
    /// The whole report, for programs.
    pub json: String,
    pub digest: ReportDigest,
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
pub fn judge(folder: &Path, base: &CommitId, head: &CommitId, against: Against, today: Date) -> Result<Judgement> {
    let exact = against == Against::Itself;
    let base = revisions::base_revision(folder, base.as_str(), Some(head.as_str()), exact)?;
    let base = CommitId::parse(&base).ok_or_else(|| anyhow!("git gave `{base}` for a commit"))?;
    let mut at_head = revisions::load(folder, Some(head.as_str()))?;
    at_head.as_of = Some(today);
    revisions::search_history(folder, base.as_str(), Some(head.as_str()), &mut at_head)?;
    let loaded = revisions::load_base(folder, base.as_str())?;
    let (judged, at_base) = judge_change(loaded, at_head, &()).context("compiling")?;
    let judged = report::Judged { base: base.short().to_owned(), head: head.short().to_owned(), ..judged };
    let json = preflight_json(&judged);
    let digest = digest(&base, head, &json);
    Ok(Judgement { judged, at_base, base, head: head.clone(), json, digest })
}
