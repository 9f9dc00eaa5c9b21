//! Every sentence of a pre-flight report.

use super::Judged;
use crate::model::{Finding, Severity};
use crate::report::counted;
use crate::review::access::AccessChange;
use crate::review::capacity::Headroom;
use crate::review::cost::{Line, money, signed_money};
use crate::review::preflight::Preflight;
use crate::review::reversibility::Undo;
use crate::review::verdict::{Approval, Outcome, Risk};
use std::collections::BTreeSet;

/// The sentence that is enough for most readers.
pub fn verdict(judged: &Judged) -> String {
    let mut parts = vec![match judged.outcome() {
        Outcome::NoEffect => "no deployed effect".to_owned(),
        Outcome::CanMerge => "can merge".to_owned(),
        Outcome::NeedsApproval(count) => format!("can merge after {}", counted(count as usize, "approval")),
        Outcome::Blocked(errors) => format!("blocked by {}", counted(errors, "error")),
    }];
    let preflight = &judged.preflight;
    if preflight.undo() == Undo::Irreversible {
        parts.push("cannot be undone".to_owned());
    }
    let costs: Vec<String> = preflight
        .cost
        .environments
        .iter()
        .filter(|line| line.delta().expected != 0)
        .map(|line| format!("{} {}", line.name, signed_money(line.delta().expected)))
        .collect();
    if let (Some(currency), false) = (&preflight.cost.currency, costs.is_empty()) {
        parts.push(format!("{} {currency} a month", costs.join(", ")));
    }
    match preflight.diff.units.len() {
        0 => {}
        1 => parts.push("1 unit changes".to_owned()),
        count => parts.push(format!("{count} units change")),
    }
    if let Some(platform) = &preflight.platform {
        let count = platform.diff.units.len();
        let does = if count == 1 { "changes" } else { "change" };
        parts.push(format!("by platform files {} {does}", counted(count, "unit")));
    }
    parts.join(" · ")
}

/// What was looked at, and how it is. What was not measured is never said to be well.
pub fn checks(judged: &Judged) -> Vec<String> {
    let Judged { preflight, report, .. } = judged;
    let of = |is_of: fn(&str) -> bool| -> Vec<&Finding> {
        report.findings.iter().filter(|finding| is_of(finding.rule.id)).collect()
    };
    let declarations = state("declarations", &of(|id| !is_review(id)));
    let capacity = capacity(preflight, &of(|id| id.starts_with("capacity/")));
    vec![declarations, cost(preflight, &of(|id| id.starts_with("cost/"))), capacity, access(&preflight.access), {
        let worst = preflight.undo();
        if preflight.diff.units.is_empty() { "nothing to undo".to_owned() } else { worst.as_str().to_owned() }
    }]
}

/// Findings that are about what a change adds up to.
fn is_review(id: &str) -> bool {
    id.starts_with("capacity/") || id.starts_with("cost/")
}

/// `schema ✓`, `policy ✗ 2 errors, 1 warning`.
fn state(what: &str, findings: &[&Finding]) -> String {
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mark = if errors > 0 { "✗" } else { "✓" };
    let told: Vec<String> = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| counted(n, word))
        .collect();
    match told.as_slice() {
        [] => format!("{what} {mark}"),
        told => format!("{what} {mark} {}", told.join(", ")),
    }
}

fn cost(preflight: &Preflight, findings: &[&Finding]) -> String {
    let cost = &preflight.cost;
    let Some(currency) = &cost.currency else { return "cost not measured: nothing has a price".to_owned() };
    let coverage = cost.total.coverage;
    let covered = format!("{} priced, {} free, {} not priced", coverage.priced, coverage.free, coverage.not_priced);
    let unknown = match cost.total.unknown {
        0 => String::new(),
        count => format!(" and {} without a price", counted(count, "line")),
    };
    let delta = cost.total.delta().expected;
    let delta = if delta == 0 { "±0".to_owned() } else { format!("{} {currency}", signed_money(delta)) };
    format!("{} {delta}{unknown} ({covered})", state("cost", findings))
}

fn capacity(preflight: &Preflight, findings: &[&Finding]) -> String {
    if preflight.headroom.is_empty() {
        return "capacity not measured: no environment declares any".to_owned();
    }
    let changed: Vec<String> = preflight
        .headroom
        .iter()
        .filter(|room| room.changes())
        .map(|room| {
            let (before, after) = (room.percent(room.before), room.percent(room.after));
            format!("{} {} {before} → {after} %", room.environment, room.measure.as_str())
        })
        .collect();
    match changed.as_slice() {
        [] => format!("{}, unchanged", state("capacity", findings)),
        [one, two, rest @ ..] if !rest.is_empty() => {
            format!("{} {one}, {two} and {} more", state("capacity", findings), rest.len())
        }
        changed => format!("{} {}", state("capacity", findings), changed.join(", ")),
    }
}

fn access(changes: &[AccessChange]) -> String {
    let count = |gained: bool| changes.iter().filter(|change| change.gained == gained).count();
    match (count(true), count(false)) {
        (0, 0) => "access unchanged".to_owned(),
        (gained, 0) => format!("access: {gained} gained"),
        (0, lost) => format!("access: {lost} lost"),
        (gained, lost) => format!("access: {gained} gained, {lost} lost"),
    }
}

/// `one of team shopping (owner)`.
pub fn approval(approval: &Approval) -> String {
    let count = match approval.count {
        1 => "one".to_owned(),
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        count => count.to_string(),
    };
    let because: Vec<&str> = approval.because.iter().map(String::as_str).collect();
    format!("{count} of {} ({})", approval.team, because.join("; "))
}

/// `cart gains read-write access to redis carts in staging, production`.
pub fn access_change(change: &AccessChange) -> String {
    let environments: Vec<&str> = change.environments.iter().map(|name| name.as_str()).collect();
    let does = if change.gained { "+" } else { "-" };
    format!("{does} {}: {} {} in {}", change.access.who, change.access.may, change.access.what, environments.join(", "))
}

/// A bar of twenty, what is added marked.
pub fn bar(room: &Headroom) -> String {
    const WIDTH: i128 = 20;
    let cells = |amount: i128| (amount * WIDTH).div_euclid(room.capacity.max(1)).clamp(0, WIDTH) as usize;
    let (before, after) = (cells(room.before), cells(room.after));
    let (both, differ) = (before.min(after), before.max(after) - before.min(after));
    let mark = if after > before { "▓" } else { "▒" };
    let rest = (WIDTH as usize) - both - differ;
    let (name, measure) = (room.environment.as_str(), room.measure.as_str());
    let shown = |amount: i128| room.measure.shown(amount);
    let moves = match room.changes() {
        true => format!("{} → {}", shown(room.before), shown(room.after)),
        false => shown(room.after),
    };
    format!(
        "{name:<14} {measure:<8} {}{}{} {moves} of {} ({}%)",
        "█".repeat(both),
        mark.repeat(differ),
        "░".repeat(rest),
        shown(room.capacity),
        room.percent(room.after)
    )
}

/// `production/cart  120.00 -> 156.22  +36.22`.
pub fn cost_line(line: &Line) -> String {
    let delta = match line.unknown {
        0 => signed_money(line.delta().expected),
        count => format!("{} and {} without a price", signed_money(line.delta().expected), counted(count, "line")),
    };
    format!("{}: {} → {} ({delta})", line.name, money(line.base.expected), money(line.head.expected))
}

/// The factors of a unit and what follows.
pub fn risk(risk: &Risk) -> String {
    let factors: Vec<String> = risk.factors.iter().map(|(name, factor)| format!("{name} {factor}")).collect();
    let frozen = risk.freeze.as_ref().map(|freeze| format!("; {freeze}")).unwrap_or_default();
    format!(
        "{}: {} = {} → {}{frozen}",
        risk.unit,
        factors.join(" × "),
        risk.product,
        counted(risk.approvals as usize, "approval")
    )
}

/// What people have to know of the whole: notes, known findings.
pub fn notes(judged: &Judged) -> Vec<String> {
    let Judged { preflight, report, .. } = judged;
    let mut notes: Vec<String> = report.notes.clone();
    notes.extend(preflight.diff.notes.iter().cloned());
    if report.known > 0 {
        notes.push(format!("{} of base not held against this change", counted(report.known, "finding")));
    }
    let frozen: BTreeSet<String> = preflight
        .risks
        .iter()
        .filter_map(|risk| Some(format!("{} is frozen: {}", risk.unit.environment, risk.freeze.as_ref()?)))
        .collect();
    notes.extend(frozen);
    notes
}
