//! Quantities, as Kubernetes writes them.

use std::fmt;

/// An amount of CPU, memory or storage, as Kubernetes writes it: `250m`, `64Mi`, `1.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    text: Box<str>,
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
        Some(Quantity { text: text.into(), milli: (scaled + scale - 1) / scale })
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
