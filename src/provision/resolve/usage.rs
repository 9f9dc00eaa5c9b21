//! What a month uses of a resource: what the user says, else what its type assumes.

use super::Stage;
use crate::model::{Finding, Location, listed, nearest};
use crate::provision::ask::Ask;
use crate::provision::reporter::Reporter;
use crate::provision::rules;
use serde_json::{Map, Value};

/// The root `usage` of a bill's expressions. None where something is said that the type knows nothing of.
pub fn checked(ask: &Ask<'_>, stage: &Stage<'_, '_, '_>, reporter: &mut Reporter<'_, '_>) -> Option<Value> {
    let before = reporter.errors();
    let known = &ask.kind.spec.usage;
    for word in ask.usage.keys().filter(|word| !known.contains_key(*word)) {
        let place = ask.usage_place(reporter.documents, &stage.surroundings.facts.name, word);
        let at = reporter.locate(&place.key());
        let kind = ask.kind.metadata.name.as_str();
        reporter.say(unknown_usage(at, kind, word, known.keys().map(String::as_str).collect()));
    }
    let counts = known.iter().map(|(word, assumed)| {
        let count = ask.usage.get(word).copied().unwrap_or(assumed.default);
        (word.clone(), Value::from(count))
    });
    (reporter.errors() == before).then(|| Value::Object(counts.collect::<Map<String, Value>>()))
}

fn unknown_usage(at: Location, kind: &str, word: &str, known: Vec<&str>) -> Finding {
    let near = nearest(word, known.iter().copied());
    let span = at.span;
    let finding =
        Finding::new(&rules::UNKNOWN_USAGE, at, format!("resource type {kind} assumes nothing about `{word}`"))
            .label("changes no price");
    match (near, span) {
        (Some(near), Some(span)) => finding.help(format!("did you mean `{near}`?")).fix(span, near),
        (Some(near), None) => finding.help(format!("did you mean `{near}`?")),
        (None, _) if known.is_empty() => finding.help("its price follows from its params alone; leave `usage` out"),
        (None, _) => finding.help(format!("what can be said is {}", listed(known, 20))),
    }
}
