//! One report value, many renderers. Each is a pure function to text; none knows another.

mod cost;
mod diff;
mod excerpt;
mod explain;
mod catalog;
mod github;
mod graph;
mod human;
mod inert;
mod inventory;
mod json;
mod junit;
mod markdown;
mod preflight;
mod policy_tests;
mod resource_type;
mod sarif;
mod snippet;
mod summary;
mod table;

pub use catalog::{dependents_table, details_page, hits_table, list_table};
pub use cost::{cost_human, cost_json, cost_markdown, cost_schema, cost_svg};
pub use diff::{diff_human, diff_json, diff_markdown, diff_schema};
pub use explain::{explain_human, explain_json, explain_schema, provenance_json, provenance_schema};
pub use github::{github, github_failure};
pub use graph::{dot, svg};
pub use human::{HumanOptions, Paint, human};
pub use inert::{inert, inert_json, visible, visible_line};
pub use inventory::{EnvironmentCount, Inventory};
pub use json::{VERSION as JSON_VERSION, json, schema};
pub use junit::junit;
pub use markdown::markdown_to_terminal;
pub use policy_tests::{PolicyTests, policy_tests_human, policy_tests_json, policy_tests_junit};
pub use preflight::{Judged, preflight_human, preflight_json, preflight_markdown, preflight_schema, verdict};
pub use resource_type::resource_type;
pub use sarif::sarif;
pub use summary::{counted, summary};
pub use table::{Align, table};

use crate::model::{Finding, Fix, Position, RepoPath, Severity};
use crate::review::policy::RequiredApproval;
use crate::review::waivers::Waived;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a check found, with the texts it points into.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Sorted. Without those that the base revision has too.
    pub findings: Vec<Finding>,
    pub sources: BTreeMap<RepoPath, Arc<str>>,
    /// How many files were read.
    pub files: usize,
    /// How many findings the base revision has too.
    pub known: usize,
    /// What a reader has to know about how this was judged, one sentence each.
    pub notes: Vec<String>,
    /// What declared exceptions excuse, by file and place.
    pub waived: Vec<Waived>,
    /// Whom the policies ask to approve, and for which findings.
    pub approvals: Vec<RequiredApproval>,
    /// How many rules of the organisation's own policies were asked.
    pub policies: usize,
    /// The fingerprints of findings that only the platform files of the change make: it will be so after the merge.
    pub after_merge: BTreeSet<String>,
    /// What was checked.
    pub inventory: Inventory,
}

impl Report {
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// How many files have a finding.
    pub fn files_with_findings(&self) -> usize {
        self.findings.iter().map(|finding| &finding.at.path).collect::<BTreeSet<_>>().len()
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
    }

    /// A finding's fix with the lines and columns it replaces; none when its file was not read.
    fn fix_place<'f>(&self, finding: &'f Finding) -> Option<(&'f Fix, Position, Position)> {
        let fix = finding.fix.as_ref()?;
        let (source, range) = (self.source(&finding.at.path)?, fix.span.range());
        source.get(range.clone())?;
        Some((fix, Position::of(source, range.start), Position::of(source, range.end)))
    }

    fn source(&self, path: &RepoPath) -> Option<&str> {
        self.sources.get(path).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod hardening;
#[cfg(test)]
mod samples;
