//! What holds for all bills, whatever is in them.

use super::sample::{bill_of, list, price, tiered};
use super::*;
use crate::link::ListPrice;
use crate::model::PriceUnit;
use proptest::prelude::*;

fn a_price() -> impl Strategy<Value = ListPrice> {
    let decimal = (0_u32..1_000, 0_u32..1_000_000_000).prop_map(|(whole, nanos)| format!("{whole}.{nanos:09}"));
    let tiers = (1_u32..50_000, decimal.clone(), decimal.clone());
    prop_oneof![
        decimal.prop_map(|text| price("node-hour", &text)),
        tiers.prop_map(|(end, low, high)| tiered("gb-month", &[(Some(&end.to_string()), &low), (None, &high)])),
    ]
}

fn a_row() -> impl Strategy<Value = Row> {
    let resource = prop_oneof![Just("db"), Just("cache"), Just("workload")];
    (resource, a_price(), 0_i128..10_000_000_000, 0_i128..1_000_000_000, 0_i128..1_000_000_000).prop_map(
        |(resource, price, least, more, most)| {
            let unit: PriceUnit = price.unit.clone();
            let quantity = Quantity { least, expected: least + more, most: least + more + most };
            bill::counted(resource, "sku", quantity, &unit, &list(&[("sku", price)]))
        },
    )
}

fn some_bills() -> impl Strategy<Value = Vec<Bill>> {
    let bill = ("[ab]", "[xyz]", "[tu]", prop::collection::vec(a_row(), 0..5))
        .prop_map(|(environment, service, owner, rows)| bill_of(&environment, &service, &owner, rows));
    prop::collection::vec(bill, 0..6)
}

const ALL: [By; 5] = [By::Team, By::Service, By::Environment, By::Unit, By::Resource];

proptest! {
    #[test]
    fn every_way_of_grouping_adds_up_to_the_rows(base in some_bills(), head in some_bills()) {
        let of_rows = |bills: &[Bill]| bills.iter().flat_map(|bill| &bill.rows).map(Row::amount).sum::<Amount>();
        for by in ALL {
            let total = total(&compare(&base, &head, by));
            prop_assert_eq!(total.base, of_rows(&base));
            prop_assert_eq!(total.head, of_rows(&head));
            prop_assert_eq!(total.delta(), of_rows(&head) - of_rows(&base));
        }
    }

    #[test]
    fn going_back_costs_what_going_there_saves(base in some_bills(), head in some_bills()) {
        for by in ALL {
            let there = compare(&base, &head, by);
            let back = compare(&head, &base, by);
            for (there, back) in there.iter().zip(&back) {
                prop_assert_eq!(&there.name, &back.name);
                prop_assert_eq!(there.delta() + back.delta(), Amount::ZERO);
            }
        }
    }

    #[test]
    fn what_does_not_change_costs_exactly_nothing_more(bills in some_bills()) {
        for by in ALL {
            prop_assert!(compare(&bills, &bills, by).iter().all(|line| line.delta() == Amount::ZERO));
        }
    }

    #[test]
    fn the_order_of_units_and_rows_says_nothing(bills in some_bills()) {
        let mut turned = bills.clone();
        turned.reverse();
        turned.iter_mut().for_each(|bill| bill.rows.reverse());
        for by in ALL {
            prop_assert_eq!(compare(&[], &bills, by), compare(&[], &turned, by));
        }
    }

    #[test]
    fn more_never_costs_less(price in a_price(), less in 0_i128..1_000_000_000_000, more in 0_i128..1_000_000_000_000) {
        let cost = |quantity| charge::charge(quantity, &price).unwrap();
        prop_assert!(cost(less) <= cost(less + more));
    }

    #[test]
    fn a_row_is_whole_hundredths_and_a_range_contains_what_is_counted_on(row in a_row()) {
        let Amount { least, expected, most } = row.amount();
        prop_assert!(least <= expected && expected <= most);
        prop_assert_eq!([least % 10_000, expected % 10_000, most % 10_000], [0, 0, 0]);
    }
}
