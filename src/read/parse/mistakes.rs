//! The sink for the mistakes of one file: knows the file, its positions, and when enough was said.

use super::lines::Lines;
use super::{MAX_MISTAKES, messages};
use crate::model::{Finding, Findings, Location, RepoPath, Span};
use std::cell::OnceCell;

/// Nothing more of this file is to be read. What is wrong was reported.
#[derive(Debug)]
pub(super) struct Stop;

pub(super) struct Mistakes<'a> {
    path: &'a RepoPath,
    text: &'a str,
    lines: OnceCell<Lines<'a>>,
    findings: &'a mut Findings,
    reported: usize,
}

impl<'a> Mistakes<'a> {
    pub fn new(path: &'a RepoPath, text: &'a str, findings: &'a mut Findings) -> Mistakes<'a> {
        Mistakes { path, text, lines: OnceCell::new(), findings, reported: 0 }
    }

    /// Where some bytes of the file stand.
    pub fn at(&self, span: Span) -> Location {
        let lines = self.lines.get_or_init(|| Lines::new(self.text));
        let range = span.range();
        let (start, end) = (lines.position(range.start), lines.position(range.end));
        Location { path: self.path.clone(), start, end, span: Some(span) }
    }

    /// The file as a whole.
    pub fn file(&self) -> Location {
        Location::file(self.path.clone())
    }

    pub fn report(&mut self, finding: Finding) -> Result<(), Stop> {
        self.findings.push(finding);
        self.reported += 1;
        if self.reported < MAX_MISTAKES {
            return Ok(());
        }
        self.findings.push(messages::too_many_mistakes(self.file()));
        Err(Stop)
    }
}
