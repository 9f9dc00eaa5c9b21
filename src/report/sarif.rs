//! For code scanning: SARIF 2.1.0 with the rules that were broken, regions, fixes and fingerprints.

use super::Report;
use super::inert::{inert_json, visible};
use crate::model::{Finding, Label, Location, Position, RepoPath, Rule, Severity};
use crate::review::waivers::Waived;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The findings as a SARIF log with one run, ending in a line feed.
pub fn sarif(report: &Report) -> String {
    let rules = rules(report);
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.values().map(|(rule, _)| descriptor(rule)).collect::<Vec<_>>(),
    });
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "results": results(report, &rules).into_iter().chain(suppressed(report, &rules)).collect::<Vec<_>>(),
        }],
    });
    inert_json(serde_json::to_string_pretty(&log).expect("strings and numbers always become JSON") + "\n")
}

/// Rules that were broken, by id, each with its index.
fn rules(report: &Report) -> BTreeMap<&'static str, (&'static Rule, usize)> {
    let waived = report.waived.iter().map(|waived| &waived.finding);
    let mut rules: BTreeMap<_, _> =
        report.findings.iter().chain(waived).map(|finding| (finding.rule.id, (finding.rule, 0))).collect();
    rules.values_mut().enumerate().for_each(|(index, (_, place))| *place = index);
    rules
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.explanation, "markdown": rule.explanation},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": [stage(rule.id)]},
    })
}

/// Everything before the slash of a rule's id.
fn stage(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn results(report: &Report, rules: &BTreeMap<&'static str, (&'static Rule, usize)>) -> Vec<Value> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    report
        .findings
        .iter()
        .map(|finding| {
            let occurrence = seen.entry(finding.fingerprint()).or_default();
            *occurrence += 1;
            result(finding, report, rules[finding.rule.id].1, *occurrence)
        })
        .collect()
}

/// What is waived, as suppressed.
fn suppressed(report: &Report, rules: &BTreeMap<&'static str, (&'static Rule, usize)>) -> Vec<Value> {
    let suppressed = |waived: &Waived| {
        let mut result = result(&waived.finding, report, rules[waived.finding.rule.id].1, 1);
        result["suppressions"] =
            json!([{"kind": "external", "status": "accepted", "justification": visible(&waived.reason)}]);
        result
    };
    report.waived.iter().map(suppressed).collect()
}

fn result(finding: &Finding, report: &Report, rule_index: usize, occurrence: usize) -> Value {
    let fingerprint = finding.fingerprint();
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": level(finding.severity()),
        "message": message(&text(finding)),
        "locations": [{"physicalLocation": physical(&finding.at)}],
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{fingerprint}:{occurrence}"),
            "pavior/v1": fingerprint,
        },
    });
    if !finding.related.is_empty() {
        result["relatedLocations"] = finding.related.iter().enumerate().map(related).collect();
    }
    if let Some(fix) = fix(finding, report) {
        result["fixes"] = json!([fix]);
    }
    result
}

/// Message, label and help in one text, because viewers show no other.
fn text(finding: &Finding) -> String {
    let label = (!finding.label.is_empty()).then_some(finding.label.as_str());
    let lines = std::iter::once(finding.message.as_str()).chain(label).chain(finding.help.iter().map(String::as_str));
    lines.collect::<Vec<_>>().join("\n")
}

/// Text as it is: a repository's `[click](https://...)` must not become a link.
fn message(text: &str) -> Value {
    json!({"text": visible(text).replace("](", "] (")})
}

fn physical(at: &Location) -> Value {
    let mut place = Map::from_iter([("artifactLocation".to_owned(), artifact(&at.path))]);
    if at.span.is_some() {
        place.insert("region".to_owned(), region(at.start, at.end));
    }
    Value::Object(place)
}

fn related((index, label): (usize, &Label)) -> Value {
    let mut place = json!({"id": index + 1, "physicalLocation": physical(&label.at)});
    if !label.text.is_empty() {
        place["message"] = message(&label.text);
    }
    place
}

fn fix(finding: &Finding, report: &Report) -> Option<Value> {
    let (fix, start, end) = report.fix_place(finding)?;
    let replacement = json!({"deletedRegion": region(start, end), "insertedContent": {"text": fix.replacement}});
    let description = finding.help.first().map_or("mend it", String::as_str);
    Some(json!({
        "description": message(description),
        "artifactChanges": [{"artifactLocation": artifact(&finding.at.path), "replacements": [replacement]}],
    }))
}

fn region(start: Position, end: Position) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn artifact(path: &RepoPath) -> Value {
    json!({"uri": uri(path), "uriBaseId": "%SRCROOT%"})
}

/// A relative reference: every byte that is not plainly allowed is encoded.
fn uri(path: &RepoPath) -> String {
    path.as_str().bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => write!(uri, "%{byte:02X}").expect("writing to a string succeeds"),
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_sarif_log_keeps_its_shape() {
        insta::assert_snapshot!(sarif(&samples::report()));
    }

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(uri(&samples::path("catalog/a b/é%.yaml")), "catalog/a%20b/%C3%A9%25.yaml");
    }

    #[test]
    fn a_repository_cannot_put_links_into_messages() {
        let mut report = samples::report();
        report.findings[0].message = "see [this](https://evil.example)".to_owned();
        assert!(!sarif(&report).contains("](https"));
    }

    #[test]
    fn equal_findings_of_one_file_have_different_line_hashes() {
        let mut report = samples::report();
        report.findings.push(report.findings[0].clone());
        let log: Value = serde_json::from_str(&sarif(&report)).unwrap();
        let hash =
            |index: usize| log["runs"][0]["results"][index]["partialFingerprints"]["primaryLocationLineHash"].clone();
        assert_ne!(hash(0), hash(2));
    }
}
