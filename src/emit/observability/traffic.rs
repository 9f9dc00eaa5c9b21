//! An alert about failing requests, for a service that promises nothing: a promise has alerts of its own.

use super::objectives::Objective;
use super::requests::Requests;
use super::rule::Rule;
use super::subject::{Subject, Urgency, Words};

pub fn alerts(subject: &Subject<'_>, requests: Option<&Requests<'_>>, objectives: &[Objective]) -> Vec<Rule> {
    let promised = objectives.iter().any(|objective| objective.id == "availability");
    let Some(requests) = requests.filter(|_| !promised) else { return Vec::new() };
    let words = Words {
        summary: format!("{}: {{{{ $value | humanizePercentage }}}} of requests fail", subject.name()),
        description: "Look at the last change first, then at what it depends on. An availability under `slo` would \
            alert earlier on many errors, and later on few.",
    };
    let expr = format!("{} / {} > 0.05", requests.errors("5m"), requests.total("5m"));
    vec![subject.alert("ErrorsHigh", Urgency::Now, "10m", expr, words)]
}
