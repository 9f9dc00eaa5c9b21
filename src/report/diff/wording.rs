//! Every sentence that a diff says, and the marks of what happens.

use crate::model::{Name, listed};
use crate::provision::{UnitId, UnitKind};
use crate::report::summary::counted;
use crate::review::diff::{Action, Address, Change, Diff, Effect, FieldChange, Group, GroupedChange, UnitChange};
use std::collections::{BTreeMap, BTreeSet};

/// Names that a title lists before it counts.
const NAMED: usize = 4;

/// One sign for each action: never a colour alone.
pub fn mark(action: Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Move => "→",
        Action::Delete => "-",
    }
}

/// What the marks in a table mean.
pub const LEGEND: &str = "objects and module calls: ~ updated, + created, ± replaced, → moved, - deleted";

/// The sentence that is enough for most readers.
pub fn verdict(diff: &Diff) -> String {
    if diff.units.is_empty() {
        let all = match diff.unchanged {
            0 => "there is no unit".to_owned(),
            count => format!("{} keep{} the digest", counted(count, "unit"), if count == 1 { "s" } else { "" }),
        };
        return format!("no deployed effect: {all}");
    }
    let did = [
        (Action::Update, "updated"),
        (Action::Create, "created"),
        (Action::Move, "moved"),
        (Action::Delete, "deleted"),
    ];
    let parts: Vec<String> = did
        .into_iter()
        .filter_map(|(action, verb)| match diff.count(action) {
            0 => None,
            count => Some(format!("{count} {verb}")),
        })
        .collect();
    let total = diff.units.len() + diff.unchanged;
    let verb = if diff.units.len() == 1 { "changes" } else { "change" };
    let units = if total == 1 { "unit" } else { "units" };
    let mut verdict = match parts.as_slice() {
        [_] if diff.count(Action::Update) > 0 => format!("{} of {total} {units} {verb}", diff.units.len()),
        parts => format!("{} of {total} {units} {verb}: {}", diff.units.len(), parts.join(", ")),
    };
    match diff.units.iter().map(|unit| unit.count(Action::Replace)).sum::<usize>() {
        0 => {}
        count => verdict.push_str(&format!("; {} replaced", counted(count, "object"))),
    }
    verdict
}

/// `~2 +1`
pub fn counts(unit: &UnitChange) -> String {
    let one = |action| match unit.count(action) {
        0 => None,
        count => Some(format!("{}{count}", mark(action))),
    };
    Action::ALL.into_iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

/// What a group is about: `cartservice in local, staging`, `environment old and its 12 units are deleted`.
pub fn title(group: &Group<'_>) -> String {
    if let Some(environment) = group.environment {
        let does = if group.action == Action::Delete { "is deleted" } else { "is new" };
        return format!("environment {environment} {does}, with all of its {}", counted(group.units.len(), "unit"));
    }
    let subject = subject(&group.units);
    match group.action {
        Action::Create => format!("{subject}: new"),
        Action::Delete => format!("{subject}: deleted"),
        Action::Move => {
            let from = group.units.first().and_then(|unit| unit.from.as_ref()).map(|from| from.name.to_string());
            format!("{subject}: renamed from {}{}", from.unwrap_or_default(), what_stays(group))
        }
        Action::Update | Action::Replace => subject,
    }
}

/// What a reader fears for most, when a unit is renamed.
fn what_stays(group: &Group<'_>) -> &'static str {
    let holds_data = |change: &&Change| match &change.address {
        Address::Terraform(block) => block.starts_with("module "),
        Address::Object { kind, .. } => kind == "PersistentVolumeClaim" || kind == "StatefulSet",
        Address::ModuleFiles(_) | Address::File(_) => false,
    };
    let is_claim = |change: &Change| matches!(&change.address, Address::Object { kind, .. } if kind.ends_with("Claim"));
    let stays = |change: &Change| match change.action {
        Action::Update => true,
        Action::Move => !is_claim(change),
        Action::Create | Action::Delete | Action::Replace => false,
    };
    let mut changes = group.units.iter().flat_map(|unit| &unit.changes).filter(holds_data);
    if changes.all(stays) { "; its resources and their state stay what they are" } else { "" }
}

/// Who: by environments where they are the same ones everywhere.
fn subject(units: &[&UnitChange]) -> String {
    let mut names: BTreeMap<&Name, BTreeSet<String>> = BTreeMap::new();
    for unit in units {
        names.entry(&unit.unit.environment).or_default().insert(unit_name(&unit.unit));
    }
    let environments = listed_plainly(names.keys().map(|name| name.as_str()), NAMED);
    let mut sets = names.values();
    let first = sets.next().cloned().unwrap_or_default();
    if !sets.all(|set| *set == first) {
        return format!("{} in {environments}", counted(units.len(), "unit"));
    }
    match first.len() {
        1 => format!("{} in {environments}", first.iter().map(String::as_str).collect::<String>()),
        count if names.len() == 1 => {
            format!("{count} units in {environments}: {}", listed_plainly(first.iter().map(String::as_str), NAMED))
        }
        count => {
            let all = listed_plainly(first.iter().map(String::as_str), NAMED);
            format!("{} in {environments}, {count} in each: {all}", counted(units.len(), "unit"))
        }
    }
}

fn unit_name(unit: &UnitId) -> String {
    match unit.kind {
        UnitKind::Environment => "the environment itself".to_owned(),
        UnitKind::Service => unit.name.to_string(),
        UnitKind::SharedResource => format!("shared {}", unit.name),
    }
}

fn listed_plainly<'n>(names: impl IntoIterator<Item = &'n str>, limit: usize) -> String {
    listed(names, limit).replace('`', "")
}

/// The objects of a grouped change: kinds where they all have the unit's name, which the title says.
pub fn objects(change: &GroupedChange<'_>, group: &Group<'_>) -> Vec<String> {
    let subjects: BTreeSet<&Name> = group.units.iter().map(|unit| &unit.unit.name).collect();
    let own = group.units.first().map(|unit| &unit.unit.name);
    let name = |address: &Address| match (address, own) {
        (Address::Object { kind, name, .. }, Some(own)) if subjects.len() > 1 => {
            match name.strip_prefix(own.as_str()) {
                Some(rest) => format!("{kind} <unit>{rest}"),
                None => address.to_string(),
            }
        }
        _ => address.to_string(),
    };
    let text = |object: &&Change| match (&object.from, &object.address) {
        (Some(from), Address::Object { name, .. }) => format!("{from} → {name}"),
        (Some(from), address) => format!("{from} → {address}"),
        (None, address) => name(address),
    };
    let behind = places(change, group) + only_the_name(change);
    change.objects.iter().map(|object| text(object) + &behind).collect()
}

/// Where a change happens that not all units of its group get.
fn places(change: &GroupedChange<'_>, group: &Group<'_>) -> String {
    if change.units.len() == group.units.len() {
        return String::new();
    }
    let environments: BTreeSet<&str> = change.units.iter().map(|unit| unit.unit.environment.as_str()).collect();
    format!(" in {}", listed_plainly(environments, NAMED))
}

fn only_the_name(change: &GroupedChange<'_>) -> &'static str {
    let follows = change.objects.iter().all(|object| object.follow_the_name > 0);
    if follows && change.fields.is_empty() { ", nothing but the name" } else { "" }
}

/// What a change of this field entails; empty when nothing.
pub fn effect(field: &FieldChange) -> &'static str {
    match field.effect {
        Effect::InPlace => "",
        Effect::Replaces => "cannot change in place: deleted and made anew",
        Effect::LeavesState => "Terraform would look for its state elsewhere: move it first",
        Effect::Refused => "the cluster refuses it: a volume claim never shrinks",
    }
}

/// A whole environment in numbers: `30 module calls, 88 objects`.
pub fn contents(units: &[&UnitChange]) -> String {
    let addresses = || units.iter().flat_map(|unit| &unit.changes).map(|change| &change.address);
    let is_module = |address: &&Address| matches!(address, Address::Terraform(block) if block.starts_with("module "));
    let modules = addresses().filter(is_module).count();
    let objects = addresses().filter(|address| matches!(address, Address::Object { .. })).count();
    format!("{}, {}", counted(modules, "module call"), counted(objects, "object"))
}

/// `and 3 groups more (`--limit 0` shows all)`
pub fn more(count: usize, noun: &str) -> String {
    format!("and {} more (`--limit 0` shows all)", counted(count, noun))
}

/// `and 3 groups more; ...`, where there is no room for them whatever the limit.
pub fn left_out(count: usize, noun: &str) -> String {
    format!("and {} more; `--format json` has them all", counted(count, noun))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::review::diff::groups;

    #[test]
    fn the_first_sentence_counts_what_happens() {
        assert_eq!(
            verdict(&samples::diff()),
            "4 of 10 units change: 2 updated, 1 created, 1 deleted; 1 object replaced"
        );
        let none = Diff { unchanged: 48, ..Diff::default() };
        assert_eq!(verdict(&none), "no deployed effect: 48 units keep the digest");
        assert_eq!(verdict(&Diff { unchanged: 1, ..Diff::default() }), "no deployed effect: 1 unit keeps the digest");
    }

    #[test]
    fn a_title_says_who_and_where() {
        let diff = samples::diff();
        let titles: Vec<String> = groups(&diff).iter().map(title).collect();
        assert_eq!(
            titles,
            ["ads in local: deleted", "cart in staging", "mail in local: new", "cart in local and staging"]
        );
    }
}
