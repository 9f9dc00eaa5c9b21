//! What is a secret because its key says so: `password: ...`, `API_KEY=...`. A text comes in, parts of it go out.

use super::detect::Match;
use super::innocent::{is_placeholder, is_random, is_strong_password};
use super::rules;
use regex::Regex;
use std::sync::LazyLock;

/// A key that ends in a telling word, and its value: quoted, bare, or in the `value` of the next line.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let words = "passw(?:or)?d|passphrase|pwd|credentials?|secret|token|(?:api|access|private|signing|encryption|auth|account|master)[_.-]?key";
    let ending = "(?:[_.-]?(?:key|value|string|base|base64|b64|plain|[0-9]{1,2}))?";
    let separator = r#"\\?["']?[ \t]{0,40}(?:\n[ \t]{0,80}["']?value["']?[ \t]{0,40})?(?:=>|:=|:|=)[ \t]{0,40}"#;
    let value =
        r#"(?:\\?"([ !#-\[\]-~]{8,400})|'([ -&(-~]{8,400})'|([$(+\-./0-9:=?A-Z\\^_a-z~][!#-&(-+\--:<-\\^-|~]{7,400}))"#;
    let pattern = format!("(?i-u)({words}){ending}{separator}{value}");
    Regex::new(&pattern).expect("words and classes are a pattern")
});

/// The fewest characters of a token; shorter ones are names far more often.
const SHORTEST_TOKEN: usize = 16;

pub(super) fn assignments(text: &str) -> Vec<Match> {
    let found = ASSIGNED.captures_iter(text).filter_map(|captures| {
        let word = captures.get(1)?.as_str().to_ascii_lowercase();
        let value = captures.iter().skip(2).flatten().next()?;
        let is_password = word.starts_with("pass") || word == "pwd" || word.starts_with("credential");
        let is_secret = match is_password {
            true => is_strong_password(value.as_str()),
            false => value.len() >= SHORTEST_TOKEN && is_random(value.as_str()),
        };
        if !is_secret || is_placeholder(value.as_str()) || is_reference(value.as_str()) || is_prose(value.as_str()) {
            return None;
        }
        let (rule, name) = match is_password {
            true => (&rules::PASSWORD, "what looks like a password"),
            false => (&rules::TOKEN, "what looks like a key or token"),
        };
        Some(Match { part: value.range(), rule, name, certain: false })
    });
    found.collect()
}

/// `random_password.db.result`, `jsondecode(...)`, `keys[0].id`
fn is_reference(value: &str) -> bool {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\A[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*|\[[^\]]*\])*(?:\.[a-z_][a-z0-9_]*|\(|\[)")
            .expect("the shapes of code are a pattern")
    });
    CODE.is_match(value) && !value.contains(' ')
}

/// A sentence about passwords.
fn is_prose(value: &str) -> bool {
    value.split(' ').filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        assignments(text).into_iter().map(|found| &text[found.part]).collect()
    }

    #[test]
    fn a_value_is_a_secret_when_its_key_says_so_and_it_looks_made_up() {
        assert_eq!(found("DB_PASSWORD: Tr0ub4dor&3"), ["Tr0ub4dor&3"]);
        assert_eq!(found("\"password\": \"a b7 c!9zq\""), ["a b7 c!9zq"]);
        assert_eq!(found("{\\\"passwd\\\":\\\"q8ZkR2vN\\\"}"), ["q8ZkR2vN"]);
        assert_eq!(
            found("- name: PAYMENT_API_KEY\n  value: 9f86d081884c7d659a2feaa0c55ad015"),
            ["9f86d081884c7d659a2feaa0c55ad015"]
        );
        assert_eq!(found("# old token=Zk8vQ2nLw3Xy7Tb5Rm1P"), ["Zk8vQ2nLw3Xy7Tb5Rm1P"]);
    }

    #[test]
    fn names_references_and_sentences_are_none() {
        for text in [
            "secretName: cart-sessions-3f9a1c0b2d4e5f60",
            "password: ${resources.db.password}",
            "password = random_password.db1.result",
            "token: checkout-2026-prod-readonly",
            "password: at least 12 characters, 1 digit",
            "secret: 6f1c0f0e-8d5e-4a51-9a0e-0c9b7f2d1e3a",
            "password: changeme123",
            "password: short1",
            "tokenUrl: https://login.pavior.dev/v2.0/token",
            "passwordVersion: 12345678",
            "secret_key = jsondecode(data.x.y[0].z)",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
