//! What a preview shows, compiled again from the commits that the ledger names: the same every time.

use crate::ledger::PreviewLife;
use crate::model::{Findings, Severity, Timestamp};
use crate::preview::{Preparation, Prepared, Request, prepare};
use crate::report::visible_line;
use crate::revisions;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// # Errors
/// When a commit is not there any more, or does not compile with this Pavior.
pub fn shown(root: &Path, pull: u64, life: &PreviewLife, created: Timestamp) -> Result<Box<Prepared>> {
    let missing = |commit: &str| {
        format!(
            "a preview was made of a commit that this clone does not have: `git fetch origin {}`",
            visible_line(commit)
        )
    };
    let head = revisions::load(root, Some(&life.head)).with_context(|| missing(&life.head))?;
    let base = revisions::load_base(root, &life.base).with_context(|| missing(&life.base))?;
    let request = Request {
        pull,
        pattern: life.pattern.clone(),
        author: life.author.clone(),
        team: life.team.clone(),
        created: Some(created),
    };
    // What was found wrong was told before it was brought up.
    match prepare(base.snapshot, head.snapshot, &request, &mut Findings::default())? {
        Preparation::Ready(prepared) => Ok(prepared),
        Preparation::Nothing => bail!("{} shows nothing that differs from its base", visible_line(&life.head)),
        Preparation::Blocked(_) | Preparation::NoPattern(_) | Preparation::Taken(_) => {
            bail!("{} no longer compiles into a preview with this Pavior", visible_line(&life.head))
        }
    }
}

/// What a change would be as a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    Life(Box<PreviewLife>),
    /// No service that runs in previews changed.
    Nothing,
    /// Why there is none of it.
    Refused(String),
}

/// What is to be brought up, priced before it exists.
///
/// # Errors
/// When a commit cannot be read.
pub fn propose(root: &Path, pull: u64, life: &PreviewLife) -> Result<Proposed> {
    let (head, base) = (revisions::load(root, Some(&life.head))?, revisions::load_base(root, &life.base)?);
    let request = Request {
        pull,
        pattern: life.pattern.clone(),
        author: life.author.clone(),
        team: life.team.clone(),
        created: None,
    };
    let mut findings = head.findings;
    let prepared = prepare(base.snapshot, head.snapshot, &request, &mut findings)?;
    let all = findings.into_sorted();
    let worst = all.into_iter().find(|finding| finding.severity() == Severity::Error).map(|finding| finding.message);
    Ok(match (prepared, worst) {
        (Preparation::Nothing, None) => Proposed::Nothing,
        (Preparation::Ready(prepared), None) => {
            Proposed::Life(Box::new(prepared.life(life.head.clone(), life.base.clone())))
        }
        (Preparation::Taken(name), None) => Proposed::Refused(format!("an environment `{name}` is declared")),
        (Preparation::NoPattern(_), None) => Proposed::Refused("no one environment has `type: preview`".to_owned()),
        (_, worst) => Proposed::Refused(worst.unwrap_or_else(|| "it does not compile".to_owned())),
    })
}
