//! Values of fields, short enough to read: long ones are cut around what differs.

use crate::review::diff::{FieldChange, Secrecy};
use serde_json::Value;
use std::fmt::Write;

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 160;
/// The longest of two values that stand on one line.
const LONGEST_OF_TWO: usize = 50;
/// At most so much that is the same is shown before what differs.
const BEFORE: usize = 40;
/// So many lines of a text are shown on each side.
const LINES: usize = 6;

/// What a field was and what it is, for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Added(String),
    Removed(String),
    Changed(String, String),
    /// The lines that differ, each with `-` or `+` in front.
    Lines(Vec<String>),
}

/// The values of a field; those of secrets are not in it.
pub fn shown(field: &FieldChange) -> Shown {
    match (&field.before, &field.after) {
        (Some(Value::String(before)), Some(Value::String(after))) if before.contains('\n') || after.contains('\n') => {
            Shown::Lines(lines(before, after))
        }
        (Some(before), Some(after)) => {
            let (before, after) = cut_pair(&flow(before), &flow(after));
            Shown::Changed(before, after)
        }
        (None, Some(after)) => Shown::Added(cut(&flow(unnamed(after)))),
        (before, None) => Shown::Removed(before.as_ref().map_or_else(String::new, |value| cut(&flow(unnamed(value))))),
    }
}

/// What a reader has to know of the values; empty when nothing.
pub fn remark(field: &FieldChange) -> &'static str {
    match field.secrecy {
        Secrecy::Plain => "",
        Secrecy::Reference => "secret reference",
        Secrecy::Hidden => "secret",
    }
}

/// A variable `{name, value}` is its value: the path names it already.
fn unnamed(value: &Value) -> &Value {
    match value {
        Value::Object(fields) if fields.len() == 2 && fields.contains_key("name") => {
            fields.get("value").or_else(|| fields.get("valueFrom")).unwrap_or(value)
        }
        _ => value,
    }
}

/// As flow YAML, without quotes where nothing else could be meant.
pub fn flow(value: &Value) -> String {
    let mut text = String::new();
    write_flow(value, &mut text);
    text
}

fn write_flow(value: &Value, out: &mut String) {
    match value {
        Value::String(text) if is_plain(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_flow(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, item)) in fields.iter().enumerate() {
                let _ = write!(out, "{}{key}: ", if index == 0 { "" } else { ", " });
                write_flow(item, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Text that nobody takes for a number, a list or nothing.
fn is_plain(text: &str) -> bool {
    let is_word = text.chars().all(|c| c.is_alphanumeric() || "-_./:@$(){}+=%*~?&;!<>^|".contains(c));
    let is_other = ["", "true", "false", "null", "yes", "no", "on", "off"].contains(&text)
        || text.parse::<f64>().is_ok()
        || text.starts_with(['{', '[', '-', '+']);
    is_word && !is_other
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where one is long, what both begin with is left out, but for the last part of a path.
fn cut_pair(before: &str, after: &str) -> (String, String) {
    if before.chars().count().max(after.chars().count()) <= LONGEST_OF_TWO {
        return (before.to_owned(), after.to_owned());
    }
    let same: Vec<char> = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    let part = same.iter().rposition(|c| matches!(c, '/' | ' ' | ',')).unwrap_or(0);
    let skipped = part.max(same.len().saturating_sub(BEFORE));
    let tail = |text: &str| {
        let tail: String = text.chars().skip(skipped).collect();
        cut(&if skipped > 0 { format!("…{}", tail.trim_start()) } else { tail })
    };
    (tail(before), tail(after))
}

/// The lines between what both begin and both end with.
fn lines(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = |lines: &[&str]| lines.len() - start;
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = end.min(rest(&before)).min(rest(&after));
    let mut shown = Vec::new();
    for (mark, lines) in [('-', &before[start..before.len() - end]), ('+', &after[start..after.len() - end])] {
        shown.extend(lines.iter().take(LINES).map(|line| format!("{mark} {}", cut(line))));
        if lines.len() > LINES {
            shown.push(format!("{mark} … {} lines more", lines.len() - LINES));
        }
    }
    if shown.is_empty() {
        shown.push("another end of line".to_owned());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_as_people_write_them() {
        assert_eq!(
            flow(&json!({"a": ["x", 1, "1", null], "b": "two words"})),
            "{a: [x, 1, \"1\", null], b: \"two words\"}"
        );
        assert_eq!(flow(&json!("")), "\"\"");
    }

    #[test]
    fn long_values_are_cut_around_what_differs() {
        let image = |tag: &str| format!("us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/cart:{tag}");
        let (before, after) = cut_pair(&image("v0.10.6"), &image("v0.10.7"));
        assert_eq!((before.as_str(), after.as_str()), ("…/cart:v0.10.6", "…/cart:v0.10.7"));
        assert_eq!(cut(&"x".repeat(500)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn of_a_long_text_the_lines_that_differ_are_shown() {
        assert_eq!(lines("a\nb\nc\n", "a\nx\ny\nc\n"), ["- b", "+ x", "+ y"]);
        assert_eq!(lines("a\n", "a\na\n"), ["+ a"]);
        assert_eq!(lines("a", "a\n"), ["another end of line"]);
        assert_eq!(lines("", &"x\n".repeat(20)).last().unwrap(), "+ … 14 lines more");
    }
}
