//! Regular expressions of platform files: linear in time, bounded in size.

use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

/// Each pattern is compiled once: a memory of a pure function, so sharing it changes no result.
static COMPILED: LazyLock<RwLock<HashMap<String, Result<Regex, String>>>> = LazyLock::new(RwLock::default);
/// How many are remembered; patterns beyond are compiled each time.
const MAX_REMEMBERED: usize = 1_000;

/// How large a compiled pattern may be, in bytes.
const MAX_COMPILED: usize = 256 * 1024;
/// How long a pattern may be.
const MAX_PATTERN: usize = 1_024;

/// Compiles a pattern, or says why not.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return known.clone();
    }
    let compiled = compile_anew(pattern);
    let mut remembered = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if remembered.len() < MAX_REMEMBERED {
        remembered.insert(pattern.to_owned(), compiled.clone());
    }
    compiled
}

fn compile_anew(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("the pattern is longer than {MAX_PATTERN} bytes"));
    }
    RegexBuilder::new(pattern).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).nest_limit(32).build().map_err(
        |error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large: use smaller repetitions".to_owned(),
            error => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                format!("the pattern is no regular expression: {last}")
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_bounded() {
        assert!(compile("^[a-z]+$").unwrap().is_match("abc"));
        assert!(compile("(").unwrap_err().contains("unclosed group"));
        assert!(compile(r"(?:\w{100}){100}").unwrap_err().contains("too large"));
        assert!(compile(&"(".repeat(900)).is_err());
        assert!(compile(&"a".repeat(2_000)).unwrap_err().contains("longer"));
    }
}
