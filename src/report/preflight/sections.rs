//! What a report holds under its verdict: titles and lines of plain text, which each renderer makes inert.

use super::platform::platform_formula;
use super::wording::{access_change, bar, budget_bar, cost_line, risk};
use super::{Judged, declared, platform};
use crate::model::Finding;
use crate::report::{counted, summary};
use crate::review::capacity::Headroom;
use crate::review::cost::Line;
use crate::review::preflight::Preflight;
use crate::review::reversibility::{Consequence, Undo};
use crate::review::verdict::Risk;
use crate::review::waivers::Waived;

/// One part of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
    /// Whether a reader should not have to unfold it.
    pub is_open: bool,
}

/// In the order in which they matter.
pub fn sections(judged: &Judged) -> Vec<Section> {
    let preflight = &judged.preflight;
    let later = preflight.platform.as_ref().map_or(&[][..], |effect| &effect.consequences);
    let mut sections = vec![
        findings(judged),
        not_compiled(preflight),
        waived(judged),
        undo(&preflight.consequences, "what it does to data"),
        undo(later, "what the new platform files do to data after the merge"),
        listed(&cost_title(judged), dearest_first(&preflight.cost.units).map(cost_line)),
        listed("budgets", preflight.cost.budgets.iter().map(budget_bar)),
        capacity(&preflight.headroom),
        listed("who gains and loses access", preflight.access.iter().map(access_change)),
    ];
    sections.extend(declared::sections(&preflight.declared));
    if let Some(effect) = &preflight.platform {
        sections.push(platform::policies(effect));
        sections.push(platform::platform(effect, &preflight.declared));
    }
    sections.push(risks(preflight));
    sections.retain(|section| !section.lines.is_empty());
    sections
}

fn listed(title: &str, lines: impl Iterator<Item = String>) -> Section {
    Section { title: title.to_owned(), lines: lines.collect(), is_open: false }
}

/// Why nothing is compared.
fn not_compiled(preflight: &Preflight) -> Section {
    let units = &preflight.not_compiled;
    let title = format!("{} could not be compiled", counted(units.len(), "unit"));
    Section { title, lines: units.iter().map(ToString::to_string).collect(), is_open: true }
}

/// What declared exceptions excuse: those of this change first.
fn waived(judged: &Judged) -> Section {
    let mut waived: Vec<&Waived> = judged.report.waived.iter().collect();
    waived.sort_by_key(|one| !one.is_new);
    let is_open = waived.iter().any(|one| one.is_new);
    let lines = waived.iter().map(|one| summary::waived(one)).collect();
    Section { title: format!("{} waived", counted(waived.len(), "finding")), lines, is_open }
}

/// What the amounts are; `pavior cost` counts previews only when it is asked for them.
fn cost_title(judged: &Judged) -> String {
    let counted = if judged.preflight.cost.previews { ", one preview counted in" } else { "" };
    format!("cost by unit: a month at list prices{counted}")
}

/// What moves most: there may be no room for the rest.
fn dearest_first(lines: &[Line]) -> impl Iterator<Item = &Line> {
    let mut lines: Vec<&Line> = lines.iter().collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.unknown > 0, line.delta().expected.abs())));
    lines.into_iter()
}

/// The formula: what platform files ask for by themselves, then each unit. What has the same factors is told once.
fn risks(preflight: &Preflight) -> Section {
    let mut alike: Vec<(&Risk, usize)> = Vec::new();
    for one in preflight.risks.iter().filter(|risk| risk.product > 0) {
        let of = |risk: &Risk| (risk.unit.environment.clone(), risk.factors, risk.approvals, risk.freeze.clone());
        match alike.iter_mut().find(|(other, _)| of(other) == of(one)) {
            Some((_, more)) => *more += 1,
            None => alike.push((one, 0)),
        }
    }
    let platform = preflight.platform.iter().flat_map(platform_formula);
    listed("why so many approvals", platform.chain(alike.into_iter().map(|(one, more)| risk(one, more))))
}

fn findings(judged: &Judged) -> Section {
    let report = &judged.report;
    let told: Vec<String> = [(report.errors(), "error"), (report.warnings(), "warning")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| counted(n, word))
        .collect();
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    Section {
        title: told.join(", "),
        lines: findings.into_iter().flat_map(finding).collect(),
        is_open: report.errors() > 0,
    }
}

/// Place, message and what to do.
fn finding(finding: &Finding) -> Vec<String> {
    let (at, rule) = (&finding.at, finding.rule.id);
    let severity = if finding.is_error() { "error" } else { "warning" };
    let mut lines = vec![
        format!("{severity}[{rule}] {}:{}:{}", at.path, at.start.line, at.start.column),
        format!("  {}", finding.message),
    ];
    lines.extend(finding.help.iter().map(|help| format!("  help: {help}")));
    lines
}

fn undo(consequences: &[Consequence], what: &str) -> Section {
    // The same in several environments is told once.
    let mut alike: Vec<(&Consequence, Vec<&str>)> = Vec::new();
    for one in consequences {
        let is_same = |other: &Consequence| (other.undo, &other.what, &other.why) == (one.undo, &one.what, &one.why);
        let here = one.unit.environment.as_str();
        match alike.iter_mut().find(|(other, _)| is_same(other)) {
            Some((_, environments)) => environments.push(here),
            None => alike.push((one, vec![here])),
        }
    }
    let line = |(one, environments): (&Consequence, Vec<&str>)| {
        format!("{}: {} in {}: {}", one.undo.as_str(), one.what, environments.join(", "), one.why)
    };
    let worst = consequences.iter().map(|one| one.undo).max().unwrap_or_default();
    let title = match worst {
        Undo::Reversible => what.to_owned(),
        worst => format!("{what}: {}", worst.as_str()),
    };
    Section { title, lines: alike.into_iter().map(line).collect(), is_open: worst >= Undo::Irreversible }
}

/// Only environments in which something changes.
fn capacity(headroom: &[Headroom]) -> Section {
    let touched = |room: &&Headroom| headroom.iter().any(|one| one.environment == room.environment && one.changes());
    listed("capacity", headroom.iter().filter(touched).map(bar))
}
