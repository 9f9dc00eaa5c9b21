//! What is a secret because its key says so: `password: ...`, `API_KEY=...`. A text comes in, parts of it go out.

use super::detect::Match;
use super::innocent::{is_placeholder, is_random, is_strong_password};
use super::rules;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

/// A key that ends in a telling word, up to its value: behind it, or behind the `value` of the next line.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let words = "passw(?:or)?d|passphrase|pwd|credentials?|secret|token|(?:api|access|private|signing|encryption|auth|account|master)[_.-]?key";
    let ending = "(?:[_.-]?(?:key|value|string|base|base64|b64|plain|[0-9]{1,2}))?";
    let separator = r#"\\?["']?[ \t]*(?:\n[ \t]*["']?value["']?[ \t]*)?(?:=>|:=|:|=)[ \t]*"#;
    let pattern = format!("(?i-u)({words}){ending}{separator}");
    Regex::new(&pattern).expect("words and classes are a pattern")
});

/// One of these is in every key that tells; looking for them is quicker than the pattern, and quicker to build.
static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .build(["passw", "passphrase", "pwd", "credential", "secret", "token", "key"]);
    automaton.expect("stems are few and short")
});

/// The fewest and the most characters of a value. A pattern that counted so far would take longer to build than to use.
const LENGTHS: RangeInclusive<usize> = 8..=400;

/// The value that stands at a place, quoted or bare, without its quotes.
fn value_at(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = &text.as_bytes()[start..];
    let run = |from: usize, is_part: fn(u8) -> bool| {
        let length = bytes[from..].iter().take(*LENGTHS.end()).take_while(|byte| is_part(**byte)).count();
        LENGTHS.contains(&length).then(|| start + from..start + from + length)
    };
    match bytes {
        [b'"', ..] => run(1, is_in_double_quotes),
        [b'\\', b'"', ..] => run(2, is_in_double_quotes),
        [b'\'', ..] => run(1, is_in_quotes).filter(|value| text.as_bytes().get(value.end) == Some(&b'\'')),
        [first, ..] if is_first(*first) => run(0, is_bare),
        _ => None,
    }
}

fn is_in_double_quotes(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

fn is_in_quotes(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'\''
}

/// What a value without quotes may begin with, and what may follow.
fn is_first(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'$' | b'(' | b'+' | b'-' | b'.' | b'/' | b':' | b'=' | b'?' | b'\\' | b'^' | b'_' | b'~')
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b',' | b';' | b']' | b'}')
}

/// The fewest characters of a token; shorter ones are names far more often.
const SHORTEST_TOKEN: usize = 16;

pub(super) fn assignments(text: &str) -> Vec<Match> {
    if !STEMS.is_match(text) {
        return Vec::new();
    }
    let (mut found, mut next) = (Vec::new(), 0);
    while let Some(captures) = ASSIGNED.captures_at(text, next) {
        let (Some(key), Some(word)) = (captures.get(0), captures.get(1)) else { break };
        let value = value_at(text, key.end()).filter(|value| !is_path_of_code(text, key.end(), value));
        let secret = value.and_then(|value| secret(text, &word.as_str().to_ascii_lowercase(), value));
        // A secret ends what was looked at; where there is none, the next key may begin inside of what stands here.
        next = secret.as_ref().map_or(word.end(), |secret| secret.part.end);
        found.extend(secret);
    }
    found
}

/// The value of a key that ends in `word`, if it is a secret.
fn secret(text: &str, word: &str, range: Range<usize>) -> Option<Match> {
    let value = &text[range.clone()];
    let is_password = word.starts_with("pass") || word == "pwd" || word.starts_with("credential");
    let is_secret = match is_password {
        true => is_strong_password(value),
        false => value.len() >= SHORTEST_TOKEN && is_random(value),
    };
    if !is_secret || is_placeholder(value) || is_reference(value) || is_prose(value) {
        return None;
    }
    let (rule, name) = match is_password {
        true => (&rules::PASSWORD, "what looks like a password"),
        false => (&rules::TOKEN, "what looks like a key or token"),
    };
    Some(Match { part: range, rule, name, certain: false })
}

/// `Credentials::app(...)`: the key is a type, and the colon belongs to its path.
fn is_path_of_code(text: &str, key_end: usize, value: &Range<usize>) -> bool {
    value.start == key_end && text[..key_end].ends_with(':') && text[value.clone()].starts_with(':')
}

/// `random_password.db.result`, `jsondecode(...)`, `keys[0].id`, `Credentials::app(...)`, `config.getPassword(...)`
fn is_reference(value: &str) -> bool {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        let path = r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*|\[[^\]]*\])*(?:\.[a-z_][a-z0-9_]*|\(|\[)";
        let call = r"&?[A-Za-z_][A-Za-z0-9_]*(?:(?:::|\.)[A-Za-z_][A-Za-z0-9_]*)+(?:\(|::<)";
        Regex::new(&format!(r"\A(?:{path}|{call})")).expect("the shapes of code are a pattern")
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
    fn what_is_no_value_may_be_the_next_key() {
        assert_eq!(found("password: password: Tr0ub4dor&3"), ["Tr0ub4dor&3"]);
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
            "let client = Credentials::app(7id, key2)",
            "credentials: Credentials::app(app2_id, key),",
            "token: Token::new(settings1.clone(), 2)",
            "password = config.getPassword2(user)",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
