//! Where this stage says what is wrong: each mistake once, however many units and environments run into it.

use crate::model::{Finding, Findings, Location, Severity};
use crate::read::{Documents, Place};
use std::collections::BTreeSet;

pub struct Reporter<'f, 'd> {
    pub documents: &'d Documents,
    findings: &'f mut Findings,
    said: BTreeSet<(&'static str, Location, String)>,
    errors: usize,
}

impl<'f, 'd> Reporter<'f, 'd> {
    pub fn new(documents: &'d Documents, findings: &'f mut Findings) -> Reporter<'f, 'd> {
        Reporter { documents, findings, said: BTreeSet::new(), errors: 0 }
    }

    pub fn locate(&self, place: &Place) -> Location {
        self.documents.locate(place)
    }

    pub fn say(&mut self, finding: Finding) {
        if finding.severity() == Severity::Error {
            self.errors += 1;
        }
        if self.said.insert((finding.rule.id, finding.at.clone(), finding.message.clone())) {
            self.findings.push(finding);
        }
    }

    /// Something fails for a reason that was told when it was first met.
    pub fn count_known_error(&mut self) {
        self.errors += 1;
    }

    /// Errors so far, those said before included: equal numbers before and after mean that nothing was wrong.
    pub fn errors(&self) -> usize {
        self.errors
    }
}
