//! Every sentence of a pre-flight report.

use super::Judged;
use crate::model::{Finding, Name, Severity};
use crate::read::Searched;
use crate::report::counted;
use crate::review::access::{AccessChange, What, Who};
use crate::review::capacity::Headroom;
use crate::review::cost::{BudgetMove, BudgetOf, BudgetState, BudgetUse, Line, money, signed_money};
use crate::review::preflight::{Cost, Preflight};
use crate::review::reversibility::{Cause, Undo};
use crate::review::verdict::{Approval, Outcome, Risk};
use std::collections::{BTreeMap, BTreeSet};

/// The sentence that is enough for most readers.
pub fn verdict(judged: &Judged) -> String {
    let mut parts = vec![match judged.outcome() {
        Outcome::NoEffect => "no deployed effect".to_owned(),
        Outcome::CanMerge => "can merge".to_owned(),
        Outcome::NeedsApproval(count) => format!("can merge after {}", counted(count as usize, "approval")),
        Outcome::Blocked(errors) => format!("blocked by {}", counted(errors, "error")),
    }];
    let preflight = &judged.preflight;
    if preflight.all_consequences().any(|one| one.undo == Undo::Irreversible) {
        parts.push("cannot be undone".to_owned());
    }
    parts.extend(environments_where(preflight, &Cause::Relocation, "moves"));
    parts.extend(environments_where(preflight, &Cause::Guard, "lowers the protection of data in"));
    let costs: Vec<String> = preflight
        .cost
        .environments
        .iter()
        .filter(|line| line.delta().expected != 0 || line.unknown > 0)
        .map(|line| match line.unknown {
            0 => format!("{} {}", line.name, signed_money(line.delta().expected)),
            // What has a price is not all of it, and could even have the wrong sign.
            _ => format!("{} not known", line.name),
        })
        .collect();
    if let (Some(currency), false) = (&preflight.cost.currency, costs.is_empty()) {
        parts.push(format!("{} {currency} a month", costs.join(", ")));
    }
    let opened: BTreeSet<&What> = preflight
        .access
        .iter()
        .filter(|change| change.gained && change.access.who == Who::Visitors)
        .map(|change| &change.access.what)
        .collect();
    if !opened.is_empty() {
        let opened: Vec<String> = opened.into_iter().map(ToString::to_string).collect();
        parts.push(format!("opens {} to visitors from outside", opened.join(", ")));
    }
    if !preflight.not_compiled.is_empty() {
        parts.push("nothing is compared before it compiles".to_owned());
    }
    match preflight.diff.units.len() {
        0 => {}
        1 => parts.push("1 unit changes".to_owned()),
        count => parts.push(format!("{count} units change")),
    }
    if let Some(platform) = &preflight.platform {
        let loosened = platform.policies.iter().filter(|one| one.loosens()).count();
        if loosened > 0 {
            let policies = if loosened == 1 { "policy" } else { "policies" };
            parts.push(format!("{loosened} {policies} loosened"));
        }
        let count = match platform.diff.units.len() {
            0 => "no unit".to_owned(),
            count => counted(count, "unit"),
        };
        parts.push(format!("new platform files change {count}{}", cost_after(&platform.cost)));
    }
    parts.join(" · ")
}

/// `moves production, staging`.
fn environments_where(preflight: &Preflight, cause: &Cause, does: &str) -> Option<String> {
    let of = preflight.all_consequences().filter(|one| one.cause.as_ref() == Some(cause));
    let environments: BTreeSet<&str> = of.map(|one| one.unit.environment.as_str()).collect();
    let environments: Vec<&str> = environments.into_iter().collect();
    (!environments.is_empty()).then(|| format!("{does} {}", environments.join(", ")))
}

/// What was looked at, and how it is. What was not measured is never said to be well.
pub fn checks(judged: &Judged) -> Vec<String> {
    let Judged { preflight, report, .. } = judged;
    let of = |is_of: fn(&str) -> bool| -> Vec<&Finding> {
        report.findings.iter().filter(|finding| is_of(finding.rule.id)).collect()
    };
    let lost = preflight.not_compiled.len();
    let later = preflight.platform.as_ref().map(|effect| &effect.new_findings);
    let state = |what: &str, findings: &[&Finding], lost: usize| {
        let is_later = |one: &&&Finding| later.is_some_and(|later| later.contains(&one.fingerprint()));
        state(what, findings, lost, findings.iter().filter(is_later).count())
    };
    let declarations = state("declarations", &of(|id| !is_review(id)), 0);
    let secrets =
        secrets(judged, state("secrets", &of(|id| id.starts_with("secret/") || id.starts_with("request/")), 0));
    let policy = match report.policies {
        0 => "policy not asked: there is none".to_owned(),
        _ => state("policy", &of(|id| id.starts_with("policy/") || id.starts_with("waiver/")), lost),
    };
    let of_capacity = of(|id| id.starts_with("capacity/"));
    let capacity = capacity(preflight, &state("capacity", &of_capacity, 0), of_capacity.is_empty());
    if lost > 0 {
        let rest = "cost, capacity, access and undoing not measured".to_owned();
        return vec![declarations, policy, secrets, rest];
    }
    vec![
        declarations,
        policy,
        secrets,
        cost(preflight, &state("cost", &of(|id| id.starts_with("cost/")), 0)),
        capacity,
        access(&preflight.access),
        {
            let worst = preflight.undo();
            if preflight.diff.units.is_empty() && preflight.all_consequences().next().is_none() {
                "nothing to undo".to_owned()
            } else {
                worst.as_str().to_owned()
            }
        },
    ]
}

/// Findings that have a word of their own.
fn is_review(id: &str) -> bool {
    const WORDS: [&str; 7] = ["capacity/", "cost/", "policy/", "request/", "reversibility/", "secret/", "waiver/"];
    WORDS.iter().any(|stage| id.starts_with(stage))
}

/// `schema ✓`, `policy ✗ 2 errors, 1 warning (1 after the merge)`. Where so many units could not be looked at, nothing is
/// well by that.
fn state(what: &str, findings: &[&Finding], lost: usize, later: usize) -> String {
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mark = match (errors, lost) {
        (0, 0) => "✓",
        (0, _) => "–",
        _ => "✗",
    };
    let told: Vec<String> = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| counted(n, word))
        .collect();
    match told.as_slice() {
        [] => format!("{what} {mark}"),
        told if later == 0 => format!("{what} {mark} {}", told.join(", ")),
        told => format!("{what} {mark} {} ({later} after the merge)", told.join(", ")),
    }
}

/// `secrets ✓ searched 96 files, 5 more in 2 commits, 1 binary by name only`.
fn secrets(judged: &Judged, state: String) -> String {
    let Searched { commits, files, too_large, binary } = judged.searched;
    let mut told = format!("{state} searched {}", counted(judged.report.files, "file"));
    if commits > 0 {
        told.push_str(&format!(", {files} more in {}", counted(commits, "commit")));
    }
    for (count, what) in [(too_large, "too large"), (binary, "binary")] {
        if count > 0 {
            told.push_str(&format!(", {count} {what} by name only"));
        }
    }
    told
}

fn cost(preflight: &Preflight, state: &str) -> String {
    let cost = &preflight.cost;
    let Some(currency) = &cost.currency else { return "cost not measured: nothing has a price".to_owned() };
    let coverage = cost.total.coverage;
    let covered = format!("{} priced, {} free, {} not priced", coverage.priced, coverage.free, coverage.not_priced);
    let delta = cost.total.delta().expected;
    let delta = match (cost.total.unknown, delta) {
        (0, 0) => "±0".to_owned(),
        (0, delta) => format!("{} {currency}", signed_money(delta)),
        (count, _) => format!("not known: {} without a price", counted(count, "line")),
    };
    let budgets = budgets(&cost.budgets).map(|told| format!("{told}; ")).unwrap_or_default();
    let previews = if cost.previews { "one preview counted in; " } else { "" };
    let later = preflight.platform.as_ref().map(|effect| cost_after(&effect.cost)).filter(|told| !told.is_empty());
    let later = later.map(|told| format!("{told} by the new platform files, after the merge")).unwrap_or_default();
    format!("{state} {delta} ({previews}{budgets}{covered}){later}")
}

/// `, +12.00 USD a month`: what platform files make of the bill, where they do.
fn cost_after(cost: &Cost) -> String {
    match (&cost.currency, cost.total.unknown, cost.total.delta().expected) {
        (None, ..) | (_, 0, 0) => String::new(),
        (Some(currency), 0, delta) => format!(", {} {currency} a month", signed_money(delta)),
        (Some(_), ..) => ", at a cost not known".to_owned(),
    }
}

/// How many budgets, or environments, are told in one line.
const MOST_TOLD: usize = 3;

/// `budgets: shopping 82 → 87 %, production 40 → 41 %`: those that are or were used most.
fn budgets(moves: &[BudgetMove]) -> Option<String> {
    let mut moves: Vec<&BudgetMove> =
        moves.iter().filter(|one| one.after.state != BudgetState::OtherCurrency).collect();
    let most = |one: &BudgetMove| one.after.permille().max(one.before.as_ref().map_or(0, BudgetUse::permille));
    moves.sort_by_key(|one| std::cmp::Reverse(most(one)));
    let told: Vec<String> = moves.iter().filter_map(|one| budget(one)).collect();
    match told.as_slice() {
        [] => None,
        [one] => Some(format!("budget: {one}")),
        told => Some(format!("budgets: {}", some_of(told))),
    }
}

/// None where it moves by less than is told.
fn budget(one: &BudgetMove) -> Option<String> {
    let whose = match &one.after.of {
        BudgetOf::Team(name) | BudgetOf::Environment(name) => name.to_string(),
        BudgetOf::Preview(name) => format!("one {name}"),
    };
    let least = if one.after.not_priced > 0 { "at least " } else { "" };
    let after = one.after.permille();
    match one.before.as_ref().map(BudgetUse::permille) {
        None => Some(format!("{whose} {least}{} %", after / 10)),
        Some(before) if before == after => None,
        Some(before) if before / 10 == after / 10 => {
            Some(format!("{whose} {least}{}.{} → {}.{} %", before / 10, before % 10, after / 10, after % 10))
        }
        Some(before) => Some(format!("{whose} {least}{} → {} %", before / 10, after / 10)),
    }
}

/// The first of a list, and how many more there are.
pub fn some_of(told: &[String]) -> String {
    match told.len() {
        ..=MOST_TOLD => told.join(", "),
        count => format!("{} and {} more", told[..MOST_TOLD].join(", "), count - MOST_TOLD),
    }
}

/// Of each environment what is nearest to its end.
fn capacity(preflight: &Preflight, state: &str, is_well: bool) -> String {
    if preflight.headroom.is_empty() {
        return "capacity not measured: no environment declares any".to_owned();
    }
    let mut tightest: BTreeMap<&Name, &Headroom> = BTreeMap::new();
    for room in preflight.headroom.iter().filter(|room| room.changes()) {
        let known = tightest.entry(&room.environment).or_insert(room);
        if room.percent(room.after) > known.percent(known.after) {
            *known = room;
        }
    }
    let mut rooms: Vec<&Headroom> = tightest.into_values().collect();
    rooms.sort_by_key(|room| std::cmp::Reverse(room.percent(room.after)));
    let told: Vec<String> = rooms.iter().map(|room| headroom(room)).collect();
    let is_known = is_well && rooms.iter().any(|room| room.is_exceeded());
    match (told.is_empty(), is_known) {
        (true, _) => format!("{state}, unchanged"),
        (false, true) => format!("capacity exceeded as before: {}", some_of(&told)),
        (false, false) => format!("{state} {}", some_of(&told)),
    }
}

/// `production cpu 61 → 64 %`.
fn headroom(room: &Headroom) -> String {
    let (before, after) = (room.percent(room.before), room.percent(room.after));
    let what = format!("{} {}", room.environment, room.measure.as_str());
    if before == after { format!("{what} {after} %") } else { format!("{what} {before} → {after} %") }
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
    let because: Vec<&str> = approval.because.keys().map(String::as_str).collect();
    let more = match because.len() {
        ..=MOST_REASONS => String::new(),
        count => format!("; and {} more", counted(count - MOST_REASONS, "reason")),
    };
    format!("{count} of {} ({}{more})", approval.team, because[..because.len().min(MOST_REASONS)].join("; "))
}

/// How many reasons of one team stand in its line.
const MOST_REASONS: usize = 5;

/// `cart gains read-write access to redis carts in staging, production`.
pub fn access_change(change: &AccessChange) -> String {
    let environments: Vec<&str> = change.environments.iter().map(|name| name.as_str()).collect();
    let does = if change.gained { "+" } else { "-" };
    format!("{does} {}: {} {} in {}", change.access.who, change.access.may, change.access.what, environments.join(", "))
}

/// How much of a cluster is asked for, before and after.
pub fn bar(room: &Headroom) -> String {
    let shown = |amount: i128| room.measure.shown(amount);
    let moves = match room.changes() {
        true => format!("{} → {}", shown(room.before), shown(room.after)),
        false => shown(room.after),
    };
    format!(
        "{:<14} {:<8} {} {moves} of {} ({}%)",
        room.environment.as_str(),
        room.measure.as_str(),
        gauge(room.before, room.after, room.capacity),
        shown(room.capacity),
        room.percent(room.after)
    )
}

/// How much of a budget is spent, before and after.
pub fn budget_bar(one: &BudgetMove) -> String {
    let (after, limit) = (&one.after, i128::from(one.after.budget.micros));
    let whose = match &after.of {
        BudgetOf::Team(name) => format!("team {name}"),
        BudgetOf::Environment(name) => format!("environment {name}"),
        BudgetOf::Preview(name) => format!("one {name}"),
    };
    let before = one.before.as_ref().map_or(after.used.expected, |before| before.used.expected);
    let spent = match before == after.used.expected {
        true => money(before),
        false => format!("{} → {}", money(before), money(after.used.expected)),
    };
    let told = match after.state {
        BudgetState::OtherCurrency => "not in the currency of its prices".to_owned(),
        _ => format!("{}%", after.permille() / 10),
    };
    let unknown = match after.not_priced {
        0 => String::new(),
        count => format!(", and {} without a price", counted(count, "line")),
    };
    format!(
        "{whose:<23} {} {spent} of {} {} {} ({told}{unknown})",
        gauge(before, after.used.expected, limit),
        money(limit),
        after.budget.currency,
        after.period()
    )
}

/// A bar of twenty, what is added or taken away marked.
fn gauge(before: i128, after: i128, limit: i128) -> String {
    const WIDTH: i128 = 20;
    let cells = |amount: i128| (amount * WIDTH).div_euclid(limit.max(1)).clamp(0, WIDTH) as usize;
    let (cells_before, cells_after) = (cells(before), cells(after));
    let (both, differ) = (cells_before.min(cells_after), cells_before.abs_diff(cells_after));
    let mark = if after > before { "▓" } else { "▒" };
    format!("{}{}{}", "█".repeat(both), mark.repeat(differ), "░".repeat(WIDTH as usize - both - differ))
}

/// `production/cart: 120.00 → 156.22 (+36.22), from 100.00 to 300.00 as replicas come and go`.
pub fn cost_line(line: &Line) -> String {
    let range = match line.head.is_range() {
        true => format!(", from {} to {} as replicas come and go", money(line.head.least), money(line.head.most)),
        false => String::new(),
    };
    let delta = match line.unknown {
        0 => signed_money(line.delta().expected),
        count => format!("{} and {} without a price", signed_money(line.delta().expected), counted(count, "line")),
    };
    format!("{}: {} → {} ({delta}){range}", line.name, money(line.base.expected), money(line.head.expected))
}

/// The factors of a unit, and of so many more, and what follows.
pub fn risk(risk: &Risk, more: usize) -> String {
    let factors: Vec<String> = risk.factors.iter().map(|(name, factor)| format!("{name} {factor}")).collect();
    let frozen = risk.freeze.as_ref().map(|freeze| format!("; {freeze}")).unwrap_or_default();
    let others = if more > 0 { format!(" and {more} more there") } else { String::new() };
    format!(
        "{}{others}: {} = {} → {}{frozen}",
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
