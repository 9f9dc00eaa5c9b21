//! Why a call came to nothing, by what a caller would do about it. Holds no token and no signed address.

use super::call::Call;
use super::transport::Answer;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitHubError {
    /// Not there, or not to be seen by us.
    #[error("{call}: GitHub finds nothing there{}", said(.message))]
    NotFound { call: String, message: String },
    #[error("{call}: GitHub does not accept the token{}", said(.message))]
    Unauthorized { call: String, message: String },
    /// The token is good and may not do this.
    #[error("{call}: the token lacks the permission{}", said(.message))]
    Forbidden { call: String, message: String },
    #[error("{call}: it conflicts with what stands on GitHub now{}", said(.message))]
    Conflict { call: String, message: String },
    #[error("{call}: GitHub refuses the values{}", said(.message))]
    Unprocessable { call: String, message: String },
    /// GitHub asks to wait longer than we may: nothing was done, and the same call may be made after `wait`.
    #[error("{call}: GitHub's rate limit asks for {} s more, longer than may be waited", .wait.as_secs())]
    RateLimited { call: String, wait: Duration },
    /// No answer, or one that says nothing of what happened. A write may have been done.
    #[error("{call}: GitHub cannot be reached: {reason}")]
    Unavailable { call: String, reason: String },
    /// More than is ever read or sent, so that nothing is decided on a part.
    #[error("{call}: more than {limit}, which is not read in part")]
    TooMany { call: String, limit: String },
    #[error("{call}: GitHub's answer cannot be read: {reason}")]
    Unreadable { call: String, reason: String },
    #[error("{call}: GitHub answers {status}{}", said(.message))]
    Unexpected { call: String, status: u16, message: String },
    /// What was handed in to connect with cannot be used.
    #[error("{0}")]
    Configuration(String),
}

/// As much of GitHub's words as are shown.
const MESSAGE_CHARACTERS: usize = 300;

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" ({message})") }
}

impl GitHubError {
    /// Whether a write that ended so may have happened all the same.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, GitHubError::Unavailable { .. } | GitHubError::Unreadable { .. })
    }

    pub(super) fn of_answer(call: &Call, answer: &Answer) -> GitHubError {
        let (call, message) = (call.to_string(), message(&answer.body));
        match answer.status {
            401 => GitHubError::Unauthorized { call, message },
            403 => GitHubError::Forbidden { call, message: [message, needed(answer)].concat() },
            404 | 410 => GitHubError::NotFound { call, message },
            409 => GitHubError::Conflict { call, message },
            422 => GitHubError::Unprocessable { call, message },
            500.. => GitHubError::Unavailable { call, reason: format!("it answers {}", answer.status) },
            status => GitHubError::Unexpected { call, status, message },
        }
    }
}

/// The permissions that GitHub says would be enough.
fn needed(answer: &Answer) -> String {
    let accepted = answer.header("x-accepted-github-permissions").filter(|text| !text.is_empty());
    accepted.map(|accepted| format!("; it needs {}", accepted.replace("; ", " or "))).unwrap_or_default()
}

#[derive(serde::Deserialize)]
struct Wire {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

/// What GitHub says went wrong, on one line.
pub(super) fn message(body: &[u8]) -> String {
    let Ok(wire) = serde_json::from_slice::<Wire>(body) else { return String::new() };
    let errors = wire.errors.iter().map(|error| match error {
        serde_json::Value::String(text) => text.clone(),
        other => other.get("message").and_then(|text| text.as_str()).map_or_else(|| other.to_string(), str::to_owned),
    });
    let said: Vec<String> = std::iter::once(wire.message).chain(errors).filter(|text| !text.is_empty()).collect();
    let line = said.join("; ").replace(|c: char| c.is_control(), " ");
    line.chars().take(MESSAGE_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_short_line_of_what_github_says() {
        let body = br#"{"message":"Validation Failed","errors":["no\n::error::", {"message":"path is wrong"}, {"field":"line"}]}"#;
        assert_eq!(message(body), r#"Validation Failed; no ::error::; path is wrong; {"field":"line"}"#);
        assert_eq!(message(b"<html>"), "");
        let long = format!(r#"{{"message":"{}"}}"#, "a".repeat(5_000));
        assert_eq!(message(long.as_bytes()).len(), MESSAGE_CHARACTERS);
    }
}
