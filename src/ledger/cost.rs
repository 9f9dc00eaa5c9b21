//! Money as the ledger keeps it: bills in, whole millionths out.

use crate::review::cost::Bill;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cost {
    pub currency: String,
    /// Millionths a month.
    pub micros: i64,
}

impl Cost {
    /// What these come to in a month at list price. None where no price book says.
    pub fn monthly(bills: &[Bill]) -> Option<Cost> {
        let currency = bills.iter().find_map(|bill| bill.currency.clone())?;
        let total: i128 = bills.iter().map(|bill| bill.total().expected).sum();
        Some(Cost { currency, micros: i64::try_from(total).unwrap_or(i64::MAX) })
    }

    /// By how much it moves from one price to the other. None is nothing at all, such as a unit that was not there; two
    /// currencies are not counted against each other.
    pub fn moved(from: Option<&Cost>, to: Option<&Cost>) -> Option<Cost> {
        let currency = from.or(to)?.currency.clone();
        if [from, to].into_iter().flatten().any(|cost| cost.currency != currency) {
            return None;
        }
        let [from, to] = [from, to].map(|cost| cost.map_or(0, |cost| cost.micros));
        Some(Cost { currency, micros: to.saturating_sub(from) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(currency: &str, micros: i64) -> Cost {
        Cost { currency: currency.to_owned(), micros }
    }

    #[test]
    fn what_comes_costs_all_of_it_and_what_goes_saves_all_of_it() {
        let (small, large) = (cost("USD", 2_000_000), cost("USD", 12_500_000));
        assert_eq!(Cost::moved(Some(&small), Some(&large)), Some(cost("USD", 10_500_000)));
        assert_eq!(Cost::moved(None, Some(&small)), Some(cost("USD", 2_000_000)));
        assert_eq!(Cost::moved(Some(&large), None), Some(cost("USD", -12_500_000)));
        assert_eq!(Cost::moved(None, None), None);
    }

    #[test]
    fn currencies_are_not_mixed() {
        assert_eq!(Cost::moved(Some(&cost("USD", 1)), Some(&cost("EUR", 1))), None);
    }
}
