//! What a report asks for, as approvals are counted: the one place that knows the report's own words for it.

use super::teams::{TeamHandle, Teams};
use crate::model::Name;
use crate::report::Judged;
use crate::review::verdict::Ground;
use std::collections::BTreeSet;

/// So many people of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    pub team: Name,
    /// None where base does not declare the team: then nobody can approve for it.
    pub handle: Option<TeamHandle>,
    pub count: u32,
    /// So many of them have to have seen the head.
    pub at_head: u32,
    /// What policies ask of the others.
    pub sticky: Vec<Sticky>,
    /// Sorted.
    pub because: Vec<String>,
}

/// So many approvals that last for as long as no finding comes to those that were approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticky {
    pub count: u32,
    pub fingerprints: BTreeSet<String>,
}

/// By team.
pub fn needed(judged: &Judged, teams: &Teams) -> Vec<Needed> {
    let asked = |team: &Name| {
        let by_policies = judged.report.approvals.iter().filter(|one| one.owner == *team).collect::<Vec<_>>();
        let findings: BTreeSet<String> = by_policies.iter().flat_map(|one| one.fingerprints.iter().cloned()).collect();
        let sticky = by_policies
            .iter()
            .map(|one| Sticky { count: one.count, fingerprints: one.fingerprints.iter().cloned().collect() });
        (findings, sticky.collect())
    };
    let needed = judged.preflight.approvals.iter().map(|one| {
        let (findings, sticky): (BTreeSet<String>, Vec<Sticky>) = asked(&one.team);
        let of_policies = |ground: &Ground| {
            ground.units.is_empty() && !ground.fingerprints.is_empty() && ground.fingerprints.is_subset(&findings)
        };
        // The report adds nothing up: where something else asks for the team too, all of them look at the head.
        let policies_alone = one.because.values().all(of_policies);
        Needed {
            team: one.team.clone(),
            handle: teams.get(&one.team).map(|team| team.handle.clone()),
            count: one.count,
            at_head: if policies_alone { 0 } else { one.count },
            sticky,
            because: one.because.keys().cloned().collect(),
        }
    });
    needed.filter(|one| one.count > 0).collect()
}
