//! For programs: a frozen, versioned shape, described by `schemas/preflight.schema.json`. It holds the report of findings
//! and the diff in their own shapes.
//!
//! These types are the promise. They are not the types of the pipeline, so that those may change.

use super::Judged;
use super::platform_json::{DeclaredItem, Platform};
use super::wording::verdict;
use crate::report::inert::inert_json;
use crate::report::{diff, json as findings};
use crate::review::access::AccessChange;
use crate::review::capacity::Headroom;
use crate::review::cost::{BudgetMove, BudgetOf, BudgetState, Line, money};
use crate::review::reversibility::{Consequence, Undo};
use crate::review::verdict::{Approval, Ground, Outcome, Risk};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// The report as JSON, one object, ending in a line feed.
pub fn preflight_json(judged: &Judged) -> String {
    let text = serde_json::to_string_pretty(&Document::of(judged)).expect("strings and numbers always become JSON");
    inert_json(text + "\n")
}

/// The JSON Schema of what [`preflight_json`] gives.
pub fn preflight_schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/preflight.schema.json");
    schema
}

/// What `pavior preflight --format json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior pre-flight report")]
struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    /// What was compared, as people know it.
    base: String,
    head: String,
    outcome: OutcomeWord,
    /// The first line of the report.
    verdict: String,
    /// Whom it needs, once nothing blocks.
    approvals: Vec<ApprovalItem>,
    /// Findings, as `pavior check --format json` prints them.
    report: findings::Document,
    /// What was searched for secrets.
    searched: SearchedItem,
    /// Differences, as `pavior diff --format json` prints them.
    diff: diff::Document,
    cost: Cost,
    capacity: Vec<Room>,
    access: Vec<AccessItem>,
    /// The worst of `consequences`.
    undo: UndoWord,
    consequences: Vec<ConsequenceItem>,
    /// How many approvals each unit asks for, and why.
    risks: Vec<RiskItem>,
    /// What is declared otherwise of teams, environments, secret requests and owners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    declared: Vec<DeclaredItem>,
    /// Where the change touches platform files: what they make of everything after the merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
    /// Units that are declared and could not be compiled. Where there are any, nothing is compared or measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_compiled: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SearchedItem {
    /// Files that Pavior reads.
    files: usize,
    commits: usize,
    /// Files of any kind, as a commit of the change left them.
    files_of_commits: usize,
    /// Files whose names alone were searched.
    too_large: usize,
    binary: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum OutcomeWord {
    NoEffect,
    CanMerge,
    NeedsApproval,
    Blocked,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ApprovalItem {
    team: String,
    /// The most that one of the reasons asks.
    count: u32,
    /// The reasons in words.
    because: Vec<String>,
    /// What each rests on.
    reasons: Vec<ReasonItem>,
}

/// An approval that was given for a reason holds at a later commit while its count is not more, `fingerprints` holds none
/// that was not there, and `units` none that was not there or compiles into something else: `digestAfter` in `diff.units`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReasonItem {
    why: String,
    count: u32,
    /// The units whose change asks for it.
    units: Vec<String>,
    /// Of the findings that ask for it, in `report.findings` or waived by a waiver of this change; or of the platform
    /// files that change, as they will be.
    fingerprints: Vec<String>,
}

/// Money is decimal text in the currency; months have 730 hours.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cost {
    /// None where nothing has a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    total: CostLine,
    /// Environments and units whose cost differs.
    environments: Vec<CostLine>,
    units: Vec<CostLine>,
    /// Of which the change spends more or less.
    budgets: Vec<BudgetItem>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetItem {
    /// `team`, `environment` or `preview`.
    of: &'static str,
    name: String,
    currency: String,
    budget: String,
    /// A month, or for a preview a day. Absent where base had no such budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    after: String,
    /// In tenths of a percent. Absent where prices are in another currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    permille_before: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permille: Option<i64>,
    /// How many lines of what is spent have no price: with any, it is more than this.
    not_priced: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CostLine {
    name: String,
    base: String,
    head: String,
    delta: String,
    /// Things without a price that differ: with any, the delta is not all.
    unknown: usize,
}

/// In the smallest unit: thousandths of a core, bytes, pods.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Room {
    environment: String,
    measure: &'static str,
    before: i64,
    after: i64,
    capacity: i64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessItem {
    gained: bool,
    who: String,
    may: String,
    what: String,
    environments: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UndoWord {
    Reversible,
    WithLoss,
    Irreversible,
    /// Cannot be carried out.
    Refused,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsequenceItem {
    unit: String,
    undo: UndoWord,
    what: String,
    why: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RiskItem {
    unit: String,
    owner: String,
    /// What is multiplied.
    factors: BTreeMap<&'static str, u32>,
    product: u32,
    approvals: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    freeze: Option<String>,
}

impl Document {
    fn of(judged: &Judged) -> Document {
        let preflight = &judged.preflight;
        Document {
            version: VERSION,
            base: judged.base.clone(),
            head: judged.head.clone(),
            outcome: match judged.outcome() {
                Outcome::NoEffect => OutcomeWord::NoEffect,
                Outcome::CanMerge => OutcomeWord::CanMerge,
                Outcome::NeedsApproval(_) => OutcomeWord::NeedsApproval,
                Outcome::Blocked(_) => OutcomeWord::Blocked,
            },
            verdict: verdict(judged),
            approvals: preflight.approvals.iter().map(ApprovalItem::of).collect(),
            report: findings::Document::of(&judged.report),
            searched: SearchedItem {
                files: judged.report.files,
                commits: judged.searched.commits,
                files_of_commits: judged.searched.files,
                too_large: judged.searched.too_large,
                binary: judged.searched.binary,
            },
            diff: diff::Document::of(&preflight.diff),
            cost: Cost {
                currency: preflight.cost.currency.clone(),
                total: CostLine::of(&preflight.cost.total),
                environments: preflight.cost.environments.iter().map(CostLine::of).collect(),
                units: preflight.cost.units.iter().map(CostLine::of).collect(),
                budgets: preflight.cost.budgets.iter().map(BudgetItem::of).collect(),
            },
            capacity: preflight.headroom.iter().map(Room::of).collect(),
            access: preflight.access.iter().map(AccessItem::of).collect(),
            undo: UndoWord::of(preflight.undo()),
            consequences: preflight.consequences.iter().map(ConsequenceItem::of).collect(),
            risks: preflight.risks.iter().map(RiskItem::of).collect(),
            not_compiled: preflight.not_compiled.iter().map(ToString::to_string).collect(),
            platform: preflight.platform.as_ref().map(Platform::of),
            declared: preflight.declared.iter().map(DeclaredItem::of).collect(),
        }
    }
}

impl ApprovalItem {
    fn of(approval: &Approval) -> ApprovalItem {
        ApprovalItem {
            team: approval.team.to_string(),
            count: approval.count,
            because: approval.because.keys().cloned().collect(),
            reasons: approval.because.iter().map(|(why, ground)| ReasonItem::of(why, ground)).collect(),
        }
    }
}

impl ReasonItem {
    fn of(why: &str, ground: &Ground) -> ReasonItem {
        ReasonItem {
            why: why.to_owned(),
            count: ground.count,
            units: ground.units.iter().map(|unit| unit.folder()).collect(),
            fingerprints: ground.fingerprints.iter().cloned().collect(),
        }
    }
}

impl BudgetItem {
    pub fn of(one: &BudgetMove) -> BudgetItem {
        let after = &one.after;
        let (of, name) = match &after.of {
            BudgetOf::Team(name) => ("team", name),
            BudgetOf::Environment(name) => ("environment", name),
            BudgetOf::Preview(name) => ("preview", name),
        };
        let plain = |micros: i128| money(micros).replace(',', "");
        let is_comparable = after.state != BudgetState::OtherCurrency;
        let permille = |amount: i128| is_comparable.then(|| i64::try_from(amount).unwrap_or(i64::MAX));
        BudgetItem {
            of,
            name: name.to_string(),
            currency: after.budget.currency.clone(),
            budget: plain(i128::from(after.budget.micros)),
            before: one.before.as_ref().map(|before| plain(before.used.expected)),
            after: plain(after.used.expected),
            permille_before: one.before.as_ref().and_then(|before| permille(before.permille())),
            permille: permille(after.permille()),
            not_priced: after.not_priced,
        }
    }
}

impl CostLine {
    pub fn of(line: &Line) -> CostLine {
        CostLine {
            name: line.name.clone(),
            base: money(line.base.expected).replace(',', ""),
            head: money(line.head.expected).replace(',', ""),
            delta: money(line.delta().expected).replace(',', ""),
            unknown: line.unknown,
        }
    }
}

impl Room {
    pub fn of(room: &Headroom) -> Room {
        // What no 64 bits hold is more than any cluster has.
        let number = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
        Room {
            environment: room.environment.to_string(),
            measure: room.measure.as_str(),
            before: number(room.before),
            after: number(room.after),
            capacity: number(room.capacity),
        }
    }
}

impl AccessItem {
    pub fn of(change: &AccessChange) -> AccessItem {
        AccessItem {
            gained: change.gained,
            who: change.access.who.to_string(),
            may: change.access.may.to_string(),
            what: change.access.what.to_string(),
            environments: change.environments.iter().map(ToString::to_string).collect(),
        }
    }
}

impl UndoWord {
    fn of(undo: Undo) -> UndoWord {
        match undo {
            Undo::Reversible => UndoWord::Reversible,
            Undo::WithLoss => UndoWord::WithLoss,
            Undo::Irreversible => UndoWord::Irreversible,
            Undo::Refused => UndoWord::Refused,
        }
    }
}

impl ConsequenceItem {
    pub fn of(one: &Consequence) -> ConsequenceItem {
        ConsequenceItem {
            unit: one.unit.folder(),
            undo: UndoWord::of(one.undo),
            what: one.what.clone(),
            why: one.why.clone(),
        }
    }
}

impl RiskItem {
    fn of(risk: &Risk) -> RiskItem {
        RiskItem {
            unit: risk.unit.folder(),
            owner: risk.owner.to_string(),
            factors: risk.factors.iter().copied().collect(),
            product: risk.product,
            approvals: risk.approvals,
            freeze: risk.freeze.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{blocked, change};
    use super::*;

    #[test]
    fn every_report_follows_its_schema() {
        let validator = jsonschema::validator_for(&preflight_schema()).unwrap();
        for judged in [change(), blocked()] {
            let value: Value = serde_json::from_str(&preflight_json(&judged)).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
}
