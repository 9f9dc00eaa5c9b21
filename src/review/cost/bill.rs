//! The bill of one unit: a row for each thing that is paid for, and for each that is not.

use super::amount::Amount;
use super::charge::{TooLarge, charge};
use super::cluster;
use crate::link::{ListPrice, PriceList};
use crate::model::kinds::environment::EnvironmentType;
use crate::model::kinds::resource_type::Provider;
use crate::model::{Name, PriceUnit};
use crate::provision::{CostLine, ProvisionedUnit, ResolvedResource, UnitId};
use std::ops::AddAssign;
use std::sync::Arc;

/// What a unit costs at list price a month, if nothing is discounted and use is as assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub unit: UnitId,
    pub owner: Name,
    /// Whether its environment is made for each pull request.
    pub preview: bool,
    /// None where no price book speaks of its environment.
    pub currency: Option<String>,
    /// In the order of the declaration; the workload first.
    pub rows: Vec<Row>,
}

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The resource inside the unit; `workload` for what runs.
    pub resource: String,
    /// Empty where nothing is counted.
    pub sku: String,
    pub quantity: Quantity,
    pub unit: Option<PriceUnit>,
    pub charge: Charge,
    /// What was assumed to come to the quantity.
    pub assumption: Option<String>,
}

/// How many units, in millionths; a range where replicas come and go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quantity {
    pub least: i128,
    pub expected: i128,
    pub most: i128,
}

impl Quantity {
    pub fn fixed(millionths: i128) -> Quantity {
        Quantity { least: millionths, expected: millionths, most: millionths }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charge {
    Priced { amount: Amount, price: Arc<ListPrice> },
    Free(Free),
    NotPriced(NotPriced),
}

/// Why something costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Free {
    /// It is on somebody's own machine.
    Local,
    /// Its provider sells nothing that it uses.
    NothingSold,
    /// It is switched off.
    NoReplica,
}

/// Why something has no price here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotPriced {
    /// No price book speaks of the provider and region.
    NoBook,
    /// There is a book, but it does not have the SKU.
    NoPrice,
    /// It runs now and then, and nobody says how long.
    RunsNowAndThen,
    /// More than can be counted.
    TooLarge,
}

/// How much of a bill is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    pub priced: usize,
    pub free: usize,
    pub not_priced: usize,
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Coverage) {
        self.priced += other.priced;
        self.free += other.free;
        self.not_priced += other.not_priced;
    }
}

impl Row {
    pub fn amount(&self) -> Amount {
        match &self.charge {
            Charge::Priced { amount, .. } => *amount,
            Charge::Free(_) | Charge::NotPriced(_) => Amount::ZERO,
        }
    }

    pub fn coverage(&self) -> Coverage {
        let none = Coverage::default();
        match &self.charge {
            Charge::Priced { .. } => Coverage { priced: 1, ..none },
            Charge::Free(_) => Coverage { free: 1, ..none },
            Charge::NotPriced(_) => Coverage { not_priced: 1, ..none },
        }
    }
}

impl Bill {
    /// The sum of its rows.
    pub fn total(&self) -> Amount {
        self.rows.iter().map(Row::amount).sum()
    }

    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        self.rows.iter().for_each(|row| coverage += row.coverage());
        coverage
    }
}

/// Prices a unit. What it shares with others is in the bill of the unit that realises it.
pub fn bill(unit: &ProvisionedUnit<'_>) -> Bill {
    let environment = &unit.environment;
    let mut rows = cluster::workload_rows(unit);
    for resource in unit.resources.iter().filter(|resource| resource.own) {
        rows.extend(resource_rows(resource, environment.spec.provider, &environment.prices));
    }
    Bill {
        unit: unit.id.clone(),
        owner: unit.owner.clone(),
        preview: environment.spec.kind == EnvironmentType::Preview,
        currency: environment.prices.currency.clone(),
        rows,
    }
}

fn resource_rows(resource: &ResolvedResource, provider: Provider, prices: &PriceList) -> Vec<Row> {
    let name = resource.local.as_str();
    if provider == Provider::Local {
        return vec![free(name, Free::Local)];
    }
    let billed = resource.cost.iter().filter(|line| line.quantity > 0);
    let mut rows: Vec<Row> = billed.map(|line| cost_row(name, line, prices)).collect();
    if resource.cost.is_empty() {
        rows = cluster::resource_rows(resource, prices);
    }
    if rows.is_empty() {
        rows.push(free(name, Free::NothingSold));
    }
    rows
}

fn cost_row(resource: &str, line: &CostLine, prices: &PriceList) -> Row {
    let quantity = Quantity::fixed(i128::from(line.quantity));
    let row = counted(resource, &line.sku, quantity, &line.unit, prices);
    Row { assumption: line.assumption.clone(), ..row }
}

/// A quantity of a SKU at the price that the list has for it.
pub fn counted(resource: &str, sku: &str, quantity: Quantity, unit: &PriceUnit, prices: &PriceList) -> Row {
    let charge = match prices.prices.get(sku) {
        None if prices.currency.is_none() => Charge::NotPriced(NotPriced::NoBook),
        None => Charge::NotPriced(NotPriced::NoPrice),
        Some(price) => match amount(quantity, price) {
            Ok(amount) => Charge::Priced { amount, price: price.clone() },
            Err(TooLarge) => Charge::NotPriced(NotPriced::TooLarge),
        },
    };
    Row {
        resource: resource.to_owned(),
        sku: sku.to_owned(),
        quantity,
        unit: Some(unit.clone()),
        charge,
        assumption: None,
    }
}

fn amount(quantity: Quantity, price: &ListPrice) -> Result<Amount, TooLarge> {
    Ok(Amount {
        least: charge(quantity.least, price)?,
        expected: charge(quantity.expected, price)?,
        most: charge(quantity.most, price)?,
    })
}

pub fn free(resource: &str, why: Free) -> Row {
    nothing_counted(resource, Charge::Free(why))
}

pub fn not_priced(resource: &str, why: NotPriced) -> Row {
    nothing_counted(resource, Charge::NotPriced(why))
}

fn nothing_counted(resource: &str, charge: Charge) -> Row {
    Row {
        resource: resource.to_owned(),
        sku: String::new(),
        quantity: Quantity::default(),
        unit: None,
        charge,
        assumption: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::fixture::{REDIS_MODULE, documents, ground, price_book, redis, service, units};
    use serde_json::{Value, json};

    /// The bill of `cart` in an environment.
    fn bill_in(environment: &str, more: Value, others: &[Value]) -> Bill {
        let mut all = ground();
        all.extend([redis(), service("cart", json!({"HOST": "${resources.carts.host}"}), more)]);
        all.extend(others.iter().cloned());
        let documents = documents(&all, &[REDIS_MODULE]);
        let units = units(&documents);
        let unit = units.iter().find(|unit| unit.id.folder() == format!("{environment}/cart")).unwrap();
        bill(unit)
    }

    fn prices() -> Value {
        let prices = [
            ("redis/t4g.small", "0.032", "node-hour"),
            ("cluster/cpu", "0.04", "vcpu-hour"),
            ("cluster/memory", "0.005", "gib-hour"),
        ];
        price_book("aws-list", "aws", &["eu-central-1"], &prices)
    }

    fn with_carts(more: Value) -> Value {
        let mut spec = json!({"resources": {"carts": {"type": "redis"}}});
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        spec
    }

    /// Resource, SKU and hundredths that are counted on.
    fn rows(bill: &Bill) -> Vec<(&str, &str, i128)> {
        bill.rows.iter().map(|row| (&*row.resource, &*row.sku, row.amount().expected / 10_000)).collect()
    }

    #[test]
    fn a_unit_is_its_workload_and_its_resources() {
        let bill = bill_in("production", with_carts(json!({"scaling": {"min": 2, "max": 2}})), &[prices()]);
        // 2 x 0.1 cores x 0.04 x 730; 2 x 0.125 GiB x 0.005 x 730 = 0.9125; 2 x 0.032 x 730.
        let expected = [
            ("workload", "cluster/cpu", 5_84),
            ("workload", "cluster/memory", 91),
            ("carts", "redis/t4g.small", 46_72),
        ];
        assert_eq!(rows(&bill), expected);
        assert_eq!(bill.total().expected, (5_84 + 91 + 46_72) * 10_000);
        assert_eq!(bill.coverage(), Coverage { priced: 3, free: 0, not_priced: 0 });
    }

    #[test]
    fn replicas_that_come_and_go_are_a_range_counted_half_way_or_as_declared() {
        let amount = |scaling: Value| {
            bill_in("production", with_carts(json!({"scaling": scaling})), &[prices()]).rows[0].amount()
        };
        let cents = |amount: Amount| [amount.least, amount.expected, amount.most].map(|micros| micros / 10_000);
        assert_eq!(cents(amount(json!({"min": 2, "max": 5}))), [5_84, 10_22, 14_60]);
        assert_eq!(cents(amount(json!({"min": 2, "max": 5, "expected": 3}))), [5_84, 8_76, 14_60]);
    }

    #[test]
    fn what_is_in_no_book_is_counted_and_costs_nothing() {
        let bill =
            bill_in("production", with_carts(json!({})), &[price_book("a", "aws", &["*"], &[("x", "1", "key-month")])]);
        assert!(bill.rows.iter().all(|row| row.charge == Charge::NotPriced(NotPriced::NoPrice)));
        assert_eq!(bill.total(), Amount::ZERO);
        let bill = bill_in("staging", with_carts(json!({})), &[prices()]);
        let whys: Vec<&Charge> = bill.rows.iter().map(|row| &row.charge).collect();
        assert_eq!(whys, [&Charge::NotPriced(NotPriced::NoBook); 3]);
    }

    #[test]
    fn a_store_in_the_cluster_costs_what_it_takes_there() {
        let clusters = [("cluster/cpu", "0.04", "vcpu-hour"), ("cluster/memory", "0.005", "gib-hour")];
        let bill = bill_in("staging", with_carts(json!({})), &[price_book("own", "kubernetes", &["*"], &clusters)]);
        // 1 GiB x 0.005 x 730 = 3.65
        assert_eq!(rows(&bill)[2], ("carts", "cluster/memory", 3_65));
    }

    #[test]
    fn work_that_runs_now_and_then_has_no_price_and_what_is_switched_off_is_free() {
        let cron = with_carts(json!({"workload": "cron", "schedule": {"cron": "0 3 * * *"}}));
        let bill = bill_in("production", cron, &[prices()]);
        assert_eq!(bill.rows[0].charge, Charge::NotPriced(NotPriced::RunsNowAndThen));
        let bill = bill_in("production", with_carts(json!({"scaling": {"min": 0}})), &[prices()]);
        assert_eq!(bill.rows[0].charge, Charge::Free(Free::NoReplica));
    }

    #[test]
    fn the_organisations_own_book_goes_before_the_list() {
        let mut own = price_book("own", "aws", &["eu-central-1"], &[("redis/t4g.small", "0.02", "node-hour")]);
        own["spec"]["overrides"] = json!(["aws-list"]);
        for books in [[prices(), own.clone()], [own, prices()]] {
            let bill = bill_in("production", with_carts(json!({})), &books);
            // 2 x 0.02 x 730
            assert_eq!(rows(&bill)[2], ("carts", "redis/t4g.small", 29_20));
            assert_eq!(rows(&bill)[0].1, "cluster/cpu");
        }
    }
}
