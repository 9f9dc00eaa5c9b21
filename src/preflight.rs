//! Two revisions in, the report of a change out: findings, differences, cost, capacity, access, what can be undone, and
//! who has to approve. Pure.

use crate::check::{Against, Loaded, Merged, Side, against};
use crate::compile::{CompileError, CompiledUnit, Source, Watch};
use crate::emit::Artifact;
use crate::link::Graph;
use crate::model::kinds::Team;
use crate::model::{Finding, Findings, Name};
use crate::read::Declared;
use crate::report::{Judged, Report, counted};
use crate::review::preflight::{Preflight, preflight as review};
use crate::review::sides::{Reviewed, UnitFacts};
use crate::review::verdict::{Approval, Ground};
use crate::review::waivers;
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
    let Against { mut report, base, head, merged } =
        against(base, head, watch, &keep, Some(|(unit, facts)| (unit, facts)))?;
    let (base, head) = (reviewed(base), reviewed(head));
    // Only where something is wrong: else what is not there was taken away.
    let not_compiled = match report.findings.iter().any(keeps_from_compiling) {
        true => base.not_compiled_at(&head),
        false => BTreeSet::new(),
    };
    let merged = merged.map(|Merged { side, files }| (reviewed(side), files));
    let mut found = Findings::default();
    let mut preflight = match not_compiled.is_empty() {
        true => review(&base, &head, merged.as_ref().map(|(side, files)| (side, files.clone())), today, &mut found),
        false => Preflight { not_compiled, ..Preflight::default() },
    };
    if let Some(effect) = &mut preflight.platform {
        effect.new_findings.extend(std::mem::take(&mut report.after_merge));
    }
    let declared = merged.as_ref().map_or(&head.documents, |(merged, _)| &merged.documents);
    let (found, mut waived) = waivers::apply_late(declared, found.into_sorted(), today, &mut report.findings);
    for one in &mut waived {
        one.is_new = !one.is_declared_in(&base.documents);
    }
    report.waived.extend(waived);
    let mut findings = Findings::default();
    found.into_iter().for_each(|finding| findings.push(finding));
    report.findings.drain(..).for_each(|finding| findings.push(finding));
    report.findings = findings.into_sorted();
    for (team, because, ground) in asked(&report).into_iter().chain(asked_by_declarations(&preflight)) {
        ask(&mut preflight.approvals, team, because, ground);
    }
    Ok((Judged { preflight, report, ..Judged::default() }, at_base(base, &head)))
}

/// Whether a finding is of the compiler: what others find is found in what was compiled.
fn keeps_from_compiling(finding: &Finding) -> bool {
    const OTHERS: [&str; 5] = ["policy/", "waiver/", "cost/", "capacity/", "request/"];
    finding.is_error() && !OTHERS.iter().any(|stage| finding.rule.id.starts_with(stage))
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
fn asked(report: &Report) -> Vec<(Name, String, Ground)> {
    let mut policies: BTreeMap<&Name, Ground> = BTreeMap::new();
    for one in &report.approvals {
        let fingerprints = one.fingerprints.iter().cloned().collect();
        policies.entry(&one.owner).or_default().add(Ground { count: one.count, fingerprints, ..Ground::default() });
    }
    let policies = policies.into_iter().map(|(owner, ground)| {
        (owner.clone(), format!("{} of its policies", counted(ground.fingerprints.len(), "finding")), ground)
    });
    let waivers = report.waived.iter().filter(|one| one.is_new).map(|one| {
        let fingerprints = BTreeSet::from([one.finding.fingerprint()]);
        let ground = Ground { count: 1, fingerprints, ..Ground::default() };
        (one.approver.clone(), format!("waiver {}", one.waiver), ground)
    });
    policies.chain(waivers).collect()
}

/// Those whose policies the change would have otherwise, and those whose word it takes for people, places and secrets.
fn asked_by_declarations(preflight: &Preflight) -> Vec<(Name, String, Ground)> {
    let ground = |count, fingerprint: &String| Ground {
        count,
        fingerprints: BTreeSet::from([fingerprint.clone()]),
        ..Ground::default()
    };
    let policies = preflight.platform.iter().flat_map(|effect| &effect.policies).flat_map(|one| {
        let ground = ground(one.approvals, &one.fingerprint);
        one.owners.iter().map(move |owner| (owner.clone(), "its policies change".to_owned(), ground.clone()))
    });
    let declared = preflight.declared.iter().flat_map(|one| {
        one.asks.iter().map(|(team, because)| (team.clone(), because.clone(), ground(1, &one.fingerprint)))
    });
    policies.chain(declared).collect()
}

/// The most that is asked of a team, for all its reasons.
fn ask(approvals: &mut Vec<Approval>, team: Name, because: String, ground: Ground) {
    let known = approvals.iter().position(|one| one.team == team).map(|place| approvals.remove(place).because);
    let mut reasons = known.unwrap_or_default();
    reasons.entry(because).or_default().add(ground);
    approvals.push(Approval::of(team, reasons));
    approvals.sort();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Snapshot;

    const PLATFORM: &str =
        "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {organisation: p, owners: [t]}\n";
    const TEAM: &str = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: t}\nspec: {forgeTeam: \"@p/t\"}\n";
    const LOCAL: &str = "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {name: local, owner: t}\nspec: {class: \
                         development, provider: local, domain: l.localhost, capacity: {cpu: \"4\", memory: 8Gi, pods: 9}, \
                         terraform: {backend: {local: {}}}}\n";
    /// Tells all that it knows of a change, in one line.
    const POLICY: &str = "\
package pavior.told

warn contains sprintf(\"%s of %d, %s: pods %d of %d, were %d\", [what, count(change.objects), change.reversibility, now, all, was]) if {
	change := input.change
	change.action != \"none\"
	what := sprintf(\"%s %s\", [change.action, object.get(change, \"from\", input.unit.id)])
	now := input.capacity.head.pods
	was := input.capacity.base.pods
	all := input.capacity.environment.pods
	input.unit.kind == \"service\"
}
";
    /// Has no look at the change, and would have something to say of everything.
    const OTHER: &str = "package pavior.other\n\nwarn contains \"is there\" if input.unit.name == \"gone\"\n";

    fn service(name: &str, more: &str) -> String {
        format!(
            "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: {name}, owner: t}}\nspec:\n  containers:\n    main:\n      \
             image: registry.example/x:v1\n      resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{cpu: 200m, \
             memory: 128Mi}}}}\n{more}"
        )
    }

    fn repository(services: &[(&str, &str)]) -> Loaded {
        let mut files = vec![
            ("pavior.yaml".to_owned(), PLATFORM.to_owned()),
            ("catalog/t.yaml".to_owned(), TEAM.to_owned()),
            ("catalog/local.yaml".to_owned(), LOCAL.to_owned()),
            ("policies/told.rego".to_owned(), POLICY.to_owned()),
            ("policies/other.rego".to_owned(), OTHER.to_owned()),
        ];
        files.extend(services.iter().map(|(name, more)| (format!("catalog/{name}.yaml"), service(name, more))));
        let snapshot = Snapshot::of(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        Loaded { snapshot, ..Loaded::default() }
    }

    fn told(base: &[(&str, &str)], head: &[(&str, &str)]) -> Vec<String> {
        let judged = preflight(repository(base), repository(head), &()).unwrap();
        let policies = judged.report.findings.iter().filter(|one| one.rule.id.starts_with("policy/"));
        policies.map(|one| format!("{}: {}", one.at.path, one.message)).collect()
    }

    const ONE: &str = "  scaling: {min: 1, max: 1}\n";
    const TWO: &str = "  scaling: {min: 2, max: 2}\n";

    #[test]
    fn policies_know_what_a_change_does_to_each_unit_and_what_is_left_alone() {
        let base = [("same", ONE), ("more", ONE), ("gone", ONE)];
        assert_eq!(
            told(&base, &[("same", ONE), ("more", TWO), ("new", TWO)]),
            [
                "catalog/gone.yaml: gone in local: delete local/gone of 4, reversible: pods 0 of 9, were 1",
                "catalog/more.yaml: more in local: update local/more of 2, reversible: pods 2 of 9, were 1",
                "catalog/new.yaml: new in local: create local/new of 5, reversible: pods 2 of 9, were 0",
            ]
        );
    }

    #[test]
    fn what_is_renamed_is_compared_with_itself() {
        let renamed = format!("{TWO}  renamedFrom: old\n");
        assert_eq!(
            told(&[("old", ONE)], &[("new", &renamed)]),
            ["catalog/new.yaml: new in local: move local/old of 5, reversible: pods 2 of 9, were 1"]
        );
    }
}
