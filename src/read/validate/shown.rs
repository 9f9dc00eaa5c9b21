//! How what a person wrote is shown in a message: short, on one line, nothing hidden, no secret.

use crate::read::{Node, NodeValue, WORKLOAD_FIELDS};

/// Longest part of a value that a message repeats, in characters.
const LONGEST: usize = 60;

/// A value between backticks.
pub fn shown(text: &str) -> String {
    if looks_secret(text) {
        return format!("`{}…`", text.chars().take(4).map(visible).collect::<String>());
    }
    let cut: String = text.chars().take(LONGEST).map(visible).collect();
    let more = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("`{cut}{more}`")
}

/// A scalar between backticks; of a collection, only what it is.
pub fn shown_node(node: &Node) -> String {
    match &node.value {
        NodeValue::Null => "nothing".to_owned(),
        NodeValue::Boolean(value) => format!("`{value}`"),
        NodeValue::Integer(value) => format!("`{value}`"),
        NodeValue::Float(value) => format!("`{value}`"),
        NodeValue::Text(text) if text.is_empty() => "empty".to_owned(),
        NodeValue::Text(text) => shown(text),
        NodeValue::Sequence(_) => "a list".to_owned(),
        NodeValue::Mapping(_) => "a mapping".to_owned(),
    }
}

/// A route as people write it, such as `spec.docs[0].path`, without backticks.
pub fn route_text(root: &Node, route: &[String]) -> String {
    let mut text = String::new();
    let mut node = Some(root);
    let skipped = usize::from(is_in_score_file(root, route));
    if skipped > 0 {
        node = root.child("spec");
    }
    for step in &route[skipped..] {
        let in_sequence = matches!(node.map(|node| &node.value), Some(NodeValue::Sequence(_)));
        let plain = !step.is_empty()
            && step.len() <= LONGEST
            && step.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'<' | b'>'));
        match (in_sequence, plain) {
            (true, _) => text.push_str(&format!("[{step}]")),
            (false, true) if text.is_empty() => text.push_str(step),
            (false, true) => text.push_str(&format!(".{step}")),
            (false, false) => text.push_str(&format!("[{}]", shown(step).replace('`', "\""))),
        }
        node = node.and_then(|node| node.child(step));
    }
    text
}

/// Whether the value stands in a Score file, which has no `spec` around it.
fn is_in_score_file(root: &Node, route: &[String]) -> bool {
    let names_a_file = || root.child("spec").is_some_and(|spec| spec.child("score").is_some());
    matches!(route, [spec, field, ..] if spec == "spec" && WORKLOAD_FIELDS.contains(&field.as_str())) && names_a_file()
}

/// What cannot be seen, or would act on a terminal or a page, is written as its code.
fn visible(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '`' => "'".to_owned(),
        c if is_hidden(c) => format!("U+{:04X}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Controls, and characters that change or hide their neighbours.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text has the look of a credential. A message that is wrong about this only shows less.
fn looks_secret(text: &str) -> bool {
    const PREFIXES: [&str; 14] = [
        "ghp_",
        "gho_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "AKIA",
        "ASIA",
        "xoxb-",
        "xoxp-",
        "sk_live_",
        "eyJ",
        "AIza",
        "-----BEGIN",
    ];
    PREFIXES.iter().any(|prefix| text.contains(prefix)) || has_credentials_in_url(text) || is_random(text)
}

/// `postgres://user:password@host`
fn has_credentials_in_url(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// One long word of both cases and digits.
fn is_random(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    text.len() >= 24
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_and_hidden_characters_spelled() {
        assert_eq!(shown("cart"), "`cart`");
        assert_eq!(shown(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
        assert_eq!(shown("a\nb\u{202e}c`d"), "`a\\nbU+202Ec'd`");
    }

    #[test]
    fn no_secret_is_repeated() {
        for secret in [
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "postgres://cart:hunter2@db.example/cart",
            "-----BEGIN PRIVATE KEY-----\nMIIE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ] {
            let text = shown(secret);
            assert!(text.chars().count() <= 7, "{text}");
        }
        assert_eq!(shown("https://github.com/acme/cart"), "`https://github.com/acme/cart`");
    }
}
