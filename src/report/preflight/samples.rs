//! Changes for tests: one that takes approvals, one that is blocked and hostile, one that is large.

use super::Judged;
use crate::model::kinds::resource_type::AccessLevel;
use crate::model::{Finding, Location, Money, Name, Percent, RepoPath, Rule, Severity, Threshold};
use crate::provision::{UnitId, UnitKind};
use crate::read::{DocumentId, Part, Place, Searched};
use crate::report::Report;
use crate::report::diff::samples;
use crate::review::access::{Access, AccessChange, May, What, Who};
use crate::review::capacity::{Headroom, Measure};
use crate::review::cost::{Amount, BudgetMove, BudgetOf, BudgetState, BudgetUse, Coverage, Line};
use crate::review::diff::Action;
use crate::review::effect::PlatformEffect;
use crate::review::preflight::{Cost, Preflight};
use crate::review::reversibility::{Consequence, Undo};
use crate::review::verdict::{Approval, Ground, Risk};

static RULE: Rule = Rule { id: "schema/example", severity: Severity::Error, summary: "", explanation: "" };

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn line(name: &str, base: i128, head: i128) -> Line {
    let amount = |euros: i128| Amount { least: euros * 10_000, expected: euros * 10_000, most: euros * 10_000 };
    let coverage = Coverage { priced: 5, free: 2, not_priced: 0 };
    Line {
        name: name.to_owned(),
        base: amount(base),
        head: amount(head),
        base_coverage: coverage,
        coverage,
        unknown: 0,
    }
}

fn approval(team: &str, count: u32, why: &str, unit: &UnitId) -> Approval {
    let fingerprints = ["5c3e0a9c1b7f2d48".to_owned()].into();
    let ground = Ground { count, units: [unit.clone()].into(), fingerprints };
    Approval::of(name(team), [(why.to_owned(), ground)].into())
}

/// Of team shopping, which has 100.
fn budget(before: i128, after: i128) -> BudgetMove {
    let spent = |hundredths: i128| BudgetUse {
        of: BudgetOf::Team(name("shopping")),
        budget: Money { micros: 100_000_000, currency: "USD".to_owned() },
        warn_at: Threshold::Share(Percent::parse("90%").unwrap()),
        used: line("", 0, hundredths).head,
        state: BudgetState::Within,
        causes: Vec::new(),
        not_priced: 0,
        place: Place { document: DocumentId(0), route: Vec::new(), part: Part::Value },
    };
    BudgetMove { before: Some(spent(before)), after: spent(after) }
}

pub fn change() -> Judged {
    let unit = UnitId { environment: name("production"), kind: UnitKind::Service, name: name("cart") };
    let risk = Risk {
        unit: unit.clone(),
        owner: name("shopping"),
        factors: [("tier", 3), ("environment", 2), ("undo", 3), ("reach", 2), ("freeze", 2)],
        freeze: Some("Christmas (2026-12-21 to 2027-01-03)".to_owned()),
        product: 72,
        approvals: 3,
    };
    let what = What::Resource { kind: name("redis"), name: "carts".to_owned() };
    let preflight = Preflight {
        diff: samples::diff(),
        cost: Cost {
            currency: Some("USD".to_owned()),
            environments: vec![line("production", 12_000, 15_622), line("staging", 1_000, 1_000)],
            units: vec![line("production/cart", 12_000, 15_622)],
            total: line("total", 13_000, 16_622),
            budgets: vec![budget(8_200, 8_700)],
            previews: true,
        },
        headroom: vec![Headroom {
            environment: name("production"),
            measure: Measure::Cpu,
            before: 39_000,
            after: 41_000,
            capacity: 64_000,
        }],
        access: vec![AccessChange {
            gained: true,
            access: Access { who: Who::Service(name("cart")), may: May::Use(AccessLevel::ReadWrite), what },
            environments: [name("production")].into(),
        }],
        consequences: vec![Consequence {
            unit: unit.clone(),
            undo: Undo::Irreversible,
            what: "redis carts: version 7 -> 8".to_owned(),
            why: "there is no way back, but a restore from a backup".to_owned(),
            cause: None,
        }],
        risks: vec![risk],
        approvals: vec![
            approval("platform", 1, "irreversible in production", &unit),
            approval("shopping", 2, "owner", &unit),
        ],
        not_compiled: Default::default(),
        declared: Vec::new(),
        platform: Some(PlatformEffect {
            files: vec![(Action::Update, RepoPath::literal("golden-paths/resources/redis/aws/main.tf"))],
            diff: samples::diff(),
            cost: Cost { total: line("total", 16_622, 16_622), ..Cost::default() },
            affected: [(name("shopping"), 3), (name("checkout"), 1)].into(),
            told: [(name("shopping"), 2)].into(),
            new_findings: ["5c3e0a9c1b7f2d48".to_owned()].into(),
            ..PlatformEffect::default()
        }),
    };
    let report = Report { files: 96, ..Report::default() };
    let searched = Searched { commits: 2, files: 5, too_large: 0, binary: 1 };
    Judged { preflight, report, searched, base: "main".to_owned(), head: "7fd21aa".to_owned() }
}

pub fn blocked() -> Judged {
    let at = Location::file(RepoPath::literal("catalog/cart.yaml"));
    let hostile = "names `@acme/everyone` <img src=x> ```` </details>\n### x";
    let finding = Finding::new(&RULE, at, hostile).help("write it otherwise, @acme/everyone");
    let report = Report { findings: vec![finding], ..Report::default() };
    Judged { report, ..change() }
}

/// So many units, each with a difference of its own.
pub fn large(units: usize) -> Judged {
    let mut judged = change();
    let sample = judged.preflight.diff.units[3].clone();
    judged.preflight.diff.units = (0..units)
        .map(|number| {
            let mut unit = sample.clone();
            unit.unit.name = name(&format!("unit-{number}"));
            unit.changes[1].fields[0].after = Some(serde_json::json!(number));
            unit
        })
        .collect();
    let cost = &mut judged.preflight.cost;
    cost.units = (0..units).map(|number| line(&format!("production/unit-{number}"), 100, 200)).collect();
    let risk = judged.preflight.risks[0].clone();
    judged.preflight.risks = (0..units).map(|_| risk.clone()).collect();
    judged
}
