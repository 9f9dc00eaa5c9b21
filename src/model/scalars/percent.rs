//! Percentages, exactly.

use std::fmt;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_exact() {
        assert_eq!(Percent::parse("99.95%").map(Percent::thousandths), Some(99_950));
        assert_eq!(Percent::parse("99.95%").map(|p| p.to_string()), Some("99.95%".to_owned()));
        assert_eq!(Percent::parse("101%"), None);
    }
}
