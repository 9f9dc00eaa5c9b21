//! Small typed values that declarations are made of. Each is a text in YAML, checked by a pattern in the schema
//! and by `parse` here, so that a value of one of these types is always meaningful.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A text type with a pattern: serde, schema and display all go through the text.
macro_rules! text_scalar {
    ($(#[$meta:meta])* $name:ident, $format:literal, $pattern:expr, $max:expr, $description:expr) => {
        impl $name {
            /// What schemas call it behind `format`, so that one check finds what no pattern can say.
            pub const FORMAT: &'static str = $format;
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                $name::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{:?} is not {}", text, $description)))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "format": $format,
                    "pattern": $pattern,
                    "patternErrorMessage": concat!("this has to be ", $description),
                    "maxLength": $max,
                    "description": $description
                })
            }
        }
    };
}

/// A name that becomes a DNS label: of a service, environment, team, resource, container or port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// The longest [`Name`]: a DNS label.
pub const MAX_NAME: usize = 63;

/// What a [`Name`] looks like, for schemas; its length is a limit of its own.
pub const NAME_PATTERN: &str = "^[a-z]([a-z0-9-]*[a-z0-9])?$";

impl Name {
    pub fn parse(text: &str) -> Option<Name> {
        let bytes = text.as_bytes();
        let ok = !bytes.is_empty()
            && bytes.len() <= MAX_NAME
            && bytes[0].is_ascii_lowercase()
            && bytes[bytes.len() - 1] != b'-'
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
        ok.then(|| Name(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for &Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

text_scalar!(
    Name,
    "pavior-name",
    NAME_PATTERN,
    MAX_NAME,
    "a name of lower-case letters, digits and hyphens that starts with a letter and ends with a letter or digit, 63 characters at most"
);

/// An amount of CPU, memory or storage, as Kubernetes writes it: `250m`, `64Mi`, `1.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    text: String,
    milli: i128,
}

const QUANTITY_SUFFIXES: [(&str, i128); 13] = [
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
    ("Pi", 1 << 50),
    ("Ei", 1 << 60),
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000),
    ("", 1),
];

impl Quantity {
    pub fn parse(text: &str) -> Option<Quantity> {
        if text.len() > 32 {
            return None;
        }
        let (digits, thousandths_of_unit) = match text.strip_suffix('m') {
            Some(digits) => (digits, 1),
            None => {
                let (suffix, factor) = QUANTITY_SUFFIXES.iter().find(|(suffix, _)| text.ends_with(suffix))?;
                (&text[..text.len() - suffix.len()], factor * 1_000)
            }
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 15
            || fraction.len() > 9
            || !all_digits(whole)
            || !all_digits(fraction)
            || digits.ends_with('.')
        {
            return None;
        }
        let scale = 10_i128.pow(fraction.len() as u32);
        let scaled = format!("{whole}{fraction}").parse::<i128>().ok()?.checked_mul(thousandths_of_unit)?;
        // Kubernetes rounds up to what it can store, so does this.
        Some(Quantity { text: text.to_owned(), milli: (scaled + scale - 1) / scale })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In thousandths: of a core for CPU, of a byte for memory.
    pub fn milli(&self) -> i128 {
        self.milli
    }

    /// In whole units, rounded up: bytes for memory and storage.
    pub fn units(&self) -> i128 {
        (self.milli + 999) / 1_000
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<std::cmp::Ordering> {
        Some(self.milli.cmp(&other.milli))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a quantity looks like, for schemas.
pub const QUANTITY_PATTERN: &str = r"^[0-9]{1,15}(\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$";

text_scalar!(Quantity, "pavior-quantity", QUANTITY_PATTERN, 32, "a Kubernetes quantity such as 250m, 64Mi or 1.5");

/// A share of a hundred, in hundred-thousandths so that 99.999% is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u32);

impl Percent {
    pub fn parse(text: &str) -> Option<Percent> {
        let number = text.strip_suffix('%')?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 3
            || fraction.len() > 3
            || !all_digits(whole)
            || !all_digits(fraction)
            || number.ends_with('.')
        {
            return None;
        }
        let thousandths: u32 = format!("{whole}{fraction:0<3}").parse().ok()?;
        (thousandths <= 100_000).then_some(Percent(thousandths))
    }

    /// In thousandths of a percent.
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// In whole percents, rounded down.
    pub fn whole(self) -> u32 {
        self.0 / 1_000
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:03}", self.0 % 1_000);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}%", self.0 / 1_000),
            fraction => write!(f, "{}.{fraction}%", self.0 / 1_000),
        }
    }
}

text_scalar!(
    Percent,
    "pavior-percent",
    r"^[0-9]{1,3}(\.[0-9]{1,3})?%$",
    8,
    "a percentage such as 70% or 99.95%, 100% at most"
);

/// A length of time with one unit: `300ms`, `30s`, `5m`, `12h`, `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    amount: u32,
    unit: DurationUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum DurationUnit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Duration {
    pub fn parse(text: &str) -> Option<Duration> {
        let digits = text.bytes().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 6 {
            return None;
        }
        let unit = match &text[digits..] {
            "ms" => DurationUnit::Milliseconds,
            "s" => DurationUnit::Seconds,
            "m" => DurationUnit::Minutes,
            "h" => DurationUnit::Hours,
            "d" => DurationUnit::Days,
            _ => return None,
        };
        Some(Duration { amount: text[..digits].parse().ok()?, unit })
    }

    pub fn milliseconds(self) -> u64 {
        let factor = match self.unit {
            DurationUnit::Milliseconds => 1,
            DurationUnit::Seconds => 1_000,
            DurationUnit::Minutes => 60_000,
            DurationUnit::Hours => 3_600_000,
            DurationUnit::Days => 86_400_000,
        };
        u64::from(self.amount) * factor
    }

    pub fn seconds(self) -> u64 {
        self.milliseconds() / 1_000
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            DurationUnit::Milliseconds => "ms",
            DurationUnit::Seconds => "s",
            DurationUnit::Minutes => "m",
            DurationUnit::Hours => "h",
            DurationUnit::Days => "d",
        };
        write!(f, "{}{unit}", self.amount)
    }
}

text_scalar!(
    Duration,
    "pavior-duration",
    "^[0-9]{1,6}(ms|s|m|h|d)$",
    8,
    "a duration such as 300ms, 30s, 5m, 12h or 90d"
);

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

/// A calendar day, `2027-06-30`. Whether it has passed is asked at the edge; the compiler has no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Date {
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let (year, month, day) = (number(0..4)?, number(5..7)? as u8, number(8..10)? as u8);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Date { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

text_scalar!(Date, "pavior-date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 10, "a calendar day such as 2027-06-30");

/// A moment in UTC, to the second: `2026-11-02T08:15:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    pub date: Date,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

impl Timestamp {
    pub fn parse(text: &str) -> Option<Timestamp> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let date = Date::parse(date)?;
        let mut parts = time.split(':').map(|part| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u8>().ok())?
        });
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && hour < 24 && minute < 60 && second < 60).then_some(Timestamp {
            date,
            hour,
            minute,
            second,
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.date, self.hour, self.minute, self.second)
    }
}

text_scalar!(
    Timestamp,
    "pavior-timestamp",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    20,
    "a moment in UTC such as 2026-11-02T08:15:00Z"
);

/// A link that people follow: `https://` only, so that no `javascript:` or `data:` reaches a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpsUrl(String);

impl HttpsUrl {
    pub fn parse(text: &str) -> Option<HttpsUrl> {
        let rest = text.strip_prefix("https://")?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host_ok =
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
        let rest_ok = rest.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'`'));
        (text.len() <= 2_000 && host_ok && rest_ok).then(|| HttpsUrl(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_scalar!(
    HttpsUrl,
    "pavior-https-url",
    r"^https://[A-Za-z0-9.:-]+([/?#][!#-;=?-\[\]^_a-z{|}~]*)?$",
    2000,
    "an https:// address"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_labels_that_start_with_a_letter() {
        for good in ["a", "cart", "a1-b", &"x".repeat(63)] {
            assert!(Name::parse(good).is_some(), "{good}");
        }
        for bad in ["", "1a", "-a", "a-", "A", "a_b", "a.b", "pаyments", &"x".repeat(64)] {
            assert!(Name::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn quantities_compare_by_amount() {
        let milli = |text: &str| Quantity::parse(text).map(|q| q.milli());
        assert_eq!(milli("250m"), Some(250));
        assert_eq!(milli("0.5"), Some(500));
        assert_eq!(milli("1.5Gi"), Some(3 * 512 * 1024 * 1024 * 1_000));
        assert_eq!(milli("64Mi"), Some(64 * 1024 * 1024 * 1_000));
        assert_eq!(milli("2k"), Some(2_000_000));
        for bad in ["", "Mi", "-1", "1e3", "1 Gi", "1.Gi", ".5", "64MB"] {
            assert_eq!(milli(bad), None, "{bad}");
        }
    }

    #[test]
    fn percents_money_and_dates_are_exact() {
        assert_eq!(Percent::parse("99.95%").map(Percent::thousandths), Some(99_950));
        assert_eq!(Percent::parse("99.95%").map(|p| p.to_string()), Some("99.95%".to_owned()));
        assert_eq!(Percent::parse("101%"), None);
        assert_eq!(Money::parse("0.1 USD").map(|m| m.micros), Some(100_000));
        assert_eq!(Money::parse("1500 USD").map(|m| m.to_string()), Some("1500 USD".to_owned()));
        assert_eq!(Money::parse("1500"), None);
        assert!(Date::parse("2024-02-29").is_some());
        assert!(Date::parse("2023-02-29").is_none());
        assert!(Timestamp::parse("2026-11-02T24:00:00Z").is_none());
    }

    #[test]
    fn only_https_links_are_links() {
        assert!(HttpsUrl::parse("https://github.com/acme/boutique/tree/main/src/cart").is_some());
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://a.example",
            "https://",
            "https://a b",
            "https://a/\"><img>",
        ] {
            assert!(HttpsUrl::parse(bad).is_none(), "{bad}");
        }
    }
}
