//! For programs: a frozen, versioned shape, described by `schemas/report.schema.json`.
//!
//! These types are the promise. They are not the types of the pipeline, so that those may change.

use super::Report;
use super::inert::inert_json;
use crate::model::{self, Location, Position, Severity};
use crate::review::policy::RequiredApproval;
use crate::review::waivers;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Rises when a reader of the previous version could break.
pub const VERSION: u32 = 1;

/// The findings as JSON, one object, ending in a line feed.
pub fn json(report: &Report) -> String {
    let document = Document::of(report);
    let text = serde_json::to_string_pretty(&document).expect("strings and numbers always become JSON");
    inert_json(text + "\n")
}

/// The JSON Schema of what [`json`] gives.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["$id"] = Value::from("https://pavior.dev/schemas/report.schema.json");
    schema
}

/// What `pavior check --format json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Pavior report")]
pub(super) struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    tool: Tool,
    summary: Summary,
    /// What a reader has to know about how this was judged.
    notes: Vec<String>,
    /// By file, then place.
    findings: Vec<Finding>,
    /// Findings that declared exceptions excuse. They do not block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waived: Vec<Waived>,
    /// Whom policies ask to approve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    approvals: Vec<Approval>,
}

/// A finding and the exception that excuses it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Waived {
    finding: Finding,
    /// The name of the waiver.
    waiver: String,
    declared: Place,
    reason: String,
    approver: String,
    /// The last day on which it counts.
    expires: String,
    /// Added by the change that is checked: its approver has to agree.
    is_new: bool,
}

/// An approval stays for as long as the fingerprints do.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Approval {
    /// The team.
    owner: String,
    /// How many of its people.
    count: u32,
    /// Of the findings that ask for it.
    fingerprints: Vec<String>,
}

/// Who made the report.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Summary {
    errors: usize,
    warnings: usize,
    /// Findings that the base revision has too; not in `findings`.
    known: usize,
    /// Files that were read.
    files: usize,
    files_with_findings: usize,
    services: usize,
    environments: usize,
    /// A unit is one service, or one shared resource, in one environment.
    units: usize,
    /// Rules that were checked.
    rules: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Finding {
    /// The rule's id; `pavior rules <id>` explains it.
    rule: &'static str,
    severity: Level,
    message: String,
    #[serde(flatten)]
    place: Place,
    /// What stands at the place, in a few words; may be empty.
    label: String,
    /// Other places that make it wrong.
    related: Vec<Related>,
    /// What to do.
    help: Vec<String>,
    /// A replacement of text in the same file that would mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix>,
    /// Names the finding for as long as it means the same, wherever on which line it moves.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    fingerprint: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warning,
}

/// A place in a file. Without `start` and `end`, the file as a whole.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Place {
    /// Relative to the root of the repository, with `/`.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Point>,
    /// Just behind the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Point>,
}

/// A line and a column, both from 1; columns count Unicode scalar values.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Point {
    #[schemars(range(min = 1))]
    line: u32,
    #[schemars(range(min = 1))]
    column: u32,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Related {
    #[serde(flatten)]
    place: Place,
    text: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fix {
    start: Point,
    end: Point,
    replacement: String,
}

impl Document {
    pub(super) fn of(report: &Report) -> Document {
        Document {
            version: VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            summary: Summary::of(report),
            notes: report.notes.clone(),
            findings: report.findings.iter().map(|finding| Finding::of(finding, report)).collect(),
            waived: report.waived.iter().map(|waived| Waived::of(waived, report)).collect(),
            approvals: report.approvals.iter().map(Approval::of).collect(),
        }
    }
}

impl Waived {
    fn of(waived: &waivers::Waived, report: &Report) -> Waived {
        Waived {
            finding: Finding::of(&waived.finding, report),
            waiver: waived.waiver.to_string(),
            declared: Place::of(&waived.at),
            reason: waived.reason.clone(),
            approver: waived.approver.to_string(),
            expires: waived.expires.to_string(),
            is_new: waived.is_new,
        }
    }
}

impl Approval {
    fn of(approval: &RequiredApproval) -> Approval {
        Approval {
            owner: approval.owner.to_string(),
            count: approval.count,
            fingerprints: approval.fingerprints.clone(),
        }
    }
}

impl Summary {
    fn of(report: &Report) -> Summary {
        Summary {
            errors: report.errors(),
            warnings: report.warnings(),
            known: report.known,
            files: report.files,
            files_with_findings: report.files_with_findings(),
            services: report.inventory.services,
            environments: report.inventory.environments.len(),
            units: report.inventory.units,
            rules: report.inventory.rules,
        }
    }
}

impl Finding {
    fn of(finding: &model::Finding, report: &Report) -> Finding {
        let related = |label: &model::Label| Related { place: Place::of(&label.at), text: label.text.clone() };
        Finding {
            rule: finding.rule.id,
            severity: match finding.severity() {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
            },
            message: finding.message.clone(),
            place: Place::of(&finding.at),
            label: finding.label.clone(),
            related: finding.related.iter().map(related).collect(),
            help: finding.help.clone(),
            fix: report.fix_place(finding).map(|(fix, start, end)| Fix {
                start: Point::of(start),
                end: Point::of(end),
                replacement: fix.replacement.clone(),
            }),
            fingerprint: finding.fingerprint(),
        }
    }
}

impl Place {
    fn of(location: &Location) -> Place {
        let point = |position| location.span.map(|_| Point::of(position));
        Place { path: location.path.to_string(), start: point(location.start), end: point(location.end) }
    }
}

impl Point {
    fn of(position: Position) -> Point {
        Point { line: position.line, column: position.column }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_json_report_keeps_its_shape() {
        insta::assert_snapshot!(json(&samples::report()));
    }

    #[test]
    fn every_report_is_valid_against_its_schema() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for report in [samples::report(), samples::clean()] {
            let value: Value = serde_json::from_str(&json(&report)).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }

    #[test]
    fn the_schema_refuses_another_version() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let mut value: Value = serde_json::from_str(&json(&samples::clean())).unwrap();
        value["version"] = Value::from(2);
        assert!(!validator.is_valid(&value));
    }

    #[test]
    fn the_schema_on_disk_is_the_one_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/report.schema.json");
        let wanted = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == wanted, "{path} has drifted: run `cargo run -- schema --out schemas`");
    }
}
