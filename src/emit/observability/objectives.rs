//! Objectives: recording rules for the share of bad requests, and alerts on how fast the budget of errors is spent.
//!
//! The recipe of the Site Reliability Workbook, chapter 5: each alert looks at a long window, so that it matters, and at
//! a short one, so that it ends soon after the trouble does. For 30 days the factors are the familiar 14.4, 6, 3 and 1.

use super::promql::{Match, decimal, series};
use super::requests::Requests;
use super::rule::{Group, Record, Rule};
use super::subject::{Subject, Urgency, Words};
use crate::model::kinds::service::Slo;
use crate::model::{Duration, Percent};

const DEFAULT_WINDOW_SECONDS: u64 = 30 * 86_400;
/// The share of requests that are too many, in thousandths of a percent.
const ALL: u32 = 100_000;

/// An alert fires when a budget is spent so fast that `percent` of it is gone within the long window.
struct Burn {
    short: &'static str,
    long: &'static str,
    long_seconds: u32,
    percent: u32,
}

const FAST: [Burn; 2] = [
    Burn { short: "5m", long: "1h", long_seconds: 3_600, percent: 2 },
    Burn { short: "30m", long: "6h", long_seconds: 6 * 3_600, percent: 5 },
];
const SLOW: [Burn; 2] = [
    Burn { short: "2h", long: "1d", long_seconds: 86_400, percent: 10 },
    Burn { short: "6h", long: "3d", long_seconds: 3 * 86_400, percent: 10 },
];

/// One promise, and what breaks it.
pub struct Objective {
    /// `availability`, or `latency-` and the percentile.
    pub id: String,
    /// What is promised, as a sentence without its end.
    pub promise: String,
    /// Thousandths of a percent of requests that may be bad.
    budget: u32,
    window: u64,
    bad: String,
    total: String,
}

/// The objectives that can be measured.
pub fn objectives(slo: &Slo, requests: &Requests<'_>) -> Vec<Objective> {
    let window = slo.window.map_or(DEFAULT_WINDOW_SECONDS, Duration::seconds);
    let objective = |id: &str, share: u32, promise: String, bad: String| Objective {
        id: id.to_owned(),
        promise,
        budget: ALL.saturating_sub(share),
        window,
        bad,
        total: requests.total("5m"),
    };
    let availability = slo.availability.map(|share: Percent| {
        objective("availability", share.thousandths(), format!("{share} of requests succeed"), requests.errors("5m"))
    });
    let latency = &slo.latency;
    let latencies =
        [("p50", 50, latency.p50), ("p90", 90, latency.p90), ("p95", 95, latency.p95), ("p99", 99, latency.p99)];
    let latencies = latencies.into_iter().filter_map(|(name, percent, limit)| {
        let limit = limit?;
        let promise = format!("{percent}% of requests are answered within {limit}");
        let bad = requests.slower_than(limit.milliseconds(), "5m");
        Some(objective(&format!("latency-{name}"), percent * 1_000, promise, bad))
    });
    availability.into_iter().chain(latencies).collect()
}

/// The rules of all objectives. What looks back far is evaluated less often.
pub fn groups(subject: &Subject<'_>, objectives: &[Objective]) -> Vec<Group> {
    if objectives.is_empty() {
        return Vec::new();
    }
    let near = objectives.iter().flat_map(|objective| near_rules(subject, objective)).collect();
    let far = objectives.iter().flat_map(|objective| far_rules(subject, objective)).collect();
    vec![
        Group { name: format!("{}.objectives", subject.object_name()), interval: None, rules: near },
        Group { name: format!("{}.objectives-far", subject.object_name()), interval: Some("2m"), rules: far },
    ]
}

/// The series that rules record about an objective.
pub fn recorded(subject: &Subject<'_>, objective: &Objective, metric: &str) -> String {
    let environment = &subject.facts().name;
    let matches = [
        Match::Is("service", subject.name()),
        Match::Is("environment", environment),
        Match::Is("namespace", subject.namespace()),
        Match::Is("slo", &objective.id),
    ];
    series(metric, &matches)
}

/// The series of the share of bad requests over a window.
pub fn ratio(window: &str) -> String {
    format!("service:slo_errors:ratio_rate{window}")
}

pub const REMAINING: &str = "service:slo_budget:remaining_ratio";
/// The share of bad requests over the window of the promise.
const SPENT: &str = "service:slo_errors:ratio_rate_window";
const REQUESTS: &str = "service:slo_requests:rate5m";
const ERRORS: &str = "service:slo_errors:rate5m";

fn near_rules(subject: &Subject<'_>, objective: &Objective) -> Vec<Rule> {
    let recorded_as = |metric: &str| recorded(subject, objective, metric);
    let mut rules = vec![
        record(subject, objective, REQUESTS.to_owned(), objective.total.clone()),
        record(subject, objective, ERRORS.to_owned(), objective.bad.clone()),
        record(subject, objective, ratio("5m"), format!("{} / {}", recorded_as(ERRORS), recorded_as(REQUESTS))),
    ];
    rules.extend(["30m", "1h", "2h", "6h"].map(|window| over(subject, objective, window, ratio(window))));
    rules.extend(burning(subject, objective, "SloBurningFast", Urgency::Now, &FAST, FAST_WORDS));
    rules.extend(burning(subject, objective, "SloBurningSlowly", Urgency::Later, &SLOW, SLOW_WORDS));
    rules.push(unmeasured(subject, objective));
    rules
}

fn far_rules(subject: &Subject<'_>, objective: &Objective) -> Vec<Rule> {
    let mut rules = Vec::from(["1d", "3d"].map(|window| over(subject, objective, window, ratio(window))));
    let whole = format!("{}h", objective.window / 3_600);
    rules.push(over(subject, objective, &whole, SPENT.to_owned()));
    let spent = recorded(subject, objective, SPENT);
    rules.push(record(subject, objective, REMAINING.to_owned(), format!("1 - {spent} / {}", share(objective.budget))));
    rules
}

fn record(subject: &Subject<'_>, objective: &Objective, record: String, expr: String) -> Rule {
    Rule::Record(Record { record, expr, labels: subject.identity() }).labelled("slo", &objective.id)
}

/// The share of bad requests over a window: of requests, not of minutes, so that a quiet night weighs little.
fn over(subject: &Subject<'_>, objective: &Objective, window: &str, name: String) -> Rule {
    let sum = |metric: &str| format!("sum_over_time({}[{window}])", recorded(subject, objective, metric));
    record(subject, objective, name, format!("{} / {}", sum(ERRORS), sum(REQUESTS)))
}

/// None where the budget is so large that it cannot be spent that fast.
fn burning(
    subject: &Subject<'_>,
    objective: &Objective,
    alert: &'static str,
    urgency: Urgency,
    burns: &[Burn],
    description: &'static str,
) -> Option<Rule> {
    let conditions: Vec<String> = burns.iter().filter_map(|burn| condition(subject, objective, burn)).collect();
    if conditions.is_empty() {
        return None;
    }
    let words =
        Words { summary: format!("{} breaks its promise that {}", subject.name(), objective.promise), description };
    Some(subject.alert(alert, urgency, "0s", conditions.join(" or "), words).labelled("slo", &objective.id))
}

fn condition(subject: &Subject<'_>, objective: &Objective, burn: &Burn) -> Option<String> {
    let factor = f64::from(burn.percent) * objective.window as f64 / (100.0 * f64::from(burn.long_seconds));
    if factor * f64::from(objective.budget) >= f64::from(ALL) {
        return None;
    }
    let threshold = format!("({} * {})", decimal(factor), share(objective.budget));
    let above = |window: &str| format!("{} > {threshold}", recorded(subject, objective, &ratio(window)));
    Some(format!("({} and {})", above(burn.long), above(burn.short)))
}

fn unmeasured(subject: &Subject<'_>, objective: &Objective) -> Rule {
    // Without the boundaries of a histogram, requests are there and slow ones are not.
    let expr = format!("absent_over_time({}[1h])", recorded(subject, objective, ERRORS));
    let words = Words {
        summary: format!("{}: nobody measures whether {}", subject.name(), objective.promise),
        description: "The metrics that count its requests are not there, or lack the boundaries of the convention. \
            docs/observability.md says which metrics are expected.",
    };
    subject.alert("SloUnmeasured", Urgency::Later, "1h", expr, words).labelled("slo", &objective.id)
}

const FAST_WORDS: &str = "At this speed the budget of errors is gone within days. Look at the last change first.";
const SLOW_WORDS: &str = "At this speed the budget of errors does not last. It can wait for the morning, not for the \
    next week.";

/// Thousandths of a percent as a share of one, exactly.
fn share(thousandths: u32) -> String {
    let digits = format!("{thousandths:06}");
    let (whole, fraction) = digits.split_at(1);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::kubernetes::sample;
    use serde_json::{Value, json};

    fn rules(slo: Value) -> Vec<Value> {
        let unit = sample::unit_with("cart", |_| ());
        let subject = Subject { unit: &unit };
        let objectives = objectives(&sample::declared(slo), &Requests::of(&subject).unwrap());
        let groups = groups(&subject, &objectives);
        groups.into_iter().flat_map(|group| group.rules).map(|rule| json!(rule)).collect()
    }

    fn alert(slo: Value, name: &str) -> Option<Value> {
        rules(slo).into_iter().find(|rule| rule["alert"] == name)
    }

    #[test]
    fn thirty_days_have_the_factors_of_the_workbook() {
        let fast = alert(json!({ "availability": "99.9%" }), "SloBurningFast").unwrap();
        let series = |window| {
            format!(
                "service:slo_errors:ratio_rate{window}{{service=\"cart\",environment=\"staging\",namespace=\"shop\",slo=\"availability\"}}"
            )
        };
        let both = |long, short, factor| {
            format!("({} > ({factor} * 0.001) and {} > ({factor} * 0.001))", series(long), series(short))
        };
        assert_eq!(fast["expr"], json!(format!("{} or {}", both("1h", "5m", "14.4"), both("6h", "30m", "6"))));
        assert_eq!(fast["labels"]["slo"], json!("availability"));
        let slow = alert(json!({ "availability": "99.9%" }), "SloBurningSlowly").unwrap();
        assert_eq!(slow["expr"], json!(format!("{} or {}", both("1d", "2h", "3"), both("3d", "6h", "1"))));
    }

    #[test]
    fn another_window_has_other_factors() {
        let fast = alert(json!({ "availability": "99.95%", "window": "7d" }), "SloBurningFast").unwrap();
        assert!(fast["expr"].as_str().unwrap().contains("> (3.36 * 0.0005)"), "{fast}");
    }

    #[test]
    fn a_budget_that_cannot_be_spent_so_fast_has_no_such_alert() {
        let half = || json!({ "latency": { "p50": "100ms" } });
        assert_eq!(alert(half(), "SloBurningFast"), None);
        let slow = alert(half(), "SloBurningSlowly").unwrap();
        assert!(!slow["expr"].as_str().unwrap().contains("(3 *"), "{slow}");
        assert!(slow["expr"].as_str().unwrap().contains("(1 * 0.5)"), "{slow}");
    }

    #[test]
    fn every_objective_is_recorded_over_every_window_that_is_asked_for() {
        let rules = rules(json!({ "availability": "99.9%", "latency": { "p99": "300ms" } }));
        let recorded: Vec<(&str, &str)> =
            rules.iter().filter_map(|rule| Some((rule["record"].as_str()?, rule["labels"]["slo"].as_str()?))).collect();
        for slo in ["availability", "latency-p99"] {
            for window in ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] {
                assert!(recorded.contains(&(ratio(window).as_str(), slo)), "{slo} {window}");
            }
            assert!(recorded.contains(&(REMAINING, slo)));
        }
        assert_eq!(recorded.len(), 2 * 11);
    }

    #[test]
    fn shares_are_exact() {
        assert_eq!([1, 100, 1_000, 50_000, 100_000].map(share), ["0.00001", "0.001", "0.01", "0.5", "1"]);
    }
}
