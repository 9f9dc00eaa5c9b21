//! Amounts of money a month, as a range where replicas come and go.

use std::iter::Sum;
use std::ops::{Add, Sub};

/// Millionths of a currency. All three are equal where nothing scales by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// With as few replicas as there may be.
    pub least: i128,
    /// What is counted on.
    pub expected: i128,
    /// With as many replicas as there may be.
    pub most: i128,
}

impl Amount {
    pub const ZERO: Amount = Amount { least: 0, expected: 0, most: 0 };

    pub fn is_range(&self) -> bool {
        self.least != self.most
    }
}

impl Add for Amount {
    type Output = Amount;

    fn add(self, other: Amount) -> Amount {
        Amount {
            least: self.least + other.least,
            expected: self.expected + other.expected,
            most: self.most + other.most,
        }
    }
}

impl Sub for Amount {
    type Output = Amount;

    fn sub(self, other: Amount) -> Amount {
        Amount {
            least: self.least - other.least,
            expected: self.expected - other.expected,
            most: self.most - other.most,
        }
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::ZERO, Amount::add)
    }
}

/// `1,234.50`: two places, thousands apart.
pub fn money(micros: i128) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let hundredths = half_up(micros.unsigned_abs(), 10_000);
    let whole = (hundredths / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{:02}", hundredths % 100)
}

/// The same with a sign before an increase.
pub fn signed_money(micros: i128) -> String {
    if micros > 0 { format!("+{}", money(micros)) } else { money(micros) }
}

/// A quotient, rounded half up.
pub fn half_up(dividend: u128, divisor: u128) -> u128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest >= divisor - rest { quotient + 1 } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_with_two_places_and_thousands_apart() {
        for (micros, shown) in [
            (0, "0.00"),
            (990_000, "0.99"),
            (1_234_500_000, "1,234.50"),
            (-12_000_000, "-12.00"),
            (1_000_000_000_000, "1,000,000.00"),
            (5_000, "0.01"),
            (4_999, "0.00"),
        ] {
            assert_eq!(money(micros), shown);
        }
        assert_eq!(signed_money(10_000), "+0.01");
        assert_eq!(signed_money(0), "0.00");
    }

    #[test]
    fn a_half_is_rounded_up() {
        assert_eq!([half_up(5, 10), half_up(4, 10), half_up(15, 10), half_up(0, 10), half_up(3, 3)], [1, 0, 2, 0, 1]);
    }
}
