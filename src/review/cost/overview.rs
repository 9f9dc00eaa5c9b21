//! All that is said about cost in one value: lines, what is known of them, budgets, and what was assumed.

use super::amount::Amount;
use super::bill::{Bill, Charge, NotPriced, Row};
use super::budget::{BudgetUse, budgets, daily};
use super::compare::{By, Line, compare, total};
use crate::model::Name;
use crate::read::Documents;
use std::collections::{BTreeMap, BTreeSet};

/// What units cost, and what a change adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    pub by: By,
    /// Whether there is a base to compare with.
    pub compared: bool,
    /// None where nothing has a price.
    pub currency: Option<String>,
    /// By name. Environments of previews are among them only when they were asked for.
    pub lines: Vec<Line>,
    pub total: Line,
    /// What one preview costs a day, by its environment.
    pub previews: Vec<(Name, Amount)>,
    pub budgets: Vec<BudgetUse>,
    /// What has no price and why, with the units it is in.
    pub not_priced: BTreeMap<(String, NotPriced), BTreeSet<String>>,
    /// What was assumed, and of how many rows.
    pub assumptions: BTreeMap<String, usize>,
    /// SKUs whose price nobody compared with its source.
    pub unverified: BTreeSet<String>,
    /// The books that prices were taken from, with the oldest date of what was taken.
    pub books: BTreeMap<Name, crate::model::Date>,
    /// The bills of head that the lines are made of.
    pub bills: Vec<Bill>,
    /// What a reader has to know beside, one sentence each.
    pub notes: Vec<String>,
}

/// What to look at.
#[derive(Debug, Clone)]
pub struct Question<'q> {
    pub by: By,
    /// Empty for all permanent ones.
    pub environments: &'q BTreeSet<String>,
}

/// Budgets are judged by all of head, whatever is asked for.
pub fn overview(question: &Question<'_>, base: Option<&[Bill]>, head: &[Bill], documents: &Documents) -> Overview {
    let asked = |bill: &&Bill| match question.environments.is_empty() {
        true => !bill.preview,
        false => question.environments.contains(bill.unit.environment.as_str()),
    };
    let chosen = |bills: &[Bill]| bills.iter().filter(asked).cloned().collect::<Vec<Bill>>();
    let bills = chosen(head);
    let lines = compare(&base.map(chosen).unwrap_or_default(), &bills, question.by);
    let shown = |name: &Name| question.environments.is_empty() || question.environments.contains(name.as_str());
    let concerns = |one: &BudgetUse| match &one.of {
        super::BudgetOf::Team(_) => question.environments.is_empty(),
        super::BudgetOf::Environment(name) | super::BudgetOf::Preview(name) => shown(name),
    };
    let mut overview = Overview {
        by: question.by,
        compared: base.is_some(),
        currency: head.iter().chain(base.unwrap_or_default()).find_map(|bill| bill.currency.clone()),
        total: total(&lines),
        lines,
        previews: previews(head).into_iter().filter(|(name, _)| shown(name)).collect(),
        budgets: budgets(documents, head).into_iter().filter(concerns).collect(),
        not_priced: BTreeMap::new(),
        assumptions: BTreeMap::new(),
        unverified: BTreeSet::new(),
        books: BTreeMap::new(),
        bills: Vec::new(),
        notes: Vec::new(),
    };
    for bill in &bills {
        bill.rows.iter().for_each(|row| overview.note(bill, row));
    }
    Overview { bills, ..overview }
}

impl Overview {
    fn note(&mut self, bill: &Bill, row: &Row) {
        if let Some(assumption) = &row.assumption {
            *self.assumptions.entry(assumption.clone()).or_default() += 1;
        }
        match &row.charge {
            Charge::Priced { price, .. } => {
                if !price.verified {
                    self.unverified.insert(row.sku.clone());
                }
                let oldest = self.books.entry(price.book.clone()).or_insert(price.date);
                *oldest = (*oldest).min(price.date);
            }
            Charge::NotPriced(why) => {
                let what = if row.sku.is_empty() { row.resource.clone() } else { row.sku.clone() };
                self.not_priced.entry((what, *why)).or_default().insert(bill.unit.folder());
            }
            Charge::Free(_) => {}
        }
    }
}

fn previews(bills: &[Bill]) -> Vec<(Name, Amount)> {
    let mut of: BTreeMap<&Name, Amount> = BTreeMap::new();
    for bill in bills.iter().filter(|bill| bill.preview) {
        let sum = of.entry(&bill.unit.environment).or_default();
        *sum = *sum + bill.total();
    }
    of.into_iter().map(|(name, month)| (name.clone(), daily(month))).collect()
}
