//! The policies of two revisions in, what is asked otherwise out: rules that go, come, block no more or say something
//! else, and sets whose owners, approvals or ceiling differ.

use super::recursion::whole_text;
use super::settings::{in_force, set_of};
use super::{Policies, PolicyRule};
use crate::model::kinds::platform::PolicySet;
use crate::model::{Date, Findings, Name, Severity, short_hash};
use crate::read::Documents;
use std::collections::{BTreeMap, BTreeSet};

/// One rule or set that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChange {
    pub about: About,
    pub how: How,
    /// Those of base, for whom it speaks, and how many of each.
    pub owners: Vec<Name>,
    pub approvals: u32,
    /// Of what it says at head: an approval is for what was read.
    pub fingerprint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// By its path.
    Set(String),
    /// By its id.
    Rule(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    New,
    Gone,
    Differs(Vec<Aspect>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aspect {
    Setting {
        name: &'static str,
        before: String,
        after: String,
        /// Whether it lets more through, or asks fewer.
        loosens: bool,
    },
    /// What it says, or something that it needs for that.
    Body,
}

impl PolicyChange {
    /// Whether it lets more through for certain; what a body says has to be read.
    pub fn loosens(&self) -> bool {
        match &self.how {
            How::New => false,
            How::Gone => true,
            How::Differs(aspects) => aspects.iter().any(|one| matches!(one, Aspect::Setting { loosens: true, .. })),
        }
    }
}

/// What differs between the policies of two revisions, sets before rules.
pub fn changes(base: &Documents, head: &Documents) -> Vec<PolicyChange> {
    let (before, after) = (Sides::of(base), Sides::of(head));
    let sets = names(&before.sets, &after.sets).into_iter().filter_map(|path| of_set(path, &before, &after));
    let rules = names(&before.rules, &after.rules).into_iter().filter_map(|id| of_rule(id, &before, &after));
    sets.chain(rules).collect()
}

/// The policies of a revision, with what they are under.
struct Sides<'d> {
    documents: &'d Documents,
    sets: BTreeMap<&'d str, &'d PolicySet>,
    rules: BTreeMap<String, (PolicyRule, String)>,
}

impl<'d> Sides<'d> {
    fn of(documents: &'d Documents) -> Sides<'d> {
        // What is wrong with them has been told.
        let policies = Policies::of(&documents.snapshot, &mut Findings::default());
        let rules = policies.rules().iter().map(|rule| {
            let policy = policies.policies.iter().find(|policy| policy.path == rule.at.path);
            let texts = policy.map(|policy| whole_text(&policies.policies, policy, rule.at.start.line));
            (rule.id.clone(), (rule.clone(), texts.unwrap_or_default().join("\n")))
        });
        let sets = documents.declarations.platforms.iter().flat_map(|platform| &platform.spec.policies);
        Sides { documents, sets: sets.map(|set| (set.path.as_str(), set)).collect(), rules: rules.collect() }
    }
}

fn names<'n, K: Ord + AsRef<str>, V, W>(before: &'n BTreeMap<K, V>, after: &'n BTreeMap<K, W>) -> BTreeSet<&'n str> {
    before.keys().chain(after.keys()).map(AsRef::as_ref).collect()
}

fn of_set(path: &str, before: &Sides<'_>, after: &Sides<'_>) -> Option<PolicyChange> {
    let how = match (before.sets.get(path), after.sets.get(path)) {
        (Some(was), Some(is)) => {
            let ceiling = |set: &PolicySet| set.ceiling.map_or(Severity::Error, |ceiling| ceiling.severity());
            let aspects = [
                severity("ceiling", ceiling(was), ceiling(is)),
                owners(&was.owners, &is.owners),
                approvals(was.approvals.unwrap_or(0), is.approvals.unwrap_or(0)),
                enforce_from(was.enforce_from, is.enforce_from),
            ];
            How::Differs(aspects.into_iter().flatten().collect())
        }
        (Some(_), None) => How::Gone,
        (None, _) => How::New,
    };
    let was = before.sets.get(path);
    let (owners, count) = was.map(|set| (set.owners.clone(), set.approvals.unwrap_or(0))).unwrap_or_default();
    change(About::Set(path.to_owned()), how, (owners, count), "")
}

fn of_rule(id: &str, before: &Sides<'_>, after: &Sides<'_>) -> Option<PolicyChange> {
    let (was, is) = (before.rules.get(id), after.rules.get(id));
    let how = match (was, is) {
        (Some((was, old)), Some((is, new))) => {
            let (then, now) = (in_force(was, before.documents), in_force(is, after.documents));
            // What its set says of all is told of the set.
            let set = |side: &Sides<'_>, rule| set_of(side.documents, rule).map(|set| set.path.clone());
            let told_of_set = set(before, was) == set(after, is);
            let own = |differs: bool, aspect: Option<Aspect>| aspect.filter(|_| differs || !told_of_set);
            let aspects = [
                severity("severity", then.severity, now.severity),
                own(was.owners != is.owners, owners(then.owners, now.owners)),
                own(was.approvals != is.approvals, approvals(then.approvals, now.approvals)),
                own(false, enforce_from(then.enforce_from, now.enforce_from)),
                (old != new).then_some(Aspect::Body),
            ];
            How::Differs(aspects.into_iter().flatten().collect())
        }
        (Some(_), None) => How::Gone,
        (None, _) => How::New,
    };
    let asked = was.map(|(rule, _)| in_force(rule, before.documents));
    let asked = asked.map(|rule| (rule.owners.to_vec(), rule.approvals)).unwrap_or_default();
    change(About::Rule(id.to_owned()), how, asked, is.map_or("", |(_, text)| text))
}

fn change(about: About, how: How, (owners, approvals): (Vec<Name>, u32), text: &str) -> Option<PolicyChange> {
    if matches!(&how, How::Differs(aspects) if aspects.is_empty()) {
        return None;
    }
    let fingerprint = format!("{:016x}", short_hash(format!("{about:?}\0{how:?}\0{text}").as_bytes()));
    Some(PolicyChange { about, how, owners, approvals: approvals.max(1), fingerprint })
}

fn setting(name: &'static str, before: String, after: String, loosens: bool) -> Option<Aspect> {
    (before != after).then_some(Aspect::Setting { name, before, after, loosens })
}

fn severity(name: &'static str, before: Severity, after: Severity) -> Option<Aspect> {
    setting(name, before.to_string(), after.to_string(), after < before)
}

fn owners(before: &[Name], after: &[Name]) -> Option<Aspect> {
    let word = |owners: &BTreeSet<&Name>| match owners.is_empty() {
        true => "nobody".to_owned(),
        false => owners.iter().map(|owner| owner.as_str()).collect::<Vec<_>>().join(" and "),
    };
    let (before, after): (BTreeSet<&Name>, BTreeSet<&Name>) = (before.iter().collect(), after.iter().collect());
    setting("owners", word(&before), word(&after), !before.is_subset(&after))
}

fn approvals(before: u32, after: u32) -> Option<Aspect> {
    setting("approvals", before.to_string(), after.to_string(), after < before)
}

fn enforce_from(before: Option<Date>, after: Option<Date>) -> Option<Aspect> {
    let word = |day: Option<Date>| day.map_or_else(|| "always".to_owned(), |day| day.to_string());
    setting("counts from", word(before), word(after), after > before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Snapshot, read};

    const LIB: &str = "package pavior.lib\n\nlimit := 2\n";
    const RULES: &str = "\
package pavior.a

import data.pavior.lib

# METADATA
# custom: {id: one}
deny contains \"x\" if input.x > lib.limit

# METADATA
# custom: {id: two, owners: [security], approvals: 2}
deny contains \"y\" if input.y
";

    fn documents(sets: &str, files: &[(&str, &str)]) -> Documents {
        let platform = format!(
            "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {{name: p}}\nspec: {{organisation: p, owners: [t], \
             policies: [{sets}]}}\n"
        );
        let all = files.iter().copied().chain([("pavior.yaml", platform.as_str())]);
        let mut findings = Findings::default();
        let documents = read(Snapshot::of(all), &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        documents
    }

    fn told(base: &Documents, head: &Documents) -> Vec<String> {
        let told = |change: &PolicyChange| {
            let how = match &change.how {
                How::New => "new".to_owned(),
                How::Gone => "gone".to_owned(),
                How::Differs(aspects) => {
                    let word = |aspect: &Aspect| match aspect {
                        Aspect::Body => "body".to_owned(),
                        Aspect::Setting { name, before, after, .. } => format!("{name} {before} to {after}"),
                    };
                    aspects.iter().map(word).collect::<Vec<_>>().join(", ")
                }
            };
            let owners: Vec<&str> = change.owners.iter().map(Name::as_str).collect();
            let about = match &change.about {
                About::Set(path) => path,
                About::Rule(id) => id,
            };
            let looser = if change.loosens() { ", looser" } else { "" };
            format!("{about}: {how}{looser}; {} of {}", change.approvals, owners.join(", "))
        };
        changes(base, head).iter().map(told).collect()
    }

    const SET: &str = "{path: policies, owners: [platform, security], approvals: 2}";

    fn base() -> Documents {
        documents(SET, &[("policies/a.rego", RULES), ("policies/lib.rego", LIB)])
    }

    #[test]
    fn what_stays_is_not_told_and_neither_is_a_comment() {
        let commented = RULES.replace("# custom: {id: two", "# title: Two\n# custom: {id: two");
        assert_eq!(
            told(&base(), &documents(SET, &[("policies/a.rego", &commented), ("policies/lib.rego", LIB)])),
            [""; 0]
        );
    }

    #[test]
    fn rules_that_go_come_and_block_no_more_are_told_with_their_owners() {
        let head = RULES.replace("id: one", "id: one, severity: warning").replace("id: two", "id: three");
        let head = documents(SET, &[("policies/a.rego", &head), ("policies/lib.rego", LIB)]);
        assert_eq!(
            told(&base(), &head),
            [
                "policy/a.one: severity error to warning, looser; 2 of platform, security",
                "policy/a.three: new; 1 of ",
                "policy/a.two: gone, looser; 2 of security",
            ]
        );
    }

    #[test]
    fn a_body_changes_with_what_it_needs_and_no_other_does() {
        let lib = LIB.replace('2', "3");
        let head = documents(SET, &[("policies/a.rego", RULES), ("policies/lib.rego", &lib)]);
        assert_eq!(told(&base(), &head), ["policy/a.one: body; 2 of platform, security"]);
        let text = RULES.replace("input.y", "input.z");
        let head = documents(SET, &[("policies/a.rego", &text), ("policies/lib.rego", LIB)]);
        assert_eq!(told(&base(), &head), ["policy/a.two: body; 2 of security"]);
    }

    #[test]
    fn a_set_that_asks_fewer_or_later_is_told_once_and_its_ceiling_of_each_rule() {
        let files = [("policies/a.rego", RULES), ("policies/lib.rego", LIB)];
        let set = "{path: policies, owners: [security], approvals: 1, ceiling: warning, enforceFrom: 2027-01-01}";
        assert_eq!(
            told(&base(), &documents(set, &files)),
            [
                "policies: ceiling error to warning, owners platform and security to security, approvals 2 to 1, counts \
                 from always to 2027-01-01, looser; 2 of platform, security",
                "policy/a.one: severity error to warning, looser; 2 of platform, security",
                "policy/a.two: severity error to warning, looser; 2 of security",
            ]
        );
        let tightened = told(&documents(set, &files), &base());
        assert!(tightened.iter().all(|line| !line.contains("looser")), "{tightened:?}");
    }

    #[test]
    fn a_rule_that_is_moved_out_of_its_set_loses_its_owners() {
        let sets = "{path: policies/strict, owners: [security], approvals: 1}, {path: policies/lax}";
        let file = |folder: &str| {
            documents(
                sets,
                &[
                    (&format!("policies/{folder}/a.rego"), "package pavior.a\ndeny contains \"x\" if input.x\n"),
                    ("policies/strict/b.rego", "package pavior.b\ndeny contains \"x\" if input.x\n"),
                    ("policies/lax/c.rego", "package pavior.c\ndeny contains \"x\" if input.x\n"),
                ],
            )
        };
        assert_eq!(
            told(&file("strict"), &file("lax")),
            ["policy/a: owners security to nobody, approvals 1 to 0, looser; 1 of security"]
        );
    }
}
