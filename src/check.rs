//! A check: one snapshot, or two, become a report. Pure.
//!
//! With a base revision, the platform files of base judge the declarations of head, so that a change cannot loosen
//! what judges it; and what base has wrong already is not held against the change. Environments count as platform files.

use crate::compile::{CompileError, Source, UnitOutline, Watch, compile_amended};
use crate::emit::Artifact;
use crate::link::Graph;
use crate::model::kinds::Environment;
use crate::model::{Date, Finding, Findings, Location, RepoPath, Severity};
use crate::read::{Declarations, Declared, Documents, Snapshot, secrets};
use crate::report::{Inventory, Report};
use crate::review::base::{Base, Was};
use crate::review::platform::{changed_environments, changed_files, govern, governed, is_platform_file};
use crate::review::policy::{self, Judged, Policies, required_approvals};
use crate::review::waivers;
use crate::rules;
use std::collections::{BTreeMap, BTreeSet};

/// What loading a revision gives.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub snapshot: Snapshot,
    pub findings: Findings,
    /// The day that waivers and policy sets are held against: that of the commit. None where there is no commit.
    pub as_of: Option<Date>,
}

/// Checks a repository as it is.
pub fn check(head: Loaded) -> Result<Report, CompileError> {
    check_watched(head, &())
}

/// The same, telling of each stage as it ends.
pub fn check_watched(head: Loaded, watch: &dyn Watch) -> Result<Report, CompileError> {
    let graced_on = head.as_of;
    let (mut report, _) = judged(head, graced_on, watch, &|_, _| (), None, &[])?;
    // Nothing is merged here: what is waived asks nobody.
    ask_only_for(&mut report, |_| false);
    Ok(report)
}

/// A compilation, with what the caller keeps of each unit.
#[derive(Debug)]
pub struct Side<T> {
    pub documents: Documents,
    pub graph: Graph,
    pub kept: Vec<T>,
}

/// A change, compiled from all sides that matter.
#[derive(Debug)]
pub struct Against<T> {
    /// What head has wrong and base has not.
    pub report: Report,
    pub base: Side<T>,
    /// The declarations of head under the platform files that count: those of base, where it has any.
    pub head: Side<T>,
    /// Head under its own platform files, where it changes any.
    pub merged: Option<Merged<T>>,
}

/// How it will be after the merge.
#[derive(Debug)]
pub struct Merged<T> {
    pub side: Side<T>,
    /// Of the platform, that differ.
    pub files: Vec<RepoPath>,
}

/// Compiles, asks the policies, and takes what is waived from what they and everybody else found. `environments` count in
/// place of those of the same names.
fn judged<T: Send>(
    head: Loaded,
    graced_on: Option<Date>,
    watch: &dyn Watch,
    keep: Keep<'_, T>,
    base: Option<&Base<'_>>,
    environments: &[Declared<Environment>],
) -> Result<(Report, Side<T>), CompileError> {
    let Loaded { snapshot, mut findings, as_of } = head;
    let (snapshot, hidden) = secrets::hide(snapshot, &mut findings);
    let policies = Policies::of(&snapshot, &mut findings);
    let kept = |source: Source<'_, '_>, artifacts: Vec<Artifact>| {
        let outline = UnitOutline { id: source.id(), files: artifacts.len() };
        let compared = base.map(|base| base.compared(source, &artifacts, policies.needs()));
        let opinion = policies.opinion(source, compared.as_ref());
        (outline, compared.and_then(|compared| compared.former), opinion, keep(source, artifacts))
    };
    let amend = |declared: &mut Declarations| govern(&mut declared.environments, environments);
    let (documents, graph, units) = compile_amended(snapshot, amend, &mut findings, watch, kept)?;
    let (mut outlines, mut formers, mut opinions, mut kept) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (outline, former, opinion, rest) in units {
        outlines.push(outline);
        formers.extend(former);
        opinions.push(opinion);
        kept.push(rest);
    }
    if let Some(base) = base {
        let at_head = outlines.iter().map(|outline| &outline.id).chain(&formers).collect();
        opinions.extend(base.opinions_of_what_goes(&policies, &at_head)?);
    }
    let how = Judged { documents: &documents, base: base.map(Base::documents), graced_on };
    findings.extend(policy::findings(&policies, opinions, &how));
    hidden.silence(&mut findings);
    let (findings, waived) = waivers::apply(&documents, findings.into_sorted(), as_of);
    let report = Report {
        inventory: Inventory::of(&documents, &outlines, rules::all().count() + policies.rules().len()),
        policies: policies.rules().len(),
        approvals: required_approvals(
            &policies,
            &documents,
            findings.iter().chain(waived.iter().map(|one| &one.finding)),
        ),
        notes: notes(&documents, as_of),
        files: documents.snapshot.files.len(),
        sources: documents.snapshot.files.clone(),
        findings,
        waived,
        ..Report::default()
    };
    Ok((report, Side { documents, graph, kept }))
}

/// What of a kept unit is compared with head.
pub type Comparable<T> = fn(&T) -> Was<'_>;

/// What to keep of each unit.
pub type Keep<'k, T> = &'k (dyn Fn(Source<'_, '_>, Vec<Artifact>) -> T + Sync);

fn notes(documents: &Documents, as_of: Option<Date>) -> Vec<String> {
    let is_dated = !documents.declarations.waivers.is_empty();
    let undated = (is_dated && as_of.is_none()).then(no_day_is_known);
    undated.into_iter().chain(exempt_note(&documents.snapshot)).collect()
}

/// Checks a change: what head has wrong and base has not.
pub fn check_against(base: Loaded, head: Loaded) -> Result<Report, CompileError> {
    check_against_watched(base, head, &())
}

/// The same, telling of each stage of each compilation as it ends.
pub fn check_against_watched(base: Loaded, head: Loaded, watch: &dyn Watch) -> Result<Report, CompileError> {
    Ok(against(base, head, watch, &|_, _| (), None)?.report)
}

/// The same, for a caller that wants to know more of the units of all sides. Where what it keeps can be compared, policies
/// are told what the change does to each unit.
pub fn against<T: Send>(
    base: Loaded,
    head: Loaded,
    watch: &dyn Watch,
    keep: Keep<'_, T>,
    comparable: Option<Comparable<T>>,
) -> Result<Against<T>, CompileError> {
    let mut platform = changed_files(&base.snapshot, &head.snapshot);
    let is_governed = base.snapshot.files.keys().any(is_platform_file);
    let base = Loaded { as_of: head.as_of, ..base };
    let ruled = governed(&base.snapshot, &head.snapshot);
    // Grace is for what is there already; what a change adds counts from the first day.
    let (before, base) = judged(base, None, watch, keep, None, &[])?;
    let was = comparable.map(|comparable| Base::new(&base.documents, base.kept.iter().map(comparable)));
    let by_base = Loaded { snapshot: ruled, findings: head.findings.clone(), as_of: head.as_of };
    let (mut report, own) = judged(head, None, watch, keep, was.as_ref(), &[])?;
    platform.extend(changed_environments(&base.documents, &own.documents));
    let (head, merged) = match (is_governed, platform.is_empty()) {
        (false, _) => {
            report.notes.insert(0, base_has_no_platform_files());
            (own, None)
        }
        (true, true) => (own, None),
        (true, false) => {
            let environments = &base.documents.declarations.environments;
            let (by_base, head) = judged(by_base, None, watch, keep, was.as_ref(), environments)?;
            let known = by_base.findings.iter().chain(&before.findings).map(Finding::fingerprint).collect();
            report = judged_by_both(by_base, report, &platform, &known);
            (head, Some(Merged { side: own, files: platform.into_iter().collect() }))
        }
    };
    subtract(&mut report, &before);
    Ok(Against { report, base, head, merged })
}

/// Takes away what base has already.
fn subtract(report: &mut Report, before: &Report) {
    let found = report.findings.len();
    report.findings = new_findings(std::mem::take(&mut report.findings), &before.findings);
    report.known = found - report.findings.len();
    for waived in &mut report.waived {
        waived.is_new = !before.waived.iter().any(|one| one.says_the_same(waived));
    }
    // An exception is no way around those whose rule it is.
    ask_only_for(report, |waived| waived.is_new);
}

/// Asks for approvals of findings, and of what is waived where it shall be asked for.
fn ask_only_for(report: &mut Report, counts: fn(&waivers::Waived) -> bool) {
    let waived = report.waived.iter().filter(|one| counts(one)).map(|one| &one.finding);
    let asked: BTreeSet<String> = report.findings.iter().chain(waived).map(Finding::fingerprint).collect();
    for approval in &mut report.approvals {
        approval.fingerprints.retain(|fingerprint| asked.contains(fingerprint));
    }
    report.approvals.retain(|approval| !approval.fingerprints.is_empty());
}

/// Head judged by the platform files of base, and by its own as it will be after the merge. `known` are the findings that
/// are there without those.
fn judged_by_both(by_base: Report, own: Report, platform: &BTreeSet<RepoPath>, known: &BTreeSet<String>) -> Report {
    let mut report = own;
    let own: BTreeMap<String, Severity> =
        report.findings.iter().map(|finding| (finding.fingerprint(), finding.severity())).collect();
    // What base's rules call an error is one, whatever the change calls it.
    let worse = |finding: &Finding| own.get(&finding.fingerprint()).is_none_or(|own| *own < finding.severity());
    let (worse, _): (Vec<Finding>, Vec<Finding>) = by_base.findings.into_iter().partition(worse);
    let replaced: BTreeSet<String> = worse.iter().map(Finding::fingerprint).collect();
    report.findings.retain(|finding| !replaced.contains(&finding.fingerprint()));
    let waived: BTreeSet<String> = report.waived.iter().map(|one| one.finding.fingerprint()).collect();
    report.waived.extend(by_base.waived.into_iter().filter(|one| !waived.contains(&one.finding.fingerprint())));
    report.approvals.extend(by_base.approvals);
    report.approvals.sort();
    report.approvals.dedup();
    // A waiver of what base's policies alone find waives something.
    report.findings.retain(|finding| !report.waived.iter().any(|used| waivers::is_refuted(finding, used)));
    let mut findings = Findings::default();
    for finding in worse {
        findings.push(without_spans_in(finding.help(counts_until_the_merge()), platform));
    }
    for finding in report.findings {
        let is_new = !known.contains(&finding.fingerprint());
        report.after_merge.extend(is_new.then(|| finding.fingerprint()));
        findings.push(if is_new { finding.help(counts_after_the_merge()) } else { finding });
    }
    report.findings = findings.into_sorted();
    report.notes.push(platform_files_differ(platform));
    report
}

/// The report shows the texts of head; a span of another text would point at the wrong words.
fn without_spans_in(mut finding: Finding, platform: &BTreeSet<RepoPath>) -> Finding {
    let forget = |at: &mut Location| {
        if platform.contains(&at.path) {
            at.span = None;
        }
    };
    forget(&mut finding.at);
    finding.related.iter_mut().for_each(|label| forget(&mut label.at));
    if finding.at.span.is_none() {
        finding.fix = None;
    }
    finding
}

/// Those beyond what is known: a second one of the same fingerprint is new. A secret is always told: it is no less
/// known to others for being in base, and another one may have taken its place.
fn new_findings(findings: Vec<Finding>, known: &[Finding]) -> Vec<Finding> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in known {
        *counts.entry(finding.fingerprint()).or_default() += 1;
    }
    findings
        .into_iter()
        .filter(|finding| match counts.get_mut(&finding.fingerprint()) {
            Some(count) if *count > 0 && !secrets::is_secret(finding.rule) => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

fn exempt_note(snapshot: &Snapshot) -> Option<String> {
    (!snapshot.exempt.is_empty()).then(|| secrets::exempted(&snapshot.exempt))
}

fn no_day_is_known() -> String {
    "there is no commit, so no day is known on which waivers could have expired; --as-of gives one".to_owned()
}

fn base_has_no_platform_files() -> String {
    "the base revision has no platform files: those of this change judge it".to_owned()
}

fn counts_until_the_merge() -> String {
    "the platform files of the base revision say so; what this change makes of them counts from the merge on".to_owned()
}

fn counts_after_the_merge() -> String {
    "only the platform files of this change say so: it will be so after the merge".to_owned()
}

fn platform_files_differ(platform: &BTreeSet<RepoPath>) -> String {
    let names: Vec<&str> = platform.iter().map(RepoPath::as_str).collect();
    format!(
        "this change edits platform files ({}): it is judged by those of the base revision, and by its own as they \
         would be after the merge",
        crate::model::listed(names, 3)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rule;

    static RULE: Rule = Rule { id: "test/rule", severity: Severity::Error, summary: "", explanation: "" };

    fn loaded(files: &[(&str, &str)], messages: &[&str]) -> Loaded {
        let mut findings = Findings::default();
        for (line, message) in messages.iter().enumerate() {
            let mut at = Location::file(RepoPath::literal("catalog/cart.yaml"));
            at.start.line += line as u32;
            findings.push(Finding::new(&RULE, at, *message));
        }
        Loaded { snapshot: Snapshot::of(files.iter().copied()), findings, as_of: None }
    }

    fn messages(report: &Report) -> Vec<&str> {
        report.findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    /// Settings and a team that nothing is wrong with.
    const PLATFORM: (&str, &str) = (
        "pavior.yaml",
        "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {organisation: p, owners: [t]}\n",
    );
    const TEAM: (&str, &str) =
        ("catalog/t.yaml", "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: t}\nspec: {forgeTeam: \"@p/t\"}\n");

    #[test]
    fn what_base_has_wrong_already_is_counted_and_not_held_against_a_change() {
        let base = loaded(&[PLATFORM, TEAM], &["old", "mended"]);
        let report = check_against(base, loaded(&[PLATFORM, TEAM], &["new", "old"])).unwrap();
        assert_eq!(messages(&report), ["new"]);
        assert_eq!(report.known, 1);
        assert_eq!(report.notes, Vec::<String>::new());
    }

    #[test]
    fn the_same_mistake_made_again_is_new() {
        let report =
            check_against(loaded(&[PLATFORM, TEAM], &["old"]), loaded(&[PLATFORM, TEAM], &["old", "old"])).unwrap();
        assert_eq!(messages(&report), ["old"]);
        assert_eq!(report.known, 1);
    }

    #[test]
    fn the_first_change_is_judged_by_its_own_platform_files_and_says_so() {
        let report = check_against(loaded(&[], &[]), loaded(&[PLATFORM, TEAM], &[])).unwrap();
        assert_eq!(report.notes, [base_has_no_platform_files()]);
    }

    #[test]
    fn a_change_of_platform_files_is_named() {
        let head = loaded(&[PLATFORM, TEAM, ("golden-paths/a.rego", "")], &["new"]);
        let report = check_against(loaded(&[PLATFORM, TEAM], &[]), head).unwrap();
        assert_eq!(messages(&report), ["new"]);
        assert!(report.notes[0].contains("`golden-paths/a.rego`"), "{:?}", report.notes);
    }
}
