//! What platform files of a change make of policies and of everything else after the merge: an effect in, sections out.

use super::declared;
use super::sections::Section;
use super::wording::{access_change, affected, aspect, bar, budget_bar, cost_line, told};
use crate::model::kinds::Kind;
use crate::report::counted;
use crate::report::diff::plain_lines;
use crate::review::declared::DeclaredChange;
use crate::review::diff::{Action, groups};
use crate::review::effect::PlatformEffect;
use crate::review::policy::{About, How, PolicyChange};
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
    let worse = effect.consequences.iter().filter(|one| one.undo > Undo::Reversible);
    lines.extend(worse.map(|one| format!("{}: {}: {}: {}", one.undo.as_str(), one.unit, one.what, one.why)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::policy::Aspect;

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
