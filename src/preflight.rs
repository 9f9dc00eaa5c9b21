//! Two revisions in, the report of a change out: findings, differences, cost, capacity, access, what can be undone, and
//! who has to approve. Pure.

use crate::check::{Against, Loaded, Merged, Side, against};
use crate::compile::{CompileError, CompiledUnit, Source, Watch};
use crate::emit::Artifact;
use crate::link::Graph;
use crate::model::kinds::Team;
use crate::model::{Findings, Name};
use crate::read::Declared;
use crate::report::{Judged, Report};
use crate::review::policy::RequiredApproval;
use crate::review::preflight::{Reviewed, UnitFacts, preflight as review};
use crate::review::verdict::Approval;
use std::collections::{BTreeMap, BTreeSet};

/// What base says of those whom a change concerns: a change must not say who its judges are.
#[derive(Debug, Clone, Default)]
pub struct AtBase {
    /// Of head, where base declares none: the first change of all.
    pub teams: Vec<Declared<Team>>,
    pub graph: Graph,
    /// Of services and shared resources.
    pub owners: BTreeMap<Name, Name>,
}

/// Judges a change.
///
/// # Errors
/// When a unit cannot be written as it was meant.
pub fn preflight(base: Loaded, head: Loaded, watch: &dyn Watch) -> Result<Judged, CompileError> {
    Ok(judge(base, head, watch)?.0)
}

/// The same, with those whom it concerns.
///
/// # Errors
/// When a unit cannot be written as it was meant.
pub fn judge(base: Loaded, head: Loaded, watch: &dyn Watch) -> Result<(Judged, AtBase), CompileError> {
    let today = head.as_of;
    let keep = |source: Source<'_, '_>, artifacts: Vec<Artifact>| {
        (CompiledUnit::new(source.id(), artifacts), UnitFacts::of(source))
    };
    let Against { mut report, base, head, merged } = against(base, head, watch, &keep)?;
    let (base, head) = (reviewed(base), reviewed(head));
    let merged = merged.map(|Merged { side, files, new_findings }| (reviewed(side), files, new_findings));
    let mut findings = Findings::default();
    let after = merged.as_ref().map(|(side, files, _)| (side, files.clone()));
    let mut preflight = review(&base, &head, after, today, &mut findings);
    if let (Some(effect), Some((_, _, new_findings))) = (&mut preflight.platform, &merged) {
        effect.new_findings = *new_findings;
    }
    report.findings.drain(..).for_each(|finding| findings.push(finding));
    report.findings = findings.into_sorted();
    for (team, count, reason) in asked(&report) {
        ask(&mut preflight.approvals, team, count, reason);
    }
    Ok((Judged { preflight, report, ..Judged::default() }, at_base(base, &head)))
}

fn at_base(base: Reviewed, head: &Reviewed) -> AtBase {
    let declared = base.documents.declarations;
    let services = declared.services.iter().map(|one| (one.metadata.name.clone(), one.metadata.owner.clone()));
    let resources = declared.resources.iter().map(|one| (one.metadata.name.clone(), one.metadata.owner.clone()));
    let owned = services.chain(resources).filter_map(|(name, owner)| Some((name, owner?)));
    let teams = match declared.teams.is_empty() {
        true => head.documents.declarations.teams.clone(),
        false => declared.teams.clone(),
    };
    AtBase { owners: owned.collect(), teams, graph: base.graph }
}

fn reviewed(side: Side<(CompiledUnit, UnitFacts)>) -> Reviewed {
    let Side { documents, graph, kept } = side;
    let facts = kept.iter().map(|(unit, facts)| (unit.id.clone(), facts.clone())).collect();
    Reviewed { documents, graph, units: kept.into_iter().map(|(unit, _)| unit).collect(), facts }
}

/// Whom policies ask, and who declared exceptions that this change brings.
fn asked(report: &Report) -> Vec<(Name, u32, String)> {
    let policies = report.approvals.iter().map(|one| (one.owner.clone(), one.count, asked_by_policies(one)));
    let waivers = report.waived.iter().filter(|one| one.is_new);
    let waivers = waivers.map(|one| (one.approver.clone(), 1, format!("waiver {}", one.waiver)));
    policies.chain(waivers).collect()
}

/// Why a team is asked, where it is its policies that ask.
pub fn asked_by_policies(one: &RequiredApproval) -> String {
    let what = if one.fingerprints.len() == 1 { "1 finding of its policies" } else { "findings of its policies" };
    what.to_owned()
}

/// The most that is asked of a team, for all its reasons.
fn ask(approvals: &mut Vec<Approval>, team: Name, count: u32, because: String) {
    match approvals.iter_mut().find(|one| one.team == team) {
        Some(one) => {
            one.count = one.count.max(count);
            one.because.insert(because);
        }
        None => approvals.push(Approval { team, count, because: BTreeSet::from([because]) }),
    }
    approvals.sort();
}
