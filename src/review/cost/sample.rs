//! Prices and bills for the tests of this folder and of the renderers.

use super::bill::{Bill, Quantity, Row, counted};
use crate::link::{ListPrice, ListTier, PriceList};
use crate::model::{Count, Date, HttpsUrl, Name, Price, PriceUnit};
use crate::provision::{UnitId, UnitKind};
use crate::read::{DocumentId, Part, Place};
use std::sync::Arc;

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// One price for all units.
pub fn price(unit: &str, text: &str) -> ListPrice {
    tiered(unit, &[(None, text)])
}

/// Prices of tiers by their last unit.
pub fn tiered(unit: &str, tiers: &[(Option<&str>, &str)]) -> ListPrice {
    let tier = |(up_to, price): &(Option<&str>, &str)| ListTier {
        up_to: up_to.map(|end| Count::parse(end).unwrap().millionths()),
        nanos: Price::parse(price).unwrap().nanos(),
    };
    ListPrice {
        unit: PriceUnit::parse(unit).unwrap(),
        tiers: tiers.iter().map(tier).collect(),
        book: name("list"),
        description: String::new(),
        source: HttpsUrl::parse("https://prices.example/").unwrap(),
        date: Date::parse("2026-10-01").unwrap(),
        verified: true,
        place: Place { document: DocumentId(0), route: Vec::new(), part: Part::Value },
    }
}

/// Of these SKUs, each at its price.
pub fn list(prices: &[(&str, ListPrice)]) -> PriceList {
    PriceList {
        currency: Some("USD".to_owned()),
        prices: prices.iter().map(|(sku, price)| ((*sku).to_owned(), Arc::new(price.clone()))).collect(),
    }
}

/// A service of a team in an environment.
pub fn bill_of(environment: &str, service: &str, owner: &str, rows: Vec<Row>) -> Bill {
    Bill {
        unit: UnitId { environment: name(environment), kind: UnitKind::Service, name: name(service) },
        owner: name(owner),
        preview: false,
        currency: Some("USD".to_owned()),
        rows,
    }
}

/// So many nodes at a price an hour.
pub fn nodes(resource: &str, count: i128, hourly: &str) -> Row {
    let prices = list(&[("node", price("node-hour", hourly))]);
    let unit = PriceUnit::parse("node-hour").unwrap();
    counted(resource, "node", Quantity::fixed(count * 1_000_000), &unit, &prices)
}

/// Replicas that come and go.
pub fn scaled(least: i128, most: i128, hourly: &str) -> Row {
    let prices = list(&[("cluster/cpu", price("vcpu-hour", hourly))]);
    let unit = PriceUnit::parse("vcpu-hour").unwrap();
    let million = 1_000_000;
    let quantity = Quantity { least: least * million, expected: (least + most) * million / 2, most: most * million };
    let row = counted("workload", "cluster/cpu", quantity, &unit, &prices);
    Row { assumption: Some(format!("half-way between {least} and {most} replicas")), ..row }
}
