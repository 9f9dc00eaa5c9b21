//! What a step prints, made so that the runner obeys nothing in it; what it hands to later steps, made so that no value
//! ends before it should. Randomness comes in as a value.

use std::fmt;

/// A word that nobody else knows: of one run, from the system's randomness.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// From sixteen random bytes.
    pub fn new(random: [u8; 16]) -> Token {
        Token(format!("pavior-{:032x}", u128::from_be_bytes(random)))
    }
}

/// Whoever reads a log must not learn how to end what it encloses.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    #[error("the output {0} holds its own delimiter")]
    HoldsDelimiter(&'static str),
    #[error("the report holds the word that ends it")]
    HoldsToken,
}

/// A text of others, printed: between both lines the runner takes nothing for a command.
///
/// # Errors
/// When the text has the word that ends it, which nobody can have guessed.
pub fn stopped(text: &str, token: &Token) -> Result<String, NotWritten> {
    if text.contains(&token.0) {
        return Err(NotWritten::HoldsToken);
    }
    // The runner takes a carriage return for the end of a line, too: nothing may stand before the closing word.
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Ok(format!("::stop-commands::{0}\n{text}{end}::{0}::\n", token.0))
}

/// A line for `GITHUB_OUTPUT`, whatever the value holds.
///
/// # Errors
/// When the value has the delimiter, which nobody can have guessed.
pub fn output(name: &'static str, value: &str, token: &Token) -> Result<String, NotWritten> {
    if value.contains(&token.0) {
        return Err(NotWritten::HoldsDelimiter(name));
    }
    Ok(format!("{name}<<{0}\n{value}\n{0}\n", token.0))
}

/// GitHub takes 1 MiB of a step's summary and shows none of a larger one.
pub const MOST_SUMMARY_BYTES: usize = 1024 * 1024;

/// A value that the runner is to cover wherever it is printed. Lines are covered one by one, as the runner does.
pub fn masks(secret: &str) -> String {
    let lines = secret.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("::add-mask::{}\n", line.replace('%', "%25"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token() -> Token {
        Token::new([7; 16])
    }

    /// What the runner would obey, as it reads lines: whatever ends them, and however they are indented.
    fn obeyed(log: &str) -> Vec<String> {
        let (mut commands, mut stopped) = (Vec::new(), None::<String>);
        for line in log.split(['\n', '\r']) {
            let line = line.trim_start();
            match &stopped {
                Some(word) if line.trim_end() == format!("::{word}::") => stopped = None,
                Some(_) => {}
                None => match line.strip_prefix("::stop-commands::") {
                    Some(word) => stopped = Some(word.trim_end().to_owned()),
                    None if line.starts_with("::") || line.contains("##[") => commands.push(line.to_owned()),
                    None => {}
                },
            }
        }
        assert_eq!(stopped, None, "commands are obeyed again behind it");
        commands
    }

    #[test]
    fn a43_no_line_of_a_report_is_a_command() {
        for hostile in [
            "::add-mask::a",
            "::error file=a.yaml::b",
            "::stop-commands::x",
            "::set-output name=a::b",
            "##[group]a",
            "x\r::error::y",
            "x\n::error::y\n",
            "x%0A::error::y",
            "::x::",
            "",
        ] {
            let log = format!("{}::notice::still heard\n", stopped(hostile, &token()).unwrap());
            assert_eq!(obeyed(&log), ["::notice::still heard"], "{hostile}");
            assert!(log.contains(hostile));
        }
        let guessed = format!("::{}::\n::error::y", token().0);
        assert_eq!(stopped(&guessed, &token()), Err(NotWritten::HoldsToken));
    }

    #[test]
    fn a43_a_value_cannot_end_before_it_should() {
        let hostile = "x\nEOF\nother=y\npavior-00000000000000000000000000000000";
        let text = output("digest", hostile, &token()).unwrap();
        let delimiter = text.lines().next().unwrap().strip_prefix("digest<<").unwrap();
        let value = text.strip_prefix(&format!("digest<<{delimiter}\n")).unwrap();
        assert_eq!(value.split_once(&format!("\n{delimiter}\n")).unwrap(), (hostile, ""));
        assert_eq!(output("digest", &token().0, &token()), Err(NotWritten::HoldsDelimiter("digest")));
    }

    #[test]
    fn a_token_is_of_all_its_bytes_and_is_not_shown() {
        assert_ne!(Token::new([7; 16]), Token::new([8; 16]));
        assert_eq!(token().0.len(), 39);
        assert_eq!(format!("{:?}", token()), "Token");
    }

    #[test]
    fn every_line_of_a_secret_is_covered() {
        assert_eq!(masks("a%b\r\n\n  c\n"), "::add-mask::a%25b\n::add-mask::c\n");
        assert_eq!(masks(""), "");
    }

    proptest! {
        #[test]
        fn a43_whatever_is_printed_is_not_obeyed(text in "(::[a-z-]{1,5}|::|##\\[|\r|\n| |x){0,30}") {
            prop_assert_eq!(obeyed(&stopped(&text, &token()).unwrap()), Vec::<String>::new());
        }
    }
}
