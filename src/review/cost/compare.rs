//! Base against head: what each team, service, environment or resource costs before and after.

use super::amount::Amount;
use super::bill::{Bill, Charge, Coverage, Row};
use std::collections::{BTreeMap, BTreeSet};

/// What the lines of a comparison are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Team,
    /// Services and shared resources, over all environments.
    Service,
    Environment,
    /// One service or shared resource in one environment.
    Unit,
    /// One resource of a unit, or its workload.
    Resource,
}

/// One line: what it is called, and what it costs a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub base: Amount,
    pub head: Amount,
    pub base_coverage: Coverage,
    /// Of head.
    pub coverage: Coverage,
    /// How many things that have no price are at one side alone: with any, the difference is not known.
    pub unknown: usize,
}

impl Line {
    pub fn delta(&self) -> Amount {
        self.head - self.base
    }
}

/// What has no price: the unit, the resource, the SKU and how many of it.
type Unpriced<'b> = BTreeSet<(String, &'b str, &'b str, i128)>;

/// Lines by name. What is gone at head costs nothing there; what is new has cost nothing before.
pub fn compare(base: &[Bill], head: &[Bill], by: By) -> Vec<Line> {
    let mut lines: BTreeMap<String, (Line, Unpriced<'_>, Unpriced<'_>)> = BTreeMap::new();
    for (bill, row) in rows(base) {
        let (line, unpriced, _) = lines.entry(name(bill, row, by)).or_default();
        line.base = line.base + row.amount();
        line.base_coverage += row.coverage();
        unpriced.extend(without_price(bill, row));
    }
    for (bill, row) in rows(head) {
        let (line, _, unpriced) = lines.entry(name(bill, row, by)).or_default();
        line.head = line.head + row.amount();
        line.coverage += row.coverage();
        unpriced.extend(without_price(bill, row));
    }
    let lines = lines.into_iter();
    lines
        .map(|(name, (line, before, after))| Line {
            name,
            unknown: before.symmetric_difference(&after).count(),
            ..line
        })
        .collect()
}

fn without_price<'b>(bill: &Bill, row: &'b Row) -> Option<(String, &'b str, &'b str, i128)> {
    let unpriced = matches!(row.charge, Charge::NotPriced(_));
    unpriced.then(|| (bill.unit.folder(), row.resource.as_str(), row.sku.as_str(), row.quantity.expected))
}

/// All lines together.
pub fn total(lines: &[Line]) -> Line {
    let mut total = Line { name: "total".to_owned(), ..Line::default() };
    for line in lines {
        total.base = total.base + line.base;
        total.head = total.head + line.head;
        total.base_coverage += line.base_coverage;
        total.coverage += line.coverage;
        total.unknown += line.unknown;
    }
    total
}

fn rows(bills: &[Bill]) -> impl Iterator<Item = (&Bill, &Row)> {
    bills.iter().flat_map(|bill| bill.rows.iter().map(move |row| (bill, row)))
}

fn name(bill: &Bill, row: &Row, by: By) -> String {
    match by {
        By::Team => bill.owner.to_string(),
        By::Service => bill.unit.name.to_string(),
        By::Environment => bill.unit.environment.to_string(),
        By::Unit => bill.unit.folder(),
        By::Resource => format!("{}/{}", bill.unit.folder(), row.resource),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::cost::NotPriced;
    use crate::review::cost::bill::not_priced;
    use crate::review::cost::sample::{bill_of, nodes};

    #[test]
    fn what_has_lost_its_price_is_no_saving() {
        let before = [bill_of("production", "cart", "shopping", vec![nodes("carts", 1, "0.1")])];
        let after = [bill_of("production", "cart", "shopping", vec![not_priced("carts", NotPriced::NoPrice)])];
        let line = total(&compare(&before, &after, By::Service));
        assert_eq!((line.delta().expected, line.unknown), (-73_000_000, 1));
        let same = total(&compare(&after, &after, By::Service));
        assert_eq!(same.unknown, 0, "what has no price at both sides is no difference");
    }

    #[test]
    fn lines_are_of_teams_services_environments_units_and_resources() {
        let bills = [
            bill_of("production", "cart", "shopping", vec![nodes("carts", 1, "0.1"), nodes("db", 1, "0.1")]),
            bill_of("staging", "cart", "shopping", vec![nodes("carts", 1, "0.1")]),
        ];
        let names = |by| compare(&[], &bills, by).into_iter().map(|line| line.name).collect::<Vec<_>>();
        assert_eq!(names(By::Team), ["shopping"]);
        assert_eq!(names(By::Service), ["cart"]);
        assert_eq!(names(By::Environment), ["production", "staging"]);
        assert_eq!(names(By::Unit), ["production/cart", "staging/cart"]);
        assert_eq!(names(By::Resource), ["production/cart/carts", "production/cart/db", "staging/cart/carts"]);
    }
}
