//! What a resource costs, and what it takes from the cluster.

use crate::link::{ListPrice, PriceList};
use crate::model::kinds::resource_type::Provisioner;
use crate::model::{Finding, Location, PriceUnit, Quantity, parse_micros};
use crate::provision::evaluate::Evaluator;
use crate::provision::expression::to_text;
use crate::provision::rules;
use crate::provision::unit::CostLine;
use crate::read::Place;
use serde_json::Value;
use std::collections::BTreeMap;

pub fn cost(
    provisioner: &Provisioner,
    place: &Place,
    prices: &PriceList,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> Vec<CostLine> {
    let mut lines = Vec::new();
    for (index, item) in provisioner.cost.iter().enumerate() {
        let place = place.clone().child("cost").child(index.to_string());
        let before = evaluator.reporter.errors();
        let sku = evaluator.text(&item.sku, &place.clone().child("sku"));
        let at_quantity = place.clone().child("quantity");
        let value = evaluator.value(&item.quantity, &at_quantity);
        let assumption =
            item.assumption.as_ref().and_then(|text| evaluator.text(text, &place.clone().child("assumption")));
        if evaluator.reporter.errors() != before {
            continue;
        }
        match (sku, millionths(&value)) {
            (Some(sku), Some(quantity)) => {
                if let Some(price) = prices.prices.get(&sku).filter(|price| price.unit != item.unit) {
                    let reporter = &mut evaluator.reporter;
                    let [at, priced] =
                        [&place, &price.place].map(|place| reporter.locate(&place.clone().child("unit")));
                    reporter.say(other_unit(at, &sku, &item.unit, price, priced));
                }
                lines.push(CostLine { sku, quantity, unit: item.unit.clone(), assumption });
            }
            _ => evaluator.unfit(&at_quantity, "something else", "a number that is not negative"),
        }
    }
    lines
}

fn other_unit(at: Location, sku: &str, unit: &PriceUnit, price: &ListPrice, priced: Location) -> Finding {
    Finding::new(
        &rules::PRICE_UNIT,
        at,
        format!("`{sku}` is counted in `{unit}` here, and price book {} has a price per `{}`", price.book, price.unit),
    )
    .label("another unit than the price's")
    .related(priced, "the price is per this")
    .help(format!("count in `{}`, and make `quantity` fit", price.unit))
}

/// A number of things, in millionths of one.
fn millionths(value: &Value) -> Option<i64> {
    if let Some(whole) = value.as_i64() {
        return (whole >= 0).then(|| whole.checked_mul(1_000_000))?;
    }
    if let Some(text) = value.as_str() {
        return parse_micros(text);
    }
    let micros = (value.as_f64()? * 1e6).round();
    // Beyond 2^53 a float no longer counts in ones.
    (0.0..9.0e15).contains(&micros).then_some(micros as i64)
}

/// Whether a text is what is wanted.
type Fits = fn(&str) -> bool;

pub fn capacity(
    provisioner: &Provisioner,
    place: &Place,
    evaluator: &mut Evaluator<'_, '_, '_, '_>,
) -> BTreeMap<String, String> {
    let Some(capacity) = &provisioner.capacity else { return BTreeMap::new() };
    let parts: [(&str, &Option<Value>, Fits, &str); 5] = [
        ("cpu", &capacity.cpu, is_amount, "a quantity such as 250m"),
        ("memory", &capacity.memory, is_amount, "a quantity such as 256Mi"),
        ("storage", &capacity.storage, is_amount, "a quantity such as 10Gi"),
        ("pods", &capacity.pods, is_count, "a whole number"),
        ("connections", &capacity.connections, is_count, "a whole number"),
    ];
    let mut evaluated = BTreeMap::new();
    for (name, value, fits, wanted) in parts {
        let Some(value) = value else { continue };
        let place = place.clone().child("capacity").child(name);
        let before = evaluator.reporter.errors();
        let value = evaluator.value(value, &place);
        match to_text(&value) {
            Ok(text) if fits(&text) => {
                evaluated.insert(name.to_owned(), text);
            }
            _ if evaluator.reporter.errors() == before => evaluator.unfit(&place, "something else", wanted),
            _ => {}
        }
    }
    evaluated
}

fn is_amount(text: &str) -> bool {
    Quantity::parse(text).is_some()
}

fn is_count(text: &str) -> bool {
    text.parse::<u32>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_are_exact_to_a_millionth() {
        assert_eq!(millionths(&json!(3)), Some(3_000_000));
        assert_eq!(millionths(&json!(0.2)), Some(200_000));
        assert_eq!(millionths(&json!("0.002")), Some(2_000));
        assert_eq!(millionths(&json!(-1)), None);
        assert_eq!(millionths(&json!(i64::MAX)), None);
        assert_eq!(millionths(&json!(1e300)), None);
        assert_eq!(millionths(&json!(true)), None);
    }
}
