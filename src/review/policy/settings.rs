//! What `pavior.yaml` says of sets of policies: who owns them, how bad their findings may be, and from when they count.

use super::wording;
use super::{FOLDER, Policies, PolicyRule};
use crate::model::kinds::platform::PolicySet;
use crate::model::{Date, Findings, Name, Severity, nearest};
use crate::read::{Declared, Documents};
use std::collections::BTreeSet;

/// What counts of a rule, once `pavior.yaml` has had its say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce<'r> {
    pub rule: &'r PolicyRule,
    /// Under the ceiling of its set.
    pub severity: Severity,
    /// Who approves what it finds.
    pub owners: &'r [Name],
    /// How many people of each; 0 asks for nobody.
    pub approvals: u32,
    /// The first day on which it counts for what is there already.
    pub enforce_from: Option<Date>,
}

/// What a rule's own annotation leaves open, that of its set says.
pub fn in_force<'r>(rule: &'r PolicyRule, documents: &'r Documents) -> InForce<'r> {
    let set = set_of(documents, rule);
    InForce {
        rule,
        severity: under_ceiling(rule.severity, set),
        owners: match (rule.owners.is_empty(), set) {
            (true, Some(set)) => &set.owners,
            _ => &rule.owners,
        },
        approvals: rule.approvals.or_else(|| set.and_then(|set| set.approvals)).unwrap_or(0),
        enforce_from: set.and_then(|set| set.enforce_from),
    }
}

/// The set that a rule belongs to: the one with the longest path.
pub(super) fn set_of<'d>(documents: &'d Documents, rule: &PolicyRule) -> Option<&'d PolicySet> {
    let sets = documents.declarations.platforms.iter().flat_map(|platform| &platform.spec.policies);
    sets.filter(|set| holds(&set.path, rule.at.path.as_str())).max_by_key(|set| set.path.len())
}

fn holds(folder: &str, path: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a set lets through of a severity.
fn under_ceiling(severity: Severity, set: Option<&PolicySet>) -> Severity {
    set.and_then(|set| set.ceiling).map_or(severity, |ceiling| severity.min(ceiling.severity()))
}

/// Sets that hold nothing, and owners that are no teams.
pub fn check(policies: &Policies, documents: &Documents, findings: &mut Findings) {
    let teams: BTreeSet<&str> = documents.declarations.teams.iter().map(|team| team.metadata.name.as_str()).collect();
    let unknown = |owner: &str| (!teams.contains(owner)).then(|| nearest(owner, teams.iter().copied()));
    for platform in &documents.declarations.platforms {
        for (number, set) in platform.spec.policies.iter().enumerate() {
            let place = |field: &str| place(documents, platform, number, field);
            if !policies.policies.iter().any(|policy| holds(&set.path, policy.path.as_str()))
                && !has_files(documents, &set.path)
            {
                let near = nearest(&set.path, folders(policies).iter().copied());
                findings.push(wording::unknown_set(place("path"), &set.path, near));
            }
            for owner in &set.owners {
                if let Some(near) = unknown(owner) {
                    findings.push(wording::unknown_owner(place("owners"), owner, near));
                }
            }
        }
    }
    for rule in policies.rules() {
        for owner in &rule.owners {
            if let Some(near) = unknown(owner) {
                findings.push(wording::unknown_owner(rule.at.clone(), owner, near));
            }
        }
    }
}

/// A policy that has mistakes, which have been told, is there all the same.
fn has_files(documents: &Documents, path: &str) -> bool {
    super::rego_files(&documents.snapshot).any(|(file, _)| holds(path, file.as_str()))
}

fn place<S>(documents: &Documents, platform: &Declared<S>, number: usize, field: &str) -> crate::model::Location {
    documents.locate(&platform.place(&["spec", "policies", &number.to_string(), field]))
}

fn folders(policies: &Policies) -> BTreeSet<&str> {
    policies.policies.iter().map(|policy| policy.path.parent()).filter(|folder| *folder != FOLDER).collect()
}
