//! Cuts a string into literal text and the sources of expressions, within bounds, before any parser sees it.

use super::problem::{self, Problem};
use super::{MAX_EXPRESSION, MAX_NESTING, MAX_OPERATORS};
use std::ops::Range;

/// A piece of a string.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// With `$${` already read as `${`.
    Literal(String),
    /// What stands between the braces; the range takes the braces in.
    Expression { source: &'t str, range: Range<usize> },
}

/// Cuts a string.
pub fn cut(text: &str) -> Result<Vec<Piece<'_>>, Problem> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = 0;
    while let Some(found) = text[rest..].find("${") {
        let start = rest + found;
        if text[rest..start].ends_with('$') {
            literal.push_str(&text[rest..start - 1]);
            literal.push_str("${");
            rest = start + 2;
            continue;
        }
        literal.push_str(&text[rest..start]);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        let length = closing_brace(&text[start + 2..], start)?;
        let source = &text[start + 2..start + 2 + length];
        let range = start..start + 2 + length + 1;
        if source.trim().is_empty() {
            return Err(problem::empty(range));
        }
        rest = range.end;
        pieces.push(Piece::Expression { source, range });
    }
    literal.push_str(&text[rest..]);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// The length of the expression before the brace that closes it. Braces in texts and maps do not.
fn closing_brace(text: &str, start: usize) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    // Where it ends is not known yet, so its beginning is pointed to.
    let opening = start..start + 2;
    let (mut depth, mut conditions, mut operators, mut at) = (0_usize, 0_usize, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        if at > MAX_EXPRESSION {
            return Err(problem::too_long(opening));
        }
        match byte {
            b'"' | b'\'' => {
                at = text_end(bytes, at).ok_or_else(|| problem::unclosed(opening.clone()))?;
                continue;
            }
            b'}' if depth == 0 => return Ok(at),
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            b'{' | b'(' | b'[' => {
                depth += 1;
                operators += 1;
            }
            b'?' => {
                conditions += 1;
                operators += 1;
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'!' | b'=' | b'&' | b'|' | b'.' => operators += 1,
            // The operator `in` has letters only; whitespace or a bracket stands before each.
            b'n' if at > 0 && bytes[at - 1] == b'i' => operators += 1,
            _ => {}
        }
        if depth + conditions > MAX_NESTING {
            return Err(problem::too_deep(opening));
        }
        if operators > MAX_OPERATORS {
            return Err(problem::too_complex(opening));
        }
        at += 1;
    }
    Err(problem::unclosed(opening))
}

/// Where a CEL text that starts at `start` has ended.
fn text_end(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let letters = bytes[..start].iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let raw = (1..=2).contains(&letters) && bytes[start - letters..start].iter().any(|b| matches!(b, b'r' | b'R'));
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let close: &[u8] = if triple { &[quote; 3] } else { &[quote] };
    let mut at = start + close.len();
    while at < bytes.len() {
        if bytes[at] == b'\\' && !raw {
            at += 2;
        } else if bytes[at..].starts_with(close) {
            return Some(at + close.len());
        } else {
            at += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        cut(text)
            .unwrap()
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal,
                Piece::Expression { source, .. } => format!("<{source}>"),
            })
            .collect()
    }

    #[test]
    fn literals_and_expressions_are_told_apart() {
        assert_eq!(shown("plain"), ["plain"]);
        assert_eq!(shown(""), [""; 0]);
        assert_eq!(shown("a-${b}-c${d}"), ["a-", "<b>", "-c", "<d>"]);
        assert_eq!(shown("$${a} costs 5$ ${b}"), ["${a} costs 5$ ", "<b>"]);
        assert_eq!(shown("$(A) {b} $c"), ["$(A) {b} $c"]);
    }

    #[test]
    fn braces_in_texts_and_maps_do_not_close() {
        assert_eq!(shown(r#"${"}" + '}'}x"#), [r#"<"}" + '}'>"#, "x"]);
        assert_eq!(shown(r#"${{"a": {"b": 1}}}"#), [r#"<{"a": {"b": 1}}>"#]);
        assert_eq!(shown(r#"${"\"}"}"#), [r#"<"\"}">"#]);
        assert_eq!(shown(r#"${r"\" + "}"}"#), [r#"<r"\" + "}">"#]);
        assert_eq!(shown(r#"${"""a"}"""}"#), [r#"<"""a"}""">"#]);
    }

    #[test]
    fn bounds_hold_before_the_parser() {
        let message = |text: &str| cut(text).unwrap_err().message;
        assert!(message("${a").contains("no closing"));
        assert!(message("${'a}").contains("no closing"));
        assert!(message("${ }").contains("empty"));
        assert!(message(&format!("${{{}}}", "a".repeat(3_000))).contains("longer than 2048"));
        assert!(message(&format!("${{{}}}", "[".repeat(100))).contains("deeper than 32"));
        assert!(message(&format!("${{{}1}}", "a?b:".repeat(100))).contains("deeper than 32"));
        assert!(message(&format!("${{{}1}}", "1+".repeat(500))).contains("more than 256"));
    }
}
