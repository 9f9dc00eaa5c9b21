//! Lengths of time.

use std::fmt;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_one_unit() {
        let milliseconds = |text: &str| Duration::parse(text).map(Duration::milliseconds);
        assert_eq!(milliseconds("300ms"), Some(300));
        assert_eq!(milliseconds("12h"), Some(12 * 3_600_000));
        assert_eq!(Duration::parse("90d").map(|d| d.to_string()), Some("90d".to_owned()));
        for bad in ["", "h", "1h30m", "1 h", "1w", "1234567s"] {
            assert_eq!(milliseconds(bad), None, "{bad}");
        }
    }
}
