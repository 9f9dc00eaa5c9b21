//! What rules say of units becomes findings at the lines of declarations, and approvals that those ask for.

use super::settings::{self, InForce, in_force};
use super::wording;
use super::{Fault, Opinion, Policies, Violation, engine};
use crate::model::kinds::Service;
use crate::model::{Date, Finding, Findings, Location, Name, RepoPath, Severity};
use crate::provision::{UnitId, UnitKind};
use crate::read::{Declared, Document, DocumentId, Documents, Node, Part, Place, locate};
use std::collections::{BTreeMap, BTreeSet};

/// How opinions are told.
pub struct Judged<'o> {
    pub documents: &'o Documents,
    /// What is gone at head was declared there.
    pub base: Option<&'o Documents>,
    /// Findings of sets that do not count before a later day are warnings.
    pub graced_on: Option<Date>,
}

/// Whom the findings of policies ask, and for which. A new finding asks anew; what is approved stays so for as long as
/// its fingerprint does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequiredApproval {
    pub owner: Name,
    pub count: u32,
    /// Sorted.
    pub fingerprints: Vec<String>,
}

/// Findings about declarations, and about policies that could not say anything.
pub fn findings(policies: &Policies, opinions: Vec<Opinion>, judged: &Judged<'_>) -> Findings {
    let mut findings = Findings::default();
    settings::check(policies, judged.documents, &mut findings);
    let (mut faults, mut alike) = (BTreeSet::new(), BTreeMap::new());
    let declaring = Declaring::of(judged.documents);
    let declaring_base = judged.base.map(|base| (base, Declaring::of(base)));
    for opinion in opinions {
        faults.extend(opinion.faults);
        let unit = opinion.violations.first().map(|violation| violation.unit.clone());
        let at_head = unit.as_ref().and_then(|unit| declaring.document(unit)).map(|id| judged.documents.document(id));
        // The report has the texts of head, so it shows none of what is gone.
        let goes = at_head.is_none();
        let at_base = || {
            let (base, declaring) = declaring_base.as_ref()?;
            Some(base.document(declaring.document(unit.as_ref()?)?))
        };
        let declaration = at_head.or_else(at_base).map(Document::apart);
        for violation in opinion.violations {
            let at = place(&violation, declaration.as_ref());
            let at = if goes { Location { span: None, ..at } } else { at };
            let Violation { rule, unit, message, object, field, at: _ } = violation;
            let what = (rule, unit.kind, unit.name, message, object, field, at);
            alike.entry(what).or_insert_with(BTreeSet::new).insert(unit.environment);
        }
    }
    for fault in faults {
        findings.push(told(policies, fault));
    }
    for ((rule, kind, unit, message, object, field, at), environments) in alike {
        let rule = &policies.rules[rule];
        let in_force = in_force(rule, judged.documents);
        let severity = severity(&in_force, judged.graced_on);
        let message = match kind {
            UnitKind::Environment => format!("environment {unit}: {message}"),
            UnitKind::Service | UnitKind::SharedResource => {
                format!("{unit} in {}: {message}", joined(environments.iter()))
            }
        };
        let finding = Finding::new(rule.as_rule(severity), at, message)
            .label(label(object.as_deref(), field.as_deref()))
            .related(rule.at.clone(), "this rule says so");
        let finding = rule.help.iter().fold(finding, |finding, help| finding.help(help));
        let finding = match rule.help.is_empty() {
            true => finding.help(format!("`pavior policy explain {}` says why", rule.id)),
            false => finding,
        };
        let milder = (severity < rule.severity).then(|| wording::why_milder(&in_force));
        let finding = milder.iter().fold(finding, |finding, why| finding.help(why));
        // It changes with neither label nor help.
        let fingerprint = finding.fingerprint();
        findings.push(match finding.severity() {
            Severity::Error => finding.help(format!("fingerprint {fingerprint}, for a waiver")),
            Severity::Warning => finding,
        });
    }
    findings
}

/// The approvals that findings of policies ask for, by owner and count.
pub fn required_approvals<'f>(
    policies: &Policies,
    documents: &Documents,
    findings: impl IntoIterator<Item = &'f Finding>,
) -> Vec<RequiredApproval> {
    let mut asked: BTreeMap<(Name, u32), BTreeSet<String>> = BTreeMap::new();
    for finding in findings {
        let Some(rule) = policies.rules.iter().find(|rule| rule.id == finding.rule.id) else { continue };
        let InForce { owners, approvals, .. } = in_force(rule, documents);
        for owner in owners.iter().filter(|_| approvals > 0) {
            asked.entry((owner.clone(), approvals)).or_default().insert(finding.fingerprint());
        }
    }
    let required = |((owner, count), fingerprints): ((Name, u32), BTreeSet<String>)| RequiredApproval {
        owner,
        count,
        fingerprints: fingerprints.into_iter().collect(),
    };
    asked.into_iter().map(required).collect()
}

fn severity(rule: &InForce<'_>, graced_on: Option<Date>) -> Severity {
    let graced = matches!((graced_on, rule.enforce_from), (Some(day), Some(begins)) if day < begins);
    if graced { rule.severity.min(Severity::Warning) } else { rule.severity }
}

fn told(policies: &Policies, fault: Fault) -> Finding {
    let rule = |rule: usize| &policies.rules[rule];
    match fault {
        Fault::Limit(number) => wording::endless(rule(number).at.clone(), &rule(number).id, engine::MAX_STEPS),
        Fault::Failed(number, at) => wording::failed(at, &rule(number).id),
        Fault::Shape(number, problem) => wording::wrong_result(rule(number).at.clone(), rule(number).verb, problem),
    }
}

/// The names in prose, none left out: they tell one finding from another.
fn joined<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    let names: Vec<&str> = names.map(Name::as_str).collect();
    match names.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => names.concat(),
    }
}

fn label(object: Option<&str>, field: Option<&str>) -> String {
    match (object, field) {
        (None, _) => String::new(),
        (Some(object), None) => format!("compiles into {object}"),
        (Some(object), Some(field)) => format!("compiles into {field} of {object}"),
    }
}

/// The line of the declaration that is to blame, as near as is known.
fn place(violation: &Violation, declaration: Option<&Document>) -> Location {
    let locate = |document: &Document, route: Vec<String>| {
        locate(std::slice::from_ref(document), &Place { document: DocumentId(0), route, part: Part::Value })
    };
    let known = match (&violation.object, &violation.field) {
        (Some(_), _) => violation.at.clone(),
        (None, Some(field)) => {
            declaration.map(|document| locate(document, field_route(document, &violation.unit, field)))
        }
        (None, None) => None,
    };
    let name = || declaration.map(|document| locate(document, ["metadata", "name"].map(str::to_owned).to_vec()));
    known.or_else(name).unwrap_or_else(|| Location::file(RepoPath::literal("pavior.yaml")))
}

/// Which documents declare what.
struct Declaring<'d> {
    services: BTreeMap<&'d Name, DocumentId>,
    environments: BTreeMap<&'d Name, DocumentId>,
    resources: BTreeMap<&'d Name, DocumentId>,
    all: &'d [Declared<Service>],
}

impl<'d> Declaring<'d> {
    fn of(documents: &'d Documents) -> Declaring<'d> {
        fn by_name<S>(declared: &[Declared<S>]) -> BTreeMap<&Name, DocumentId> {
            // Of two of one name the first counts.
            declared.iter().rev().map(|one| (&one.metadata.name, one.document)).collect()
        }
        let declarations = &documents.declarations;
        Declaring {
            services: by_name(&declarations.services),
            environments: by_name(&declarations.environments),
            resources: by_name(&declarations.resources),
            all: &declarations.services,
        }
    }

    /// The document that declares a unit.
    fn document(&self, unit: &UnitId) -> Option<DocumentId> {
        match unit.kind {
            UnitKind::Service => self.services.get(&unit.name).copied(),
            UnitKind::Environment => self.environments.get(&unit.name).copied(),
            UnitKind::SharedResource => self.resources.get(&unit.name).copied().or_else(|| {
                // Shared by an id that its users agree on: the first of them stands for all.
                let uses =
                    |spec: &Service| spec.resources.values().any(|request| request.id.as_ref() == Some(&unit.name));
                self.all.iter().find(|one| uses(&one.spec)).map(|one| one.document)
            }),
        }
    }
}

/// `spec.scaling.min` of a service is what its settings for the environment say, where they say it.
fn field_route(document: &Document, unit: &UnitId, field: &str) -> Vec<String> {
    let route = route(field);
    let [first, rest @ ..] = route.as_slice() else { return route };
    let mut own = vec!["spec".to_owned(), "environments".to_owned(), unit.environment.to_string()];
    own.extend(rest.iter().cloned());
    let is_there =
        |route: &[String]| route.iter().try_fold(document.root(), |node: &Node, step| node.child(step)).is_some();
    if first == "spec" && !rest.is_empty() && unit.kind == UnitKind::Service && is_there(&own) {
        return own;
    }
    route
}

/// `spec.docs[0].kind`, `metadata.labels["a.b/c"]`
fn route(field: &str) -> Vec<String> {
    let (mut route, mut rest) = (Vec::new(), field);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, behind) = inner.split_once(']').unwrap_or((inner, ""));
            route.push(step.trim_matches('"').to_owned());
            rest = behind;
        } else {
            let inner = rest.strip_prefix('.').unwrap_or(rest);
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            if end > 0 {
                route.push(inner[..end].to_owned());
            } else if rest == inner {
                break;
            }
            rest = &inner[end..];
        }
    }
    route
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_route_of_keys_and_indexes() {
        assert_eq!(route("spec.docs[0].kind"), ["spec", "docs", "0", "kind"]);
        assert_eq!(route("metadata.labels[\"a.b/c\"]"), ["metadata", "labels", "a.b/c"]);
        assert_eq!(route("spec..x"), ["spec", "x"]);
        assert_eq!(route(""), Vec::<String>::new());
        assert_eq!(route("[["), ["["]);
    }

    #[test]
    fn no_environment_is_left_out() {
        let names: Vec<Name> = ["a", "b", "c", "d"].iter().filter_map(|name| Name::parse(name)).collect();
        assert_eq!(joined(names.iter()), "a, b, c and d");
        assert_eq!(joined(names[..1].iter()), "a");
    }
}
