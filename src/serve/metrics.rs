//! What Prometheus reads. Labels are words of ours: nothing that came in becomes one.

use crate::forge::github::GitHubError;
use anyhow::{Context, Result};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

type Label = [(&'static str, &'static str); 1];

pub struct Metrics {
    registry: Registry,
    deliveries: Family<Label, Counter>,
    works: Family<Label, Histogram, fn() -> Histogram>,
    errors: Family<Label, Counter>,
    waiting: Gauge,
}

impl Metrics {
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("pavior");
        let (deliveries, errors, waiting) = (Family::default(), Family::default(), Gauge::default());
        let works: Family<Label, Histogram, fn() -> Histogram> = Family::new_with_constructor(durations);
        registry.register("deliveries", "Deliveries by what became of them", Family::clone(&deliveries));
        registry.register("work_duration_seconds", "How long a piece of work took", works.clone());
        registry.register("github_errors", "Work that GitHub's answers made fail", Family::clone(&errors));
        registry.register("queue_length", "Pieces of work that wait", waiting.clone());
        Metrics { registry, deliveries, works, errors, waiting }
    }

    pub fn delivered(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&[("outcome", outcome)]).inc();
    }

    pub fn worked(&self, outcome: &'static str, time: Duration) {
        self.works.get_or_create(&[("outcome", outcome)]).observe(time.as_secs_f64());
    }

    /// Counts an error if GitHub is in it.
    pub fn failed(&self, error: &anyhow::Error) {
        if let Some(error) = error.chain().find_map(|cause| cause.downcast_ref::<GitHubError>()) {
            self.errors.get_or_create(&[("kind", kind(error))]).inc();
        }
    }

    /// # Errors
    /// Never, as far as we know: text is written into memory.
    pub fn text(&self, waiting: usize) -> Result<String> {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).context("writing the metrics")?;
        Ok(text)
    }
}

/// From 50 ms to about half an hour.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.05, 2.0, 16))
}

fn kind(error: &GitHubError) -> &'static str {
    match error {
        GitHubError::NotFound { .. } => "not_found",
        GitHubError::Unauthorized { .. } => "unauthorized",
        GitHubError::Forbidden { .. } => "forbidden",
        GitHubError::Conflict { .. } => "conflict",
        GitHubError::Unprocessable { .. } => "unprocessable",
        GitHubError::RateLimited { .. } => "rate_limited",
        GitHubError::Unavailable { .. } => "unavailable",
        GitHubError::TooMany { .. } => "too_many",
        GitHubError::Unreadable { .. } => "unreadable",
        GitHubError::Unexpected { .. } => "unexpected",
        GitHubError::Configuration(_) => "configuration",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_counted_by_words_of_ours() {
        let metrics = Metrics::new();
        metrics.delivered("queued");
        metrics.delivered("queued");
        metrics.worked("done", Duration::from_millis(60));
        let error = GitHubError::NotFound { call: "GET /x".to_owned(), message: String::new() };
        metrics.failed(&anyhow::Error::from(error).context("sweeping"));
        metrics.failed(&anyhow::anyhow!("git"));
        let text = metrics.text(3).unwrap();
        for line in [
            "pavior_deliveries_total{outcome=\"queued\"} 2",
            "pavior_work_duration_seconds_count{outcome=\"done\"} 1",
            "pavior_github_errors_total{kind=\"not_found\"} 1",
            "pavior_queue_length 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }
}
