//! What a plain scalar means: YAML 1.2's core schema, less all that another reader would take for something else.

use crate::read::NodeValue;

/// The meaning of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Plain {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text,
    Ambiguous(Ambiguity),
}

/// Why readers disagree about a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ambiguity {
    /// `no`, `on`, `y`.
    Boolean,
    /// `010`.
    LeadingZero,
    /// `0x1f`, `0o17`, `0b1`.
    Radix,
    /// `1_000`.
    Underscore,
    /// `12:30`.
    Sexagesimal,
    /// `1e3`.
    Exponent,
    /// `.inf`, `.nan`.
    NotFinite,
    /// `-.5`.
    NoWhole,
    /// `=`.
    ValueKey,
    /// Beyond 64 bits.
    TooLarge,
    /// More digits than a floating-point number keeps.
    TooPrecise,
}

/// As many decimal digits as a 64-bit float gives back unchanged.
const EXACT_DIGITS: usize = 15;

pub(super) fn meaning(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Boolean(true),
        "false" | "False" | "FALSE" => return Plain::Boolean(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "n" | "N" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off"
        | "OFF" => return Plain::Ambiguous(Ambiguity::Boolean),
        "=" => return Plain::Ambiguous(Ambiguity::ValueKey),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned.as_bytes() {
        [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => number(text, unsigned),
        [b'.', ..] if is_not_finite(unsigned) => Plain::Ambiguous(Ambiguity::NotFinite),
        _ => Plain::Text,
    }
}

impl Plain {
    /// The value in a tree. What is ambiguous stays text; its finding blocks.
    pub fn into_value(self, text: &str) -> NodeValue {
        match self {
            Plain::Null => NodeValue::Null,
            Plain::Boolean(value) => NodeValue::Boolean(value),
            Plain::Integer(value) => NodeValue::Integer(value),
            Plain::Float(value) => NodeValue::Float(value),
            Plain::Text | Plain::Ambiguous(_) => NodeValue::Text(text.to_owned()),
        }
    }
}

fn is_not_finite(unsigned: &str) -> bool {
    matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}

/// `text` with a digit at the front, or a dot and a digit, behind its sign.
fn number(text: &str, unsigned: &str) -> Plain {
    if is_radix(unsigned) {
        return Plain::Ambiguous(Ambiguity::Radix);
    }
    if has_underscores(unsigned) {
        return Plain::Ambiguous(Ambiguity::Underscore);
    }
    if is_sexagesimal(unsigned) {
        return Plain::Ambiguous(Ambiguity::Sexagesimal);
    }
    let (whole, rest) = digits(unsigned);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (fraction, rest) = digits(rest);
            (Some(fraction), rest)
        }
        None => (None, rest),
    };
    if is_exponent(rest) {
        return Plain::Ambiguous(Ambiguity::Exponent);
    }
    if !rest.is_empty() {
        return Plain::Text;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Plain::Ambiguous(Ambiguity::LeadingZero);
    }
    match fraction {
        Some(_) if whole.is_empty() && text != unsigned => Plain::Ambiguous(Ambiguity::NoWhole),
        None => text.parse().map_or(Plain::Ambiguous(Ambiguity::TooLarge), Plain::Integer),
        Some(fraction) if whole.trim_start_matches('0').len() + fraction.len() > EXACT_DIGITS => {
            Plain::Ambiguous(Ambiguity::TooPrecise)
        }
        Some(_) => text.parse().map_or(Plain::Text, Plain::Float),
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn is_radix(text: &str) -> bool {
    let Some((prefix, rest)) = text.split_at_checked(2) else { return false };
    let is_digit: fn(u8) -> bool = match prefix {
        "0x" | "0X" => |byte| byte.is_ascii_hexdigit(),
        "0o" | "0O" => |byte| matches!(byte, b'0'..=b'7'),
        "0b" | "0B" => |byte| matches!(byte, b'0' | b'1'),
        _ => return false,
    };
    !rest.is_empty() && rest.bytes().all(|byte| byte == b'_' || is_digit(byte))
}

/// `1_000`, `1_0.5`, `1_000:30`. Behind a colon there is none: `1:1_0` is text to every reader.
fn has_underscores(text: &str) -> bool {
    let (number, sixtieths) = text.split_once(':').map_or((text, None), |(number, rest)| (number, Some(rest)));
    let is_number = number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'_' | b'.'));
    let is_whole = sixtieths.is_none_or(|rest| is_sexagesimal(&format!("0:{rest}")));
    number.contains('_') && is_number && is_whole
}

/// Digits to the base of sixty behind any number: `12:30`, but not `8080:8080`.
fn is_sexagesimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Some((first, rest)) = whole.split_once(':') else { return false };
    let is_digit = |part: &str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !first.is_empty() && is_number(first) && rest.split(':').all(is_digit) && is_number(fraction)
}

fn is_exponent(text: &str) -> bool {
    let Some(exponent) = text.strip_prefix(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_reader_agrees_on_is_typed() {
        for (text, value) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("null", Plain::Null),
            ("true", Plain::Boolean(true)),
            ("False", Plain::Boolean(false)),
            ("0", Plain::Integer(0)),
            ("-7", Plain::Integer(-7)),
            ("+7", Plain::Integer(7)),
            ("9223372036854775807", Plain::Integer(i64::MAX)),
            ("-9223372036854775808", Plain::Integer(i64::MIN)),
            ("1.0", Plain::Float(1.0)),
            ("-0.25", Plain::Float(-0.25)),
            (".5", Plain::Float(0.5)),
        ] {
            assert_eq!(meaning(text), value, "{text:?}");
        }
    }

    #[test]
    fn what_readers_disagree_on_is_ambiguous() {
        use Ambiguity::{
            Boolean, Exponent, LeadingZero, NoWhole, NotFinite, Radix, Sexagesimal, TooLarge, TooPrecise, Underscore,
            ValueKey,
        };
        for (texts, why) in [
            ("y Y yes Yes YES n N no No NO on On ON off Off OFF", Boolean),
            ("010 -07 00 08 01.5", LeadingZero),
            ("0x1f 0o10 0b101 0XFF -0x1 0x_f", Radix),
            ("1_000 1_0.5 -1_0 1_2:3", Underscore),
            ("12:30 1:2:3 12:30:45.5 22:22 00:11:22", Sexagesimal),
            ("1e3 1E3 1.5e-7 12e03 .5e1", Exponent),
            (".inf -.inf +.Inf .nan .NaN", NotFinite),
            ("-.5 +.25", NoWhole),
            ("=", ValueKey),
            ("99999999999999999999 9223372036854775808", TooLarge),
            ("0.12345678901234567 1234567890123.456", TooPrecise),
        ] {
            for text in texts.split(' ') {
                assert_eq!(meaning(text), Plain::Ambiguous(why), "{text}");
            }
        }
    }

    #[test]
    fn words_that_only_look_alike_are_text() {
        for text in "yesterday nope one offer 1.2.3 v1 1Gi 250m 0x 0xg 0o9 2027-06-30 10.0.0.0/8 1e e3 . .. .env -x \
                     1,000 a:b 8080:8080 1000:1000 1:60 12:30pm 99.9% _1 1_a 1:a ::1 nan inf 7d 1-2 1:1_0 1000:11_000000 +"
            .split_whitespace()
        {
            assert_eq!(meaning(text), Plain::Text, "{text}");
        }
    }
}
