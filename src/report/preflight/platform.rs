//! What platform files of a change make of policies and of everything else after the merge: an effect in, sections out.

use super::declared;
use super::sections::Section;
use super::wording::{access_change, bar, budget_bar, cost_line, some_of};
use crate::model::Name;
use crate::model::kinds::Kind;
use crate::provision::UnitId;
use crate::report::counted;
use crate::report::diff::plain_lines;
use crate::review::declared::DeclaredChange;
use crate::review::diff::{Action, groups};
use crate::review::effect::PlatformEffect;
use crate::review::policy::{About, Aspect, How, PolicyChange};
use crate::review::reversibility::Undo;

/// So many lines of a class are shown; `pavior diff` shows all.
const MOST_OF_A_CLASS: usize = 12;

/// What judges the next changes otherwise. Who loosens it should not be able to fold that away.
pub fn policies(effect: &PlatformEffect) -> Section {
    let changes = &effect.policies;
    let loosened = changes.iter().filter(|one| one.loosens()).count();
    let title = match loosened {
        0 => format!("{} of policies", counted(changes.len(), "change")),
        _ => format!("{} of policies, {loosened} of them looser", counted(changes.len(), "change")),
    };
    let mut lines: Vec<String> = changes.iter().map(policy).collect();
    if !lines.is_empty() {
        lines.push("policies of the base revision judge this change, these the next ones".to_owned());
    }
    Section { title, lines, is_open: loosened > 0 }
}

/// `- rule policy/x: severity error → warning`.
fn policy(change: &PolicyChange) -> String {
    let about = match &change.about {
        About::Set(path) => format!("set {path}"),
        About::Rule(id) => format!("rule {id}"),
    };
    let (mark, how) = match &change.how {
        How::New => ("+", "new".to_owned()),
        How::Gone => ("-", "gone".to_owned()),
        How::Differs(aspects) => {
            let mark = if change.loosens() { "-" } else { "~" };
            (mark, aspects.iter().map(aspect).collect::<Vec<_>>().join(", "))
        }
    };
    format!("{mark} {about}: {how}")
}

/// Files, environments, classes of equal change with their counts, and what that means.
pub fn platform(effect: &PlatformEffect, changes: &[DeclaredChange]) -> Section {
    let file = |action: Action| match action {
        Action::Create => "adds",
        Action::Delete => "removes",
        Action::Update | Action::Replace | Action::Move => "changes",
    };
    let mut lines: Vec<String> =
        effect.files.iter().map(|(action, path)| format!("{} {path}", file(*action))).collect();
    lines.extend(changes.iter().filter(|one| one.kind == Kind::Environment).flat_map(declared::lines));
    let groups = groups(&effect.diff);
    if groups.is_empty() {
        lines.push("no unit is compiled differently".to_owned());
    }
    for group in groups {
        let fields: usize = group.changes.iter().map(|change| change.fields.len().max(1)).sum();
        let (first, rest) = (group.units.first(), group.units.len().saturating_sub(1));
        let Some(first) = first else { continue };
        let others = if rest > 0 { format!(" and {rest} more get the same") } else { String::new() };
        lines.push(format!("{}{others}: {}", first.unit, counted(fields, "difference")));
        let told = plain_lines(&group);
        lines.extend(told.iter().take(MOST_OF_A_CLASS).cloned());
        if told.len() > MOST_OF_A_CLASS {
            lines.push(format!("  and {} more", counted(told.len() - MOST_OF_A_CLASS, "line")));
        }
    }
    lines.extend(affected(effect));
    lines.extend(told(effect));
    lines.extend(effect.cost.environments.iter().map(cost_line));
    lines.extend(effect.cost.budgets.iter().map(budget_bar));
    lines.extend(effect.headroom.iter().filter(|room| room.changes()).map(bar));
    lines.extend(effect.access.iter().map(access_change));
    if !effect.new_findings.is_empty() {
        let count = counted(effect.new_findings.len(), "finding");
        lines.push(format!("{count} that today's platform files do not make"));
    }
    let title = match effect.diff.units.len() {
        0 => "what the new platform files make of it after the merge".to_owned(),
        count => format!("what the new platform files make of {} after the merge", counted(count, "unit")),
    };
    Section { title, lines, is_open: false }
}

/// `error → warning`, `approvals 2 → 1`, `body changed`.
fn aspect(aspect: &Aspect) -> String {
    match aspect {
        Aspect::Body => "body changed".to_owned(),
        Aspect::Setting { name: "severity", before, after, .. } => format!("{before} → {after}"),
        Aspect::Setting { name, before, after, .. } => format!("{name} {before} → {after}"),
    }
}

/// `affects 22 units of 5 teams: shopping 8, checkout 6, payments 4 and 2 more`.
fn affected(effect: &PlatformEffect) -> Option<String> {
    let units: usize = effect.affected.values().sum();
    let mut teams: Vec<(&Name, &usize)> = effect.affected.iter().collect();
    teams.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let told: Vec<String> = teams.iter().map(|(team, count)| format!("{team} {count}")).collect();
    let count = counted(told.len(), "team");
    (units > 0).then(|| format!("affects {} of {count}: {}", counted(units, "unit"), some_of(&told)))
}

/// Who should know and need not approve.
fn told(effect: &PlatformEffect) -> Option<String> {
    let (units, teams) = (effect.told.values().sum::<usize>(), effect.told.len());
    (units > 0).then(|| {
        format!(
            "in production {} of {} change in a way that can be undone: their owners are told, none has to approve",
            counted(units, "unit"),
            counted(teams, "team")
        )
    })
}

/// What platform files ask for by themselves.
pub fn platform_formula(effect: &PlatformEffect) -> Vec<String> {
    let mut lines = vec!["platform files and environments: always 1 approval of the platform's owners".to_owned()];
    if !effect.policies.is_empty() {
        lines.push("policies that change: the approvals of their owners in the base revision, 1 at least".to_owned());
    }
    let is_worse_off =
        |unit: &UnitId| effect.consequences.iter().any(|one| one.concerns(unit) && one.undo > Undo::Reversible);
    let worse = effect.diff.units.iter().filter(|change| is_worse_off(&change.unit)).count();
    if worse > 0 {
        let units = counted(worse, "unit");
        lines.push(format!("{units} that they change cannot simply be undone: as if changed by itself, below"));
    }
    lines.extend(told(effect));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(about: &str, how: How) -> PolicyChange {
        let about = About::Rule(about.to_owned());
        PolicyChange { about, how, owners: Vec::new(), approvals: 1, fingerprint: String::new() }
    }

    #[test]
    fn a_policy_that_is_loosened_is_unfolded_and_one_that_is_new_is_not() {
        let severity = Aspect::Setting {
            name: "severity",
            before: "error".to_owned(),
            after: "warning".to_owned(),
            loosens: true,
        };
        let new = change("policy/c", How::New);
        let section_of = |all: Vec<PolicyChange>| policies(&PlatformEffect { policies: all, ..Default::default() });
        let section = section_of(vec![
            change("policy/a", How::Differs(vec![severity, Aspect::Body])),
            change("policy/b", How::Gone),
            new.clone(),
        ]);
        assert_eq!((section.title.as_str(), section.is_open), ("3 changes of policies, 2 of them looser", true));
        assert_eq!(
            section.lines[..3],
            ["- rule policy/a: error → warning, body changed", "- rule policy/b: gone", "+ rule policy/c: new"]
        );
        assert!(!section_of(vec![new]).is_open);
        assert!(section_of(Vec::new()).lines.is_empty());
    }
}
