//! Budgets: what is spent of each, and what is said about it.

use super::amount::{Amount, half_up, money};
use super::bill::Bill;
use super::charge::HOURS_A_MONTH;
use super::rules;
use crate::model::kinds::budget::{Budgeting, OverBudget};
use crate::model::{Finding, Findings, Location, Money, Name, Rule, Threshold, listed};
use crate::read::{Documents, Place};

/// Whose budget.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BudgetOf {
    Team(Name),
    Environment(Name),
    /// One preview, a day.
    Preview(Name),
}

/// A budget and what is spent of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetUse {
    pub of: BudgetOf,
    pub budget: Money,
    /// From when on it is told.
    pub warn_at: Threshold,
    /// In millionths of the budget's currency, a month or, for a preview, a day.
    pub used: Amount,
    pub state: BudgetState,
    /// What costs most, and how much, from the top.
    pub causes: Vec<(String, i128)>,
    /// How many of its rows have no price.
    pub not_priced: usize,
    /// Where the budget is declared.
    pub place: Place,
}

/// A budget of which a change spends more or less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetMove {
    /// None where base had no such budget.
    pub before: Option<BudgetUse>,
    pub after: BudgetUse,
}

/// Those that move, in their order.
pub fn moved(before: &[BudgetUse], after: &[BudgetUse]) -> Vec<BudgetMove> {
    let pair = |after: &BudgetUse| {
        let before = before.iter().find(|before| before.of == after.of).cloned();
        BudgetMove { before, after: after.clone() }
    };
    let moves = |one: &BudgetMove| {
        one.before.as_ref().is_none_or(|before| (before.used, &before.budget) != (one.after.used, &one.after.budget))
    };
    after.iter().map(pair).filter(moves).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetState {
    Within,
    /// From the threshold on.
    Near,
    /// Within, but with all replicas that there may be it would not be.
    NearAtMost,
    Over(OverBudget),
    /// Prices are in another currency.
    OtherCurrency,
}

impl BudgetUse {
    /// What is spent, in tenths of a percent.
    pub fn permille(&self) -> i128 {
        let budget = i128::from(self.budget.micros);
        if budget == 0 { 0 } else { self.used.expected * 1_000 / budget }
    }

    /// Whether more is spent than once was, or it is another budget.
    pub fn is_worse_than(&self, old: &BudgetUse) -> bool {
        old.used.most < self.used.most || old.budget != self.budget
    }

    pub fn period(&self) -> &'static str {
        match self.of {
            BudgetOf::Team(_) | BudgetOf::Environment(_) => "a month",
            BudgetOf::Preview(_) => "a day",
        }
    }
}

/// The part of a month's amount that falls on one day.
pub fn daily(amount: Amount) -> Amount {
    let day = |micros: i128| {
        let hundredths = half_up(micros.unsigned_abs() * 24, HOURS_A_MONTH.unsigned_abs() * 10_000);
        i128::try_from(hundredths).unwrap_or(i128::MAX / 10_000) * 10_000 * micros.signum()
    };
    Amount { least: day(amount.least), expected: day(amount.expected), most: day(amount.most) }
}

/// How far a budget's own rules are.
struct Declared<'d> {
    of: BudgetOf,
    budget: &'d Money,
    rules: &'d Budgeting,
    place: Place,
}

/// Every declared budget, teams before environments before previews, by name. A team pays for what it owns in permanent
/// environments; nobody knows how many previews there will be.
pub fn budgets(documents: &Documents, bills: &[Bill]) -> Vec<BudgetUse> {
    let mut budgets: Vec<BudgetUse> = declared(documents).map(|declared| spent(declared, bills)).collect();
    budgets.sort_by(|a, b| a.of.cmp(&b.of));
    budgets
}

fn declared(documents: &Documents) -> impl Iterator<Item = Declared<'_>> {
    let all = &documents.declarations;
    let teams = all.teams.iter().filter_map(|team| {
        Some(Declared {
            of: BudgetOf::Team(team.metadata.name.clone()),
            budget: team.spec.monthly_budget.as_ref()?,
            rules: &team.spec.budget,
            place: team.place(&["spec", "monthlyBudget"]),
        })
    });
    let environments = all.environments.iter().filter_map(|environment| {
        Some(Declared {
            of: BudgetOf::Environment(environment.metadata.name.clone()),
            budget: environment.spec.monthly_budget.as_ref()?,
            rules: &environment.spec.budget,
            place: environment.place(&["spec", "monthlyBudget"]),
        })
    });
    let previews = all.environments.iter().filter_map(|environment| {
        Some(Declared {
            of: BudgetOf::Preview(environment.metadata.name.clone()),
            budget: environment.spec.preview.as_ref()?.daily_budget.as_ref()?,
            rules: &environment.spec.budget,
            place: environment.place(&["spec", "preview", "dailyBudget"]),
        })
    });
    teams.chain(environments).chain(previews)
}

fn spent(declared: Declared<'_>, bills: &[Bill]) -> BudgetUse {
    let Declared { of, budget, rules, place } = declared;
    let counts = |bill: &&Bill| match &of {
        BudgetOf::Team(team) => bill.owner == *team && !bill.preview,
        BudgetOf::Environment(environment) | BudgetOf::Preview(environment) => bill.unit.environment == *environment,
    };
    let bills: Vec<&Bill> = bills.iter().filter(counts).collect();
    let per = |amount: Amount| if matches!(of, BudgetOf::Preview(_)) { daily(amount) } else { amount };
    let used = per(bills.iter().map(|bill| bill.total()).sum());
    let mut causes: Vec<(String, i128)> = bills
        .iter()
        .map(|bill| (bill.unit.folder(), per(bill.total()).expected))
        .filter(|(_, cost)| *cost > 0)
        .collect();
    causes.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.cmp(other)));
    let foreign = |currency: &str| bills.iter().any(|bill| bill.currency.as_ref().is_some_and(|own| own != currency));
    let threshold = match &rules.warn_at {
        Threshold::Amount(money) if money.currency != budget.currency => None,
        Threshold::Amount(money) => Some(i128::from(money.micros)),
        Threshold::Share(share) => Some(i128::from(budget.micros) * i128::from(share.thousandths()) / 100_000),
    };
    let limit = i128::from(budget.micros);
    let state = match threshold {
        None => BudgetState::OtherCurrency,
        Some(_) if foreign(&budget.currency) => BudgetState::OtherCurrency,
        Some(_) if used.expected > limit => BudgetState::Over(rules.over),
        Some(threshold) if used.expected > 0 && used.expected >= threshold => BudgetState::Near,
        Some(_) if used.most > limit => BudgetState::NearAtMost,
        Some(_) => BudgetState::Within,
    };
    let not_priced = bills.iter().map(|bill| bill.coverage().not_priced).sum();
    BudgetUse { of, budget: budget.clone(), warn_at: rules.warn_at.clone(), used, state, causes, not_priced, place }
}

/// Says what is above its budget, near it, or cannot be compared.
pub fn tell_budgets(documents: &Documents, budgets: &[BudgetUse], findings: &mut Findings) {
    for one in budgets {
        let at = documents.locate(&one.place);
        match one.state {
            BudgetState::Within => {}
            BudgetState::Near => findings.push(near_budget(at, one)),
            BudgetState::NearAtMost => findings.push(near_at_most(at, one)),
            BudgetState::Over(OverBudget::Deny) => findings.push(over_budget(&rules::OVER_BUDGET, at, one)),
            BudgetState::Over(OverBudget::Warn) => findings.push(over_budget(&rules::OVER_SOFT_BUDGET, at, one)),
            BudgetState::OtherCurrency => findings.push(other_currency(at, one)),
        }
    }
}

/// `team shopping`.
fn whose(one: &BudgetUse) -> String {
    match &one.of {
        BudgetOf::Team(name) => format!("team {name}"),
        BudgetOf::Environment(name) => format!("environment {name}"),
        BudgetOf::Preview(name) => format!("a preview made from {name}"),
    }
}

fn over_budget(rule: &'static Rule, at: Location, one: &BudgetUse) -> Finding {
    let (used, currency) = (money(one.used.expected), &one.budget.currency);
    let above = money(one.used.expected - i128::from(one.budget.micros));
    Finding::new(rule, at, format!("{} costs {used} {currency} {}, {above} above its budget", whose(one), one.period()))
        .label(format!("{above} {currency} too little"))
        .help(most_of_it(one))
        .help(match one.of {
            BudgetOf::Team(_) => {
                "make it cost less, or raise the budget in the same change: those who own it then approve both"
            }
            BudgetOf::Environment(_) | BudgetOf::Preview(_) => "make it cost less, or raise the budget first",
        })
}

fn near_budget(at: Location, one: &BudgetUse) -> Finding {
    let (used, currency) = (money(one.used.expected), &one.budget.currency);
    let percent = one.permille() / 10;
    let message = format!("{} costs {used} {currency} {}, {percent}% of its budget", whose(one), one.period());
    Finding::new(&rules::NEAR_BUDGET, at, message).label(format!("told from {} on", one.warn_at)).help(most_of_it(one))
}

fn near_at_most(at: Location, one: &BudgetUse) -> Finding {
    let (most, currency) = (money(one.used.most), &one.budget.currency);
    let message =
        format!("with all replicas {} would cost {most} {currency} {}, more than its budget", whose(one), one.period());
    Finding::new(&rules::NEAR_BUDGET, at, message)
        .label(format!("{} {currency} is counted on", money(one.used.expected)))
        .help(most_of_it(one))
}

fn most_of_it(one: &BudgetUse) -> String {
    let currency = &one.budget.currency;
    let causes = one.causes.iter().map(|(unit, cost)| format!("{unit} ({} {currency})", money(*cost)));
    let causes: Vec<String> = causes.collect();
    let unknown = match one.not_priced {
        0 => String::new(),
        1 => "; 1 more line has no price".to_owned(),
        count => format!("; {count} more lines have no price"),
    };
    format!("the most of it is {}{unknown}", listed(causes.iter().map(String::as_str), 3).replace('`', ""))
}

fn other_currency(at: Location, one: &BudgetUse) -> Finding {
    let currency = &one.budget.currency;
    Finding::new(
        &rules::BUDGET_CURRENCY,
        at,
        format!("the budget of {} is not in the currency of its prices", whose(one)),
    )
    .label(format!("in {currency}"))
    .help("write the budget and its `warnAt` in the currency of the price books")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::provision::fixture::{declaration, documents, pointed};
    use crate::review::cost::sample::{bill_of, nodes, scaled};
    use serde_json::{Value, json};

    /// 0.1 x 730 = 73.00 a month for each node.
    fn bills() -> Vec<Bill> {
        vec![
            bill_of("production", "cart", "shopping", vec![nodes("carts", 1, "0.1")]),
            bill_of("production", "shop", "shopping", vec![nodes("db", 2, "0.1")]),
            bill_of("staging", "cart", "shopping", vec![nodes("carts", 1, "0.1")]),
            bill_of("production", "mail", "checkout", vec![nodes("db", 1, "0.1")]),
        ]
    }

    fn team(budget: Value) -> Value {
        let mut spec = json!({"forgeTeam": "@acme/shopping"});
        for (key, value) in budget.as_object().unwrap() {
            spec[key] = value.clone();
        }
        declaration("Team", "shopping", spec)
    }

    /// Rule, message and what it points at.
    fn said(declared: Value, bills: &[Bill]) -> Vec<(&'static str, String, String)> {
        let documents = documents(&[declared], &[]);
        let mut findings = Findings::default();
        tell_budgets(&documents, &budgets(&documents, bills), &mut findings);
        let findings = findings.into_sorted();
        findings.iter().map(|one| (one.rule.id, one.message.clone(), pointed(&documents, one).to_owned())).collect()
    }

    fn rules(budget: Value) -> Vec<&'static str> {
        said(team(budget), &bills()).into_iter().map(|said| said.0).collect()
    }

    #[test]
    fn a_team_above_its_budget_is_told_at_the_budget_with_what_costs_most() {
        let declared = team(json!({"monthlyBudget": "280 USD"}));
        let message = "team shopping costs 292.00 USD a month, 12.00 above its budget";
        assert_eq!(
            said(declared.clone(), &bills()),
            [("cost/over-budget", message.to_owned(), "\"280 USD\"".to_owned())]
        );
        let documents = documents(&[declared], &[]);
        let mut findings = Findings::default();
        tell_budgets(&documents, &budgets(&documents, &bills()), &mut findings);
        let help =
            "the most of it is production/shop (146.00 USD), production/cart (73.00 USD) and staging/cart (73.00 USD)";
        assert_eq!(findings.into_sorted()[0].help[0], help);
    }

    #[test]
    fn the_setting_decides_what_happens_and_from_when_on_it_is_told() {
        assert_eq!(rules(json!({"monthlyBudget": "1000 USD"})), [""; 0]);
        assert_eq!(rules(json!({"monthlyBudget": "300 USD"})), ["cost/near-budget"]);
        assert_eq!(rules(json!({"monthlyBudget": "300 USD", "budget": {"warnAt": "98%"}})), [""; 0]);
        assert_eq!(rules(json!({"monthlyBudget": "1000 USD", "budget": {"warnAt": "292 USD"}})), ["cost/near-budget"]);
        assert_eq!(rules(json!({"monthlyBudget": "280 USD", "budget": {"over": "warn"}})), ["cost/over-soft-budget"]);
        assert_eq!(rules(json!({"monthlyBudget": "292 USD", "budget": {"warnAt": "100%"}})), ["cost/near-budget"]);
        assert_eq!(rules::OVER_SOFT_BUDGET.severity, Severity::Warning);
    }

    #[test]
    fn a_budget_in_another_currency_is_refused() {
        assert_eq!(rules(json!({"monthlyBudget": "280 EUR"})), ["cost/budget-currency"]);
        assert_eq!(
            rules(json!({"monthlyBudget": "1000 USD", "budget": {"warnAt": "90 EUR"}})),
            ["cost/budget-currency"]
        );
    }

    #[test]
    fn replicas_that_may_go_beyond_a_budget_are_told() {
        // 29.20 to 146.00, counted on with 87.60.
        let bills = [bill_of("production", "cart", "shopping", vec![scaled(2, 10, "0.02")])];
        let said = said(team(json!({"monthlyBudget": "120 USD"})), &bills);
        assert_eq!(said[0].1, "with all replicas team shopping would cost 146.00 USD a month, more than its budget");
    }

    #[test]
    fn a_preview_is_paid_by_the_day_and_not_by_the_team() {
        let mut bills = bills();
        bills.push(Bill { preview: true, ..bill_of("preview", "cart", "shopping", vec![nodes("carts", 1, "0.1")]) });
        let spec = json!({
            "type": "preview", "class": "development", "provider": "kubernetes", "domain": "p.example",
            "preview": {"shares": "staging", "dailyBudget": "2 USD"}
        });
        // 73.00 x 24 / 730 = 2.40
        let message = "a preview made from preview costs 2.40 USD a day, 0.40 above its budget";
        assert_eq!(said(declaration("Environment", "preview", spec), &bills)[0].1, message);
        assert_eq!(
            said(team(json!({"monthlyBudget": "292 USD", "budget": {"over": "deny"}})), &bills)[0].0,
            "cost/near-budget"
        );
    }

    #[test]
    fn an_environment_holds_what_all_teams_have_in_it() {
        let spec =
            json!({"class": "production", "provider": "kubernetes", "domain": "x.example", "monthlyBudget": "100 USD"});
        let message = "environment production costs 292.00 USD a month, 192.00 above its budget";
        assert_eq!(said(declaration("Environment", "production", spec), &bills())[0].1, message);
    }
}
