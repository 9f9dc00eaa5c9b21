//! What a plain scalar means, and whether all readers agree on it.

use serde_json::Value;

/// The value of a plain (unquoted) scalar: JSON's own scalars, or a text that no reader takes for anything else.
pub fn plain(text: &str) -> Option<Value> {
    match text {
        "null" => Some(Value::Null),
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => match serde_json::from_str(text) {
            Ok(Value::Number(number)) => Some(Value::Number(number)),
            _ => (!is_retyped(text)).then(|| Value::String(text.to_owned())),
        },
    }
}

/// Whether a reader of YAML 1.1 or 1.2 takes the plain text for something other than a text.
fn is_retyped(text: &str) -> bool {
    is_word(text) || is_number(text) || is_sexagesimal(text) || is_timestamp(text)
}

fn is_word(text: &str) -> bool {
    const WORDS: [&str; 13] = ["", "~", "null", "true", "false", "yes", "no", "y", "n", "on", "off", "=", "<<"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).to_ascii_lowercase();
    if unsigned == ".inf" || unsigned == ".nan" {
        return true;
    }
    for (prefix, radix) in [("0b", 2), ("0o", 8), ("0x", 16)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            return !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix));
        }
    }
    let (mantissa, exponent) = unsigned.split_once('e').unwrap_or((&unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    mantissa.bytes().any(|b| b.is_ascii_digit())
        && !whole.starts_with('_')
        && [whole, fraction, exponent].into_iter().all(numeric)
        && exponent.bytes().any(|b| b.is_ascii_digit())
}

/// `12:30`, `1:2:3.5`: numbers to the base of sixty.
fn is_sexagesimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts = |part: &str| {
        part.as_bytes()
            .first()
            .is_some_and(|b| if fraction.is_empty() { matches!(b, b'1'..=b'9') } else { b.is_ascii_digit() })
    };
    let sixtieth = |part: &&str| match part.as_bytes() {
        [units] => units.is_ascii_digit(),
        [tens, units] => matches!(tens, b'0'..=b'5') && units.is_ascii_digit(),
        _ => false,
    };
    !rest.is_empty() && starts(first) && numeric(first) && rest.iter().all(sixtieth) && numeric(fraction)
}

/// `2024-01-31`, alone or with a time behind it.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits =
        |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    let day_end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, time) = rest.split_at(day_end);
    year.len() == 4
        && digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && (time.is_empty() || time.trim_start_matches(['T', 't', ' ', '\t']).starts_with(|c: char| c.is_ascii_digit()))
        && (time.is_empty() || time.starts_with(['T', 't', ' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_scalars_are_what_they_look_like() {
        for (text, value) in [("null", json!(null)), ("true", json!(true)), ("-1", json!(-1)), ("2.5", json!(2.5))] {
            assert_eq!(plain(text), Some(value));
        }
    }

    #[test]
    fn text_that_some_reader_retypes_has_no_value_unquoted() {
        for text in [
            "",
            "~",
            "NULL",
            "Yes",
            "no",
            "y",
            "N",
            "on",
            "OFF",
            "True",
            "=",
            "<<",
            "1_000",
            "014",
            "0o14",
            "0x1F",
            "0b11",
            "12:30",
            "1:2:3",
            "190:20:30.15",
            "2024-01-01",
            "2024-1-1",
            "2024-01-01T00:00:00Z",
            "+1",
            ".5",
            "5.",
            "685_230.15",
            ".inf",
            "-.INF",
            ".nan",
            "+.5",
            "1e+3_0",
        ] {
            assert_eq!(plain(text), None, "{text:?}");
        }
    }

    #[test]
    fn ordinary_text_is_text() {
        for text in
            ["cart", "64Mi", "200m", "10s", "8080:8080", "1:99", "v1", "1a2b", "0bcafe", "2024-01", "a:b", "-", "e3"]
        {
            assert_eq!(plain(text), Some(json!(text)), "{text:?}");
        }
    }
}
