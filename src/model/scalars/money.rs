//! Money: integers, never floats.

use std::fmt;

/// An amount of money: integer micro-units of a currency, never a float. In YAML: `1500 USD`, `0.25 EUR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money {
    pub micros: i64,
    /// ISO 4217.
    pub currency: String,
}

impl Money {
    pub fn parse(text: &str) -> Option<Money> {
        let (amount, currency) = text.split_once(' ')?;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return None;
        }
        let micros = parse_micros(amount)?;
        Some(Money { micros, currency: currency.to_owned() })
    }
}

/// A decimal number with up to six places, as millionths.
pub fn parse_micros(amount: &str) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || fraction.len() > 6
        || !all_digits(whole)
        || !all_digits(fraction)
        || amount.ends_with('.')
    {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse().ok()
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.micros < 0 { "-" } else { "" };
        let micros = self.micros.unsigned_abs();
        let fraction = format!("{:06}", micros % 1_000_000);
        let fraction = fraction.trim_end_matches('0');
        match fraction.len() {
            0 => write!(f, "{sign}{} {}", micros / 1_000_000, self.currency),
            _ => write!(f, "{sign}{}.{fraction:0<2} {}", micros / 1_000_000, self.currency),
        }
    }
}

text_scalar!(
    Money,
    "pavior-money",
    r"^[0-9]{1,12}(\.[0-9]{1,6})? [A-Z]{3}$",
    24,
    "an amount of money with its ISO 4217 currency, such as 1500 USD or 0.25 EUR"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact() {
        assert_eq!(Money::parse("0.1 USD").map(|m| m.micros), Some(100_000));
        assert_eq!(Money::parse("1500 USD").map(|m| m.to_string()), Some("1500 USD".to_owned()));
        assert_eq!(Money::parse("1500"), None);
    }
}
