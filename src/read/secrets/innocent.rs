//! What only looks like a secret: placeholders, examples, names, digests. Values come in, yes or no goes out.

use regex::Regex;
use std::sync::LazyLock;

/// Words that nobody writes into a value that opens something.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "xxxx",
    "****",
    "....",
    "____",
    "----",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "changeit",
    "replace",
    "redacted",
    "dummy",
    "your-",
    "your_",
    "insert",
    "todo",
    "fixme",
    "${",
    "$(",
    "{{",
    "%(",
    "abcdefghij",
    "0123456789",
    "1234567890",
    "123456789a",
    "not-a-secret",
    "notasecret",
    "deadbeef",
];

/// Passwords that a program ships with, or that stand for one in prose. No one is kept out by them.
const DEFAULTS: &[&str] = &[
    "pass",
    "passwd",
    "password",
    "pwd",
    "secret",
    "user",
    "username",
    "admin",
    "root",
    "guest",
    "test",
    "token",
    "key",
    "postgres",
    "mysql",
    "redis",
    "rabbitmq",
    "none",
    "null",
    "true",
    "false",
    "local",
    "localhost",
    "default",
];

/// `<your-token>`, `${VAR}`, `xxxxxxxx`, the example keys of AWS's documentation.
pub(super) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let wrapped = [("<", ">"), ("[", "]"), ("{", "}"), ("%", "%"), ("@", "@"), ("__", "__")];
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || wrapped.iter().any(|(open, close)| value.starts_with(open) && value.ends_with(close))
        || is_default(&lower)
        || (value.starts_with('$') && value[1..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

fn is_default(lower: &str) -> bool {
    let word = lower.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '!' | '?' | '.'));
    DEFAULTS.contains(&lower) || DEFAULTS.contains(&word)
}

/// The bits of surprise in each character, by how often each occurs.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    value.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = value.len() as f64;
    let surprise = |count: u32| -f64::from(count) / length * (f64::from(count) / length).log2();
    counts.into_iter().filter(|count| *count > 0).map(surprise).sum()
}

/// A password that somebody or something made up to keep others out.
pub(super) fn is_strong_password(value: &str) -> bool {
    has_letter_and_other(value) && entropy(value) >= 2.7 && !is_name(value)
}

/// A key or token of random characters.
pub(super) fn is_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && digits < value.len() && entropy(value) >= 3.2 && !is_name(value)
}

fn has_letter_and_other(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    letters > 0 && letters < value.len()
}

/// Names, paths, addresses, versions, digests and the like.
fn is_name(value: &str) -> bool {
    static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
        let shapes = [
            // Words: each part is a word, a number, or short, or a word that ends in a number.
            r"(?:[A-Za-z]+[0-9]{0,4}|[0-9]{1,8}|[A-Za-z0-9]{1,3})(?:[-_./: ](?:[A-Za-z]*[0-9]{0,4}|[0-9]{1,8}|[A-Za-z0-9]{1,3}))+",
            // Words in camel case, and a name that ends in a hash.
            r"[A-Za-z][a-z]{2,}(?:[A-Z][a-z]{2,})+[0-9]{0,2}",
            r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*-[0-9a-f]{8,16}",
            r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            r"arn:[a-z-]+:.*",
            r"(?:sha256|sha512|sha1|md5)[:-].*",
            r"[a-z][a-z0-9+.-]*://.*",
            r"\.{0,2}/.*",
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?",
            r"ssh-(?:rsa|ed25519|dss).*",
        ];
        Regex::new(&format!("(?s)\\A(?:{})\\z", shapes.join("|"))).expect("the shapes are a pattern")
    });
    SHAPES.is_match(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_secret_is_none() {
        for text in ["xxxxxxxxxxxx", "<your-token>", "${VAR}", "$(VAR)", "$DB_PASSWORD", "AKIAIOSFODNN7EXAMPLE"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["password", "Password1!", "admin123", "{{ .Values.token }}", "%TOKEN%", "changeme-now1"] {
            assert!(is_placeholder(text), "{text}");
        }
        assert!(!is_placeholder("Tr0ub4dor&3") && !is_placeholder("q8ZkR2vN"));
    }

    #[test]
    fn names_digests_and_addresses_are_no_passwords() {
        for text in [
            "payments-api-token-v2",
            "checkout/2026/prod",
            "cart-sessions-3f9a1c0b2d4e5f60",
            "6f1c0f0e-8d5e-4a51-9a0e-0c9b7f2d1e3a",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf",
            "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "/var/run/secrets/token",
            "SecretRequestName",
            "https://login.pavior.dev/oauth2/token",
            "2026-11-22T10:00:00Z",
        ] {
            assert!(!is_strong_password(text) && !is_random(text), "{text}");
        }
        assert!(is_strong_password("Tr0ub4dor&3") && is_random("9f86d081884c7d659a2feaa0c55ad015"));
    }

    #[test]
    fn entropy_counts_bits_a_character() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abcd"), 2.0);
    }
}
