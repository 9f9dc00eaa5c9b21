//! How long GitHub asks to wait, as it documents its limits. Pure: an answer and the time of the server in, a time out.

use super::error;
use super::transport::Answer;
use std::time::Duration;

/// What the documentation asks for where an answer does not say.
const SECONDARY: Duration = Duration::from_secs(60);
/// Reads are tried so often in all.
pub(super) const READS: u32 = 3;

/// None where the answer is not about a limit. `turn` counts from 0 how often this call was told to wait: the same
/// answer never leads to the same short wait for ever.
pub(super) fn asked(answer: &Answer, server_now: i64, turn: u32) -> Option<Duration> {
    if !matches!(answer.status, 403 | 429) {
        return None;
    }
    let number = |name: &str| answer.header(name).and_then(|text| text.trim().parse::<i64>().ok());
    let least = Duration::from_secs(1) * doubled(turn);
    let seconds = |count: i64| Duration::from_secs(u64::try_from(count).unwrap_or(0)).max(least);
    if let Some(count) = number("retry-after") {
        return Some(seconds(count));
    }
    if number("x-ratelimit-remaining") == Some(0)
        && let Some(reset) = number("x-ratelimit-reset")
    {
        // One second more: the limit is whole again after that second, not at its start.
        return Some(seconds(reset.saturating_sub(server_now).saturating_add(1)));
    }
    let is_limit = answer.status == 429 || error::message(&answer.body).to_ascii_lowercase().contains("rate limit");
    is_limit.then(|| SECONDARY * doubled(turn))
}

/// Before something is tried again after an answer that says nothing.
pub(super) fn after_failure(turn: u32) -> Duration {
    Duration::from_secs(2) * doubled(turn)
}

fn doubled(turn: u32) -> u32 {
    1 << turn.min(16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderName, HeaderValue};

    const NOW: i64 = 1_800_000_000;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        Answer { status, headers: headers.iter().map(pair).collect::<HeaderMap>(), body: body.as_bytes().to_vec() }
    }

    fn seconds(answer: &Answer, turn: u32) -> Option<u64> {
        asked(answer, NOW, turn).map(|time| time.as_secs())
    }

    #[test]
    fn a55_the_wait_is_what_github_documents() {
        let future = (NOW + 120).to_string();
        assert_eq!(seconds(&answer(429, &[("retry-after", "7")], ""), 0), Some(7));
        assert_eq!(seconds(&answer(403, &[("retry-after", "7")], ""), 0), Some(7));
        let primary = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", future.as_str())];
        assert_eq!(seconds(&answer(403, &primary, ""), 0), Some(121));
        let secondary = r#"{"message":"You have exceeded a secondary rate limit"}"#;
        assert_eq!(seconds(&answer(403, &[], secondary), 0), Some(60));
        assert_eq!(seconds(&answer(403, &[], secondary), 2), Some(240));
        assert_eq!(seconds(&answer(429, &[], ""), 1), Some(120));
    }

    #[test]
    fn a55_a_reset_in_the_past_never_makes_a_hot_loop() {
        let past = (NOW - 3_600).to_string();
        let primary = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", past.as_str())];
        let waits: Vec<_> = (0..4).map(|turn| seconds(&answer(403, &primary, ""), turn)).collect();
        assert_eq!(waits, [Some(1), Some(2), Some(4), Some(8)]);
        assert_eq!(seconds(&answer(429, &[("retry-after", "0")], ""), 3), Some(8));
        assert_eq!(seconds(&answer(429, &[("retry-after", "-5")], ""), 0), Some(1));
    }

    #[test]
    fn a_refusal_that_is_no_limit_is_not_waited_for() {
        assert_eq!(seconds(&answer(403, &[], r#"{"message":"Resource not accessible by integration"}"#), 0), None);
        assert_eq!(seconds(&answer(403, &[("x-ratelimit-remaining", "4999")], ""), 0), None);
        assert_eq!(seconds(&answer(500, &[("retry-after", "5")], ""), 0), None);
    }

    #[test]
    fn any_number_is_survived() {
        let far = i64::MAX.to_string();
        let primary = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", far.as_str())];
        assert!(asked(&answer(403, &primary, ""), i64::MIN, u32::MAX).is_some());
    }
}
