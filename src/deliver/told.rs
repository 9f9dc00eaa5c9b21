//! What a tool said, as it may be told and written down for ever: nothing in it that is a value, or looks like a secret.

use crate::read::covered_words;
use regex::Regex;
use std::sync::LazyLock;

/// What providers and clusters quote where they refuse it: `Invalid value: "..."`, `password = "..."`.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(values?|passwords?|passwd|secrets?|tokens?|keys?|credentials?)\b(["']?\s*(?:[:=]|of|is|was)?\s*)("[^"]*"?|'[^']*'?)"#)
        .expect("the pattern is right")
});

pub fn told(error: &anyhow::Error) -> String {
    covered(&format!("{error:#}"))
}

pub fn covered(said: &str) -> String {
    covered_words(&QUOTED.replace_all(said, "$1$2\"...\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_quotes_as_a_value_is_not_told() {
        for (said, expected) in [
            (
                r#"creating Secret: InvalidParameter: value "hunter2-s3cr3t""#,
                r#"creating Secret: InvalidParameter: value "...""#,
            ),
            (r#"spec.x: Invalid value: "hunter2": must be short"#, r#"spec.x: Invalid value: "...": must be short"#),
            (r#"password = "hunter2"#, r#"password = "...""#),
            (r#"Deployment.apps "cart" not found"#, r#"Deployment.apps "cart" not found"#),
        ] {
            assert_eq!(covered(said), expected);
        }
    }

    #[test]
    fn what_looks_like_a_secret_is_covered_wherever_it_stands() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0".repeat(2).get(..36).unwrap());
        let said = covered(&format!("the server said {token} is no token"));
        assert!(!said.contains(&token[8..]), "{said}");
    }
}
