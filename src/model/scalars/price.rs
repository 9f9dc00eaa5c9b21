//! Prices and what they are for: exact decimals, and units that two files may spell differently.

use std::fmt;

/// A price: a decimal number in quotes with up to nine places, held as billionths. Never a float, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(i64);

impl Price {
    pub fn parse(text: &str) -> Option<Price> {
        decimal(text, 9, 9).map(Price)
    }

    /// In billionths of the currency.
    pub fn nanos(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, 9)
    }
}

text_scalar!(
    Price,
    "pavior-price",
    r"^[0-9]{1,9}(\.[0-9]{1,9})?$",
    19,
    "a decimal number in quotes with at most nine places, such as \"0.017\""
);

/// How many: a decimal number in quotes with up to six places, held as millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(i64);

impl Count {
    pub fn parse(text: &str) -> Option<Count> {
        decimal(text, 12, 6).map(Count)
    }

    /// In millionths.
    pub fn millionths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, 6)
    }
}

text_scalar!(
    Count,
    "pavior-count",
    r"^[0-9]{1,12}(\.[0-9]{1,6})?$",
    19,
    "a number in quotes with at most six places, such as \"51200\""
);

/// A decimal number scaled to a whole one; None where it has more digits than that.
fn decimal(text: &str, whole_digits: usize, places: usize) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= whole_digits && fraction.len() <= places && !text.ends_with('.');
    if !fits || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<places$}").parse().ok()
}

/// Without zeros that say nothing.
fn write_decimal(f: &mut fmt::Formatter<'_>, scaled: i64, places: usize) -> fmt::Result {
    let one = 10_i64.pow(places as u32);
    let fraction = format!("{:0places$}", scaled % one);
    match fraction.trim_end_matches('0') {
        "" => write!(f, "{}", scaled / one),
        fraction => write!(f, "{}.{fraction}", scaled / one),
    }
}

/// What a price is for: `node-hour`, `gb-month`, `1000-requests`. Equal when it counts the same, however it is spelt:
/// `million-requests` is `1000000-requests`.
#[derive(Debug, Clone)]
pub struct PriceUnit {
    text: String,
    /// How many things one unit is.
    things: u32,
    thing: &'static str,
    period: Period,
}

/// For how long one unit lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// Paid for every hour that it exists.
    Hour,
    /// Paid once a month, or for what a month uses.
    Month,
}

/// What can be counted. A list, so that a slip of the pen is no new unit that nothing else is counted in.
const THINGS: [&str; 17] = [
    "alarm",
    "gateway",
    "gb",
    "gib",
    "key",
    "lcu",
    "load-balancer",
    "message",
    "node",
    "operation",
    "query",
    "request",
    "rule",
    "secret",
    "vcpu",
    "version",
    "zone",
];

impl PriceUnit {
    pub fn parse(text: &str) -> Option<PriceUnit> {
        let (counted, period) = match (text.strip_suffix("-hour"), text.strip_suffix("-month")) {
            (Some(counted), _) => (counted, Period::Hour),
            (None, Some(counted)) => (counted, Period::Month),
            (None, None) => (text, Period::Month),
        };
        let (things, thing) = match counted.split_once('-') {
            Some((number, thing)) => match multiple(number) {
                Some(things) => (things, thing),
                None => (1, counted),
            },
            None => (1, counted),
        };
        let is_it = |known: &&&str| {
            thing == **known || thing.strip_suffix('s') == Some(**known) || (**known == "query" && thing == "queries")
        };
        let thing = *THINGS.iter().find(is_it)?;
        Some(PriceUnit { text: text.to_owned(), things, thing, period })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn period(&self) -> Period {
        self.period
    }

    fn meaning(&self) -> (u32, &'static str, Period) {
        (self.things, self.thing, self.period)
    }

    /// What units are made of, for those who made a slip.
    pub fn things() -> impl Iterator<Item = &'static str> {
        THINGS.into_iter()
    }
}

fn multiple(number: &str) -> Option<u32> {
    match number {
        "million" => Some(1_000_000),
        _ if number.starts_with('0') => None,
        _ => number.parse().ok().filter(|things| *things > 0),
    }
}

impl PartialEq for PriceUnit {
    fn eq(&self, other: &PriceUnit) -> bool {
        self.meaning() == other.meaning()
    }
}
impl Eq for PriceUnit {}

impl fmt::Display for PriceUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

text_scalar!(
    PriceUnit,
    "pavior-price-unit",
    "^[a-z0-9]+(-[a-z0-9]+)*$",
    63,
    "a unit of a price such as node-hour, gb-month or 1000-requests"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_to_a_billionth() {
        assert_eq!(Price::parse("0.017").map(Price::nanos), Some(17_000_000));
        assert_eq!(Price::parse("0.000000001").map(Price::nanos), Some(1));
        assert_eq!(Price::parse("999999999.999999999").map(Price::nanos), Some(999_999_999_999_999_999));
        for bad in ["", "-1", "1.", ".5", "1e3", "0.0000000001", "1,5", "1 000", "١"] {
            assert_eq!(Price::parse(bad), None, "{bad}");
        }
        for (text, shown) in [("0.0250", "0.025"), ("12", "12"), ("0", "0"), ("1.5", "1.5")] {
            assert_eq!(Price::parse(text).map(|price| price.to_string()).as_deref(), Some(shown));
        }
    }

    #[test]
    fn counts_are_exact_to_a_millionth() {
        assert_eq!(Count::parse("51200").map(Count::millionths), Some(51_200_000_000));
        assert_eq!(Count::parse("0.5").map(|count| count.to_string()).as_deref(), Some("0.5"));
        assert_eq!(Count::parse("0.0000001"), None);
    }

    #[test]
    fn a_unit_is_what_it_counts_not_how_it_is_spelt() {
        let unit = |text: &str| PriceUnit::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(unit("1000000-requests"), unit("million-requests"));
        assert_eq!(unit("gib"), unit("gib-month"));
        assert_ne!(unit("gib-hour"), unit("gib-month"));
        assert_ne!(unit("1000-requests"), unit("10000-requests"));
        assert_ne!(unit("gb-month"), unit("gib-month"));
        assert_eq!(unit("million-queries"), unit("1000000-query"));
        assert_eq!(unit("load-balancer-hour").period(), Period::Hour);
        for bad in ["", "hour", "nodes-year", "furlong-month", "0-requests", "node--hour", "-1-requests", "01-requests"]
        {
            assert!(PriceUnit::parse(bad).is_none(), "{bad}");
        }
    }
}
