//! Waivers: findings and declared exceptions in; what still counts, and what is excused by whom, out.

pub mod rules;

use crate::model::kinds::Waiver;
use crate::model::{Date, Finding, Findings, Location, Name, Severity};
use crate::read::{Declared, Documents};
use std::collections::{BTreeMap, BTreeSet};

/// A finding that is excused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    pub finding: Finding,
    /// The name of the waiver, and where it is declared.
    pub waiver: Name,
    pub at: Location,
    pub reason: String,
    pub approver: Name,
    pub expires: Date,
    /// Declared, or declared otherwise, by the change that is checked: its approver must approve the change, and so must
    /// those whose rule it is.
    pub is_new: bool,
}

/// Takes what is waived from the findings, and adds what is wrong with the waivers. Without a day, none has expired.
pub fn apply(documents: &Documents, findings: Vec<Finding>, on: Option<Date>) -> (Vec<Finding>, Vec<Waived>) {
    let waivers = &documents.declarations.waivers;
    if waivers.is_empty() {
        return (findings, Vec::new());
    }
    let mut told = Findings::default();
    // The first waiver of a fingerprint counts; any other waives nothing.
    let mut counting: BTreeMap<&str, &Declared<Waiver>> = BTreeMap::new();
    for waiver in waivers {
        match has_expired(&waiver.spec, on) {
            true => told.push(expired(documents.locate(&waiver.place(&["spec", "expires"])), waiver)),
            false => drop(counting.entry(waiver.spec.fingerprint.as_str()).or_insert(waiver)),
        }
    }
    let mut used: BTreeMap<&str, bool> = counting.keys().map(|fingerprint| (*fingerprint, false)).collect();
    let mut waived = Vec::new();
    for finding in findings {
        let waiver = counting.get(finding.fingerprint().as_str()).copied();
        match waiver {
            Some(waiver) if is_waivable(&finding) => {
                used.insert(&waiver.spec.fingerprint, true);
                waived.push(Waived::of(documents, waiver, finding));
            }
            Some(waiver) => {
                used.insert(&waiver.spec.fingerprint, true);
                told.push(not_waivable(documents.locate(&waiver.place(&["spec", "fingerprint"])), waiver, &finding));
                told.push(finding);
            }
            None => told.push(finding),
        }
    }
    for waiver in waivers.iter().filter(|waiver| !has_expired(&waiver.spec, on)) {
        let fingerprint = waiver.spec.fingerprint.as_str();
        let counts = counting.get(fingerprint).is_some_and(|first| first.document == waiver.document);
        if !counts || !used[fingerprint] {
            told.push(unused(documents.locate(&waiver.place(&["spec", "fingerprint"])), waiver));
        }
    }
    (told.into_sorted(), waived)
}

/// The same for what is found later than all else. What is told of a waiver that turns out to be for one of those is taken
/// back.
pub fn apply_late(
    documents: &Documents,
    found: Vec<Finding>,
    on: Option<Date>,
    told: &mut Vec<Finding>,
) -> (Vec<Finding>, Vec<Waived>) {
    let fingerprints: BTreeSet<String> = found.iter().map(Finding::fingerprint).collect();
    let (mut found, waived) = apply(documents, found, on);
    found.retain(|finding| finding.rule != &rules::UNUSED && finding.rule != &rules::EXPIRED);
    for waiver in documents.declarations.waivers.iter().filter(|one| fingerprints.contains(&one.spec.fingerprint)) {
        let waives_nothing = waives_nothing(&waiver.metadata.name);
        told.retain(|finding| finding.rule != &rules::UNUSED || finding.message != waives_nothing);
    }
    (found, waived)
}

impl Waived {
    /// Whether a revision declares the same exception.
    pub fn is_declared_in(&self, documents: &Documents) -> bool {
        let fingerprint = self.finding.fingerprint();
        documents.declarations.waivers.iter().map(|one| &one.spec).any(|one| {
            (&one.fingerprint, &one.approver, one.expires, &one.reason)
                == (&fingerprint, &self.approver, self.expires, &self.reason)
        })
    }

    /// Whether it is the same exception: of the same finding, by the same approver, for as long and for the same reason.
    pub fn says_the_same(&self, other: &Waived) -> bool {
        let said = |one: &Waived| (one.finding.fingerprint(), one.approver.clone(), one.expires, one.reason.clone());
        said(self) == said(other)
    }

    fn of(documents: &Documents, waiver: &Declared<Waiver>, finding: Finding) -> Waived {
        Waived {
            finding,
            waiver: waiver.metadata.name.clone(),
            at: documents.locate(&waiver.name_place()),
            reason: waiver.spec.reason.clone(),
            approver: waiver.spec.approver.clone(),
            expires: waiver.spec.expires,
            is_new: false,
        }
    }
}

fn has_expired(waiver: &Waiver, on: Option<Date>) -> bool {
    on.is_some_and(|day| waiver.expires < day)
}

fn is_waivable(finding: &Finding) -> bool {
    let is_of_the_organisation =
        finding.rule.id.starts_with("policy/") && !crate::review::policy::rules::ALL.contains(&finding.rule);
    is_of_the_organisation || finding.severity() == Severity::Warning
}

/// Whether a finding says that a waiver is unused which is used after all: when other rules judge, too.
pub fn is_refuted(finding: &Finding, used: &Waived) -> bool {
    finding.rule == &rules::UNUSED && finding.at.path == used.at.path && finding.message == waives_nothing(&used.waiver)
}

fn waives_nothing(waiver: &Name) -> String {
    format!("waiver {waiver} waives nothing")
}

fn unused(at: Location, waiver: &Declared<Waiver>) -> Finding {
    Finding::new(&rules::UNUSED, at, waives_nothing(&waiver.metadata.name))
        .label("no finding has this fingerprint")
        .help("remove the waiver; while the finding is still there, copy its fingerprint anew")
        .help("only findings of policies, and warnings, can be waived")
}

fn expired(at: Location, waiver: &Declared<Waiver>) -> Finding {
    Finding::new(&rules::EXPIRED, at, format!("waiver {} expired on {}", waiver.metadata.name, waiver.spec.expires))
        .label("its last day has passed")
        .help(format!("mend what it excuses, or let {} agree to a later day", waiver.spec.approver))
}

fn not_waivable(at: Location, waiver: &Declared<Waiver>, finding: &Finding) -> Finding {
    let message =
        format!("waiver {} is for an error of {}, which cannot be waived", waiver.metadata.name, finding.rule.id);
    Finding::new(&rules::NOT_WAIVABLE, at, message)
        .label("neither of a policy nor a warning")
        .related(finding.at.clone(), "the error")
        .help(format!("{} cannot be waived: mend what it found and remove the waiver", finding.rule.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RepoPath, Rule, intern};
    use crate::read::{Snapshot, read};

    static WARNING: Rule = Rule { id: "test/warning", severity: Severity::Warning, summary: "", explanation: "" };
    static ERROR: Rule = Rule { id: "test/error", severity: Severity::Error, summary: "", explanation: "" };

    const TEAM: &str =
        "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: security}\nspec: {forgeTeam: \"@a/s\"}\n";

    fn waiver(name: &str, fingerprint: &str, approver: &str) -> String {
        format!(
            "---\napiVersion: pavior.dev/v1\nkind: Waiver\nmetadata: {{name: {name}}}\nspec:\n  fingerprint: \"{fingerprint}\"\n  reason: because it is so\n  approver: {approver}\n  expires: 2027-06-30\n"
        )
    }

    fn found(rule: &'static Rule) -> Finding {
        Finding::new(rule, Location::file(RepoPath::literal("catalog/a.yaml")), "wrong")
    }

    fn applied(waivers: &str, findings: Vec<Finding>, on: &str) -> (Vec<&'static str>, Vec<String>) {
        let snapshot = Snapshot::of([("catalog/w.yaml", format!("{TEAM}{waivers}").as_str())]);
        let mut mistakes = Findings::default();
        let documents = read(snapshot, &mut mistakes);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let (findings, waived) = apply(&documents, findings, Date::parse(on));
        let waived = waived.iter().map(|one| format!("{} {}", one.waiver, one.finding.rule.id)).collect();
        (findings.iter().map(|finding| finding.rule.id).collect(), waived)
    }

    #[test]
    fn a_policy_and_a_warning_are_waived_and_an_error_of_ours_is_not() {
        let policy = intern("policy/x", Severity::Error, "", "");
        for rule in [policy, &WARNING] {
            let waivers = waiver("w", &found(rule).fingerprint(), "security");
            assert_eq!(applied(&waivers, vec![found(rule)], "2027-06-30"), (vec![], vec![format!("w {}", rule.id)]));
        }
        let waivers = waiver("w", &found(&ERROR).fingerprint(), "security");
        assert_eq!(applied(&waivers, vec![found(&ERROR)], ""), (vec!["test/error", "waiver/not-waivable"], vec![]));
    }

    #[test]
    fn a_waiver_ends_with_its_day_and_the_finding_counts_again() {
        let waivers = waiver("w", &found(&WARNING).fingerprint(), "security");
        assert_eq!(applied(&waivers, vec![found(&WARNING)], "2027-07-01").0, ["test/warning", "waiver/expired"]);
        assert_eq!(applied(&waivers, vec![found(&WARNING)], "").1, ["w test/warning"]);
    }

    #[test]
    fn a_waiver_of_what_is_found_late_waives_it_or_is_told_that_it_cannot() {
        let late = |rule| {
            let text = format!("{TEAM}{}", waiver("w", &found(rule).fingerprint(), "security"));
            let documents = read(Snapshot::of([("catalog/w.yaml", text.as_str())]), &mut Findings::default());
            let (mut told, _) = apply(&documents, Vec::new(), None);
            assert_eq!(told[0].rule.id, "waiver/unused");
            let (found, waived) = apply_late(&documents, vec![found(rule)], None, &mut told);
            assert_eq!(told, []);
            let declared: Vec<bool> = waived.iter().map(|one| one.is_declared_in(&documents)).collect();
            (found.iter().map(|one| one.rule.id).collect::<Vec<_>>(), declared)
        };
        assert_eq!(late(&WARNING), (vec![], vec![true]));
        assert_eq!(late(&ERROR), (vec!["test/error", "waiver/not-waivable"], vec![]));
    }

    #[test]
    fn a_waiver_of_nothing_and_a_second_one_of_the_same_are_unused() {
        assert_eq!(applied(&waiver("w", "0123456789abcdef", "security"), vec![], "").0, ["waiver/unused"]);
        let twice = ["a", "b"].map(|name| waiver(name, &found(&WARNING).fingerprint(), "security")).concat();
        let (findings, waived) = applied(&twice, vec![found(&WARNING)], "");
        assert_eq!((findings, waived), (vec!["waiver/unused"], vec!["a test/warning".to_owned()]));
    }
}
