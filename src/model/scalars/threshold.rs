//! From when on something is told: a share of a budget, or an amount.

use super::{Money, Percent};
use std::fmt;

/// A share of a budget, `80%`, or an amount of money, `400 USD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Threshold {
    Share(Percent),
    Amount(Money),
}

impl Threshold {
    pub fn parse(text: &str) -> Option<Threshold> {
        match text.ends_with('%') {
            true => Percent::parse(text).map(Threshold::Share),
            false => Money::parse(text).map(Threshold::Amount),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Threshold::Share(percent) => percent.fmt(f),
            Threshold::Amount(money) => money.fmt(f),
        }
    }
}

text_scalar!(
    Threshold,
    "pavior-threshold",
    r"^([0-9]{1,3}(\.[0-9]{1,3})?%|[0-9]{1,12}(\.[0-9]{1,6})? [A-Z]{3})$",
    24,
    "a share of the budget such as 80%, or an amount such as 400 USD"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_share_or_an_amount() {
        assert!(matches!(Threshold::parse("80%"), Some(Threshold::Share(share)) if share.whole() == 80));
        assert!(matches!(Threshold::parse("400 USD"), Some(Threshold::Amount(money)) if money.micros == 400_000_000));
        for bad in ["80", "0.8", "400", "110%", "$400"] {
            assert_eq!(Threshold::parse(bad), None, "{bad}");
        }
    }
}
